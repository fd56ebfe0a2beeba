/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "signaling/backoff.h"

#define MS G_GINT64_CONSTANT (1000)

static void
test_doubles_up_to_four_seconds (void)
{
  static const int upper[] = {250, 500, 1000, 2000, 4000, 4000};
  CvSignalingBackoff low, high;

  cv_signaling_backoff_init (&low, 60000, 0);
  cv_signaling_backoff_init (&high, 60000, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (upper); i++) {
    int least = cv_signaling_backoff_next (&low, 0, 0);
    int most = cv_signaling_backoff_next (&high, 0.999999, 0);

    g_assert_cmpint (least, ==, upper[i] / 2);
    g_assert_cmpint (most, <=, upper[i]);
    g_assert_cmpint (most, >=, upper[i] - 1);
  }
}

static void
test_never_waits_past_the_end (void)
{
  CvSignalingBackoff backoff;

  cv_signaling_backoff_init (&backoff, 15000, 0);
  backoff.n_attempts = 5;
  g_assert_cmpint (cv_signaling_backoff_next (&backoff, 0.9, 14900 * MS), ==, 100);
}

static void
test_gives_up (void)
{
  CvSignalingBackoff backoff;

  cv_signaling_backoff_init (&backoff, 15000, 1000 * MS);
  g_assert_cmpint (cv_signaling_backoff_next (&backoff, 0, 15999 * MS), >, 0);
  g_assert_cmpint (cv_signaling_backoff_next (&backoff, 0, 16000 * MS), ==,
                   CV_SIGNALING_BACKOFF_GIVE_UP);
  g_assert_cmpint (cv_signaling_backoff_next (&backoff, 0, 99999 * MS), ==,
                   CV_SIGNALING_BACKOFF_GIVE_UP);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signaling/backoff/doubles-up-to-four-seconds",
                   test_doubles_up_to_four_seconds);
  g_test_add_func ("/signaling/backoff/never-waits-past-the-end", test_never_waits_past_the_end);
  g_test_add_func ("/signaling/backoff/gives-up", test_gives_up);
  return g_test_run ();
}
