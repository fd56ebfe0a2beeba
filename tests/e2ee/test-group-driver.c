/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The life of a meeting, with everybody honest: what must work. */
#include "fixtures/e2ee-world.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC
/* A request has a KEM key of the largest suite in it, an answer the tree of two members in it more than
 * that. */
#define RESYNC_APPLICATION_MAX 2048

typedef struct {
  World *world;
  Person *alice;
  Person *bob;
  Person *carol;
} Meeting;

static void
set_up (Meeting *meeting, gconstpointer suite)
{
  meeting->world = world_new (*(const CvMlsSuiteId *)suite);
  meeting->alice = world_add (meeting->world, "Alice", "");
  meeting->bob = world_add (meeting->world, "Bob", "");
  meeting->carol = world_add (meeting->world, "Carol", "");
}

static void
set_up_three (Meeting *meeting, gconstpointer suite)
{
  set_up (meeting, suite);
  world_host (meeting->world, meeting->alice, CV_E2EE_ADMISSION_LINK);
  world_join (meeting->world, meeting->bob);
  world_join (meeting->world, meeting->carol);
  world_run_for (meeting->world, SECOND);
}

static void
tear_down (Meeting *meeting, gconstpointer suite)
{
  world_free (meeting->world);
}

static void
test_three_agree (Meeting *meeting, gconstpointer suite)
{
  world_assert_agree (meeting->world);
  g_assert_cmpuint (meeting->bob->n_joined, ==, 1);
  g_assert_true (cv_e2ee_group_driver_is_moderator (meeting->alice->driver));
  g_assert_false (cv_e2ee_group_driver_is_moderator (meeting->bob->driver));
  g_assert_cmpint (cv_e2ee_group_driver_get_trust (meeting->carol->driver)->state, ==,
                   CV_E2EE_SHIELD_ENCRYPTED);
}

static void
test_connections_are_known (Meeting *meeting, gconstpointer suite)
{
  Person *people[] = {meeting->alice, meeting->bob, meeting->carol};
  world_run_for (meeting->world, 3 * SECOND);
  for (guint i = 0; i < 3; i++)
    for (guint k = 0; k < 3; k++) {
      const CvE2eeMember *member =
          cv_e2ee_group_driver_find_by_member_id (people[i]->driver, people[k]->id);
      g_assert_nonnull (member);
      g_assert_cmpuint (member->leaf.index, ==, world_leaf (people[k]).index);
    }
}

static void
test_messages (Meeting *meeting, gconstpointer suite)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_send_application (meeting->bob->driver, CV_E2EE_EVERYBODY,
                                                        CV_SPAN_LITERAL ("to all"), &error));
  g_assert_true (cv_e2ee_group_driver_send_application (
      meeting->bob->driver, world_leaf (meeting->carol), CV_SPAN_LITERAL ("to you"), &error));
  g_assert_no_error (error);
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (meeting->alice->received->len, ==, 1);
  g_assert_cmpuint (meeting->carol->received->len, ==, 2);
  g_assert_cmpuint (meeting->bob->received->len, ==, 0);
  g_assert_cmpuint (meeting->carol->last_from.index, ==, world_leaf (meeting->bob).index);
}

static void
test_leave_locks_out (Meeting *meeting, gconstpointer suite)
{
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GBytes) frame = NULL;
  CvE2eeEnvelope envelope;
  gint64 from_us = meeting->world->clock.monotonic_us;
  guint64 epoch = meeting->world->epoch;
  CvE2eeReceiver *ears =
      cv_e2ee_receiver_ref (cv_e2ee_group_driver_get_receiver (meeting->carol->driver));
  world_leave (meeting->world, meeting->carol);
  world_run_until_members (meeting->world, 2, 2 * SECOND);
  g_assert_cmpint (meeting->world->clock.monotonic_us - from_us, <=, SECOND);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch + 1);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
  sealed = world_seal_frame (meeting->alice, CV_E2EE_TRACK_MICROPHONE);
  g_assert_cmpint (cv_e2ee_receiver_unprotect (ears, world_leaf (meeting->alice),
                                               CV_E2EE_TRACK_MICROPHONE,
                                               cv_span_from_bytes (sealed), &envelope, &frame),
                   ==, CV_E2EE_NO_KEY);
  g_assert_cmpint (meeting->carol->end, ==, CV_E2EE_END_LEFT);
  cv_e2ee_receiver_unref (ears);
}

static void
test_old_keys_are_wiped (Meeting *meeting, gconstpointer suite)
{
  CvE2eeReceiver *receiver = cv_e2ee_group_driver_get_receiver (meeting->alice->driver);
  world_leave (meeting->world, meeting->carol);
  world_run_until_members (meeting->world, 2, 2 * SECOND);
  g_assert_cmpuint (cv_e2ee_receiver_get_n_epochs (receiver), >, 1);
  world_run_for (meeting->world, 6 * SECOND);
  g_assert_cmpuint (cv_e2ee_receiver_get_n_epochs (receiver), ==, 1);
  world_assert_agree (meeting->world);
}

static void
test_frames_of_the_old_epoch (Meeting *meeting, gconstpointer suite)
{
  g_autoptr (GBytes) frame = NULL;
  CvE2eeEnvelope envelope;
  g_autoptr (GBytes) sealed = world_seal_frame (meeting->bob, CV_E2EE_TRACK_CAMERA_LOW);
  world_leave (meeting->world, meeting->carol);
  world_run_until_members (meeting->world, 2, 2 * SECOND);
  g_assert_cmpint (
      cv_e2ee_receiver_unprotect (cv_e2ee_group_driver_get_receiver (meeting->alice->driver),
                                  world_leaf (meeting->bob), CV_E2EE_TRACK_CAMERA_LOW,
                                  cv_span_from_bytes (sealed), &envelope, &frame),
      ==, CV_E2EE_OPENED);
}

static void
test_lost_connection_has_grace (Meeting *meeting, gconstpointer suite)
{
  guint64 epoch = meeting->world->epoch;
  world_cut (meeting->world, meeting->carol);
  world_run_for (meeting->world, 10 * SECOND);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch);
  g_assert_true (
      cv_e2ee_group_driver_find_member (meeting->alice->driver, world_leaf (meeting->carol))
          ->is_away);
  world_resume (meeting->world, meeting->carol);
  world_run_for (meeting->world, 20 * SECOND);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch);
  world_assert_agree (meeting->world);
  world_cut (meeting->world, meeting->carol);
  world_run_until_members (meeting->world, 2, 17 * SECOND);
}

static void
test_code_changes_with_the_roster_alone (Meeting *meeting, gconstpointer suite)
{
  g_autofree char *before =
      g_strdup (cv_e2ee_group_driver_get_meeting_code (meeting->alice->driver));
  g_autofree char *after = NULL;
  guint64 epoch = meeting->world->epoch;
  g_assert_cmpuint (strlen (before), ==, 35);
  /* A plain refresh of the keys comes by itself. */
  world_run_for (meeting->world, 13 * 60 * SECOND);
  g_assert_cmpuint (meeting->world->epoch, >, epoch);
  g_assert_cmpstr (cv_e2ee_group_driver_get_meeting_code (meeting->bob->driver), ==, before);
  world_assert_agree (meeting->world);
  world_leave (meeting->world, meeting->carol);
  world_run_until_members (meeting->world, 2, 2 * SECOND);
  after = g_strdup (cv_e2ee_group_driver_get_meeting_code (meeting->alice->driver));
  g_assert_cmpstr (after, !=, before);
}

static void
test_confirmed_code_verifies (Meeting *meeting, gconstpointer suite)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  g_autofree char *code = g_strdup (cv_e2ee_group_driver_get_meeting_code (meeting->alice->driver));
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_confirm_code (meeting->alice->driver, code, &error));
  g_assert_no_error (error);
  g_assert_cmpint (cv_e2ee_group_driver_get_trust (meeting->alice->driver)->state, ==,
                   CV_E2EE_SHIELD_VERIFIED);
  g_assert_true (cv_e2ee_group_driver_is_code_confirmed (meeting->alice->driver));
  world_join (meeting->world, dave);
  g_assert_cmpint (cv_e2ee_group_driver_get_trust (meeting->alice->driver)->state, ==,
                   CV_E2EE_SHIELD_ENCRYPTED);
  g_assert_false (
      cv_e2ee_group_driver_find_member (meeting->alice->driver, world_leaf (dave))->is_confirmed);
  g_assert_true (
      cv_e2ee_group_driver_find_member (meeting->alice->driver, world_leaf (meeting->bob))
          ->is_confirmed);
}

/* The digits were compared; before the press somebody else is inside, perhaps in another's name. */
static void
test_code_read_before_somebody_came (Meeting *meeting, gconstpointer suite)
{
  CvE2eeGroupDriver *alice = meeting->alice->driver;
  g_autoptr (GError) error = NULL;
  g_autofree char *read = g_strdup (cv_e2ee_group_driver_get_meeting_code (alice));
  Person *dave = world_add (meeting->world, "Dave", "");
  meeting->alice->contact = CV_IDENTITY_CONTACT_CHANGED;
  world_join (meeting->world, dave);
  g_assert_false (cv_e2ee_group_driver_confirm_code (alice, read, &error));
  g_assert_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_STATE);
  g_clear_error (&error);
  g_assert_false (cv_e2ee_group_driver_confirm_code (alice, NULL, &error));
  g_assert_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_STATE);
  for (guint i = 0; i < cv_e2ee_group_driver_get_n_members (alice); i++)
    g_assert_false (cv_e2ee_group_driver_get_member (alice, i)->is_confirmed);
  world_run_for (meeting->world, 2 * SECOND);
  g_assert_true (world_has_reason (meeting->alice, CV_E2EE_REASON_KEY_CHANGED));
}

static void
test_moderator_admits (Meeting *meeting, gconstpointer suite)
{
  g_autoptr (GError) error = NULL;
  world_host (meeting->world, meeting->alice, CV_E2EE_ADMISSION_MODERATOR);
  world_knock (meeting->world, meeting->bob);
  world_run_for (meeting->world, 5 * SECOND);
  g_assert_cmpuint (meeting->bob->n_joined, ==, 0);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_visitors (meeting->alice->driver), ==, 1);
  const CvE2eeVisitor *visitor = cv_e2ee_group_driver_get_visitor (meeting->alice->driver, 0);
  g_assert_cmpstr (visitor->name, ==, "Bob");
  g_assert_false (visitor->is_admitted);
  g_assert_true (cv_e2ee_group_driver_admit (meeting->alice->driver, meeting->bob->id, &error));
  world_run_until_members (meeting->world, 2, 5 * SECOND);
  world_knock (meeting->world, meeting->carol);
  world_run_for (meeting->world, SECOND);
  g_assert_false (cv_e2ee_group_driver_admit (meeting->bob->driver, meeting->carol->id, &error));
  g_assert_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_PERMISSION);
  g_clear_error (&error);
  g_assert_true (cv_e2ee_group_driver_admit (meeting->alice->driver, meeting->carol->id, &error));
  world_run_until_members (meeting->world, 3, 5 * SECOND);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_visitors (meeting->bob->driver), ==, 0);
}

static void
test_moderator_denies (Meeting *meeting, gconstpointer suite)
{
  g_autoptr (GError) error = NULL;
  world_host (meeting->world, meeting->alice, CV_E2EE_ADMISSION_MODERATOR);
  world_knock (meeting->world, meeting->bob);
  world_run_for (meeting->world, SECOND);
  g_assert_true (cv_e2ee_group_driver_deny (meeting->alice->driver, meeting->bob->id, &error));
  world_run_for (meeting->world, SECOND);
  g_assert_cmpint (meeting->bob->end, ==, CV_E2EE_END_DENIED);
  g_assert_cmpuint (meeting->bob->n_ended, ==, 1);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_visitors (meeting->alice->driver), ==, 0);
}

static void
test_lock_shuts_the_door (Meeting *meeting, gconstpointer suite)
{
  g_autoptr (GError) error = NULL;
  Person *dave = world_add (meeting->world, "Dave", "");
  g_assert_false (cv_e2ee_group_driver_set_locked (meeting->bob->driver, TRUE, &error));
  g_assert_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_PERMISSION);
  g_clear_error (&error);
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->alice->driver, TRUE, &error));
  world_run_for (meeting->world, SECOND);
  g_assert_true (cv_e2ee_group_driver_get_policy (meeting->carol->driver)->is_locked);
  world_knock (meeting->world, dave);
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_cmpint (dave->end, ==, CV_E2EE_END_LOCKED);
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->alice->driver, FALSE, &error));
  world_run_for (meeting->world, 3 * SECOND);
  world_join (meeting->world, dave);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
}

static void
test_lock_lets_the_cut_off_return (Meeting *meeting, gconstpointer suite)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->alice->driver, TRUE, &error));
  world_run_for (meeting->world, 3 * SECOND);
  world_cut (meeting->world, meeting->bob);
  meeting->bob->is_member = FALSE;
  world_run_for (meeting->world, 30 * SECOND);
  world_knock (meeting->world, meeting->bob);
  world_run_until_members (meeting->world, 3, 5 * SECOND);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
  /* But not for ever. */
  world_cut (meeting->world, meeting->bob);
  meeting->bob->is_member = FALSE;
  world_run_for (meeting->world, 70 * SECOND);
  world_knock (meeting->world, meeting->bob);
  world_run_for (meeting->world, 5 * SECOND);
  g_assert_cmpint (meeting->bob->end, ==, CV_E2EE_END_LOCKED);
}

static void
test_return_takes_the_old_place (Meeting *meeting, gconstpointer suite)
{
  /* The program crashed: the old leaf is still there when the same identity knocks. */
  world_cut (meeting->world, meeting->bob);
  meeting->bob->is_member = FALSE;
  world_run_for (meeting->world, SECOND);
  world_knock (meeting->world, meeting->bob);
  world_run_until_members (meeting->world, 3, 5 * SECOND);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
}

/* What Alice confirmed or accepted was Bob's key under Bob's name. */
static void
test_return_under_another_name (Meeting *meeting, gconstpointer suite)
{
  CvE2eeGroupDriver *alice = meeting->alice->driver;
  const CvE2eeMember *member;
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_confirm_code (
      alice, cv_e2ee_group_driver_get_meeting_code (alice), &error));
  cv_e2ee_group_driver_accept_changed_key (alice, world_leaf (meeting->bob));
  for (guint i = 0; i < 2; i++) {
    world_cut (meeting->world, meeting->bob);
    meeting->bob->is_member = FALSE;
    world_run_for (meeting->world, SECOND);
    meeting->alice->contact = i == 0 ? CV_IDENTITY_CONTACT_NEW : CV_IDENTITY_CONTACT_CHANGED;
    if (i == 1)
      g_set_str (&meeting->bob->name, "Ana");
    world_knock (meeting->world, meeting->bob);
    world_run_for (meeting->world, 3 * SECOND);
    g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (alice), ==, 3);
    member = cv_e2ee_group_driver_find_member (alice, world_leaf (meeting->bob));
    g_assert_cmpint (member->is_confirmed, ==, i == 0 ? TRUE : FALSE);
    g_assert_cmpint (world_has_reason (meeting->alice, CV_E2EE_REASON_KEY_CHANGED), ==,
                     i == 1 ? TRUE : FALSE);
  }
  g_assert_cmpint (cv_e2ee_group_driver_get_trust (alice)->state, ==, CV_E2EE_SHIELD_WARNING);
}

static void
test_moderator_removes (Meeting *meeting, gconstpointer suite)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (
      cv_e2ee_group_driver_remove (meeting->bob->driver, world_leaf (meeting->carol), &error));
  g_clear_error (&error);
  g_assert_true (
      cv_e2ee_group_driver_remove (meeting->alice->driver, world_leaf (meeting->carol), &error));
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (meeting->carol->n_ended, ==, 1);
  g_assert_cmpint (meeting->carol->end, ==, CV_E2EE_END_REMOVED);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->bob->driver), ==, 2);
}

static void
test_last_one_starts_afresh (Meeting *meeting, gconstpointer suite)
{
  g_autoptr (GBytes) old_id =
      cv_span_dup (cv_e2ee_group_driver_get_group_id (meeting->bob->driver));
  world_leave (meeting->world, meeting->alice);
  world_run_until_members (meeting->world, 2, 2 * SECOND);
  world_leave (meeting->world, meeting->carol);
  world_run_for (meeting->world, 3 * SECOND);
  CvSpan group_id = cv_e2ee_group_driver_get_group_id (meeting->bob->driver);
  g_assert_false (cv_span_equal (group_id, cv_span_from_bytes (old_id)));
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->bob->driver), ==, 0);
  g_assert_cmpuint (
      cv_e2ee_receiver_get_n_epochs (cv_e2ee_group_driver_get_receiver (meeting->bob->driver)), ==,
      1);
  g_assert_true (cv_e2ee_group_driver_is_moderator (meeting->bob->driver));
  world_join (meeting->world, meeting->alice);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
}

static void
test_many_knocks_one_commit (Meeting *meeting, gconstpointer suite)
{
  Person *more[5];
  guint64 epoch = meeting->world->epoch;
  for (guint i = 0; i < 5; i++) {
    g_autofree char *name = g_strdup_printf ("Guest %u", i);
    more[i] = world_add (meeting->world, name, "");
    world_knock (meeting->world, more[i]);
  }
  world_run_until_members (meeting->world, 8, 10 * SECOND);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch + 1);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
}

static void
test_missed_commits_are_fetched (Meeting *meeting, gconstpointer suite)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  meeting->carol->is_forgotten = TRUE;
  world_cut (meeting->world, meeting->carol);
  world_join (meeting->world, dave);
  world_run_for (meeting->world, 2 * SECOND);
  world_resume (meeting->world, meeting->carol);
  world_run_until_members (meeting->world, 4, 5 * SECOND);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
}

static void
test_resync (Meeting *meeting, gconstpointer suite)
{
  meeting->carol->is_forgotten = TRUE;
  world_cut (meeting->world, meeting->carol);
  world_leave (meeting->world, meeting->bob);
  world_run_for (meeting->world, 3 * SECOND);
  meeting->carol->has_no_log = TRUE;
  world_resume (meeting->world, meeting->carol);
  world_run_until_members (meeting->world, 2, 10 * SECOND);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_RESYNCED), ==, 1);
  g_assert_true (world_has_reason (meeting->alice, CV_E2EE_REASON_RESYNCED));
  g_assert_cmpint (cv_e2ee_group_driver_get_trust (meeting->alice->driver)->state, ==,
                   CV_E2EE_SHIELD_ENCRYPTED);
  /* What grows with the group goes to the one who asked alone: no relay carries it to everybody. */
  g_assert_cmpuint (meeting->world->largest_application, <, RESYNC_APPLICATION_MAX);
}

static void
test_too_far_behind_joins_again (Meeting *meeting, gconstpointer suite)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  meeting->carol->is_forgotten = TRUE;
  world_cut (meeting->world, meeting->carol);
  world_join (meeting->world, dave);
  world_run_for (meeting->world, 3 * SECOND);
  meeting->carol->has_no_log = TRUE;
  world_resume (meeting->world, meeting->carol);
  world_run_for (meeting->world, 5 * SECOND);
  g_assert_cmpint (meeting->carol->end, ==, CV_E2EE_END_GROUP_GONE);
  world_knock (meeting->world, meeting->carol);
  world_run_until_members (meeting->world, 4, 5 * SECOND);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
}

static void
test_lost_race (Meeting *meeting, gconstpointer suite)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  Person *people[] = {meeting->alice, meeting->bob, meeting->carol};
  /* Every commit is held, so that all three have one under way. */
  for (guint i = 0; i < 3; i++)
    people[i]->holds_commits = TRUE;
  world_knock (meeting->world, dave);
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_cmpuint (g_queue_get_length (&meeting->world->held), ==, 3);
  for (guint i = 0; i < 3; i++)
    people[i]->holds_commits = FALSE;
  world_release (meeting->world);
  world_run_until_members (meeting->world, 4, 5 * SECOND);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
  guint64 n_lost = 0;
  for (guint i = 0; i < 3; i++)
    n_lost += cv_e2ee_group_driver_get_n_notices (people[i]->driver, CV_E2EE_NOTICE_LOST_RACE);
  g_assert_cmpuint (n_lost, >=, 2);
}

static void
test_jobs (Meeting *meeting, gconstpointer suite)
{
  g_autoptr (GError) error = NULL;
  meeting->alice->uses_jobs = TRUE;
  meeting->bob->uses_jobs = TRUE;
  meeting->carol->uses_jobs = TRUE;
  world_host (meeting->world, meeting->alice, CV_E2EE_ADMISSION_LINK);
  world_join (meeting->world, meeting->bob);
  world_join (meeting->world, meeting->carol);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
  world_leave (meeting->world, meeting->bob);
  world_run_until_members (meeting->world, 2, 2 * SECOND);
}

static void
test_new_moderator (Meeting *meeting, gconstpointer suite)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_set_moderator (meeting->alice->driver,
                                                     world_leaf (meeting->bob), TRUE, &error));
  world_run_for (meeting->world, SECOND);
  g_assert_true (cv_e2ee_group_driver_is_moderator (meeting->bob->driver));
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->bob->driver, TRUE, &error));
  world_run_for (meeting->world, SECOND);
  g_assert_true (cv_e2ee_group_driver_get_policy (meeting->alice->driver)->is_locked);
  /* Nobody takes the creator's place. */
  g_assert_false (cv_e2ee_group_driver_set_moderator (meeting->bob->driver,
                                                      world_leaf (meeting->alice), FALSE, &error));
}

static const CvMlsSuiteId suites[] = {{0x0002}, {0xF001}};
/* The other suites of rooms, once each: sizes and signatures differ, the life does not. */
static const CvMlsSuiteId more_suites[] = {{0xF002}, {0x0007}};

#define ADD(path, set_up_fn, test_fn)                                                              \
  for (guint i = 0; i < G_N_ELEMENTS (suites); i++) {                                              \
    g_autofree char *name = g_strdup_printf ("/e2ee/group-driver/%04x/" path, suites[i].value);    \
    g_test_add (name, Meeting, &suites[i], set_up_fn, test_fn, tear_down);                         \
  }

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("three-agree", set_up_three, test_three_agree);
  ADD ("connections-are-known", set_up_three, test_connections_are_known);
  ADD ("messages", set_up_three, test_messages);
  ADD ("leave-locks-out", set_up_three, test_leave_locks_out);
  ADD ("old-keys-are-wiped", set_up_three, test_old_keys_are_wiped);
  ADD ("frames-of-the-old-epoch", set_up_three, test_frames_of_the_old_epoch);
  ADD ("lost-connection-has-grace", set_up_three, test_lost_connection_has_grace);
  ADD ("code-changes-with-the-roster-alone", set_up_three, test_code_changes_with_the_roster_alone);
  ADD ("confirmed-code-verifies", set_up_three, test_confirmed_code_verifies);
  ADD ("code-read-before-somebody-came", set_up_three, test_code_read_before_somebody_came);
  ADD ("moderator-admits", set_up, test_moderator_admits);
  ADD ("moderator-denies", set_up, test_moderator_denies);
  ADD ("lock-shuts-the-door", set_up_three, test_lock_shuts_the_door);
  ADD ("lock-lets-the-cut-off-return", set_up_three, test_lock_lets_the_cut_off_return);
  ADD ("return-takes-the-old-place", set_up_three, test_return_takes_the_old_place);
  ADD ("return-under-another-name", set_up_three, test_return_under_another_name);
  ADD ("moderator-removes", set_up_three, test_moderator_removes);
  ADD ("last-one-starts-afresh", set_up_three, test_last_one_starts_afresh);
  ADD ("many-knocks-one-commit", set_up_three, test_many_knocks_one_commit);
  ADD ("missed-commits-are-fetched", set_up_three, test_missed_commits_are_fetched);
  ADD ("resync", set_up_three, test_resync);
  ADD ("too-far-behind-joins-again", set_up_three, test_too_far_behind_joins_again);
  ADD ("lost-race", set_up_three, test_lost_race);
  ADD ("jobs", set_up, test_jobs);
  ADD ("new-moderator", set_up_three, test_new_moderator);
  for (guint i = 0; i < G_N_ELEMENTS (more_suites); i++) {
    g_autofree char *name =
        g_strdup_printf ("/e2ee/group-driver/%04x/three-agree", more_suites[i].value);
    g_test_add (name, Meeting, &more_suites[i], set_up_three, test_three_agree, tear_down);
  }
  return g_test_run ();
}
