/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Trees that a hostile inviter could show a newcomer: signatures are right, the tree is not. */
#include "mls/group-private.h"
#include "mls/members.h"
#include "mls/tree-validation.h"

#include <string.h>

#define N_MEMBERS 5

typedef struct {
  Member *members[N_MEMBERS];
  CvMlsRatchetTree *tree; /* a copy to spoil; parents 1 3 5 7 are not blank */
} World;

static const CvMlsCipher *
cipher_of (const World *world)
{
  return &world->members[0]->group->epoch->cipher;
}

static void
world_set_up (World *world, gconstpointer data)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};

  for (guint i = 0; i < N_MEMBERS; i++) {
    g_autofree char *name = g_strdup_printf ("member %u", i);

    world->members[i] = member_new (members_get_suite (0x0001), name);
  }
  member_create (world->members[0]);
  for (guint i = 1; i < N_MEMBERS; i++)
    member_add (world->members[i - 1], world->members[i], world->members, i);
  for (guint i = 0; i < 4; i += 2) {
    g_auto (CvMlsCommitResult) result = {0};

    member_commit (world->members[i], &params, &result);
    for (guint j = 0; j < N_MEMBERS; j++)
      if (j != i)
        member_follow (world->members[j], result.commit);
  }
  world->tree = cv_mls_ratchet_tree_copy (world->members[0]->group->epoch->tree);
}

static void
world_tear_down (World *world, gconstpointer data)
{
  cv_mls_ratchet_tree_free (world->tree);
  for (guint i = 0; i < N_MEMBERS; i++)
    member_free (world->members[i]);
}

static void
assert_tree (World *world, const GPtrArray *extensions, gint code)
{
  CvSpan group_id = cv_mls_group_get_id (world->members[0]->group);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (cv_mls_tree_hash_update (cipher_of (world), world->tree, &error).len, ==, 32);
  if (cv_mls_tree_validation_check_tree (cipher_of (world), world->tree, group_id, extensions,
                                         &error)) {
    g_assert_no_error (error);
    g_assert_cmpint (code, ==, -1);
    return;
  }
  g_assert_error (error, CV_MLS_ERROR, code);
}

static void
assert_invalid (World *world)
{
  assert_tree (world, NULL, CV_MLS_ERROR_INVALID);
}

/* A leaf with that key, signed by its owner for its place; source update, so that no parent hash
 * is tied to it. */
static void
put_leaf (World *world, guint32 at, guint32 owner, CvSpan encryption_key)
{
  const Member *member = world->members[owner];
  CvMlsLeaf leaf = {at};
  CvMlsLeafRenewal renewal = {
      .source = CV_MLS_LEAF_SOURCE_UPDATE,
      .encryption_key = encryption_key,
      .group_id = cv_mls_group_get_id (member->group),
      .leaf = leaf,
      .signature_private = cv_secret_span (member->signature.private_key),
  };
  const CvMlsLeafNode *old =
      cv_mls_ratchet_tree_get_leaf (member->group->epoch->tree, (CvMlsLeaf){owner});
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsLeafNode) node =
      cv_mls_leaf_node_renew (cipher_of (world), old, &renewal, &error);

  g_assert_no_error (error);
  cv_mls_ratchet_tree_update (world->tree, leaf, node);
}

static CvSpan
fresh_key (World *world, CvCryptoKeyPair *pair)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (
      cv_crypto_kem_generate (members_get_crypto (), cipher_of (world)->suite->kem, pair, &error));
  return cv_span_from_bytes (pair->public_key);
}

static void
add_unmerged (World *world, guint32 node, guint32 leaf)
{
  g_autoptr (CvMlsParentNode) changed = cv_mls_parent_node_add_unmerged (
      cv_mls_ratchet_tree_get_parent (world->tree, (CvMlsNode){node}), (CvMlsLeaf){leaf});

  cv_mls_ratchet_tree_set_parent (world->tree, (CvMlsNode){node}, changed);
}

static void
put_parent (World *world, guint32 node, CvSpan key, CvSpan parent_hash)
{
  g_autoptr (CvMlsParentNode) parent = cv_mls_parent_node_new (key, parent_hash);

  cv_mls_ratchet_tree_set_parent (world->tree, (CvMlsNode){node}, parent);
}

static void
test_good (World *world, gconstpointer data)
{
  for (guint32 i = 1; i <= 7; i += 2)
    g_assert_false (cv_mls_ratchet_tree_is_blank (world->tree, (CvMlsNode){i}));
  assert_tree (world, world->members[0]->group->epoch->context.extensions, -1);
}

static void
test_good_update (World *world, gconstpointer data)
{
  g_auto (CvCryptoKeyPair) pair = {0};

  put_leaf (world, 4, 4, fresh_key (world, &pair));
  assert_tree (world, NULL, -1);
}

static void
test_repeated_encryption_key (World *world, gconstpointer data)
{
  put_leaf (world, 4, 4, cv_mls_ratchet_tree_get_key (world->tree, (CvMlsNode){0}));
  assert_invalid (world);
}

static void
test_key_of_parent (World *world, gconstpointer data)
{
  put_leaf (world, 4, 4, cv_mls_ratchet_tree_get_key (world->tree, (CvMlsNode){3}));
  assert_invalid (world);
}

static void
test_repeated_member (World *world, gconstpointer data)
{
  g_auto (CvCryptoKeyPair) pair = {0};

  put_leaf (world, 5, 4, fresh_key (world, &pair));
  assert_invalid (world);
}

/* X25519 takes these 32 bytes, but nobody could ever seal a path secret for them. */
static void
test_low_order_key (World *world, gconstpointer data)
{
  static const guint8 zeroes[32];

  put_leaf (world, 4, 4, CV_SPAN_ARRAY (zeroes));
  assert_invalid (world);
}

static void
test_signed_for_elsewhere (World *world, gconstpointer data)
{
  CvMlsLeafNode *node = cv_mls_ratchet_tree_get_leaf (world->tree, (CvMlsLeaf){4});
  CvSpan group_id = cv_mls_group_get_id (world->members[0]->group);
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (GError) error = NULL;

  put_leaf (world, 4, 4, fresh_key (world, &pair));
  node = cv_mls_leaf_node_ref (cv_mls_ratchet_tree_get_leaf (world->tree, (CvMlsLeaf){4}));
  cv_mls_ratchet_tree_remove (world->tree, (CvMlsLeaf){4});
  cv_mls_ratchet_tree_update (world->tree, (CvMlsLeaf){3}, node);
  cv_mls_leaf_node_unref (node);
  g_assert_cmpuint (cv_mls_tree_hash_update (cipher_of (world), world->tree, &error).len, ==, 32);
  g_assert_false (
      cv_mls_tree_validation_check_tree (cipher_of (world), world->tree, group_id, NULL, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_unsupported_extension (World *world, gconstpointer data)
{
  g_autoptr (GPtrArray) extensions = cv_mls_extension_list_new ();

  cv_mls_extension_list_add (extensions, 0xF0FF, CV_SPAN_EMPTY);
  assert_tree (world, extensions, CV_MLS_ERROR_INVALID);
}

static void
test_invented_parent (World *world, gconstpointer data)
{
  g_auto (CvCryptoKeyPair) pair = {0};

  put_parent (world, 1, fresh_key (world, &pair), CV_SPAN_EMPTY);
  assert_invalid (world);
}

/* The key swapped, the hash that chains it kept. */
static void
test_swapped_parent_key (World *world, gconstpointer data)
{
  g_auto (CvCryptoKeyPair) pair = {0};
  const CvMlsParentNode *old = cv_mls_ratchet_tree_get_parent (world->tree, (CvMlsNode){5});
  g_autoptr (GBytes) hash = g_bytes_ref (old->parent_hash);

  put_parent (world, 5, fresh_key (world, &pair), cv_span_from_bytes (hash));
  assert_invalid (world);
}

static void
test_parent_over_blanks (World *world, gconstpointer data)
{
  g_auto (CvCryptoKeyPair) pair = {0};

  put_parent (world, 13, fresh_key (world, &pair), CV_SPAN_EMPTY);
  assert_invalid (world);
}

static void
test_unmerged_blank_leaf (World *world, gconstpointer data)
{
  add_unmerged (world, 7, 6);
  assert_invalid (world);
}

static void
test_unmerged_not_below (World *world, gconstpointer data)
{
  add_unmerged (world, 1, 4);
  assert_invalid (world);
}

static void
test_unmerged_missing_between (World *world, gconstpointer data)
{
  add_unmerged (world, 7, 2);
  assert_invalid (world);
}

/* A member hidden as unmerged would not get path secrets that it should have. */
static void
test_unmerged_member (World *world, gconstpointer data)
{
  add_unmerged (world, 5, 3);
  add_unmerged (world, 3, 3);
  add_unmerged (world, 7, 3);
  assert_invalid (world);
}

static void
test_new_leaf (World *world, gconstpointer data)
{
  g_auto (CvCryptoKeyPair) pair = {0};
  CvMlsLeaf leaf = {4};
  g_autoptr (GError) error = NULL;

  put_leaf (world, 4, 4, fresh_key (world, &pair));
  g_assert_true (cv_mls_tree_validation_check_new_leaf (world->tree, leaf, NULL, &error));
  put_leaf (world, 4, 4, cv_mls_ratchet_tree_get_key (world->tree, (CvMlsNode){2}));
  g_assert_false (cv_mls_tree_validation_check_new_leaf (world->tree, leaf, NULL, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
}

static void
test_new_path (World *world, gconstpointer data)
{
  static const guint8 zeroes[32];
  CvMlsLeaf leaf = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_tree_validation_check_path (cipher_of (world), world->tree, leaf, &error));
  put_parent (world, 1, cv_mls_ratchet_tree_get_key (world->tree, (CvMlsNode){8}), CV_SPAN_EMPTY);
  g_assert_false (cv_mls_tree_validation_check_path (cipher_of (world), world->tree, leaf, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_clear_error (&error);
  put_parent (world, 1, CV_SPAN_ARRAY (zeroes), CV_SPAN_EMPTY);
  g_assert_false (cv_mls_tree_validation_check_path (cipher_of (world), world->tree, leaf, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_clear_error (&error);
  put_parent (world, 1, CV_SPAN_LITERAL ("short"), CV_SPAN_EMPTY);
  g_assert_false (cv_mls_tree_validation_check_path (cipher_of (world), world->tree, leaf, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
}

typedef struct {
  const char *name;
  void (*run) (World *world, gconstpointer data);
} Claim;

static const Claim claims[] = {
    {"takes-a-good-tree", test_good},
    {"takes-an-update", test_good_update},
    {"rejects-repeated-encryption-key", test_repeated_encryption_key},
    {"rejects-key-of-parent", test_key_of_parent},
    {"rejects-repeated-member", test_repeated_member},
    {"rejects-low-order-key", test_low_order_key},
    {"rejects-leaf-signed-for-elsewhere", test_signed_for_elsewhere},
    {"rejects-unsupported-extension", test_unsupported_extension},
    {"rejects-invented-parent", test_invented_parent},
    {"rejects-swapped-parent-key", test_swapped_parent_key},
    {"rejects-parent-over-blanks", test_parent_over_blanks},
    {"rejects-unmerged-blank-leaf", test_unmerged_blank_leaf},
    {"rejects-unmerged-not-below", test_unmerged_not_below},
    {"rejects-unmerged-missing-between", test_unmerged_missing_between},
    {"rejects-unmerged-member", test_unmerged_member},
    {"checks-new-leaf", test_new_leaf},
    {"checks-new-path", test_new_path},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/tree-validation/%s", claims[i].name);

    g_test_add (path, World, NULL, world_set_up, claims[i].run, world_tear_down);
  }
  return g_test_run ();
}
