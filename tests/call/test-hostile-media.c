/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Whoever forwards the media of a running call (an SFU, a member of a mesh) and does with its
 * packets what it likes: real MLS keys, real pipelines, and a wire between them that repeats,
 * swaps, changes, reflects and invents. Whatever it does ends in a counter; when it stops, the
 * picture is there again. */
#include "call/media-cipher.h"
#include "fixtures/e2ee-world.h"
#include "media/fixture.h"

#include <gst/gst.h>
#include <string.h>

#define SECOND G_USEC_PER_SEC
#define RTP_HEADER 12
#define HELD_MAX 64
#define EVERY 8 /* packets: how often the wire does something that spoils */

/* ---- frames: the border itself ----------------------------------------------------------------- */

typedef struct {
  World *world;
  Person *alice;
  Person *bob;
  CvCallMediaCipher *alice_cipher;
  CvCallMediaCipher *bob_cipher;
} Pair;

static void
pair_init (Pair *pair)
{
  pair->world = world_new ((CvMlsSuiteId){0x0001});
  pair->alice = world_add (pair->world, "Alice", "");
  pair->bob = world_add (pair->world, "Bob", "");
  world_host (pair->world, pair->alice, CV_E2EE_ADMISSION_LINK);
  world_join (pair->world, pair->bob);
  world_run_for (pair->world, 2 * SECOND);
  pair->alice_cipher =
      cv_call_media_cipher_new (cv_e2ee_group_driver_get_sender (pair->alice->driver),
                                cv_e2ee_group_driver_get_receiver (pair->alice->driver));
  pair->bob_cipher =
      cv_call_media_cipher_new (cv_e2ee_group_driver_get_sender (pair->bob->driver),
                                cv_e2ee_group_driver_get_receiver (pair->bob->driver));
}

static void
pair_clear (Pair *pair)
{
  cv_call_media_cipher_free (pair->alice_cipher);
  cv_call_media_cipher_free (pair->bob_cipher);
  world_free (pair->world);
}

static GBytes *
seal (CvCallMediaCipher *from, CvTrack track)
{
  const CvFrameCipher *cipher = cv_call_media_cipher_get (from);
  const CvFrameInfo info = {.codec = CV_CODEC_VP8, .is_key_frame = TRUE};
  GBytes *sealed = cipher->klass->protect (cipher->data, track, &info, CV_SPAN_LITERAL ("picture"));

  g_assert_nonnull (sealed);
  return sealed;
}

static CvFrameVerdict
unseal (CvCallMediaCipher *at, Person *from, CvTrack track, CvSpan sealed)
{
  const CvFrameCipher *cipher = cv_call_media_cipher_get (at);
  CvFrameInfo info = {0};
  g_autoptr (GBytes) frame = NULL;
  CvFrameVerdict verdict = cipher->klass->unprotect (cipher->data, world_leaf (from).index, track,
                                                     sealed, &info, &frame);

  g_assert_true ((verdict == CV_FRAME_OPENED) == (frame != NULL));
  if (frame != NULL)
    g_assert_true (cv_span_equal (cv_span_from_bytes (frame), CV_SPAN_LITERAL ("picture")));
  return verdict;
}

static CvE2eeReceiverCounts
counts_of (Pair *pair, CvTrack track)
{
  CvE2eeReceiverCounts counts;

  cv_e2ee_receiver_get_counts (cv_e2ee_group_driver_get_receiver (pair->bob->driver),
                               world_leaf (pair->alice), (CvE2eeTrack)track, &counts);
  return counts;
}

static void
test_replayed (void)
{
  Pair pair;
  g_autoptr (GBytes) sealed = NULL;

  pair_init (&pair);
  sealed = seal (pair.alice_cipher, CV_TRACK_CAMERA_LOW);
  g_assert_cmpint (
      unseal (pair.bob_cipher, pair.alice, CV_TRACK_CAMERA_LOW, cv_span_from_bytes (sealed)), ==,
      CV_FRAME_OPENED);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (
        unseal (pair.bob_cipher, pair.alice, CV_TRACK_CAMERA_LOW, cv_span_from_bytes (sealed)), ==,
        CV_FRAME_DROPPED);
  g_assert_cmpuint (counts_of (&pair, CV_TRACK_CAMERA_LOW).n_dropped, ==, 3);
  pair_clear (&pair);
}

static void
test_reordered (void)
{
  Pair pair;
  GBytes *sealed[20];

  pair_init (&pair);
  for (guint i = 0; i < G_N_ELEMENTS (sealed); i++)
    sealed[i] = seal (pair.alice_cipher, CV_TRACK_CAMERA_LOW);
  for (guint i = G_N_ELEMENTS (sealed); i > 0; i--) {
    g_assert_cmpint (unseal (pair.bob_cipher, pair.alice, CV_TRACK_CAMERA_LOW,
                             cv_span_from_bytes (sealed[i - 1])),
                     ==, CV_FRAME_OPENED);
    g_bytes_unref (sealed[i - 1]);
  }
  pair_clear (&pair);
}

/* Every bit of a frame: none may change and the frame still open, none may end the frames after. */
static void
test_bits_flipped (void)
{
  Pair pair;
  g_autoptr (GBytes) sealed = NULL;
  g_autofree guint8 *changed = NULL;
  gsize len;

  pair_init (&pair);
  sealed = seal (pair.alice_cipher, CV_TRACK_CAMERA_LOW);
  changed = g_memdup2 (g_bytes_get_data (sealed, &len), g_bytes_get_size (sealed));
  for (gsize bit = 0; bit < 8 * len; bit++) {
    changed[bit / 8] ^= (guint8)(1 << bit % 8);
    g_assert_cmpint (
        unseal (pair.bob_cipher, pair.alice, CV_TRACK_CAMERA_LOW, cv_span (changed, len)), !=,
        CV_FRAME_OPENED);
    changed[bit / 8] ^= (guint8)(1 << bit % 8);
  }
  for (gsize cut = 0; cut < len; cut++)
    g_assert_cmpint (
        unseal (pair.bob_cipher, pair.alice, CV_TRACK_CAMERA_LOW, cv_span (changed, cut)), !=,
        CV_FRAME_OPENED);
  g_assert_cmpuint (counts_of (&pair, CV_TRACK_CAMERA_LOW).n_undecryptable, >, 8 * len / 2);
  g_assert_cmpint (
      unseal (pair.bob_cipher, pair.alice, CV_TRACK_CAMERA_LOW, cv_span_from_bytes (sealed)), ==,
      CV_FRAME_OPENED);
  pair_clear (&pair);
}

static void
test_reflected (void)
{
  Pair pair;
  g_autoptr (GBytes) own = NULL;

  pair_init (&pair);
  own = seal (pair.bob_cipher, CV_TRACK_CAMERA_LOW);
  /* As if it came from Alice, and as if Bob had joined twice. */
  g_assert_cmpint (
      unseal (pair.bob_cipher, pair.alice, CV_TRACK_CAMERA_LOW, cv_span_from_bytes (own)), ==,
      CV_FRAME_DROPPED);
  g_assert_cmpint (
      unseal (pair.bob_cipher, pair.bob, CV_TRACK_CAMERA_LOW, cv_span_from_bytes (own)), ==,
      CV_FRAME_DROPPED);
  g_assert_cmpuint (counts_of (&pair, CV_TRACK_CAMERA_LOW).n_foreign, ==, 1);
  pair_clear (&pair);
}

static void
test_on_another_track (void)
{
  Pair pair;
  g_autoptr (GBytes) sealed = NULL;

  pair_init (&pair);
  sealed = seal (pair.alice_cipher, CV_TRACK_CAMERA_LOW);
  for (guint track = 0; track < CV_N_TRACKS; track++)
    if (track != CV_TRACK_CAMERA_LOW)
      g_assert_cmpint (
          unseal (pair.bob_cipher, pair.alice, (CvTrack)track, cv_span_from_bytes (sealed)), ==,
          CV_FRAME_DROPPED);
  g_assert_cmpuint (counts_of (&pair, CV_TRACK_SCREEN).n_foreign, ==, 1);
  pair_clear (&pair);
}

/* ---- packets: a running call ------------------------------------------------------------------- */

typedef enum {
  PASS,
  REPEAT, /* every packet comes three times, and once more much later */
  SWAP, /* every two packets change places */
  FLIP, /* one bit of the sealed part */
  CUT, /* the end is missing */
  REFLECT, /* what Bob sends comes back to him */
  INVENT, /* packets of sources that nobody announced, and rubbish */
} Trick;

typedef struct {
  Pair pair;
  CvMediaEngine *alice;
  CvMediaEngine *bob;
  CvPacketPort *alice_port;
  CvPacketPort *bob_port;
  CvMediaPeer *to_bob;
  CvMediaPeer *to_alice;
  gint trick; /* atomic */
  GMutex mutex; /* what follows */
  GBytes *held[HELD_MAX];
  guint n;
  guint64 refused_before;
  guint64 decoded_before;
} Call;

static void
deliver (Call *call, const guint8 *packet, gsize len)
{
  cv_packet_port_deliver (call->bob_port, cv_span (packet, len), FALSE);
}

static void
spoil (Call *call, Trick trick, CvSpan packet, GBytes *before)
{
  guint8 changed[CV_PACKET_PORT_MAX_BYTES] = {0};
  gboolean is_turn = call->n % EVERY == 0;

  memcpy (changed, packet.data, packet.len);
  switch (trick) {
  case REPEAT:
    for (guint i = 0; i < 3; i++)
      deliver (call, changed, packet.len);
    if (before != NULL)
      cv_packet_port_deliver (call->bob_port, cv_span_from_bytes (before), FALSE);
    return;
  case FLIP:
    if (is_turn && packet.len > RTP_HEADER + 8)
      changed[packet.len - 4] ^= 0x10;
    deliver (call, changed, packet.len);
    return;
  case CUT:
    deliver (call, changed, is_turn ? packet.len - MIN (packet.len, 9) : packet.len);
    return;
  case INVENT:
    deliver (call, changed, packet.len);
    changed[8] ^= 0xff; /* the SSRC */
    deliver (call, changed, packet.len);
    deliver (call, changed, call->n % 40);
    return;
  case SWAP:
  case REFLECT:
  case PASS:
    break;
  }
  deliver (call, changed, packet.len);
}

static void
on_packet_of_alice (gpointer data, CvSpan packet, gboolean is_rtcp)
{
  Call *call = data;
  Trick trick = (Trick)g_atomic_int_get (&call->trick);
  GBytes **slot;

  if (is_rtcp) {
    cv_packet_port_deliver (call->bob_port, packet, TRUE);
    return;
  }
  g_mutex_lock (&call->mutex);
  slot = &call->held[++call->n % HELD_MAX];
  if (trick == SWAP && call->n % 2 == 0) {
    g_clear_pointer (slot, g_bytes_unref);
    *slot = cv_span_dup (packet);
  } else {
    GBytes **last = &call->held[(call->n - 1) % HELD_MAX];

    spoil (call, trick, packet, *slot);
    if (trick == SWAP && *last != NULL)
      cv_packet_port_deliver (call->bob_port, cv_span_from_bytes (*last), FALSE);
    g_clear_pointer (trick == SWAP ? last : slot, g_bytes_unref);
    if (trick == REPEAT)
      *slot = cv_span_dup (packet);
  }
  g_mutex_unlock (&call->mutex);
}

static void
on_packet_of_bob (gpointer data, CvSpan packet, gboolean is_rtcp)
{
  Call *call = data;

  cv_packet_port_deliver (call->alice_port, packet, is_rtcp);
  if (g_atomic_int_get (&call->trick) == REFLECT)
    cv_packet_port_deliver (call->bob_port, packet, is_rtcp);
}

static CvMediaEngine *
make_engine (const char *name, CvCallMediaCipher *cipher)
{
  const CvMediaEngineOptions options = {
      .name = name,
      .pictures = CV_MEDIA_PICTURES_HEADLESS,
      .is_silent = TRUE,
  };
  CvMediaEngine *engine = cv_media_engine_new (&options);

  cv_media_engine_set_cipher (engine, cv_call_media_cipher_get (cipher));
  cv_media_engine_set_video_source (engine, "test");
  cv_media_engine_set_audio_source (engine, "test");
  return engine;
}

static void
send_both (CvMediaPeer *from, CvMediaPeer *to, Person *sender)
{
  static const CvTrack tracks[] = {CV_TRACK_CAMERA_LOW, CV_TRACK_MICROPHONE};

  for (guint i = 0; i < G_N_ELEMENTS (tracks); i++) {
    CvMediaStream stream;

    cv_media_peer_make_stream (tracks[i], &stream);
    g_assert_true (cv_media_peer_expect (to, world_leaf (sender).index, &stream));
    cv_media_peer_send (from, &stream);
  }
}

static CvMediaStats
stats_of (Call *call, CvMediaKind kind)
{
  CvMediaStats stats = {0};

  g_assert_true (
      fixture_get_stats (call->to_alice, world_leaf (call->pair.alice).index, kind, &stats));
  return stats;
}

static guint64
get_refused (Call *call)
{
  CvMediaLinkStats stats;

  cv_media_peer_get_link_stats (call->to_alice, &stats);
  return stats.refused_packets;
}

static gboolean
has_pictures (gpointer data)
{
  Call *call = data;

  return stats_of (call, CV_MEDIA_CAMERA).decoded >= call->decoded_before + 25;
}

static void
call_start (Call *call)
{
  g_autoptr (GError) error = NULL;

  memset (call, 0, sizeof *call);
  g_mutex_init (&call->mutex);
  pair_init (&call->pair);
  call->alice = make_engine ("Alice", call->pair.alice_cipher);
  call->bob = make_engine ("Bob", call->pair.bob_cipher);
  call->alice_port = cv_packet_port_new ();
  call->bob_port = cv_packet_port_new ();
  cv_packet_port_connect (call->alice_port, on_packet_of_alice, call);
  cv_packet_port_connect (call->bob_port, on_packet_of_bob, call);
  call->to_bob = cv_media_peer_new (call->alice, call->alice_port, &error);
  g_assert_no_error (error);
  call->to_alice = cv_media_peer_new (call->bob, call->bob_port, &error);
  g_assert_no_error (error);
  send_both (call->to_bob, call->to_alice, call->pair.alice);
  send_both (call->to_alice, call->to_bob, call->pair.bob);
  fixture_wait (has_pictures, call, "pictures before the trick");
}

static void
call_end (Call *call)
{
  cv_media_peer_close (call->to_bob);
  cv_media_peer_close (call->to_alice);
  g_assert_finalize_object (call->to_bob);
  g_assert_finalize_object (call->to_alice);
  cv_media_engine_close (call->alice);
  cv_media_engine_close (call->bob);
  g_assert_finalize_object (call->alice);
  g_assert_finalize_object (call->bob);
  cv_packet_port_connect (call->alice_port, NULL, NULL);
  cv_packet_port_connect (call->bob_port, NULL, NULL);
  cv_packet_port_unref (call->alice_port);
  cv_packet_port_unref (call->bob_port);
  for (guint i = 0; i < HELD_MAX; i++)
    g_clear_pointer (&call->held[i], g_bytes_unref);
  g_mutex_clear (&call->mutex);
  pair_clear (&call->pair);
}

static gboolean
has_undecryptable (gpointer data)
{
  Call *call = data;

  return counts_of (&call->pair, CV_TRACK_CAMERA_LOW).n_undecryptable >= 5
         && counts_of (&call->pair, CV_TRACK_MICROPHONE).n_undecryptable >= 5;
}

static gboolean
has_refused (gpointer data)
{
  Call *call = data;

  return get_refused (call) >= call->refused_before + 50;
}

static gboolean
is_whole (gpointer data)
{
  Call *call = data;

  return has_pictures (call) && stats_of (call, CV_MEDIA_CAMERA).state == CV_MEDIA_FLOWING
         && stats_of (call, CV_MEDIA_AUDIO).state == CV_MEDIA_FLOWING;
}

/* Plays a trick until the claim holds; afterwards everything flows again. */
static void
play (Call *call, Trick trick, FixtureClaim claim, const char *what)
{
  call_start (call);
  call->decoded_before = stats_of (call, CV_MEDIA_CAMERA).decoded;
  call->refused_before = get_refused (call);
  g_atomic_int_set (&call->trick, trick);
  fixture_wait (claim, call, what);
  g_atomic_int_set (&call->trick, PASS);
  call->decoded_before = stats_of (call, CV_MEDIA_CAMERA).decoded;
  fixture_wait (is_whole, call, "picture and sound afterwards");
}

static void
test_call_repeated (void)
{
  Call call;
  CvE2eeReceiverCounts counts;

  play (&call, REPEAT, has_pictures, "pictures in spite of repeated packets");
  counts = counts_of (&call.pair, CV_TRACK_CAMERA_LOW);
  g_assert_cmpuint (counts.n_undecryptable, ==, 0);
  g_assert_cmpuint (counts.n_foreign, ==, 0);
  call_end (&call);
}

static void
test_call_swapped (void)
{
  Call call;

  play (&call, SWAP, has_pictures, "pictures in spite of swapped packets");
  g_assert_cmpuint (counts_of (&call.pair, CV_TRACK_CAMERA_LOW).n_undecryptable, ==, 0);
  call_end (&call);
}

static void
test_call_flipped (void)
{
  Call call;

  play (&call, FLIP, has_undecryptable, "frames that do not open");
  call_end (&call);
}

static void
test_call_cut (void)
{
  Call call;

  play (&call, CUT, has_undecryptable, "frames whose end is missing");
  call_end (&call);
}

static void
test_call_reflected (void)
{
  Call call;

  play (&call, REFLECT, has_refused, "reflected packets to be refused");
  g_assert_cmpuint (counts_of (&call.pair, CV_TRACK_CAMERA_LOW).n_undecryptable, ==, 0);
  call_end (&call);
}

static void
test_call_invented (void)
{
  Call call;

  play (&call, INVENT, has_refused, "packets of unknown sources to be refused");
  g_assert_cmpuint (counts_of (&call.pair, CV_TRACK_CAMERA_LOW).n_undecryptable, ==, 0);
  call_end (&call);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  g_test_add_func ("/call/hostile-media/frame-replayed", test_replayed);
  g_test_add_func ("/call/hostile-media/frame-reordered", test_reordered);
  g_test_add_func ("/call/hostile-media/frame-with-flipped-bits", test_bits_flipped);
  g_test_add_func ("/call/hostile-media/frame-reflected", test_reflected);
  g_test_add_func ("/call/hostile-media/frame-on-another-track", test_on_another_track);
  g_test_add_func ("/call/hostile-media/packets-repeated", test_call_repeated);
  g_test_add_func ("/call/hostile-media/packets-swapped", test_call_swapped);
  g_test_add_func ("/call/hostile-media/packets-flipped", test_call_flipped);
  g_test_add_func ("/call/hostile-media/packets-cut", test_call_cut);
  g_test_add_func ("/call/hostile-media/packets-reflected", test_call_reflected);
  g_test_add_func ("/call/hostile-media/packets-invented", test_call_invented);
  return g_test_run ();
}
