/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Commits of our own that the server does not order: in an honest race, for ever, or much later. */
#include "e2ee/hostile-meeting.h"

#define SECOND G_USEC_PER_SEC
#define KEPT_MAX 4

/* The server rejects what Alice commits, once a second. */
static void
reject_for (HostileMeeting *meeting, guint seconds)
{
  CvE2eeGroupDriver *alice = meeting->alice->driver;
  for (guint i = 0; i < seconds; i++) {
    world_run_for (meeting->world, SECOND);
    g_queue_clear (&meeting->world->held);
    cv_e2ee_group_driver_on_commit_rejected (alice, cv_e2ee_group_driver_get_epoch (alice));
    g_assert_cmpuint (alice->own_commits->len, <=, KEPT_MAX);
  }
}

static void
lock (HostileMeeting *meeting)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->alice->driver, TRUE, &error));
}

static gboolean
is_locked (Person *person)
{
  return cv_e2ee_group_driver_get_policy (person->driver)->is_locked;
}

static void
test_rejected_for_ever (HostileMeeting *meeting, gconstpointer data)
{
  meeting->alice->holds_commits = TRUE;
  lock (meeting);
  reject_for (meeting, 600);
  guint64 n = cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_LOST_RACE);
  g_assert_cmpuint (n, >, 10);
  g_assert_cmpuint (n, <, 100);
  /* When the server orders again, the wish is still there. */
  meeting->alice->holds_commits = FALSE;
  world_run_for (meeting->world, 10 * SECOND);
  g_assert_true (is_locked (meeting->carol));
  world_assert_agree (meeting->world);
}

static void
make_moderator (HostileMeeting *meeting, Person *person)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_set_moderator (meeting->alice->driver, world_leaf (person),
                                                     TRUE, &error));
  world_run_for (meeting->world, 2 * SECOND);
}

/* Two commit at once, both honest: who loses is not slowed down. */
static void
test_who_loses_a_race_is_next (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  make_moderator (meeting, meeting->bob);
  guint64 epoch = meeting->world->epoch;
  meeting->alice->holds_commits = meeting->bob->holds_commits = TRUE;
  lock (meeting);
  g_assert_true (cv_e2ee_group_driver_set_admission (meeting->bob->driver,
                                                     CV_E2EE_ADMISSION_MODERATOR, &error));
  world_run_for (meeting->world, SECOND / 10);
  g_assert_cmpuint (g_queue_get_length (&meeting->world->held), ==, 2);
  meeting->alice->holds_commits = meeting->bob->holds_commits = FALSE;
  world_release (meeting->world);
  world_run_for (meeting->world, 6 * SECOND / 10);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch + 2);
  const CvE2eePolicy *policy = cv_e2ee_group_driver_get_policy (meeting->carol->driver);
  g_assert_true (policy->is_locked);
  g_assert_cmpint (policy->admission, ==, CV_E2EE_ADMISSION_MODERATOR);
  world_assert_agree (meeting->world);
}

/* Rejected, and ordered all the same: nobody can open its own commit, so it is remembered, or else
 * the way back is taken. */
static void
test_ordered_after_all (HostileMeeting *meeting, gconstpointer is_forgotten)
{
  meeting->alice->holds_commits = TRUE;
  lock (meeting);
  reject_for (meeting, 2);
  g_autoptr (CvE2eeCommit) rejected = cv_e2ee_commit_ref (meeting->alice->last_commit);
  if (is_forgotten)
    reject_for (meeting, 60);
  world_order (meeting->world, meeting->alice, rejected);
  meeting->alice->holds_commits = FALSE;
  world_run_for (meeting->world, is_forgotten ? 30 * SECOND : SECOND);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->carol->driver, CV_E2EE_NOTICE_RESYNCED), ==,
      is_forgotten ? 1 : 0);
  g_assert_true (is_locked (meeting->carol));
  world_assert_agree (meeting->world);
}

/* Ordered, kept from Alice, and rejected when she sends it again, with all that she tries instead. */
static void
test_first_ordered_after_all (HostileMeeting *meeting, gconstpointer data)
{
  meeting->alice->holds_commits = TRUE;
  lock (meeting);
  world_run_for (meeting->world, SECOND / 100);
  g_autoptr (CvE2eeCommit) first = cv_e2ee_commit_ref (meeting->alice->last_commit);
  reject_for (meeting, 60);
  g_assert_false (g_bytes_equal (first, meeting->alice->last_commit));
  world_order (meeting->world, meeting->alice, first);
  meeting->alice->holds_commits = FALSE;
  world_run_for (meeting->world, SECOND);
  g_assert_true (is_locked (meeting->alice) && is_locked (meeting->carol));
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->carol->driver, CV_E2EE_NOTICE_RESYNCED), ==, 0);
  world_assert_agree (meeting->world);
}

#define ADD(path, data, test_fn)                                                                   \
  g_test_add ("/e2ee/own-commits/" path, HostileMeeting, data, hostile_set_up, test_fn,            \
              hostile_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("rejected-for-ever", NULL, test_rejected_for_ever);
  ADD ("who-loses-a-race-is-next", NULL, test_who_loses_a_race_is_next);
  ADD ("ordered-after-all", NULL, test_ordered_after_all);
  ADD ("first-ordered-after-all", NULL, test_first_ordered_after_all);
  ADD ("forgotten-and-ordered-after-all", GINT_TO_POINTER (TRUE), test_ordered_after_all);
  return g_test_run ();
}
