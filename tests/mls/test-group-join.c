/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Joining by Welcome: the tree inside and beside it, PSKs of other groups and epochs, groups that
 * are there already (RFC 9420 §12.4.3.1). Damaged Welcomes are in test-group-outsider. Costs 1 s
 * under sanitizers. */
#include "mls/forgery.h"
#include "mls/group-private.h"
#include "mls/members.h"

typedef struct {
  Member *alice;
  Member *bob;
  Member *carol; /* outside */
  Member *all[3];
  CvMlsCommitParams commit; /* Alice adds Carol */
  CvSpan offer;
  CvMlsJoinParams join; /* of Carol */
  CvMlsCommitResult result;
} World;

static void
world_set_up (World *world, gconstpointer data)
{
  const CvMlsSuite *suite = members_get_suite (0x0001);

  world->alice = world->all[0] = member_new (suite, "alice");
  world->bob = world->all[1] = member_new (suite, "bob");
  world->carol = world->all[2] = member_new (suite, "carol");
  member_create (world->alice);
  member_add (world->alice, world->bob, world->all, 3);
  world->offer = member_offer (world->carol);
  world->commit = (CvMlsCommitParams){.adds = &world->offer, .n_adds = 1, .now_s = TEST_NOW_S};
  world->join = (CvMlsJoinParams){.now_s = TEST_NOW_S};
}

static void
world_tear_down (World *world, gconstpointer data)
{
  cv_mls_commit_result_clear (&world->result);
  for (gsize i = 0; i < 3; i++)
    member_free (world->all[i]);
}

static void
commit (World *world)
{
  member_commit (world->alice, &world->commit, &world->result);
  world->join.welcome = cv_span_from_bytes (world->result.welcome);
}

static void
assert_joins (World *world)
{
  g_autoptr (GError) error = NULL;

  world->carol->group =
      cv_mls_group_join (members_get_crypto (), world->carol->joiner, &world->join, &error);
  g_assert_no_error (error);
  if (cv_mls_group_get_epoch (world->bob->group) < cv_mls_group_get_epoch (world->alice->group))
    member_follow (world->bob, world->result.commit);
  members_assert_agree (world->all, 3);
  members_assert_talk (world->all, 3);
}

static void
assert_stays_out (World *world, CvMlsError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (
      cv_mls_group_join (members_get_crypto (), world->carol->joiner, &world->join, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
}

static void
test_tree_beside (World *world, gconstpointer data)
{
  g_autoptr (GBytes) old_tree = cv_mls_group_dup_ratchet_tree (world->alice->group);
  g_autoptr (GBytes) tree = NULL;

  world->commit.is_tree_beside = TRUE;
  commit (world);
  tree = cv_mls_group_dup_ratchet_tree (world->alice->group);
  assert_stays_out (world, CV_MLS_ERROR_MALFORMED);
  world->join.ratchet_tree = CV_SPAN_LITERAL ("no tree");
  assert_stays_out (world, CV_MLS_ERROR_MALFORMED);
  world->join.ratchet_tree = cv_span_from_bytes (old_tree);
  assert_stays_out (world, CV_MLS_ERROR_INVALID);
  world->join.ratchet_tree = cv_span_from_bytes (tree);
  assert_joins (world);
}

/* What is inside counts: it is what the committer signed. */
static void
test_tree_inside_and_beside (World *world, gconstpointer data)
{
  g_autoptr (GBytes) old_tree = cv_mls_group_dup_ratchet_tree (world->alice->group);

  commit (world);
  world->join.ratchet_tree = cv_span_from_bytes (old_tree);
  assert_joins (world);
}

/* Any flipped bit of a tree that comes beside. */
static void
test_tree_damaged (World *world, gconstpointer data)
{
  g_autoptr (GBytes) tree = NULL;
  g_autofree guint8 *copy = NULL;
  CvSpan span;

  world->commit.is_tree_beside = TRUE;
  commit (world);
  tree = cv_mls_group_dup_ratchet_tree (world->alice->group);
  span = cv_span_from_bytes (tree);
  copy = g_memdup2 (span.data, span.len);
  world->join.ratchet_tree = cv_span (copy, span.len);
  for (gsize at = 0; at < span.len; at++) {
    copy[at] ^= (guint8)(1u << at % 8);
    g_assert_null (
        cv_mls_group_join (members_get_crypto (), world->carol->joiner, &world->join, NULL));
    copy[at] ^= (guint8)(1u << at % 8);
  }
  assert_joins (world);
}

static void
assert_stays_outside (const Member *stranger, const Member *member)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (member->group, &error);
  CvMlsLeafParams leaf = member_leaf_params (stranger);
  CvMlsExternalJoinParams params = {
      .group_info = cv_span_from_bytes (info), .leaf = &leaf, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  g_assert_false (cv_mls_group_external_join (members_get_crypto (), &params, &result, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_clear_error (&error);
  params.now_s = 0;
  g_assert_true (cv_mls_group_external_join (members_get_crypto (), &params, &result, &error));
}

/* Alice's first leaf was made to live for ever; she alone believes in it. */
static void
test_founder_for_ever (World *world, gconstpointer data)
{
  g_autoptr (Member) alice = member_new (members_get_suite (0x0001), "alice");
  g_autoptr (CvMlsLeafNode) forged = NULL;
  CvMlsEpoch *epoch;
  CvMlsLeafNode like;

  member_create (alice);
  epoch = alice->group->epoch;
  like = *cv_mls_ratchet_tree_get_leaf (epoch->tree, (CvMlsLeaf){0});
  like.not_after_s = like.not_before_s + CV_MLS_KEY_PACKAGE_LIFETIME_MAX_S + 1;
  forged = forgery_make_leaf (&epoch->cipher, cv_secret_span (alice->signature.private_key), &like);
  cv_mls_ratchet_tree_set_leaf (epoch->tree, (CvMlsLeaf){0}, forged);
  world->commit.is_pathless = TRUE;
  member_commit (alice, &world->commit, &world->result);
  world->join.welcome = cv_span_from_bytes (world->result.welcome);
  assert_stays_out (world, CV_MLS_ERROR_INVALID);
  assert_stays_outside (world->bob, alice);
  world->join.now_s = 0;
  world->carol->group =
      cv_mls_group_join (members_get_crypto (), world->carol->joiner, &world->join, NULL);
  members_assert_agree ((Member *[]){alice, world->carol}, 2);
}

static void
test_public_commit (World *world, gconstpointer data)
{
  CvMlsPeek peek;

  world->commit.is_public = TRUE;
  commit (world);
  g_assert_true (cv_mls_group_peek (cv_span_from_bytes (world->result.commit), &peek, NULL));
  g_assert_cmpuint (peek.wire_format, ==, CV_MLS_WIRE_PUBLIC_MESSAGE);
  assert_joins (world);
}

/* ---- resumption PSKs ---- */

typedef struct {
  CvSpan group_id;
  guint64 epoch;
  CvSecret *secret;
} Known;

static CvSecret *
find_known (gpointer data, CvSpan group_id, guint64 epoch)
{
  const Known *known = data;

  return epoch == known->epoch && cv_span_equal (group_id, known->group_id)
             ? cv_secret_ref (known->secret)
             : NULL;
}

/* Alice and Carol, but not Bob, were in another group; then all get its PSK from elsewhere. */
static void
test_other_group (World *world, gconstpointer data)
{
  g_autoptr (CvSecret) secret = cv_secret_new_from (CV_SPAN_LITERAL ("of the other group"));
  Known known = {CV_SPAN_LITERAL ("other"), 7, secret};
  const CvMlsResumption resumption = {CV_SPAN_LITERAL ("other"), 7, secret};
  g_auto (CvMlsReceived) refused = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;
  CvMlsReceiveParams receive = {.psk_data = &known, .now_s = TEST_NOW_S};

  world->commit.resumptions = &resumption;
  world->commit.n_resumptions = 1;
  world->commit.is_public = TRUE; /* so that Bob can try twice */
  commit (world);
  receive.message = cv_span_from_bytes (world->result.commit);
  g_assert_false (cv_mls_group_receive (world->bob->group, &receive, &refused, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  g_clear_error (&error);
  receive.find_resumption = find_known;
  g_assert_true (cv_mls_group_receive (world->bob->group, &receive, &received, &error) || error);
  g_assert_no_error (error);
  g_assert_true (received.summary.has_resumption_psk);
  cv_mls_group_unref (world->bob->group);
  world->bob->group = g_steal_pointer (&received.next);
  assert_stays_out (world, CV_MLS_ERROR_STATE);
  world->join.psk_data = &known;
  world->join.find_resumption = find_known;
  known.epoch = 8;
  assert_stays_out (world, CV_MLS_ERROR_STATE);
  known.epoch = 7;
  assert_joins (world);
}

static void
test_other_group_wrong_secret (World *world, gconstpointer data)
{
  g_autoptr (CvSecret) secret = cv_secret_new_from (CV_SPAN_LITERAL ("of the other group"));
  g_autoptr (CvSecret) guess = cv_secret_new_from (CV_SPAN_LITERAL ("guess"));
  Known known = {CV_SPAN_LITERAL ("other"), 7, guess};
  const CvMlsResumption resumption = {CV_SPAN_LITERAL ("other"), 7, secret};

  world->commit.resumptions = &resumption;
  world->commit.n_resumptions = 1;
  commit (world);
  world->join.psk_data = &known;
  world->join.find_resumption = find_known;
  assert_stays_out (world, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_unknown_epoch (World *world, gconstpointer data)
{
  const CvMlsResumption resumption = {.epoch = 99};
  g_autoptr (GError) error = NULL;

  world->commit.resumptions = &resumption;
  world->commit.n_resumptions = 1;
  g_assert_false (
      cv_mls_group_commit (world->alice->group, &world->commit, &world->result, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  g_assert_null (cv_mls_group_dup_resumption_psk (world->alice->group, 99));
}

/* Who was removed and comes back knows an epoch that a stranger does not. */
static void
test_comes_back (World *world, gconstpointer data)
{
  const CvMlsLeaf carol = {2};
  CvMlsCommitParams remove = {.removes = &carol, .n_removes = 1, .now_s = TEST_NOW_S};
  CvMlsResumption resumption = {0};
  g_auto (CvMlsCommitResult) removal = {0};
  g_autoptr (CvMlsGroup) old = NULL;

  commit (world);
  assert_joins (world);
  old = g_steal_pointer (&world->carol->group);
  resumption.epoch = cv_mls_group_get_epoch (old);
  member_commit (world->alice, &remove, &removal);
  member_follow (world->bob, removal.commit);
  world->offer = member_offer (world->carol);
  world->commit.resumptions = &resumption;
  world->commit.n_resumptions = 1;
  cv_mls_commit_result_clear (&world->result);
  commit (world);
  assert_stays_out (world, CV_MLS_ERROR_STATE);
  world->join.parent = old;
  assert_joins (world);
}

/* ---- groups that are there ---- */

static void
test_known_group (World *world, gconstpointer data)
{
  const CvSpan ids[] = {CV_SPAN_LITERAL ("another"), CV_SPAN_LITERAL ("group")};

  commit (world);
  world->join.group_ids = ids;
  world->join.n_group_ids = 2;
  assert_stays_out (world, CV_MLS_ERROR_INVALID);
  world->join.n_group_ids = 1;
  assert_joins (world);
}

typedef struct {
  const char *name;
  void (*run) (World *world, gconstpointer data);
} Claim;

static const Claim claims[] = {
    {"tree-beside", test_tree_beside},
    {"tree-inside-counts", test_tree_inside_and_beside},
    {"rejects-damaged-tree", test_tree_damaged},
    {"founder-for-ever", test_founder_for_ever},
    {"public-commit", test_public_commit},
    {"psk-of-another-group", test_other_group},
    {"rejects-wrong-psk-of-another-group", test_other_group_wrong_secret},
    {"rejects-unknown-epoch", test_unknown_epoch},
    {"comes-back-with-an-epoch", test_comes_back},
    {"rejects-known-group", test_known_group},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/join/%s", claims[i].name);

    g_test_add (path, World, NULL, world_set_up, claims[i].run, world_tear_down);
  }
  return g_test_run ();
}
