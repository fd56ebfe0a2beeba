/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Where RTP and RTCP packets cross between a media pipeline and the net thread.
 *
 * One port a link. Media pushes outgoing packets with `send` (from streaming threads); whoever
 * owns the link delivers incoming ones with cv_packet_port_deliver (from the net thread). Both
 * directions only queue: neither side runs the other's code. A full queue drops the oldest packet
 * and counts it. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

typedef struct CvPacketPort CvPacketPort;

/* Called on a streaming thread for each outgoing RTP or RTCP packet (rtcp-mux tells them apart);
 * must only queue and return. packet is borrowed for the call. */
typedef void (*CvPacketPortSend) (gpointer data, CvSpan packet, gboolean is_rtcp);

CvPacketPort *cv_packet_port_new (void);
CvPacketPort *cv_packet_port_ref (CvPacketPort *port);
void cv_packet_port_unref (CvPacketPort *port);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvPacketPort, cv_packet_port_unref)

/* The outer side (routing): set or clear (NULL) where outgoing packets go. After it returns, the
 * old function is not running and will not be called again. */
void cv_packet_port_connect (CvPacketPort *port, CvPacketPortSend send, gpointer data);

/* The outer side: an incoming packet, already authenticated by SRTP. Any thread. */
void cv_packet_port_deliver (CvPacketPort *port, CvSpan packet, gboolean is_rtcp);

/* Longer packets are refused and counted, in both directions. */
#define CV_PACKET_PORT_MAX_BYTES 1500
#define CV_PACKET_PORT_RTP_SLOTS 512
#define CV_PACKET_PORT_RTCP_SLOTS 64

typedef struct {
  guint64 sent; /* given to `send` */
  guint64 sent_bytes;
  guint64 unsent; /* nobody was connected, or too long */
  guint64 delivered;
  guint64 delivered_bytes;
  guint64 overflowed; /* the oldest were dropped because the queue was full */
  guint64 refused; /* too long or empty */
} CvPacketPortCounts;

void cv_packet_port_get_counts (CvPacketPort *port, CvPacketPortCounts *counts); /* any thread */

/* The inner side (media). */
void cv_packet_port_send (CvPacketPort *port, CvSpan packet, gboolean is_rtcp);

/* Waits for the next packet and copies it to out. FALSE: the queue is stopped. One thread a queue.
 */
gboolean cv_packet_port_receive (CvPacketPort *port, gboolean is_rtcp,
                                 guint8 out[static CV_PACKET_PORT_MAX_BYTES], gsize *len);

/* A new port is stopped: packets are refused. Starting begins with an empty queue; stopping wakes
 * the waiting thread. */
void cv_packet_port_start (CvPacketPort *port, gboolean is_rtcp);
void cv_packet_port_stop (CvPacketPort *port, gboolean is_rtcp);

G_END_DECLS
