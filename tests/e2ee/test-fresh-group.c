/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The group that the last one makes anew, when the server agrees to it at a time of its choice. */
#include "e2ee/hostile-meeting.h"

#define SECOND G_USEC_PER_SEC

static GBytes *
dup_fresh_id (Person *person)
{
  g_assert_nonnull (person->driver->fresh);
  return cv_span_dup (cv_mls_group_get_id (person->driver->fresh));
}

/* Carol leaves. The server says that Bob is gone, too, and lets nothing through. Alice asks for a fresh group,
 * and gets no answer. */
static void
pretend_alone (HostileMeeting *meeting)
{
  CvE2eeGroupDriver *alice = meeting->alice->driver;
  world_leave (meeting->world, meeting->carol);
  world_run_until_members (meeting->world, 2, 10 * SECOND);
  world_run_for (meeting->world, SECOND);
  meeting->alice->no_applications = meeting->alice->holds_starts = TRUE;
  cv_e2ee_group_driver_on_member_gone (alice, meeting->bob->id, FALSE);
  world_run_for (meeting->world, 16 * SECOND);
}

static void
assert_not_adopted (HostileMeeting *meeting, GBytes *group_id)
{
  cv_e2ee_group_driver_on_group (meeting->alice->driver, cv_span_from_bytes (group_id));
  world_run_for (meeting->world, SECOND);
  g_assert_cmpint (meeting->alice->n_ended, ==, 1);
  g_assert_cmpint (meeting->alice->end, ==, CV_E2EE_END_GROUP_GONE);
}

/* When Bob is back and Alice has locked the meeting, the server agrees to the group from before, which
 * is not locked. */
static void
test_other_is_back (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  pretend_alone (meeting);
  g_autoptr (GBytes) group_id = dup_fresh_id (meeting->alice);
  meeting->alice->no_applications = FALSE;
  world_run_for (meeting->world, 4 * SECOND);
  g_assert_null (meeting->alice->driver->fresh);
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->alice->driver, TRUE, &error));
  world_run_for (meeting->world, 2 * SECOND);
  world_assert_agree (meeting->world);
  assert_not_adopted (meeting, group_id);
}

/* The same when a commit comes while she waits: the group is of the policy before it. */
static void
test_old_group_went_on (HostileMeeting *meeting, gconstpointer data)
{
  pretend_alone (meeting);
  g_autoptr (GBytes) group_id = dup_fresh_id (meeting->alice);
  guint64 epoch = cv_e2ee_group_driver_get_epoch (meeting->alice->driver);
  meeting->bob->no_ordered = TRUE; /* his own program would wonder at his commit */
  hostile_commit (meeting, &(CvMlsCommitParams){0});
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->alice->driver), ==, epoch + 1);
  g_autoptr (GBytes) next_id = dup_fresh_id (meeting->alice);
  g_assert_false (g_bytes_equal (group_id, next_id));
  assert_not_adopted (meeting, group_id);
}

/* As long as nothing has changed, an answer that was late is one. */
static void
test_late_answer (HostileMeeting *meeting, gconstpointer data)
{
  pretend_alone (meeting);
  g_autoptr (GBytes) group_id = dup_fresh_id (meeting->alice);
  world_run_for (meeting->world, 30 * SECOND);
  cv_e2ee_group_driver_on_group (meeting->alice->driver, cv_span_from_bytes (group_id));
  g_assert_cmpint (meeting->alice->n_ended, ==, 0);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->alice->driver), ==, 1);
  g_assert_true (cv_span_equal (cv_e2ee_group_driver_get_group_id (meeting->alice->driver),
                                cv_span_from_bytes (group_id)));
}

#define ADD(path, test_fn)                                                                         \
  g_test_add ("/e2ee/fresh-group/" path, HostileMeeting, NULL, hostile_set_up, test_fn,            \
              hostile_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("other-is-back", test_other_is_back);
  ADD ("old-group-went-on", test_old_group_went_on);
  ADD ("late-answer", test_late_answer);
  return g_test_run ();
}
