/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "transport/keepalive.h"

#define SECOND G_USEC_PER_SEC

static void
pass (const CvTransportKeepalive *from, gint64 from_now_us, CvTransportKeepalive *to,
      gint64 to_now_us)
{
  guint8 packet[CV_TRANSPORT_KEEPALIVE_LEN];

  cv_transport_keepalive_write (from, from_now_us, packet);
  g_assert_true (cv_transport_keepalive_take (to, CV_SPAN_ARRAY (packet), to_now_us));
  cv_transport_keepalive_heard (to, to_now_us);
}

/* The two clocks have nothing to do with each other, and one is about to pass 2^32. */
static void
test_measures_the_round_trip (void)
{
  CvTransportKeepalive a;
  CvTransportKeepalive b;
  gint64 a0 = G_MAXUINT32 - 100;
  gint64 b0 = 77 * SECOND;

  cv_transport_keepalive_init (&a, 1, a0);
  cv_transport_keepalive_init (&b, 2, b0);
  pass (&a, a0, &b, b0 + 10000);
  g_assert_cmpuint (b.rtt_us, ==, 0);
  pass (&b, b0 + 510000, &a, a0 + 540000);
  g_assert_cmpuint (a.rtt_us, ==, 40000);
}

static void
test_silence_only_of_who_has_spoken (void)
{
  CvTransportKeepalive a;
  CvTransportKeepalive b;

  cv_transport_keepalive_init (&a, 1, 0);
  cv_transport_keepalive_init (&b, 2, 0);
  g_assert_false (cv_transport_keepalive_is_silent (&a, 100 * SECOND));
  pass (&b, 5, &a, 100 * SECOND);
  g_assert_false (cv_transport_keepalive_is_silent (&a, 104 * SECOND));
  g_assert_true (cv_transport_keepalive_is_silent (&a, 104 * SECOND + 1));
  cv_transport_keepalive_heard (&a, 105 * SECOND);
  g_assert_false (cv_transport_keepalive_is_silent (&a, 109 * SECOND));
  cv_transport_keepalive_reset (&a, 200 * SECOND);
  g_assert_false (cv_transport_keepalive_is_silent (&a, 203 * SECOND));
}

static void
test_other_rtcp_passes (void)
{
  CvTransportKeepalive a;
  guint8 packet[CV_TRANSPORT_KEEPALIVE_LEN + 4] = {0};

  cv_transport_keepalive_init (&a, 1, 0);
  cv_transport_keepalive_write (&a, 1, packet);
  for (gsize len = 0; len < CV_TRANSPORT_KEEPALIVE_LEN; len++)
    g_assert_false (cv_transport_keepalive_take (&a, cv_span (packet, len), 2));
  g_assert_false (cv_transport_keepalive_take (&a, CV_SPAN_ARRAY (packet), 2));
  for (gsize at = 0; at < 12; at++) {
    if (at == 2 || at == 3 || (at >= 4 && at < 8))
      continue; /* length and SSRC are SRTP's and RTP's business */
    packet[at] ^= 1;
    g_assert_false (
        cv_transport_keepalive_take (&a, cv_span (packet, CV_TRANSPORT_KEEPALIVE_LEN), 2));
    packet[at] ^= 1;
  }
  g_assert_false (a.is_expected);
}

static void
test_nonsense_times_give_no_round_trip (void)
{
  CvTransportKeepalive a;
  CvTransportKeepalive liar;

  cv_transport_keepalive_init (&a, 1, 50 * SECOND);
  cv_transport_keepalive_init (&liar, 2, 0);
  liar.is_expected = TRUE;
  liar.ping_time = (guint32)(90 * SECOND); /* echoes what will be sent in 40 s */
  pass (&liar, 1, &a, 50 * SECOND);
  g_assert_cmpuint (a.rtt_us, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/keepalive/measures-the-round-trip", test_measures_the_round_trip);
  g_test_add_func ("/transport/keepalive/silence-only-of-who-has-spoken",
                   test_silence_only_of_who_has_spoken);
  g_test_add_func ("/transport/keepalive/other-rtcp-passes", test_other_rtcp_passes);
  g_test_add_func ("/transport/keepalive/nonsense-times-give-no-round-trip",
                   test_nonsense_times_give_no_round_trip);
  return g_test_run ();
}
