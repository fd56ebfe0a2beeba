/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One bundled RTP session in its own pipeline, so that links come and go without touching each
 * other. */
#include "media/rtp-session.h"

#include "media/clock.h"
#include "media/frame-depay.h"
#include "media/port-elements.h"
#include "media/rtp-sender.h"
#include "media/rtp-stats.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include <stdio.h>

#define MAX_INCOMING 256
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

  GMutex mutex; /* what follows; never held across a callback or a push */
  GHashTable *incoming; /* SSRC → Incoming */
  CvRtpSender *outgoing[CV_N_TRACKS];
  guint64 refused;
};

typedef struct {
  gatomicrefcount refs;
  CvRtpSession *session;
  CvMediaStream stream;
  GstElement *depay; /* NULL until its first packet */
  GstElement *sink;
} Incoming;

/* ---- Incoming ------------------------------------------------------------------------------- */

static Incoming *
incoming_ref (Incoming *incoming)
{
  g_atomic_ref_count_inc (&incoming->refs);
  return incoming;
}

static void
incoming_unref (gpointer data)
{
  Incoming *incoming = data;

  if (!g_atomic_ref_count_dec (&incoming->refs))
    return;
  g_clear_object (&incoming->depay);
  g_clear_object (&incoming->sink);
  g_free (incoming);
}

/* RFC 3550 §5.1, as much as is needed to know whose packet it is. */
static gboolean
on_packet_arrived (gpointer data, CvSpan packet, gboolean is_rtcp)
{
  CvRtpSession *self = data;
  gboolean is_wanted;
  CvReader reader;
  guint8 version;
  guint32 ssrc;

  cv_reader_init (&reader, packet);
  version = cv_reader_u8 (&reader) >> 6;
  cv_reader_take (&reader, is_rtcp ? 3 : 7);
  ssrc = cv_reader_u32 (&reader);
  g_mutex_lock (&self->mutex);
  is_wanted = cv_reader_is_ok (&reader) && version == 2
              && (is_rtcp || g_hash_table_contains (self->incoming, GUINT_TO_POINTER (ssrc)));
  if (!is_wanted)
    self->refused++;
  g_mutex_unlock (&self->mutex);
  return is_wanted;
}

static GstFlowReturn
on_sealed_frame (GstAppSink *sink, gpointer data)
{
  Incoming *incoming = data;
  CvRtpSession *self = incoming->session;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer;
  GstClockTime running_time;
  GstMapInfo map;

  if (sample == NULL)
    return GST_FLOW_EOS;
  buffer = gst_sample_get_buffer (sample);
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_FLOW_OK;
  running_time = gst_segment_to_running_time (gst_sample_get_segment (sample), GST_FORMAT_TIME,
                                              GST_BUFFER_PTS (buffer));
  if (!GST_CLOCK_TIME_IS_VALID (running_time))
    running_time = cv_media_clock_now ();
  self->events.received (self->data, incoming->stream.ssrc, cv_span (map.data, map.size),
                         running_time, GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_CORRUPTED));
  gst_buffer_unmap (buffer, &map);
  return GST_FLOW_OK;
}

static Incoming *
lookup_incoming (CvRtpSession *self, guint32 ssrc)
{
  Incoming *incoming;

  g_mutex_lock (&self->mutex);
  incoming = g_hash_table_lookup (self->incoming, GUINT_TO_POINTER (ssrc));
  if (incoming != NULL)
    incoming_ref (incoming);
  g_mutex_unlock (&self->mutex);
  return incoming;
}

static void
attach_incoming (CvRtpSession *self, Incoming *incoming, GstPad *pad)
{
  GstAppSinkCallbacks callbacks = {.new_sample = on_sealed_frame};
  g_autoptr (GstPad) sink_pad = NULL;
  GstElement *depay = cv_frame_depay_new ();
  GstElement *sink = gst_element_factory_make ("appsink", NULL);

  g_object_set (sink, "sync", FALSE, "async", FALSE, "max-buffers", 4, "drop", FALSE,
                "enable-last-sample", FALSE, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, incoming_ref (incoming),
                              incoming_unref);
  gst_bin_add_many (GST_BIN (self->pipeline), depay, sink, NULL);
  gst_element_link (depay, sink);
  gst_element_sync_state_with_parent (sink);
  gst_element_sync_state_with_parent (depay);
  sink_pad = gst_element_get_static_pad (depay, "sink");
  g_mutex_lock (&self->mutex);
  incoming->depay = g_object_ref (depay);
  incoming->sink = g_object_ref (sink);
  g_mutex_unlock (&self->mutex);
  gst_pad_link (pad, sink_pad);
}

static void
on_pad_added (GstElement *rtpbin, GstPad *pad, gpointer data)
{
  CvRtpSession *self = data;
  Incoming *incoming;
  guint session_id;
  guint ssrc;
  guint pt;

  if (sscanf (GST_PAD_NAME (pad), "recv_rtp_src_%u_%u_%u", &session_id, &ssrc, &pt) != 3)
    return;
  incoming = lookup_incoming (self, ssrc);
  if (incoming == NULL)
    return;
  /* A second payload type on the same SSRC is none of ours: its pad stays unlinked. */
  if (incoming->depay == NULL)
    attach_incoming (self, incoming, pad);
  incoming_unref (incoming);
}

static void
detach_incoming (CvRtpSession *self, Incoming *incoming)
{
  GstElement *depay;
  GstElement *sink;

  g_mutex_lock (&self->mutex);
  depay = g_steal_pointer (&incoming->depay);
  sink = g_steal_pointer (&incoming->sink);
  g_mutex_unlock (&self->mutex);
  if (depay == NULL)
    return;
  gst_element_set_locked_state (depay, TRUE);
  gst_element_set_locked_state (sink, TRUE);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_state (depay, GST_STATE_NULL);
  gst_bin_remove_many (GST_BIN (self->pipeline), depay, sink, NULL);
  g_object_unref (depay);
  g_object_unref (sink);
}

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
  Incoming *incoming = lookup_incoming (data, ssrc);
  gboolean is_video = incoming != NULL && incoming->stream.rtx_ssrc != 0;

  g_object_set (buffer, "latency", CV_MEDIA_JITTER_MS, "do-lost", TRUE, "do-retransmission",
                is_video, "drop-on-latency", FALSE, "faststart-min-packets", 2, NULL);
  if (incoming != NULL)
    incoming_unref (incoming);
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
  g_autoptr (GstStructure) map = gst_structure_new_empty ("application/x-rtp-ssrc-map");
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->incoming);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    put_ssrc_pair (map, &((Incoming *)value)->stream);
  g_mutex_unlock (&self->mutex);
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
                CV_MEDIA_JITTER_MS, "rtcp-sync-send-time", FALSE, "autoremove", TRUE, "max-streams",
                MAX_INCOMING, NULL);
  gst_util_set_object_arg (G_OBJECT (self->rtpbin), "ntp-time-source", "ntp");
  g_signal_connect (self->rtpbin, "request-pt-map", G_CALLBACK (on_request_pt_map), self);
  g_signal_connect (self->rtpbin, "new-jitterbuffer", G_CALLBACK (on_new_jitter_buffer), self);
  g_signal_connect (self->rtpbin, "pad-added", G_CALLBACK (on_pad_added), self);
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
  self->incoming = g_hash_table_new_full (NULL, NULL, NULL, incoming_unref);
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
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
  g_clear_pointer (&self->incoming, g_hash_table_unref);
  g_clear_object (&self->internal);
  g_clear_object (&self->pipeline);
  g_clear_pointer (&self->port, cv_packet_port_unref);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* ---- What is expected ------------------------------------------------------------------------ */

static Incoming *
incoming_new (CvRtpSession *self, const CvMediaStream *stream)
{
  Incoming *incoming = g_new0 (Incoming, 1);

  g_atomic_ref_count_init (&incoming->refs);
  incoming->session = self;
  incoming->stream = *stream;
  return incoming;
}

gboolean
cv_rtp_session_expect (CvRtpSession *self, const CvMediaStream *stream)
{
  gpointer ssrc = GUINT_TO_POINTER (stream->ssrc);
  gpointer rtx_ssrc = GUINT_TO_POINTER (stream->rtx_ssrc);
  gboolean is_free;

  g_mutex_lock (&self->mutex);
  is_free = g_hash_table_size (self->incoming) < 2 * MAX_INCOMING && stream->ssrc != 0
            && stream->ssrc != stream->rtx_ssrc && !g_hash_table_contains (self->incoming, ssrc)
            && !(rtx_ssrc != NULL && g_hash_table_contains (self->incoming, rtx_ssrc));
  if (is_free) {
    g_hash_table_insert (self->incoming, ssrc, incoming_new (self, stream));
    if (rtx_ssrc != NULL) {
      CvMediaStream rtx = {.track = stream->track, .ssrc = stream->rtx_ssrc};

      g_hash_table_insert (self->incoming, rtx_ssrc, incoming_new (self, &rtx));
    }
  }
  g_mutex_unlock (&self->mutex);
  if (is_free)
    update_rtx_receive (self);
  return is_free;
}

void
cv_rtp_session_forget (CvRtpSession *self, guint32 ssrc)
{
  Incoming *incoming = lookup_incoming (self, ssrc);

  if (incoming == NULL)
    return;
  g_mutex_lock (&self->mutex);
  g_hash_table_remove (self->incoming, GUINT_TO_POINTER (ssrc));
  if (incoming->stream.rtx_ssrc != 0)
    g_hash_table_remove (self->incoming, GUINT_TO_POINTER (incoming->stream.rtx_ssrc));
  g_mutex_unlock (&self->mutex);
  update_rtx_receive (self);
  g_signal_emit_by_name (self->rtpbin, "clear-ssrc", 0, ssrc);
  detach_incoming (self, incoming);
  incoming_unref (incoming);
}

void
cv_rtp_session_request_key_frame (CvRtpSession *self, guint32 ssrc)
{
  Incoming *incoming = lookup_incoming (self, ssrc);
  GstElement *depay = NULL;
  g_autoptr (GstPad) pad = NULL;

  if (incoming == NULL)
    return;
  g_mutex_lock (&self->mutex);
  if (incoming->depay != NULL)
    depay = g_object_ref (incoming->depay);
  g_mutex_unlock (&self->mutex);
  incoming_unref (incoming);
  if (depay == NULL)
    return;
  pad = gst_element_get_static_pad (depay, "sink");
  gst_pad_push_event (pad,
                      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, FALSE, 0));
  g_object_unref (depay);
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
  sender =
      cv_rtp_sender_new (GST_BIN (self->pipeline), self->funnel, stream, on_key_frame_wanted, self);
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
  cv_rtp_sender_stop (sender);
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
  g_mutex_lock (&self->mutex);
  stats->refused_packets = self->refused + counts.refused + counts.overflowed;
  g_mutex_unlock (&self->mutex);
  g_object_get (self->rtx_send, "num-rtx-packets", &resent, NULL);
  stats->retransmitted_packets = resent;
  cv_rtp_stats_read_reports (self->internal, stats);
}
