/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Looks for secrets that should be gone, in every writable page of the process.
 *
 * Link with -Wl,--wrap for cv_secret_new, cv_secret_new_from, cv_secret_ref and cv_secret_unref:
 * every CvSecret is then learnt when its last reference goes. Without sanitizers, whose shadow and
 * quarantine are neither readable nor the program's own memory. One thread. */
#pragma once

#include "base/secret.h"

G_BEGIN_DECLS

/* From here on these bytes are secret: every window of 16 bytes, forwards and, as OpenSSL's numbers
 * keep them, backwards. Windows of hardly any variety (zeroes) are left out. So are secrets of fewer
 * than 16 bytes, which have no window: a nonce of 12 bytes that stays behind is not found. Each is
 * derived beside a key of 16 bytes or more, which would be. */
void memory_scan_learn (CvSpan secret);
void memory_scan_forget_all (void);

guint memory_scan_count_learnt (void); /* secrets, not windows */

/* How many places hold a window of a learnt secret that no living CvSecret holds; each is said in a
 * test message. Heap, stacks (below the present frame, too), data of libraries, mappings. */
guint memory_scan_run (void);

G_END_DECLS
