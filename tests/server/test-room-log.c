/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/room-log.h"

#include "protocol/limits.h"

static void
keep_result (gboolean has_won, gpointer data)
{
  *(int *)data = has_won;
}

static CvServerLogStore *store;

static CvServerRoomLog *
new_log (void)
{
  store = cv_server_log_store_new (1024 * 1024, 1024 * 1024);
  return cv_server_room_log_new_memory (store);
}

static void
free_log (CvServerRoomLog *log)
{
  cv_server_room_log_free (log);
  g_assert_cmpuint (cv_server_log_store_get_bytes (store), ==, 0);
  g_clear_pointer (&store, cv_server_log_store_free);
}

static int
append_bytes (CvServerRoomLog *log, guint64 epoch, const char *from, gsize len)
{
  g_autoptr (GBytes) payload = g_bytes_new_take (g_malloc0 (len), len);
  int result = -1;

  log->vtable->append (
      log, &(CvServerLogEntry){.epoch = epoch, .from = (char *)from, .payload = payload},
      keep_result, &result, NULL);
  return result;
}

static int
append (CvServerRoomLog *log, guint64 epoch, const char *from)
{
  return append_bytes (log, epoch, from, 8);
}

static void
test_one_wins_an_epoch (void)
{
  CvServerRoomLog *log = new_log ();

  log->vtable->reset (log, 0);
  g_assert_true (append (log, 0, "a"));
  g_assert_false (append (log, 0, "b"));
  g_assert_false (append (log, 2, "b"));
  g_assert_false (append (log, G_MAXUINT64, "b"));
  g_assert_true (append (log, 1, "b"));
  g_assert_cmpstr (log->vtable->get (log, 0)->from, ==, "a");
  g_assert_cmpuint (log->vtable->get_next (log), ==, 2);
  g_assert_null (log->vtable->get (log, 2));
  free_log (log);
}

static void
test_keeps_the_last (void)
{
  CvServerRoomLog *log = new_log ();

  for (guint64 epoch = 0; epoch < CV_LIMITS_COMMIT_LOG + 10; epoch++)
    g_assert_true (append (log, epoch, "a"));
  g_assert_cmpuint (log->vtable->get_first (log), ==, 10);
  g_assert_null (log->vtable->get (log, 9));
  g_assert_cmpuint (log->vtable->get (log, 10)->epoch, ==, 10);
  free_log (log);
}

static void
test_takes_the_newest_back (void)
{
  CvServerRoomLog *log = new_log ();

  log->vtable->void_last (log);
  g_assert_true (append (log, 0, "a"));
  g_assert_true (append (log, 1, "b"));
  log->vtable->void_last (log);
  g_assert_null (log->vtable->get (log, 1));
  g_assert_true (append (log, 1, "c"));
  g_assert_cmpstr (log->vtable->get (log, 1)->from, ==, "c");
  free_log (log);
}

static void
test_starts_anew (void)
{
  CvServerRoomLog *log = new_log ();

  g_assert_true (append (log, 0, "a"));
  log->vtable->reset (log, 5);
  g_assert_null (log->vtable->get (log, 0));
  g_assert_false (append (log, 1, "a"));
  g_assert_true (append (log, 5, "a"));
  free_log (log);
}

/* 256 commits are no bound: two a second of 2 MiB each kept 512 MiB. */
static void
test_is_bounded_by_bytes (void)
{
  CvServerLogStore *small = cv_server_log_store_new (1000, 100000);
  CvServerRoomLog *log = cv_server_room_log_new_memory (small);

  for (guint64 epoch = 0; epoch < 10; epoch++)
    g_assert_true (append_bytes (log, epoch, "a", 300));
  g_assert_cmpuint (cv_server_log_store_get_bytes (small), ==, 900);
  g_assert_cmpuint (log->vtable->get_first (log), ==, 7);
  g_assert_null (log->vtable->get (log, 6));
  g_assert_cmpuint (log->vtable->get (log, 7)->epoch, ==, 7);
  /* One that is larger than all that may be kept: the order goes on without it. */
  g_assert_true (append_bytes (log, 10, "b", 1001));
  g_assert_cmpuint (cv_server_log_store_get_bytes (small), ==, 0);
  g_assert_cmpuint (log->vtable->get_first (log), ==, 11);
  g_assert_cmpuint (log->vtable->get_next (log), ==, 11);
  log->vtable->void_last (log);
  g_assert_cmpuint (log->vtable->get_next (log), ==, 10);
  g_assert_true (append_bytes (log, 10, "c", 1));
  g_assert_cmpstr (log->vtable->get (log, 10)->from, ==, "c");
  cv_server_room_log_free (log);
  cv_server_log_store_free (small);
}

static void
test_the_largest_makes_room_for_all (void)
{
  CvServerLogStore *small = cv_server_log_store_new (1000, 1500);
  CvServerRoomLog *large = cv_server_room_log_new_memory (small);
  CvServerRoomLog *modest = cv_server_room_log_new_memory (small);

  for (guint64 epoch = 0; epoch < 5; epoch++)
    g_assert_true (append_bytes (large, epoch, "a", 200));
  for (guint64 epoch = 0; epoch < 7; epoch++)
    g_assert_true (append_bytes (modest, epoch, "a", 100));
  g_assert_cmpuint (cv_server_log_store_get_bytes (small), ==, 1500);
  g_assert_cmpuint (large->vtable->get_first (large), ==, 1);
  g_assert_cmpuint (modest->vtable->get_first (modest), ==, 0);
  /* What one had is there for the others when it is gone. */
  cv_server_room_log_free (large);
  g_assert_cmpuint (cv_server_log_store_get_bytes (small), ==, 700);
  cv_server_room_log_free (modest);
  g_assert_cmpuint (cv_server_log_store_get_bytes (small), ==, 0);
  cv_server_log_store_free (small);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/room-log/one-wins-an-epoch", test_one_wins_an_epoch);
  g_test_add_func ("/server/room-log/keeps-the-last", test_keeps_the_last);
  g_test_add_func ("/server/room-log/takes-the-newest-back", test_takes_the_newest_back);
  g_test_add_func ("/server/room-log/starts-anew", test_starts_anew);
  g_test_add_func ("/server/room-log/is-bounded-by-bytes", test_is_bounded_by_bytes);
  g_test_add_func ("/server/room-log/the-largest-makes-room-for-all",
                   test_the_largest_makes_room_for_all);
  return g_test_run ();
}
