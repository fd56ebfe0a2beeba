/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Packets out of the ring and off the network. No allocation here: they pass by the thousand. */
#include "transport/demux.h"
#include "transport/link-worker-private.h"

#include <string.h>

/* A key frame comes as a burst of hundreds of packets: 32 a millisecond (300 Mbit/s) stay within
 * what sockets and access routers hold. */
#define BURST_MAX 32
#define BURST_PAUSE_US 1000

static gboolean
may_send (CvTransportLinkWorker *self)
{
  CvTransportLinkState state = cv_transport_link_worker_get_state (self);

  return self->is_path_open && self->profile != NULL
         && (state == CV_TRANSPORT_LINK_CONNECTED || state == CV_TRANSPORT_LINK_DISCONNECTED);
}

/* The plain packet lies in self->packet. */
static void
protect_and_send (CvTransportLinkWorker *self, gsize len, gboolean is_rtcp)
{
  if (cv_transport_srtp_protect (self->srtp, self->packet, &len, is_rtcp) != CV_TRANSPORT_SRTP_OK
      || !cv_transport_ice_send (self->ice, cv_span (self->packet, len))) {
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_SEND_FAILED);
    return;
  }
  cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_SENT);
  cv_transport_stats_add (&self->stats, CV_TRANSPORT_COUNT_SENT_BYTES, len);
}

static gboolean
send_next (CvTransportLinkWorker *self)
{
  CvTransportDemuxKind kind;
  guint8 tag;
  gsize len = cv_packet_ring_pop (self->ring, self->packet, &tag);

  if (len == 0)
    return FALSE;
  kind = cv_transport_demux_classify (cv_span (self->packet, len));
  if (kind != CV_TRANSPORT_DEMUX_RTP && kind != CV_TRANSPORT_DEMUX_RTCP)
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_SEND_TOO_BIG);
  else if (!may_send (self))
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_SEND_NOT_READY);
  else
    protect_and_send (self, len, kind == CV_TRANSPORT_DEMUX_RTCP);
  return TRUE;
}

static gboolean
drain_ring (gpointer data)
{
  CvTransportLinkWorker *self = data;

  g_source_set_ready_time (self->wake, -1);
  g_atomic_int_set (&self->is_woken, FALSE);
  for (guint i = 0; i < BURST_MAX; i++) {
    if (!send_next (self))
      return G_SOURCE_CONTINUE;
  }
  /* Already awake, so that a push does not cut the pause short. */
  g_atomic_int_set (&self->is_woken, TRUE);
  g_source_set_ready_time (self->wake, g_get_monotonic_time () + BURST_PAUSE_US);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_wake (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs wake_funcs = {.dispatch = dispatch_wake};

static void
deliver (CvTransportLinkWorker *self, CvSpan packet, gboolean is_rtcp)
{
  gint64 now_us = g_get_monotonic_time ();

  cv_transport_keepalive_heard (&self->keepalive, now_us);
  if (cv_transport_link_worker_get_state (self) == CV_TRANSPORT_LINK_DISCONNECTED)
    cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_CONNECTED, "the peer is heard again");
  if (is_rtcp && cv_transport_keepalive_take (&self->keepalive, packet, now_us)) {
    __atomic_store_n (&self->rtt_us, self->keepalive.rtt_us, __ATOMIC_RELAXED);
    return;
  }
  cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_RECEIVED);
  cv_transport_stats_add (&self->stats, CV_TRANSPORT_COUNT_RECEIVED_BYTES, packet.len);
  if (self->on_packet != NULL)
    self->on_packet (self->packet_data, packet, is_rtcp);
}

static void
receive_media (CvTransportLinkWorker *self, CvSpan datagram, gboolean is_rtcp)
{
  gsize len = datagram.len;

  if (len > sizeof self->packet) {
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_DROP_GARBAGE);
    return;
  }
  memcpy (self->packet, datagram.data, len);
  switch (cv_transport_srtp_unprotect (self->srtp, self->packet, &len, is_rtcp)) {
  case CV_TRANSPORT_SRTP_OK:
    deliver (self, cv_span (self->packet, len), is_rtcp);
    break;
  case CV_TRANSPORT_SRTP_NO_KEYS:
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_DROP_EARLY);
    break;
  case CV_TRANSPORT_SRTP_UNKNOWN_SSRC:
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_DROP_UNKNOWN_SSRC);
    break;
  case CV_TRANSPORT_SRTP_REPLAY:
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_DROP_REPLAY);
    break;
  case CV_TRANSPORT_SRTP_AUTHENTICATION:
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_DROP_AUTHENTICATION);
    break;
  case CV_TRANSPORT_SRTP_REFUSED:
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_DROP_GARBAGE);
    break;
  }
}

void
cv_transport_link_packets_receive (CvTransportLinkWorker *self, CvSpan datagram)
{
  switch (cv_transport_demux_classify (datagram)) {
  case CV_TRANSPORT_DEMUX_DTLS:
    cv_transport_link_handshake_receive (self, datagram);
    break;
  case CV_TRANSPORT_DEMUX_RTP:
    receive_media (self, datagram, FALSE);
    break;
  case CV_TRANSPORT_DEMUX_RTCP:
    receive_media (self, datagram, TRUE);
    break;
  case CV_TRANSPORT_DEMUX_STUN:
  case CV_TRANSPORT_DEMUX_GARBAGE:
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_DROP_GARBAGE);
    break;
  }
}

void
cv_transport_link_packets_send_keepalive (CvTransportLinkWorker *self, gint64 now_us)
{
  if (!may_send (self))
    return;
  self->keepalive_at_us = now_us;
  cv_transport_keepalive_write (&self->keepalive, now_us, self->packet);
  protect_and_send (self, CV_TRANSPORT_KEEPALIVE_LEN, TRUE);
}

GSource *
cv_transport_link_packets_new_source (CvTransportLinkWorker *self)
{
  GSource *source = g_source_new (&wake_funcs, sizeof (GSource));

  g_source_set_callback (source, drain_ring, self, NULL);
  return source;
}
