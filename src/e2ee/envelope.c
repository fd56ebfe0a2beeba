/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The frame envelope's bytes. */
#include "e2ee/envelope.h"

#include <string.h>

#define VERSION 0
#define LEN 10
#define FLAG_KEY_FRAME 0x20
#define FLAG_DIMENSIONS 0x10
#define LAYER_SHIFT 2
#define CODEC_FIRST 1
#define CODEC_LAST 5

gsize
cv_e2ee_envelope_write (const CvE2eeEnvelope *envelope, guint8 out[static CV_E2EE_ENVELOPE_MAX_LEN])
{
  gboolean has_dimensions = envelope->width != 0 && envelope->height != 0;
  guint64 time_be = GUINT64_TO_BE (envelope->capture_time_us);
  out[0] = (guint8)(VERSION << 6 | (envelope->is_key_frame ? FLAG_KEY_FRAME : 0)
                    | (has_dimensions ? FLAG_DIMENSIONS : 0)
                    | (envelope->temporal_layer & 3) << LAYER_SHIFT);
  out[1] = envelope->codec;
  memcpy (out + 2, &time_be, sizeof time_be);
  if (!has_dimensions)
    return LEN;
  guint16 width_be = GUINT16_TO_BE (envelope->width);
  guint16 height_be = GUINT16_TO_BE (envelope->height);
  memcpy (out + LEN, &width_be, sizeof width_be);
  memcpy (out + LEN + 2, &height_be, sizeof height_be);
  return LEN + 4;
}

gboolean
cv_e2ee_envelope_parse (CvSpan plaintext, CvE2eeEnvelope *envelope, CvSpan *frame, GError **error)
{
  CvReader reader;
  CvE2eeEnvelope parsed = {0};
  cv_reader_init (&reader, plaintext);
  guint8 flags = cv_reader_u8 (&reader);
  gboolean has_dimensions = (flags & FLAG_DIMENSIONS) != 0;
  parsed.is_key_frame = (flags & FLAG_KEY_FRAME) != 0;
  parsed.temporal_layer = flags >> LAYER_SHIFT & 3;
  parsed.codec = cv_reader_u8 (&reader);
  parsed.capture_time_us = cv_reader_u64 (&reader);
  if (has_dimensions) {
    parsed.width = cv_reader_u16 (&reader);
    parsed.height = cv_reader_u16 (&reader);
  }
  /* The reserved bits are for a later version, which then has its own version number. */
  if (!cv_reader_is_ok (&reader) || flags >> 6 != VERSION || (flags & 3) != 0
      || parsed.codec < CODEC_FIRST || parsed.codec > CODEC_LAST
      || (has_dimensions && (parsed.width == 0 || parsed.height == 0))) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_MALFORMED,
                         "expected a frame envelope, got something else");
    return FALSE;
  }
  *envelope = parsed;
  *frame = cv_reader_take (&reader, cv_reader_remaining (&reader));
  return TRUE;
}
