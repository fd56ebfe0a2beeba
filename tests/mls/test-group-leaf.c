/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A member's own leaf with another credential and signature key, by commit and by Update
 * (RFC 9420 §7.2, §12.1.2, §12.4.2); and what is left of an epoch that is over (§9.2). Costs 1 s
 * under sanitizers. */
#include "mls/group-private.h"
#include "mls/members.h"

typedef struct {
  Member *alice;
  Member *bob;
  Member *renewed; /* Bob with another key and name */
  Member *all[2];
  CvMlsLeafParams leaf; /* of `renewed` */
} World;

static void
world_set_up (World *world, gconstpointer data)
{
  const CvMlsSuite *suite = members_get_suite (0x0001);

  world->alice = world->all[0] = member_new (suite, "alice");
  world->bob = world->all[1] = member_new (suite, "bob");
  world->renewed = member_new (suite, "bob of next year");
  member_create (world->alice);
  member_add (world->alice, world->bob, world->all, 2);
  world->leaf = member_leaf_params (world->renewed);
}

static void
world_tear_down (World *world, gconstpointer data)
{
  member_free (world->alice);
  member_free (world->bob);
  member_free (world->renewed);
}

/* Bob is the renewed one for everybody, and what he signs and commits from now on is taken. */
static void
assert_renewed (World *world)
{
  Member *now[] = {world->alice, world->renewed};
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) by_bob = {0};
  g_auto (CvMlsCommitResult) by_alice = {0};
  CvMlsMember bob;

  world->renewed->group = g_steal_pointer (&world->bob->group);
  g_assert_true (cv_mls_group_get_member (world->alice->group, (CvMlsLeaf){1}, &bob));
  g_assert_true (cv_span_equal (bob.signature_public, world->leaf.signature_public));
  g_assert_true (cv_span_equal (bob.identity, world->leaf.identity));
  members_assert_agree (now, 2);
  members_assert_talk (now, 2);
  member_commit (world->renewed, &params, &by_bob);
  member_follow (world->alice, by_bob.commit);
  member_commit (world->alice, &params, &by_alice);
  member_follow (world->renewed, by_alice.commit);
  members_assert_agree (now, 2);
}

static void
assert_told (CvMlsReceived *received)
{
  g_assert_cmpuint (received->summary.updated->len, ==, 1);
  g_assert_cmpuint (g_array_index (received->summary.updated, CvMlsLeaf, 0).index, ==, 1);
}

static void
test_by_commit (World *world, gconstpointer data)
{
  /* A new leaf is only in a path, so asking for none does not count. */
  CvMlsCommitParams params = {.leaf = &world->leaf, .is_pathless = TRUE, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  member_commit (world->bob, &params, &result);
  g_assert_true (
      member_try_receive (world->alice, cv_span_from_bytes (result.commit), &received, &error));
  assert_told (&received);
  cv_mls_group_unref (world->alice->group);
  world->alice->group = g_steal_pointer (&received.next);
  assert_renewed (world);
}

/* The Welcome is signed with the key that is in the newcomer's tree. */
static void
test_by_commit_that_adds (World *world, gconstpointer data)
{
  g_autoptr (Member) carol = member_new (world->bob->suite, "carol");
  CvSpan offer = member_offer (carol);
  CvMlsCommitParams params = {
      .leaf = &world->leaf, .adds = &offer, .n_adds = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (world->bob, &params, &result);
  member_follow (world->alice, result.commit);
  member_join (carol, result.welcome);
  assert_renewed (world);
}

static void
test_by_update (World *world, gconstpointer data)
{
  CvMlsProposeParams propose = {
      .type = CV_MLS_PROPOSAL_UPDATE, .leaf = &world->leaf, .now_s = TEST_NOW_S};
  CvMlsCommitParams params = {.includes_pending = TRUE, .now_s = TEST_NOW_S};
  g_auto (CvMlsReceived) proposed = {0};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = cv_mls_group_propose (world->bob->group, &propose, &error);

  g_assert_no_error (error);
  g_assert_true (
      member_try_receive (world->alice, cv_span_from_bytes (message), &proposed, &error));
  g_assert_true (
      cv_span_equal (cv_span_from_bytes (proposed.proposal.identity), world->leaf.identity));
  member_commit (world->alice, &params, &result);
  member_follow (world->bob, result.commit);
  assert_renewed (world);
}

/* §5.3.3: everybody reads it, a stranger in the KeyPackage and members in the leaf, and it stays when
 * the leaf has a new key. */
static void
test_application_id (World *world, gconstpointer data)
{
  const CvSpan id = CV_SPAN_LITERAL ("0123456789abcdef");
  g_autoptr (Member) carol = member_new (world->bob->suite, "carol");
  CvMlsLeafParams leaf = member_leaf_params (carol);
  g_auto (CvMlsKeyPackageInfo) info = {0};
  g_auto (CvMlsCommitResult) added = {0};
  g_auto (CvMlsCommitResult) renewed = {0};
  g_autoptr (GError) error = NULL;
  CvMlsMember seen;

  leaf.application_id = id;
  carol->joiner = cv_mls_joiner_new (members_get_crypto (), &leaf, &error);
  g_assert_no_error (error);
  CvSpan offer = cv_span_from_bytes (cv_mls_joiner_get_key_package (carol->joiner));
  g_assert_true (cv_mls_key_package_inspect (members_get_crypto (), carol->suite, offer, TEST_NOW_S,
                                             &info, &error));
  g_assert_true (cv_span_equal (cv_span_from_bytes (info.application_id), id));
  CvMlsCommitParams params = {.adds = &offer, .n_adds = 1, .now_s = TEST_NOW_S};
  member_commit (world->alice, &params, &added);
  member_follow (world->bob, added.commit);
  member_join (carol, added.welcome);
  params = (CvMlsCommitParams){.now_s = TEST_NOW_S};
  member_commit (carol, &params, &renewed);
  member_follow (world->bob, renewed.commit);
  g_assert_true (cv_mls_group_get_member (world->bob->group, (CvMlsLeaf){2}, &seen));
  g_assert_true (cv_span_equal (seen.application_id, id));
  g_assert_true (cv_mls_group_get_member (world->bob->group, (CvMlsLeaf){1}, &seen));
  g_assert_cmpuint (seen.application_id.len, ==, 0);
}

/* What is no application_id is none: too long, cut short, with more behind it. */
static void
test_malformed_application_id (World *world, gconstpointer data)
{
  const char long_one[CV_MLS_APPLICATION_ID_MAX_LEN + 1] = {'x'};
  g_auto (CvWriter) writer;
  g_autoptr (GPtrArray) extensions = cv_mls_extension_list_new ();
  CvMlsLeafNode node = {.extensions = extensions};
  CvSpan values[] = {CV_SPAN_EMPTY, CV_SPAN_LITERAL ("\x02x"), CV_SPAN_LITERAL ("\x01xy"),
                     CV_SPAN_EMPTY};

  cv_writer_init (&writer);
  cv_writer_vector (&writer, cv_span (long_one, sizeof long_one));
  values[3] = cv_writer_span (&writer);
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++) {
    g_ptr_array_set_size (extensions, 0);
    cv_mls_extension_list_add (extensions, CV_MLS_EXTENSION_APPLICATION_ID, values[i]);
    g_assert_cmpuint (cv_mls_leaf_node_get_application_id (&node).len, ==, 0);
  }
  g_ptr_array_set_size (extensions, 0);
  cv_mls_extension_list_add (extensions, CV_MLS_EXTENSION_APPLICATION_ID,
                             CV_SPAN_LITERAL ("\x01x"));
  g_assert_cmpuint (cv_mls_leaf_node_get_application_id (&node).len, ==, 1);
}

/* ---- what is refused ---- */

static void
assert_not_renewed (World *world, CvMlsError code)
{
  CvMlsCommitParams params = {.leaf = &world->leaf, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_mls_group_commit (world->bob->group, &params, &result, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
  g_assert_null (result.next);
  members_assert_talk (world->all, 2);
}

static void
test_other_suite (World *world, gconstpointer data)
{
  g_autoptr (Member) other = member_new (members_get_suite (0x0003), "bob");
  CvMlsProposeParams propose = {.type = CV_MLS_PROPOSAL_UPDATE, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;

  world->leaf = member_leaf_params (other);
  propose.leaf = &world->leaf;
  assert_not_renewed (world, CV_MLS_ERROR_STATE);
  g_assert_null (cv_mls_group_propose (world->bob->group, &propose, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
}

static void
test_key_of_another (World *world, gconstpointer data)
{
  world->leaf = member_leaf_params (world->alice);
  assert_not_renewed (world, CV_MLS_ERROR_INVALID);
}

static void
test_lacks_policy (World *world, gconstpointer data)
{
  world->leaf.n_extension_types = 0;
  assert_not_renewed (world, CV_MLS_ERROR_INVALID);
}

/* Somebody else's public key: the signature shows that it is not ours. */
static void
test_borrowed_key (World *world, gconstpointer data)
{
  CvMlsCommitParams params = {.leaf = &world->leaf, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  world->leaf.signature_private = cv_secret_span (world->bob->signature.private_key);
  g_assert_true (cv_mls_group_commit (world->bob->group, &params, &result, &error));
  g_assert_false (
      member_try_receive (world->alice, cv_span_from_bytes (result.commit), &received, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
}

/* ---- an epoch that is over ---- */

static void
assert_over (gboolean is_done, GError **error)
{
  g_assert_false (is_done);
  g_assert_error (*error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  g_clear_error (error);
}

static void
test_retired_takes_late_data (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) late =
      cv_mls_group_protect (world->alice->group, CV_SPAN_LITERAL ("late"), CV_SPAN_EMPTY, &error);
  g_auto (CvMlsReceived) received = {0};
  guint64 epoch = cv_mls_group_get_epoch (world->bob->group);

  cv_mls_group_retire (world->bob->group);
  g_assert_true (member_try_receive (world->bob, cv_span_from_bytes (late), &received, &error)
                 || error);
  g_assert_no_error (error);
  g_assert_true (cv_span_equal (cv_span_from_array (received.data), CV_SPAN_LITERAL ("late")));
  g_assert_cmpuint (cv_mls_group_get_epoch (world->bob->group), ==, epoch);
  g_assert_cmpuint (cv_mls_group_get_own_leaf (world->bob->group).index, ==, 1);
}

static void
test_retired_does_nothing_else (World *world, gconstpointer data)
{
  CvMlsGroup *group = world->bob->group;
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  CvMlsProposeParams update = {.type = CV_MLS_PROPOSAL_UPDATE, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) by_alice = {0};
  g_auto (CvMlsCommitResult) by_bob = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (world->alice->group, &error);

  params.is_public = TRUE;
  member_commit (world->alice, &params, &by_alice);
  cv_mls_group_retire (group);
  assert_over (cv_mls_group_commit (group, &params, &by_bob, &error), &error);
  assert_over (cv_mls_group_propose (group, &update, &error) != NULL, &error);
  assert_over (cv_mls_group_protect (group, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error) != NULL,
               &error);
  assert_over (cv_mls_group_dup_group_info (group, &error) != NULL, &error);
  assert_over (cv_mls_group_export (group, "x", CV_SPAN_EMPTY, 32, &error) != NULL, &error);
  assert_over (cv_mls_group_resync (group, cv_span_from_bytes (info), TEST_NOW_S, &by_bob, &error),
               &error);
  assert_over (
      member_try_receive (world->bob, cv_span_from_bytes (by_alice.commit), &received, &error),
      &error);
}

static void
test_retired_keeps_no_path (World *world, gconstpointer data)
{
  CvMlsGroup *group = world->bob->group;
  CvMlsNode leaf = {2}; /* of leaf 1 */

  g_assert_nonnull (cv_mls_tree_keys_get (group->keys, leaf));
  g_assert_nonnull (group->epoch->secrets.init_secret);
  cv_mls_group_retire (group);
  g_assert_null (cv_mls_tree_keys_get (group->keys, leaf));
  g_assert_null (group->epoch->secrets.init_secret);
  g_assert_null (group->epoch->secrets.external_secret);
  g_assert_null (group->epoch->secrets.exporter_secret);
  /* Before it, when the secret tree was made. */
  g_assert_null (group->epoch->secrets.encryption_secret);
}

static void
assert_no_key (CvMlsSecretTree *tree, CvMlsLeaf sender, CvMlsRatchetType type, guint32 generation)
{
  g_auto (CvMlsMessageKey) key = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_mls_secret_tree_peek (tree, sender, type, generation, &key, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_GENERATION);
  g_assert_null (key.key);
}

/* Own keys and those of handshakes, be they of a leaf that was heard before or of one that was not; the
 * keys of late application data stay, skipped ones too. */
static void
test_retired_keeps_no_handshake (World *world, gconstpointer data)
{
  static const CvMlsLeaf heard = {0};
  static const CvMlsLeaf unheard = {2};
  g_autoptr (Member) carol = member_new (world->alice->suite, "carol");
  Member *all[] = {world->alice, world->bob, carol};
  CvMlsSecretTree *tree;
  g_auto (CvMlsMessageKey) key = {0};
  g_autoptr (GError) error = NULL;

  member_add (world->alice, carol, all, G_N_ELEMENTS (all));
  tree = world->bob->group->secret_tree;
  for (guint type = 0; type < 2; type++)
    g_assert_true (cv_mls_secret_tree_consume (tree, heard, (CvMlsRatchetType)type, 3, &error));
  cv_mls_group_retire (world->bob->group);
  for (guint type = 0; type < 2; type++) {
    g_assert_false (cv_mls_secret_tree_next (tree, (CvMlsRatchetType)type, &key, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
    g_clear_error (&error);
  }
  assert_no_key (tree, heard, CV_MLS_RATCHET_HANDSHAKE, 2);
  assert_no_key (tree, heard, CV_MLS_RATCHET_HANDSHAKE, 4);
  assert_no_key (tree, unheard, CV_MLS_RATCHET_HANDSHAKE, 0);
  for (guint32 generation = 2; generation <= 4; generation += 2) {
    g_assert_true (
        cv_mls_secret_tree_consume (tree, heard, CV_MLS_RATCHET_APPLICATION, generation, &error));
    assert_no_key (tree, heard, CV_MLS_RATCHET_APPLICATION, generation);
  }
  g_assert_true (cv_mls_secret_tree_consume (tree, unheard, CV_MLS_RATCHET_APPLICATION, 0, &error));
}

typedef struct {
  const char *name;
  void (*run) (World *world, gconstpointer data);
} Claim;

static const Claim claims[] = {
    {"leaf/by-commit", test_by_commit},
    {"leaf/by-commit-that-adds", test_by_commit_that_adds},
    {"leaf/by-update", test_by_update},
    {"leaf/carries-application-id", test_application_id},
    {"leaf/reads-no-malformed-application-id", test_malformed_application_id},
    {"leaf/rejects-other-suite", test_other_suite},
    {"leaf/rejects-key-of-another", test_key_of_another},
    {"leaf/rejects-lack-of-support", test_lacks_policy},
    {"leaf/rejects-borrowed-key", test_borrowed_key},
    {"retired/takes-late-data", test_retired_takes_late_data},
    {"retired/does-nothing-else", test_retired_does_nothing_else},
    {"retired/keeps-no-path", test_retired_keeps_no_path},
    {"retired/keeps-no-handshake", test_retired_keeps_no_handshake},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/%s", claims[i].name);

    g_test_add (path, World, NULL, world_set_up, claims[i].run, world_tear_down);
  }
  return g_test_run ();
}
