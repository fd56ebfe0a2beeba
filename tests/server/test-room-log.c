/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/room-log.h"

#include "protocol/limits.h"

static void
keep_result (gboolean has_won, gpointer data)
{
  *(int *)data = has_won;
}

static int
append (CvServerRoomLog *log, guint64 epoch, const char *from)
{
  g_autoptr (GBytes) payload = g_bytes_new (&epoch, sizeof epoch);
  int result = -1;

  log->vtable->append (log, epoch, from, payload, keep_result, &result, NULL);
  return result;
}

static void
test_one_wins_an_epoch (void)
{
  CvServerRoomLog *log = cv_server_room_log_new_memory ();

  log->vtable->reset (log, 0);
  g_assert_true (append (log, 0, "a"));
  g_assert_false (append (log, 0, "b"));
  g_assert_false (append (log, 2, "b"));
  g_assert_false (append (log, G_MAXUINT64, "b"));
  g_assert_true (append (log, 1, "b"));
  g_assert_cmpstr (log->vtable->get (log, 0)->from, ==, "a");
  g_assert_cmpuint (log->vtable->get_next (log), ==, 2);
  g_assert_null (log->vtable->get (log, 2));
  cv_server_room_log_free (log);
}

static void
test_keeps_the_last (void)
{
  CvServerRoomLog *log = cv_server_room_log_new_memory ();

  for (guint64 epoch = 0; epoch < CV_LIMITS_COMMIT_LOG + 10; epoch++)
    g_assert_true (append (log, epoch, "a"));
  g_assert_cmpuint (log->vtable->get_first (log), ==, 10);
  g_assert_null (log->vtable->get (log, 9));
  g_assert_cmpuint (log->vtable->get (log, 10)->epoch, ==, 10);
  cv_server_room_log_free (log);
}

static void
test_takes_the_newest_back (void)
{
  CvServerRoomLog *log = cv_server_room_log_new_memory ();

  log->vtable->void_last (log);
  g_assert_true (append (log, 0, "a"));
  g_assert_true (append (log, 1, "b"));
  log->vtable->void_last (log);
  g_assert_null (log->vtable->get (log, 1));
  g_assert_true (append (log, 1, "c"));
  g_assert_cmpstr (log->vtable->get (log, 1)->from, ==, "c");
  cv_server_room_log_free (log);
}

static void
test_starts_anew (void)
{
  CvServerRoomLog *log = cv_server_room_log_new_memory ();

  g_assert_true (append (log, 0, "a"));
  log->vtable->reset (log, 5);
  g_assert_null (log->vtable->get (log, 0));
  g_assert_false (append (log, 1, "a"));
  g_assert_true (append (log, 5, "a"));
  cv_server_room_log_free (log);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/room-log/one-wins-an-epoch", test_one_wins_an_epoch);
  g_test_add_func ("/server/room-log/keeps-the-last", test_keeps_the_last);
  g_test_add_func ("/server/room-log/takes-the-newest-back", test_takes_the_newest_back);
  g_test_add_func ("/server/room-log/starts-anew", test_starts_anew);
  return g_test_run ();
}
