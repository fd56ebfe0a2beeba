/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The public keys of a tree, to tell in log N whether one comes twice (RFC 9420 §7.3).
 *
 * Persistent: a reference is a copy, and a change of one copy makes log N new nodes of its own. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CvMlsKeySet CvMlsKeySet; /* NULL is the empty set */

CvMlsKeySet *cv_mls_key_set_ref (CvMlsKeySet *set);
void cv_mls_key_set_unref (CvMlsKeySet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsKeySet, cv_mls_key_set_unref)

/* Takes a reference of the key. FALSE: it was there already, and is now there once more. */
gboolean cv_mls_key_set_add (CvMlsKeySet **set, GBytes *key);
/* Of a key that is there. FALSE: it is still there, as it had come more than once. */
gboolean cv_mls_key_set_remove (CvMlsKeySet **set, GBytes *key);
guint cv_mls_key_set_count (const CvMlsKeySet *set, GBytes *key);
/* Levels, for the test of its balance. */
guint cv_mls_key_set_height (const CvMlsKeySet *set);

G_END_DECLS
