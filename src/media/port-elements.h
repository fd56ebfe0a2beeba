/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The two elements at which packets cross between a pipeline and a packet port. */
#pragma once

#include "media/packet-port.h"

#include <gst/base/gstbasesink.h>
#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define CV_TYPE_PORT_SOURCE (cv_port_source_get_type ())
G_DECLARE_FINAL_TYPE (CvPortSource, cv_port_source, CV, PORT_SOURCE, GstPushSrc)

#define CV_TYPE_PORT_SINK (cv_port_sink_get_type ())
G_DECLARE_FINAL_TYPE (CvPortSink, cv_port_sink, CV, PORT_SINK, GstBaseSink)

/* On the source's streaming thread; FALSE: refuse the packet. */
typedef gboolean (*CvPortAccept) (gpointer data, CvSpan packet, gboolean is_rtcp);

/* Floating. Both keep a reference on the port; data must outlive the source. */
GstElement *
cv_port_source_new (CvPacketPort *port, gboolean is_rtcp, CvPortAccept accept, gpointer data);
GstElement *cv_port_sink_new (CvPacketPort *port, gboolean is_rtcp);

G_END_DECLS
