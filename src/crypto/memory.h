/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Has OpenSSL's memory wiped when it is freed. For programs: before all else in main. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* For the whole process, and only before OpenSSL's first allocation in it: FALSE when that was too
 * late, and OpenSSL then wipes what it knows to be secret. Any thread; the first call decides. */
gboolean cv_crypto_memory_wipe_freed (void);

G_END_DECLS
