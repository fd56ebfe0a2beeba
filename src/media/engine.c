/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The own side of a meeting: senders, speaker, and who gets which sealed frame. */
#include "media/engine-private.h"

#include "media/audio-sender.h"
#include "media/devices.h"
#include "media/peer.h"
#include "media/source-slot.h"

typedef struct {
  CvRtpSession *session;
  CvTrack track;
} Route;

struct _CvMediaEngine {
  GObject parent;

  char *name;
  CvMediaPictures pictures;
  CvFrameCipher cipher;
  gboolean has_cipher;
  gboolean is_closed;
  gboolean has_devices; /* watches them come and go */
  gboolean is_muted;
  gboolean is_camera_off;
  double level;
  gboolean is_allowed[CV_N_TRACKS];

  CvAudioOut *audio_out;
  CvVideoSender *video;
  CvAudioSender *audio;
  GPtrArray *peers; /* borrowed: they leave by cv_media_engine_remove_peer */

  GMutex mutex; /* held while frames are queued to the routes, which never waits */
  GArray *routes; /* of Route */
};

enum { PROP_PREVIEW = 1, PROP_MICROPHONE_LEVEL, PROP_MUTED, PROP_CAMERA_OFF, N_PROPS };

static GParamSpec *properties[N_PROPS];
static guint failed_signal;

G_DEFINE_FINAL_TYPE (CvMediaEngine, cv_media_engine, G_TYPE_OBJECT)

static gboolean
is_camera (CvTrack track)
{
  return track >= CV_TRACK_CAMERA_LOW && track <= CV_TRACK_CAMERA_HIGH;
}

/* ---- Events of the parts --------------------------------------------------------------------- */

static void
on_sealed (gpointer data, CvTrack track, GstBuffer *buffer)
{
  CvMediaEngine *self = data;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->routes->len; i++) {
    const Route *route = &g_array_index (self->routes, Route, i);

    if (route->track == track)
      cv_rtp_session_push (route->session, track, buffer);
  }
  g_mutex_unlock (&self->mutex);
}

typedef struct {
  CvMediaEngine *engine;
  CvMediaKind kind;
  GError *error;
} Failure;

static void
failure_free (gpointer data)
{
  Failure *failure = data;

  g_object_unref (failure->engine);
  g_error_free (failure->error);
  g_free (failure);
}

static gboolean
tell_failure (gpointer data)
{
  const Failure *failure = data;

  if (!failure->engine->is_closed)
    g_signal_emit (failure->engine, failed_signal, 0, (int)failure->kind, failure->error);
  return G_SOURCE_REMOVE;
}

/* Told later: the part that failed is still in the middle of it, and the handler may close all. */
static void
on_failed (gpointer data, CvMediaKind kind, const GError *error)
{
  Failure *failure = g_new0 (Failure, 1);

  failure->engine = g_object_ref (data);
  failure->kind = kind;
  failure->error = g_error_copy (error);
  g_idle_add_full (G_PRIORITY_DEFAULT, tell_failure, failure, failure_free);
}

static void
on_speaker_failed (gpointer data, const GError *error)
{
  on_failed (data, CV_MEDIA_AUDIO, error);
}

static void
on_level (gpointer data, double level)
{
  CvMediaEngine *self = data;

  if (self->level == level)
    return;
  self->level = level;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MICROPHONE_LEVEL]);
}

static void
on_device_added (CvDevices *devices, CvDevice *device, gpointer data)
{
  CvMediaEngine *self = data;

  if (self->is_closed)
    return;
  switch (cv_device_get_kind (device)) {
  case CV_DEVICE_CAMERA:
    if (self->video != NULL)
      cv_source_slot_device_added (cv_video_sender_get_slot (self->video));
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PREVIEW]);
    break;
  case CV_DEVICE_MICROPHONE:
    if (self->audio != NULL)
      cv_source_slot_device_added (cv_audio_sender_get_slot (self->audio));
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MUTED]);
    break;
  case CV_DEVICE_SPEAKER:
    if (self->audio_out != NULL)
      cv_audio_out_speaker_added (self->audio_out);
    break;
  }
}

static void
on_device_removed (CvDevices *devices, CvDevice *device, gpointer data)
{
  CvMediaEngine *self = data;
  const char *id = cv_device_get_id (device);

  if (self->is_closed)
    return;
  switch (cv_device_get_kind (device)) {
  case CV_DEVICE_CAMERA:
    if (self->video != NULL)
      cv_source_slot_device_removed (cv_video_sender_get_slot (self->video), id);
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PREVIEW]);
    break;
  case CV_DEVICE_MICROPHONE:
    if (self->audio != NULL)
      cv_source_slot_device_removed (cv_audio_sender_get_slot (self->audio), id);
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MUTED]);
    break;
  case CV_DEVICE_SPEAKER:
    if (self->audio_out != NULL)
      cv_audio_out_speaker_removed (self->audio_out, id);
    break;
  }
}

/* Not before a device is wanted: a synthetic participant has nothing to do with them. */
static void
watch_devices (CvMediaEngine *self)
{
  if (self->has_devices)
    return;
  self->has_devices = TRUE;
  g_signal_connect_object (cv_devices_get_default (), "added", G_CALLBACK (on_device_added), self,
                           0);
  g_signal_connect_object (cv_devices_get_default (), "removed", G_CALLBACK (on_device_removed),
                           self, 0);
}

/* ---- Object ---------------------------------------------------------------------------------- */

static void
cv_media_engine_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  CvMediaEngine *self = CV_MEDIA_ENGINE (object);

  switch (id) {
  case PROP_PREVIEW:
    g_value_set_object (value, cv_media_engine_get_preview (self));
    break;
  case PROP_MICROPHONE_LEVEL:
    g_value_set_double (value, self->level);
    break;
  case PROP_MUTED:
    g_value_set_boolean (value, self->is_muted);
    break;
  case PROP_CAMERA_OFF:
    g_value_set_boolean (value, self->is_camera_off);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
cv_media_engine_dispose (GObject *object)
{
  cv_media_engine_close (CV_MEDIA_ENGINE (object));
  G_OBJECT_CLASS (cv_media_engine_parent_class)->dispose (object);
}

static void
cv_media_engine_finalize (GObject *object)
{
  CvMediaEngine *self = CV_MEDIA_ENGINE (object);

  g_clear_pointer (&self->peers, g_ptr_array_unref);
  g_clear_pointer (&self->routes, g_array_unref);
  g_clear_pointer (&self->name, g_free);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (cv_media_engine_parent_class)->finalize (object);
}

static void
cv_media_engine_class_init (CvMediaEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = cv_media_engine_get_property;
  object_class->dispose = cv_media_engine_dispose;
  object_class->finalize = cv_media_engine_finalize;
  properties[PROP_PREVIEW] = g_param_spec_object ("preview", NULL, NULL, G_TYPE_OBJECT, flags);
  properties[PROP_MICROPHONE_LEVEL] =
      g_param_spec_double ("microphone-level", NULL, NULL, 0.0, 1.0, 0.0, flags);
  properties[PROP_MUTED] = g_param_spec_boolean ("muted", NULL, NULL, FALSE, flags);
  properties[PROP_CAMERA_OFF] = g_param_spec_boolean ("camera-off", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  failed_signal = g_signal_new ("failed", CV_TYPE_MEDIA_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_ERROR);
}

static void
cv_media_engine_init (CvMediaEngine *self)
{
  g_mutex_init (&self->mutex);
  self->routes = g_array_new (FALSE, FALSE, sizeof (Route));
  self->peers = g_ptr_array_new ();
  for (guint i = 0; i < CV_N_TRACKS; i++)
    self->is_allowed[i] = i != CV_TRACK_CAMERA_HIGH;
}

CvMediaEngine *
cv_media_engine_new (const CvMediaEngineOptions *options)
{
  CvMediaEngine *self;
  CvSenderEvents events = {on_sealed, on_failed, NULL};
  gboolean has_preview = options->pictures == CV_MEDIA_PICTURES_PAINTABLE;
  g_autoptr (GError) error = NULL;

  gst_init (NULL, NULL);
  self = g_object_new (CV_TYPE_MEDIA_ENGINE, NULL);
  self->name = g_strdup (options->name);
  self->pictures = options->pictures;
  events.data = self;
  self->audio_out = cv_audio_out_new (options->is_silent, on_speaker_failed, self, &error);
  if (!options->is_silent)
    watch_devices (self);
  if (self->audio_out == NULL)
    g_warning ("no sound: %s", error->message);
  g_clear_error (&error);
  self->video = cv_video_sender_new (self->name, has_preview, &events, &error);
  if (self->video == NULL)
    g_warning ("no camera: %s", error->message);
  g_clear_error (&error);
  self->audio = cv_audio_sender_new (
      self->name, self->audio_out != NULL ? cv_audio_out_get_probe (self->audio_out) : NULL,
      &events, on_level, &error);
  if (self->audio == NULL)
    g_warning ("no microphone: %s", error->message);
  return self;
}

void
cv_media_engine_close (CvMediaEngine *self)
{
  g_return_if_fail (CV_IS_MEDIA_ENGINE (self));

  if (self->is_closed)
    return;
  self->is_closed = TRUE;
  while (self->peers->len > 0)
    cv_media_peer_close (g_ptr_array_index (self->peers, self->peers->len - 1));
  g_clear_pointer (&self->video, cv_video_sender_free);
  g_clear_pointer (&self->audio, cv_audio_sender_free);
  g_clear_pointer (&self->audio_out, cv_audio_out_free);
}

void
cv_media_engine_set_cipher (CvMediaEngine *self, const CvFrameCipher *cipher)
{
  g_return_if_fail (CV_IS_MEDIA_ENGINE (self));
  g_return_if_fail (cipher != NULL && cipher->klass->protect != NULL
                    && cipher->klass->unprotect != NULL);
  g_return_if_fail (!self->has_cipher);

  self->cipher = *cipher;
  self->has_cipher = TRUE;
}

/* ---- Sources --------------------------------------------------------------------------------- */

void
cv_media_engine_set_video_source (CvMediaEngine *self, const char *word)
{
  g_return_if_fail (CV_IS_MEDIA_ENGINE (self));

  if (self->video == NULL)
    return;
  if (g_strcmp0 (word, "device") == 0)
    watch_devices (self);
  cv_source_slot_set_word (cv_video_sender_get_slot (self->video), word);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PREVIEW]);
}

void
cv_media_engine_set_audio_source (CvMediaEngine *self, const char *word)
{
  g_return_if_fail (CV_IS_MEDIA_ENGINE (self));

  if (self->audio == NULL)
    return;
  if (g_strcmp0 (word, "device") == 0)
    watch_devices (self);
  cv_source_slot_set_word (cv_audio_sender_get_slot (self->audio), word);
  if (!cv_source_slot_is_running (cv_audio_sender_get_slot (self->audio)))
    on_level (self, 0.0);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MUTED]);
}

void
cv_media_engine_set_camera (CvMediaEngine *self, const char *device_id)
{
  g_return_if_fail (CV_IS_MEDIA_ENGINE (self));

  if (self->video == NULL)
    return;
  cv_source_slot_set_device (cv_video_sender_get_slot (self->video), device_id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PREVIEW]);
}

void
cv_media_engine_set_microphone (CvMediaEngine *self, const char *device_id)
{
  g_return_if_fail (CV_IS_MEDIA_ENGINE (self));

  if (self->audio != NULL)
    cv_source_slot_set_device (cv_audio_sender_get_slot (self->audio), device_id);
}

void
cv_media_engine_set_speaker (CvMediaEngine *self, const char *device_id)
{
  g_return_if_fail (CV_IS_MEDIA_ENGINE (self));

  if (self->audio_out != NULL)
    cv_audio_out_set_speaker (self->audio_out, device_id);
}

void
cv_media_engine_set_muted (CvMediaEngine *self, gboolean is_muted)
{
  g_return_if_fail (CV_IS_MEDIA_ENGINE (self));

  if (self->is_muted == !!is_muted)
    return;
  self->is_muted = !!is_muted;
  if (self->audio != NULL)
    cv_audio_sender_set_muted (self->audio, self->is_muted);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MUTED]);
}

void
cv_media_engine_set_camera_off (CvMediaEngine *self, gboolean is_off)
{
  g_return_if_fail (CV_IS_MEDIA_ENGINE (self));

  if (self->is_camera_off == !!is_off)
    return;
  self->is_camera_off = !!is_off;
  if (self->video != NULL)
    cv_source_slot_set_off (cv_video_sender_get_slot (self->video), self->is_camera_off);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAMERA_OFF]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PREVIEW]);
}

gboolean
cv_media_engine_get_muted (CvMediaEngine *self)
{
  g_return_val_if_fail (CV_IS_MEDIA_ENGINE (self), FALSE);
  return self->is_muted;
}

gboolean
cv_media_engine_get_camera_off (CvMediaEngine *self)
{
  g_return_val_if_fail (CV_IS_MEDIA_ENGINE (self), FALSE);
  return self->is_camera_off;
}

gboolean
cv_media_engine_is_capturing (CvMediaEngine *self, CvMediaKind kind)
{
  g_return_val_if_fail (CV_IS_MEDIA_ENGINE (self), FALSE);

  if (kind == CV_MEDIA_CAMERA)
    return self->video != NULL
           && cv_source_slot_is_running (cv_video_sender_get_slot (self->video));
  return kind == CV_MEDIA_AUDIO && self->audio != NULL
         && cv_source_slot_is_running (cv_audio_sender_get_slot (self->audio));
}

GObject *
cv_media_engine_get_preview (CvMediaEngine *self)
{
  g_return_val_if_fail (CV_IS_MEDIA_ENGINE (self), NULL);

  if (!cv_media_engine_is_capturing (self, CV_MEDIA_CAMERA))
    return NULL;
  return cv_video_sender_get_preview (self->video);
}

double
cv_media_engine_get_microphone_level (CvMediaEngine *self)
{
  g_return_val_if_fail (CV_IS_MEDIA_ENGINE (self), 0.0);
  return self->level;
}

/* ---- Layers and routes ----------------------------------------------------------------------- */

static gboolean
is_routed (CvMediaEngine *self, CvTrack track)
{
  gboolean is_found = FALSE;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->routes->len && !is_found; i++)
    is_found = g_array_index (self->routes, Route, i).track == track;
  g_mutex_unlock (&self->mutex);
  return is_found;
}

static void
update_layer (CvMediaEngine *self, CvTrack track)
{
  gboolean is_wanted = self->has_cipher && self->is_allowed[track] && is_routed (self, track);

  if (is_camera (track) && self->video != NULL) {
    if (is_wanted)
      cv_video_sender_start_layer (self->video, track, &self->cipher);
    else
      cv_video_sender_stop_layer (self->video, track);
  } else if (track == CV_TRACK_MICROPHONE && self->audio != NULL) {
    if (is_wanted)
      cv_audio_sender_start (self->audio, &self->cipher);
    else
      cv_audio_sender_stop (self->audio);
  }
}

void
cv_media_engine_set_layer_active (CvMediaEngine *self, CvTrack track, gboolean is_allowed)
{
  g_return_if_fail (CV_IS_MEDIA_ENGINE (self));
  g_return_if_fail (track < CV_N_TRACKS);

  self->is_allowed[track] = is_allowed;
  update_layer (self, track);
}

void
cv_media_engine_set_layer_bitrate (CvMediaEngine *self, CvTrack track, guint rate_bps)
{
  g_return_if_fail (CV_IS_MEDIA_ENGINE (self));

  if (is_camera (track) && self->video != NULL)
    cv_video_sender_set_bitrate (self->video, track, rate_bps);
}

guint64
cv_media_engine_get_sealed_frames (CvMediaEngine *self, CvTrack track)
{
  g_return_val_if_fail (CV_IS_MEDIA_ENGINE (self), 0);

  if (is_camera (track) && self->video != NULL)
    return cv_video_sender_get_frames (self->video, track);
  if (track == CV_TRACK_MICROPHONE && self->audio != NULL)
    return cv_audio_sender_get_frames (self->audio);
  return 0;
}

const CvFrameCipher *
cv_media_engine_get_cipher (CvMediaEngine *self)
{
  return self->has_cipher ? &self->cipher : NULL;
}

CvMediaPictures
cv_media_engine_get_pictures (CvMediaEngine *self)
{
  return self->pictures;
}

CvAudioOut *
cv_media_engine_get_audio_out (CvMediaEngine *self)
{
  return self->audio_out;
}

void
cv_media_engine_add_peer (CvMediaEngine *self, CvMediaPeer *peer)
{
  g_ptr_array_add (self->peers, peer);
}

void
cv_media_engine_remove_peer (CvMediaEngine *self, CvMediaPeer *peer)
{
  g_ptr_array_remove_fast (self->peers, peer);
}

void
cv_media_engine_add_route (CvMediaEngine *self, CvRtpSession *session, CvTrack track)
{
  Route route = {session, track};

  g_mutex_lock (&self->mutex);
  g_array_append_val (self->routes, route);
  g_mutex_unlock (&self->mutex);
  update_layer (self, track);
  /* Whoever is new on a running layer starts with a key frame. */
  cv_media_engine_request_key_frame (self, track);
}

void
cv_media_engine_remove_route (CvMediaEngine *self, CvRtpSession *session, CvTrack track)
{
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->routes->len; i++) {
    const Route *route = &g_array_index (self->routes, Route, i);

    if (route->session == session && route->track == track) {
      g_array_remove_index_fast (self->routes, i);
      break;
    }
  }
  g_mutex_unlock (&self->mutex);
  update_layer (self, track);
}

void
cv_media_engine_request_key_frame (CvMediaEngine *self, CvTrack track)
{
  if (is_camera (track) && self->video != NULL)
    cv_video_sender_request_key_frame (self->video, track);
}
