/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Everything follows from the bits: the level of a node is the number of its trailing ones. */
#include "mls/tree-math.h"

gboolean
cv_mls_tree_math_is_full (guint32 n_leaves)
{
  return n_leaves > 0 && n_leaves <= CV_MLS_LEAVES_MAX && (n_leaves & (n_leaves - 1)) == 0;
}

guint32
cv_mls_tree_math_n_nodes (guint32 n_leaves)
{
  return n_leaves == 0 ? 0 : 2 * n_leaves - 1;
}

guint32
cv_mls_tree_math_n_leaves_for (guint32 n_nodes)
{
  guint32 n_leaves = 1;

  while (cv_mls_tree_math_n_nodes (n_leaves) < n_nodes && n_leaves < 1u << 30)
    n_leaves *= 2;
  return n_leaves;
}

CvMlsNode
cv_mls_tree_math_root (guint32 n_leaves)
{
  g_return_val_if_fail (n_leaves > 0, (CvMlsNode){0});

  return (CvMlsNode){n_leaves - 1};
}

guint
cv_mls_tree_math_level (CvMlsNode node)
{
  guint level = 0;

  while (node.index >> level & 1)
    level++;
  return level;
}

gboolean
cv_mls_tree_math_is_leaf (CvMlsNode node)
{
  return (node.index & 1) == 0;
}

CvMlsNode
cv_mls_tree_math_from_leaf (CvMlsLeaf leaf)
{
  g_return_val_if_fail (leaf.index <= G_MAXUINT32 / 2, (CvMlsNode){0});

  return (CvMlsNode){2 * leaf.index};
}

CvMlsLeaf
cv_mls_tree_math_to_leaf (CvMlsNode node)
{
  g_return_val_if_fail (cv_mls_tree_math_is_leaf (node), (CvMlsLeaf){0});

  return (CvMlsLeaf){node.index / 2};
}

CvMlsNode
cv_mls_tree_math_left (CvMlsNode node)
{
  guint level = cv_mls_tree_math_level (node);

  g_return_val_if_fail (level > 0, node);
  return (CvMlsNode){node.index ^ 1u << (level - 1)};
}

CvMlsNode
cv_mls_tree_math_right (CvMlsNode node)
{
  guint level = cv_mls_tree_math_level (node);

  g_return_val_if_fail (level > 0, node);
  return (CvMlsNode){node.index ^ 3u << (level - 1)};
}

CvMlsNode
cv_mls_tree_math_parent (CvMlsNode node)
{
  guint level = cv_mls_tree_math_level (node);
  guint32 bit = node.index >> (level + 1) & 1;

  return (CvMlsNode){(node.index | 1u << level) ^ bit << (level + 1)};
}

CvMlsNode
cv_mls_tree_math_sibling (CvMlsNode node)
{
  CvMlsNode parent = cv_mls_tree_math_parent (node);

  return node.index < parent.index ? cv_mls_tree_math_right (parent)
                                   : cv_mls_tree_math_left (parent);
}

guint
cv_mls_tree_math_direct_path (CvMlsLeaf leaf, guint32 n_leaves,
                              CvMlsNode path[static CV_MLS_TREE_DEPTH_MAX])
{
  CvMlsNode root = cv_mls_tree_math_root (n_leaves);
  CvMlsNode node = cv_mls_tree_math_from_leaf (leaf);
  guint n_nodes = 0;

  g_return_val_if_fail (cv_mls_tree_math_is_full (n_leaves) && leaf.index < n_leaves, 0);
  while (node.index != root.index) {
    node = cv_mls_tree_math_parent (node);
    path[n_nodes++] = node;
  }
  return n_nodes;
}

guint
cv_mls_tree_math_copath (CvMlsLeaf leaf, guint32 n_leaves,
                         CvMlsNode copath[static CV_MLS_TREE_DEPTH_MAX])
{
  CvMlsNode root = cv_mls_tree_math_root (n_leaves);
  CvMlsNode node = cv_mls_tree_math_from_leaf (leaf);
  guint n_nodes = 0;

  g_return_val_if_fail (cv_mls_tree_math_is_full (n_leaves) && leaf.index < n_leaves, 0);
  while (node.index != root.index) {
    copath[n_nodes++] = cv_mls_tree_math_sibling (node);
    node = cv_mls_tree_math_parent (node);
  }
  return n_nodes;
}

gboolean
cv_mls_tree_math_is_above (CvMlsNode node, CvMlsLeaf leaf)
{
  guint level = cv_mls_tree_math_level (node);

  /* A node at level k covers the 2^k leaves whose node index agrees above bit k. */
  return node.index >> (level + 1) == cv_mls_tree_math_from_leaf (leaf).index >> (level + 1);
}

CvMlsNode
cv_mls_tree_math_common_ancestor (CvMlsLeaf a, CvMlsLeaf b)
{
  CvMlsNode node = cv_mls_tree_math_from_leaf (a);

  while (!cv_mls_tree_math_is_above (node, b))
    node = cv_mls_tree_math_parent (node);
  return node;
}
