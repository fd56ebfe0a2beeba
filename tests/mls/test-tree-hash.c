/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a hostile inviter's tree makes a newcomer do before any signature is looked at: as many steps
 * as the tree has nodes. The linker counts them (--wrap). 0.4 s. */
#include "mls/members.h"
#include "mls/tree-hash.h"

#define N_HALF 8192u
#define N_LEAVES (2 * N_HALF)

static guint n_looked_up;

gboolean __real_cv_mls_parent_node_has_unmerged (const CvMlsParentNode *node, CvMlsLeaf leaf);
gboolean __wrap_cv_mls_parent_node_has_unmerged (const CvMlsParentNode *node, CvMlsLeaf leaf);

gboolean
__wrap_cv_mls_parent_node_has_unmerged (const CvMlsParentNode *node, CvMlsLeaf leaf)
{
  n_looked_up++;
  return __real_cv_mls_parent_node_has_unmerged (node, leaf);
}

/* Whatever the left half looks like, its leaves' parent hash is the same: it is over the root and the
 * right half only.
 *
 *                 root              unmerged: all leaves on the left but one or two
 *          blank         blank
 *        · · · · ·      ·  ·  ·     every leaf on the left is said to be the root's maker
 */
typedef struct {
  const char *name;
  guint n_merged; /* the last leaves of the left half, which are not unmerged in the root */
  gboolean is_last_wrong; /* the last one carries another hash */
  gboolean is_good;
} Claim;

static const Claim claims[] = {
    {"takes-the-one-that-is-merged", 1, FALSE, TRUE},
    {"rejects-the-others-hash", 1, TRUE, FALSE},
    {"rejects-two-that-are-merged", 2, FALSE, FALSE},
    {"rejects-when-nobody-is-merged", 0, FALSE, FALSE},
};

static const CvMlsCipher *
get_cipher (void)
{
  static CvMlsCipher cipher;

  cipher = (CvMlsCipher){members_get_crypto (), members_get_suite (0x0001)};
  return &cipher;
}

/* Signatures and keys are not looked at here, so one leaf is in many places. */
static CvMlsLeafNode *
make_leaf (const Member *member, CvSpan parent_hash)
{
  CvMlsLeafParams params = member_leaf_params (member);
  const CvMlsLeafRenewal renewal = {.source = CV_MLS_LEAF_SOURCE_COMMIT,
                                    .encryption_key = CV_SPAN_LITERAL ("key"),
                                    .parent_hash = parent_hash,
                                    .signature_private = params.signature_private};
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsLeafNode) first =
      cv_mls_leaf_node_new (get_cipher (), &params, CV_SPAN_LITERAL ("first"), &error);
  CvMlsLeafNode *leaf;

  g_assert_no_error (error);
  leaf = cv_mls_leaf_node_renew (get_cipher (), first, &renewal, &error);
  g_assert_no_error (error);
  return leaf;
}

static CvMlsParentNode *
make_root (guint n_unmerged)
{
  CvMlsParentNode *root = cv_mls_parent_node_new (CV_SPAN_LITERAL ("root"), CV_SPAN_EMPTY);

  for (guint32 i = 0; i < n_unmerged; i++)
    g_array_append_val (root->unmerged, i);
  return root;
}

static void
put (CvMlsRatchetTree *tree, guint32 at, CvMlsLeafNode *leaf)
{
  cv_mls_ratchet_tree_set_leaf (tree, (CvMlsLeaf){at}, leaf);
}

static void
update (CvMlsRatchetTree *tree)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (cv_mls_tree_hash_update (get_cipher (), tree, &error).len, ==, 32);
}

static CvMlsRatchetTree *
make_tree (const Claim *claim)
{
  g_autoptr (Member) mallory = member_new (members_get_suite (0x0001), "mallory");
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_new ();
  g_autoptr (CvMlsLeafNode) other = make_leaf (mallory, CV_SPAN_LITERAL ("another hash"));
  g_autoptr (CvMlsParentNode) root = make_root (N_HALF - claim->n_merged);
  CvMlsNode top = cv_mls_tree_math_root (N_LEAVES);
  g_autoptr (CvMlsLeafNode) leaf = NULL;
  guint8 hash[32];
  CvMlsLeaf at;
  g_autoptr (GError) error = NULL;

  for (guint32 i = 0; i <= N_HALF; i++)
    g_assert_true (cv_mls_ratchet_tree_add (tree, other, &at));
  cv_mls_ratchet_tree_set_parent (tree, top, root);
  update (tree);
  g_assert_true (cv_mls_tree_hash_parent (get_cipher (), tree, top, cv_mls_tree_math_right (top),
                                          hash, &error));
  leaf = make_leaf (mallory, CV_SPAN_ARRAY (hash));
  for (guint32 i = 0; i < N_HALF; i++)
    put (tree, i, leaf);
  if (claim->is_last_wrong)
    put (tree, N_HALF - 1, other);
  update (tree);
  return g_steal_pointer (&tree);
}

static void
test_parent_hash (gconstpointer data)
{
  const Claim *claim = data;
  g_autoptr (CvMlsRatchetTree) tree = make_tree (claim);
  g_autoptr (GError) error = NULL;

  n_looked_up = 0;
  if (cv_mls_tree_hash_verify_parents (get_cipher (), tree, &error))
    g_assert_true (claim->is_good);
  else {
    g_assert_false (claim->is_good);
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  }
  g_assert_cmpuint (n_looked_up, >=, N_HALF);
  g_assert_cmpuint (n_looked_up, <=, N_LEAVES);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/tree-hash/%s", claims[i].name);

    g_test_add_data_func (path, &claims[i], test_parent_hash);
  }
  return g_test_run ();
}
