/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Coming from outside with an external commit: what RFC 9420 §12.4.3.2 allows and what it does not.
 * What a meeting takes of it is e2ee's. Costs 1 s under sanitizers. */
#include "mls/group-private.h"
#include "mls/members.h"

typedef struct {
  Member *alice;
  Member *bob;
  Member *carol; /* outside */
  Member *all[3];
  CvMlsLeafParams leaf; /* carol's */
  GBytes *info;
  CvMlsExternalJoinParams params;
} World;

static void
world_set_up (World *world, gconstpointer data)
{
  const CvMlsSuite *suite = members_get_suite (0x0001);
  g_autoptr (GError) error = NULL;

  world->alice = world->all[0] = member_new (suite, "alice");
  world->bob = world->all[1] = member_new (suite, "bob");
  world->carol = world->all[2] = member_new (suite, "carol");
  member_create (world->alice);
  member_add (world->alice, world->bob, world->all, 3);
  world->info = cv_mls_group_dup_group_info (world->alice->group, &error);
  g_assert_no_error (error);
  world->leaf = member_leaf_params (world->carol);
  world->params = (CvMlsExternalJoinParams){
      .group_info = cv_span_from_bytes (world->info), .leaf = &world->leaf, .now_s = TEST_NOW_S};
}

static void
world_tear_down (World *world, gconstpointer data)
{
  for (gsize i = 0; i < 3; i++)
    member_free (world->all[i]);
  g_bytes_unref (world->info);
}

/* Carol comes; those who are inside follow. */
static void
come (World *world)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  CvMlsPeek peek;

  g_assert_true (cv_mls_group_external_join (members_get_crypto (), &world->params, &result, &error)
                 || error);
  g_assert_no_error (error);
  g_assert_null (result.welcome);
  g_assert_true (cv_mls_group_peek (cv_span_from_bytes (result.commit), &peek, &error));
  g_assert_cmpuint (peek.wire_format, ==, CV_MLS_WIRE_PUBLIC_MESSAGE);
  g_clear_pointer (&world->carol->group, cv_mls_group_unref);
  world->carol->group = cv_mls_group_ref (result.next);
  for (gsize i = 0; i < 2; i++) {
    g_auto (CvMlsReceived) received = {0};

    member_try_receive (world->all[i], cv_span_from_bytes (result.commit), &received, &error);
    g_assert_no_error (error);
    g_assert_true (received.summary.is_external);
    g_assert_cmpint (received.sender_type, ==, CV_MLS_SENDER_NEW_MEMBER_COMMIT);
    g_assert_cmpuint (received.summary.committer.index, ==,
                      cv_mls_group_get_own_leaf (result.next).index);
    cv_mls_group_unref (world->all[i]->group);
    world->all[i]->group = g_steal_pointer (&received.next);
  }
  members_assert_agree (world->all, 3);
  members_assert_talk (world->all, 3);
}

static void
assert_stays_out (World *world, CvMlsError code)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (
      cv_mls_group_external_join (members_get_crypto (), &world->params, &result, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
  g_assert_null (result.next);
  g_assert_null (result.commit);
}

/* Carol's commit is made, and Bob refuses it. */
static void
assert_not_let_in (World *world, CvMlsError code)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_group_external_join (members_get_crypto (), &world->params, &result, &error)
                 || error);
  g_assert_no_error (error);
  g_assert_false (
      member_try_receive (world->bob, cv_span_from_bytes (result.commit), &received, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
  g_assert_null (received.next);
}

static void
test_tree_inside (World *world, gconstpointer data)
{
  come (world);
  g_assert_cmpuint (cv_mls_group_get_n_members (world->alice->group), ==, 3);
}

static void
test_tree_beside (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bare = cv_mls_group_dup_bare_group_info (world->alice->group, &error);
  g_autoptr (GBytes) tree = cv_mls_group_dup_ratchet_tree (world->bob->group);

  g_assert_no_error (error);
  world->params.group_info = cv_span_from_bytes (bare);
  assert_stays_out (world, CV_MLS_ERROR_MALFORMED);
  world->params.ratchet_tree = cv_span_from_bytes (tree);
  come (world);
}

/* cv_mls_group_resync takes no tree, but there is the same way for who has one beside. */
static void
test_back_by_tree_beside (World *world, gconstpointer data)
{
  CvMlsGroup *old = world->bob->group;
  guint64 epoch = cv_mls_group_get_epoch (old);
  CvMlsLeafParams leaf = member_leaf_params (world->bob);
  g_autoptr (CvSecret) secret = cv_mls_group_dup_resumption_psk (old, epoch);
  const CvMlsResumption resumption = {cv_mls_group_get_id (old), epoch, secret};
  g_autoptr (GBytes) bare = NULL;
  g_autoptr (GBytes) tree = NULL;
  CvMlsExternalJoinParams params = {.leaf = &leaf,
                                    .resumptions = &resumption,
                                    .n_resumptions = 1,
                                    .replaces_own_leaf = TRUE,
                                    .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) missed = {0};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  member_commit (world->alice, &(CvMlsCommitParams){.now_s = TEST_NOW_S}, &missed);
  bare = cv_mls_group_dup_bare_group_info (world->alice->group, &error);
  g_assert_no_error (error);
  tree = cv_mls_group_dup_ratchet_tree (world->alice->group);
  params.group_info = cv_span_from_bytes (bare);
  params.ratchet_tree = cv_span_from_bytes (tree);
  g_assert_false (cv_mls_group_resync (old, params.group_info, TEST_NOW_S, &result, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_MALFORMED);
  g_clear_error (&error);
  g_assert_true (cv_mls_group_external_join (members_get_crypto (), &params, &result, &error));
  g_assert_no_error (error);
  member_follow (world->alice, result.commit);
  cv_mls_group_unref (world->bob->group);
  world->bob->group = cv_mls_group_ref (result.next);
  members_assert_agree ((Member *[]){world->alice, world->bob}, 2);
  g_assert_cmpuint (cv_mls_group_get_n_members (result.next), ==, 2);
}

static void
test_tree_of_another_epoch (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) tree = cv_mls_group_dup_ratchet_tree (world->bob->group);
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GBytes) bare = NULL;

  member_commit (world->alice, &params, &result);
  bare = cv_mls_group_dup_bare_group_info (world->alice->group, &error);
  g_assert_no_error (error);
  world->params.group_info = cv_span_from_bytes (bare);
  world->params.ratchet_tree = cv_span_from_bytes (tree);
  assert_stays_out (world, CV_MLS_ERROR_INVALID);
}

static void
test_psk (World *world, gconstpointer data)
{
  CvMlsPsk psk = members_get_psk ();

  world->params.psks = &psk;
  world->params.n_psks = 1;
  come (world);
}

static void
test_wrong_psk (World *world, gconstpointer data)
{
  g_autoptr (CvSecret) guess = cv_secret_new_from (CV_SPAN_LITERAL ("guess"));
  CvMlsPsk psk = {CV_SPAN_LITERAL ("room"), guess};

  world->params.psks = &psk;
  world->params.n_psks = 1;
  assert_not_let_in (world, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_unknown_psk (World *world, gconstpointer data)
{
  g_autoptr (CvSecret) secret = cv_secret_new_from (CV_SPAN_LITERAL ("secret"));
  CvMlsPsk psk = {CV_SPAN_LITERAL ("nobody knows"), secret};

  world->params.psks = &psk;
  world->params.n_psks = 1;
  assert_not_let_in (world, CV_MLS_ERROR_STATE);
}

/* Somebody who lost the state comes back, with a resumption PSK and without. */
static void
test_replaces_own_leaf (World *world, gconstpointer data)
{
  guint64 epoch;
  g_autoptr (CvSecret) secret = NULL;
  CvMlsResumption resumption = {.group_id = CV_SPAN_LITERAL ("group")};

  come (world);
  epoch = cv_mls_group_get_epoch (world->carol->group);
  secret = cv_mls_group_dup_resumption_psk (world->carol->group, epoch);
  resumption.epoch = epoch;
  resumption.secret = secret;
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;

    g_bytes_unref (world->info);
    world->info = cv_mls_group_dup_group_info (world->bob->group, &error);
    g_assert_no_error (error);
    world->params.group_info = cv_span_from_bytes (world->info);
    world->params.replaces_own_leaf = TRUE;
    come (world);
    g_assert_cmpuint (cv_mls_group_get_n_members (world->alice->group), ==, 3);
    world->params.resumptions = &resumption;
    world->params.n_resumptions = 1;
  }
}

static void
test_replaces_nobody (World *world, gconstpointer data)
{
  world->params.replaces_own_leaf = TRUE;
  assert_stays_out (world, CV_MLS_ERROR_STATE);
}

/* A second leaf with the same signature key: §7.3. */
static void
test_comes_twice (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  come (world);
  g_bytes_unref (world->info);
  world->info = cv_mls_group_dup_group_info (world->bob->group, &error);
  g_assert_no_error (error);
  world->params.group_info = cv_span_from_bytes (world->info);
  assert_stays_out (world, CV_MLS_ERROR_INVALID);
}

static void
test_known_group (World *world, gconstpointer data)
{
  const CvSpan ids[] = {CV_SPAN_LITERAL ("another"), CV_SPAN_LITERAL ("group")};

  world->params.group_ids = ids;
  world->params.n_group_ids = 2;
  assert_stays_out (world, CV_MLS_ERROR_INVALID);
  world->params.n_group_ids = 1;
  come (world);
}

static void
test_lacks_policy (World *world, gconstpointer data)
{
  world->leaf.n_extension_types = 0;
  assert_stays_out (world, CV_MLS_ERROR_INVALID);
}

static void
test_other_suite (World *world, gconstpointer data)
{
  g_autoptr (Member) other = member_new (members_get_suite (0x0002), "other");

  world->leaf = member_leaf_params (other);
  assert_stays_out (world, CV_MLS_ERROR_INVALID);
}

static void
test_no_group_info (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message =
      cv_mls_group_protect (world->bob->group, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error);

  world->params.group_info = cv_span_from_bytes (message);
  assert_stays_out (world, CV_MLS_ERROR_INVALID);
  world->params.group_info = CV_SPAN_LITERAL ("x");
  assert_stays_out (world, CV_MLS_ERROR_MALFORMED);
}

static void
test_late (World *world, gconstpointer data)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (world->alice, &params, &result);
  member_follow (world->bob, result.commit);
  assert_not_let_in (world, CV_MLS_ERROR_EPOCH);
}

typedef struct {
  const char *name;
  void (*run) (World *world, gconstpointer data);
} Claim;

/* Before anything is joined: whose GroupInfo that is. */
static void
test_signer (World *world, gconstpointer data)
{
  g_autoptr (GBytes) bobs = NULL;
  g_autoptr (GError) error = NULL;
  CvMlsLeaf signer = {G_MAXUINT32};

  g_assert_true (cv_mls_group_peek_info_signer (cv_span_from_bytes (world->info), &signer, &error));
  g_assert_cmpuint (signer.index, ==, cv_mls_group_get_own_leaf (world->alice->group).index);
  bobs = cv_mls_group_dup_bare_group_info (world->bob->group, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_group_peek_info_signer (cv_span_from_bytes (bobs), &signer, &error));
  g_assert_cmpuint (signer.index, ==, cv_mls_group_get_own_leaf (world->bob->group).index);
  g_assert_false (cv_mls_group_peek_info_signer (
      cv_span (cv_span_from_bytes (bobs).data, g_bytes_get_size (bobs) - 1), &signer, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_MALFORMED);
}

static const Claim claims[] = {
    {"signer", test_signer},
    {"tree-inside", test_tree_inside},
    {"tree-beside", test_tree_beside},
    {"back-by-tree-beside", test_back_by_tree_beside},
    {"psk", test_psk},
    {"replaces-own-leaf", test_replaces_own_leaf},
    {"rejects/tree-of-another-epoch", test_tree_of_another_epoch},
    {"rejects/wrong-psk", test_wrong_psk},
    {"rejects/unknown-psk", test_unknown_psk},
    {"rejects/nobody-to-replace", test_replaces_nobody},
    {"rejects/coming-twice", test_comes_twice},
    {"rejects/group-of-known-id", test_known_group},
    {"rejects/lack-of-support", test_lacks_policy},
    {"rejects/other-suite", test_other_suite},
    {"rejects/no-group-info", test_no_group_info},
    {"rejects/old-epoch", test_late},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/external/%s", claims[i].name);

    g_test_add (path, World, NULL, world_set_up, claims[i].run, world_tear_down);
  }
  return g_test_run ();
}
