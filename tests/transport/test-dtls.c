/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "fixtures/fips.h"
#include "fixtures/lossy-link.h"
#include "transport/dtls.h"

#include <string.h>

/* OpenSSL repeats flights by the real clock; so does this world, with short periods. */
#define FLIGHT_TIMEOUT_MS 20
#define DEADLINE_US (20 * G_USEC_PER_SEC)

#define GROUP_P384 24
#define GROUP_X25519 29

typedef struct {
  CvTransportDtls *dtls;
  CvTransportCertificate *certificate;
  CvLossyLink *out;
  guint n_out;
  guint drop_first; /* so many of its first datagrams vanish */
  gsize longest;
  guint16 group; /* of the agreement, as its ServerKeyExchange names it; 0: sent none */
} Side;

typedef struct {
  CvCrypto *crypto;
  Side client;
  Side server;
} World;

/* RFC 6347 §4.1 and §4.2.2, RFC 8422 §5.4: in the clear, as everybody on the way reads it. */
static void
note_group (Side *side, CvSpan datagram)
{
  CvReader reader;

  cv_reader_init (&reader, datagram);
  while (cv_reader_is_ok (&reader) && cv_reader_remaining (&reader) > 0) {
    guint8 type = cv_reader_u8 (&reader);
    guint16 epoch;
    CvReader record;

    cv_reader_u16 (&reader); /* version */
    epoch = cv_reader_u16 (&reader);
    cv_reader_take (&reader, 6); /* sequence number */
    cv_reader_init (&record, cv_reader_take (&reader, cv_reader_u16 (&reader)));
    if (type != 22 || epoch != 0 || cv_reader_u8 (&record) != 12)
      continue;
    cv_reader_take (&record, 3 + 2); /* length, message number */
    if (!cv_span_equal (cv_reader_take (&record, 3), CV_SPAN_LITERAL ("\0\0\0")))
      continue; /* not the first fragment */
    cv_reader_take (&record, 3);
    g_assert_cmpuint (cv_reader_u8 (&record), ==, 3); /* a named curve */
    side->group = cv_reader_u16 (&record);
  }
}

static void
on_datagram (gpointer data, CvSpan datagram)
{
  Side *side = data;

  note_group (side, datagram);
  side->longest = MAX (side->longest, datagram.len);
  if (side->n_out++ >= side->drop_first)
    cv_lossy_link_push (side->out, datagram, g_get_monotonic_time ());
}

static void
start_side (Side *side, gboolean is_client, const guint8 *expected)
{
  const CvTransportDtlsOptions options = {
      .certificate = side->certificate,
      .is_client = is_client,
      .peer_fingerprint = expected,
      .flight_timeout_ms = FLIGHT_TIMEOUT_MS,
      .on_datagram = on_datagram,
      .data = side,
  };
  g_autoptr (GError) error = NULL;

  side->dtls = cv_transport_dtls_new (&options, &error);
  g_assert_no_error (error);
  cv_transport_dtls_start (side->dtls);
}

static void
init_side (Side *side, CvCrypto *crypto)
{
  g_autoptr (GError) error = NULL;

  side->certificate = cv_transport_certificate_new (crypto, 1790000000, &error);
  g_assert_no_error (error);
}

static void
init_world (World *world, const CvLossyLinkOptions *network)
{
  CvLossyLinkOptions back = *network;
  g_autoptr (GError) error = NULL;

  memset (world, 0, sizeof *world);
  back.seed += 1000;
  world->crypto = cv_crypto_context_new (FALSE, &error);
  g_assert_no_error (error);
  init_side (&world->client, world->crypto);
  init_side (&world->server, world->crypto);
  world->client.out = cv_lossy_link_new (network);
  world->server.out = cv_lossy_link_new (&back);
}

static void
start_world (World *world)
{
  start_side (&world->server, FALSE,
              cv_transport_certificate_get_fingerprint (world->client.certificate));
  start_side (&world->client, TRUE,
              cv_transport_certificate_get_fingerprint (world->server.certificate));
}

static void
clear_world (World *world)
{
  Side *sides[] = {&world->client, &world->server};

  for (guint i = 0; i < 2; i++) {
    cv_transport_dtls_free (sides[i]->dtls);
    cv_transport_certificate_unref (sides[i]->certificate);
    cv_lossy_link_free (sides[i]->out);
  }
  cv_crypto_context_unref (world->crypto);
}

static void
deliver (Side *from, Side *to)
{
  GBytes *datagram;

  while ((datagram = cv_lossy_link_pop (from->out, g_get_monotonic_time ())) != NULL) {
    cv_transport_dtls_receive (to->dtls, cv_span_from_bytes (datagram));
    g_bytes_unref (datagram);
  }
}

static gint64
next_event_us (Side *side, gint64 now_us)
{
  gint64 arrival_us = cv_lossy_link_get_next_at_us (side->out);
  gint64 timeout_us = cv_transport_dtls_get_timeout_us (side->dtls);
  gint64 next_us = timeout_us >= 0 ? timeout_us : G_MAXINT64;

  return arrival_us >= 0 ? MIN (next_us, MAX (arrival_us - now_us, 0)) : next_us;
}

/* Waits on a condition variable nobody signals: for the next arrival or timer, no longer. */
static void
wait_us (gint64 duration_us)
{
  GMutex lock;
  GCond never;

  g_mutex_init (&lock);
  g_cond_init (&never);
  g_mutex_lock (&lock);
  g_cond_wait_until (&never, &lock, g_get_monotonic_time () + duration_us);
  g_mutex_unlock (&lock);
  g_cond_clear (&never);
  g_mutex_clear (&lock);
}

/* Until both are settled and nothing is on its way. */
static void
run_world (World *world)
{
  gint64 deadline_us = g_get_monotonic_time () + DEADLINE_US;
  gint64 pause_us;

  for (;;) {
    gint64 now_us = g_get_monotonic_time ();

    g_assert_cmpint (now_us, <, deadline_us);
    deliver (&world->client, &world->server);
    deliver (&world->server, &world->client);
    if (cv_transport_dtls_get_timeout_us (world->client.dtls) == 0)
      cv_transport_dtls_handle_timeout (world->client.dtls);
    if (cv_transport_dtls_get_timeout_us (world->server.dtls) == 0)
      cv_transport_dtls_handle_timeout (world->server.dtls);
    now_us = g_get_monotonic_time ();
    pause_us = MIN (next_event_us (&world->client, now_us), next_event_us (&world->server, now_us));
    if (pause_us == G_MAXINT64)
      return;
    if (pause_us > 0)
      wait_us (pause_us);
  }
}

static void
assert_same_keys (World *world)
{
  g_auto (CvTransportSrtpKeys) client = {0};
  g_auto (CvTransportSrtpKeys) server = {0};
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (cv_transport_dtls_get_status (world->client.dtls), ==,
                   CV_TRANSPORT_DTLS_ESTABLISHED);
  g_assert_cmpint (cv_transport_dtls_get_status (world->server.dtls), ==,
                   CV_TRANSPORT_DTLS_ESTABLISHED);
  g_assert_true (cv_transport_dtls_export_keys (world->client.dtls, &client, &error));
  g_assert_true (cv_transport_dtls_export_keys (world->server.dtls, &server, &error));
  g_assert_cmpstr (client.profile->name, ==, "SRTP_AEAD_AES_256_GCM");
  g_assert_true (client.profile == server.profile);
  g_assert_cmpmem (client.local, 44, server.remote, 44);
  g_assert_cmpmem (client.remote, 44, server.local, 44);
  g_assert_cmpint (memcmp (client.local, client.remote, 44), !=, 0);
  g_assert_cmpuint (world->client.longest, <=, CV_TRANSPORT_DTLS_MTU);
  g_assert_cmpuint (world->server.longest, <=, CV_TRANSPORT_DTLS_MTU);
}

static void
test_agrees_on_keys (void)
{
  World world;

  init_world (&world, &(CvLossyLinkOptions){0});
  start_world (&world);
  run_world (&world);
  assert_same_keys (&world);
  g_assert_cmpuint (world.server.group, ==, GROUP_X25519);
  clear_world (&world);
}

static void
test_survives_a_bad_network (void)
{
  for (guint32 seed = 1; seed <= 8; seed++) {
    World world;

    init_world (
        &world,
        &(CvLossyLinkOptions){
            .seed = seed, .loss = 0.25, .duplicate = 0.2, .delay_us = 1000, .jitter_us = 5000});
    start_world (&world);
    run_world (&world);
    assert_same_keys (&world);
    clear_world (&world);
  }
}

static void
test_survives_lost_flights (void)
{
  for (guint lost = 1; lost <= 4; lost++) {
    World world;

    init_world (&world, &(CvLossyLinkOptions){0});
    world.client.drop_first = lost;
    world.server.drop_first = lost;
    start_world (&world);
    run_world (&world);
    assert_same_keys (&world);
    clear_world (&world);
  }
}

static void
assert_refused (World *world)
{
  g_auto (CvTransportSrtpKeys) keys = {0};
  Side *sides[] = {&world->client, &world->server};

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (cv_transport_dtls_get_status (sides[i]->dtls), ==, CV_TRANSPORT_DTLS_FAILED);
    g_assert_false (cv_transport_dtls_export_keys (sides[i]->dtls, &keys, &error));
    g_assert_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_AUTHENTICATION);
    g_assert_null (keys.profile);
  }
}

static void
test_wrong_server_is_refused (void)
{
  guint8 wrong[32];
  World world;

  init_world (&world, &(CvLossyLinkOptions){0});
  memcpy (wrong, cv_transport_certificate_get_fingerprint (world.server.certificate), 32);
  wrong[31] ^= 1;
  start_side (&world.server, FALSE,
              cv_transport_certificate_get_fingerprint (world.client.certificate));
  start_side (&world.client, TRUE, wrong);
  run_world (&world);
  assert_refused (&world);
  clear_world (&world);
}

static void
test_wrong_client_is_refused (void)
{
  guint8 wrong[32];
  World world;

  init_world (&world, &(CvLossyLinkOptions){0});
  memcpy (wrong, cv_transport_certificate_get_fingerprint (world.client.certificate), 32);
  wrong[0] ^= 0x80;
  start_side (&world.server, FALSE, wrong);
  start_side (&world.client, TRUE,
              cv_transport_certificate_get_fingerprint (world.server.certificate));
  run_world (&world);
  assert_refused (&world);
  clear_world (&world);
}

static void
test_rubbish_is_ignored (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  World world;

  init_world (&world, &(CvLossyLinkOptions){0});
  start_world (&world);
  for (guint i = 0; i < 200; i++) {
    guint8 rubbish[200];

    for (gsize at = 0; at < sizeof rubbish; at++)
      rubbish[at] = (guint8)g_rand_int (random);
    rubbish[0] = (guint8)(20 + i % 44);
    cv_transport_dtls_receive (world.server.dtls, cv_span (rubbish, 13 + i % 187));
    cv_transport_dtls_receive (world.client.dtls, cv_span (rubbish, 13 + i % 187));
  }
  run_world (&world);
  assert_same_keys (&world);
  clear_world (&world);
}

/* A truncated or damaged flight must neither crash nor let anybody in. */
static void
test_damage_never_establishes_a_lie (void)
{
  for (guint32 seed = 1; seed <= 12; seed++) {
    World world;
    CvTransportDtlsStatus client;
    CvTransportDtlsStatus server;

    init_world (&world, &(CvLossyLinkOptions){.seed = seed, .corrupt = 0.2});
    start_world (&world);
    for (guint i = 0; i < 50; i++) {
      deliver (&world.client, &world.server);
      deliver (&world.server, &world.client);
    }
    client = cv_transport_dtls_get_status (world.client.dtls);
    server = cv_transport_dtls_get_status (world.server.dtls);
    if (client == CV_TRANSPORT_DTLS_ESTABLISHED && server == CV_TRANSPORT_DTLS_ESTABLISHED)
      assert_same_keys (&world);
    clear_world (&world);
  }
}

static void
test_close_is_told (void)
{
  World world;

  init_world (&world, &(CvLossyLinkOptions){0});
  start_world (&world);
  run_world (&world);
  cv_transport_dtls_close (world.client.dtls);
  deliver (&world.client, &world.server);
  g_assert_cmpint (cv_transport_dtls_get_status (world.server.dtls), ==, CV_TRANSPORT_DTLS_CLOSED);
  clear_world (&world);
}

/* Once keys exist, only who holds them is listened to. */
static void
test_strangers_cannot_end_it (void)
{
  static const guint8 forged[][40] = {
      {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 2, 40}, /* fatal alert in the clear */
      {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 1, 0}, /* close_notify in the clear */
      {21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 99, 0, 26, 2, 40}, /* in the right epoch, no tag */
      {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 26, 1, 0, 0, 14, 0, 0, 0, 0, 0, 0, 0, 14},
      {20, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 1, 1},
      {23, 0xfe, 0xfd, 0, 2, 0, 0, 0, 0, 0, 99, 0, 26, 1},
  };
  World world;

  init_world (&world, &(CvLossyLinkOptions){0});
  start_world (&world);
  run_world (&world);
  for (gsize i = 0; i < G_N_ELEMENTS (forged); i++) {
    gsize len = 13 + (gsize)forged[i][12];

    cv_transport_dtls_receive (world.client.dtls, cv_span (forged[i], len));
    cv_transport_dtls_receive (world.server.dtls, cv_span (forged[i], len));
    assert_same_keys (&world);
  }
  clear_world (&world);
}

/* Both in FIPS mode, and either side with a peer that is not. */
static void
test_fips (void)
{
  for (guint fips_sides = 1; fips_sides <= 3; fips_sides++) {
    g_autoptr (CvCrypto) crypto = NULL;
    World world;

    if (fips_is_missing ())
      return;
    crypto = fips_new ();
    init_world (&world, &(CvLossyLinkOptions){0});
    for (guint i = 0; i < 2; i++)
      if (fips_sides >> i & 1) {
        Side *side = i == 0 ? &world.client : &world.server;

        g_clear_pointer (&side->certificate, cv_transport_certificate_unref);
        init_side (side, crypto);
      }
    start_world (&world);
    run_world (&world);
    assert_same_keys (&world);
    g_assert_cmpuint (world.server.group, ==, GROUP_P384);
    clear_world (&world);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/dtls/agrees-on-keys", test_agrees_on_keys);
  g_test_add_func ("/transport/dtls/survives-a-bad-network", test_survives_a_bad_network);
  g_test_add_func ("/transport/dtls/survives-lost-flights", test_survives_lost_flights);
  g_test_add_func ("/transport/dtls/wrong-server-is-refused", test_wrong_server_is_refused);
  g_test_add_func ("/transport/dtls/wrong-client-is-refused", test_wrong_client_is_refused);
  g_test_add_func ("/transport/dtls/rubbish-is-ignored", test_rubbish_is_ignored);
  g_test_add_func ("/transport/dtls/damage-never-establishes-a-lie",
                   test_damage_never_establishes_a_lie);
  g_test_add_func ("/transport/dtls/strangers-cannot-end-it", test_strangers_cannot_end_it);
  g_test_add_func ("/transport/dtls/close-is-told", test_close_is_told);
  g_test_add_func ("/transport/dtls/fips", test_fips);
  return g_test_run ();
}
