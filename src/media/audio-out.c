/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Mixer and speaker. */
#include "media/audio-out.h"

#include "media/clock.h"
#include "media/codecs.h"
#include "media/devices.h"
#include "media/levels.h"

#include <gst/app/gstappsrc.h>

#define FORMAT "audio/x-raw, format=S16LE, rate=48000, channels=1, layout=interleaved"
#define MAX_QUEUED_FRAMES 25 /* half a second */
#define FRAME_TIME (20 * GST_MSECOND)
#define MAX_CONCEALED (120 * GST_MSECOND)

/*  voice: appsrc ─ opusdec ─ convert ─ level ─ volume ┐
 *  voice: appsrc ─ opusdec ─ convert ─ level ─ volume ┴ audiomixer ─ webrtcechoprobe ─ speaker
 *  What nobody hears has no echo: silent ones have no probe.
 *  The mixer runs without voices too: the echo canceller and the sound card want a steady flow. */
struct CvAudioOut {
  GstElement *pipeline;
  GstElement *mixer;
  GstElement *exit; /* what the speaker is linked to */
  GstElement *speaker;
  char *probe;
  char *device_id;
  gboolean is_silent;
  gboolean has_speaker; /* FALSE: what is linked plays to nowhere */
  guint watch_id;
  GPtrArray *voices; /* borrowed */
  void (*failed) (gpointer data, const GError *error);
  gpointer data;
};

struct CvVoice {
  GstElement *bin;
  GstElement *source;
  GstElement *level_element;
  GstElement *volume;
  GstPad *mixer_pad;
  void (*level) (gpointer data, double level);
  gpointer data;

  GMutex mutex;
  GstClockTime expected; /* running time of the next frame */
};

/* ---- Speaker --------------------------------------------------------------------------------- */

static GstElement *
make_silence (void)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  g_object_set (sink, "sync", TRUE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  return sink;
}

static void
shorten_periods (GstElement *speaker)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (speaker);

  if (g_object_class_find_property (klass, "latency-time") != NULL)
    g_object_set (speaker, "latency-time", (gint64)10000, "buffer-time", (gint64)40000, NULL);
  if (g_object_class_find_property (klass, "provide-clock") != NULL)
    g_object_set (speaker, "provide-clock", FALSE, NULL);
  g_object_set (speaker, "async", FALSE, NULL);
}

static GstElement *
make_speaker (CvAudioOut *self)
{
  g_autoptr (GError) error = NULL;
  GstElement *speaker;

  if (self->is_silent)
    return make_silence ();
  speaker = cv_devices_make_element (cv_devices_get_default (), CV_DEVICE_SPEAKER, self->device_id,
                                     &error);
  self->has_speaker = speaker != NULL;
  if (speaker != NULL) {
    shorten_periods (speaker);
    return speaker;
  }
  self->failed (self->data, error);
  return make_silence ();
}

/* Errors have stopped the mixer too, so the whole pipeline starts again. */
static void
restart (CvAudioOut *self, GstElement *speaker)
{
  gst_element_set_state (self->pipeline, GST_STATE_READY);
  if (self->speaker != NULL) {
    gst_element_set_state (self->speaker, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (self->pipeline), self->speaker);
  }
  self->speaker = speaker;
  gst_bin_add (GST_BIN (self->pipeline), speaker);
  gst_element_link (self->exit, speaker);
  g_object_set (self->mixer, "start-time", (guint64)cv_media_clock_now (), NULL);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

static void
on_error (CvAudioOut *self, GstMessage *message)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_speaker =
      gst_object_has_as_ancestor (GST_MESSAGE_SRC (message), GST_OBJECT (self->speaker));

  gst_message_parse_error (message, &cause, NULL);
  if (!is_speaker) {
    /* What a peer puts into a sealed frame may upset a decoder, no more. */
    g_info ("audio output: %s", cause->message);
    restart (self, make_speaker (self));
    return;
  }
  error = g_error_new (CV_MEDIA_ERROR, CV_MEDIA_ERROR_NO_DEVICE, "speaker: %s", cause->message);
  if (self->device_id != NULL) {
    g_clear_pointer (&self->device_id, g_free);
    restart (self, make_speaker (self));
  } else {
    self->has_speaker = FALSE;
    restart (self, make_silence ());
  }
  self->failed (self->data, error);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  CvAudioOut *self = data;
  double decibels;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR
      && gst_object_has_as_ancestor (GST_MESSAGE_SRC (message), GST_OBJECT (self->pipeline)))
    on_error (self, message);
  if (!cv_levels_parse_message (message, &decibels))
    return G_SOURCE_CONTINUE;
  for (guint i = 0; i < self->voices->len; i++) {
    CvVoice *voice = g_ptr_array_index (self->voices, i);

    if (GST_MESSAGE_SRC (message) == GST_OBJECT (voice->level_element)) {
      voice->level (voice->data, cv_levels_from_decibels (decibels));
      break;
    }
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
build (CvAudioOut *self, GError **error)
{
  static guint number;
  GstElement *probe;
  GstElement *filter = gst_element_factory_make ("capsfilter", NULL);
  GstElement *convert = gst_element_factory_make ("audioconvert", NULL);
  GstElement *resample = gst_element_factory_make ("audioresample", NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string (FORMAT);

  /* The echo canceller looks its probe up by name, in the whole process. */
  self->probe = g_strdup_printf ("conclave-echo-%u", number++);
  probe = gst_element_factory_make (self->is_silent ? "identity" : "webrtcechoprobe", self->probe);
  self->mixer = gst_element_factory_make_full ("audiomixer", "force-live", TRUE,
                                               "ignore-inactive-pads", TRUE, NULL);
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  gst_bin_add_many (GST_BIN (self->pipeline), filter, convert, resample, NULL);
  if (self->mixer != NULL)
    gst_bin_add (GST_BIN (self->pipeline), self->mixer);
  if (probe != NULL)
    gst_bin_add (GST_BIN (self->pipeline), probe);
  if (self->mixer == NULL || probe == NULL) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_PLUGIN,
                 "expected audiomixer and webrtcechoprobe");
    return FALSE;
  }
  g_object_set (filter, "caps", caps, NULL);
  g_object_set (self->mixer, "min-upstream-latency",
                (guint64)((CV_MEDIA_JITTER_MS + 10) * GST_MSECOND), "output-buffer-duration",
                (guint64)(10 * GST_MSECOND), NULL);
  gst_util_set_object_arg (G_OBJECT (self->mixer), "start-time-selection", "set");
  self->exit = resample;
  return gst_element_link_many (self->mixer, filter, probe, convert, resample, NULL);
}

CvAudioOut *
cv_audio_out_new (gboolean is_silent, void (*failed) (gpointer data, const GError *error),
                  gpointer data, GError **error)
{
  g_autoptr (CvAudioOut) self = g_new0 (CvAudioOut, 1);
  g_autoptr (GstBus) bus = NULL;

  self->is_silent = is_silent;
  self->failed = failed;
  self->data = data;
  self->voices = g_ptr_array_new ();
  if (!build (self, error))
    return NULL;
  cv_media_clock_adopt (GST_PIPELINE (self->pipeline));
  bus = gst_pipeline_get_bus (GST_PIPELINE (self->pipeline));
  self->watch_id = gst_bus_add_watch (bus, on_message, self);
  restart (self, make_speaker (self));
  return g_steal_pointer (&self);
}

void
cv_audio_out_free (CvAudioOut *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->watch_id, g_source_remove);
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_object (&self->pipeline);
  g_clear_pointer (&self->voices, g_ptr_array_unref);
  g_free (self->device_id);
  g_free (self->probe);
  g_free (self);
}

const char *
cv_audio_out_get_probe (CvAudioOut *self)
{
  return self->is_silent ? NULL : self->probe;
}

void
cv_audio_out_set_speaker (CvAudioOut *self, const char *device_id)
{
  if (g_strcmp0 (self->device_id, device_id) == 0)
    return;
  g_free (self->device_id);
  self->device_id = g_strdup (device_id);
  if (!self->is_silent)
    restart (self, make_speaker (self));
}

void
cv_audio_out_speaker_added (CvAudioOut *self)
{
  if (!self->is_silent && !self->has_speaker)
    restart (self, make_speaker (self));
}

void
cv_audio_out_speaker_removed (CvAudioOut *self, const char *device_id)
{
  g_autoptr (GError) error = NULL;

  if (self->is_silent || self->device_id == NULL || g_strcmp0 (self->device_id, device_id) != 0)
    return;
  error = g_error_new (CV_MEDIA_ERROR, CV_MEDIA_ERROR_NO_DEVICE, "the speaker was unplugged");
  g_clear_pointer (&self->device_id, g_free);
  restart (self, make_speaker (self));
  self->failed (self->data, error);
}

/* ---- Voices ---------------------------------------------------------------------------------- */

static GstElement *
make_voice_bin (GError **error)
{
  const CvMediaCodec *opus = cv_media_codecs_get (CV_CODEC_OPUS);
  g_autofree char *description = g_strdup_printf (
      "appsrc name=source is-live=true format=time max-buffers=0 max-bytes=0 ! %s ! audioconvert"
      " ! audioresample ! " FORMAT " ! level name=level interval=100000000 post-messages=true"
      " ! volume name=volume",
      opus->decoder);

  return gst_parse_bin_from_description_full (description, TRUE, NULL, GST_PARSE_FLAG_FATAL_ERRORS,
                                              error);
}

CvVoice *
cv_audio_out_add_voice (CvAudioOut *self, void (*level) (gpointer data, double level),
                        gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstCaps) caps = gst_caps_from_string (cv_media_codecs_get (CV_CODEC_OPUS)->caps);
  g_autoptr (GstPad) src = NULL;
  GstElement *bin = make_voice_bin (&error);
  CvVoice *voice;

  if (bin == NULL) {
    g_warning ("voice: %s", error->message);
    return NULL;
  }
  voice = g_new0 (CvVoice, 1);
  g_mutex_init (&voice->mutex);
  voice->bin = gst_object_ref_sink (bin);
  voice->expected = GST_CLOCK_TIME_NONE;
  voice->level = level;
  voice->data = data;
  voice->source = gst_bin_get_by_name (GST_BIN (bin), "source");
  voice->level_element = gst_bin_get_by_name (GST_BIN (bin), "level");
  voice->volume = gst_bin_get_by_name (GST_BIN (bin), "volume");
  g_object_set (voice->source, "caps", caps, NULL);
  gst_bin_add (GST_BIN (self->pipeline), bin);
  voice->mixer_pad = gst_element_request_pad_simple (self->mixer, "sink_%u");
  src = gst_element_get_static_pad (bin, "src");
  gst_pad_link (src, voice->mixer_pad);
  gst_element_sync_state_with_parent (bin);
  g_ptr_array_add (self->voices, voice);
  return voice;
}

void
cv_audio_out_remove_voice (CvAudioOut *self, CvVoice *voice)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (voice->bin, "src");

  g_ptr_array_remove (self->voices, voice);
  /* The mixer lets go of the voice's thread first: it may wait for room in the mixer's pad. */
  gst_element_set_locked_state (voice->bin, TRUE);
  gst_pad_set_active (voice->mixer_pad, FALSE);
  gst_element_set_state (voice->bin, GST_STATE_NULL);
  gst_pad_unlink (src, voice->mixer_pad);
  gst_element_release_request_pad (self->mixer, voice->mixer_pad);
  gst_bin_remove (GST_BIN (self->pipeline), voice->bin);
  g_clear_object (&voice->mixer_pad);
  g_clear_object (&voice->volume);
  g_clear_object (&voice->level_element);
  g_clear_object (&voice->source);
  g_clear_object (&voice->bin);
  g_mutex_clear (&voice->mutex);
  g_free (voice);
}

void
cv_voice_set_muted (CvVoice *voice, gboolean is_muted)
{
  g_object_set (voice->volume, "mute", is_muted, NULL);
}

void
cv_voice_push (CvVoice *voice, GBytes *frame, GstClockTime running_time)
{
  GstClockTime expected;
  GstBuffer *buffer;

  if (gst_app_src_get_current_level_buffers (GST_APP_SRC (voice->source)) >= MAX_QUEUED_FRAMES)
    return;
  g_mutex_lock (&voice->mutex);
  expected = voice->expected;
  voice->expected = running_time + FRAME_TIME;
  g_mutex_unlock (&voice->mutex);
  /* Half a frame of jitter in the time stamps is no loss. */
  if (GST_CLOCK_TIME_IS_VALID (expected) && running_time > expected + FRAME_TIME / 2
      && running_time - expected <= MAX_CONCEALED)
    gst_element_send_event (voice->source, gst_event_new_gap (expected, running_time - expected));
  buffer = gst_buffer_new_wrapped_bytes (frame);
  GST_BUFFER_PTS (buffer) = running_time;
  GST_BUFFER_DURATION (buffer) = FRAME_TIME;
  gst_app_src_push_buffer (GST_APP_SRC (voice->source), buffer);
}
