/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "routing/pace.h"

#define SECOND G_USEC_PER_SEC
#define AUDIO_BPS 60000 /* goes along with the camera */

/* A link that sends at its rate for that many seconds, with that much loss. */
static guint
run (CvRoutingPace *pace, CvMediaLinkStats *stats, gint64 *now_us, guint seconds, double loss)
{
  guint rate = cv_routing_pace_get_rate (pace);

  for (guint i = 0; i < seconds; i++) {
    *now_us += SECOND;
    stats->sent_packets += 100;
    stats->sent_bytes += (rate + AUDIO_BPS) / 8;
    stats->loss = loss;
    rate = cv_routing_pace_update (pace, stats, *now_us);
  }
  return rate;
}

static void
test_loss_slows_and_quiet_recovers (void)
{
  CvRoutingPace pace;
  CvMediaLinkStats stats = {0};
  gint64 now_us = SECOND;
  guint start;
  guint slow;

  cv_routing_pace_init (&pace);
  start = run (&pace, &stats, &now_us, 2, 0);
  slow = run (&pace, &stats, &now_us, 20, 0.3);
  g_assert_cmpuint (slow, <, start / 2);
  g_assert_cmpuint (run (&pace, &stats, &now_us, 60, 0), >, slow * 2);
}

static void
test_never_below_the_least (void)
{
  CvRoutingPace pace;
  CvMediaLinkStats stats = {0};
  gint64 now_us = SECOND;

  cv_routing_pace_init (&pace);
  g_assert_cmpuint (run (&pace, &stats, &now_us, 200, 1), >=, 50000);
}

static void
test_slow_link_gets_the_low_layer (void)
{
  CvRoutingPace pace;
  CvMediaLinkStats stats = {0};
  gint64 now_us = SECOND;

  cv_routing_pace_init (&pace);
  g_assert_cmpint (cv_routing_pace_limit (&pace, CV_LAYER_MIDDLE, CV_LAYER_NONE), ==,
                   CV_LAYER_MIDDLE);
  run (&pace, &stats, &now_us, 30, 0.3);
  g_assert_cmpint (cv_routing_pace_limit (&pace, CV_LAYER_MIDDLE, CV_LAYER_MIDDLE), ==,
                   CV_LAYER_LOW);
  g_assert_cmpint (cv_routing_pace_limit (&pace, CV_LAYER_NONE, CV_LAYER_LOW), ==, CV_LAYER_NONE);
}

static void
test_link_made_anew_is_no_report (void)
{
  CvRoutingPace pace;
  CvMediaLinkStats stats = {.sent_packets = 1000, .sent_bytes = 1000000};
  guint before;

  cv_routing_pace_init (&pace);
  cv_routing_pace_update (&pace, &stats, SECOND);
  before = cv_routing_pace_get_rate (&pace);
  stats = (CvMediaLinkStats){.loss = 1};
  g_assert_cmpuint (cv_routing_pace_update (&pace, &stats, 2 * SECOND), ==, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/routing/pace/loss-slows-and-quiet-recovers",
                   test_loss_slows_and_quiet_recovers);
  g_test_add_func ("/routing/pace/never-below-the-least", test_never_below_the_least);
  g_test_add_func ("/routing/pace/slow-link-gets-the-low-layer", test_slow_link_gets_the_low_layer);
  g_test_add_func ("/routing/pace/link-made-anew-is-no-report", test_link_made_anew_is_no_report);
  return g_test_run ();
}
