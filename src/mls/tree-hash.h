/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Tree hashes and parent hashes (RFC 9420 §7.8, §7.9). */
#pragma once

#include "mls/ratchet-tree.h"

G_BEGIN_DECLS

/* Computes what is stale, so that a change costs its path only; then every node's
 * cv_mls_ratchet_tree_get_hash is filled. Gives the root's hash, borrowed from the tree; empty on
 * failure. */
CvSpan cv_mls_tree_hash_update (const CvMlsCipher *cipher, CvMlsRatchetTree *tree,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The Parent Hash of `node` with copath child `sibling` (§7.9); the tree's hashes must be filled
 * at and below `sibling`. out: the hash's length. */
gboolean
cv_mls_tree_hash_parent (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree, CvMlsNode node,
                         CvMlsNode sibling, guint8 *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* §7.9.2: every non-blank parent is chained to a leaf. Hashes must be filled. INVALID if not. */
gboolean cv_mls_tree_hash_verify_parents (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
