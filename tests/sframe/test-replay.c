/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "sframe/replay.h"

#include <string.h>

static gboolean
see (CvSframeReplay *replay, guint64 ctr)
{
  gboolean is_new = cv_sframe_replay_check (replay, ctr);

  if (is_new)
    cv_sframe_replay_record (replay, ctr);
  return is_new;
}

static void
test_once_each (void)
{
  CvSframeReplay replay = {0};

  for (guint64 ctr = 0; ctr < 5000; ctr++) {
    g_assert_true (see (&replay, ctr));
    g_assert_false (see (&replay, ctr));
  }
}

static void
test_window_is_1024 (void)
{
  CvSframeReplay replay = {0};

  g_assert_true (see (&replay, 5000));
  g_assert_true (see (&replay, 5000 - 1023));
  g_assert_false (see (&replay, 5000 - 1023));
  g_assert_false (see (&replay, 5000 - 1024));
  g_assert_false (see (&replay, 0));
  g_assert_true (see (&replay, 5001));
  g_assert_false (see (&replay, 5000 - 1023));
}

static void
test_check_does_not_record (void)
{
  CvSframeReplay replay = {0};
  CvSframeReplay before;

  g_assert_true (see (&replay, 100));
  before = replay;
  g_assert_true (cv_sframe_replay_check (&replay, G_MAXUINT64));
  g_assert_cmpmem (&replay, sizeof replay, &before, sizeof before);
  g_assert_true (see (&replay, 99));
}

static void
test_jumps (void)
{
  CvSframeReplay replay = {0};

  g_assert_true (see (&replay, 10));
  g_assert_true (see (&replay, 10 + 1024));
  g_assert_false (see (&replay, 10));
  g_assert_true (see (&replay, 11));
  g_assert_true (see (&replay, G_MAXUINT64));
  g_assert_false (see (&replay, G_MAXUINT64));
  g_assert_true (see (&replay, G_MAXUINT64 - 1));
  g_assert_true (see (&replay, G_MAXUINT64 - 1023));
  g_assert_false (see (&replay, G_MAXUINT64 - 1024));
}

static void
test_starts_at_zero (void)
{
  CvSframeReplay replay = {0};

  g_assert_true (see (&replay, 0));
  g_assert_false (see (&replay, 0));
  /* The bit of 0 must not stand in the way of 1024. */
  g_assert_true (see (&replay, 1024));
}

/* Against a plain list of what was seen. */
static void
test_agrees_with_a_list (void)
{
  CvSframeReplay replay = {0};
  g_autoptr (GHashTable) seen = g_hash_table_new (g_direct_hash, g_direct_equal);
  g_autoptr (GRand) rand = g_rand_new_with_seed (9605);
  guint highest = 0;
  gboolean has_any = FALSE;

  for (guint i = 0; i < 200000; i++) {
    gint ahead = g_rand_int_range (rand, -1200, g_rand_int_range (rand, 0, 50) == 0 ? 3000 : 60);
    guint ctr = (guint)MAX ((gint)highest + ahead, 0);
    gboolean is_new = !g_hash_table_contains (seen, GUINT_TO_POINTER (ctr))
                      && (!has_any || ctr > highest || highest - ctr < 1024);

    g_assert_cmpint (see (&replay, ctr), ==, is_new);
    if (is_new) {
      g_hash_table_add (seen, GUINT_TO_POINTER (ctr));
      highest = has_any ? MAX (highest, ctr) : ctr;
      has_any = TRUE;
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sframe/replay/once-each", test_once_each);
  g_test_add_func ("/sframe/replay/window-is-1024", test_window_is_1024);
  g_test_add_func ("/sframe/replay/check-does-not-record", test_check_does_not_record);
  g_test_add_func ("/sframe/replay/jumps", test_jumps);
  g_test_add_func ("/sframe/replay/starts-at-zero", test_starts_at_zero);
  g_test_add_func ("/sframe/replay/agrees-with-a-list", test_agrees_with_a_list);
  return g_test_run ();
}
