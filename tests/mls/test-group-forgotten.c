/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Proposals that a member gave up although somebody commits them, and how many may wait, forgotten ones
 * included. Costs 2 s under sanitizers. */
#include "mls/group-private.h"
#include "mls/members.h"

typedef struct {
  Member *alice; /* forgets */
  Member *bob; /* commits */
  Member *carol;
  Member *dave; /* outside */
  Member *all[4];
} World;

static void
world_set_up (World *world, gconstpointer is_public)
{
  const char *names[] = {"alice", "bob", "carol", "dave"};

  for (gsize i = 0; i < 4; i++)
    world->all[i] = member_new (members_get_suite (0x0001), names[i]);
  world->alice = world->all[0];
  world->bob = world->all[1];
  world->carol = world->all[2];
  world->dave = world->all[3];
  member_create (world->alice);
  member_add (world->alice, world->bob, world->all, 4);
  member_add (world->alice, world->carol, world->all, 4);
}

static void
world_tear_down (World *world, gconstpointer is_public)
{
  for (gsize i = 0; i < 4; i++)
    member_free (world->all[i]);
}

static gboolean
try_hear (Member *member, GBytes *message, GBytes **reference, GError **error)
{
  g_auto (CvMlsReceived) received = {0};

  if (!member_try_receive (member, cv_span_from_bytes (message), &received, error))
    return FALSE;
  if (reference)
    *reference = g_bytes_ref (received.proposal.reference);
  return TRUE;
}

static void
hear (Member *member, GBytes *message)
{
  g_autoptr (GError) error = NULL;

  try_hear (member, message, NULL, &error);
  g_assert_no_error (error);
}

/* Everybody in the group hears it. */
static GBytes *
propose (World *world, Member *from, CvMlsProposeParams params, gconstpointer is_public)
{
  g_autoptr (GError) error = NULL;
  GBytes *message;

  params.is_public = is_public != NULL;
  params.now_s = TEST_NOW_S;
  message = cv_mls_group_propose (from->group, &params, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < 4; i++)
    if (world->all[i] != from && world->all[i]->group)
      hear (world->all[i], message);
  return message;
}

static void
commit_pending (World *world, Member *by, gconstpointer is_public, CvMlsCommitResult *result)
{
  CvMlsCommitParams params = {.includes_pending = TRUE,
                              .is_public = is_public != NULL,
                              .find_psk = members_find_psk,
                              .now_s = TEST_NOW_S};

  member_commit (by, &params, result);
  for (gsize i = 0; i < 4; i++)
    if (world->all[i] != by && world->all[i]->group)
      member_follow (world->all[i], result->commit);
}

static void
forget_all (Member *member)
{
  g_assert_true (cv_mls_group_forget_proposals (member->group, CV_SPAN_EMPTY));
  g_assert_cmpuint (cv_mls_group_get_n_pending (member->group), ==, 0);
}

static gboolean
can_talk (Member *member)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message =
      cv_mls_group_protect (member->group, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error);

  g_assert_true (message || g_error_matches (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE));
  return message != NULL;
}

static void
assert_all_well (World *world)
{
  members_assert_agree (world->all, 4);
  members_assert_talk (world->all, 4);
}

static CvMlsProposeParams
add_of (Member *newcomer)
{
  return (CvMlsProposeParams){.type = CV_MLS_PROPOSAL_ADD, .key_package = member_offer (newcomer)};
}

static CvMlsProposeParams
remove_of (Member *member)
{
  return (CvMlsProposeParams){.type = CV_MLS_PROPOSAL_REMOVE,
                              .removed = cv_mls_group_get_own_leaf (member->group)};
}

static const CvMlsProposeParams update = {.type = CV_MLS_PROPOSAL_UPDATE};
static const CvMlsProposeParams psk = {.type = CV_MLS_PROPOSAL_PSK,
                                       .psk_id = CV_SPAN_LITERAL ("room")};

/* ---- somebody else commits it ---- */

static void
test_add (World *world, gconstpointer is_public)
{
  g_autoptr (GBytes) sent = propose (world, world->carol, add_of (world->dave), is_public);
  g_auto (CvMlsCommitResult) result = {0};

  forget_all (world->alice);
  commit_pending (world, world->bob, is_public, &result);
  member_join (world->dave, result.welcome);
  assert_all_well (world);
}

/* With the new private key, which the next path to Alice is sealed for. */
static void
test_own_update (World *world, gconstpointer is_public)
{
  g_autoptr (GBytes) sent = propose (world, world->alice, update, is_public);
  g_auto (CvMlsCommitResult) first = {0};
  g_auto (CvMlsCommitResult) second = {0};

  forget_all (world->alice);
  commit_pending (world, world->bob, is_public, &first);
  commit_pending (world, world->carol, is_public, &second);
  assert_all_well (world);
}

static void
test_remove (World *world, gconstpointer is_public)
{
  g_autoptr (GBytes) sent = propose (world, world->bob, remove_of (world->carol), is_public);
  g_auto (CvMlsCommitResult) result = {0};

  forget_all (world->alice);
  commit_pending (world, world->bob, is_public, &result);
  g_assert_null (world->carol->group);
  assert_all_well (world);
}

/* One of two, by its reference: the other goes on waiting. */
static void
test_one_of_two (World *world, gconstpointer is_public)
{
  g_autoptr (GBytes) first = propose (world, world->carol, psk, is_public);
  g_autoptr (GBytes) second = propose (world, world->carol, update, is_public);
  const CvMlsProposalItem *item = g_ptr_array_index (world->alice->group->pending, 0);
  g_autoptr (GBytes) reference = g_bytes_ref (item->reference);
  g_auto (CvMlsCommitResult) result = {0};

  for (guint i = 0; i < 2; i++)
    g_assert_true (
        cv_mls_group_forget_proposals (world->alice->group, cv_span_from_bytes (reference))
        == (i == 0));
  g_assert_cmpuint (cv_mls_group_get_n_pending (world->alice->group), ==, 1);
  g_assert_false (can_talk (world->alice));
  commit_pending (world, world->bob, is_public, &result);
  assert_all_well (world);
}

/* ---- nobody does ---- */

static void
test_talks_on (World *world, gconstpointer is_public)
{
  g_autoptr (GBytes) sent = propose (world, world->bob, remove_of (world->carol), is_public);

  for (gsize i = 0; i < 3; i++) {
    g_assert_false (can_talk (world->all[i]));
    forget_all (world->all[i]);
  }
  assert_all_well (world);
}

static void
test_not_in_own_commit (World *world, gconstpointer is_public)
{
  g_autoptr (GBytes) remove = propose (world, world->bob, remove_of (world->carol), is_public);
  g_autoptr (GBytes) add = NULL;
  g_auto (CvMlsCommitResult) result = {0};

  forget_all (world->alice);
  add = propose (world, world->bob, add_of (world->dave), is_public);
  commit_pending (world, world->alice, is_public, &result);
  member_join (world->dave, result.welcome);
  g_assert_cmpuint (cv_mls_group_get_n_members (world->bob->group), ==, 4);
  assert_all_well (world);
}

/* Nothing of an epoch that is over is found in the next one, or in what is left of it. */
static void
test_goes_with_the_epoch (World *world, gconstpointer is_public)
{
  g_autoptr (CvMlsGroup) old = cv_mls_group_ref (world->alice->group);
  g_autoptr (GBytes) sent = propose (world, world->alice, update, is_public);
  g_auto (CvMlsCommitResult) result = {0};

  forget_all (world->alice);
  g_assert_cmpuint (old->forgotten->len, ==, 1);
  commit_pending (world, world->bob, is_public, &result);
  g_assert_cmpuint (world->alice->group->forgotten->len, ==, 0);
  cv_mls_group_retire (old);
  g_assert_cmpuint (old->forgotten->len, ==, 0);
  assert_all_well (world);
}

/* Who proposes the same once more means it. A PrivateMessage cannot be received a second time, a
 * PublicMessage can. */
static void
test_waits_again (World *world, gconstpointer is_public)
{
  g_autoptr (GBytes) first = propose (world, world->bob, remove_of (world->carol), is_public);
  g_autoptr (GBytes) second = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (CvMlsCommitResult) result = {0};

  forget_all (world->alice);
  forget_all (world->bob);
  g_assert_true (try_hear (world->alice, first, NULL, &error) == (is_public != NULL));
  g_assert_true (is_public || g_error_matches (error, CV_MLS_ERROR, CV_MLS_ERROR_GENERATION));
  second = propose (world, world->bob, remove_of (world->carol), is_public);
  for (gsize i = 0; i < 2; i++) {
    g_assert_cmpuint (cv_mls_group_get_n_pending (world->all[i]->group), ==, 1);
    g_assert_cmpuint (world->all[i]->group->forgotten->len, ==, 0);
  }
  commit_pending (world, world->alice, is_public, &result);
  g_assert_null (world->carol->group);
  assert_all_well (world);
}

/* ---- how many ---- */

/* Somebody new asks to be let in. */
static GBytes *
ask (World *world, Member **asking)
{
  g_autoptr (Member) newcomer = member_new (world->alice->suite, "newcomer");
  g_autoptr (GError) error = NULL;
  GBytes *message;

  member_offer (newcomer);
  message = cv_mls_joiner_propose_add (members_get_crypto (), newcomer->joiner,
                                       cv_mls_group_get_id (world->alice->group),
                                       cv_mls_group_get_epoch (world->alice->group), &error);
  g_assert_no_error (error);
  if (asking)
    *asking = g_steal_pointer (&newcomer);
  return message;
}

/* As many as Alice takes. */
static void
crowd (World *world)
{
  guint n_taken = 0;
  g_autoptr (GError) error = NULL;

  while (!error) {
    g_autoptr (GBytes) message = ask (world, NULL);

    n_taken += try_hear (world->alice, message, NULL, &error) ? 1 : 0;
  }
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  g_assert_cmpuint (n_taken, ==, CV_MLS_LIMIT_ENTRIES_SHARE);
}

/* Whoever wants in, a member can still have somebody removed. */
static void
test_crowd_leaves_room (World *world, gconstpointer is_public)
{
  g_autoptr (GBytes) remove = NULL;
  g_auto (CvMlsCommitResult) result = {0};

  crowd (world);
  remove = propose (world, world->bob, remove_of (world->carol), is_public);
  commit_pending (world, world->bob, is_public, &result);
  g_assert_null (world->carol->group);
  assert_all_well (world);
}

/* What was forgotten keeps no newcomer out, and the first of them was forgotten for good: a commit of it
 * is followed once it came again. */
static void
test_forgotten_crowd_gives_way (World *world, gconstpointer is_public)
{
  g_autoptr (Member) first = NULL;
  g_autoptr (GBytes) asked = ask (world, &first);
  CvMlsCommitParams params = {
      .includes_pending = TRUE, .is_public = is_public != NULL, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  hear (world->alice, asked);
  forget_all (world->alice);
  crowd (world);
  forget_all (world->alice);
  crowd (world);
  g_assert_cmpuint (world->alice->group->forgotten->len, ==, 0);
  hear (world->bob, asked);
  member_commit (world->bob, &params, &result);
  g_assert_false (
      member_try_receive (world->alice, cv_span_from_bytes (result.commit), &received, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  g_assert_false (try_hear (world->alice, asked, NULL, NULL));
  forget_all (world->alice);
  hear (world->alice, asked);
  member_follow (world->alice, result.commit);
  member_join (first, result.welcome);
  members_assert_agree ((Member *[]){world->alice, world->bob, first}, 3);
}

typedef struct {
  const char *name;
  void (*run) (World *world, gconstpointer is_public);
} Claim;

static const Claim claims[] = {
    {"commit-is-followed/add", test_add},
    {"commit-is-followed/own-update", test_own_update},
    {"commit-is-followed/remove", test_remove},
    {"one-of-two", test_one_of_two},
    {"data-flows-again", test_talks_on},
    {"is-not-in-the-own-commit", test_not_in_own_commit},
    {"goes-with-the-epoch", test_goes_with_the_epoch},
    {"waits-again-when-it-comes-again", test_waits_again},
    {"crowd-leaves-room-for-members", test_crowd_leaves_room},
    {"forgotten-crowd-gives-way", test_forgotten_crowd_gives_way},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++)
    for (gsize is_public = 0; is_public < 2; is_public++) {
      g_autofree char *path = g_strdup_printf ("/mls/group/forgotten/%s/%s", claims[i].name,
                                               is_public ? "public" : "private");

      g_test_add (path, World, GSIZE_TO_POINTER (is_public), world_set_up, claims[i].run,
                  world_tear_down);
    }
  return g_test_run ();
}
