/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The pipeline from the microphone to sealed frames. */
#include "media/audio-sender.h"

#include "media/cipher-element.h"
#include "media/clock.h"
#include "media/codecs.h"
#include "media/levels.h"
#include "media/source-slot.h"

#include <gst/app/gstappsink.h>

#define RATE_BPS 40000

/*  source-slot ─ queue(leaky) ─ audioconvert ─ audioresample ─ level ─ volume(mute) ─ tee
 *                                   valve ─ queue ─ opusenc ─ cipher-element ─ appsink ┘ */
struct CvAudioSender {
  GstElement *pipeline;
  GstElement *mute;
  GstElement *valve;
  GstElement *exit;
  GstElement *encoder; /* NULL until first started */
  guint watch_id;
  CvSourceSlot *slot;
  CvSenderEvents events;
  void (*level) (gpointer data, double level);
  gint n_frames; /* atomic */
};

static GstFlowReturn
on_sealed (GstAppSink *sink, gpointer data)
{
  CvAudioSender *self = data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);

  if (sample == NULL)
    return GST_FLOW_EOS;
  g_atomic_int_inc (&self->n_frames);
  self->events.sealed (self->events.data, CV_TRACK_MICROPHONE, gst_sample_get_buffer (sample));
  return GST_FLOW_OK;
}

static void
on_slot_failed (gpointer data, const GError *error)
{
  CvAudioSender *self = data;

  self->level (self->events.data, 0.0);
  self->events.failed (self->events.data, CV_MEDIA_AUDIO, error);
}

static void
on_error (CvAudioSender *self, GstMessage *message)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GError) error = NULL;

  if (!gst_object_has_as_ancestor (GST_MESSAGE_SRC (message), GST_OBJECT (self->pipeline)))
    return;
  gst_message_parse_error (message, &cause, NULL);
  error = g_error_new (CV_MEDIA_ERROR, CV_MEDIA_ERROR_FAILED, "microphone pipeline: %s",
                       cause->message);
  self->events.failed (self->events.data, CV_MEDIA_AUDIO, error);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  CvAudioSender *self = data;
  double decibels;

  if (cv_source_slot_handle (self->slot, message))
    return G_SOURCE_CONTINUE;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    on_error (self, message);
  else if (cv_levels_parse_message (message, &decibels) && cv_source_slot_is_running (self->slot))
    self->level (self->events.data, cv_levels_from_decibels (decibels));
  return G_SOURCE_CONTINUE;
}

static gboolean
build_head (CvAudioSender *self, GError **error)
{
  GstElement *pipeline = gst_parse_launch_full (
      "queue name=entry leaky=downstream max-size-buffers=0 max-size-bytes=0"
      " max-size-time=100000000 ! audioconvert ! audioresample"
      " ! audio/x-raw, format=S16LE, rate=48000, channels=1, layout=interleaved"
      " ! level interval=50000000 post-messages=true ! volume name=mute"
      " ! tee allow-not-linked=true ! valve name=valve drop=true"
      " ! queue name=exit leaky=downstream max-size-buffers=0 max-size-bytes=0"
      " max-size-time=100000000",
      NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);

  if (pipeline == NULL)
    return FALSE;
  self->pipeline = gst_object_ref_sink (pipeline);
  self->mute = gst_bin_get_by_name (GST_BIN (pipeline), "mute");
  self->valve = gst_bin_get_by_name (GST_BIN (pipeline), "valve");
  self->exit = gst_bin_get_by_name (GST_BIN (pipeline), "exit");
  return TRUE;
}

CvAudioSender *
cv_audio_sender_new (const char *name, const char *probe, const CvSenderEvents *events,
                     void (*level) (gpointer data, double level), GError **error)
{
  g_autoptr (CvAudioSender) self = g_new0 (CvAudioSender, 1);
  CvSourceSlotOptions options = {.name = name, .probe = probe, .failed = on_slot_failed};
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstElement) entry = NULL;

  self->events = *events;
  self->level = level;
  if (!build_head (self, error))
    return NULL;
  cv_media_clock_adopt (GST_PIPELINE (self->pipeline));
  entry = gst_bin_get_by_name (GST_BIN (self->pipeline), "entry");
  options.pipeline = self->pipeline;
  options.next = entry;
  options.data = self;
  self->slot = cv_source_slot_new (&options);
  bus = gst_pipeline_get_bus (GST_PIPELINE (self->pipeline));
  self->watch_id = gst_bus_add_watch (bus, on_message, self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  return g_steal_pointer (&self);
}

void
cv_audio_sender_free (CvAudioSender *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->watch_id, g_source_remove);
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_pointer (&self->slot, cv_source_slot_free);
  g_clear_object (&self->exit);
  g_clear_object (&self->valve);
  g_clear_object (&self->mute);
  g_clear_object (&self->pipeline);
  g_free (self);
}

CvSourceSlot *
cv_audio_sender_get_slot (CvAudioSender *self)
{
  return self->slot;
}

void
cv_audio_sender_set_muted (CvAudioSender *self, gboolean is_muted)
{
  g_object_set (self->mute, "mute", is_muted, NULL);
}

static void
build_tail (CvAudioSender *self, const CvFrameCipher *cipher)
{
  GstAppSinkCallbacks callbacks = {.new_sample = on_sealed};
  GstElement *encoder =
      cv_media_codecs_make_encoder (cv_media_codecs_get (CV_CODEC_OPUS), RATE_BPS, 1);
  GstElement *sealer = cv_cipher_element_new (cipher, CV_TRACK_MICROPHONE);
  GstElement *sink = gst_element_factory_make ("appsink", NULL);

  g_object_set (sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), encoder, sealer, sink, NULL);
  gst_element_link_many (self->exit, encoder, sealer, sink, NULL);
  gst_element_sync_state_with_parent (sink);
  gst_element_sync_state_with_parent (sealer);
  gst_element_sync_state_with_parent (encoder);
  self->encoder = encoder;
}

void
cv_audio_sender_start (CvAudioSender *self, const CvFrameCipher *cipher)
{
  g_return_if_fail (cipher != NULL);

  if (self->encoder == NULL)
    build_tail (self, cipher);
  g_object_set (self->valve, "drop", FALSE, NULL);
}

void
cv_audio_sender_stop (CvAudioSender *self)
{
  g_object_set (self->valve, "drop", TRUE, NULL);
}

guint64
cv_audio_sender_get_frames (CvAudioSender *self)
{
  return (guint)g_atomic_int_get (&self->n_frames);
}
