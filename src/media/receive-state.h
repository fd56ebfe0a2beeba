/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a receiver knows about its stream: counters, rates and what may be decoded. Pure: time comes
 * in as an argument; the caller locks. */
#pragma once

#include "media/stats.h"

G_BEGIN_DECLS

#define CV_RECEIVE_STATE_TIMES 64

typedef struct {
  CvMediaStats stats;
  gboolean is_video;
  gboolean is_visible;
  CvTrack track; /* the layer that is shown */
  gboolean has_track;
  gboolean needs_key[CV_N_TRACKS];
  gint64 arrived_us;
  gint64 opened_us;
  gint64 broken_since_us; /* 0: nothing is missing */
  gint64 asked_us;
  CvFrameVerdict verdict; /* of the last frame */

  gint64 opened_times_us[CV_RECEIVE_STATE_TIMES];
  guint next_opened;
  double latencies_ms[CV_RECEIVE_STATE_TIMES];
  gint64 latency_times_us[CV_RECEIVE_STATE_TIMES];
  guint next_latency;
} CvReceiveState;

void cv_receive_state_init (CvReceiveState *state, guint32 participant, CvMediaKind kind);

/* Everything that is not opened. */
void cv_receive_state_refused (CvReceiveState *state, CvTrack track, CvFrameVerdict verdict,
                               gint64 now_us);

/* An opened frame. TRUE: it may go to the decoder. *wants_key: ask for a key frame now. */
gboolean cv_receive_state_opened (CvReceiveState *state, CvTrack track, const CvFrameInfo *info,
                                  gboolean has_gap, gint64 now_us, gboolean *wants_key);

/* The decoder stumbled or was too slow: nothing is shown until a key frame. */
void cv_receive_state_broken (CvReceiveState *state, gint64 now_us);
void cv_receive_state_set_visible (CvReceiveState *state, gboolean is_visible);
void cv_receive_state_presented (CvReceiveState *state, double latency_ms, gint64 now_us);

/* Brings stats.state, fps and latency_ms up to date. */
void cv_receive_state_update (CvReceiveState *state, gint64 now_us);

G_END_DECLS
