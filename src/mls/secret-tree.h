/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The keys of one epoch's messages: a tree of secrets and two ratchets a member (RFC 9420 §9).
 *
 *   encryption_secret ── tree ──▶ leaf ─┬─ "handshake"   ratchet ─▶ key, nonce of generation 0, 1 …
 *                                       └─ "application" ratchet ─▶ key, nonce of generation 0, 1 …
 *
 * Mutable and owned by the epoch's group. A secret is wiped as soon as what follows from it is
 * held (§9.2). The own two ratchets are apart from each other and from everything else: taking the
 * next handshake key in a worker touches nothing that sending application data or receiving does. */
#pragma once

#include "mls/ratchet.h"
#include "mls/tree-math.h"

G_BEGIN_DECLS

typedef enum {
  CV_MLS_RATCHET_HANDSHAKE,
  CV_MLS_RATCHET_APPLICATION,
} CvMlsRatchetType;

typedef struct CvMlsSecretTree CvMlsSecretTree;

/* n_leaves: width of the ratchet tree. The caller drops its encryption_secret after this. */
CvMlsSecretTree *
cv_mls_secret_tree_new (const CvMlsCipher *cipher, CvSpan encryption_secret, guint32 n_leaves,
                        CvMlsLeaf own, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_mls_secret_tree_free (CvMlsSecretTree *tree); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsSecretTree, cv_mls_secret_tree_free)
/* Of an epoch that is over: from now on only application messages of others can be opened. The own
 * ratchets and all for handshakes are wiped. */
void cv_mls_secret_tree_retire (CvMlsSecretTree *tree);
CvMlsLeaf cv_mls_secret_tree_get_own (const CvMlsSecretTree *tree);
guint32 cv_mls_secret_tree_get_n_leaves (const CvMlsSecretTree *tree);

/* The next key of an own ratchet; used up by this call. STATE when the generations are spent. */
gboolean cv_mls_secret_tree_next (CvMlsSecretTree *tree, CvMlsRatchetType type,
                                  CvMlsMessageKey *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Two steps, so that a message that does not authenticate changes nothing: peek gives the key of
 * another member's message, consume deletes it (and what it was derived from) once the message was
 * opened and its signature checked. Between both calls the tree is not touched. Errors of peek:
 * GENERATION (used already, or too far ahead), INVALID (no such leaf), STATE (the own leaf). */
gboolean cv_mls_secret_tree_peek (CvMlsSecretTree *tree, CvMlsLeaf sender, CvMlsRatchetType type,
                                  guint32 generation, CvMlsMessageKey *key,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_mls_secret_tree_consume (CvMlsSecretTree *tree, CvMlsLeaf sender, CvMlsRatchetType type,
                                     guint32 generation, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
