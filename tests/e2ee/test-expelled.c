/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Whom a moderator removed, and every way in that does not ask anybody. */
#include "e2ee/hostile-meeting.h"

#define SECOND G_USEC_PER_SEC

static void
lock (HostileMeeting *meeting)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->alice->driver, TRUE, &error));
  world_run_for (meeting->world, 2 * SECOND);
  g_assert_true (cv_e2ee_group_driver_get_policy (meeting->carol->driver)->is_locked);
}

static void
want_bob_out (HostileMeeting *meeting)
{
  CvE2eeGroupDriver *alice = meeting->alice->driver;
  const CvE2eeDriverMember *bob =
      cv_e2ee_driver_roster_find_identity (alice, meeting->bob->driver->own_hash);
  g_autoptr (GError) error = NULL;
  g_assert_nonnull (bob);
  g_assert_true (cv_e2ee_group_driver_remove (alice, bob->public.leaf, &error));
}

static void
assert_members (HostileMeeting *meeting, guint n)
{
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->alice->driver), ==, n);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->carol->driver), ==, n);
  g_assert_cmpuint (meeting->world->n_voided, ==, 0);
}

static void
blink (HostileMeeting *meeting)
{
  world_cut (meeting->world, meeting->bob);
  world_run_for (meeting->world, SECOND / 10);
  world_resume (meeting->world, meeting->bob);
  world_run_for (meeting->world, 2 * SECOND);
}

/* A connection that was lost and came back before is no ticket. */
static void
test_after_a_blink (HostileMeeting *meeting, gconstpointer data)
{
  blink (meeting);
  lock (meeting);
  want_bob_out (meeting);
  world_run_for (meeting->world, 3 * SECOND);
  assert_members (meeting, 2);
  world_knock (meeting->world, meeting->bob);
  world_run_for (meeting->world, 5 * SECOND);
  assert_members (meeting, 2);
  g_assert_cmpint (meeting->bob->end, ==, CV_E2EE_END_LOCKED);
}

/* Nor is one that is lost when the removal comes. */
static void
test_in_grace (HostileMeeting *meeting, gconstpointer data)
{
  lock (meeting);
  world_cut (meeting->world, meeting->bob);
  meeting->bob->is_member = FALSE;
  world_run_for (meeting->world, 5 * SECOND);
  want_bob_out (meeting);
  world_run_for (meeting->world, 2 * SECOND);
  assert_members (meeting, 2);
  world_knock (meeting->world, meeting->bob);
  world_run_for (meeting->world, 5 * SECOND);
  assert_members (meeting, 2);
  g_assert_cmpint (meeting->bob->end, ==, CV_E2EE_END_LOCKED);
}

/* Who left by himself, whether or not he was wanted out, is no more expected than anybody. */
static void
test_after_a_goodbye (HostileMeeting *meeting, gconstpointer data)
{
  blink (meeting);
  lock (meeting);
  world_leave (meeting->world, meeting->bob);
  world_run_for (meeting->world, 2 * SECOND);
  assert_members (meeting, 2);
  world_knock (meeting->world, meeting->bob);
  world_run_for (meeting->world, 10 * SECOND);
  assert_members (meeting, 2);
  world_run_for (meeting->world, 60 * SECOND);
  g_assert_cmpint (meeting->bob->end, ==, CV_E2EE_END_LOCKED);
}

/* Carol has only just come back, and does not know of everybody who was lost before. But she saw Bob
 * go. */
static void
test_seen_by_a_newcomer (HostileMeeting *meeting, gconstpointer data)
{
  lock (meeting);
  world_cut (meeting->world, meeting->carol);
  meeting->carol->is_member = FALSE;
  world_run_for (meeting->world, SECOND);
  world_knock (meeting->world, meeting->carol);
  world_run_for (meeting->world, 5 * SECOND);
  want_bob_out (meeting);
  world_run_for (meeting->world, 2 * SECOND);
  assert_members (meeting, 2);
  g_assert_false (
      cv_e2ee_driver_returns_is_allowed (meeting->carol->driver, meeting->bob->driver->own_hash));
}

/* Bob's program is started again, and is let in again as nobody has said anything against it. */
static void
start_bob_again (HostileMeeting *meeting)
{
  world_cut (meeting->world, meeting->bob);
  meeting->bob->is_member = FALSE;
  world_run_for (meeting->world, SECOND);
  world_knock (meeting->world, meeting->bob);
}

static void
release_and_wait (HostileMeeting *meeting)
{
  meeting->alice->holds_commits = meeting->carol->holds_commits = FALSE;
  world_release (meeting->world);
  world_run_for (meeting->world, 5 * SECOND);
}

/* His return is under way when Alice wants him out: it is he who is meant, not his leaf. */
static void
test_return_under_way (HostileMeeting *meeting, gconstpointer data)
{
  meeting->alice->holds_commits = meeting->carol->holds_commits = TRUE;
  start_bob_again (meeting);
  world_run_for (meeting->world, 2 * SECOND);
  want_bob_out (meeting);
  release_and_wait (meeting);
  assert_members (meeting, 2);
  g_assert_cmpuint (meeting->bob->n_joined, ==, 2);
  g_assert_cmpint (meeting->bob->end, ==, CV_E2EE_END_REMOVED);
}

/* Bob, connected, knocks by a second connection, and is admitted there. */
static GBytes *
admit_twice (HostileMeeting *meeting)
{
  g_autoptr (GError) error = NULL;
  HostileGuest guest = hostile_make_guest (meeting);
  guest.name = "Bob";
  guest.connection = "second";
  guest.identity = meeting->bob->identity;
  GBytes *key_package = hostile_make_key_package (meeting->world, &guest);
  hostile_knock (meeting, "second", key_package);
  g_assert_true (cv_e2ee_group_driver_admit (meeting->alice->driver, "second", &error));
  return key_package;
}

static gboolean
is_admissible (Person *person, const char *knock_id)
{
  CvE2eeDriverVisitor *visitor = cv_e2ee_driver_door_find (person->driver, knock_id);
  return visitor != NULL && cv_e2ee_driver_door_is_admissible (person->driver, visitor);
}

/* An admission from before is void for everybody; one from after is good. */
static void
test_admitted_before (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  meeting->alice->holds_commits = meeting->carol->holds_commits = TRUE;
  meeting->bob->holds_commits = TRUE;
  g_autoptr (GBytes) key_package = admit_twice (meeting);
  want_bob_out (meeting);
  g_assert_false (is_admissible (meeting->alice, "second"));
  world_run_for (meeting->world, SECOND / 100);
  g_assert_true (is_admissible (meeting->carol, "second"));
  world_run_for (meeting->world, 2 * SECOND);
  meeting->alice->holds_commits = FALSE;
  world_order (meeting->world, meeting->alice, meeting->alice->last_commit);
  world_run_for (meeting->world, SECOND);
  assert_members (meeting, 2);
  g_assert_cmpint (meeting->bob->end, ==, CV_E2EE_END_REMOVED);
  g_queue_clear (&meeting->world->held);
  meeting->carol->holds_commits = FALSE;
  world_run_for (meeting->world, 10 * SECOND);
  assert_members (meeting, 2);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_visitors (meeting->alice->driver), ==, 1);
  g_assert_true (cv_e2ee_group_driver_admit (meeting->alice->driver, "second", &error));
  world_run_for (meeting->world, 5 * SECOND);
  assert_members (meeting, 3);
}

/* The server brings it after the removal. */
static void
test_late_admission (HostileMeeting *meeting, gconstpointer data)
{
  meeting->carol->no_applications = TRUE;
  g_autoptr (GBytes) key_package = admit_twice (meeting);
  g_autoptr (GBytes) admission = g_bytes_ref (meeting->alice->last_application);
  want_bob_out (meeting);
  world_run_for (meeting->world, 2 * SECOND);
  assert_members (meeting, 2);
  cv_e2ee_group_driver_on_application (meeting->carol->driver, meeting->alice->id, admission);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->carol->driver, CV_E2EE_NOTICE_BAD_APPLICATION),
      ==, 0);
  g_assert_false (is_admissible (meeting->carol, "second"));
  world_run_for (meeting->world, 5 * SECOND);
  assert_members (meeting, 2);
}

/* Given up after a quarter of a minute: that a moderator's program did it means nothing. */
static void
test_given_up_by_moderator (HostileMeeting *meeting, gconstpointer data)
{
  lock (meeting);
  meeting->carol->holds_commits = TRUE;
  world_cut (meeting->world, meeting->bob);
  meeting->bob->is_member = FALSE;
  world_run_for (meeting->world, 20 * SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->alice->driver), ==, 2);
  meeting->carol->holds_commits = FALSE;
  g_queue_clear (&meeting->world->held);
  world_knock (meeting->world, meeting->bob);
  world_run_until_members (meeting->world, 3, 5 * SECOND);
  assert_members (meeting, 3);
}

/* Nor that it removed somebody who never arrived. */
static void
test_never_arrived (HostileMeeting *meeting, gconstpointer data)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  dave->is_silenced = TRUE;
  world_knock (meeting->world, dave);
  world_run_for (meeting->world, 2 * SECOND);
  assert_members (meeting, 4);
  meeting->carol->holds_commits = meeting->bob->holds_commits = TRUE;
  world_run_for (meeting->world, 35 * SECOND);
  assert_members (meeting, 3);
  g_assert_false (cv_e2ee_driver_returns_was_expelled_after (meeting->carol->driver,
                                                             dave->driver->own_hash, 0));
}

/* ---- the KeyPackage of then ---- */

/* The server plays Bob's knock again to somebody who came after him. */
static void
test_knock_again (HostileMeeting *meeting, gconstpointer data)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  world_join (meeting->world, dave);
  want_bob_out (meeting);
  world_run_for (meeting->world, 3 * SECOND);
  assert_members (meeting, 3);
  meeting->alice->holds_commits = meeting->carol->holds_commits = TRUE;
  cv_e2ee_group_driver_on_knock (dave->driver, "again", meeting->bob->last_knock);
  world_run_for (meeting->world, 5 * SECOND);
  assert_members (meeting, 3);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_notices (dave->driver, CV_E2EE_NOTICE_BAD_KNOCK), ==,
                    1);
}

/* And to Alice, in the group that she began when all had left. */
static void
test_knock_again_in_a_fresh_group (HostileMeeting *meeting, gconstpointer data)
{
  CvE2eeGroupDriver *alice = meeting->alice->driver;
  want_bob_out (meeting);
  world_run_for (meeting->world, 3 * SECOND);
  meeting->bob->is_member = FALSE;
  world_leave (meeting->world, meeting->carol);
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (alice), ==, 0);
  cv_e2ee_group_driver_on_knock (alice, "again", meeting->bob->last_knock);
  world_run_for (meeting->world, 5 * SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (alice), ==, 1);
}

/* A new one is as good as anybody's. */
static void
test_knock_anew (HostileMeeting *meeting, gconstpointer data)
{
  want_bob_out (meeting);
  world_run_for (meeting->world, 3 * SECOND);
  assert_members (meeting, 2);
  meeting->bob->is_member = FALSE;
  world_join (meeting->world, meeting->bob);
  assert_members (meeting, 3);
}

#define ADD(path, set_up, test_fn)                                                                 \
  g_test_add ("/e2ee/expelled/" path, HostileMeeting, NULL, set_up, test_fn, hostile_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("after-a-blink", hostile_set_up_moderated, test_after_a_blink);
  ADD ("after-a-blink-by-link", hostile_set_up, test_after_a_blink);
  ADD ("in-grace", hostile_set_up_moderated, test_in_grace);
  ADD ("in-grace-by-link", hostile_set_up, test_in_grace);
  ADD ("after-a-goodbye", hostile_set_up_moderated, test_after_a_goodbye);
  ADD ("after-a-goodbye-by-link", hostile_set_up, test_after_a_goodbye);
  ADD ("seen-by-a-newcomer", hostile_set_up_moderated, test_seen_by_a_newcomer);
  ADD ("return-under-way", hostile_set_up_moderated, test_return_under_way);
  ADD ("admitted-before", hostile_set_up_moderated, test_admitted_before);
  ADD ("late-admission", hostile_set_up_moderated, test_late_admission);
  ADD ("given-up-by-moderator", hostile_set_up_moderated, test_given_up_by_moderator);
  ADD ("given-up-by-moderator-by-link", hostile_set_up, test_given_up_by_moderator);
  ADD ("never-arrived", hostile_set_up, test_never_arrived);
  ADD ("knock-again", hostile_set_up, test_knock_again);
  ADD ("knock-again-in-a-fresh-group", hostile_set_up, test_knock_again_in_a_fresh_group);
  ADD ("knock-anew", hostile_set_up, test_knock_anew);
  return g_test_run ();
}
