/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The codec table and the making of its elements. */
#include "media/codecs.h"

/* VP8: one pass without lookahead, the fastest setting that keeps 360p at 30 pictures a second in a
 * tenth of a core. Key frames only on demand or every 10 s, since a new viewer asks for one.
 * error-resilient=0: a lost frame is mended by retransmission or a key frame, and never decoded
 * around, because SFrame drops it whole.
 *
 * Opus: constant bit rate and no DTX, so that sizes and times say nothing about speech (E2EE.md
 * section 1). */
static const CvMediaCodec codecs[] = {
    {
        .codec = CV_CODEC_VP8,
        .name = "VP8",
        .is_video = TRUE,
        .caps = "video/x-vp8",
        .encoder = "vp8enc deadline=1 cpu-used=10 lag-in-frames=0 keyframe-max-dist=300"
                   " keyframe-mode=auto end-usage=cbr error-resilient=0 static-threshold=1"
                   " min-quantizer=4 max-quantizer=56 undershoot=95 overshoot=15"
                   " buffer-size=600 buffer-initial-size=400 buffer-optimal-size=500"
                   " dropframe-threshold=0 max-intra-bitrate=300 token-partitions=0",
        .encoder_rate_property = "target-bitrate",
        .decoder = "vp8dec threads=1",
        .clock_rate = 90000,
    },
    {
        .codec = CV_CODEC_OPUS,
        .name = "Opus",
        .is_video = FALSE,
        .caps = "audio/x-opus, channel-mapping-family=(int)0",
        .encoder = "opusenc frame-size=20 audio-type=voice bandwidth=fullband bitrate-type=cbr"
                   " dtx=false inband-fec=true packet-loss-percentage=10 complexity=5",
        .encoder_rate_property = "bitrate",
        .decoder = "opusdec use-inband-fec=true plc=true",
        .clock_rate = 48000,
    },
};

const CvMediaCodec *
cv_media_codecs_at (guint index)
{
  return index < G_N_ELEMENTS (codecs) ? &codecs[index] : NULL;
}

const CvMediaCodec *
cv_media_codecs_get (CvCodec codec)
{
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (codecs[i].codec == codec)
      return &codecs[i];
  }
  return NULL;
}

const char *
cv_media_codecs_get_name (CvCodec codec)
{
  const CvMediaCodec *row = cv_media_codecs_get (codec);

  return row != NULL ? row->name : "";
}

static GstElement *
make (const char *description)
{
  g_autoptr (GError) error = NULL;
  GstElement *element = gst_parse_launch_full (
      description, NULL, GST_PARSE_FLAG_FATAL_ERRORS | GST_PARSE_FLAG_NO_SINGLE_ELEMENT_BINS,
      &error);

  if (element == NULL)
    g_warning ("codec element: %s", error->message);
  return element;
}

GstElement *
cv_media_codecs_make_encoder (const CvMediaCodec *codec, guint rate_bps, guint threads)
{
  GstElement *encoder;

  g_return_val_if_fail (codec != NULL, NULL);

  if (codec->encoder == NULL)
    return NULL;
  encoder = make (codec->encoder);
  if (encoder == NULL)
    return NULL;
  g_object_set (encoder, codec->encoder_rate_property, (gint)rate_bps, NULL);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (encoder), "threads") != NULL)
    g_object_set (encoder, "threads", (gint)CLAMP (threads, 1, 4), NULL);
  return encoder;
}

GstElement *
cv_media_codecs_make_decoder (const CvMediaCodec *codec)
{
  g_return_val_if_fail (codec != NULL, NULL);
  return make (codec->decoder);
}
