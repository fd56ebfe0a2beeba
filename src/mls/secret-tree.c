/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The tree is unfolded lazily: a node's secret is split into its children's when a leaf below is
 * first asked for, and wiped in the same step, so that at any time only what was not consumed yet
 * can be computed (RFC 9420 §9.2). */
#include "mls/secret-tree.h"

#include "mls/error.h"

#define N_RATCHETS 2

typedef struct {
  CvMlsRatchet ratchets[N_RATCHETS]; /* by CvMlsRatchetType */
} Leaf;

struct CvMlsSecretTree {
  CvMlsCipher cipher;
  guint32 n_leaves;
  CvMlsLeaf own;
  CvSecret **nodes; /* by node index; NULL once consumed */
  Leaf **leaves; /* by leaf index, of others; NULL until first used */
  Leaf *own_leaf;
};

static void
leaf_free (Leaf *leaf)
{
  if (!leaf)
    return;
  for (gsize i = 0; i < N_RATCHETS; i++)
    cv_mls_ratchet_clear (&leaf->ratchets[i]);
  g_free (leaf);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Leaf, leaf_free)

static gboolean
split_node (CvMlsSecretTree *tree, CvMlsNode node, GError **error)
{
  CvSecret **secret = &tree->nodes[node.index];
  gsize len = tree->cipher.suite->hash_len;
  g_autoptr (CvSecret) left = NULL;
  g_autoptr (CvSecret) right = NULL;

  left = cv_mls_labels_expand (&tree->cipher, cv_secret_span (*secret), "tree",
                               CV_SPAN_LITERAL ("left"), len, error);
  if (!left)
    return FALSE;
  right = cv_mls_labels_expand (&tree->cipher, cv_secret_span (*secret), "tree",
                                CV_SPAN_LITERAL ("right"), len, error);
  if (!right)
    return FALSE;
  tree->nodes[cv_mls_tree_math_left (node).index] = g_steal_pointer (&left);
  tree->nodes[cv_mls_tree_math_right (node).index] = g_steal_pointer (&right);
  g_clear_pointer (secret, cv_secret_unref);
  return TRUE;
}

/* Splits nodes from the lowest one that still has its secret down to the leaf. */
static gboolean
unfold (CvMlsSecretTree *tree, CvMlsLeaf leaf, GError **error)
{
  CvMlsNode target = cv_mls_tree_math_from_leaf (leaf);
  CvMlsNode node = target;

  while (!tree->nodes[node.index])
    node = cv_mls_tree_math_parent (node);
  while (!cv_mls_tree_math_node_equal (node, target)) {
    if (!split_node (tree, node, error))
      return FALSE;
    node = target.index < node.index ? cv_mls_tree_math_left (node) : cv_mls_tree_math_right (node);
  }
  return TRUE;
}

/* Full: the two ratchets of a leaf, whose node secret is gone after it. */
static Leaf *
take_leaf (CvMlsSecretTree *tree, CvMlsLeaf leaf, GError **error)
{
  static const char *const labels[N_RATCHETS] = {
      [CV_MLS_RATCHET_HANDSHAKE] = "handshake",
      [CV_MLS_RATCHET_APPLICATION] = "application",
  };
  CvSecret **secret = &tree->nodes[cv_mls_tree_math_from_leaf (leaf).index];
  g_autoptr (Leaf) made = g_new0 (Leaf, 1);

  if (!unfold (tree, leaf, error))
    return NULL;
  for (gsize i = 0; i < N_RATCHETS; i++) {
    made->ratchets[i].secret =
        cv_mls_labels_expand (&tree->cipher, cv_secret_span (*secret), labels[i], CV_SPAN_EMPTY,
                              tree->cipher.suite->hash_len, error);
    if (!made->ratchets[i].secret)
      return NULL;
  }
  g_clear_pointer (secret, cv_secret_unref);
  return g_steal_pointer (&made);
}

CvMlsSecretTree *
cv_mls_secret_tree_new (const CvMlsCipher *cipher, CvSpan encryption_secret, guint32 n_leaves,
                        CvMlsLeaf own, GError **error)
{
  g_autoptr (CvMlsSecretTree) tree = NULL;

  g_return_val_if_fail (encryption_secret.len == cipher->suite->hash_len, NULL);
  if (!cv_mls_tree_math_is_full (n_leaves) || own.index >= n_leaves) {
    cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "no leaf %u in a tree of %u", own.index,
                       n_leaves);
    return NULL;
  }
  tree = g_new0 (CvMlsSecretTree, 1);
  tree->cipher = *cipher;
  tree->n_leaves = n_leaves;
  tree->own = own;
  tree->nodes = g_new0 (CvSecret *, cv_mls_tree_math_n_nodes (n_leaves));
  tree->leaves = g_new0 (Leaf *, n_leaves);
  tree->nodes[cv_mls_tree_math_root (n_leaves).index] = cv_secret_new_from (encryption_secret);
  tree->own_leaf = take_leaf (tree, own, error);
  return tree->own_leaf ? g_steal_pointer (&tree) : NULL;
}

void
cv_mls_secret_tree_free (CvMlsSecretTree *tree)
{
  if (!tree)
    return;
  for (guint32 i = 0; i < cv_mls_tree_math_n_nodes (tree->n_leaves); i++)
    cv_secret_unref (tree->nodes[i]);
  for (guint32 i = 0; i < tree->n_leaves; i++)
    leaf_free (tree->leaves[i]);
  leaf_free (tree->own_leaf);
  g_free (tree->nodes);
  g_free (tree->leaves);
  g_free (tree);
}

CvMlsLeaf
cv_mls_secret_tree_get_own (const CvMlsSecretTree *tree)
{
  return tree->own;
}

guint32
cv_mls_secret_tree_get_n_leaves (const CvMlsSecretTree *tree)
{
  return tree->n_leaves;
}

gboolean
cv_mls_secret_tree_next (CvMlsSecretTree *tree, CvMlsRatchetType type, CvMlsMessageKey *key,
                         GError **error)
{
  CvMlsRatchet *ratchet = &tree->own_leaf->ratchets[type];
  g_auto (CvMlsMessageKey) taken = {0};
  guint32 generation;

  *key = (CvMlsMessageKey){0};
  if (!ratchet->secret)
    return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "all message keys of the epoch are used");
  generation = (guint32)ratchet->next;
  if (!cv_mls_ratchet_peek (&tree->cipher, ratchet, generation, &taken, error)
      || !cv_mls_ratchet_consume (&tree->cipher, ratchet, generation, error))
    return FALSE;
  *key = taken;
  taken = (CvMlsMessageKey){0};
  return TRUE;
}

static CvMlsRatchet *
find_ratchet (CvMlsSecretTree *tree, CvMlsLeaf sender, CvMlsRatchetType type, GError **error)
{
  if (sender.index >= tree->n_leaves) {
    cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "no leaf %u in a tree of %u", sender.index,
                       tree->n_leaves);
    return NULL;
  }
  if (cv_mls_tree_math_leaf_equal (sender, tree->own)) {
    cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "own message came back");
    return NULL;
  }
  if (!tree->leaves[sender.index])
    tree->leaves[sender.index] = take_leaf (tree, sender, error);
  return tree->leaves[sender.index] ? &tree->leaves[sender.index]->ratchets[type] : NULL;
}

gboolean
cv_mls_secret_tree_peek (CvMlsSecretTree *tree, CvMlsLeaf sender, CvMlsRatchetType type,
                         guint32 generation, CvMlsMessageKey *key, GError **error)
{
  const CvMlsRatchet *ratchet = find_ratchet (tree, sender, type, error);

  *key = (CvMlsMessageKey){0};
  return ratchet && cv_mls_ratchet_peek (&tree->cipher, ratchet, generation, key, error);
}

gboolean
cv_mls_secret_tree_consume (CvMlsSecretTree *tree, CvMlsLeaf sender, CvMlsRatchetType type,
                            guint32 generation, GError **error)
{
  CvMlsRatchet *ratchet = find_ratchet (tree, sender, type, error);

  return ratchet && cv_mls_ratchet_consume (&tree->cipher, ratchet, generation, error);
}
