/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One received picture: decoder and sink, in a small pipeline of its own, so that people come and
 * go without touching each other. Main thread unless said otherwise. */
#pragma once

#include "media/engine.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct CvVideoView CvVideoView;

/* On a streaming thread, must not block. dimensions: when they change. presented: for each decoded
 * picture, the time from its capture to its presentation. */
typedef struct {
  void (*dimensions) (gpointer data, int width, int height);
  void (*presented) (gpointer data, double latency_ms);
  void (*broken) (gpointer data); /* the decoder gave up on a frame: a key frame is needed */
} CvVideoViewEvents;

CvVideoView *
cv_video_view_new (CvMediaPictures pictures, CvCodec codec, const CvVideoViewEvents *events,
                   gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_video_view_free (CvVideoView *view); /* no event runs any more when it returned */

CvCodec cv_video_view_get_codec (CvVideoView *view);
GObject *cv_video_view_get_paintable (CvVideoView *view); /* borrowed; NULL when headless */
gboolean cv_video_view_snapshot (CvVideoView *view, const char *path,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Any thread. FALSE: too many frames wait for the decoder, this one was dropped. */
gboolean cv_video_view_push (CvVideoView *view, const CvFrameInfo *info, GBytes *frame,
                             GstClockTime running_time);

G_END_DECLS
