/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Random histories of a group: whatever happens, all who are in agree, and nobody else follows.
 * The seed is GLib's: repeat a failure with --seed. */
#include "mls/members.h"

#include <string.h>

#define N_PEOPLE 16

typedef struct {
  guint16 suite;
  guint n_steps;
} Plan;

typedef struct {
  const CvMlsSuite *suite;
  Member *people[N_PEOPLE];
  guint n_serial;
} World;

static Member *
pick (World *world, gboolean is_inside, const Member *but)
{
  guint from = (guint)g_test_rand_int_range (0, N_PEOPLE);

  for (guint i = 0; i < N_PEOPLE; i++) {
    Member *person = world->people[(from + i) % N_PEOPLE];

    if (person != but && (person->group != NULL) == is_inside)
      return person;
  }
  return NULL;
}

static guint
count_inside (const World *world)
{
  guint count = 0;

  for (guint i = 0; i < N_PEOPLE; i++)
    count += world->people[i]->group ? 1 : 0;
  return count;
}

/* A copy with one bit changed never gets through and changes nothing. */
static void
assert_damage_is_seen (Member *person, GBytes *message)
{
  CvSpan span = cv_span_from_bytes (message);
  g_autofree guint8 *copy = g_memdup2 (span.data, span.len);
  gsize at = (gsize)g_test_rand_int_range (0, (gint)span.len);
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;
  guint64 epoch = cv_mls_group_get_epoch (person->group);

  copy[at] ^= (guint8)(1u << g_test_rand_int_range (0, 8));
  g_assert_false (member_try_receive (person, cv_span (copy, span.len), &received, &error));
  g_assert_nonnull (error);
  g_assert_null (received.next);
  g_assert_cmpuint (cv_mls_group_get_epoch (person->group), ==, epoch);
}

/* Everybody inside but the committer follows; who was removed keeps a last look at the door. */
static void
spread (World *world, const Member *committer, const CvMlsCommitResult *result)
{
  for (guint i = 0; i < N_PEOPLE; i++) {
    Member *person = world->people[i];
    g_autoptr (CvMlsGroup) before = person->group ? cv_mls_group_ref (person->group) : NULL;
    g_autoptr (GBytes) message = NULL;
    g_auto (CvMlsReceived) received = {0};
    g_autoptr (GError) error = NULL;

    if (!before || person == committer)
      continue;
    assert_damage_is_seen (person, result->commit);
    member_follow (person, result->commit);
    if (person->group)
      continue;
    person->group = g_steal_pointer (&before);
    message = cv_mls_group_protect (result->next, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error);
    g_assert_no_error (error);
    g_assert_false (member_try_receive (person, cv_span_from_bytes (message), &received, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_EPOCH);
    g_clear_pointer (&person->group, cv_mls_group_unref);
  }
}

typedef struct {
  CvMlsCommitParams params;
  CvSpan offers[4];
  Member *newcomers[4];
  CvMlsLeaf removes[4];
  CvSpan policy;
  CvMlsPsk psk;
  char text[32];
} Draft;

static void
draft_removes (World *world, const Member *committer, Draft *draft)
{
  guint want = (guint)g_test_rand_int_range (0, 3);

  for (guint i = 0; i < N_PEOPLE && draft->params.n_removes < want; i++) {
    const Member *person = world->people[i];
    CvMlsLeaf leaf;
    gboolean is_double = FALSE;

    if (person == committer || !person->group || g_test_rand_int_range (0, 2))
      continue;
    leaf = cv_mls_group_get_own_leaf (person->group);
    for (gsize j = 0; j < draft->params.n_removes; j++)
      is_double = is_double || draft->removes[j].index == leaf.index;
    if (!is_double)
      draft->removes[draft->params.n_removes++] = leaf;
  }
}

static void
draft_adds (World *world, Draft *draft)
{
  guint want = (guint)g_test_rand_int_range (0, 5);

  for (guint i = 0; i < N_PEOPLE && draft->params.n_adds < want; i++) {
    Member *person = world->people[i];

    if (person->group)
      continue;
    draft->newcomers[draft->params.n_adds] = person;
    draft->offers[draft->params.n_adds++] = member_offer (person);
  }
}

static void
draft_commit (World *world, const Member *committer, Draft *draft)
{
  *draft = (Draft){.params.now_s = TEST_NOW_S};
  draft->params.adds = draft->offers;
  draft->params.removes = draft->removes;
  draft->params.is_pathless = g_test_rand_bit ();
  draft->params.authenticated_data = CV_SPAN_LITERAL ("admissions");
  draft_adds (world, draft);
  if (count_inside (world) > 2)
    draft_removes (world, committer, draft);
  if (g_test_rand_int_range (0, 5) == 0) {
    g_snprintf (draft->text, sizeof draft->text, "policy %u", world->n_serial++);
    draft->policy = cv_span (draft->text, strlen (draft->text));
    draft->params.policy = &draft->policy;
    draft->params.policy_type = TEST_POLICY_TYPE;
  }
  if (g_test_rand_bit ()) {
    draft->psk = members_get_psk ();
    draft->params.psks = &draft->psk;
    draft->params.n_psks = 1;
  }
}

static void
step_commit (World *world)
{
  Member *committer = pick (world, TRUE, NULL);
  g_autoptr (CvMlsGroup) before = cv_mls_group_ref (committer->group);
  Member *other = pick (world, TRUE, committer);
  g_autoptr (GBytes) late = NULL;
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;
  Draft draft;

  if (other) {
    late = cv_mls_group_protect (other->group, CV_SPAN_LITERAL ("late"), CV_SPAN_EMPTY, &error);
    g_assert_no_error (error);
  }
  draft_commit (world, committer, &draft);
  member_commit (committer, &draft.params, &result);
  g_assert_true ((result.welcome != NULL) == (draft.params.n_adds > 0));
  spread (world, committer, &result);
  for (gsize i = 0; i < draft.params.n_adds; i++)
    member_join (draft.newcomers[i], result.welcome);

  /* The old epoch still opens what was sent in it. */
  if (late) {
    CvMlsReceiveParams params = {.message = cv_span_from_bytes (late), .now_s = TEST_NOW_S};

    g_assert_true (cv_mls_group_receive (before, &params, &received, &error) || error);
    g_assert_no_error (error);
  }
}

/* Two commits on one epoch: one winner, and the loser follows it. */
static void
step_race (World *world)
{
  Member *winner = pick (world, TRUE, NULL);
  Member *loser = pick (world, TRUE, winner);
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) won = {0};
  g_auto (CvMlsCommitResult) lost = {0};
  g_autoptr (GError) error = NULL;

  if (!loser)
    return;
  g_assert_true (cv_mls_group_commit (loser->group, &params, &lost, &error) || error);
  g_assert_no_error (error);
  member_commit (winner, &params, &won);
  spread (world, winner, &won);
}

/* One falls asleep for a few epochs and comes back by external commit. */
static void
step_resync (World *world)
{
  Member *sleeper = pick (world, TRUE, NULL);
  Member *other = pick (world, TRUE, sleeper);
  g_autoptr (CvMlsGroup) old = cv_mls_group_ref (sleeper->group);
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) missed = {0};
  g_auto (CvMlsCommitResult) back = {0};
  g_autoptr (GBytes) info = NULL;
  g_autoptr (GError) error = NULL;

  if (!other)
    return;
  g_clear_pointer (&sleeper->group, cv_mls_group_unref);
  member_commit (other, &params, &missed);
  spread (world, other, &missed);
  info = cv_mls_group_dup_group_info (other->group, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_group_resync (old, cv_span_from_bytes (info), TEST_NOW_S, &back, &error)
                 || error);
  g_assert_no_error (error);
  spread (world, sleeper, &back);
  sleeper->group = cv_mls_group_ref (back.next);
}

static void
assert_all_is_well (World *world)
{
  Member *speaker = pick (world, TRUE, NULL);
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GError) error = NULL;

  members_assert_agree (world->people, N_PEOPLE);
  g_assert_cmpuint (cv_mls_group_get_n_members (speaker->group), ==, count_inside (world));
  message = cv_mls_group_protect (speaker->group, CV_SPAN_LITERAL ("hello"), CV_SPAN_EMPTY, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_PEOPLE; i++) {
    Member *person = world->people[i];
    g_auto (CvMlsReceived) received = {0};

    if (!person->group || person == speaker)
      continue;
    assert_damage_is_seen (person, message);
    g_assert_true (member_try_receive (person, cv_span_from_bytes (message), &received, &error)
                   || error);
    g_assert_no_error (error);
    g_assert_true (cv_span_equal (cv_span_from_array (received.data), CV_SPAN_LITERAL ("hello")));
  }
}

static void
test_history (gconstpointer data)
{
  const Plan *plan = data;
  World world = {.suite = members_get_suite (plan->suite)};

  for (guint i = 0; i < N_PEOPLE; i++) {
    g_autofree char *name = g_strdup_printf ("person %u", i);

    world.people[i] = member_new (world.suite, name);
  }
  member_create (world.people[0]);
  for (guint i = 0; i < plan->n_steps; i++) {
    gint dice = g_test_rand_int_range (0, 10);

    if (dice == 0)
      step_race (&world);
    else if (dice == 1)
      step_resync (&world);
    else
      step_commit (&world);
    assert_all_is_well (&world);
  }
  for (guint i = 0; i < N_PEOPLE; i++)
    member_free (world.people[i]);
}

int
main (int argc, char **argv)
{
  static const Plan plans[] = {{0x0001, 80}, {0x0007, 15}, {0xF001, 40}, {0xF002, 15}};

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (plans); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/histories/%04x", plans[i].suite);

    g_test_add_data_func (path, &plans[i], test_history);
  }
  return g_test_run ();
}
