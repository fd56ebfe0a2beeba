/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Decoder and video sink of one picture. */
#include "media/video-view.h"

#include "media/clock.h"
#include "media/codecs.h"

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#define MAX_QUEUED_FRAMES 30
#define N_TIMES 64
#define SNAPSHOT_TIMEOUT (2 * GST_SECOND)

typedef struct {
  GstClockTime pts;
  guint64 capture_us;
} FrameTime;

/*  appsrc ─ decoder ─ queue ─ (videoconvert ─ gtk4paintablesink | fakesink) */
struct CvVideoView {
  GstElement *pipeline;
  GstElement *source;
  GstElement *sink;
  GObject *paintable;
  const CvMediaCodec *codec;
  guint watch_id;
  CvVideoViewEvents events;
  gpointer data;

  GMutex mutex; /* what follows */
  FrameTime times[N_TIMES]; /* of frames on their way through the decoder */
  guint next_time;
};

static guint64
find_capture_time (CvVideoView *self, GstClockTime pts)
{
  guint64 capture_us = 0;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < N_TIMES; i++) {
    if (self->times[i].pts == pts && self->times[i].capture_us != 0)
      capture_us = self->times[i].capture_us;
  }
  g_mutex_unlock (&self->mutex);
  return capture_us;
}

static void
report_latency (CvVideoView *self, GstBuffer *picture)
{
  guint64 capture_us = find_capture_time (self, GST_BUFFER_PTS (picture));
  guint64 shown_us =
      cv_media_clock_wall_us (GST_BUFFER_PTS (picture) + CV_MEDIA_PLAYOUT_MS * GST_MSECOND);

  if (capture_us == 0)
    return;
  shown_us = MAX (shown_us, (guint64)g_get_real_time ());
  self->events.presented (self->data, ((double)shown_us - (double)capture_us) / 1000.0);
}

static GstPadProbeReturn
on_sink_data (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  CvVideoView *self = data;
  GstEvent *event;
  GstCaps *caps;
  GstVideoInfo video;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    report_latency (self, GST_PAD_PROBE_INFO_BUFFER (info));
    return GST_PAD_PROBE_OK;
  }
  event = GST_PAD_PROBE_INFO_EVENT (info);
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    if (gst_video_info_from_caps (&video, caps))
      self->events.dimensions (self->data, GST_VIDEO_INFO_WIDTH (&video),
                               GST_VIDEO_INFO_HEIGHT (&video));
  }
  return GST_PAD_PROBE_OK;
}

/* The decoder asks for a key frame by itself when it stumbles over a frame. */
static GstPadProbeReturn
on_decoder_event (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  CvVideoView *self = data;

  if (gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    self->events.broken (self->data);
  return GST_PAD_PROBE_OK;
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  CvVideoView *self = data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return G_SOURCE_CONTINUE;
  /* A peer can send anything inside its sealed frames: start over and wait for a key frame. */
  gst_message_parse_error (message, &error, NULL);
  g_info ("a received picture could not be decoded: %s", error->message);
  gst_element_set_state (self->pipeline, GST_STATE_READY);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  self->events.broken (self->data);
  return G_SOURCE_CONTINUE;
}

static GstElement *
make_sink (CvVideoView *self, CvMediaPictures pictures, GError **error)
{
  gboolean is_headless = pictures == CV_MEDIA_PICTURES_HEADLESS;
  const char *name = is_headless ? "fakesink" : "gtk4paintablesink";
  GstElement *sink = gst_element_factory_make (name, NULL);
  g_autoptr (GstPad) pad = NULL;

  if (sink == NULL) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_PLUGIN, "expected the element %s", name);
    return NULL;
  }
  /* Late pictures are shown late rather than never: on a busy computer all are. */
  g_object_set (sink, "sync", TRUE, "async", FALSE, "qos", FALSE, "max-lateness", (gint64)-1,
                "enable-last-sample", is_headless, NULL);
  if (!is_headless)
    g_object_get (sink, "paintable", &self->paintable, NULL);
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                     on_sink_data, self, NULL);
  return sink;
}

static GstElement *
make_source (CvVideoView *self)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (self->codec->caps);
  GstElement *source = gst_element_factory_make ("appsrc", NULL);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  g_object_set (source, "is-live", TRUE, "format", GST_FORMAT_TIME, "caps", caps, "max-buffers",
                (guint64)0, "max-bytes", (guint64)0, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_decoder_event, self, NULL);
  return source;
}

static gboolean
build (CvVideoView *self, CvMediaPictures pictures, GError **error)
{
  GstElement *decoder = cv_media_codecs_make_decoder (self->codec);
  GstElement *queue = gst_element_factory_make ("queue", NULL);
  GstElement *convert = gst_element_factory_make (
      pictures == CV_MEDIA_PICTURES_HEADLESS ? "identity" : "videoconvert", NULL);

  gst_bin_add_many (GST_BIN (self->pipeline), queue, convert, NULL);
  if (decoder == NULL) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_PLUGIN, "expected a decoder for %s",
                 self->codec->name);
    return FALSE;
  }
  gst_bin_add (GST_BIN (self->pipeline), decoder);
  self->sink = make_sink (self, pictures, error);
  if (self->sink == NULL)
    return FALSE;
  self->source = make_source (self);
  gst_bin_add_many (GST_BIN (self->pipeline), self->source, self->sink, NULL);
  g_object_set (queue, "max-size-buffers", 4, "max-size-bytes", 0, "max-size-time", (guint64)0,
                NULL);
  return gst_element_link_many (self->source, decoder, queue, convert, self->sink, NULL);
}

CvVideoView *
cv_video_view_new (CvMediaPictures pictures, CvCodec codec, const CvVideoViewEvents *events,
                   gpointer data, GError **error)
{
  CvVideoView *self = g_new0 (CvVideoView, 1);
  g_autoptr (GstBus) bus = NULL;

  g_mutex_init (&self->mutex);
  self->events = *events;
  self->data = data;
  self->codec = cv_media_codecs_get (codec);
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  if (self->codec == NULL || !self->codec->is_video) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_PLUGIN, "no picture codec %d", (int)codec);
    cv_video_view_free (self);
    return NULL;
  }
  if (!build (self, pictures, error)) {
    cv_video_view_free (self);
    return NULL;
  }
  cv_media_clock_adopt (GST_PIPELINE (self->pipeline));
  gst_pipeline_set_latency (GST_PIPELINE (self->pipeline), CV_MEDIA_PLAYOUT_MS * GST_MSECOND);
  bus = gst_pipeline_get_bus (GST_PIPELINE (self->pipeline));
  self->watch_id = gst_bus_add_watch (bus, on_message, self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  return self;
}

void
cv_video_view_free (CvVideoView *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->watch_id, g_source_remove);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_object (&self->paintable);
  g_clear_object (&self->pipeline);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

CvCodec
cv_video_view_get_codec (CvVideoView *self)
{
  return self->codec->codec;
}

GObject *
cv_video_view_get_paintable (CvVideoView *self)
{
  return self->paintable;
}

gboolean
cv_video_view_snapshot (CvVideoView *self, const char *path, GError **error)
{
  g_autoptr (GstSample) sample = NULL;
  g_autoptr (GstSample) png = NULL;
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("image/png");
  GstMapInfo map;
  gboolean is_written;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (self->sink), "last-sample") != NULL)
    g_object_get (self->sink, "last-sample", &sample, NULL);
  if (sample == NULL) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_FAILED, "no picture was decoded yet");
    return FALSE;
  }
  png = gst_video_convert_sample (sample, caps, SNAPSHOT_TIMEOUT, error);
  if (png == NULL)
    return FALSE;
  if (!gst_buffer_map (gst_sample_get_buffer (png), &map, GST_MAP_READ)) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_FAILED, "cannot read the picture");
    return FALSE;
  }
  is_written = g_file_set_contents (path, (const char *)map.data, (gssize)map.size, error);
  gst_buffer_unmap (gst_sample_get_buffer (png), &map);
  return is_written;
}

gboolean
cv_video_view_push (CvVideoView *self, const CvFrameInfo *info, GBytes *frame,
                    GstClockTime running_time)
{
  GstBuffer *buffer;

  if (gst_app_src_get_current_level_buffers (GST_APP_SRC (self->source)) >= MAX_QUEUED_FRAMES)
    return FALSE;
  buffer = gst_buffer_new_wrapped_bytes (frame);
  GST_BUFFER_PTS (buffer) = running_time;
  if (!info->is_key_frame)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  g_mutex_lock (&self->mutex);
  self->times[self->next_time] = (FrameTime){running_time, info->capture_time_us};
  self->next_time = (self->next_time + 1) % N_TIMES;
  g_mutex_unlock (&self->mutex);
  return gst_app_src_push_buffer (GST_APP_SRC (self->source), buffer) == GST_FLOW_OK;
}
