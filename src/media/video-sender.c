/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The pipeline from the camera to sealed frames. */
#include "media/video-sender.h"

#include "media/cipher-element.h"
#include "media/clock.h"
#include "media/codecs.h"
#include "media/source-slot.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#define KEY_FRAME_INTERVAL_US (300 * 1000)
#define FIRST_LAYER CV_TRACK_CAMERA_LOW
#define N_LAYERS 3

/* Heights of the layers; widths follow the camera's shape. */
typedef struct {
  int width;
  int height;
  guint rate_bps;
  guint min_bps;
  guint max_bps;
  guint threads;
} LayerRow;

static const LayerRow rows[N_LAYERS] = {
    {640, 360, 500000, 100000, 900000, 1},
    {1280, 720, 1500000, 400000, 2500000, 2},
    {1920, 1080, 3000000, 800000, 5000000, 4},
};

typedef struct {
  CvVideoSender *sender;
  CvTrack track;
  GstElement *valve; /* NULL until the layer is first started */
  GstElement *encoder;
  gboolean is_running;
  gint n_frames; /* atomic */
  gint64 asked_us; /* under the sender's mutex */
} Layer;

/*  source-slot ─ queue(leaky) ─ videoconvert ─ videorate ─ I420 ─ tee ┬ queue ─ gtk4paintablesink
 *         layer: ┬ valve ─ queue(leaky) ─ videoscale ─ size ─ encoder ┴ cipher-element ─ appsink
 *  A valve is shut while nobody asks for its layer: nothing behind it runs. */
struct CvVideoSender {
  GstElement *pipeline;
  GstElement *entry;
  GstElement *tee;
  GstElement *preview;
  GObject *paintable;
  guint watch_id;
  CvSourceSlot *slot;
  CvSenderEvents events;
  GMutex mutex;
  Layer layers[N_LAYERS];
};

static Layer *
get_layer (CvVideoSender *self, CvTrack track)
{
  if (track < FIRST_LAYER || track >= FIRST_LAYER + N_LAYERS)
    return NULL;
  return &self->layers[track - FIRST_LAYER];
}

static GstFlowReturn
on_sealed (GstAppSink *sink, gpointer data)
{
  Layer *layer = data;
  CvVideoSender *self = layer->sender;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);

  if (sample == NULL)
    return GST_FLOW_EOS;
  g_atomic_int_inc (&layer->n_frames);
  self->events.sealed (self->events.data, layer->track, gst_sample_get_buffer (sample));
  return GST_FLOW_OK;
}

static void
on_slot_failed (gpointer data, const GError *error)
{
  CvVideoSender *self = data;

  self->events.failed (self->events.data, CV_MEDIA_CAMERA, error);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  CvVideoSender *self = data;
  g_autoptr (GError) cause = NULL;
  g_autoptr (GError) error = NULL;

  if (cv_source_slot_handle (self->slot, message)
      || GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    return G_SOURCE_CONTINUE;
  /* A source that was just taken out may still have something on the bus. */
  if (!gst_object_has_as_ancestor (GST_MESSAGE_SRC (message), GST_OBJECT (self->pipeline)))
    return G_SOURCE_CONTINUE;
  gst_message_parse_error (message, &cause, NULL);
  error =
      g_error_new (CV_MEDIA_ERROR, CV_MEDIA_ERROR_FAILED, "camera pipeline: %s", cause->message);
  self->events.failed (self->events.data, CV_MEDIA_CAMERA, error);
  return G_SOURCE_CONTINUE;
}

static GstElement *
make_head (GstElement **entry, GstElement **tee, GError **error)
{
  GstElement *pipeline = gst_parse_launch_full (
      "queue name=entry leaky=downstream max-size-buffers=2 max-size-bytes=0 max-size-time=0"
      " ! videoconvert ! videorate drop-only=true max-rate=30 skip-to-first=true"
      " ! video/x-raw, format=I420 ! tee name=tee allow-not-linked=true",
      NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);

  if (pipeline == NULL)
    return NULL;
  *entry = gst_bin_get_by_name (GST_BIN (pipeline), "entry");
  *tee = gst_bin_get_by_name (GST_BIN (pipeline), "tee");
  return gst_object_ref_sink (pipeline);
}

static gboolean
add_preview (CvVideoSender *self, GError **error)
{
  GstElement *queue = gst_element_factory_make ("queue", NULL);
  GstElement *convert = gst_element_factory_make ("videoconvert", NULL);
  GstElement *sink = gst_element_factory_make ("gtk4paintablesink", NULL);

  if (sink == NULL) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_PLUGIN, "expected gtk4paintablesink");
    g_object_unref (gst_object_ref_sink (queue));
    g_object_unref (gst_object_ref_sink (convert));
    return FALSE;
  }
  gst_util_set_object_arg (G_OBJECT (queue), "leaky", "downstream");
  g_object_set (queue, "max-size-buffers", 1, NULL);
  g_object_set (sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  g_object_get (sink, "paintable", &self->paintable, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), queue, convert, sink, NULL);
  self->preview = sink;
  return gst_element_link_many (self->tee, queue, convert, sink, NULL);
}

CvVideoSender *
cv_video_sender_new (const char *name, gboolean has_preview, const CvSenderEvents *events,
                     GError **error)
{
  g_autoptr (CvVideoSender) self = g_new0 (CvVideoSender, 1);
  CvSourceSlotOptions options = {.is_video = TRUE, .name = name, .failed = on_slot_failed};
  g_autoptr (GstBus) bus = NULL;

  g_mutex_init (&self->mutex);
  self->events = *events;
  for (guint i = 0; i < N_LAYERS; i++)
    self->layers[i] = (Layer){.sender = self, .track = FIRST_LAYER + i};
  self->pipeline = make_head (&self->entry, &self->tee, error);
  if (self->pipeline == NULL || (has_preview && !add_preview (self, error)))
    return NULL;
  cv_media_clock_adopt (GST_PIPELINE (self->pipeline));
  options.pipeline = self->pipeline;
  options.next = self->entry;
  options.data = self;
  self->slot = cv_source_slot_new (&options);
  bus = gst_pipeline_get_bus (GST_PIPELINE (self->pipeline));
  self->watch_id = gst_bus_add_watch (bus, on_message, self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  return g_steal_pointer (&self);
}

void
cv_video_sender_free (CvVideoSender *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->watch_id, g_source_remove);
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_pointer (&self->slot, cv_source_slot_free);
  for (guint i = 0; i < N_LAYERS; i++) {
    g_clear_object (&self->layers[i].valve);
    g_clear_object (&self->layers[i].encoder);
  }
  g_clear_object (&self->paintable);
  g_clear_object (&self->tee);
  g_clear_object (&self->entry);
  g_clear_object (&self->pipeline);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

CvSourceSlot *
cv_video_sender_get_slot (CvVideoSender *self)
{
  return self->slot;
}

GObject *
cv_video_sender_get_preview (CvVideoSender *self)
{
  return self->paintable;
}

/* ---- Layers ---------------------------------------------------------------------------------- */

static GstElement *
make_scaler (const LayerRow *row)
{
  g_autofree char *description = g_strdup_printf (
      "valve name=valve drop=true ! queue leaky=downstream max-size-buffers=2 max-size-bytes=0"
      " max-size-time=0 ! videoscale n-threads=1"
      " ! capsfilter caps=\"video/x-raw, width=(int)[ 16, %d ], height=(int)%d,"
      " pixel-aspect-ratio=1/1\"",
      row->width, row->height);

  return gst_parse_bin_from_description (description, TRUE, NULL);
}

static void
build_layer (CvVideoSender *self, Layer *layer, const CvFrameCipher *cipher)
{
  const LayerRow *row = &rows[layer->track - FIRST_LAYER];
  GstAppSinkCallbacks callbacks = {.new_sample = on_sealed};
  GstElement *scaler = make_scaler (row);
  GstElement *encoder = cv_media_codecs_make_encoder (cv_media_codecs_get (CV_CODEC_VP8),
                                                      row->rate_bps, row->threads);
  GstElement *sealer = cv_cipher_element_new (cipher, layer->track);
  GstElement *sink = gst_element_factory_make ("appsink", NULL);

  g_object_set (sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, layer, NULL);
  layer->valve = gst_bin_get_by_name (GST_BIN (scaler), "valve");
  g_mutex_lock (&self->mutex);
  layer->encoder = g_object_ref (encoder);
  g_mutex_unlock (&self->mutex);
  gst_bin_add_many (GST_BIN (self->pipeline), scaler, encoder, sealer, sink, NULL);
  gst_element_link_many (scaler, encoder, sealer, sink, NULL);
  gst_element_sync_state_with_parent (sink);
  gst_element_sync_state_with_parent (sealer);
  gst_element_sync_state_with_parent (encoder);
  gst_element_sync_state_with_parent (scaler);
  gst_element_link (self->tee, scaler);
}

/* The source need not be larger than the largest layer that runs. */
static void
fit_source (CvVideoSender *self)
{
  guint largest = 0;

  for (guint i = 0; i < N_LAYERS; i++) {
    if (self->layers[i].is_running)
      largest = i;
  }
  cv_source_slot_set_size (self->slot, rows[largest].width, rows[largest].height);
}

void
cv_video_sender_start_layer (CvVideoSender *self, CvTrack track, const CvFrameCipher *cipher)
{
  Layer *layer = get_layer (self, track);

  g_return_if_fail (layer != NULL);
  g_return_if_fail (cipher != NULL);

  if (layer->is_running)
    return;
  if (layer->valve == NULL)
    build_layer (self, layer, cipher);
  layer->is_running = TRUE;
  fit_source (self);
  g_object_set (layer->valve, "drop", FALSE, NULL);
  cv_video_sender_request_key_frame (self, track);
}

void
cv_video_sender_stop_layer (CvVideoSender *self, CvTrack track)
{
  Layer *layer = get_layer (self, track);

  g_return_if_fail (layer != NULL);

  if (!layer->is_running)
    return;
  layer->is_running = FALSE;
  g_object_set (layer->valve, "drop", TRUE, NULL);
  fit_source (self);
}

gboolean
cv_video_sender_has_layer (CvVideoSender *self, CvTrack track)
{
  Layer *layer = get_layer (self, track);

  return layer != NULL && layer->is_running;
}

void
cv_video_sender_set_bitrate (CvVideoSender *self, CvTrack track, guint rate_bps)
{
  Layer *layer = get_layer (self, track);
  const LayerRow *row;

  g_return_if_fail (layer != NULL);

  row = &rows[track - FIRST_LAYER];
  if (layer->encoder != NULL)
    g_object_set (layer->encoder, cv_media_codecs_get (CV_CODEC_VP8)->encoder_rate_property,
                  (gint)CLAMP (rate_bps, row->min_bps, row->max_bps), NULL);
}

guint64
cv_video_sender_get_frames (CvVideoSender *self, CvTrack track)
{
  Layer *layer = get_layer (self, track);

  return layer != NULL ? (guint)g_atomic_int_get (&layer->n_frames) : 0;
}

void
cv_video_sender_request_key_frame (CvVideoSender *self, CvTrack track)
{
  Layer *layer = get_layer (self, track);
  gint64 now_us = g_get_monotonic_time ();
  GstElement *encoder = NULL;

  if (layer == NULL)
    return;
  g_mutex_lock (&self->mutex);
  if (layer->encoder != NULL && now_us - layer->asked_us >= KEY_FRAME_INTERVAL_US) {
    layer->asked_us = now_us;
    encoder = g_object_ref (layer->encoder);
  }
  g_mutex_unlock (&self->mutex);
  if (encoder == NULL)
    return;
  gst_element_send_event (
      encoder, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, FALSE, 0));
  g_object_unref (encoder);
}
