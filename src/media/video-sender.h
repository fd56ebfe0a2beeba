/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The own camera: one capture, one encoder a layer, one seal a frame. Main thread. */
#pragma once

#include "media/engine.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct CvVideoSender CvVideoSender;

/* sealed: on a streaming thread, buffer borrowed, PTS in running time; must not block.
 * failed: on main, error borrowed. preview_changed: on main. */
typedef struct {
  void (*sealed) (gpointer data, CvTrack track, GstBuffer *buffer);
  void (*failed) (gpointer data, CvMediaKind kind, const GError *error);
  gpointer data;
} CvSenderEvents;

CvVideoSender *
cv_video_sender_new (const char *name, gboolean has_preview, const CvSenderEvents *events,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_video_sender_free (CvVideoSender *sender);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvVideoSender, cv_video_sender_free)

struct CvSourceSlot *cv_video_sender_get_slot (CvVideoSender *sender);
GObject *cv_video_sender_get_preview (CvVideoSender *sender); /* borrowed; NULL without */

/* Camera tracks only. Starting needs a cipher, borrowed; the first frame is a key frame. A stopped
 * layer costs nothing. */
void
cv_video_sender_start_layer (CvVideoSender *sender, CvTrack track, const CvFrameCipher *cipher);
void cv_video_sender_stop_layer (CvVideoSender *sender, CvTrack track);
gboolean cv_video_sender_has_layer (CvVideoSender *sender, CvTrack track);
void cv_video_sender_set_bitrate (CvVideoSender *sender, CvTrack track, guint rate_bps);
guint64 cv_video_sender_get_frames (CvVideoSender *sender, CvTrack track);

/* Any thread. At most one in 300 ms is passed on: receivers repeat their wish. */
void cv_video_sender_request_key_frame (CvVideoSender *sender, CvTrack track);

G_END_DECLS
