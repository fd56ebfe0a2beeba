/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One participant's picture or voice on one link: opens frames, decides what may be decoded.
 *
 * Made and freed on main; frames come on streaming threads. */
#pragma once

#include "media/audio-out.h"
#include "media/video-view.h"

G_BEGIN_DECLS

typedef struct CvReceiver CvReceiver;

/* key_frame_wanted: any thread; must not block. The others: main. */
typedef struct {
  void (*key_frame_wanted) (gpointer data, guint32 ssrc);
  void (*paintable) (gpointer data, CvReceiver *receiver);
  void (*dimensions) (gpointer data, CvReceiver *receiver, int width, int height);
  void (*state) (gpointer data, CvReceiver *receiver, CvMediaState state);
  void (*level) (gpointer data, CvReceiver *receiver, double level, gboolean is_speaking);
  gpointer data;
} CvReceiverEvents;

typedef struct {
  guint32 participant;
  CvMediaKind kind;
  CvFrameCipher cipher;
  CvMediaPictures pictures;
  CvAudioOut *audio_out; /* borrowed */
} CvReceiverOptions;

CvReceiver *cv_receiver_new (const CvReceiverOptions *options, const CvReceiverEvents *events);
/* No more frames may come when this is called; no event runs after it. */
void cv_receiver_free (CvReceiver *receiver);

guint32 cv_receiver_get_participant (CvReceiver *receiver);
CvMediaKind cv_receiver_get_kind (CvReceiver *receiver);
CvVideoView *cv_receiver_get_view (CvReceiver *receiver); /* NULL for voices */

/* A sealed frame, borrowed, on a streaming thread; several tracks may come at once. */
void cv_receiver_push (CvReceiver *receiver, CvTrack track, guint32 ssrc, CvSpan sealed,
                       GstClockTime running_time, gboolean has_gap);

void cv_receiver_set_visible (CvReceiver *receiver, gboolean is_visible);
void cv_receiver_set_held_back (CvReceiver *receiver, gboolean is_held_back);
void cv_receiver_request_key_frame (CvReceiver *receiver);
void cv_receiver_get_stats (CvReceiver *receiver, CvMediaStats *stats);

/* Looks at the time: tells a changed state. About five times a second. */
void cv_receiver_tick (CvReceiver *receiver);

G_END_DECLS
