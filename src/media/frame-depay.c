/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The depayloader of sealed frames around media/frame-fragments. */
#include "media/frame-depay.h"

#include "media/frame-fragments.h"
#include "media/frame-pay.h"

#include <gst/rtp/gstrtpbuffer.h>

struct _CvFrameDepay {
  GstRTPBaseDepayload parent;

  CvFrameAssembler assembler;
};

G_DEFINE_FINAL_TYPE (CvFrameDepay, cv_frame_depay, GST_TYPE_RTP_BASE_DEPAYLOAD)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (CV_SEALED_CAPS));

static gboolean
set_caps (GstRTPBaseDepayload *base, GstCaps *caps)
{
  g_autoptr (GstCaps) sealed = gst_caps_new_empty_simple (CV_SEALED_CAPS);
  int clock_rate = 0;

  if (!gst_structure_get_int (gst_caps_get_structure (caps, 0), "clock-rate", &clock_rate))
    return FALSE;
  base->clock_rate = (guint)clock_rate;
  return gst_pad_set_caps (GST_RTP_BASE_DEPAYLOAD_SRCPAD (base), sealed);
}

static GstBuffer *
process_rtp_packet (GstRTPBaseDepayload *base, GstRTPBuffer *rtp)
{
  CvFrameDepay *self = CV_FRAME_DEPAY (base);
  CvSpan payload = cv_span (gst_rtp_buffer_get_payload (rtp), gst_rtp_buffer_get_payload_len (rtp));
  gboolean has_gap = FALSE;
  GBytes *frame;
  GstBuffer *buffer;

  frame = cv_frame_assembler_push (&self->assembler, gst_rtp_buffer_get_seq (rtp),
                                   gst_rtp_buffer_get_timestamp (rtp),
                                   gst_rtp_buffer_get_marker (rtp), payload, &has_gap);
  if (frame == NULL)
    return NULL;
  buffer = gst_buffer_new_wrapped_bytes (frame);
  g_bytes_unref (frame);
  if (has_gap)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_CORRUPTED);
  return buffer;
}

static void
cv_frame_depay_finalize (GObject *object)
{
  CvFrameDepay *self = CV_FRAME_DEPAY (object);

  cv_frame_assembler_clear (&self->assembler);
  G_OBJECT_CLASS (cv_frame_depay_parent_class)->finalize (object);
}

static void
cv_frame_depay_class_init (CvFrameDepayClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstRTPBaseDepayloadClass *depay_class = GST_RTP_BASE_DEPAYLOAD_CLASS (klass);

  object_class->finalize = cv_frame_depay_finalize;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Sealed frame depayloader",
                                         "Codec/Depayloader/Network/RTP",
                                         "Puts sealed frames together", "The Conclave authors");
  depay_class->set_caps = set_caps;
  depay_class->process_rtp_packet = process_rtp_packet;
}

static void
cv_frame_depay_init (CvFrameDepay *self)
{
  cv_frame_assembler_init (&self->assembler);
}

GstElement *
cv_frame_depay_new (void)
{
  return g_object_new (CV_TYPE_FRAME_DEPAY, NULL);
}
