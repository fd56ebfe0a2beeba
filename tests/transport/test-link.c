/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "link-pair.h"

#include <string.h>

static const char *const ipv4_only[] = {"127.0.0.1", NULL};
static const char *const ipv6_only[] = {"::1", NULL};
static const LinkPairOptions on_ipv4 = {.local_addresses = ipv4_only};
static const LinkPairOptions on_ipv6 = {.local_addresses = ipv6_only};

#define N_PACKETS 300

static gboolean
has_all_packets (LinkPair *pair)
{
  return g_atomic_int_get (&pair->a.n_rtp) >= N_PACKETS
         && g_atomic_int_get (&pair->b.n_rtp) >= N_PACKETS
         && g_atomic_int_get (&pair->a.n_rtcp) >= 10 && g_atomic_int_get (&pair->b.n_rtcp) >= 10;
}

static void
exchange (LinkPair *pair, guint16 first)
{
  g_atomic_int_set (&pair->a.n_rtp, 0);
  g_atomic_int_set (&pair->b.n_rtp, 0);
  g_atomic_int_set (&pair->a.n_rtcp, 0);
  g_atomic_int_set (&pair->b.n_rtcp, 0);
  link_pair_send (&pair->a, LINK_PAIR_SSRC, first, N_PACKETS, FALSE);
  link_pair_send (&pair->b, LINK_PAIR_SSRC, first, N_PACKETS, FALSE);
  link_pair_send (&pair->a, LINK_PAIR_SSRC, 0, 10, TRUE);
  link_pair_send (&pair->b, LINK_PAIR_SSRC, 0, 10, TRUE);
  link_pair_wait (pair, has_all_packets, 10);
  g_assert_cmpint (g_atomic_int_get (&pair->a.n_wrong), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&pair->b.n_wrong), ==, 0);
}

static gboolean
has_rtt (LinkPair *pair)
{
  CvTransportLinkInfo info;

  cv_transport_link_get_info (pair->a.link, &info);
  return info.rtt_us > 0;
}

/* Timers of the main loop are not involved, so something must wake it to look again. */
static gboolean
keep_looking (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static void
check_carries_media (const LinkPairOptions *options, gboolean is_ipv6)
{
  LinkPair pair;
  CvTransportLinkInfo info;
  guint looking;

  link_pair_init (&pair, options);
  link_pair_wait (&pair, link_pair_is_connected, 20);
  g_assert_cmpstr (pair.a.states->str, ==, " gathering checking dtls connected");
  g_assert_cmpstr (pair.b.states->str, ==, " gathering checking dtls connected");
  exchange (&pair, 1);

  cv_transport_link_get_info (pair.a.link, &info);
  g_assert_cmpint (info.state, ==, CV_TRANSPORT_LINK_CONNECTED);
  g_assert_cmpstr (info.profile, ==, "SRTP_AEAD_AES_256_GCM");
  g_assert_cmpstr (info.candidate, ==, "host");
  g_assert_cmpint (info.is_ipv6, ==, is_ipv6);
  g_assert_cmpuint (cv_transport_stats_get (&info.stats, CV_TRANSPORT_COUNT_RECEIVED), ==,
                    N_PACKETS + 10);
  looking = g_timeout_add (100, keep_looking, NULL);
  link_pair_wait (&pair, has_rtt, 10);
  g_source_remove (looking);
  link_pair_clear (&pair);
}

static void
test_carries_media_over_ipv4 (void)
{
  check_carries_media (&on_ipv4, FALSE);
}

static void
test_carries_media_over_ipv6 (void)
{
  check_carries_media (&on_ipv6, TRUE);
}

static gboolean
has_one_failed (LinkPair *pair)
{
  return cv_transport_link_get_state (pair->a.link) == CV_TRANSPORT_LINK_FAILED;
}

static void
test_wrong_fingerprint_is_refused (void)
{
  LinkPair pair;
  CvTransportLinkInfo info;
  g_autoptr (GError) error = NULL;

  link_pair_init (&pair, &on_ipv4);
  pair.b.lie = 1; /* so a expects another certificate than b has */
  link_pair_wait (&pair, has_one_failed, 20);
  g_assert_cmpstr (pair.a.reason, ==, "the peer could not be authenticated");
  cv_transport_link_get_info (pair.a.link, &info);
  g_assert_null (info.profile);

  /* Neither media nor another try: such a link is over. */
  link_pair_send (&pair.a, LINK_PAIR_SSRC, 1, 5, FALSE);
  g_assert_true (cv_transport_link_restart (pair.a.link, &error));
  cv_transport_net_thread_unref (cv_transport_net_thread_ref (pair.a.net));
  g_assert_cmpint (g_atomic_int_get (&pair.b.n_rtp), ==, 0);
  g_assert_cmpuint (link_pair_get_count (&pair.a, CV_TRANSPORT_COUNT_SENT), ==, 0);
  link_pair_clear (&pair);
}

/* No flight may be lost on a good path, or each join would cost its timeout. */
static void
test_connects_at_once (void)
{
  LinkPair pair;
  CvTransportLinkInfo info;
  gint64 since_us = g_get_monotonic_time ();

  link_pair_init (&pair, &on_ipv4);
  link_pair_wait (&pair, link_pair_is_connected, 20);
  g_test_message ("connected in %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - since_us) / 1000);
  cv_transport_link_get_info (pair.a.link, &info);
  g_assert_cmpuint (cv_transport_stats_get (&info.stats, CV_TRANSPORT_COUNT_DROP_DTLS), ==, 0);
  cv_transport_link_get_info (pair.b.link, &info);
  g_assert_cmpuint (cv_transport_stats_get (&info.stats, CV_TRANSPORT_COUNT_DROP_DTLS), ==, 0);
  link_pair_clear (&pair);
}

static gboolean
has_dropped_unknown (LinkPair *pair)
{
  return link_pair_get_count (&pair->b, CV_TRANSPORT_COUNT_DROP_UNKNOWN_SSRC) == 5
         && g_atomic_int_get (&pair->b.n_rtp) == 1;
}

static void
test_unknown_ssrc_is_dropped (void)
{
  LinkPair pair;

  link_pair_init (&pair, &on_ipv4);
  link_pair_wait (&pair, link_pair_is_connected, 20);
  link_pair_send (&pair.a, 0xbad, 1, 5, FALSE);
  link_pair_send (&pair.a, LINK_PAIR_SSRC, 1, 1, FALSE);
  link_pair_wait (&pair, has_dropped_unknown, 10);
  link_pair_clear (&pair);
}

static gboolean
have_both_restarted (LinkPair *pair)
{
  return g_str_has_suffix (pair->a.states->str, " connected checking connected")
         && g_str_has_suffix (pair->b.states->str, " connected checking connected");
}

static void
test_restart_keeps_the_keys (void)
{
  LinkPair pair;
  g_autoptr (GError) error = NULL;

  link_pair_init (&pair, &on_ipv4);
  link_pair_wait (&pair, link_pair_is_connected, 20);
  exchange (&pair, 1);
  /* Both at once: each description reaches a peer that has restarted already. */
  g_assert_true (cv_transport_link_restart (pair.a.link, &error));
  g_assert_true (cv_transport_link_restart (pair.b.link, &error));
  link_pair_wait (&pair, have_both_restarted, 20);
  exchange (&pair, 1 + N_PACKETS);
  link_pair_clear (&pair);
}

static void
test_restarts_are_limited (void)
{
  LinkPair pair;
  g_autoptr (GError) error = NULL;

  link_pair_init (&pair, &on_ipv4);
  for (guint i = 0; i < 10; i++)
    g_assert_true (cv_transport_link_restart (pair.a.link, &error));
  g_assert_false (cv_transport_link_restart (pair.a.link, &error));
  g_assert_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_LIMIT);
  link_pair_clear (&pair);
}

static gboolean
has_lost_peer (LinkPair *pair)
{
  return cv_transport_link_get_state (pair->a.link) == CV_TRANSPORT_LINK_DISCONNECTED;
}

/* Holds a net thread until it is told. */
typedef struct {
  GMutex lock;
  GCond changed;
  gboolean is_over;
} Hold;

static void
run_hold (gpointer data)
{
  Hold *hold = data;

  g_mutex_lock (&hold->lock);
  while (!hold->is_over)
    g_cond_wait (&hold->changed, &hold->lock);
  g_mutex_unlock (&hold->lock);
}

static void
test_silence_is_noticed_and_forgiven (void)
{
  LinkPair pair;
  Hold hold = {.is_over = FALSE};
  gint64 since_us;

  g_mutex_init (&hold.lock);
  g_cond_init (&hold.changed);
  link_pair_init (&pair, &on_ipv4);
  link_pair_wait (&pair, link_pair_is_connected, 20);
  exchange (&pair, 1);

  cv_transport_net_thread_post (pair.b.net, run_hold, &hold, NULL);
  since_us = g_get_monotonic_time ();
  link_pair_wait (&pair, has_lost_peer, 10);
  g_assert_cmpint (g_get_monotonic_time () - since_us, <=, 6 * G_USEC_PER_SEC);

  g_mutex_lock (&hold.lock);
  hold.is_over = TRUE;
  g_cond_signal (&hold.changed);
  g_mutex_unlock (&hold.lock);
  link_pair_wait (&pair, link_pair_is_connected, 10);
  exchange (&pair, 1 + N_PACKETS);
  link_pair_clear (&pair);
  g_cond_clear (&hold.changed);
  g_mutex_clear (&hold.lock);
}

static gboolean
is_closed (LinkPair *pair)
{
  return cv_transport_link_get_state (pair->a.link) == CV_TRANSPORT_LINK_CLOSED;
}

static void
test_leaving_is_told (void)
{
  LinkPair pair;

  link_pair_init (&pair, &on_ipv4);
  link_pair_wait (&pair, link_pair_is_connected, 20);
  g_clear_pointer (&pair.b.link, cv_transport_link_free);
  link_pair_wait (&pair, is_closed, 10);
  g_assert_cmpstr (pair.a.reason, ==, "the peer closed the link");
  link_pair_clear (&pair);
}

static gboolean
has_sent_all (LinkPair *pair)
{
  guint64 n = 0;

  for (CvTransportCount i = CV_TRANSPORT_COUNT_SENT; i <= CV_TRANSPORT_COUNT_SEND_FAILED; i++) {
    if (i != CV_TRANSPORT_COUNT_SENT_BYTES)
      n += link_pair_get_count (&pair->a, i);
  }
  /* Keepalives count as sent too. */
  return n >= 3000 + 3;
}

static void
test_every_packet_is_accounted_for (void)
{
  static const guint8 rubbish[20] = {0x16, 0xfe};
  static guint8 huge[CV_TRANSPORT_LINK_PACKET_MAX + 1];
  LinkPair pair;
  guint looking;

  link_pair_init (&pair, &on_ipv4);
  link_pair_send (&pair.a, LINK_PAIR_SSRC, 1, 1, FALSE);
  link_pair_wait (&pair, link_pair_is_connected, 20);
  g_assert_cmpuint (link_pair_get_count (&pair.a, CV_TRANSPORT_COUNT_SEND_NOT_READY), ==, 1);
  cv_transport_link_send (pair.a.link, CV_SPAN_ARRAY (huge), FALSE);
  cv_transport_link_send (pair.a.link, CV_SPAN_ARRAY (rubbish), FALSE);
  link_pair_send (&pair.a, LINK_PAIR_SSRC, 2, 3000, FALSE);
  looking = g_timeout_add (20, keep_looking, NULL);
  link_pair_wait (&pair, has_sent_all, 10);
  g_source_remove (looking);
  g_assert_cmpuint (link_pair_get_count (&pair.a, CV_TRANSPORT_COUNT_SEND_FAILED), ==, 0);
  link_pair_clear (&pair);
}

static void
test_refuses_bad_descriptions (void)
{
  static const CvTransportDescription bad[] = {
      {"abc", "0123456789012345678901", {0}, CV_TRANSPORT_SETUP_PASSIVE},
      {"abcd", "012345678901234567890", {0}, CV_TRANSPORT_SETUP_PASSIVE},
      {"ab\ncd", "0123456789012345678901", {0}, CV_TRANSPORT_SETUP_PASSIVE},
      {NULL, "0123456789012345678901", {0}, CV_TRANSPORT_SETUP_PASSIVE},
      {"abcd", NULL, {0}, CV_TRANSPORT_SETUP_PASSIVE},
      {"abcd", "0123456789012345678901", {0}, CV_TRANSPORT_SETUP_ACTIVE}, /* both active */
  };
  static const CvTransportDescription good = {
      "abcd", "0123456789012345678901", {1}, CV_TRANSPORT_SETUP_PASSIVE};
  CvTransportDescription other = good;
  LinkPair pair;
  g_autoptr (GError) error = NULL;

  link_pair_init (&pair, &on_ipv4);
  pair.a.peer = NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_false (cv_transport_link_set_remote (pair.b.link, &bad[i], &error));
    g_assert_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT);
    g_clear_error (&error);
  }
  g_assert_true (cv_transport_link_set_remote (pair.b.link, &good, &error));
  other.fingerprint[31] = 1;
  g_assert_false (cv_transport_link_set_remote (pair.b.link, &other, &error));
  g_assert_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT);
  link_pair_clear (&pair);
}

static gboolean
has_dropped_candidates (LinkPair *pair)
{
  return link_pair_get_count (&pair->a, CV_TRANSPORT_COUNT_DROP_CANDIDATE) == 3 + 20;
}

static void
test_candidates_are_bounded (void)
{
  LinkPair pair;
  g_autofree char *endless = g_strnfill (5000, 'x');
  guint looking;

  link_pair_init (&pair, &on_ipv4);
  pair.b.peer = NULL;
  cv_transport_link_add_remote_candidate (pair.a.link, "candidate:rubbish");
  cv_transport_link_add_remote_candidate (pair.a.link, endless);
  cv_transport_link_add_remote_candidate (pair.a.link, "candidate:1 1 UDP 1 224.0.0.1 9 typ host");
  for (guint i = 0; i < 84; i++) {
    g_autofree char *text =
        g_strdup_printf ("candidate:1 1 UDP 1 127.0.0.1 %u typ host", 40000 + i);

    cv_transport_link_add_remote_candidate (pair.a.link, text);
  }
  looking = g_timeout_add (20, keep_looking, NULL);
  link_pair_wait (&pair, has_dropped_candidates, 10);
  g_source_remove (looking);
  link_pair_clear (&pair);
}

/* The peer's only address answers with "port unreachable", and there will be no other. */
static void
test_no_path_is_told (void)
{
  static const CvTransportDescription nobody = {
      "abcd", "0123456789012345678901", {1}, CV_TRANSPORT_SETUP_ACTIVE};
  LinkPair pair;
  g_autoptr (GError) error = NULL;

  link_pair_init (&pair, &on_ipv4);
  pair.b.peer = NULL;
  g_assert_true (cv_transport_link_set_remote (pair.a.link, &nobody, &error));
  cv_transport_link_add_remote_candidate (pair.a.link, "candidate:1 1 UDP 1 127.0.0.1 9 typ host");
  cv_transport_link_add_remote_candidate (pair.a.link, NULL);
  link_pair_wait (&pair, has_one_failed, 40);
  g_assert_cmpstr (pair.a.reason, ==, "no path to the peer works");
  link_pair_clear (&pair);
}

static void
test_freed_at_once (void)
{
  LinkPair pair;

  for (guint i = 0; i < 10; i++) {
    link_pair_init (&pair, &on_ipv4);
    link_pair_clear (&pair);
    g_assert_cmpuint (pair.a.n_rtp, ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/link/carries-media-over-ipv4", test_carries_media_over_ipv4);
  g_test_add_func ("/transport/link/carries-media-over-ipv6", test_carries_media_over_ipv6);
  g_test_add_func ("/transport/link/wrong-fingerprint-is-refused",
                   test_wrong_fingerprint_is_refused);
  g_test_add_func ("/transport/link/connects-at-once", test_connects_at_once);
  g_test_add_func ("/transport/link/unknown-ssrc-is-dropped", test_unknown_ssrc_is_dropped);
  g_test_add_func ("/transport/link/restart-keeps-the-keys", test_restart_keeps_the_keys);
  g_test_add_func ("/transport/link/restarts-are-limited", test_restarts_are_limited);
  g_test_add_func ("/transport/link/silence-is-noticed-and-forgiven",
                   test_silence_is_noticed_and_forgiven);
  g_test_add_func ("/transport/link/leaving-is-told", test_leaving_is_told);
  g_test_add_func ("/transport/link/every-packet-is-accounted-for",
                   test_every_packet_is_accounted_for);
  g_test_add_func ("/transport/link/refuses-bad-descriptions", test_refuses_bad_descriptions);
  g_test_add_func ("/transport/link/candidates-are-bounded", test_candidates_are_bounded);
  g_test_add_func ("/transport/link/no-path-is-told", test_no_path_is_told);
  g_test_add_func ("/transport/link/freed-at-once", test_freed_at_once);
  return g_test_run ();
}
