/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* From sealed frames to a picture or a voice. The mutex guards plain facts only: the cipher, the
 * decoder and the events are called without it. */
#include "media/receiver.h"

#include "media/clock.h"
#include "media/codecs.h"
#include "media/levels.h"
#include "media/receive-state.h"

struct CvReceiver {
  CvReceiverOptions options;
  CvReceiverEvents events;
  CvVoice *voice;
  CvSpeaking speaking;
  CvMediaState told_state;
  gboolean is_seen;
  gboolean is_held_back;

  GMutex mutex; /* what follows */
  CvReceiveState state;
  CvVideoView *view; /* replaced on main only, pushed to under view_lock */
  guint32 ssrcs[CV_N_TRACKS];
  CvCodec wanted_codec; /* the peer sends another one than the view decodes */
  int width;
  int height;
  gboolean has_dimensions; /* to tell */

  GRWLock view_lock; /* readers push, main replaces the view */
};

/* ---- From the view --------------------------------------------------------------------------- */

static void
on_dimensions (gpointer data, int width, int height)
{
  CvReceiver *self = data;

  g_mutex_lock (&self->mutex);
  self->has_dimensions = self->width != width || self->height != height;
  self->width = width;
  self->height = height;
  self->state.stats.width = (guint)width;
  self->state.stats.height = (guint)height;
  g_mutex_unlock (&self->mutex);
}

static void
on_presented (gpointer data, double latency_ms)
{
  CvReceiver *self = data;

  g_mutex_lock (&self->mutex);
  cv_receive_state_presented (&self->state, latency_ms, g_get_monotonic_time ());
  g_mutex_unlock (&self->mutex);
}

static void
on_broken (gpointer data)
{
  CvReceiver *self = data;

  g_mutex_lock (&self->mutex);
  cv_receive_state_broken (&self->state, g_get_monotonic_time ());
  g_mutex_unlock (&self->mutex);
}

static void
make_view (CvReceiver *self, CvCodec codec)
{
  static const CvVideoViewEvents events = {on_dimensions, on_presented, on_broken};
  g_autoptr (GError) error = NULL;
  CvVideoView *view = cv_video_view_new (self->options.pictures, codec, &events, self, &error);
  CvVideoView *old;

  if (view == NULL)
    g_warning ("picture: %s", error->message);
  g_rw_lock_writer_lock (&self->view_lock);
  old = self->view;
  self->view = view;
  g_rw_lock_writer_unlock (&self->view_lock);
  g_clear_pointer (&old, cv_video_view_free);
}

/* ---- Voice ----------------------------------------------------------------------------------- */

static void
on_level (gpointer data, double level)
{
  CvReceiver *self = data;

  cv_speaking_update (&self->speaking, level, g_get_monotonic_time ());
  self->events.level (self->events.data, self, level, self->speaking.is_speaking);
}

/* ---- Frames ---------------------------------------------------------------------------------- */

static void
push_picture (CvReceiver *self, const CvFrameInfo *info, GBytes *frame, GstClockTime running_time)
{
  gboolean is_other_codec = FALSE;
  gboolean is_taken = FALSE;

  g_rw_lock_reader_lock (&self->view_lock);
  if (self->view != NULL) {
    is_other_codec = cv_video_view_get_codec (self->view) != info->codec;
    is_taken = !is_other_codec && cv_video_view_push (self->view, info, frame, running_time);
  }
  g_rw_lock_reader_unlock (&self->view_lock);
  if (is_taken)
    return;
  g_mutex_lock (&self->mutex);
  self->state.stats.dropped++;
  cv_receive_state_broken (&self->state, g_get_monotonic_time ());
  if (is_other_codec)
    self->wanted_codec = info->codec;
  g_mutex_unlock (&self->mutex);
}

static void
push_sound (CvReceiver *self, const CvFrameInfo *info, GBytes *frame, GstClockTime running_time)
{
  guint64 played_us = cv_media_clock_wall_us (running_time + CV_MEDIA_PLAYOUT_MS * GST_MSECOND);

  if (self->voice == NULL || info->codec != CV_CODEC_OPUS)
    return;
  cv_voice_push (self->voice, frame, running_time);
  g_mutex_lock (&self->mutex);
  cv_receive_state_presented (&self->state,
                              ((double)played_us - (double)info->capture_time_us) / 1000.0,
                              g_get_monotonic_time ());
  g_mutex_unlock (&self->mutex);
}

/* What a sealed frame says about itself was written by its sender, who may lie. */
static gboolean
is_plausible (CvReceiver *self, const CvFrameInfo *info)
{
  const CvMediaCodec *row = cv_media_codecs_get (info->codec);

  return row != NULL && row->is_video == !cv_media_kind_is_audio (self->options.kind);
}

void
cv_receiver_push (CvReceiver *self, CvTrack track, guint32 ssrc, CvSpan sealed,
                  GstClockTime running_time, gboolean has_gap)
{
  const CvFrameCipher *cipher = &self->options.cipher;
  CvFrameInfo info = {0};
  g_autoptr (GBytes) frame = NULL;
  gboolean may_decode = FALSE;
  gboolean wants_key = FALSE;
  gint64 now_us = g_get_monotonic_time ();
  CvFrameVerdict verdict;

  g_return_if_fail (track < CV_N_TRACKS);

  verdict = cipher->klass->unprotect (cipher->data, self->options.participant, track, sealed, &info,
                                      &frame);
  if (verdict == CV_FRAME_OPENED && (frame == NULL || !is_plausible (self, &info)))
    verdict = CV_FRAME_DROPPED;
  g_mutex_lock (&self->mutex);
  self->ssrcs[track] = ssrc;
  if (verdict == CV_FRAME_OPENED)
    may_decode = cv_receive_state_opened (&self->state, track, &info, has_gap, now_us, &wants_key);
  else
    cv_receive_state_refused (&self->state, track, verdict, now_us);
  g_mutex_unlock (&self->mutex);

  if (wants_key)
    self->events.key_frame_wanted (self->events.data, ssrc);
  if (!may_decode)
    return;
  if (self->state.is_video)
    push_picture (self, &info, frame, running_time);
  else
    push_sound (self, &info, frame, running_time);
}

/* ---- Main ------------------------------------------------------------------------------------ */

CvReceiver *
cv_receiver_new (const CvReceiverOptions *options, const CvReceiverEvents *events)
{
  CvReceiver *self = g_new0 (CvReceiver, 1);

  self->options = *options;
  self->events = *events;
  self->told_state = CV_MEDIA_WAITING;
  self->is_seen = TRUE;
  g_mutex_init (&self->mutex);
  g_rw_lock_init (&self->view_lock);
  cv_receive_state_init (&self->state, options->participant, options->kind);
  if (self->state.is_video)
    make_view (self, CV_CODEC_VP8);
  else
    self->voice = cv_audio_out_add_voice (options->audio_out, on_level, self);
  return self;
}

void
cv_receiver_free (CvReceiver *self)
{
  if (self == NULL)
    return;
  if (self->voice != NULL)
    cv_audio_out_remove_voice (self->options.audio_out, self->voice);
  g_clear_pointer (&self->view, cv_video_view_free);
  g_rw_lock_clear (&self->view_lock);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

guint32
cv_receiver_get_participant (CvReceiver *self)
{
  return self->options.participant;
}

CvMediaKind
cv_receiver_get_kind (CvReceiver *self)
{
  return self->options.kind;
}

CvVideoView *
cv_receiver_get_view (CvReceiver *self)
{
  return self->view;
}

void
cv_receiver_request_key_frame (CvReceiver *self)
{
  guint32 ssrc;

  g_mutex_lock (&self->mutex);
  ssrc = self->state.has_track ? self->ssrcs[self->state.track] : 0;
  g_mutex_unlock (&self->mutex);
  if (ssrc != 0)
    self->events.key_frame_wanted (self->events.data, ssrc);
}

static void
apply_visibility (CvReceiver *self)
{
  gboolean is_visible = self->is_seen && !self->is_held_back;
  gboolean has_come_back;

  g_mutex_lock (&self->mutex);
  has_come_back = is_visible && !self->state.is_visible;
  cv_receive_state_set_visible (&self->state, is_visible);
  g_mutex_unlock (&self->mutex);
  if (has_come_back && self->state.is_video)
    cv_receiver_request_key_frame (self);
}

void
cv_receiver_set_visible (CvReceiver *self, gboolean is_visible)
{
  self->is_seen = is_visible;
  apply_visibility (self);
}

void
cv_receiver_set_held_back (CvReceiver *self, gboolean is_held_back)
{
  self->is_held_back = is_held_back;
  if (self->voice != NULL)
    cv_voice_set_muted (self->voice, is_held_back);
  apply_visibility (self);
}

void
cv_receiver_get_stats (CvReceiver *self, CvMediaStats *stats)
{
  g_mutex_lock (&self->mutex);
  cv_receive_state_update (&self->state, g_get_monotonic_time ());
  *stats = self->state.stats;
  g_mutex_unlock (&self->mutex);
}

void
cv_receiver_tick (CvReceiver *self)
{
  CvMediaStats stats;
  gboolean has_dimensions;
  CvCodec wanted_codec;
  int width;
  int height;

  cv_receiver_get_stats (self, &stats);
  g_mutex_lock (&self->mutex);
  has_dimensions = self->has_dimensions;
  self->has_dimensions = FALSE;
  width = self->width;
  height = self->height;
  wanted_codec = self->wanted_codec;
  self->wanted_codec = 0;
  g_mutex_unlock (&self->mutex);

  if (wanted_codec != 0) {
    make_view (self, wanted_codec);
    self->events.paintable (self->events.data, self);
  }
  if (has_dimensions)
    self->events.dimensions (self->events.data, self, width, height);
  if (stats.state == self->told_state)
    return;
  self->told_state = stats.state;
  self->events.state (self->events.data, self, stats.state);
}
