/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The way back, when somebody does not want it: an author who leaves one member behind, a member
 * who plays requests again or says that they were answered. */
#include "crypto/hash.h"
#include "e2ee/hostile-meeting.h"
#include "mls/group-private.h"

#define SECOND G_USEC_PER_SEC

/* No path that others make can be opened with these. */
static void
break_path_keys (Person *person)
{
  CvMlsGroup *group = person->driver->group;
  guint32 n_nodes = 2 * cv_mls_group_get_leaf_count (group) - 1;
  for (guint32 i = 0; i < n_nodes; i++) {
    CvSecret *key = cv_mls_tree_keys_get (group->keys, (CvMlsNode){i});
    if (key == NULL)
      continue;
    g_autoptr (CvSecret) wrong = cv_secret_new_from (cv_secret_span (key));
    cv_secret_get_data (wrong)[5] ^= 1;
    cv_mls_tree_keys_set (group->keys, (CvMlsNode){i}, wrong);
  }
}

static void
lock (HostileMeeting *meeting, gboolean is_locked)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->alice->driver, is_locked, &error));
}

/* What one member cannot open and nobody else can see: it comes back by itself. */
static void
test_cannot_follow (HostileMeeting *meeting, gconstpointer data)
{
  break_path_keys (meeting->carol);
  lock (meeting, TRUE);
  world_run_for (meeting->world, 2 * SECOND);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->carol->driver, CV_E2EE_NOTICE_BAD_COMMIT), >, 0);
  world_run_for (meeting->world, 15 * SECOND);
  g_assert_cmpuint (meeting->world->n_voided, ==, 0);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_RESYNCED), ==, 1);
  world_assert_agree (meeting->world);
}

/* Further behind than the server keeps commits and than messages to come are held. */
static void
test_far_behind (HostileMeeting *meeting, gconstpointer data)
{
  meeting->carol->no_ordered = TRUE;
  for (guint i = 0; i < 260; i++) {
    lock (meeting, i % 2 == 0);
    world_run_for (meeting->world, 6 * SECOND / 10);
  }
  g_assert_cmpuint (meeting->world->epoch, >, 260);
  meeting->carol->no_ordered = FALSE;
  meeting->carol->has_no_log = TRUE;
  world_run_for (meeting->world, 15 * SECOND);
  g_assert_cmpuint (meeting->carol->n_ended, ==, 0);
  world_assert_agree (meeting->world);
}

static void
leave_carol_behind (HostileMeeting *meeting)
{
  meeting->carol->no_ordered = TRUE;
  lock (meeting, TRUE);
  world_run_for (meeting->world, SECOND);
  meeting->carol->no_ordered = FALSE;
  meeting->carol->has_no_log = TRUE;
}

/* Only a moderator is believed that the meeting was locked: so Bob leaves her the time, and she is
 * asked once. */
static void
test_moderators_answer_first (HostileMeeting *meeting, gconstpointer data)
{
  leave_carol_behind (meeting);
  meeting->bob->driver->own_rank = 0;
  meeting->alice->driver->own_rank = 5;
  world_run_for (meeting->world, 15 * SECOND);
  g_assert_cmpuint (meeting->world->n_group_infos, ==, 1);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->carol->driver, CV_E2EE_NOTICE_BAD_WELCOME), ==,
      0);
  world_assert_agree (meeting->world);
}

/* She hears nothing: Bob is not believed, and she cannot come back by herself. */
static void
test_believes_no_other (HostileMeeting *meeting, gconstpointer data)
{
  leave_carol_behind (meeting);
  meeting->alice->no_applications = TRUE;
  world_run_for (meeting->world, 30 * SECOND);
  g_assert_cmpuint (meeting->world->n_group_infos, >, 1);
  g_assert_cmpint (meeting->carol->end, ==, CV_E2EE_END_GROUP_GONE);
}

static void
test_request_played_again (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GBytes) request = NULL;
  leave_carol_behind (meeting);
  world_run_for (meeting->world, 15 * SECOND);
  world_assert_agree (meeting->world);
  request = g_bytes_ref (meeting->carol->last_control);
  guint n_answers = meeting->world->n_group_infos;
  g_assert_cmpuint (n_answers, ==, 1);
  for (guint i = 0; i < 20; i++) {
    cv_e2ee_group_driver_on_application (meeting->alice->driver, meeting->bob->id, request);
    cv_e2ee_group_driver_on_application (meeting->bob->driver, meeting->bob->id, request);
    world_run_for (meeting->world, SECOND);
  }
  g_assert_cmpuint (meeting->world->n_group_infos, ==, n_answers);
}

/* Somebody says of every request that it was answered, before anybody's turn has come. */
static void
test_false_word (HostileMeeting *meeting, gconstpointer data)
{
  GBytes *last = NULL;
  leave_carol_behind (meeting);
  lock (meeting, FALSE); /* what Bob tells is what she knows */
  meeting->alice->no_applications = TRUE;
  for (guint i = 0; i < 1500; i++) {
    g_auto (CvWriter) writer = {0};
    guint8 hash[32];
    world_run_for (meeting->world, SECOND / 100);
    if (meeting->carol->last_control == last)
      continue;
    last = meeting->carol->last_control;
    g_assert_true (cv_crypto_hash_digest (meeting->world->crypto, CV_HASH_SHA256,
                                          cv_span_from_bytes (last), hash, NULL));
    cv_writer_init (&writer);
    cv_writer_u8 (&writer, CV_E2EE_CONTROL_RESYNC_ANSWERED);
    cv_writer_put (&writer, CV_SPAN_ARRAY (hash));
    g_autoptr (GBytes) word = cv_writer_take (&writer);
    cv_e2ee_group_driver_on_application (meeting->bob->driver, "mallory", word);
  }
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->bob->driver, CV_E2EE_NOTICE_RESYNCED), ==, 1);
  meeting->alice->no_applications = FALSE;
  world_run_for (meeting->world, 4 * SECOND); /* their heartbeats */
  g_assert_cmpuint (meeting->carol->n_ended, ==, 0);
  world_assert_agree (meeting->world);
}

/* What the server orders twice while a worker computes is one commit, and no bad one of the epoch
 * after it. */
static void
test_twice_while_a_worker_computes (HostileMeeting *meeting, gconstpointer data)
{
  CvE2eeGroupDriver *bob = meeting->bob->driver;
  CvE2eeJob *job = g_new0 (CvE2eeJob, 1);
  meeting->bob->no_ordered = TRUE;
  lock (meeting, TRUE);
  world_run_for (meeting->world, SECOND);
  GPtrArray *log = meeting->world->log;
  CvE2eeCommit *commit = g_ptr_array_index (log, log->len - 1);
  job->group = cv_mls_group_ref (meeting->alice->driver->group);
  bob->is_job_running = TRUE;
  cv_e2ee_group_driver_on_ordered_message (bob, commit);
  cv_e2ee_group_driver_on_ordered_message (bob, commit);
  cv_e2ee_group_driver_finish_job (bob, job);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (bob), ==,
                    cv_e2ee_group_driver_get_epoch (meeting->alice->driver));
  g_assert_cmpint (bob->blocked_until_us, ==, 0);
}

#define ADD(path, test_fn)                                                                         \
  g_test_add ("/e2ee/resync/" path, HostileMeeting, NULL, hostile_set_up, test_fn,                 \
              hostile_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("cannot-follow", test_cannot_follow);
  ADD ("far-behind", test_far_behind);
  ADD ("moderators-answer-first", test_moderators_answer_first);
  ADD ("believes-no-other", test_believes_no_other);
  ADD ("request-played-again", test_request_played_again);
  ADD ("false-word", test_false_word);
  ADD ("twice-while-a-worker-computes", test_twice_while_a_worker_computes);
  return g_test_run ();
}
