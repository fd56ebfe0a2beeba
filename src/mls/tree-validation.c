/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A newcomer believes a tree only after all of this; a member re-checks only what a commit
 * changed. Two leaves with one key would let one member read or sign as another. */
#include "mls/tree-validation.h"

#include "mls/error.h"

#define NODE_HEAD_LEN 2 /* presence and type */
#define VECTOR_HEAD_LEN 4 /* at most */

static guint32
n_nodes (const CvMlsRatchetTree *tree)
{
  return cv_mls_tree_math_n_nodes (cv_mls_ratchet_tree_get_leaf_count (tree));
}

/* §7.3, whatever the last change was: the tree keeps count of both. */
static gboolean
check_between_members (const CvMlsRatchetTree *tree, GError **error)
{
  if (!cv_mls_ratchet_tree_has_unique_keys (tree))
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "a key is in the tree twice");
  if (!cv_mls_ratchet_tree_has_shared_credentials (tree))
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                              "members do not support each other's credentials");
  return TRUE;
}

/* §5.1.1: a public key is one that the suite's KEM can take. */
static gboolean
check_parent_key (const CvMlsCipher *cipher, CvSpan key, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (cv_crypto_kem_check_public (cipher->crypto, cipher->suite->kem, key, &local))
    return TRUE;
  return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "parent node's public key: %s",
                            local->message);
}

/* §12.4.3.1: an unmerged leaf is there, is below the node, and every node between lists it too. */
static gboolean
check_unmerged (const CvMlsRatchetTree *tree, CvMlsNode node, GError **error)
{
  const CvMlsParentNode *parent = cv_mls_ratchet_tree_get_parent (tree, node);

  for (guint i = 0; parent && i < parent->unmerged->len; i++) {
    CvMlsLeaf leaf = {g_array_index (parent->unmerged, guint32, i)};
    CvMlsNode below = cv_mls_tree_math_from_leaf (leaf);

    if (!cv_mls_ratchet_tree_get_leaf (tree, leaf) || !cv_mls_tree_math_is_above (node, leaf))
      return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                                "unmerged leaf %u is not below its parent node", leaf.index);
    for (below = cv_mls_tree_math_parent (below); !cv_mls_tree_math_node_equal (below, node);
         below = cv_mls_tree_math_parent (below)) {
      const CvMlsParentNode *between = cv_mls_ratchet_tree_get_parent (tree, below);

      if (between && !cv_mls_parent_node_has_unmerged (between, leaf))
        return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                                  "unmerged leaf %u is missing in a node between", leaf.index);
    }
  }
  return TRUE;
}

gboolean
cv_mls_tree_validation_check_tree (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree,
                                   CvSpan group_id, const GPtrArray *group_extensions,
                                   GError **error)
{
  guint32 n_leaves = cv_mls_ratchet_tree_get_leaf_count (tree);

  for (guint32 i = 1; i < n_nodes (tree); i += 2) {
    CvMlsNode node = {i};

    if (!check_unmerged (tree, node, error))
      return FALSE;
    if (!cv_mls_ratchet_tree_is_blank (tree, node)
        && !check_parent_key (cipher, cv_mls_ratchet_tree_get_key (tree, node), error))
      return FALSE;
  }
  if (!check_between_members (tree, error)
      || !cv_mls_tree_hash_verify_parents (cipher, tree, error))
    return FALSE;
  for (guint32 i = 0; i < n_leaves; i++) {
    const CvMlsLeafNode *leaf = cv_mls_ratchet_tree_get_leaf (tree, (CvMlsLeaf){i});

    if (leaf
        && (!cv_mls_leaf_node_check (cipher, leaf, 0, error)
            || !cv_mls_leaf_node_check_supports (leaf, group_extensions, error)
            || !cv_mls_leaf_node_verify (cipher, leaf, group_id, (CvMlsLeaf){i}, error)))
      return FALSE;
  }
  return TRUE;
}

gboolean
cv_mls_tree_validation_check_ranges (const CvMlsRatchetTree *tree, GError **error)
{
  for (guint32 i = 0; i < cv_mls_ratchet_tree_get_leaf_count (tree); i++) {
    const CvMlsLeafNode *leaf = cv_mls_ratchet_tree_get_leaf (tree, (CvMlsLeaf){i});

    if (leaf && !cv_mls_leaf_node_check_range (leaf, error))
      return FALSE;
  }
  return TRUE;
}

/* How long the encoded tree can become while its leaves stay as they are. */
static gsize
get_len_max (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree)
{
  gsize n_leaves = cv_mls_ratchet_tree_get_leaf_count (tree);
  CvMlsNode root = cv_mls_tree_math_root ((guint32)n_leaves);
  gsize leaf_len = NODE_HEAD_LEN + cv_mls_tree_math_level (root) * sizeof (guint32);
  gsize parent_len = NODE_HEAD_LEN + 3 * VECTOR_HEAD_LEN + cipher->suite->hash_len
                     + cv_crypto_kem_public_len (cipher->suite->kem);

  return VECTOR_HEAD_LEN + cv_mls_ratchet_tree_get_subtree (tree, root)->leaf_bytes
         + n_leaves * leaf_len + (n_leaves - 1) * parent_len;
}

gboolean
cv_mls_tree_validation_check_len (const CvMlsCipher *cipher, const CvMlsRatchetTree *before,
                                  const CvMlsRatchetTree *tree, GError **error)
{
  gsize len = get_len_max (cipher, tree);

  /* Ours, not the RFC's: a commit that only removes makes it shorter, and is never refused. */
  return len <= CV_MLS_LIMIT_TREE || len <= get_len_max (cipher, before)
         || cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                               "ratchet tree could take %zu bytes, %d are allowed", len,
                               CV_MLS_LIMIT_TREE);
}

gboolean
cv_mls_tree_validation_check_new_leaf (const CvMlsRatchetTree *tree, CvMlsLeaf leaf,
                                       const GPtrArray *group_extensions, GError **error)
{
  const CvMlsLeafNode *node = cv_mls_ratchet_tree_get_leaf (tree, leaf);

  g_return_val_if_fail (node, FALSE);

  return cv_mls_leaf_node_check_supports (node, group_extensions, error)
         && check_between_members (tree, error);
}

gboolean
cv_mls_tree_validation_check_path (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree,
                                   CvMlsLeaf leaf, GError **error)
{
  CvMlsNode path[CV_MLS_TREE_DEPTH_MAX];
  guint depth =
      cv_mls_tree_math_direct_path (leaf, cv_mls_ratchet_tree_get_leaf_count (tree), path);

  for (guint i = 0; i < depth; i++) {
    if (cv_mls_ratchet_tree_is_blank (tree, path[i]))
      continue;
    if (!check_parent_key (cipher, cv_mls_ratchet_tree_get_key (tree, path[i]), error))
      return FALSE;
  }
  return check_between_members (tree, error);
}

gboolean
cv_mls_tree_validation_check_support (const CvMlsRatchetTree *tree,
                                      const GPtrArray *group_extensions, GError **error)
{
  for (guint32 i = 0; i < cv_mls_ratchet_tree_get_leaf_count (tree); i++) {
    const CvMlsLeafNode *leaf = cv_mls_ratchet_tree_get_leaf (tree, (CvMlsLeaf){i});

    if (leaf && !cv_mls_leaf_node_check_supports (leaf, group_extensions, error))
      return FALSE;
  }
  return TRUE;
}
