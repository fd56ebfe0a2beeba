/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "transport/link-worker-private.h"

#include <string.h>

/* Datagrams are put where libnice would put them, so that a stranger's can be tried too. */

typedef struct {
  CvTransportNetThread *net;
  CvTransportLinkWorker *worker;
  GAsyncQueue *done;
  guint n_packets;
} World;

static void
on_state (gpointer data, CvTransportLinkState state, const char *reason)
{
}

static void
on_local_description (gpointer data, const CvTransportDescription *description)
{
}

static void
on_local_candidate (gpointer data, const char *candidate)
{
}

static void
on_packet (gpointer data, CvSpan packet, gboolean is_rtcp)
{
  World *world = data;

  world->n_packets++;
}

/* ---- run something on the net thread and wait for its end ------------------------------------ */

typedef struct {
  World *world;
  void (*run) (World *world);
} Errand;

static void
run_errand (gpointer data)
{
  Errand *errand = data;

  errand->run (errand->world);
  g_async_queue_push (errand->world->done, errand->world);
}

static void
on_net (World *world, void (*run) (World *world))
{
  Errand errand = {world, run};

  cv_transport_net_thread_post (world->net, run_errand, &errand, NULL);
  g_assert_nonnull (g_async_queue_timeout_pop (world->done, 20 * G_USEC_PER_SEC));
}

static void
start (World *world)
{
  cv_transport_link_worker_start (world->worker);
}

static void
finish (World *world)
{
  cv_transport_link_worker_close (world->worker);
}

static void
init_world (World *world)
{
  static const char *const addresses[] = {"127.0.0.1", NULL};
  const CvTransportLinkWorkerEvents events = {world, on_state, on_local_description,
                                              on_local_candidate};
  g_autoptr (GError) error = NULL;
  g_autoptr (CvCrypto) crypto = cv_crypto_context_new (FALSE, &error);
  g_autoptr (CvTransportCertificate) certificate = NULL;
  CvTransportLinkOptions options = {.local_addresses = addresses};

  g_assert_no_error (error);
  certificate = cv_transport_certificate_new (crypto, 1790000000, &error);
  g_assert_no_error (error);
  memset (world, 0, sizeof *world);
  options.certificate = certificate;
  options.callbacks.on_packet = on_packet;
  options.callbacks.packet_data = world;
  world->done = g_async_queue_new ();
  world->net = cv_transport_net_thread_new ();
  world->worker = cv_transport_link_worker_new (world->net, &options, &events);
  on_net (world, start);
}

static void
clear_world (World *world)
{
  on_net (world, finish);
  cv_transport_link_worker_unref (world->worker);
  cv_transport_net_thread_unref (world->net);
  g_async_queue_unref (world->done);
}

static guint64
get_count (World *world, CvTransportCount count)
{
  CvTransportLinkInfo info;

  cv_transport_link_worker_get_info (world->worker, &info);
  return cv_transport_stats_get (&info.stats, count);
}

/* ---- what strangers send --------------------------------------------------------------------- */

static void
receive_random (World *world)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  guint8 datagram[2500];

  for (guint i = 0; i < 5000; i++) {
    gsize len = (gsize)g_rand_int_range (random, 0, sizeof datagram);

    for (gsize at = 0; at < len; at++)
      datagram[at] = (guint8)g_rand_int (random);
    cv_transport_link_packets_receive (world->worker, cv_span (datagram, len));
  }
}

static void
test_rubbish_ends_in_counters (void)
{
  World world;
  guint64 n_dtls;

  init_world (&world);
  on_net (&world, receive_random);
  n_dtls = get_count (&world, CV_TRANSPORT_COUNT_DROP_DTLS);
  g_assert_cmpuint (world.n_packets, ==, 0);
  g_assert_cmpuint (get_count (&world, CV_TRANSPORT_COUNT_RECEIVED), ==, 0);
  g_assert_cmpuint (n_dtls, >, 500);
  /* All but the DTLS burst that may wait for a handshake. */
  g_assert_cmpuint (n_dtls + get_count (&world, CV_TRANSPORT_COUNT_DROP_GARBAGE)
                        + get_count (&world, CV_TRANSPORT_COUNT_DROP_EARLY),
                    >=, 5000 - 100);
  clear_world (&world);
}

static void
receive_early_media (World *world)
{
  static const guint8 rtp[40] = {0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9};
  static const guint8 rtcp[40] = {0x80, 200, 0, 9, 0, 0, 0, 9};

  cv_transport_link_worker_allow_ssrc (world->worker, 9);
  cv_transport_link_packets_receive (world->worker, CV_SPAN_ARRAY (rtp));
  cv_transport_link_packets_receive (world->worker, CV_SPAN_ARRAY (rtcp));
}

static void
test_no_media_before_dtls (void)
{
  World world;

  init_world (&world);
  on_net (&world, receive_early_media);
  g_assert_cmpuint (world.n_packets, ==, 0);
  g_assert_cmpuint (get_count (&world, CV_TRANSPORT_COUNT_DROP_EARLY), ==, 2);
  clear_world (&world);
}

static void
receive_dtls_flood (World *world)
{
  static const guint8 hello[100] = {22, 254, 253};

  for (guint i = 0; i < 1000; i++)
    cv_transport_link_packets_receive (world->worker, CV_SPAN_ARRAY (hello));
}

static void
test_dtls_floods_are_cut (void)
{
  World world;

  init_world (&world);
  on_net (&world, receive_dtls_flood);
  /* A whole handshake's worth gets through at once, however young the link is. */
  g_assert_cmpuint (get_count (&world, CV_TRANSPORT_COUNT_DROP_DTLS), <=, 1000 - 64);
  g_assert_cmpuint (get_count (&world, CV_TRANSPORT_COUNT_DROP_DTLS), >, 900);
  g_assert_cmpint (cv_transport_link_worker_get_state (world.worker), ==,
                   CV_TRANSPORT_LINK_GATHERING);
  clear_world (&world);
}

/* What libnice says late must not bring a closed link back. */
static void
move_after_close (World *world)
{
  cv_transport_link_worker_close (world->worker);
  cv_transport_link_worker_move (world->worker, CV_TRANSPORT_LINK_FAILED, "too late");
  cv_transport_link_worker_restart (world->worker);
  cv_transport_link_worker_add_candidate (world->worker, NULL);
}

static void
test_closed_stays_closed (void)
{
  World world;

  init_world (&world);
  on_net (&world, move_after_close);
  g_assert_cmpint (cv_transport_link_worker_get_state (world.worker), ==, CV_TRANSPORT_LINK_CLOSED);
  clear_world (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/link-worker/rubbish-ends-in-counters",
                   test_rubbish_ends_in_counters);
  g_test_add_func ("/transport/link-worker/no-media-before-dtls", test_no_media_before_dtls);
  g_test_add_func ("/transport/link-worker/dtls-floods-are-cut", test_dtls_floods_are_cut);
  g_test_add_func ("/transport/link-worker/closed-stays-closed", test_closed_stays_closed);
  return g_test_run ();
}
