/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "media/codecs.h"

static void
test_rows_are_whole (void)
{
  const CvMediaCodec *row;

  for (guint i = 0; (row = cv_media_codecs_at (i)) != NULL; i++) {
    g_autoptr (GstCaps) caps = gst_caps_from_string (row->caps);
    g_autoptr (GstElement) encoder = NULL;
    g_autoptr (GstElement) decoder = NULL;

    g_test_message ("%s", row->name);
    g_assert_true (row == cv_media_codecs_get (row->codec));
    g_assert_nonnull (caps);
    g_assert_cmpint (row->clock_rate, ==, row->is_video ? 90000 : 48000);
    encoder = cv_media_codecs_make_encoder (row, 64000, 2);
    decoder = cv_media_codecs_make_decoder (row);
    g_assert_nonnull (encoder);
    g_assert_nonnull (decoder);
    gst_object_ref_sink (encoder);
    gst_object_ref_sink (decoder);
  }
}

static void
test_real_time_settings (void)
{
  g_autoptr (GstElement) vp8 =
      cv_media_codecs_make_encoder (cv_media_codecs_get (CV_CODEC_VP8), 500000, 2);
  gint64 deadline = -1;
  int lag = -1;
  int threads = 0;
  int rate = 0;

  gst_object_ref_sink (vp8);
  g_object_get (vp8, "deadline", &deadline, "lag-in-frames", &lag, "threads", &threads,
                "target-bitrate", &rate, NULL);
  g_assert_cmpint (deadline, ==, 1);
  g_assert_cmpint (lag, ==, 0);
  g_assert_cmpint (threads, ==, 2);
  g_assert_cmpint (rate, ==, 500000);
}

/* E2EE.md section 1: sizes and times say nothing about speech. */
static void
test_opus_tells_nothing (void)
{
  g_autoptr (GstElement) opus =
      cv_media_codecs_make_encoder (cv_media_codecs_get (CV_CODEC_OPUS), 32000, 1);
  gboolean has_dtx = TRUE;
  gboolean has_fec = FALSE;
  int bitrate_type = -1;
  int frame_size = 0;

  gst_object_ref_sink (opus);
  g_object_get (opus, "dtx", &has_dtx, "inband-fec", &has_fec, "bitrate-type", &bitrate_type,
                "frame-size", &frame_size, NULL);
  g_assert_false (has_dtx);
  g_assert_true (has_fec);
  g_assert_cmpint (bitrate_type, ==, 0); /* cbr */
  g_assert_cmpint (frame_size, ==, 20);
}

static void
test_unknown (void)
{
  g_assert_null (cv_media_codecs_get (0));
  g_assert_null (cv_media_codecs_get (255));
  g_assert_cmpstr (cv_media_codecs_get_name (77), ==, "");
  g_assert_cmpstr (cv_media_codecs_get_name (CV_CODEC_VP8), ==, "VP8");
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/codecs/rows-are-whole", test_rows_are_whole);
  g_test_add_func ("/media/codecs/real-time-settings", test_real_time_settings);
  g_test_add_func ("/media/codecs/opus-tells-nothing", test_opus_tells_nothing);
  g_test_add_func ("/media/codecs/unknown", test_unknown);
  return g_test_run ();
}
