/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One frame in, one sealed frame out. It has no way to pass a frame on as it came. */
#include "media/cipher-element.h"

#include "media/clock.h"
#include "media/codecs.h"
#include "media/frame-pay.h"

struct _CvCipherElement {
  GstElement parent;

  CvFrameCipher cipher;
  CvTrack track;
  GstPad *sink;
  GstPad *src;
  GstSegment segment; /* of the sink; streaming thread */
  CvCodec codec;
  guint16 width;
  guint16 height;
};

G_DEFINE_FINAL_TYPE (CvCipherElement, cv_cipher_element, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (CV_SEALED_CAPS));

static CvFrameInfo
describe (CvCipherElement *self, GstBuffer *frame, GstClockTime running_time)
{
  return (CvFrameInfo){
      .codec = self->codec,
      .is_key_frame = !GST_BUFFER_FLAG_IS_SET (frame, GST_BUFFER_FLAG_DELTA_UNIT),
      .width = self->width,
      .height = self->height,
      .capture_time_us = cv_media_clock_wall_us (running_time),
  };
}

static GBytes *
seal (CvCipherElement *self, GstBuffer *frame, GstClockTime running_time)
{
  CvFrameInfo info = describe (self, frame, running_time);
  GstMapInfo map;
  GBytes *sealed;

  if (self->codec == 0 || !gst_buffer_map (frame, &map, GST_MAP_READ))
    return NULL;
  sealed = self->cipher.klass->protect (self->cipher.data, self->track, &info,
                                        cv_span (map.data, map.size));
  gst_buffer_unmap (frame, &map);
  return sealed;
}

static GstFlowReturn
on_frame (GstPad *pad, GstObject *parent, GstBuffer *frame)
{
  CvCipherElement *self = CV_CIPHER_ELEMENT (parent);
  GstClockTime running_time =
      gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (frame));
  GstClockTime duration = GST_BUFFER_DURATION (frame);
  g_autoptr (GBytes) sealed = NULL;
  GstBuffer *out;

  if (!GST_CLOCK_TIME_IS_VALID (running_time))
    running_time = cv_media_clock_now ();
  sealed = seal (self, frame, running_time);
  gst_buffer_unref (frame);
  if (sealed == NULL)
    return GST_FLOW_OK;
  out = gst_buffer_new_wrapped_bytes (sealed);
  GST_BUFFER_PTS (out) = running_time;
  GST_BUFFER_DURATION (out) = duration;
  return gst_pad_push (self->src, out);
}

static void
read_caps (CvCipherElement *self, GstCaps *caps)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  const CvMediaCodec *row;
  int width = 0;
  int height = 0;

  self->codec = 0;
  for (guint i = 0; (row = cv_media_codecs_at (i)) != NULL; i++) {
    if (g_str_has_prefix (row->caps, gst_structure_get_name (structure)))
      self->codec = row->codec;
  }
  gst_structure_get_int (structure, "width", &width);
  gst_structure_get_int (structure, "height", &height);
  self->width = (guint16)CLAMP (width, 0, G_MAXUINT16);
  self->height = (guint16)CLAMP (height, 0, G_MAXUINT16);
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  CvCipherElement *self = CV_CIPHER_ELEMENT (parent);
  GstSegment plain;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_CAPS:
    gst_event_parse_caps (event, &caps);
    read_caps (self, caps);
    gst_event_unref (event);
    caps = gst_caps_new_empty_simple (CV_SEALED_CAPS);
    event = gst_event_new_caps (caps);
    gst_caps_unref (caps);
    return gst_pad_push_event (self->src, event);
  case GST_EVENT_SEGMENT:
    gst_event_copy_segment (event, &self->segment);
    gst_event_unref (event);
    gst_segment_init (&plain, GST_FORMAT_TIME);
    return gst_pad_push_event (self->src, gst_event_new_segment (&plain));
  case GST_EVENT_TAG:
    /* Codec names and bit rates are nobody's business behind this element. */
    gst_event_unref (event);
    return TRUE;
  default:
    return gst_pad_event_default (pad, parent, event);
  }
}

static void
cv_cipher_element_class_init (CvCipherElementClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Frame sealer", "Filter/Encryption",
                                         "Seals encoded frames", "The Conclave authors");
}

static void
cv_cipher_element_init (CvCipherElement *self)
{
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
  self->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sink, on_frame);
  gst_pad_set_event_function (self->sink, on_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sink);
  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_element_add_pad (GST_ELEMENT (self), self->src);
}

GstElement *
cv_cipher_element_new (const CvFrameCipher *cipher, CvTrack track)
{
  CvCipherElement *self;

  g_return_val_if_fail (cipher != NULL && cipher->klass->protect != NULL, NULL);

  self = g_object_new (CV_TYPE_CIPHER_ELEMENT, NULL);
  self->cipher = *cipher;
  self->track = track;
  return GST_ELEMENT (self);
}
