/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A group's whole life in each of four suites, and its beginning in all: what must work. What must
 * fail: test-group-hostile. */
#include "mls/members.h"

typedef struct {
  Member *alice;
  Member *bob;
  Member *carol;
  Member *all[3];
} World;

static void
world_set_up (World *world, gconstpointer suite)
{
  world->alice = world->all[0] = member_new (suite, "alice");
  world->bob = world->all[1] = member_new (suite, "bob");
  world->carol = world->all[2] = member_new (suite, "carol");
  member_create (world->alice);
  member_add (world->alice, world->bob, world->all, 3);
  member_add (world->bob, world->carol, world->all, 3);
}

static void
world_tear_down (World *world, gconstpointer suite)
{
  for (gsize i = 0; i < 3; i++)
    member_free (world->all[i]);
}

static void
everybody_follows (World *world, Member *committer, GBytes *commit)
{
  for (gsize i = 0; i < 3; i++)
    if (world->all[i] != committer && world->all[i]->group)
      member_follow (world->all[i], commit);
}

static void
test_members_agree (World *world, gconstpointer suite)
{
  g_assert_cmpuint (cv_mls_group_get_epoch (world->alice->group), ==, 2);
  g_assert_cmpuint (cv_mls_group_get_n_members (world->carol->group), ==, 3);
  g_assert_cmpuint (cv_mls_group_get_leaf_count (world->carol->group), ==, 4);
  members_assert_agree (world->all, 3);
  members_assert_talk (world->all, 3);
}

static void
test_export (World *world, gconstpointer suite)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) a =
      cv_mls_group_export (world->alice->group, "label", CV_SPAN_LITERAL ("context"), 48, &error);
  g_autoptr (CvSecret) b =
      cv_mls_group_export (world->bob->group, "label", CV_SPAN_LITERAL ("context"), 48, &error);
  g_autoptr (CvSecret) c =
      cv_mls_group_export (world->bob->group, "other", CV_SPAN_LITERAL ("context"), 48, &error);

  g_assert_no_error (error);
  g_assert_true (cv_secret_span_equal (cv_secret_span (a), cv_secret_span (b)));
  g_assert_false (cv_secret_span_equal (cv_secret_span (a), cv_secret_span (c)));
}

static void
test_sign (World *world, gconstpointer suite)
{
  CvMlsLeaf alice = cv_mls_group_get_own_leaf (world->alice->group);
  CvMlsLeaf bob = cv_mls_group_get_own_leaf (world->bob->group);
  CvSpan content = CV_SPAN_LITERAL ("content");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) by_alice = cv_mls_group_sign (world->alice->group, "label", content, &error);
  CvSpan signature = cv_span_from_bytes (by_alice);

  g_assert_no_error (error);
  g_assert_true (
      cv_mls_group_verify (world->carol->group, alice, "label", content, signature, &error));
  g_assert_no_error (error);
  g_assert_false (
      cv_mls_group_verify (world->carol->group, bob, "label", content, signature, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
  g_clear_error (&error);
  g_assert_false (
      cv_mls_group_verify (world->carol->group, alice, "labels", content, signature, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
  g_clear_error (&error);
  g_assert_false (cv_mls_group_verify (world->carol->group, (CvMlsLeaf){77}, "label", content,
                                       signature, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_empty_commit (World *world, gconstpointer suite)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S, .is_pathless = TRUE};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (world->carol, &params, &result);
  g_assert_null (result.welcome);
  everybody_follows (world, world->carol, result.commit);
  members_assert_agree (world->all, 3);
  members_assert_talk (world->all, 3);
}

static void
test_policy (World *world, gconstpointer suite)
{
  CvSpan policy = CV_SPAN_LITERAL ("policy 1");
  CvMlsCommitParams params = {.policy = &policy,
                              .policy_type = TEST_POLICY_TYPE,
                              .now_s = TEST_NOW_S,
                              .authenticated_data = CV_SPAN_LITERAL ("because")};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  member_commit (world->bob, &params, &result);
  g_assert_true (
      member_try_receive (world->alice, cv_span_from_bytes (result.commit), &received, &error));
  g_assert_no_error (error);
  g_assert_true (received.summary.changes_policy);
  g_assert_true (received.summary.has_path);
  g_assert_cmpuint (received.sender.index, ==, 1);
  g_assert_cmpuint (received.summary.committer.index, ==, 1);
  g_assert_true (cv_span_equal (cv_span_from_bytes (received.authenticated_data),
                                CV_SPAN_LITERAL ("because")));
  g_assert_true (
      cv_span_equal (cv_mls_group_get_extension (received.next, TEST_POLICY_TYPE), policy));
  g_assert_true (cv_span_equal (cv_mls_group_get_extension (world->alice->group, TEST_POLICY_TYPE),
                                CV_SPAN_LITERAL ("policy 0")));
  member_follow (world->carol, result.commit);
  members_assert_agree (&world->all[1], 2);
}

static void
test_remove (World *world, gconstpointer suite)
{
  CvMlsLeaf alice = {0};
  CvMlsCommitParams params = {.removes = &alice, .n_removes = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (CvMlsGroup) before = cv_mls_group_ref (world->alice->group);
  g_autoptr (GBytes) late = NULL;
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GError) error = NULL;
  CvMlsMember member;

  late = cv_mls_group_protect (world->bob->group, CV_SPAN_LITERAL ("late"), CV_SPAN_EMPTY, &error);
  g_assert_no_error (error);
  member_commit (world->bob, &params, &result);
  everybody_follows (world, world->bob, result.commit);
  g_assert_null (world->alice->group);
  g_assert_false (cv_mls_group_get_member (world->bob->group, alice, &member));
  members_assert_agree (&world->all[1], 2);
  members_assert_talk (&world->all[1], 2);

  /* The old epoch still reads what was sent in it, and nothing of the next. */
  world->alice->group = g_steal_pointer (&before);
  g_assert_true (member_try_receive (world->alice, cv_span_from_bytes (late), &received, &error));
  g_assert_no_error (error);
  cv_mls_received_clear (&received);
  received = (CvMlsReceived){0};
  message = cv_mls_group_protect (world->bob->group, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error);
  g_assert_no_error (error);
  g_assert_false (
      member_try_receive (world->alice, cv_span_from_bytes (message), &received, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_EPOCH);
}

/* Two commits on one epoch: the server takes one, the other's author follows it. */
static void
test_race (World *world, gconstpointer suite)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) winner = {0};
  g_auto (CvMlsCommitResult) loser = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_group_commit (world->alice->group, &params, &loser, &error));
  g_assert_no_error (error);
  member_commit (world->bob, &params, &winner);
  everybody_follows (world, world->bob, winner.commit);
  members_assert_agree (world->all, 3);
  members_assert_talk (world->all, 3);
  g_assert_false (
      member_try_receive (world->carol, cv_span_from_bytes (loser.commit), &received, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_EPOCH);
}

static void
test_pathless_add (World *world, gconstpointer suite)
{
  g_autoptr (Member) dave = member_new (suite, "dave");
  CvSpan offer = member_offer (dave);
  CvMlsCommitParams params = {
      .adds = &offer, .n_adds = 1, .is_pathless = TRUE, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsCommitResult) refresh = {0};
  Member *all[] = {world->alice, world->bob, world->carol, dave};

  member_commit (world->alice, &params, &result);
  everybody_follows (world, world->alice, result.commit);
  member_join (dave, result.welcome);
  members_assert_agree (all, 4);
  params = (CvMlsCommitParams){.now_s = TEST_NOW_S};
  member_commit (dave, &params, &refresh);
  everybody_follows (world, dave, refresh.commit);
  members_assert_agree (all, 4);
  members_assert_talk (all, 4);
}

static void
test_batch (World *world, gconstpointer suite)
{
  Member *all[11] = {world->alice, world->bob, world->carol};
  CvSpan offers[8];
  CvMlsLeaf removed = {1};
  CvMlsPsk psk = members_get_psk ();
  CvMlsCommitParams params = {.adds = offers,
                              .n_adds = 8,
                              .removes = &removed,
                              .n_removes = 1,
                              .psks = &psk,
                              .n_psks = 1,
                              .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  for (gsize i = 0; i < 8; i++) {
    g_autofree char *name = g_strdup_printf ("person %zu", i);

    all[3 + i] = member_new (suite, name);
    offers[i] = member_offer (all[3 + i]);
  }
  member_commit (world->carol, &params, &result);
  everybody_follows (world, world->carol, result.commit);
  for (gsize i = 3; i < 11; i++)
    member_join (all[i], result.welcome);
  g_assert_null (world->bob->group);
  g_assert_cmpuint (cv_mls_group_get_n_members (world->alice->group), ==, 10);
  members_assert_agree (all, 11);
  members_assert_talk (all, 11);
  for (gsize i = 3; i < 11; i++)
    member_free (all[i]);
}

/* RFC 9420 §12.2 forbids one PreSharedKeyID twice; with two nonces they are two. */
static void
test_psk_with_two_nonces (World *world, gconstpointer suite)
{
  CvMlsPsk psks[] = {members_get_psk (), members_get_psk ()};
  CvMlsCommitParams params = {.psks = psks, .n_psks = 2, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (world->alice, &params, &result);
  everybody_follows (world, world->alice, result.commit);
  members_assert_agree (world->all, 3);
}

static void
test_resync (World *world, gconstpointer suite)
{
  g_autoptr (CvMlsGroup) old = cv_mls_group_ref (world->carol->group);
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_autoptr (GBytes) info = NULL;
  g_auto (CvMlsCommitResult) back = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < 3; i++) {
    g_auto (CvMlsCommitResult) missed = {0};

    member_commit (world->alice, &params, &missed);
    member_follow (world->bob, missed.commit);
  }
  info = cv_mls_group_dup_group_info (world->bob->group, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_group_resync (old, cv_span_from_bytes (info), TEST_NOW_S, &back, &error));
  g_assert_no_error (error);
  g_assert_null (back.welcome);
  g_assert_true (
      member_try_receive (world->alice, cv_span_from_bytes (back.commit), &received, &error));
  g_assert_no_error (error);
  g_assert_true (received.summary.is_external);
  g_assert_true (received.summary.has_resumption_psk);
  g_assert_cmpuint (received.summary.removed->len, ==, 1);
  g_assert_cmpuint (g_array_index (received.summary.removed, CvMlsLeaf, 0).index, ==, 2);
  g_assert_cmpuint (received.summary.committer.index, ==,
                    cv_mls_group_get_own_leaf (back.next).index);
  member_follow (world->alice, back.commit);
  member_follow (world->bob, back.commit);
  cv_mls_group_unref (world->carol->group);
  world->carol->group = cv_mls_group_ref (back.next);
  members_assert_agree (world->all, 3);
  members_assert_talk (world->all, 3);
}

typedef struct {
  const CvMlsGroup *group;
  CvMlsCommitResult result;
  GError *error;
} Work;

static gpointer
commit_in_worker (gpointer data)
{
  Work *work = data;
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};

  if (!cv_mls_group_commit (work->group, &params, &work->result, &work->error))
    g_assert_nonnull (work->error);
  return NULL;
}

/* Meanwhile the main thread goes on talking and reading in the old epoch. */
static void
test_worker (World *world, gconstpointer suite)
{
  Work work = {.group = world->alice->group};
  GThread *thread = g_thread_new ("commit", commit_in_worker, &work);

  for (guint i = 0; i < 5; i++)
    members_assert_talk (world->all, 3);
  g_thread_join (thread);
  g_assert_no_error (work.error);
  member_follow (world->bob, work.result.commit);
  member_follow (world->carol, work.result.commit);
  cv_mls_group_unref (world->alice->group);
  world->alice->group = cv_mls_group_ref (work.result.next);
  members_assert_agree (world->all, 3);
  cv_mls_commit_result_clear (&work.result);
}

static void
test_peek (World *world, gconstpointer suite)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message =
      cv_mls_group_protect (world->bob->group, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error);
  CvMlsPeek peek;

  g_assert_true (cv_mls_group_peek (cv_span_from_bytes (message), &peek, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (peek.wire_format, ==, 2);
  g_assert_cmpuint (peek.epoch, ==, 2);
  g_assert_cmpint (peek.content_type, ==, CV_MLS_CONTENT_APPLICATION);
  g_assert_true (cv_span_equal (peek.group_id, CV_SPAN_LITERAL ("group")));
  g_assert_false (cv_mls_group_peek (CV_SPAN_LITERAL ("\0\1\0\2"), &peek, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_MALFORMED);
  g_clear_error (&error);
  g_assert_false (cv_mls_group_peek (CV_SPAN_LITERAL ("\0\2\0\2\0"), &peek, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_UNSUPPORTED);
}

/* What would make a commit fail shows before it is made. */
static void
test_can_add (World *world, gconstpointer suite)
{
  g_autoptr (Member) dave = member_new (suite, "dave");
  g_autoptr (Member) eve = member_new (suite, "eve");
  g_autoptr (CvMlsJoiner) lacking = NULL;
  g_autoptr (GBytes) daves = cv_span_dup (member_offer (dave));
  g_autoptr (GError) error = NULL;
  CvMlsLeafParams params = member_leaf_params (eve);

  g_assert_true (cv_mls_group_can_add (world->alice->group, cv_span_from_bytes (daves), &error));
  g_assert_no_error (error);
  params.n_extension_types = 0;
  lacking = cv_mls_joiner_new (members_get_crypto (), &params, &error);
  g_assert_no_error (error);
  g_assert_false (cv_mls_group_can_add (
      world->alice->group, cv_span_from_bytes (cv_mls_joiner_get_key_package (lacking)), &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_clear_error (&error);
  /* Eve with Bob's signature key. */
  params = member_leaf_params (world->bob);
  g_clear_pointer (&lacking, cv_mls_joiner_free);
  lacking = cv_mls_joiner_new (members_get_crypto (), &params, &error);
  g_assert_no_error (error);
  g_assert_false (cv_mls_group_can_add (
      world->alice->group, cv_span_from_bytes (cv_mls_joiner_get_key_package (lacking)), &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (cv_mls_group_can_add (world->alice->group, CV_SPAN_LITERAL ("rubbish"), &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_MALFORMED);
}

typedef struct {
  const char *name;
  void (*run) (World *world, gconstpointer suite);
} Claim;

static const Claim claims[] = {
    {"members-agree", test_members_agree},
    {"export", test_export},
    {"sign", test_sign},
    {"empty-commit", test_empty_commit},
    {"policy", test_policy},
    {"remove-leaf-0", test_remove},
    {"race-has-one-winner", test_race},
    {"pathless-add", test_pathless_add},
    {"batch", test_batch},
    {"psk-with-two-nonces", test_psk_with_two_nonces},
    {"resync", test_resync},
    {"commit-in-worker", test_worker},
    {"peek", test_peek},
    {"can-add", test_can_add},
};

int
main (int argc, char **argv)
{
  static const guint16 suites[] = {0x0001, 0x0007, 0xF001, 0xF002, 0x0002,
                                   0x0003, 0x0004, 0x0005, 0x0006};
  const gsize n_whole = 4;

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++)
    for (gsize j = 0; j < (i < n_whole ? G_N_ELEMENTS (claims) : 1); j++) {
      g_autofree char *path = g_strdup_printf ("/mls/group/%04x/%s", suites[i], claims[j].name);

      g_test_add (path, World, members_get_suite (suites[i]), world_set_up, claims[j].run,
                  world_tear_down);
    }
  return g_test_run ();
}
