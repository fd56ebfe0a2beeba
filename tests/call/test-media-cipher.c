/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "call/media-cipher.h"

#include "fixtures/e2ee-world.h"

#include <string.h>

static const CvFrameInfo info = {
    .codec = CV_CODEC_VP8,
    .is_key_frame = TRUE,
    .temporal_layer = 2,
    .width = 640,
    .height = 360,
    .capture_time_us = 123456789,
};

static CvCallMediaCipher *
cipher_of (Person *person)
{
  return cv_call_media_cipher_new (cv_e2ee_group_driver_get_sender (person->driver),
                                   cv_e2ee_group_driver_get_receiver (person->driver));
}

static GBytes *
protect (CvCallMediaCipher *self, CvTrack track)
{
  const CvFrameCipher *cipher = cv_call_media_cipher_get (self);

  return cipher->klass->protect (cipher->data, track, &info, cv_span ("a frame", 7));
}

static CvFrameVerdict
unprotect (CvCallMediaCipher *self, guint32 participant, CvTrack track, CvSpan sealed,
           CvFrameInfo *opened, GBytes **frame)
{
  const CvFrameCipher *cipher = cv_call_media_cipher_get (self);

  return cipher->klass->unprotect (cipher->data, participant, track, sealed, opened, frame);
}

static void
test_nothing_is_sent_without_keys (void)
{
  g_autoptr (CvE2eeSender) sender = cv_e2ee_sender_new ();
  g_autoptr (CvE2eeReceiver) receiver = cv_e2ee_receiver_new ();
  g_autoptr (CvCallMediaCipher) cipher = cv_call_media_cipher_new (sender, receiver);
  CvFrameInfo opened;
  g_autoptr (GBytes) frame = NULL;

  for (int track = 0; track < CV_N_TRACKS; track++)
    g_assert_null (protect (cipher, (CvTrack)track));
  for (gsize len = 0; len < 40; len++) {
    const guint8 rubbish[40] = {0x17, 1, 2, 3};

    g_assert_cmpint (
        unprotect (cipher, 1, CV_TRACK_SCREEN, cv_span (rubbish, len), &opened, &frame), !=,
        CV_FRAME_OPENED);
    g_assert_null (frame);
  }
}

static void
test_carries_frame_and_envelope (void)
{
  World *world = world_new ((CvMlsSuiteId){0x0001});
  Person *alice = world_add (world, "Alice", "");
  Person *bob = world_add (world, "Bob", "");
  g_autoptr (CvCallMediaCipher) to = NULL;
  g_autoptr (CvCallMediaCipher) from = NULL;
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GBytes) frame = NULL;
  CvFrameInfo opened = {0};
  guint32 leaf;

  world_host (world, alice, CV_E2EE_ADMISSION_LINK);
  world_join (world, bob);
  world_run_for (world, G_USEC_PER_SEC);
  from = cipher_of (bob);
  to = cipher_of (alice);
  leaf = world_leaf (bob).index;
  sealed = protect (from, CV_TRACK_CAMERA_MIDDLE);
  g_assert_nonnull (sealed);

  g_assert_cmpint (
      unprotect (to, leaf, CV_TRACK_CAMERA_LOW, cv_span_from_bytes (sealed), &opened, &frame), ==,
      CV_FRAME_DROPPED);
  g_assert_cmpint (unprotect (to, world_leaf (alice).index, CV_TRACK_CAMERA_MIDDLE,
                              cv_span_from_bytes (sealed), &opened, &frame),
                   ==, CV_FRAME_DROPPED);
  g_assert_cmpint (
      unprotect (to, leaf, CV_TRACK_CAMERA_MIDDLE, cv_span_from_bytes (sealed), &opened, &frame),
      ==, CV_FRAME_OPENED);
  g_assert_cmpmem (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), "a frame", 7);
  g_assert_cmpint (opened.codec, ==, info.codec);
  g_assert_cmpint (opened.is_key_frame, ==, info.is_key_frame);
  g_assert_cmpint (opened.temporal_layer, ==, info.temporal_layer);
  g_assert_cmpint (opened.width, ==, info.width);
  g_assert_cmpint (opened.height, ==, info.height);
  g_assert_cmpuint (opened.capture_time_us, ==, info.capture_time_us);
  g_clear_pointer (&frame, g_bytes_unref);
  g_assert_cmpint (
      unprotect (to, leaf, CV_TRACK_CAMERA_MIDDLE, cv_span_from_bytes (sealed), &opened, &frame),
      ==, CV_FRAME_DROPPED);
  world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call/media-cipher/nothing-is-sent-without-keys",
                   test_nothing_is_sent_without_keys);
  g_test_add_func ("/call/media-cipher/carries-frame-and-envelope",
                   test_carries_frame_and_envelope);
  return g_test_run ();
}
