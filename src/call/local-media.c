/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The own camera, microphone and speaker: opened in the lobby or at the latest when the call
 * begins, the same engine for both. */
#include "base/log.h"
#include "call/session-private.h"

static void
on_engine_level (CvSession *self)
{
  cv_session_notify (self, CV_SESSION_PROP_MICROPHONE_LEVEL);
}

static void
on_engine_preview (CvSession *self)
{
  cv_session_notify (self, CV_SESSION_PROP_PREVIEW);
  cv_session_peers_tell_local (self);
}

/* Muted or camera off: the session itself has told its own properties. */
static void
on_engine_local (CvSession *self)
{
  cv_session_peers_tell_local (self);
}

static void
on_engine_failed (CvMediaEngine *engine, int kind, GError *error, CvSession *self)
{
  cv_log_warning_limited ("%s: %s", cv_media_kind_to_string ((CvMediaKind)kind), error->message);
  cv_session_emit_notice (self, cv_call_error_get_media_sentence (kind == CV_MEDIA_CAMERA, error));
  cv_session_peers_tell_local (self);
}

void
cv_session_local_media_open (CvSession *self)
{
  const CvMediaEngineOptions options = {
      .name = self->name,
      .pictures = self->is_headless ? CV_MEDIA_PICTURES_HEADLESS : CV_MEDIA_PICTURES_PAINTABLE,
      .is_silent = self->is_headless,
  };

  if (self->engine)
    return;
  self->engine = cv_media_engine_new (&options);
  g_signal_connect_object (self->engine, "notify::microphone-level", G_CALLBACK (on_engine_level),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->engine, "notify::preview", G_CALLBACK (on_engine_preview), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->engine, "notify::muted", G_CALLBACK (on_engine_local), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->engine, "notify::camera-off", G_CALLBACK (on_engine_local), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->engine, "failed", G_CALLBACK (on_engine_failed), self,
                           G_CONNECT_DEFAULT);
  cv_media_engine_set_muted (self->engine, self->wants_muted);
  cv_media_engine_set_camera_off (self->engine, self->wants_camera_off);
  cv_media_engine_set_camera (self->engine, self->camera_id);
  cv_media_engine_set_microphone (self->engine, self->microphone_id);
  cv_media_engine_set_speaker (self->engine, self->speaker_id);
  cv_media_engine_set_video_source (self->engine, self->video);
  cv_media_engine_set_audio_source (self->engine, self->audio);
}

void
cv_session_local_media_close (CvSession *self)
{
  if (!self->engine)
    return;
  /* After close no streaming thread is inside the cipher any more. */
  cv_media_engine_close (self->engine);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->cipher, cv_call_media_cipher_free);
  cv_session_notify (self, CV_SESSION_PROP_PREVIEW);
}
