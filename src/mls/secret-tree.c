/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The tree is unfolded lazily: a node's secret is split into its children's when a leaf below is
 * first asked for, and wiped in the same step, so that at any time only what was not consumed yet
 * can be computed (RFC 9420 §9.2). What was not asked for is not there:
 *
 *         ·            4 leaves, of which 2 (node 4) was asked for; ● a secret, · one that is used
 *       /   \          up, R the two ratchets. Nodes 0, 2 and 6 do not exist yet.
 *      ●     ·
 *           / \
 *          R   ●
 */
#include "mls/secret-tree.h"

#include "mls/error.h"

#define N_RATCHETS 2

typedef struct {
  CvMlsRatchet ratchets[N_RATCHETS]; /* by CvMlsRatchetType */
} Leaf;

typedef struct Branch Branch;
struct Branch {
  CvSecret *secret; /* NULL once used up */
  Branch *children[2]; /* of a parent, once it is used up */
  Leaf *leaf; /* of another member's leaf, once it is used up */
};

struct CvMlsSecretTree {
  CvMlsCipher cipher;
  guint32 n_leaves;
  CvMlsLeaf own;
  Branch *root;
  Leaf *own_leaf;
  gboolean is_retired; /* no handshake ratchet is made any more */
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

/* Takes the secret. */
static Branch *
branch_new (CvSecret *secret)
{
  Branch *branch = g_new0 (Branch, 1);

  branch->secret = secret;
  return branch;
}

static void
branch_free (Branch *branch)
{
  if (!branch)
    return;
  for (guint i = 0; i < 2; i++)
    branch_free (branch->children[i]);
  g_clear_pointer (&branch->leaf, leaf_free);
  g_clear_pointer (&branch->secret, cv_secret_unref);
  g_free (branch);
}

static void
drop_handshakes (Branch *branch)
{
  if (!branch)
    return;
  for (guint i = 0; i < 2; i++)
    drop_handshakes (branch->children[i]);
  if (branch->leaf)
    cv_mls_ratchet_clear (&branch->leaf->ratchets[CV_MLS_RATCHET_HANDSHAKE]);
}

static gboolean
split (const CvMlsSecretTree *tree, Branch *branch, GError **error)
{
  gsize len = tree->cipher.suite->hash_len;
  g_autoptr (CvSecret) left = NULL;
  CvSecret *right;

  left = cv_mls_labels_expand (&tree->cipher, cv_secret_span (branch->secret), "tree",
                               CV_SPAN_LITERAL ("left"), len, error);
  if (!left)
    return FALSE;
  right = cv_mls_labels_expand (&tree->cipher, cv_secret_span (branch->secret), "tree",
                                CV_SPAN_LITERAL ("right"), len, error);
  if (!right)
    return FALSE;
  branch->children[0] = branch_new (g_steal_pointer (&left));
  branch->children[1] = branch_new (right);
  g_clear_pointer (&branch->secret, cv_secret_unref);
  return TRUE;
}

/* Splits nodes on the way from the root to the leaf where they still have their secret. */
static Branch *
unfold (const CvMlsSecretTree *tree, CvMlsLeaf leaf, GError **error)
{
  Branch *branch = tree->root;

  for (guint32 half = tree->n_leaves / 2; half > 0; half /= 2) {
    if (branch->secret && !split (tree, branch, error))
      return NULL;
    branch = branch->children[leaf.index & half ? 1 : 0];
  }
  return branch;
}

/* Full: the two ratchets of a leaf that was not used yet; its node secret is gone after it. */
static Leaf *
take_leaf (const CvMlsSecretTree *tree, Branch *branch, GError **error)
{
  static const char *const labels[N_RATCHETS] = {
      [CV_MLS_RATCHET_HANDSHAKE] = "handshake",
      [CV_MLS_RATCHET_APPLICATION] = "application",
  };
  g_autoptr (Leaf) made = g_new0 (Leaf, 1);

  for (gsize i = 0; i < N_RATCHETS; i++) {
    if (tree->is_retired && i == CV_MLS_RATCHET_HANDSHAKE)
      continue;
    made->ratchets[i].secret =
        cv_mls_labels_expand (&tree->cipher, cv_secret_span (branch->secret), labels[i],
                              CV_SPAN_EMPTY, tree->cipher.suite->hash_len, error);
    if (!made->ratchets[i].secret)
      return NULL;
  }
  g_clear_pointer (&branch->secret, cv_secret_unref);
  return g_steal_pointer (&made);
}

CvMlsSecretTree *
cv_mls_secret_tree_new (const CvMlsCipher *cipher, CvSpan encryption_secret, guint32 n_leaves,
                        CvMlsLeaf own, GError **error)
{
  g_autoptr (CvMlsSecretTree) tree = NULL;
  Branch *branch;

  g_return_val_if_fail (encryption_secret.len == cipher->suite->hash_len, NULL);
  /* §9: the secret tree has the ratchet tree's shape, and we have a leaf in it. */
  if (!cv_mls_tree_math_is_full (n_leaves) || own.index >= n_leaves) {
    cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "no leaf %u in a tree of %u", own.index,
                       n_leaves);
    return NULL;
  }
  tree = g_new0 (CvMlsSecretTree, 1);
  tree->cipher = *cipher;
  tree->n_leaves = n_leaves;
  tree->own = own;
  tree->root = branch_new (cv_secret_new_from (encryption_secret));
  branch = unfold (tree, own, error);
  if (branch)
    tree->own_leaf = take_leaf (tree, branch, error);
  return tree->own_leaf ? g_steal_pointer (&tree) : NULL;
}

void
cv_mls_secret_tree_free (CvMlsSecretTree *tree)
{
  if (!tree)
    return;
  branch_free (tree->root);
  leaf_free (tree->own_leaf);
  g_free (tree);
}

void
cv_mls_secret_tree_retire (CvMlsSecretTree *tree)
{
  for (gsize i = 0; i < N_RATCHETS; i++)
    cv_mls_ratchet_clear (&tree->own_leaf->ratchets[i]);
  drop_handshakes (tree->root);
  tree->is_retired = TRUE;
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
  /* §9.1: no key is used twice, and there are 2^32 of them. */
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
  Branch *branch;

  /* §6.3.2: the sender has a leaf in the tree. */
  if (sender.index >= tree->n_leaves) {
    cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "no leaf %u in a tree of %u", sender.index,
                       tree->n_leaves);
    return NULL;
  }
  if (cv_mls_tree_math_leaf_equal (sender, tree->own)) {
    cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "own message came back");
    return NULL;
  }
  branch = unfold (tree, sender, error);
  if (!branch)
    return NULL;
  if (branch->secret)
    branch->leaf = take_leaf (tree, branch, error);
  return branch->leaf ? &branch->leaf->ratchets[type] : NULL;
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
