/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Whether a ratchet tree is one that a group may have (RFC 9420 §7.3, §12.4.3.1). */
#pragma once

#include "mls/group-context.h"
#include "mls/tree-hash.h"

G_BEGIN_DECLS

/* Everything, for a tree that comes from outside: parent hashes, unmerged leaves, every leaf's
 * signature and rules, unique keys. Whether a lifetime is over is not looked at: members stay longer
 * than that (§7.3). The tree's hashes must be filled. */
gboolean cv_mls_tree_validation_check_tree (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree,
                                            CvSpan group_id, const GPtrArray *group_extensions,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* No leaf was made to be good for longer than anybody takes (§7.2): the same for all, at any time. */
gboolean cv_mls_tree_validation_check_ranges (const CvMlsRatchetTree *tree,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Newcomers can read the tree: with all its parents, each leaf unmerged in every one above it, it is
 * not over CV_MLS_LIMIT_TREE, so that no path will ever make it so. A tree that was over it already
 * (`before`) may stay so, but not grow. For both sides of a commit. */
gboolean
cv_mls_tree_validation_check_len (const CvMlsCipher *cipher, const CvMlsRatchetTree *before,
                                  const CvMlsRatchetTree *tree,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A leaf that a proposal or path just put into the tree: support of the group's extensions, keys
 * that nobody else has, credential types. Signature and lifetime are the caller's. */
gboolean cv_mls_tree_validation_check_new_leaf (const CvMlsRatchetTree *tree, CvMlsLeaf leaf,
                                                const GPtrArray *group_extensions,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The non-blank parents above the leaf: valid keys that no other node has. */
gboolean
cv_mls_tree_validation_check_path (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree,
                                   CvMlsLeaf leaf, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Every member supports these GroupContext extensions. */
gboolean cv_mls_tree_validation_check_support (const CvMlsRatchetTree *tree,
                                               const GPtrArray *group_extensions,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
