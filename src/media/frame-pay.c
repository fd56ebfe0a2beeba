/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The payloader of sealed frames: RTP headers around the fragments of media/frame-fragments. */
#include "media/frame-pay.h"

#include "media/frame-fragments.h"

#include <gst/rtp/gstrtpbuffer.h>

struct _CvFramePay {
  GstRTPBasePayload parent;

  gboolean is_video;
  int clock_rate;
};

G_DEFINE_FINAL_TYPE (CvFramePay, cv_frame_pay, GST_TYPE_RTP_BASE_PAYLOAD)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (CV_SEALED_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));

static gboolean
set_caps (GstRTPBasePayload *base, GstCaps *caps)
{
  CvFramePay *self = CV_FRAME_PAY (base);

  gst_rtp_base_payload_set_options (base, self->is_video ? "video" : "audio", TRUE, "X-SFRAME",
                                    (guint32)self->clock_rate);
  return gst_rtp_base_payload_set_outcaps (base, NULL);
}

static GstBuffer *
make_packet (GstRTPBasePayload *base, GstBuffer *frame, CvSpan whole, guint index, guint count)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  GstBuffer *packet;
  CvSpan part;
  guint8 descriptor = cv_frame_fragments_cut (whole, index, &part);
  guint8 *payload;

  packet = gst_rtp_base_payload_allocate_output_buffer (base, (guint)part.len + 1, 0, 0);
  if (!gst_rtp_buffer_map (packet, GST_MAP_WRITE, &rtp)) {
    gst_buffer_unref (packet);
    return NULL;
  }
  payload = gst_rtp_buffer_get_payload (&rtp);
  payload[0] = descriptor;
  memcpy (payload + 1, part.data, part.len);
  gst_rtp_buffer_set_marker (&rtp, index + 1 == count);
  gst_rtp_buffer_unmap (&rtp);
  GST_BUFFER_PTS (packet) = GST_BUFFER_PTS (frame);
  if (index + 1 == count)
    GST_BUFFER_FLAG_SET (packet, GST_BUFFER_FLAG_MARKER);
  return packet;
}

static GstFlowReturn
handle_buffer (GstRTPBasePayload *base, GstBuffer *frame)
{
  GstMapInfo map;
  GstBufferList *packets;
  guint count;

  if (!gst_buffer_map (frame, &map, GST_MAP_READ)) {
    gst_buffer_unref (frame);
    return GST_FLOW_ERROR;
  }
  count = map.size <= CV_FRAME_MAX_BYTES ? cv_frame_fragments_count (map.size) : 0;
  packets = gst_buffer_list_new_sized (MAX (count, 1));
  for (guint i = 0; i < count; i++) {
    GstBuffer *packet = make_packet (base, frame, cv_span (map.data, map.size), i, count);

    if (packet != NULL)
      gst_buffer_list_add (packets, packet);
  }
  gst_buffer_unmap (frame, &map);
  gst_buffer_unref (frame);
  if (gst_buffer_list_length (packets) == 0) {
    gst_buffer_list_unref (packets);
    return GST_FLOW_OK;
  }
  return gst_rtp_base_payload_push_list (base, packets);
}

static void
cv_frame_pay_class_init (CvFramePayClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstRTPBasePayloadClass *pay_class = GST_RTP_BASE_PAYLOAD_CLASS (klass);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Sealed frame payloader",
                                         "Codec/Payloader/Network/RTP", "Packetises sealed frames",
                                         "The Conclave authors");
  pay_class->set_caps = set_caps;
  pay_class->handle_buffer = handle_buffer;
}

static void
cv_frame_pay_init (CvFramePay *self)
{
}

GstElement *
cv_frame_pay_new (gboolean is_video, guint payload_type, guint32 ssrc, int clock_rate)
{
  CvFramePay *self =
      g_object_new (CV_TYPE_FRAME_PAY, "pt", payload_type, "ssrc", ssrc, "mtu", 1400, NULL);

  self->is_video = is_video;
  self->clock_rate = clock_rate;
  return GST_ELEMENT (self);
}
