/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The codecs: one row each. Which elements encode and decode, with which settings for a meeting.
 *
 * A new codec is one row here and its value in CvCodec; RTP, encryption and the SFU know none. */
#pragma once

#include "media/frame-cipher.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct {
  CvCodec codec;
  const char *name; /* "VP8" */
  gboolean is_video;
  const char *caps; /* of the encoded stream */
  const char *encoder; /* an element and its settings for real time, as gst-launch reads it; NULL:
                          only received */
  const char *encoder_rate_property; /* in bits a second */
  const char *decoder; /* likewise */
  int clock_rate; /* of its RTP stream, Hz */
} CvMediaCodec;

const CvMediaCodec *cv_media_codecs_get (CvCodec codec); /* NULL: no such row */
const CvMediaCodec *cv_media_codecs_at (guint index); /* NULL behind the last row */
const char *cv_media_codecs_get_name (CvCodec codec); /* "" when unknown */

/* Floating; NULL when a plugin is missing or the row does not encode. threads 1 to 4. */
GstElement *cv_media_codecs_make_encoder (const CvMediaCodec *codec, guint rate_bps, guint threads);
GstElement *cv_media_codecs_make_decoder (const CvMediaCodec *codec);

G_END_DECLS
