/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A sender and its viewers in one process, from test picture to decoded picture. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <gst/gst.h>

#define ALICE 7

/* Alice sends to Bob; what Bob has is counted. */
typedef struct {
  FixtureCipher *alice_cipher;
  FixtureCipher *bob_cipher;
  CvMediaEngine *alice;
  CvMediaEngine *bob;
  CvPacketPort *alice_port;
  CvPacketPort *bob_port;
  FixtureWire *wire;
  CvMediaPeer *to_bob;
  CvMediaPeer *to_alice;
  CvMediaStream camera;
  CvMediaStream microphone;
  CvMediaStats mark;
} Call;

static CvMediaEngine *
make_engine (const char *name, FixtureCipher *cipher)
{
  CvMediaEngineOptions options = {
      .name = name,
      .pictures = CV_MEDIA_PICTURES_HEADLESS,
      .is_silent = TRUE,
  };
  CvMediaEngine *engine = cv_media_engine_new (&options);

  cv_media_engine_set_cipher (engine, &cipher->cipher);
  return engine;
}

static CvMediaPeer *
make_peer (CvMediaEngine *engine, CvPacketPort *port)
{
  g_autoptr (GError) error = NULL;
  CvMediaPeer *peer = cv_media_peer_new (engine, port, &error);

  g_assert_no_error (error);
  return peer;
}

static void
send_track (Call *call, CvTrack track, CvMediaStream *stream)
{
  cv_media_peer_make_stream (track, stream);
  g_assert_true (cv_media_peer_expect (call->to_alice, ALICE, stream));
  cv_media_peer_send (call->to_bob, stream);
}

static void
call_start (Call *call)
{
  *call = (Call){0};
  call->alice_cipher = fixture_cipher_new (5);
  call->bob_cipher = fixture_cipher_new (5);
  call->alice = make_engine ("Alice", call->alice_cipher);
  call->bob = make_engine ("Bob", call->bob_cipher);
  call->alice_port = cv_packet_port_new ();
  call->bob_port = cv_packet_port_new ();
  call->wire = fixture_wire_new (call->alice_port, call->bob_port);
  call->wire->watched = call->alice_cipher;
  call->to_bob = make_peer (call->alice, call->alice_port);
  call->to_alice = make_peer (call->bob, call->bob_port);
  cv_media_engine_set_video_source (call->alice, "test");
  cv_media_engine_set_audio_source (call->alice, "test");
  send_track (call, CV_TRACK_CAMERA_LOW, &call->camera);
  send_track (call, CV_TRACK_MICROPHONE, &call->microphone);
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
  fixture_wire_free (call->wire);
  cv_packet_port_unref (call->alice_port);
  cv_packet_port_unref (call->bob_port);
  fixture_cipher_free (call->alice_cipher);
  fixture_cipher_free (call->bob_cipher);
}

static CvMediaStats
stats_of (Call *call, CvMediaKind kind)
{
  CvMediaStats stats = {0};

  g_assert_true (fixture_get_stats (call->to_alice, ALICE, kind, &stats));
  return stats;
}

static gboolean
has_both (gpointer data)
{
  return stats_of (data, CV_MEDIA_CAMERA).decoded >= 50
         && stats_of (data, CV_MEDIA_AUDIO).decoded >= 100;
}

/* A busy computer needs a while to get there. */
static gboolean
is_quick (gpointer data)
{
  CvMediaStats camera = stats_of (data, CV_MEDIA_CAMERA);
  CvMediaStats audio = stats_of (data, CV_MEDIA_AUDIO);

  /* Lips and voice: what was captured together is presented together. */
  return camera.latency_ms > 0 && camera.latency_ms < 250 && audio.latency_ms > 0
         && audio.latency_ms < 250 && ABS (camera.latency_ms - audio.latency_ms) < 60;
}

static gboolean
has_some_pictures (gpointer data)
{
  return stats_of (data, CV_MEDIA_CAMERA).decoded >= 10;
}

static gboolean
has_more_pictures (gpointer data)
{
  Call *call = data;

  return stats_of (call, CV_MEDIA_CAMERA).decoded >= call->mark.decoded + 15;
}

static gboolean
has_more_frames (gpointer data)
{
  Call *call = data;

  return stats_of (call, CV_MEDIA_CAMERA).frames >= call->mark.frames + 20;
}

/* ---- Claims ---------------------------------------------------------------------------------- */

static void
test_decodes (void)
{
  Call call;
  CvMediaStats camera;
  CvMediaStats audio;
  CvMediaLinkStats link;

  call_start (&call);
  fixture_wait (has_both, &call, "two seconds of picture and sound");
  camera = stats_of (&call, CV_MEDIA_CAMERA);
  audio = stats_of (&call, CV_MEDIA_AUDIO);
  g_test_message ("camera: %.0f fps, %.0f ms; audio: %.0f fps, %.0f ms", camera.fps,
                  camera.latency_ms, audio.fps, audio.latency_ms);
  g_assert_cmpint (camera.width, ==, 640);
  g_assert_cmpint (camera.height, ==, 360);
  g_assert_cmpint (camera.codec, ==, CV_CODEC_VP8);
  g_assert_cmpint (camera.undecryptable, ==, 0);
  g_assert_cmpint (audio.codec, ==, CV_CODEC_OPUS);
  fixture_wait (is_quick, &call, "a short way from capture to presentation");
  g_assert_cmpint (g_atomic_int_get (&call.wire->n_leaks), ==, 0);
  cv_media_peer_get_link_stats (call.to_bob, &link);
  g_assert_cmpuint (link.sent_packets, >, 100);
  call_end (&call);
}

static void
test_snapshot (void)
{
  Call call;
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("conclave-media-XXXXXX", &error);
  g_autofree char *path = g_build_filename (dir, "alice.png", NULL);
  g_autofree char *bytes = NULL;
  gsize len = 0;

  g_assert_no_error (error);
  call_start (&call);
  g_assert_false (cv_media_peer_snapshot (call.to_alice, ALICE, CV_MEDIA_CAMERA, path, &error));
  g_clear_error (&error);
  fixture_wait (has_some_pictures, &call, "pictures");
  if (!cv_media_peer_snapshot (call.to_alice, ALICE, CV_MEDIA_CAMERA, path, &error))
    g_error ("%s", error->message);
  g_file_get_contents (path, &bytes, &len, &error);
  g_assert_no_error (error);
  /* A black picture of this size compresses to less. */
  g_assert_cmpuint (len, >, 4000);
  g_assert_cmpmem (bytes, 4, "\x89PNG", 4);
  if (g_getenv ("CONCLAVE_KEEP") == NULL)
    g_unlink (path);
  g_rmdir (dir);
  call_end (&call);
}

static gboolean
has_undecryptable (gpointer data)
{
  return stats_of (data, CV_MEDIA_CAMERA).undecryptable >= 10
         && stats_of (data, CV_MEDIA_AUDIO).undecryptable >= 10;
}

static gboolean
is_undecryptable (gpointer data)
{
  return stats_of (data, CV_MEDIA_CAMERA).state == CV_MEDIA_UNDECRYPTABLE;
}

static void
test_wrong_key (void)
{
  Call call;

  call_start (&call);
  fixture_wait (has_some_pictures, &call, "pictures");
  g_atomic_int_set (&call.bob_cipher->key, 6);
  fixture_wait (has_undecryptable, &call, "frames that fail to open");
  fixture_wait (is_undecryptable, &call, "the state that says so");
  call.mark = stats_of (&call, CV_MEDIA_CAMERA);
  g_atomic_int_set (&call.bob_cipher->key, 5);
  fixture_wait (has_more_pictures, &call, "pictures again, after a key frame");
  g_assert_cmpint (stats_of (&call, CV_MEDIA_CAMERA).state, ==, CV_MEDIA_FLOWING);
  call_end (&call);
}

static gboolean
says_no_key (gpointer data)
{
  return stats_of (data, CV_MEDIA_CAMERA).state == CV_MEDIA_NO_KEY;
}

static void
test_no_key (void)
{
  Call call;

  call_start (&call);
  g_atomic_int_set (&call.bob_cipher->is_off, 1);
  fixture_wait (says_no_key, &call, "no key");
  g_assert_cmpint (stats_of (&call, CV_MEDIA_CAMERA).decoded, ==, 0);
  g_atomic_int_set (&call.bob_cipher->is_off, 0);
  fixture_wait (has_some_pictures, &call, "pictures");
  call_end (&call);
}

static void
test_refuses_without_cipher (void)
{
  CvMediaEngineOptions options = {
      .name = "A", .pictures = CV_MEDIA_PICTURES_HEADLESS, .is_silent = TRUE};
  g_autoptr (CvMediaEngine) engine = cv_media_engine_new (&options);
  g_autoptr (CvPacketPort) port = cv_packet_port_new ();
  g_autoptr (GError) error = NULL;
  CvMediaPeer *peer = cv_media_peer_new (engine, port, &error);

  g_assert_null (peer);
  g_assert_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_NO_CIPHER);
}

static void
test_retransmits (void)
{
  Call call;
  CvMediaLinkStats link;

  call_start (&call);
  fixture_wait (has_some_pictures, &call, "pictures");
  g_atomic_int_set (&call.wire->lose_one_in, 20);
  call.mark = stats_of (&call, CV_MEDIA_CAMERA);
  for (int i = 0; i < 4; i++) {
    fixture_wait (has_more_pictures, &call, "pictures in spite of loss");
    call.mark = stats_of (&call, CV_MEDIA_CAMERA);
  }
  cv_media_peer_get_link_stats (call.to_bob, &link);
  g_test_message ("%" G_GUINT64_FORMAT " packets retransmitted, loss %.2f",
                  link.retransmitted_packets, link.loss);
  g_assert_cmpuint (link.retransmitted_packets, >, 0);
  call_end (&call);
}

static gboolean
has_lost (gpointer data)
{
  Call *call = data;

  return stats_of (call, CV_MEDIA_CAMERA).dropped > call->mark.dropped;
}

static void
test_asks_for_key_frame (void)
{
  Call call;

  call_start (&call);
  fixture_wait (has_some_pictures, &call, "pictures");
  call.mark = stats_of (&call, CV_MEDIA_CAMERA);
  g_atomic_int_set (&call.wire->lose_retransmissions, 1);
  g_atomic_int_set (&call.wire->lose_next, 20);
  fixture_wait (has_lost, &call, "frames that depend on a lost one being held back");
  call.mark = stats_of (&call, CV_MEDIA_CAMERA);
  fixture_wait (has_more_pictures, &call, "pictures after a key frame");
  call_end (&call);
}

static void
test_invisible_is_not_decoded (void)
{
  Call call;

  call_start (&call);
  fixture_wait (has_some_pictures, &call, "pictures");
  cv_media_peer_set_visible (call.to_alice, ALICE, CV_MEDIA_CAMERA, FALSE);
  call.mark = stats_of (&call, CV_MEDIA_CAMERA);
  /* What is on its way to the decoder may still be shown. */
  fixture_wait (has_more_frames, &call, "frames");
  call.mark = stats_of (&call, CV_MEDIA_CAMERA);
  fixture_wait (has_more_frames, &call, "more frames");
  g_assert_cmpuint (stats_of (&call, CV_MEDIA_CAMERA).decoded, ==, call.mark.decoded);
  g_assert_cmpint (stats_of (&call, CV_MEDIA_CAMERA).state, ==, CV_MEDIA_FLOWING);
  call.mark = stats_of (&call, CV_MEDIA_CAMERA);
  cv_media_peer_set_visible (call.to_alice, ALICE, CV_MEDIA_CAMERA, TRUE);
  fixture_wait (has_more_pictures, &call, "pictures again");
  call_end (&call);
}

static gboolean
is_large (gpointer data)
{
  return stats_of (data, CV_MEDIA_CAMERA).width == 1280;
}

static gboolean
is_small (gpointer data)
{
  return stats_of (data, CV_MEDIA_CAMERA).width == 640;
}

static void
test_switches_layers (void)
{
  Call call;
  CvMediaStream middle;
  guint64 low_frames;

  call_start (&call);
  fixture_wait (has_some_pictures, &call, "pictures");
  g_assert_cmpuint (cv_media_engine_get_sealed_frames (call.alice, CV_TRACK_CAMERA_MIDDLE), ==, 0);
  send_track (&call, CV_TRACK_CAMERA_MIDDLE, &middle);
  cv_media_peer_stop (call.to_bob, CV_TRACK_CAMERA_LOW);
  fixture_wait (is_large, &call, "the middle layer");
  low_frames = cv_media_engine_get_sealed_frames (call.alice, CV_TRACK_CAMERA_LOW);
  call.mark = stats_of (&call, CV_MEDIA_CAMERA);
  fixture_wait (has_more_pictures, &call, "large pictures");
  g_assert_cmpuint (cv_media_engine_get_sealed_frames (call.alice, CV_TRACK_CAMERA_LOW), <=,
                    low_frames + 1);
  cv_media_peer_send (call.to_bob, &call.camera);
  cv_media_peer_stop (call.to_bob, CV_TRACK_CAMERA_MIDDLE);
  fixture_wait (is_small, &call, "the low layer again");
  call_end (&call);
}

static gboolean
has_stopped (gpointer data)
{
  return stats_of (data, CV_MEDIA_CAMERA).state == CV_MEDIA_WAITING;
}

static void
test_camera_off_and_on (void)
{
  Call call;

  call_start (&call);
  fixture_wait (has_some_pictures, &call, "pictures");
  cv_media_engine_set_camera_off (call.alice, TRUE);
  fixture_wait (has_stopped, &call, "no pictures");
  call.mark = stats_of (&call, CV_MEDIA_CAMERA);
  cv_media_engine_set_camera_off (call.alice, FALSE);
  fixture_wait (has_more_pictures, &call, "pictures again");
  call_end (&call);
}

static double heard;
static gboolean heard_speaking;

static void
on_level (CvMediaPeer *peer, guint participant, double level, gboolean is_speaking, gpointer data)
{
  heard = level;
  heard_speaking = is_speaking;
}

static gboolean
is_speaking (gpointer data)
{
  return heard > 0.3 && heard_speaking;
}

static gboolean
is_quiet (gpointer data)
{
  return heard == 0.0 && !heard_speaking;
}

static void
test_level_follows_mute (void)
{
  Call call;

  heard = 0.0;
  heard_speaking = FALSE;
  call_start (&call);
  g_signal_connect (call.to_alice, "level", G_CALLBACK (on_level), NULL);
  fixture_wait (is_speaking, NULL, "the tone");
  g_assert_cmpfloat (cv_media_engine_get_microphone_level (call.alice), >, 0.3);
  cv_media_engine_set_muted (call.alice, TRUE);
  fixture_wait (is_quiet, NULL, "silence");
  g_assert_cmpfloat (cv_media_engine_get_microphone_level (call.alice), >, 0.3);
  call_end (&call);
}

/* A second of picture and sound, as people have it on their disk. */
static char *
make_file (const char *dir)
{
  char *path = g_build_filename (dir, "clip.webm", NULL);
  g_autofree char *description = g_strdup_printf (
      "videotestsrc num-buffers=25 ! video/x-raw, width=320, height=180, framerate=25/1"
      " ! vp8enc deadline=1 ! queue ! webmmux name=mux ! filesink location=%s"
      " audiotestsrc num-buffers=44 ! audioconvert ! audioresample ! opusenc ! queue ! mux.",
      path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, &error);
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  g_assert_no_error (error);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_true (message != NULL && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return path;
}

static gboolean
has_looped (gpointer data)
{
  return stats_of (data, CV_MEDIA_CAMERA).decoded >= 70
         && stats_of (data, CV_MEDIA_AUDIO).decoded >= 140;
}

static void
test_sends_a_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("conclave-media-XXXXXX", &error);
  g_autofree char *path = make_file (dir);
  Call call;

  call_start (&call);
  cv_media_engine_set_video_source (call.alice, path);
  cv_media_engine_set_audio_source (call.alice, path);
  fixture_wait (has_looped, &call, "the file, more than once");
  fixture_wait (is_quick, &call, "the file at the speed of life");
  call_end (&call);
  g_unlink (path);
  g_rmdir (dir);
}

static gboolean
has_failed (gpointer data)
{
  return *(int *)data >= 0;
}

static void
on_failed (CvMediaEngine *engine, int kind, GError *error, gpointer data)
{
  *(int *)data = error->code;
}

static void
test_bad_file_is_told (void)
{
  Call call;
  int code = -1;

  call_start (&call);
  g_signal_connect (call.alice, "failed", G_CALLBACK (on_failed), &code);
  cv_media_engine_set_video_source (call.alice, "/nonexistent/clip.webm");
  fixture_wait (has_failed, &code, "the report of a missing file");
  g_assert_cmpint (code, ==, CV_MEDIA_ERROR_FILE);
  code = -1;
  cv_media_engine_set_video_source (call.alice, "/proc/self/cmdline");
  fixture_wait (has_failed, &code, "the report of a file that is no media");
  g_assert_cmpint (code, ==, CV_MEDIA_ERROR_FILE);
  cv_media_engine_set_video_source (call.alice, "test");
  call.mark = stats_of (&call, CV_MEDIA_CAMERA);
  fixture_wait (has_more_pictures, &call, "the test picture after it");
  call_end (&call);
}

static void
test_peers_come_and_go (void)
{
  Call call;

  call_start (&call);
  for (int i = 0; i < 5; i++) {
    CvPacketPort *here = cv_packet_port_new ();
    CvPacketPort *there = cv_packet_port_new ();
    FixtureWire *wire = fixture_wire_new (here, there);
    CvMediaPeer *near = make_peer (call.alice, here);
    CvMediaPeer *far = make_peer (call.bob, there);
    CvMediaStream camera;
    CvMediaStream microphone;

    cv_media_peer_make_stream (CV_TRACK_CAMERA_LOW, &camera);
    cv_media_peer_make_stream (CV_TRACK_MICROPHONE, &microphone);
    g_assert_true (cv_media_peer_expect (far, 100, &camera));
    g_assert_true (cv_media_peer_expect (far, 100, &microphone));
    g_assert_false (cv_media_peer_expect (far, 101, &camera));
    cv_media_peer_send (near, &camera);
    cv_media_peer_send (near, &microphone);
    call.mark = stats_of (&call, CV_MEDIA_CAMERA);
    fixture_wait (has_more_frames, &call, "the others' pictures");
    cv_media_peer_forget (far, 100);
    cv_media_peer_close (near);
    cv_media_peer_close (far);
    g_assert_finalize_object (near);
    g_assert_finalize_object (far);
    fixture_wire_free (wire);
    cv_packet_port_unref (here);
    cv_packet_port_unref (there);
  }
  call_end (&call);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/peer/refuses-without-cipher", test_refuses_without_cipher);
  g_test_add_func ("/media/peer/decodes-picture-and-sound", test_decodes);
  g_test_add_func ("/media/peer/snapshot-shows-the-picture", test_snapshot);
  g_test_add_func ("/media/peer/counts-what-fails-to-open", test_wrong_key);
  g_test_add_func ("/media/peer/waits-for-the-key", test_no_key);
  g_test_add_func ("/media/peer/retransmits-what-is-lost", test_retransmits);
  g_test_add_func ("/media/peer/asks-for-key-frame-after-loss", test_asks_for_key_frame);
  g_test_add_func ("/media/peer/does-not-decode-what-nobody-sees", test_invisible_is_not_decoded);
  g_test_add_func ("/media/peer/switches-layers", test_switches_layers);
  g_test_add_func ("/media/peer/camera-off-and-on", test_camera_off_and_on);
  g_test_add_func ("/media/peer/level-follows-mute", test_level_follows_mute);
  g_test_add_func ("/media/peer/sends-a-file", test_sends_a_file);
  g_test_add_func ("/media/peer/bad-file-is-told", test_bad_file_is_told);
  g_test_add_func ("/media/peer/peers-come-and-go", test_peers_come_and_go);
  return g_test_run ();
}
