/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Memory for keys: locked, kept out of core dumps, wiped when the last reference goes. */
#pragma once

#include "base/bytes.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct CvSecret CvSecret;

CvSecret *cv_secret_new (gsize len); /* zeroed; 1 ≤ len ≤ 64 KiB */
CvSecret *cv_secret_new_from (CvSpan bytes);
CvSecret *cv_secret_ref (CvSecret *secret);
void cv_secret_unref (CvSecret *secret); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvSecret, cv_secret_unref)

/* Writable only by who made it, before anybody else holds a reference. */
guint8 *cv_secret_get_data (CvSecret *secret);
gsize cv_secret_get_len (const CvSecret *secret);
CvSpan cv_secret_span (const CvSecret *secret); /* borrowed; NULL gives the empty span */

/* FALSE when the system refused to lock memory so far (RLIMIT_MEMLOCK): secrets still work, and
 * the caller may warn that they can reach the swap. */
gboolean cv_secret_is_locked (void);

/* Not removed by the optimiser. */
void cv_secret_wipe (void *data, gsize len);

/* Constant time in the contents; the length is public. */
gboolean cv_secret_equal (const void *a, const void *b, gsize len);
gboolean cv_secret_span_equal (CvSpan a, CvSpan b);

/* Gives its argument back: marks the place where one bit about a secret (a text was valid, a number
 * was in range) becomes public on purpose. Not inlined, so that what led to it stays arithmetic. */
gboolean cv_secret_reveal (gboolean claim);

G_END_DECLS
