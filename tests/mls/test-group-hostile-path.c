/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Commits whose update path is not what it should be (RFC 9420 §7.5, §12.4.2). See mallory.h for how
 * to read the codes. */
#include "crypto/hash.h"
#include "mls/mallory.h"
#include "mls/tree-hash.h"

typedef void (*Spoil) (MalloryWorld *world, CvMlsUpdatePath *path);

static void
assert_path_refused (MalloryWorld *world, Spoil spoil, CvMlsError code)
{
  const CvMlsGroup *group = world->mallory->group;
  const CvMlsCipher *cipher = &group->epoch->cipher;
  CvMlsLeaf own = cv_mls_group_get_own_leaf (group);
  CvMlsProposalRules rules = {cipher,    &group->epoch->context, group->epoch->tree, own, NULL,
                              TEST_NOW_S};
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  g_auto (CvMlsStagedCommit) staged = {0};
  CvMlsTreekemRenew renew = {
      .group_id = cv_mls_group_get_id (group),
      .from = cv_mls_ratchet_tree_get_leaf (group->epoch->tree, own),
      .signature_private = cv_secret_span (group->signature_private),
  };
  g_autoptr (CvMlsTreekemPath) made = NULL;
  g_autoptr (GError) error = NULL;
  CvMlsCommit *commit = cv_mls_commit_new ();
  g_autoptr (GBytes) message = NULL;

  g_assert_true (
      cv_mls_staged_commit_begin (&staged, group->epoch, group->keys, &rules, items, &error));
  made = cv_mls_treekem_renew (cipher, staged.tree, staged.keys, &renew, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_staged_commit_fix_tree (&staged, &error));
  commit->path = cv_mls_treekem_seal (cipher, staged.tree, made, staged.effects.added,
                                      cv_span_from_bytes (staged.encoded_context), &error);
  g_assert_no_error (error);
  if (spoil)
    spoil (world, commit->path);
  message = mallory_forge (world, commit);
  mallory_assert_refused (world, message, code);
}

static CvMlsUpdatePathNode *
path_node (CvMlsUpdatePath *path, guint i)
{
  return g_ptr_array_index (path->nodes, i);
}

static void
spoil_drop_node (MalloryWorld *world, CvMlsUpdatePath *path)
{
  g_ptr_array_set_size (path->nodes, (gint)path->nodes->len - 1);
}

static void
spoil_extra_node (MalloryWorld *world, CvMlsUpdatePath *path)
{
  g_ptr_array_add (path->nodes, cv_mls_update_path_node_new (
                                    cv_span_from_bytes (path_node (path, 0)->encryption_key)));
}

static void
spoil_node_key (MalloryWorld *world, CvMlsUpdatePath *path)
{
  CvMlsUpdatePathNode *node = path_node (path, path->nodes->len - 1);

  g_bytes_unref (node->encryption_key);
  node->encryption_key = g_bytes_new_take (g_malloc0 (32), 32);
}

static void
spoil_drop_secret (MalloryWorld *world, CvMlsUpdatePath *path)
{
  g_ptr_array_set_size (path_node (path, 0)->secrets, 0);
}

/* At a node that the victim does not even read: all must judge alike. */
static void
spoil_secret_elsewhere (MalloryWorld *world, CvMlsUpdatePath *path)
{
  g_ptr_array_set_size (path_node (path, 1)->secrets, 0);
}

static void
spoil_secret_itself (MalloryWorld *world, CvMlsUpdatePath *path)
{
  CvMlsHpkeCiphertext *sealed = g_ptr_array_index (path_node (path, 0)->secrets, 0);

  g_bytes_unref (sealed->ciphertext);
  sealed->ciphertext = g_bytes_new_take (g_malloc0 (48), 48);
}

/* Another path secret than the public keys come from. */
static void
spoil_secret_value (MalloryWorld *world, CvMlsUpdatePath *path)
{
  CvMlsUpdatePathNode *node = path_node (path, 0);
  const CvMlsGroup *group = world->mallory->group;
  static const guint8 secret[32] = {1};
  g_auto (CvMlsHpkeCiphertext) sealed = {0};
  g_auto (CvMlsGroupContext) context = {0};
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_copy (group->epoch->tree);
  g_autoptr (GBytes) encoded = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_treekem_merge (&group->epoch->cipher, tree, (CvMlsLeaf){0}, path, &error));
  cv_mls_group_context_copy (&context, &group->epoch->context);
  context.epoch++;
  g_bytes_unref (context.tree_hash);
  context.tree_hash = cv_span_dup (cv_mls_tree_hash_update (&group->epoch->cipher, tree, &error));
  encoded = cv_mls_group_context_encode (&context);
  g_assert_true (cv_mls_labels_encrypt (
      &group->epoch->cipher,
      cv_mls_ratchet_tree_get_key (tree, cv_mls_tree_math_from_leaf ((CvMlsLeaf){1})),
      "UpdatePathNode", cv_span_from_bytes (encoded), CV_SPAN_ARRAY (secret), &sealed, &error));
  g_ptr_array_set_size (node->secrets, 0);
  cv_mls_update_path_node_take (node, &sealed);
}

/* The leaf again, signed as `renewal` says. */
static void
sign_leaf (MalloryWorld *world, CvMlsUpdatePath *path, CvMlsLeafRenewal renewal)
{
  const CvMlsGroup *group = world->mallory->group;
  g_autoptr (GError) error = NULL;
  CvMlsLeafNode *node;

  renewal.group_id = cv_mls_group_get_id (group);
  renewal.signature_private = cv_secret_span (group->signature_private);
  node = cv_mls_leaf_node_renew (&group->epoch->cipher, path->leaf_node, &renewal, &error);
  g_assert_no_error (error);
  cv_mls_leaf_node_unref (path->leaf_node);
  path->leaf_node = node;
}

static void
replace_leaf (MalloryWorld *world, CvMlsUpdatePath *path, CvMlsLeafSource source, CvMlsLeaf place,
              CvSpan key)
{
  sign_leaf (world, path,
             (CvMlsLeafRenewal){
                 .source = source,
                 .encryption_key = key,
                 .parent_hash = cv_span_from_bytes (path->leaf_node->parent_hash),
                 .leaf = place,
             });
}

/* The leaf with that key and the parent hash that belongs to the path's keys as they are now. So
 * AUTHENTICATION, by the path secrets, would mean that all the keys were taken. */
static void
fit_leaf (MalloryWorld *world, CvMlsUpdatePath *path, CvSpan key)
{
  const CvMlsGroup *group = world->mallory->group;
  const CvMlsCipher *cipher = &group->epoch->cipher;
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_copy (group->epoch->tree);
  g_autoptr (GArray) steps = NULL;
  guint8 above[CV_CRYPTO_HASH_MAX];
  gsize above_len = 0;
  g_autoptr (GError) error = NULL;

  cv_mls_ratchet_tree_blank_path (tree, (CvMlsLeaf){0});
  steps = cv_mls_ratchet_tree_dup_filtered_path (tree, (CvMlsLeaf){0});
  g_assert_cmpuint (cv_mls_tree_hash_update (cipher, tree, &error).len, >, 0);
  for (guint i = steps->len; i > 0; i--) {
    const CvMlsPathStep *step = &g_array_index (steps, CvMlsPathStep, i - 1);
    g_autoptr (CvMlsParentNode) node = cv_mls_parent_node_new (
        cv_span_from_bytes (path_node (path, i - 1)->encryption_key), cv_span (above, above_len));

    cv_mls_ratchet_tree_set_parent (tree, step->node, node);
    g_assert_true (cv_mls_tree_hash_parent (cipher, tree, step->node, step->copath, above, &error));
    above_len = cipher->suite->hash_len;
  }
  sign_leaf (world, path,
             (CvMlsLeafRenewal){
                 .source = CV_MLS_LEAF_SOURCE_COMMIT,
                 .encryption_key = key,
                 .parent_hash = cv_span (above, above_len),
             });
}

/* A key of the tree as it is, in that place of the path. */
static void
set_node_key (MalloryWorld *world, CvMlsUpdatePath *path, guint i, CvMlsNode from)
{
  CvMlsUpdatePathNode *node = path_node (path, i);
  CvSpan key = cv_mls_ratchet_tree_get_key (world->mallory->group->epoch->tree, from);

  g_assert_cmpuint (key.len, >, 0);
  g_bytes_unref (node->encryption_key);
  node->encryption_key = cv_span_dup (key);
}

static void
fit_same_leaf (MalloryWorld *world, CvMlsUpdatePath *path)
{
  g_autoptr (GBytes) key = g_bytes_ref (path->leaf_node->encryption_key);

  fit_leaf (world, path, cv_span_from_bytes (key));
}

/* Nothing is replaced but the leaf: who had the old secrets has the new ones too. */
static void
spoil_old_path (MalloryWorld *world, CvMlsUpdatePath *path)
{
  set_node_key (world, path, 0, (CvMlsNode){1});
  set_node_key (world, path, 1, (CvMlsNode){3});
  fit_same_leaf (world, path);
}

static void
spoil_old_root (MalloryWorld *world, CvMlsUpdatePath *path)
{
  set_node_key (world, path, 1, (CvMlsNode){3});
  fit_same_leaf (world, path);
}

static void
spoil_old_leaf_in_path (MalloryWorld *world, CvMlsUpdatePath *path)
{
  set_node_key (world, path, 0, (CvMlsNode){0});
  fit_same_leaf (world, path);
}

static void
spoil_others_key_in_path (MalloryWorld *world, CvMlsUpdatePath *path)
{
  set_node_key (world, path, 0, (CvMlsNode){2});
  fit_same_leaf (world, path);
}

static void
spoil_old_path_in_leaf (MalloryWorld *world, CvMlsUpdatePath *path)
{
  fit_leaf (world, path,
            cv_mls_ratchet_tree_get_key (world->mallory->group->epoch->tree, (CvMlsNode){1}));
}

static void
spoil_path_key_twice (MalloryWorld *world, CvMlsUpdatePath *path)
{
  g_bytes_unref (path_node (path, 1)->encryption_key);
  path_node (path, 1)->encryption_key = g_bytes_ref (path_node (path, 0)->encryption_key);
  fit_same_leaf (world, path);
}

static void
spoil_leaf_key_in_path (MalloryWorld *world, CvMlsUpdatePath *path)
{
  fit_leaf (world, path, cv_span_from_bytes (path_node (path, 1)->encryption_key));
}

/* That fit_leaf makes what is taken up to the path secrets. */
static void
spoil_nothing_but_fit (MalloryWorld *world, CvMlsUpdatePath *path)
{
  fit_same_leaf (world, path);
}

static void
spoil_leaf_source (MalloryWorld *world, CvMlsUpdatePath *path)
{
  g_autoptr (GBytes) key = g_bytes_ref (path->leaf_node->encryption_key);

  replace_leaf (world, path, CV_MLS_LEAF_SOURCE_UPDATE, (CvMlsLeaf){0}, cv_span_from_bytes (key));
}

static void
spoil_leaf_place (MalloryWorld *world, CvMlsUpdatePath *path)
{
  g_autoptr (GBytes) key = g_bytes_ref (path->leaf_node->encryption_key);

  replace_leaf (world, path, CV_MLS_LEAF_SOURCE_COMMIT, (CvMlsLeaf){1}, cv_span_from_bytes (key));
}

static void
spoil_leaf_old_key (MalloryWorld *world, CvMlsUpdatePath *path)
{
  CvSpan key = cv_mls_ratchet_tree_get_key (world->mallory->group->epoch->tree, (CvMlsNode){0});

  replace_leaf (world, path, CV_MLS_LEAF_SOURCE_COMMIT, (CvMlsLeaf){0}, key);
}

static void
spoil_leaf_stolen_key (MalloryWorld *world, CvMlsUpdatePath *path)
{
  CvSpan key = cv_mls_ratchet_tree_get_key (world->mallory->group->epoch->tree, (CvMlsNode){2});

  replace_leaf (world, path, CV_MLS_LEAF_SOURCE_COMMIT, (CvMlsLeaf){0}, key);
}

/* Nothing in MLS forbids it, so the application must hear of it. */
static void
test_other_identity_in_path (MalloryWorld *world, gconstpointer data)
{
  const CvMlsGroup *group = world->mallory->group;
  const CvMlsCipher *cipher = &group->epoch->cipher;
  CvMlsMessageKeys keys = cv_mls_group_message_keys (group);
  CvMlsLeafParams params = member_leaf_params (world->mallory);
  CvMlsProposalRules rules = {cipher,    &group->epoch->context, group->epoch->tree, {0}, NULL,
                              TEST_NOW_S};
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  g_auto (CvMlsStagedCommit) staged = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  CvMlsTreekemRenew renew = {.group_id = cv_mls_group_get_id (group),
                             .signature_private = params.signature_private};
  g_autoptr (CvMlsLeafNode) from = NULL;
  g_autoptr (CvMlsTreekemPath) path = NULL;
  g_autoptr (CvMlsEpoch) next = NULL;
  g_autoptr (GBytes) message = NULL;
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  params.identity = CV_SPAN_LITERAL ("other");
  from = cv_mls_leaf_node_new (cipher, &params, CV_SPAN_LITERAL ("unused"), &error);
  renew.from = from;
  g_assert_true (
      cv_mls_staged_commit_begin (&staged, group->epoch, group->keys, &rules, items, &error));
  path = cv_mls_treekem_renew (cipher, staged.tree, staged.keys, &renew, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_staged_commit_fix_tree (&staged, &error));
  mallory_start_commit (world, cv_mls_commit_new (), &auth);
  auth.content.commit->path =
      cv_mls_treekem_seal (cipher, staged.tree, path, staged.effects.added,
                           cv_span_from_bytes (staged.encoded_context), &error);
  staged.commit_secret = cv_secret_ref (cv_mls_treekem_path_get_commit_secret (path));
  staged.psk_secret = cv_mls_key_schedule_zero (cipher);
  next = cv_mls_group_sign_commit (&staged, &auth, params.signature_private, &error);
  g_assert_no_error (error);
  message = cv_mls_private_message_protect (&keys, &auth, &error);
  g_assert_true (
      member_try_receive (world->victim, cv_span_from_bytes (message), &received, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (received.summary.updated->len, ==, 1);
  g_assert_cmpuint (g_array_index (received.summary.updated, CvMlsLeaf, 0).index, ==, 0);
}

typedef struct {
  const char *name;
  Spoil spoil;
  CvMlsError code;
} PathCase;

static const PathCase path_cases[] = {
    {"unspoilt-fails-at-its-tag", NULL, CV_MLS_ERROR_AUTHENTICATION},
    {"node-missing", spoil_drop_node, CV_MLS_ERROR_INVALID},
    {"node-too-many", spoil_extra_node, CV_MLS_ERROR_INVALID},
    {"node-key-outside-parent-hash", spoil_node_key, CV_MLS_ERROR_INVALID},
    {"secret-missing", spoil_drop_secret, CV_MLS_ERROR_INVALID},
    {"secret-missing-elsewhere", spoil_secret_elsewhere, CV_MLS_ERROR_INVALID},
    {"secret-damaged", spoil_secret_itself, CV_MLS_ERROR_AUTHENTICATION},
    {"secret-of-other-keys", spoil_secret_value, CV_MLS_ERROR_INVALID},
    {"leaf-of-update", spoil_leaf_source, CV_MLS_ERROR_INVALID},
    {"leaf-signed-for-elsewhere", spoil_leaf_place, CV_MLS_ERROR_AUTHENTICATION},
    {"leaf-repeats-old-key", spoil_leaf_old_key, CV_MLS_ERROR_INVALID},
    {"leaf-repeats-others-key", spoil_leaf_stolen_key, CV_MLS_ERROR_INVALID},
    {"fitted-leaf-fails-at-its-secrets", spoil_nothing_but_fit, CV_MLS_ERROR_AUTHENTICATION},
    {"keys-of-old-path", spoil_old_path, CV_MLS_ERROR_INVALID},
    {"key-of-old-root", spoil_old_root, CV_MLS_ERROR_INVALID},
    {"node-has-old-leaf-key", spoil_old_leaf_in_path, CV_MLS_ERROR_INVALID},
    {"node-has-others-key", spoil_others_key_in_path, CV_MLS_ERROR_INVALID},
    {"leaf-has-old-path-key", spoil_old_path_in_leaf, CV_MLS_ERROR_INVALID},
    {"node-key-twice", spoil_path_key_twice, CV_MLS_ERROR_INVALID},
    {"leaf-has-node-key", spoil_leaf_key_in_path, CV_MLS_ERROR_INVALID},
};

static void
test_path (MalloryWorld *world, gconstpointer data)
{
  const PathCase *test = data;

  assert_path_refused (world, test->spoil, test->code);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (path_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/rejects/path/%s", path_cases[i].name);

    g_test_add (path, MalloryWorld, &path_cases[i], mallory_set_up, test_path, mallory_tear_down);
  }
  g_test_add ("/mls/group/rejects/path/but-tells-of-other-identity", MalloryWorld, NULL,
              mallory_set_up, test_other_identity_in_path, mallory_tear_down);
  return g_test_run ();
}
