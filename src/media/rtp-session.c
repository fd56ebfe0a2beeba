/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One bundled RTP session in its own pipeline, so that links come and go without touching each
 * other. */
#include "media/rtp-session.h"

#include "media/clock.h"
#include "media/port-elements.h"
#include "media/rtp-incoming.h"
#include "media/rtp-sender.h"
#include "media/rtp-stats.h"

#include <gst/video/video.h>

#define MAX_STREAMS 512 /* jitter buffers, each with a thread */
#define RTX_HISTORY_MS 1000

/*  per own track:
 *  appsrc ─ frame-pay ─┐
 *  appsrc ─ frame-pay ─┴ rtpfunnel ─▶ send_rtp_sink_0 ┌────────┐ send_rtp_src_0 ─ port-sink ▶ port
 *                                       (rtprtxsend)  │ rtpbin │ send_rtcp_src_0 ─ port-sink ▶ port
 *  port ▶ port-source ─▶ recv_rtp_sink_0              │        │
 *  port ▶ port-source ─▶ recv_rtcp_sink_0             └───┬────┘ (rtprtxreceive, jitter buffers)
 *  per expected SSRC:            recv_rtp_src_0_SSRC_PT ──┴─ frame-depay ─ appsink ▶ received()  */
struct CvRtpSession {
  GstElement *pipeline;
  GstElement *rtpbin;
  GstElement *funnel;
  GstElement *rtx_send;
  GstElement *rtx_receive;
  GObject *internal; /* the RTPSession, for its counters */
  CvPacketPort *port;
  CvRtpSessionEvents events;
  gpointer data;

  CvRtpIncoming *incoming;
  GMutex mutex; /* the next line; never held across a callback or a push */
  CvRtpSender *outgoing[CV_N_TRACKS];
  CvRtpSenderTrail trails[CV_N_TRACKS]; /* main: where each own stream stopped */
};

/* ---- rtpbin --------------------------------------------------------------------------------- */

static GstCaps *
on_request_pt_map (GstElement *rtpbin, guint session_id, guint pt, gpointer data)
{
  const char *caps = NULL;

  switch (pt) {
  case CV_MEDIA_PT_VIDEO:
    caps = "application/x-rtp, media=video, encoding-name=X-SFRAME, clock-rate=90000, payload=96,"
           " rtcp-fb-nack=true, rtcp-fb-nack-pli=true, rtcp-fb-ccm-fir=true";
    break;
  case CV_MEDIA_PT_VIDEO_RTX:
    caps = "application/x-rtp, media=video, encoding-name=RTX, clock-rate=90000, payload=97,"
           " apt=(string)\"96\"";
    break;
  case CV_MEDIA_PT_AUDIO:
    caps = "application/x-rtp, media=audio, encoding-name=X-SFRAME, clock-rate=48000, payload=111";
    break;
  default:
    return NULL;
  }
  return gst_caps_from_string (caps);
}

static void
on_new_jitter_buffer (GstElement *rtpbin, GstElement *buffer, guint session_id, guint ssrc,
                      gpointer data)
{
  CvRtpSession *self = data;
  const gboolean has_rtx = cv_rtp_incoming_has_rtx (self->incoming, ssrc);

  g_object_set (buffer, "latency", has_rtx ? CV_MEDIA_REPAIR_MS : CV_MEDIA_JITTER_MS, "do-lost",
                TRUE, "do-retransmission", has_rtx, "drop-on-latency", FALSE,
                "faststart-min-packets", 2, NULL);
}

static void
on_pad_added (GstElement *rtpbin, GstPad *pad, gpointer data)
{
  cv_rtp_incoming_pad_added (((CvRtpSession *)data)->incoming, pad);
}

static void
on_pad_removed (GstElement *rtpbin, GstPad *pad, gpointer data)
{
  cv_rtp_incoming_pad_removed (((CvRtpSession *)data)->incoming, pad);
}

/* rtpbin would do it by itself for every SSRC (autoremove), but then a stream that comes back in that
 * very moment, as everything does after a suspend, finds its pad's name taken and stays mute. */
static void
on_timeout (GstElement *rtpbin, guint session_id, guint ssrc, gpointer data)
{
  if (cv_rtp_incoming_note_silence (((CvRtpSession *)data)->incoming, ssrc))
    g_signal_emit_by_name (rtpbin, "clear-ssrc", session_id, ssrc);
}

static gboolean
on_packet_arrived (gpointer data, CvSpan packet, gboolean is_rtcp)
{
  return cv_rtp_incoming_accept (((CvRtpSession *)data)->incoming, packet, is_rtcp);
}

/* An element that rtpbin puts in the way of all packets of the session, its pads named as rtpbin
 * wants them. */
static GstElement *
wrap_aux (GstElement *element)
{
  GstElement *bin = gst_bin_new (NULL);
  g_autoptr (GstPad) sink = gst_element_get_static_pad (element, "sink");
  g_autoptr (GstPad) src = gst_element_get_static_pad (element, "src");

  gst_bin_add (GST_BIN (bin), element);
  gst_element_add_pad (bin, gst_ghost_pad_new ("sink_0", sink));
  gst_element_add_pad (bin, gst_ghost_pad_new ("src_0", src));
  return bin;
}

static GstElement *
on_request_aux_sender (GstElement *rtpbin, guint session_id, gpointer data)
{
  return wrap_aux (((CvRtpSession *)data)->rtx_send);
}

static GstElement *
on_request_aux_receiver (GstElement *rtpbin, guint session_id, gpointer data)
{
  return wrap_aux (((CvRtpSession *)data)->rtx_receive);
}

static void
put_ssrc_pair (GstStructure *map, const CvMediaStream *stream)
{
  g_autofree char *name = g_strdup_printf ("%u", stream->ssrc);

  if (stream->rtx_ssrc != 0)
    gst_structure_set (map, name, G_TYPE_UINT, stream->rtx_ssrc, NULL);
}

static void
update_rtx_send (CvRtpSession *self)
{
  g_autoptr (GstStructure) map = gst_structure_new_empty ("application/x-rtp-ssrc-map");

  for (guint i = 0; i < CV_N_TRACKS; i++) {
    if (self->outgoing[i] != NULL)
      put_ssrc_pair (map, cv_rtp_sender_get_stream (self->outgoing[i]));
  }
  g_object_set (self->rtx_send, "ssrc-map", map, NULL);
}

static void
update_rtx_receive (CvRtpSession *self)
{
  g_autoptr (GstStructure) map = cv_rtp_incoming_dup_rtx_map (self->incoming);

  g_object_set (self->rtx_receive, "ssrc-map", map, NULL);
}

static void
configure_rtpbin (CvRtpSession *self)
{
  g_autofree char *cname = g_strdup_printf ("%08x%08x", g_random_int (), g_random_int ());
  g_autoptr (GstStructure) sdes =
      gst_structure_new ("application/x-rtp-source-sdes", "cname", G_TYPE_STRING, cname, NULL);

  /* The default name would tell the user's and the computer's name. */
  g_object_set (self->rtpbin, "sdes", sdes, "rtp-profile", 3 /* AVPF */, "latency",
                CV_MEDIA_JITTER_MS, "rtcp-sync-send-time", FALSE, "autoremove", FALSE,
                "max-streams", MAX_STREAMS, NULL);
  gst_util_set_object_arg (G_OBJECT (self->rtpbin), "ntp-time-source", "ntp");
  g_signal_connect (self->rtpbin, "request-pt-map", G_CALLBACK (on_request_pt_map), self);
  g_signal_connect (self->rtpbin, "new-jitterbuffer", G_CALLBACK (on_new_jitter_buffer), self);
  g_signal_connect (self->rtpbin, "pad-added", G_CALLBACK (on_pad_added), self);
  g_signal_connect (self->rtpbin, "pad-removed", G_CALLBACK (on_pad_removed), self);
  g_signal_connect (self->rtpbin, "on-timeout", G_CALLBACK (on_timeout), self);
  g_signal_connect (self->rtpbin, "on-bye-timeout", G_CALLBACK (on_timeout), self);
  g_signal_connect (self->rtpbin, "request-aux-sender", G_CALLBACK (on_request_aux_sender), self);
  g_signal_connect (self->rtpbin, "request-aux-receiver", G_CALLBACK (on_request_aux_receiver),
                    self);
}

static void
configure_rtx (CvRtpSession *self)
{
  g_autoptr (GstStructure) pts = gst_structure_new ("application/x-rtp-pt-map", "96", G_TYPE_UINT,
                                                    CV_MEDIA_PT_VIDEO_RTX, NULL);

  g_object_set (self->rtx_send, "payload-type-map", pts, "max-size-time", RTX_HISTORY_MS,
                "max-size-packets", 0, NULL);
  g_object_set (self->rtx_receive, "payload-type-map", pts, NULL);
}

static gboolean
build (CvRtpSession *self)
{
  GstElement *rtp_in = cv_port_source_new (self->port, FALSE, on_packet_arrived, self);
  GstElement *rtcp_in = cv_port_source_new (self->port, TRUE, on_packet_arrived, self);
  GstElement *rtp_out = cv_port_sink_new (self->port, FALSE);
  GstElement *rtcp_out = cv_port_sink_new (self->port, TRUE);

  gst_bin_add_many (GST_BIN (self->pipeline), self->rtpbin, self->funnel, rtp_in, rtcp_in, rtp_out,
                    rtcp_out, NULL);
  if (!gst_element_link_pads (self->funnel, "src", self->rtpbin, "send_rtp_sink_0")
      || !gst_element_link_pads (self->rtpbin, "send_rtp_src_0", rtp_out, "sink")
      || !gst_element_link_pads (self->rtpbin, "send_rtcp_src_0", rtcp_out, "sink")
      || !gst_element_link_pads (rtp_in, "src", self->rtpbin, "recv_rtp_sink_0")
      || !gst_element_link_pads (rtcp_in, "src", self->rtpbin, "recv_rtcp_sink_0"))
    return FALSE;
  g_signal_emit_by_name (self->rtpbin, "get-internal-session", 0, &self->internal);
  /* Reports every half second at most: lip sync needs two of them, a meeting few bytes. */
  g_object_set (self->internal, "rtcp-min-interval", (guint64)(500 * GST_MSECOND), "bandwidth", 4e6,
                "rtcp-fraction", 0.05, NULL);
  return TRUE;
}

CvRtpSession *
cv_rtp_session_new (CvPacketPort *port, const CvRtpSessionEvents *events, gpointer data,
                    GError **error)
{
  g_autoptr (CvRtpSession) self = g_new0 (CvRtpSession, 1);

  self->port = cv_packet_port_ref (port);
  self->events = *events;
  self->data = data;
  g_mutex_init (&self->mutex);
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  self->incoming = cv_rtp_incoming_new (GST_BIN (self->pipeline), events, data);
  self->rtpbin = gst_element_factory_make ("rtpbin", NULL);
  self->funnel = gst_element_factory_make ("rtpfunnel", NULL);
  self->rtx_send = gst_element_factory_make ("rtprtxsend", NULL);
  self->rtx_receive = gst_element_factory_make ("rtprtxreceive", NULL);
  if (self->rtpbin == NULL || self->funnel == NULL || self->rtx_send == NULL
      || self->rtx_receive == NULL) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_PLUGIN,
                 "expected the RTP elements of GStreamer's good plugins");
    return NULL;
  }
  cv_media_clock_adopt (GST_PIPELINE (self->pipeline));
  configure_rtpbin (self);
  configure_rtx (self);
  if (!build (self)
      || gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_FAILED, "could not start an RTP session");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
cv_rtp_session_free (CvRtpSession *self)
{
  if (self == NULL)
    return;
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  for (guint i = 0; i < CV_N_TRACKS; i++)
    cv_rtp_session_remove_sender (self, i);
  g_clear_pointer (&self->incoming, cv_rtp_incoming_free);
  g_clear_object (&self->internal);
  g_clear_object (&self->pipeline);
  g_clear_pointer (&self->port, cv_packet_port_unref);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

gboolean
cv_rtp_session_expect (CvRtpSession *self, const CvMediaStream *stream)
{
  if (!cv_rtp_incoming_expect (self->incoming, stream))
    return FALSE;
  update_rtx_receive (self);
  return TRUE;
}

void
cv_rtp_session_forget (CvRtpSession *self, guint32 ssrc)
{
  if (cv_rtp_incoming_forget (self->incoming, ssrc))
    g_signal_emit_by_name (self->rtpbin, "clear-ssrc", 0, ssrc);
  update_rtx_receive (self);
}

void
cv_rtp_session_request_key_frame (CvRtpSession *self, guint32 ssrc)
{
  g_autoptr (GstPad) pad = cv_rtp_incoming_dup_pad (self->incoming, ssrc);

  if (pad != NULL)
    gst_pad_push_event (
        pad, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, FALSE, 0));
}

/* ---- Outgoing ------------------------------------------------------------------------------- */

static void
on_key_frame_wanted (gpointer data, CvTrack track)
{
  CvRtpSession *self = data;

  self->events.key_frame_wanted (self->data, track);
}

gboolean
cv_rtp_session_add_sender (CvRtpSession *self, const CvMediaStream *stream)
{
  CvRtpSender *sender;

  g_return_val_if_fail (stream->track < CV_N_TRACKS, FALSE);

  if (self->outgoing[stream->track] != NULL)
    return FALSE;
  sender = cv_rtp_sender_new (GST_BIN (self->pipeline), self->funnel, stream,
                              &self->trails[stream->track], on_key_frame_wanted, self);
  g_mutex_lock (&self->mutex);
  self->outgoing[stream->track] = sender;
  g_mutex_unlock (&self->mutex);
  update_rtx_send (self);
  cv_rtp_sender_start (sender);
  return TRUE;
}

void
cv_rtp_session_remove_sender (CvRtpSession *self, CvTrack track)
{
  CvRtpSender *sender;

  g_return_if_fail (track < CV_N_TRACKS);

  g_mutex_lock (&self->mutex);
  sender = g_steal_pointer (&self->outgoing[track]);
  g_mutex_unlock (&self->mutex);
  if (sender == NULL)
    return;
  cv_rtp_sender_stop (sender, &self->trails[track]);
  cv_rtp_sender_unref (sender);
  update_rtx_send (self);
}

void
cv_rtp_session_push (CvRtpSession *self, CvTrack track, GstBuffer *sealed)
{
  CvRtpSender *sender = NULL;

  g_mutex_lock (&self->mutex);
  if (track < CV_N_TRACKS && self->outgoing[track] != NULL)
    sender = cv_rtp_sender_ref (self->outgoing[track]);
  g_mutex_unlock (&self->mutex);
  if (sender == NULL)
    return;
  cv_rtp_sender_push (sender, sealed);
  cv_rtp_sender_unref (sender);
}

void
cv_rtp_session_get_stats (CvRtpSession *self, CvMediaLinkStats *stats)
{
  CvPacketPortCounts counts;
  guint resent = 0;

  *stats = (CvMediaLinkStats){0};
  cv_packet_port_get_counts (self->port, &counts);
  stats->sent_packets = counts.sent;
  stats->sent_bytes = counts.sent_bytes;
  stats->received_packets = counts.delivered;
  stats->received_bytes = counts.delivered_bytes;
  stats->refused_packets =
      cv_rtp_incoming_get_refused (self->incoming) + counts.refused + counts.overflowed;
  g_object_get (self->rtx_send, "num-rtx-packets", &resent, NULL);
  stats->retransmitted_packets = resent;
  cv_rtp_stats_read_reports (self->internal, stats);
}
