/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The frame envelope against E2EE.md section 3. */
#include "e2ee/envelope.h"

#include <string.h>

static void
test_bytes (void)
{
  CvE2eeEnvelope envelope = {
      .codec = 2,
      .is_key_frame = TRUE,
      .temporal_layer = 2,
      .width = 0x0500,
      .height = 0x02d0,
      .capture_time_us = 0x0102030405060708,
  };
  static const guint8 expected[] = {0x38, 2, 1, 2, 3, 4, 5, 6, 7, 8, 0x05, 0x00, 0x02, 0xd0};
  guint8 out[CV_E2EE_ENVELOPE_MAX_LEN];
  g_assert_cmpmem (out, cv_e2ee_envelope_write (&envelope, out), expected, sizeof expected);
}

static void
test_without_dimensions (void)
{
  CvE2eeEnvelope envelope = {.codec = 1, .capture_time_us = 9};
  guint8 out[CV_E2EE_ENVELOPE_MAX_LEN + 3] = {0};
  g_autoptr (GError) error = NULL;
  CvE2eeEnvelope parsed;
  CvSpan frame;
  gsize len = cv_e2ee_envelope_write (&envelope, out);
  g_assert_cmpuint (len, ==, 10);
  memcpy (out + len, "abc", 3);
  g_assert_true (cv_e2ee_envelope_parse (cv_span (out, len + 3), &parsed, &frame, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (parsed.codec, ==, 1);
  g_assert_cmpuint (parsed.width, ==, 0);
  g_assert_cmpuint (parsed.capture_time_us, ==, 9);
  g_assert_true (cv_span_equal (frame, CV_SPAN_LITERAL ("abc")));
}

static void
test_round_trip (void)
{
  for (guint layer = 0; layer < 4; layer++)
    for (guint codec = 1; codec <= 5; codec++) {
      CvE2eeEnvelope envelope = {
          .codec = (guint8)codec,
          .is_key_frame = codec % 2 == 0,
          .temporal_layer = (guint8)layer,
          .width = 640,
          .height = 360,
          .capture_time_us = G_MAXUINT64 - codec,
      };
      guint8 out[CV_E2EE_ENVELOPE_MAX_LEN];
      CvE2eeEnvelope parsed;
      CvSpan frame;
      gsize len = cv_e2ee_envelope_write (&envelope, out);
      g_assert_true (cv_e2ee_envelope_parse (cv_span (out, len), &parsed, &frame, NULL));
      g_assert_cmpuint (frame.len, ==, 0);
      g_assert_cmpuint (parsed.temporal_layer, ==, layer);
      g_assert_cmpuint (parsed.codec, ==, codec);
      g_assert_cmpint (parsed.is_key_frame, ==, envelope.is_key_frame);
      g_assert_cmpuint (parsed.capture_time_us, ==, envelope.capture_time_us);
      g_assert_cmpuint (parsed.height, ==, 360);
    }
}

static void
test_rejects (void)
{
  static const struct {
    guint8 bytes[14];
    gsize len;
  } rows[] = {
      {{0}, 0},
      {{0, 1, 0, 0, 0, 0, 0, 0, 0}, 9}, /* cut off */
      {{0x40, 1}, 10}, /* version 1 */
      {{0x01, 1}, 10}, /* reserved bits */
      {{0x02, 1}, 10},
      {{0, 0}, 10}, /* codec */
      {{0, 6}, 10},
      {{0x10, 1}, 10}, /* dimensions announced, not there */
      {{0x10, 1}, 13},
      {{0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}, 14}, /* no width */
      {{0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0}, 14}, /* no height */
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    CvE2eeEnvelope parsed;
    CvSpan frame;
    g_autoptr (GError) error = NULL;
    g_assert_false (
        cv_e2ee_envelope_parse (cv_span (rows[i].bytes, rows[i].len), &parsed, &frame, &error));
    g_assert_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_MALFORMED);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/e2ee/envelope/bytes", test_bytes);
  g_test_add_func ("/e2ee/envelope/without-dimensions", test_without_dimensions);
  g_test_add_func ("/e2ee/envelope/round-trip", test_round_trip);
  g_test_add_func ("/e2ee/envelope/rejects", test_rejects);
  return g_test_run ();
}
