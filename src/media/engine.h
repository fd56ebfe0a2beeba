/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The own camera, microphone and speaker: what is captured, encoded and sealed once for all links.
 *
 * One engine a meeting (or lobby). A layer is encoded only while at least one CvMediaPeer sends it
 * and it is allowed. Main thread; all signals are emitted on the main context of the creator. */
#pragma once

#include "media/stats.h"

G_BEGIN_DECLS

#define CV_MEDIA_ERROR (cv_media_error_quark ())
GQuark cv_media_error_quark (void);

typedef enum {
  CV_MEDIA_ERROR_NO_DEVICE, /* nothing plugged in, or it vanished: go on without, or choose */
  CV_MEDIA_ERROR_REFUSED, /* the device is there but busy or not allowed */
  CV_MEDIA_ERROR_FILE, /* the media file cannot be read or has no such stream */
  CV_MEDIA_ERROR_PLUGIN, /* an element that Conclave needs is not installed */
  CV_MEDIA_ERROR_NO_CIPHER, /* refused: there is nothing to encrypt with */
  CV_MEDIA_ERROR_FAILED, /* anything else inside GStreamer */
} CvMediaError;

typedef enum {
  CV_MEDIA_PICTURES_PAINTABLE, /* GdkPaintables through gtk4paintablesink: the window */
  CV_MEDIA_PICTURES_HEADLESS, /* last pictures are kept for snapshots: conclave-cli, tests */
} CvMediaPictures;

typedef struct {
  const char *name; /* the own display name: drawn on the test picture, picks its tone */
  CvMediaPictures pictures;
  gboolean is_silent; /* play to nowhere instead of a speaker */
} CvMediaEngineOptions;

#define CV_TYPE_MEDIA_ENGINE (cv_media_engine_get_type ())
G_DECLARE_FINAL_TYPE (CvMediaEngine, cv_media_engine, CV, MEDIA_ENGINE, GObject)

/* Properties, readable and notified:
 *   preview           object   GdkPaintable of the own camera; NULL when headless or off
 *   microphone-level  double   0 to 1, at most 20 times a second; measured before mute
 *   muted             boolean
 *   camera-off        boolean
 * Signals:
 *   failed (CvMediaKind kind as int, GError *error): a source or the speaker (kind AUDIO with
 *     CV_MEDIA_ERROR_NO_DEVICE) stopped; a vanished device has already been replaced by the default
 *     one when there is one. The meeting goes on. */

/* Never fails for lack of devices. options is copied. */
CvMediaEngine *cv_media_engine_new (const CvMediaEngineOptions *options);

/* Stops everything, also all peers that are still open. Idempotent; dispose does it too. */
void cv_media_engine_close (CvMediaEngine *self);

/* What seals and opens; borrowed, must outlive the engine. Once, before the first peer. */
void cv_media_engine_set_cipher (CvMediaEngine *self, const CvFrameCipher *cipher);

/* word: "device", "test", "off" or a file name. Starts at once, so that preview and level work in
 * the lobby; may be changed while running. Failures come as `failed`. */
void cv_media_engine_set_video_source (CvMediaEngine *self, const char *word);
void cv_media_engine_set_audio_source (CvMediaEngine *self, const char *word);

/* Ids of media/devices.h; NULL: the default. While running too. */
void cv_media_engine_set_camera (CvMediaEngine *self, const char *device_id);
void cv_media_engine_set_microphone (CvMediaEngine *self, const char *device_id);
void cv_media_engine_set_speaker (CvMediaEngine *self, const char *device_id);

/* Muted: sealed silence goes on, so that the network cannot tell. Off: the camera is released. */
void cv_media_engine_set_muted (CvMediaEngine *self, gboolean is_muted);
void cv_media_engine_set_camera_off (CvMediaEngine *self, gboolean is_off);
gboolean cv_media_engine_get_muted (CvMediaEngine *self);
gboolean cv_media_engine_get_camera_off (CvMediaEngine *self);
/* Whether camera or microphone deliver: FALSE when there is none, or it is off. Every change is
 * followed by notify::preview or notify::muted. */
gboolean cv_media_engine_is_capturing (CvMediaEngine *self, CvMediaKind kind);
GObject *cv_media_engine_get_preview (CvMediaEngine *self); /* borrowed, may be NULL */
double cv_media_engine_get_microphone_level (CvMediaEngine *self);

/* An upper bound over what the peers ask for: a layer that is not allowed is never encoded. All
 * are allowed at first except CV_TRACK_CAMERA_HIGH. */
void cv_media_engine_set_layer_active (CvMediaEngine *self, CvTrack track, gboolean is_allowed);
/* Bits a second for the encoder; clamped to what the layer can use. Video tracks only. */
void cv_media_engine_set_layer_bitrate (CvMediaEngine *self, CvTrack track, guint rate_bps);
/* Frames that were encoded and sealed so far; tells whether a layer runs. */
guint64 cv_media_engine_get_sealed_frames (CvMediaEngine *self, CvTrack track);

G_END_DECLS
