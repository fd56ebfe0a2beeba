/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* appsrc ─ frame-pay ─ rtpfunnel, for one SSRC. Key-frame requests of the peer come back against
 * the stream and end here. */
#include "media/rtp-sender.h"

#include "media/frame-pay.h"

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#define MAX_QUEUED_FRAMES 32
/* A jitter buffer gives the packet up that it expects next when a stream stops. It would throw that
 * one away when it comes after all, and the key frame with it that the stream goes on with. */
#define SKIPPED 8

struct CvRtpSender {
  gatomicrefcount refs;
  CvMediaStream stream;
  CvRtpSenderWanted wanted;
  gpointer data;
  GstBin *bin;
  GstElement *funnel;
  GstElement *source;
  GstElement *pay;
  GstPad *funnel_pad;
};

static GstPadProbeReturn
on_event_from_peer (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  CvRtpSender *self = data;

  if (!gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    return GST_PAD_PROBE_OK;
  self->wanted (self->data, self->stream.track);
  return GST_PAD_PROBE_DROP;
}

static GstElement *
make_source (CvRtpSender *self)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (CV_SEALED_CAPS);
  GstElement *source = gst_element_factory_make ("appsrc", NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  g_object_set (source, "is-live", TRUE, "format", GST_FORMAT_TIME, "caps", caps, "max-buffers",
                (guint64)MAX_QUEUED_FRAMES, "max-bytes", (guint64)0, "leaky-type",
                GST_APP_LEAKY_TYPE_DOWNSTREAM, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_event_from_peer, self, NULL);
  return source;
}

static void
follow_trail (CvRtpSender *self, const CvRtpSenderTrail *trail)
{
  gboolean is_same = trail->ssrc == self->stream.ssrc;
  guint32 timestamp_offset = is_same ? trail->timestamp_offset : g_random_int ();
  /* RFC 3711 §3.3.1: not near the wrap, so that a lost first packet leaves the count clear. */
  guint16 seq = is_same ? trail->next_seq : (guint16)(g_random_int () & 0x7fff);

  g_object_set (self->pay, "timestamp-offset", timestamp_offset, "seqnum-offset", (gint)seq, NULL);
}

CvRtpSender *
cv_rtp_sender_new (GstBin *bin, GstElement *funnel, const CvMediaStream *stream,
                   const CvRtpSenderTrail *trail, CvRtpSenderWanted wanted, gpointer data)
{
  CvRtpSender *self = g_new0 (CvRtpSender, 1);
  gboolean is_audio = cv_media_kind_is_audio (cv_media_kind_of_track (stream->track));
  g_autoptr (GstPad) src_pad = NULL;

  g_atomic_ref_count_init (&self->refs);
  self->stream = *stream;
  self->wanted = wanted;
  self->data = data;
  self->bin = bin;
  self->funnel = funnel;
  self->source = g_object_ref_sink (make_source (self));
  self->pay =
      cv_frame_pay_new (!is_audio, is_audio ? CV_MEDIA_PT_AUDIO : CV_MEDIA_PT_VIDEO, stream->ssrc,
                        is_audio ? CV_MEDIA_CLOCK_RATE_AUDIO : CV_MEDIA_CLOCK_RATE_VIDEO);
  follow_trail (self, trail);
  gst_element_set_locked_state (self->source, TRUE);
  gst_element_set_locked_state (self->pay, TRUE);
  gst_bin_add_many (bin, self->source, self->pay, NULL);
  gst_element_link (self->source, self->pay);
  self->funnel_pad = gst_element_request_pad_simple (funnel, "sink_%u");
  src_pad = gst_element_get_static_pad (self->pay, "src");
  gst_pad_link (src_pad, self->funnel_pad);
  return self;
}

CvRtpSender *
cv_rtp_sender_ref (CvRtpSender *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
cv_rtp_sender_unref (CvRtpSender *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_object (&self->source);
  g_free (self);
}

void
cv_rtp_sender_start (CvRtpSender *self)
{
  gst_element_set_locked_state (self->source, FALSE);
  gst_element_set_locked_state (self->pay, FALSE);
  gst_element_sync_state_with_parent (self->pay);
  gst_element_sync_state_with_parent (self->source);
}

void
cv_rtp_sender_stop (CvRtpSender *self, CvRtpSenderTrail *trail)
{
  guint seq = 0;
  guint timestamp_offset = 0;

  gst_element_set_locked_state (self->source, TRUE);
  gst_element_set_locked_state (self->pay, TRUE);
  gst_element_set_state (self->source, GST_STATE_NULL);
  g_object_get (self->pay, "seqnum", &seq, "timestamp-offset", &timestamp_offset, NULL);
  *trail = (CvRtpSenderTrail){self->stream.ssrc, timestamp_offset, (guint16)(seq + 1 + SKIPPED)};
  gst_element_set_state (self->pay, GST_STATE_NULL);
  gst_element_release_request_pad (self->funnel, self->funnel_pad);
  g_clear_object (&self->funnel_pad);
  gst_bin_remove_many (self->bin, self->source, self->pay, NULL);
  self->pay = NULL;
}

void
cv_rtp_sender_push (CvRtpSender *self, GstBuffer *sealed)
{
  gst_app_src_push_buffer (GST_APP_SRC (self->source), gst_buffer_ref (sealed));
}

const CvMediaStream *
cv_rtp_sender_get_stream (CvRtpSender *self)
{
  return &self->stream;
}
