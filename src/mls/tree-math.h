/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Arithmetic of the ratchet tree: an always full, left-balanced array (RFC 9420 appendix C).
 *
 *                 7              level 3, the root of 8 leaves
 *            .----+----.
 *           3          11        level 2
 *         .-+-.       .-+-.
 *        1     5     9     13    level 1
 *       / \   / \   / \   / \
 *      0   2 4   6 8  10 12 14   level 0: even node indices are leaves
 *      0   1 2   3 4   5 6   7   leaf indices
 *
 * n_leaves is always a power of two: a tree grows by doubling and shrinks by halving (§7.7). */
#pragma once

#include "mls/group.h"

G_BEGIN_DECLS

/* Node index in the array; even ones are leaves. Not a leaf index. */
typedef struct {
  guint32 index;
} CvMlsNode;

/* A bound of this implementation: 32 times the largest meeting that was measured. */
#define CV_MLS_LEAVES_MAX 16384u
#define CV_MLS_TREE_DEPTH_MAX 14

gboolean cv_mls_tree_math_is_full (guint32 n_leaves); /* a power of two within the bound */
guint32 cv_mls_tree_math_n_nodes (guint32 n_leaves);
guint32 cv_mls_tree_math_n_leaves_for (guint32 n_nodes); /* smallest full tree that holds them */
CvMlsNode cv_mls_tree_math_root (guint32 n_leaves);
guint cv_mls_tree_math_level (CvMlsNode node); /* 0 for a leaf */
gboolean cv_mls_tree_math_is_leaf (CvMlsNode node);
CvMlsNode cv_mls_tree_math_from_leaf (CvMlsLeaf leaf);
CvMlsLeaf cv_mls_tree_math_to_leaf (CvMlsNode node); /* only for leaves */

/* left and right only for parents, parent and sibling only below the root. */
CvMlsNode cv_mls_tree_math_left (CvMlsNode node);
CvMlsNode cv_mls_tree_math_right (CvMlsNode node);
CvMlsNode cv_mls_tree_math_parent (CvMlsNode node);
CvMlsNode cv_mls_tree_math_sibling (CvMlsNode node);

/* Direct path: from the leaf's parent up to the root. Copath: the sibling of the leaf, then of each
 * node of the direct path but the root. Both have log2(n_leaves) entries, the return value. */
guint cv_mls_tree_math_direct_path (CvMlsLeaf leaf, guint32 n_leaves,
                                    CvMlsNode path[static CV_MLS_TREE_DEPTH_MAX]);
guint cv_mls_tree_math_copath (CvMlsLeaf leaf, guint32 n_leaves,
                               CvMlsNode copath[static CV_MLS_TREE_DEPTH_MAX]);

gboolean cv_mls_tree_math_is_above (CvMlsNode node, CvMlsLeaf leaf); /* or is that leaf itself */
CvMlsNode cv_mls_tree_math_common_ancestor (CvMlsLeaf a, CvMlsLeaf b);

static inline gboolean
cv_mls_tree_math_node_equal (CvMlsNode a, CvMlsNode b)
{
  return a.index == b.index;
}

static inline gboolean
cv_mls_tree_math_leaf_equal (CvMlsLeaf a, CvMlsLeaf b)
{
  return a.index == b.index;
}

G_END_DECLS
