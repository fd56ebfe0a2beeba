/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What an absence of one's own excuses: what others did in such a time, and not more. */
#include "e2ee/hostile-meeting.h"

#define SECOND G_USEC_PER_SEC

static void
lock (HostileMeeting *meeting, gboolean is_locked)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->alice->driver, is_locked, &error));
  world_run_for (meeting->world, 2 * SECOND);
}

/* The server lets a connection blink, and never says where the gap ends. */
static void
blink (Person *person)
{
  person->no_ordered = TRUE;
  cv_e2ee_group_driver_set_connected (person->driver, FALSE);
  world_run_for (person->world, SECOND / 10);
  cv_e2ee_group_driver_set_connected (person->driver, TRUE);
  person->no_ordered = FALSE;
}

static void
blink_all (HostileMeeting *meeting)
{
  blink (meeting->alice);
  blink (meeting->carol);
}

static void
flap (HostileMeeting *meeting, guint n)
{
  for (guint i = 0; i < n; i++) {
    world_run_for (meeting->world, 3 * SECOND / 2);
    blink_all (meeting);
  }
}

/* ---- the server, and Bob with it ---- */

static void
test_blink_keeps_the_lock (HostileMeeting *meeting, gconstpointer n)
{
  HostileGuest guest = hostile_make_guest (meeting);
  lock (meeting, TRUE);
  blink_all (meeting);
  flap (meeting, GPOINTER_TO_UINT (n));
  meeting->bob->no_ordered = TRUE; /* his own program would wonder at his commit */
  hostile_add (meeting, &guest, TRUE);
  hostile_assert_refused (meeting);
}

static void
test_blink_removes_nobody (HostileMeeting *meeting, gconstpointer n)
{
  CvMlsLeaf carol = world_leaf (meeting->carol);
  blink_all (meeting);
  flap (meeting, GPOINTER_TO_UINT (n));
  hostile_commit (meeting, &(CvMlsCommitParams){.removes = &carol, .n_removes = 1});
  hostile_assert_refused (meeting);
  g_assert_cmpuint (meeting->carol->n_ended, ==, 0);
}

/* Time goes on for what ends, however often the connection goes. */
static void
test_flapping_stops_no_clock (HostileMeeting *meeting, gconstpointer data)
{
  HostileGuest guest = hostile_make_guest (meeting);
  guest.statement_left_s = 3;
  g_autoptr (GBytes) key_package = hostile_make_key_package (meeting->world, &guest);
  blink_all (meeting);
  flap (meeting, 20);
  meeting->bob->no_ordered = TRUE;
  hostile_add_package (meeting, key_package, TRUE);
  hostile_assert_refused (meeting);
}

/* ---- honest people ---- */

/* The line is dead, and the server has not noticed; what it tells of others meanwhile is lost. */
static void
lose_line (Person *person)
{
  person->is_cut = TRUE;
  person->is_forgotten = TRUE;
  cv_e2ee_group_driver_set_connected (person->driver, FALSE);
}

static void
assert_caught_up (HostileMeeting *meeting, guint n)
{
  CvE2eeGroupDriver *carol = meeting->carol->driver;
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (carol), ==, n);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_notices (carol, CV_E2EE_NOTICE_FORBIDDEN_COMMIT), ==,
                    0);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_notices (carol, CV_E2EE_NOTICE_BAD_COMMIT), ==, 0);
  g_assert_cmpuint (meeting->world->n_voided, ==, 0);
  world_assert_agree (meeting->world);
}

/* Bob loses his connection for good: his program is closed. */
static void
lose_bob (HostileMeeting *meeting)
{
  world_cut (meeting->world, meeting->bob);
  meeting->bob->is_member = FALSE;
}

/* Carol's leaf is there, and she is not. */
static void
let_in (Person *person)
{
  guint n_joined = person->n_joined;
  world_knock (person->world, person);
  world_run_for (person->world, 3 * SECOND);
  g_assert_cmpuint (person->n_joined, ==, n_joined + 1);
}

static void
assert_bob_removed (HostileMeeting *meeting)
{
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->alice->driver), ==, 3);
}

/* Dave, who is no moderator, does what is to be done. */
static void
lock_with_dave (HostileMeeting *meeting)
{
  world_join (meeting->world, world_add (meeting->world, "Dave", ""));
  lock (meeting, TRUE);
  meeting->alice->holds_commits = TRUE;
}

/* All in Carol's absence, in a locked meeting. */
static void
test_missed_a_return (HostileMeeting *meeting, gconstpointer data)
{
  lock_with_dave (meeting);
  lose_line (meeting->carol);
  lose_bob (meeting);
  world_run_for (meeting->world, 17 * SECOND);
  assert_bob_removed (meeting);
  let_in (meeting->bob);
  world_resume (meeting->world, meeting->carol);
  world_run_for (meeting->world, 3 * SECOND);
  assert_caught_up (meeting, 4);
}

/* A short one, in which Bob started his program again. */
static void
test_missed_a_quick_return (HostileMeeting *meeting, gconstpointer data)
{
  lock_with_dave (meeting);
  lose_line (meeting->carol);
  lose_bob (meeting);
  world_run_for (meeting->world, SECOND / 2);
  let_in (meeting->bob);
  world_resume (meeting->world, meeting->carol);
  world_run_for (meeting->world, 3 * SECOND);
  assert_caught_up (meeting, 4);
}

/* Bob comes back when Carol has caught up, and she has never heard that he was lost. */
static void
test_return_after_a_missed_loss (HostileMeeting *meeting, gconstpointer data)
{
  lock_with_dave (meeting);
  lose_line (meeting->carol);
  lose_bob (meeting);
  world_run_for (meeting->world, 17 * SECOND);
  world_resume (meeting->world, meeting->carol);
  world_run_for (meeting->world, 20 * SECOND);
  assert_bob_removed (meeting);
  let_in (meeting->bob);
  world_run_for (meeting->world, 3 * SECOND);
  assert_caught_up (meeting, 4);
}

/* Lost before Carol's absence and back in it, which is over when nobody would take it any more. */
static void
test_return_in_time_heard_late (HostileMeeting *meeting, gconstpointer data)
{
  lock_with_dave (meeting);
  lose_bob (meeting);
  world_run_for (meeting->world, 30 * SECOND);
  assert_bob_removed (meeting);
  lose_line (meeting->carol);
  world_run_for (meeting->world, 20 * SECOND);
  let_in (meeting->bob);
  world_run_for (meeting->world, 30 * SECOND);
  world_resume (meeting->world, meeting->carol);
  world_run_for (meeting->world, 3 * SECOND);
  assert_caught_up (meeting, 4);
}

/* Carol's program notices late that her line is dead; all that was kept for her comes then. */
static void
test_noticed_late (HostileMeeting *meeting, gconstpointer data)
{
  lock_with_dave (meeting);
  meeting->carol->is_cut = TRUE;
  world_run_for (meeting->world, SECOND);
  lose_bob (meeting);
  world_run_for (meeting->world, 12 * SECOND);
  cv_e2ee_group_driver_set_connected (meeting->carol->driver, FALSE);
  world_run_for (meeting->world, SECOND);
  world_resume (meeting->world, meeting->carol);
  world_run_for (meeting->world, 5 * SECOND);
  assert_caught_up (meeting, 3);
}

/* People come and go, and the lock with them. */
static void
test_missed_comings_and_goings (HostileMeeting *meeting, gconstpointer data)
{
  World *world = meeting->world;
  Person *dave = world_add (world, "Dave", "");
  Person *erin = world_add (world, "Erin", "");
  lock (meeting, TRUE);
  lose_line (meeting->carol);
  lose_bob (meeting);
  lock (meeting, FALSE);
  let_in (dave);
  lock (meeting, TRUE);
  world_run_for (world, 13 * SECOND);
  lock (meeting, FALSE);
  let_in (erin);
  world_leave (world, dave);
  lock (meeting, TRUE);
  world_resume (world, meeting->carol);
  world_run_for (world, 3 * SECOND);
  assert_caught_up (meeting, 3);
}

/* A line that does not hold, again and again: what was kept comes when it does. */
static void
test_missed_on_a_bad_line (HostileMeeting *meeting, gconstpointer data)
{
  lock_with_dave (meeting);
  for (guint i = 0; i < 3; i++) {
    lose_line (meeting->carol);
    meeting->carol->is_forgotten = FALSE;
    if (i == 0)
      lose_bob (meeting);
    world_run_for (meeting->world, 6 * SECOND);
    world_resume (meeting->world, meeting->carol);
    world_run_for (meeting->world, SECOND / 5);
  }
  lose_line (meeting->carol);
  world_resume (meeting->world, meeting->carol);
  world_run_for (meeting->world, 3 * SECOND);
  assert_caught_up (meeting, 3);
}

/* ---- who has only just come ---- */

static void
assert_no_notices (Person *person, guint n)
{
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (person->driver), ==, n);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (person->driver, CV_E2EE_NOTICE_FORBIDDEN_COMMIT), ==, 0);
  g_assert_cmpuint (person->world->n_voided, ==, 0);
  world_assert_agree (person->world);
}

/* Two who were lost together come back one after the other, into a locked meeting. */
static void
test_lost_together (HostileMeeting *meeting, gconstpointer data)
{
  lock (meeting, TRUE);
  world_cut (meeting->world, meeting->carol);
  meeting->carol->is_member = FALSE;
  lose_bob (meeting);
  world_run_for (meeting->world, 20 * SECOND);
  let_in (meeting->bob);
  world_run_for (meeting->world, 5 * SECOND);
  let_in (meeting->carol);
  assert_no_notices (meeting->bob, 3);
}

/* Bob was lost when Dave came, who was not told, and comes back when the meeting is locked. */
static void
test_lost_before_one_came (HostileMeeting *meeting, gconstpointer seconds)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  lose_bob (meeting);
  world_run_for (meeting->world, SECOND);
  let_in (dave);
  lock (meeting, TRUE);
  world_run_for (meeting->world, GPOINTER_TO_UINT (seconds) * SECOND);
  let_in (meeting->bob);
  assert_no_notices (dave, 4);
}

/* Who is inside and was heard is not lost, whoever says so to a newcomer. */
static void
test_newcomer_keeps_the_lock (HostileMeeting *meeting, gconstpointer data)
{
  HostileGuest guest = hostile_make_guest (meeting);
  Person *dave = world_add (meeting->world, "Dave", "");
  guest.identity = meeting->carol->identity;
  let_in (dave);
  lock (meeting, TRUE);
  guint64 epoch = cv_e2ee_group_driver_get_epoch (dave->driver);
  CvMlsLeaf carol = world_leaf (meeting->carol);
  g_autoptr (GBytes) key_package = hostile_make_key_package (meeting->world, &guest);
  CvSpan span = cv_span_from_bytes (key_package);
  CvMlsPsk psk = {
      .id = cv_e2ee_room_keys_get_psk_id (meeting->bob->keys),
      .secret = cv_e2ee_room_keys_get_psk (meeting->bob->keys),
  };
  meeting->bob->no_ordered = TRUE; /* his own program would wonder at his commit */
  hostile_commit (meeting, &(CvMlsCommitParams){.adds = &span,
                                                .n_adds = 1,
                                                .removes = &carol,
                                                .n_removes = 1,
                                                .psks = &psk,
                                                .n_psks = 1});
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (dave->driver), ==, epoch);
  g_assert_cmpuint (meeting->world->n_voided, ==, 1);
}

#define ADD(path, data, test_fn)                                                                   \
  g_test_add ("/e2ee/absence/" path, HostileMeeting, data, hostile_set_up, test_fn,                \
              hostile_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("blink-keeps-the-lock", NULL, test_blink_keeps_the_lock);
  ADD ("flapping-keeps-the-lock", GUINT_TO_POINTER (20), test_blink_keeps_the_lock);
  ADD ("blink-removes-nobody", NULL, test_blink_removes_nobody);
  ADD ("flapping-removes-nobody", GUINT_TO_POINTER (20), test_blink_removes_nobody);
  ADD ("flapping-stops-no-clock", NULL, test_flapping_stops_no_clock);
  ADD ("missed-a-return", NULL, test_missed_a_return);
  ADD ("missed-a-quick-return", NULL, test_missed_a_quick_return);
  ADD ("return-after-a-missed-loss", NULL, test_return_after_a_missed_loss);
  ADD ("return-in-time-heard-late", NULL, test_return_in_time_heard_late);
  ADD ("noticed-late", NULL, test_noticed_late);
  ADD ("missed-comings-and-goings", NULL, test_missed_comings_and_goings);
  ADD ("missed-on-a-bad-line", NULL, test_missed_on_a_bad_line);
  ADD ("lost-together", NULL, test_lost_together);
  ADD ("lost-before-one-came", GUINT_TO_POINTER (20), test_lost_before_one_came);
  ADD ("lost-before-one-came-and-quick", GUINT_TO_POINTER (2), test_lost_before_one_came);
  ADD ("newcomer-keeps-the-lock", NULL, test_newcomer_keeps_the_lock);
  return g_test_run ();
}
