/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The table of expected streams, and a depayloader for each that has begun. */
#include "media/rtp-incoming.h"

#include "media/clock.h"
#include "media/frame-depay.h"
#include "media/rtcp-filter.h"

#include <gst/app/gstappsink.h>

#include <stdio.h>

#define MAX_STREAMS 512 /* with retransmission streams and those of people who left */
#define MAX_REPORTERS 32 /* SSRCs that only report: a receiver has one */

struct CvRtpIncoming {
  GstBin *bin;
  CvRtpSessionEvents events;
  gpointer data;

  GMutex mutex; /* what follows; never held across a callback or a push */
  GHashTable *streams; /* SSRC → Stream */
  GHashTable *reporters; /* set of SSRCs */
  guint64 n_refused;
};

typedef struct {
  gatomicrefcount refs;
  CvRtpIncoming *incoming;
  CvMediaStream stream;
  gboolean is_expected; /* FALSE: forgotten; stays until rtpbin has let go of its pad */
  gboolean has_pad;
  gboolean is_silent; /* rtpbin has heard nothing of it for long, and nothing came since */
  GstElement *depay; /* NULL until its first packet */
  GstElement *sink;
} Stream;

static Stream *
stream_ref (Stream *stream)
{
  g_atomic_ref_count_inc (&stream->refs);
  return stream;
}

static void
stream_unref (gpointer data)
{
  Stream *stream = data;

  if (!g_atomic_ref_count_dec (&stream->refs))
    return;
  g_clear_object (&stream->depay);
  g_clear_object (&stream->sink);
  g_free (stream);
}

static Stream *
lookup (CvRtpIncoming *self, guint32 ssrc)
{
  Stream *stream;

  g_mutex_lock (&self->mutex);
  stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));
  if (stream != NULL)
    stream_ref (stream);
  g_mutex_unlock (&self->mutex);
  return stream;
}

/* ---- Who may enter --------------------------------------------------------------------------- */

/* With the mutex held. */
static gboolean
is_expected (CvRtpIncoming *self, guint32 ssrc)
{
  const Stream *stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));

  return stream != NULL && stream->is_expected;
}

/* The same of what has just come. */
static gboolean
hear (CvRtpIncoming *self, guint32 ssrc)
{
  Stream *stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));

  if (stream == NULL || !stream->is_expected)
    return FALSE;
  stream->is_silent = FALSE;
  return TRUE;
}

static gboolean
may_report (gpointer data, guint32 ssrc, gboolean is_sender)
{
  CvRtpIncoming *self = data;

  if (hear (self, ssrc))
    return TRUE;
  if (is_sender)
    return FALSE;
  if (g_hash_table_size (self->reporters) < MAX_REPORTERS)
    g_hash_table_add (self->reporters, GUINT_TO_POINTER (ssrc));
  return g_hash_table_contains (self->reporters, GUINT_TO_POINTER (ssrc));
}

gboolean
cv_rtp_incoming_accept (CvRtpIncoming *self, CvSpan packet, gboolean is_rtcp)
{
  gboolean is_wanted;
  CvReader reader;
  guint8 version;
  guint32 ssrc;

  /* RFC 3550 §5.1, as much as is needed to know whose packet it is. */
  cv_reader_init (&reader, packet);
  version = cv_reader_u8 (&reader) >> 6;
  cv_reader_take (&reader, 7);
  ssrc = cv_reader_u32 (&reader);
  g_mutex_lock (&self->mutex);
  if (is_rtcp)
    is_wanted = cv_rtcp_filter_check (packet, may_report, self);
  else
    is_wanted = cv_reader_is_ok (&reader) && version == 2 && hear (self, ssrc);
  if (!is_wanted)
    self->n_refused++;
  g_mutex_unlock (&self->mutex);
  return is_wanted;
}

guint64
cv_rtp_incoming_get_refused (CvRtpIncoming *self)
{
  guint64 n_refused;

  g_mutex_lock (&self->mutex);
  n_refused = self->n_refused;
  g_mutex_unlock (&self->mutex);
  return n_refused;
}

gboolean
cv_rtp_incoming_note_silence (CvRtpIncoming *self, guint32 ssrc)
{
  Stream *stream;
  gboolean may_clear;

  g_mutex_lock (&self->mutex);
  stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));
  may_clear = !(stream != NULL && stream->is_expected)
              && !g_hash_table_contains (self->reporters, GUINT_TO_POINTER (ssrc));
  if (stream != NULL)
    stream->is_silent = TRUE;
  g_mutex_unlock (&self->mutex);
  return may_clear;
}

/* ---- From packets to frames ------------------------------------------------------------------ */

static GstFlowReturn
on_sealed_frame (GstAppSink *sink, gpointer data)
{
  Stream *stream = data;
  CvRtpIncoming *self = stream->incoming;
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
  self->events.received (self->data, stream->stream.ssrc, cv_span (map.data, map.size),
                         running_time, GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_CORRUPTED));
  gst_buffer_unmap (buffer, &map);
  return GST_FLOW_OK;
}

static GstElement *
make_depay (CvRtpIncoming *self, Stream *stream)
{
  GstAppSinkCallbacks callbacks = {.new_sample = on_sealed_frame};
  GstElement *depay = cv_frame_depay_new ();
  GstElement *sink = gst_element_factory_make ("appsink", NULL);

  g_object_set (sink, "sync", FALSE, "async", FALSE, "max-buffers", 4, "drop", FALSE,
                "enable-last-sample", FALSE, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, stream_ref (stream), stream_unref);
  gst_bin_add_many (self->bin, depay, sink, NULL);
  gst_element_link (depay, sink);
  gst_element_sync_state_with_parent (sink);
  gst_element_sync_state_with_parent (depay);
  g_mutex_lock (&self->mutex);
  stream->depay = g_object_ref (depay);
  stream->sink = g_object_ref (sink);
  g_mutex_unlock (&self->mutex);
  return depay;
}

/* rtpbin takes a pad away when nothing came for long, and makes a new one when it goes on: it is
 * linked to the same elements again. A second payload type on the same SSRC is none of ours. */
static void
attach (CvRtpIncoming *self, Stream *stream, GstPad *pad)
{
  g_autoptr (GstPad) sink_pad = NULL;
  GstElement *depay = stream->depay;

  if (depay == NULL)
    depay = make_depay (self, stream);
  sink_pad = gst_element_get_static_pad (depay, "sink");
  if (gst_pad_is_linked (sink_pad))
    return;
  gst_pad_link (pad, sink_pad);
  g_mutex_lock (&self->mutex);
  stream->has_pad = TRUE;
  g_mutex_unlock (&self->mutex);
}

static void
detach (CvRtpIncoming *self, Stream *stream)
{
  GstElement *depay;
  GstElement *sink;

  g_mutex_lock (&self->mutex);
  depay = g_steal_pointer (&stream->depay);
  sink = g_steal_pointer (&stream->sink);
  g_mutex_unlock (&self->mutex);
  if (depay == NULL)
    return;
  gst_element_set_locked_state (depay, TRUE);
  gst_element_set_locked_state (sink, TRUE);
  gst_element_set_state (sink, GST_STATE_NULL);
  gst_element_set_state (depay, GST_STATE_NULL);
  gst_bin_remove_many (self->bin, depay, sink, NULL);
  g_object_unref (depay);
  g_object_unref (sink);
}

/* The stream of one of rtpbin's pads, full. */
static Stream *
lookup_pad (CvRtpIncoming *self, GstPad *pad)
{
  guint session_id;
  guint ssrc;
  guint pt;

  if (sscanf (GST_PAD_NAME (pad), "recv_rtp_src_%u_%u_%u", &session_id, &ssrc, &pt) != 3)
    return NULL;
  return lookup (self, ssrc);
}

void
cv_rtp_incoming_pad_added (CvRtpIncoming *self, GstPad *pad)
{
  Stream *stream = lookup_pad (self, pad);

  if (stream == NULL)
    return;
  attach (self, stream, pad);
  stream_unref (stream);
}

void
cv_rtp_incoming_pad_removed (CvRtpIncoming *self, GstPad *pad)
{
  Stream *stream = lookup_pad (self, pad);

  if (stream == NULL)
    return;
  g_mutex_lock (&self->mutex);
  stream->has_pad = FALSE;
  g_mutex_unlock (&self->mutex);
  stream_unref (stream);
}

/* ---- What is expected ------------------------------------------------------------------------ */

CvRtpIncoming *
cv_rtp_incoming_new (GstBin *bin, const CvRtpSessionEvents *events, gpointer data)
{
  CvRtpIncoming *self = g_new0 (CvRtpIncoming, 1);

  self->bin = bin;
  self->events = *events;
  self->data = data;
  g_mutex_init (&self->mutex);
  self->streams = g_hash_table_new_full (NULL, NULL, NULL, stream_unref);
  self->reporters = g_hash_table_new (NULL, NULL);
  return self;
}

/* Takes out what `all` or nobody needs. Asking rtpbin to forget an SSRC races with packets that are
 * inside of it: so a forgotten one's packets are refused, rtpbin is asked when it has been silent
 * for long, and this cleans up behind. */
static void
reap (CvRtpIncoming *self, gboolean all)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (stream_unref);
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Stream *stream = value;

    if (!all && (stream->is_expected || stream->has_pad))
      continue;
    g_ptr_array_add (gone, stream_ref (stream));
    g_hash_table_iter_remove (&iter);
  }
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < gone->len; i++)
    detach (self, g_ptr_array_index (gone, i));
}

void
cv_rtp_incoming_free (CvRtpIncoming *self)
{
  if (self == NULL)
    return;
  reap (self, TRUE);
  g_clear_pointer (&self->reporters, g_hash_table_unref);
  g_clear_pointer (&self->streams, g_hash_table_unref);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
add (CvRtpIncoming *self, CvTrack track, guint32 ssrc, guint32 rtx_ssrc)
{
  Stream *stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));

  if (stream == NULL) {
    stream = g_new0 (Stream, 1);
    g_atomic_ref_count_init (&stream->refs);
    stream->incoming = self;
    g_hash_table_insert (self->streams, GUINT_TO_POINTER (ssrc), stream);
  }
  stream->is_expected = TRUE;
  stream->stream = (CvMediaStream){track, ssrc, rtx_ssrc};
}

gboolean
cv_rtp_incoming_expect (CvRtpIncoming *self, const CvMediaStream *stream)
{
  gboolean is_free;

  reap (self, FALSE);
  g_mutex_lock (&self->mutex);
  is_free = g_hash_table_size (self->streams) + 2 <= MAX_STREAMS && stream->ssrc != 0
            && stream->ssrc != stream->rtx_ssrc && !is_expected (self, stream->ssrc)
            && !is_expected (self, stream->rtx_ssrc);
  if (is_free) {
    add (self, stream->track, stream->ssrc, stream->rtx_ssrc);
    if (stream->rtx_ssrc != 0)
      add (self, stream->track, stream->rtx_ssrc, 0);
  }
  g_mutex_unlock (&self->mutex);
  return is_free;
}

gboolean
cv_rtp_incoming_forget (CvRtpIncoming *self, guint32 ssrc)
{
  Stream *stream;
  Stream *rtx = NULL;
  gboolean is_silent = FALSE;

  g_mutex_lock (&self->mutex);
  stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));
  if (stream != NULL) {
    stream->is_expected = FALSE;
    is_silent = stream->is_silent;
    rtx = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (stream->stream.rtx_ssrc));
  }
  if (rtx != NULL)
    rtx->is_expected = FALSE;
  g_mutex_unlock (&self->mutex);
  reap (self, FALSE);
  return is_silent;
}

GstStructure *
cv_rtp_incoming_dup_rtx_map (CvRtpIncoming *self)
{
  GstStructure *map = gst_structure_new_empty ("application/x-rtp-ssrc-map");
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Stream *stream = value;
    g_autofree char *name = g_strdup_printf ("%u", stream->stream.ssrc);

    if (stream->is_expected && stream->stream.rtx_ssrc != 0)
      gst_structure_set (map, name, G_TYPE_UINT, stream->stream.rtx_ssrc, NULL);
  }
  g_mutex_unlock (&self->mutex);
  return map;
}

gboolean
cv_rtp_incoming_has_rtx (CvRtpIncoming *self, guint32 ssrc)
{
  const Stream *stream;
  gboolean has_rtx;

  g_mutex_lock (&self->mutex);
  stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));
  has_rtx = stream != NULL && stream->stream.rtx_ssrc != 0;
  g_mutex_unlock (&self->mutex);
  return has_rtx;
}

GstPad *
cv_rtp_incoming_dup_pad (CvRtpIncoming *self, guint32 ssrc)
{
  const Stream *stream;
  GstPad *pad = NULL;

  g_mutex_lock (&self->mutex);
  stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));
  if (stream != NULL && stream->depay != NULL)
    pad = gst_element_get_static_pad (stream->depay, "sink");
  g_mutex_unlock (&self->mutex);
  return pad;
}
