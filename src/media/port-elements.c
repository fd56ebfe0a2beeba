/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A live source and a sink around a packet port. The source stamps packets with their time of
 * arrival, which is what the jitter buffer works from. */
#include "media/port-elements.h"

struct _CvPortSource {
  GstPushSrc parent;

  CvPacketPort *port;
  gboolean is_rtcp;
  CvPortAccept accept;
  gpointer data;
};

struct _CvPortSink {
  GstBaseSink parent;

  CvPacketPort *port;
  gboolean is_rtcp;
};

G_DEFINE_FINAL_TYPE (CvPortSource, cv_port_source, GST_TYPE_PUSH_SRC)
G_DEFINE_FINAL_TYPE (CvPortSink, cv_port_sink, GST_TYPE_BASE_SINK)

static GstStaticPadTemplate source_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp; application/x-rtcp"));
static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
                             GST_STATIC_CAPS ("application/x-rtp; application/x-rtcp"));

static GstCaps *
source_get_caps (GstBaseSrc *base, GstCaps *filter)
{
  CvPortSource *self = CV_PORT_SOURCE (base);
  g_autoptr (GstCaps) caps =
      gst_caps_new_empty_simple (self->is_rtcp ? "application/x-rtcp" : "application/x-rtp");

  if (filter != NULL)
    return gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  return g_steal_pointer (&caps);
}

static gboolean
source_start (GstBaseSrc *base)
{
  CvPortSource *self = CV_PORT_SOURCE (base);

  cv_packet_port_start (self->port, self->is_rtcp);
  return TRUE;
}

static gboolean
source_stop (GstBaseSrc *base)
{
  CvPortSource *self = CV_PORT_SOURCE (base);

  cv_packet_port_stop (self->port, self->is_rtcp);
  return TRUE;
}

static GstFlowReturn
source_create (GstPushSrc *push, GstBuffer **buffer)
{
  CvPortSource *self = CV_PORT_SOURCE (push);
  guint8 bytes[CV_PACKET_PORT_MAX_BYTES];
  gsize len;

  do {
    if (!cv_packet_port_receive (self->port, self->is_rtcp, bytes, &len))
      return GST_FLOW_FLUSHING;
  } while (!self->accept (self->data, cv_span (bytes, len), self->is_rtcp));
  *buffer = gst_buffer_new_memdup (bytes, len);
  return GST_FLOW_OK;
}

static void
source_finalize (GObject *object)
{
  CvPortSource *self = CV_PORT_SOURCE (object);

  g_clear_pointer (&self->port, cv_packet_port_unref);
  G_OBJECT_CLASS (cv_port_source_parent_class)->finalize (object);
}

static void
cv_port_source_class_init (CvPortSourceClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = source_finalize;
  gst_element_class_add_static_pad_template (element_class, &source_template);
  gst_element_class_set_static_metadata (element_class, "Packet port source", "Source/Network",
                                         "Packets from the net thread", "The Conclave authors");
  base_class->get_caps = source_get_caps;
  base_class->start = source_start;
  base_class->stop = source_stop;
  base_class->unlock = source_stop;
  base_class->unlock_stop = source_start;
  GST_PUSH_SRC_CLASS (klass)->create = source_create;
}

static void
cv_port_source_init (CvPortSource *self)
{
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
  gst_base_src_set_do_timestamp (GST_BASE_SRC (self), TRUE);
}

GstElement *
cv_port_source_new (CvPacketPort *port, gboolean is_rtcp, CvPortAccept accept, gpointer data)
{
  CvPortSource *self = g_object_new (CV_TYPE_PORT_SOURCE, NULL);

  self->port = cv_packet_port_ref (port);
  self->is_rtcp = is_rtcp;
  self->accept = accept;
  self->data = data;
  return GST_ELEMENT (self);
}

static GstFlowReturn
sink_render (GstBaseSink *base, GstBuffer *buffer)
{
  CvPortSink *self = CV_PORT_SINK (base);
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_FLOW_OK;
  cv_packet_port_send (self->port, cv_span (map.data, map.size), self->is_rtcp);
  gst_buffer_unmap (buffer, &map);
  return GST_FLOW_OK;
}

static void
sink_finalize (GObject *object)
{
  CvPortSink *self = CV_PORT_SINK (object);

  g_clear_pointer (&self->port, cv_packet_port_unref);
  G_OBJECT_CLASS (cv_port_sink_parent_class)->finalize (object);
}

static void
cv_port_sink_class_init (CvPortSinkClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sink_finalize;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "Packet port sink", "Sink/Network",
                                         "Packets to the net thread", "The Conclave authors");
  GST_BASE_SINK_CLASS (klass)->render = sink_render;
}

static void
cv_port_sink_init (CvPortSink *self)
{
  /* Neither waits for the clock nor for a first packet: a link may stay silent for long. */
  gst_base_sink_set_sync (GST_BASE_SINK (self), FALSE);
  gst_base_sink_set_async_enabled (GST_BASE_SINK (self), FALSE);
}

GstElement *
cv_port_sink_new (CvPacketPort *port, gboolean is_rtcp)
{
  CvPortSink *self = g_object_new (CV_TYPE_PORT_SINK, NULL);

  self->port = cv_packet_port_ref (port);
  self->is_rtcp = is_rtcp;
  return GST_ELEMENT (self);
}
