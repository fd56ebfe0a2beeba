/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The border between media and encryption: a vtable that media calls and never looks behind.
 *
 * A build without an encrypting implementation has no sender: media refuses to make a sending
 * pipeline without one. Called on streaming threads; must not block on the main thread, must not
 * take a lock that main holds. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

/* E2EE.md section 3: binds each frame to its stream. Also the index of its SFrame counter. */
typedef enum {
  CV_TRACK_MICROPHONE = 0,
  CV_TRACK_CAMERA_LOW = 1,
  CV_TRACK_CAMERA_MIDDLE = 2,
  CV_TRACK_CAMERA_HIGH = 3,
  CV_TRACK_SCREEN = 4,
  CV_TRACK_SCREEN_AUDIO = 5,
  CV_N_TRACKS = 8,
} CvTrack;

/* Values of the envelope's codec byte. */
typedef enum {
  CV_CODEC_OPUS = 1,
  CV_CODEC_VP8 = 2,
  CV_CODEC_VP9 = 3,
  CV_CODEC_AV1 = 4,
  CV_CODEC_H264 = 5,
} CvCodec;

typedef struct {
  CvCodec codec;
  gboolean is_key_frame;
  guint8 temporal_layer; /* 0 to 3 */
  guint16 width; /* 0: the frame carries no dimensions */
  guint16 height;
  guint64 capture_time_us; /* wall clock of the sender, µs since 1970 */
} CvFrameInfo;

typedef enum {
  CV_FRAME_OPENED,
  CV_FRAME_NO_KEY, /* the sender's epoch or leaf is not known (yet) */
  CV_FRAME_UNDECRYPTABLE, /* failed to authenticate */
  CV_FRAME_DROPPED, /* replay, reflection, wrong track: silently counted */
} CvFrameVerdict;

typedef struct {
  /* Seals one encoder frame of the own track. Returns full, NULL: drop the frame (no epoch yet, or
   * the counter is used up). */
  GBytes *(*protect) (gpointer data, CvTrack track, const CvFrameInfo *info, CvSpan frame);

  /* Opens one frame that arrived on `track` of the participant with this opaque number (the
   * number that call/ gave to the receiving pipeline). On OPENED: *info and *frame (full) are
   * set. */
  CvFrameVerdict (*unprotect) (gpointer data, guint32 participant, CvTrack track, CvSpan sealed,
                               CvFrameInfo *info, GBytes **frame);
} CvFrameCipherClass;

/* Both are borrowed and outlive every pipeline that was given them. */
typedef struct {
  const CvFrameCipherClass *klass;
  gpointer data;
} CvFrameCipher;

G_END_DECLS
