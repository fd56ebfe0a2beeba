/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "transport/congestion.h"

#define START 1000000
#define MIN_BPS 50000
#define MAX_BPS 4000000
#define STEP_US 100000

static CvTransportCongestion
make (void)
{
  CvTransportCongestion congestion;

  cv_transport_congestion_init (&congestion, START, MIN_BPS, MAX_BPS);
  return congestion;
}

/* A link of so much capacity that drops what does not fit. */
static guint64
run (CvTransportCongestion *congestion, guint64 capacity_bps, gint64 from_us, guint n_steps)
{
  for (guint i = 0; i < n_steps; i++) {
    guint64 rate = cv_transport_congestion_get_rate (congestion);
    guint64 passed = MIN (rate, capacity_bps);
    const CvTransportFeedback feedback = {
        .at_us = from_us + (gint64)i * STEP_US,
        .n_sent = 100,
        .n_received = (guint)(100 * passed / rate),
        .received_bps = passed,
    };

    cv_transport_congestion_update (congestion, &feedback);
  }
  return cv_transport_congestion_get_rate (congestion);
}

static void
test_grows_on_a_good_link (void)
{
  CvTransportCongestion congestion = make ();

  g_assert_cmpuint (run (&congestion, 100 * MAX_BPS, 1, 50), >, START * 1.3);
  g_assert_cmpuint (run (&congestion, 100 * MAX_BPS, 1 + 50 * STEP_US, 1000), ==, MAX_BPS);
}

static void
test_settles_below_capacity (void)
{
  CvTransportCongestion congestion = make ();
  guint64 rate = run (&congestion, 600000, 1, 300);

  g_assert_cmpuint (rate, <, 720000);
  g_assert_cmpuint (rate, >, 250000);
}

static void
test_little_loss_is_held (void)
{
  CvTransportCongestion congestion = make ();

  for (guint i = 1; i < 60; i++) {
    const CvTransportFeedback feedback = {
        .at_us = i * STEP_US, .n_sent = 100, .n_received = 95, .received_bps = START};

    cv_transport_congestion_update (&congestion, &feedback);
  }
  g_assert_cmpuint (cv_transport_congestion_get_rate (&congestion), >=, START);
  g_assert_cmpuint (cv_transport_congestion_get_rate (&congestion), <, START * 1.1);
}

static void
test_a_growing_queue_is_overuse (void)
{
  CvTransportCongestion congestion = make ();
  const CvTransportFeedback feedback = {.at_us = STEP_US,
                                        .n_sent = 50,
                                        .n_received = 50,
                                        .received_bps = 800000,
                                        .delay_change_us = 400};

  g_assert_cmpuint (cv_transport_congestion_update (&congestion, &feedback), ==, 680000);
}

static void
test_one_queue_is_punished_once (void)
{
  CvTransportCongestion congestion = make ();
  CvTransportFeedback feedback = {.at_us = STEP_US,
                                  .n_sent = 50,
                                  .n_received = 50,
                                  .received_bps = 800000,
                                  .delay_change_us = 400};

  cv_transport_congestion_update (&congestion, &feedback);
  feedback.at_us += 50000;
  feedback.received_bps = 400000;
  g_assert_cmpuint (cv_transport_congestion_update (&congestion, &feedback), ==, 680000);
  feedback.at_us += 400000;
  g_assert_cmpuint (cv_transport_congestion_update (&congestion, &feedback), ==, 340000);
}

static void
test_overuse_never_raises (void)
{
  CvTransportCongestion congestion = make ();
  const CvTransportFeedback feedback = {.at_us = STEP_US,
                                        .n_sent = 50,
                                        .n_received = 50,
                                        .received_bps = 100 * MAX_BPS,
                                        .delay_change_us = 400};

  g_assert_cmpuint (cv_transport_congestion_update (&congestion, &feedback), ==, START);
}

static void
test_a_quiet_sender_earns_nothing (void)
{
  CvTransportCongestion congestion = make ();

  for (guint i = 1; i < 200; i++) {
    const CvTransportFeedback feedback = {
        .at_us = i * STEP_US, .n_sent = 5, .n_received = 5, .received_bps = 30000};

    cv_transport_congestion_update (&congestion, &feedback);
  }
  g_assert_cmpuint (cv_transport_congestion_get_rate (&congestion), ==, START);
}

static void
test_nonsense_changes_nothing (void)
{
  static const CvTransportFeedback nonsense[] = {
      {.at_us = 5 * STEP_US, .n_sent = 0, .n_received = 0},
      {.at_us = 5 * STEP_US, .n_sent = 10, .n_received = 11, .received_bps = START},
      {.at_us = -1, .n_sent = 10, .n_received = 10, .received_bps = START},
  };
  CvTransportCongestion congestion = make ();

  for (gsize i = 0; i < G_N_ELEMENTS (nonsense); i++)
    g_assert_cmpuint (cv_transport_congestion_update (&congestion, &nonsense[i]), ==, START);
  g_assert_cmpint (congestion.updated_at_us, ==, 0);
}

static void
test_extremes_stay_in_bounds (void)
{
  static const CvTransportFeedback extremes[] = {
      {G_MAXINT64 / 4, G_MAXUINT, G_MAXUINT, G_MAXUINT64, G_MAXINT64},
      {G_MAXINT64 / 2, G_MAXUINT, 0, 0, G_MININT64},
      {G_MAXINT64, 1, 1, G_MAXUINT64, G_MININT64},
  };
  CvTransportCongestion congestion = make ();

  for (gsize i = 0; i < G_N_ELEMENTS (extremes); i++) {
    guint64 rate = cv_transport_congestion_update (&congestion, &extremes[i]);

    g_assert_cmpuint (rate, >=, MIN_BPS);
    g_assert_cmpuint (rate, <=, MAX_BPS);
  }
}

static void
test_starves_down (void)
{
  CvTransportCongestion congestion = make ();
  gint64 now_us = STEP_US;

  g_assert_cmpuint (cv_transport_congestion_starve (&congestion, G_MAXINT32), ==, START);
  run (&congestion, START, now_us, 1);
  g_assert_cmpuint (cv_transport_congestion_starve (&congestion, now_us + 900000), ==, START);
  for (guint i = 1; i <= 10; i++)
    cv_transport_congestion_starve (&congestion, now_us + i * G_USEC_PER_SEC);
  g_assert_cmpuint (cv_transport_congestion_get_rate (&congestion), ==, MIN_BPS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/congestion/grows-on-a-good-link", test_grows_on_a_good_link);
  g_test_add_func ("/transport/congestion/settles-below-capacity", test_settles_below_capacity);
  g_test_add_func ("/transport/congestion/little-loss-is-held", test_little_loss_is_held);
  g_test_add_func ("/transport/congestion/a-growing-queue-is-overuse",
                   test_a_growing_queue_is_overuse);
  g_test_add_func ("/transport/congestion/one-queue-is-punished-once",
                   test_one_queue_is_punished_once);
  g_test_add_func ("/transport/congestion/overuse-never-raises", test_overuse_never_raises);
  g_test_add_func ("/transport/congestion/a-quiet-sender-earns-nothing",
                   test_a_quiet_sender_earns_nothing);
  g_test_add_func ("/transport/congestion/nonsense-changes-nothing", test_nonsense_changes_nothing);
  g_test_add_func ("/transport/congestion/extremes-stay-in-bounds", test_extremes_stay_in_bounds);
  g_test_add_func ("/transport/congestion/starves-down", test_starves_down);
  return g_test_run ();
}
