/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Everybody commits on one epoch at once, and the server orders one: each in turn is the winner, and
 * all the others drop what they staged, follow, and say what they had to say again. Costs 5 s of
 * processor under sanitizers. */
#include "mls/group-digest.h"
#include "mls/members.h"

#include <string.h>

#define N_RACERS 4
#define N_PEOPLE (2 * N_RACERS) /* one newcomer for each racer */

typedef struct {
  guint16 suite;
  gboolean is_public;
} Row;

typedef struct {
  const Row *row;
  Member *people[N_PEOPLE];
  CvMlsCommitResult staged[N_RACERS];
  GBytes *proposal; /* waits at everybody's: an Update of the last racer */
} World;

static void
world_init (World *world, const Row *row)
{
  *world = (World){.row = row};
  for (guint i = 0; i < N_PEOPLE; i++) {
    g_autofree char *name = g_strdup_printf ("person %u", i);

    world->people[i] = member_new (members_get_suite (row->suite), name);
  }
  member_create (world->people[0]);
  for (guint i = 1; i < N_RACERS; i++)
    member_add (world->people[0], world->people[i], world->people, N_PEOPLE);
}

static void
world_clear (World *world)
{
  for (guint i = 0; i < N_RACERS; i++)
    cv_mls_commit_result_clear (&world->staged[i]);
  for (guint i = 0; i < N_PEOPLE; i++)
    member_free (world->people[i]);
  g_bytes_unref (world->proposal);
}

static void
propose_update (World *world)
{
  CvMlsProposeParams params = {.type = CV_MLS_PROPOSAL_UPDATE, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;

  world->proposal = cv_mls_group_propose (world->people[N_RACERS - 1]->group, &params, &error);
  g_assert_no_error (error);
  for (guint i = 0; i + 1 < N_RACERS; i++) {
    g_auto (CvMlsReceived) received = {0};

    g_assert_true (member_try_receive (world->people[i], cv_span_from_bytes (world->proposal),
                                       &received, &error));
  }
}

static Member *
newcomer_of (World *world, guint racer)
{
  return world->people[N_RACERS + racer];
}

/* Adds the racer's newcomer, and what waits. */
static void
stage (World *world, guint racer, CvMlsCommitResult *result)
{
  CvSpan offer = member_offer (newcomer_of (world, racer));
  CvMlsCommitParams params = {.adds = &offer,
                              .n_adds = 1,
                              .includes_pending = TRUE,
                              .is_public = world->row->is_public,
                              .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_group_commit (world->people[racer]->group, &params, result, &error)
                 || error);
  g_assert_no_error (error);
}

/* A commit of an epoch that is over, or never was: refused, and nothing is different. */
static void
assert_refused (Member *person, GBytes *message)
{
  g_autoptr (GBytes) before = group_digest_dup (person->group);
  g_autoptr (GBytes) after = NULL;
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (member_try_receive (person, cv_span_from_bytes (message), &received, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_EPOCH);
  after = group_digest_dup (person->group);
  g_assert_true (g_bytes_equal (before, after));
}

/* The server ordered this one. */
static void
win (World *world, guint winner, const CvMlsCommitResult *result)
{
  for (guint i = 0; i < N_PEOPLE; i++)
    if (i != winner && world->people[i]->group)
      member_follow (world->people[i], result->commit);
  cv_mls_group_unref (world->people[winner]->group);
  world->people[winner]->group = cv_mls_group_ref (result->next);
  member_join (newcomer_of (world, winner), result->welcome);
  members_assert_agree (world->people, N_PEOPLE);
}

/* Of the commit that lost: it reaches nobody, and who joins by its Welcome is alone. */
static void
assert_lost (World *world, guint loser)
{
  const CvMlsCommitResult *lost = &world->staged[loser];
  Member *astray = newcomer_of (world, loser);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = NULL;

  for (guint i = 0; i < N_RACERS; i++)
    assert_refused (world->people[i], lost->commit);
  member_join (astray, lost->welcome);
  g_assert_false (cv_span_equal (cv_mls_group_get_epoch_authenticator (astray->group),
                                 cv_mls_group_get_epoch_authenticator (world->people[0]->group)));
  message =
      cv_mls_group_protect (astray->group, CV_SPAN_LITERAL ("anybody?"), CV_SPAN_EMPTY, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_RACERS; i++) {
    g_auto (CvMlsReceived) received = {0};

    g_assert_false (
        member_try_receive (world->people[i], cv_span_from_bytes (message), &received, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
    g_clear_error (&error);
  }
  g_clear_pointer (&astray->group, cv_mls_group_unref);
}

static void
race (const Row *row, guint winner)
{
  World world;

  world_init (&world, row);
  propose_update (&world);
  for (guint i = 0; i < N_RACERS; i++) {
    g_autoptr (GBytes) before = group_digest_dup (world.people[i]->group);
    g_autoptr (GBytes) after = NULL;

    /* Staging changes nothing that the digest sees, and what waits goes on waiting. */
    stage (&world, i, &world.staged[i]);
    after = group_digest_dup (world.people[i]->group);
    g_assert_true (g_bytes_equal (before, after));
  }
  win (&world, winner, &world.staged[winner]);
  for (guint i = 0; i < N_RACERS; i++)
    if (i != winner)
      assert_lost (&world, i);
  for (guint i = 0; i < N_RACERS; i++) {
    g_auto (CvMlsCommitResult) again = {0};

    if (i == winner)
      continue;
    /* The winner's epoch begins with nothing that waits. */
    g_assert_cmpuint (cv_mls_group_get_n_pending (world.people[i]->group), ==, 0);
    stage (&world, i, &again);
    win (&world, i, &again);
  }
  g_assert_cmpuint (cv_mls_group_get_n_members (world.people[0]->group), ==, N_PEOPLE);
  members_assert_talk (world.people, N_PEOPLE);
  world_clear (&world);
}

static void
test_race (gconstpointer row)
{
  for (guint winner = 0; winner < N_RACERS; winner++)
    race (row, winner);
}

int
main (int argc, char **argv)
{
  static const Row rows[] = {
      {0x0001, FALSE}, {0x0001, TRUE}, {0x0007, FALSE}, {0xF001, FALSE}, {0xF002, FALSE}};

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/race/%04x/%s", rows[i].suite,
                                             rows[i].is_public ? "public" : "private");

    g_test_add_data_func (path, &rows[i], test_race);
  }
  return g_test_run ();
}
