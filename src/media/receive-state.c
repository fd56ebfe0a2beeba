/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The rules of receiving: a frame that depends on a lost one is not shown, and a picture that
 * nobody sees is not decoded. */
#include "media/receive-state.h"

#include <stdlib.h>

#define SECOND_US G_USEC_PER_SEC
#define SILENT_US (3 * SECOND_US)
#define UNDECRYPTABLE_US (2 * SECOND_US)
#define LOST_US (SECOND_US / 2)
#define ASK_AGAIN_US (3 * SECOND_US / 10)
#define OTHER_LAYER_US (3 * SECOND_US / 10)

void
cv_receive_state_init (CvReceiveState *state, guint32 participant, CvMediaKind kind)
{
  *state = (CvReceiveState){
      .stats = {.participant = participant, .kind = kind, .state = CV_MEDIA_WAITING},
      .is_video = !cv_media_kind_is_audio (kind),
      .is_visible = TRUE,
      .verdict = CV_FRAME_OPENED,
  };
  /* Decoding starts with a key frame. */
  for (guint i = 0; i < CV_N_TRACKS; i++)
    state->needs_key[i] = state->is_video;
}

static void
miss (CvReceiveState *state, CvTrack track, gint64 now_us)
{
  if (!state->is_video)
    return;
  state->needs_key[track] = TRUE;
  if (state->broken_since_us == 0 && state->has_track && state->track == track)
    state->broken_since_us = now_us;
}

void
cv_receive_state_refused (CvReceiveState *state, CvTrack track, CvFrameVerdict verdict,
                          gint64 now_us)
{
  switch (verdict) {
  case CV_FRAME_OPENED:
    return;
  case CV_FRAME_NO_KEY:
    state->stats.no_key++;
    miss (state, track, now_us);
    break;
  case CV_FRAME_UNDECRYPTABLE:
    state->stats.undecryptable++;
    miss (state, track, now_us);
    break;
  case CV_FRAME_DROPPED:
    /* A replay or a reflection takes nothing away from the stream. */
    state->stats.dropped++;
    return;
  }
  state->arrived_us = now_us;
  state->verdict = verdict;
}

static gboolean
ask (CvReceiveState *state, gint64 now_us)
{
  if (state->asked_us != 0 && now_us - state->asked_us < ASK_AGAIN_US)
    return FALSE;
  state->asked_us = now_us;
  return TRUE;
}

/* Any layer's key frame takes the picture over: the sender changes layers with one. A layer that
 * goes on beside the shown one is left alone, unless the shown one has ended. */
static gboolean
choose_layer (CvReceiveState *state, CvTrack track, const CvFrameInfo *info, gint64 now_us,
              gboolean *wants_key)
{
  gint64 newest = state->opened_times_us[(state->next_opened + CV_RECEIVE_STATE_TIMES - 1)
                                         % CV_RECEIVE_STATE_TIMES];

  if (state->has_track && state->track == track)
    return TRUE;
  if (info->is_key_frame || !state->has_track) {
    state->has_track = TRUE;
    state->track = track;
    return TRUE;
  }
  if (now_us - newest > OTHER_LAYER_US)
    *wants_key = ask (state, now_us);
  return FALSE;
}

static void
count_opened (CvReceiveState *state, const CvFrameInfo *info, gint64 now_us)
{
  state->stats.frames++;
  state->stats.codec = info->codec;
  if (info->width != 0 && info->height != 0) {
    state->stats.width = info->width;
    state->stats.height = info->height;
  }
  state->arrived_us = now_us;
  state->opened_us = now_us;
  state->verdict = CV_FRAME_OPENED;
}

gboolean
cv_receive_state_opened (CvReceiveState *state, CvTrack track, const CvFrameInfo *info,
                         gboolean has_gap, gint64 now_us, gboolean *wants_key)
{
  *wants_key = FALSE;
  count_opened (state, info, now_us);
  if (has_gap && !info->is_key_frame)
    miss (state, track, now_us);
  if (state->is_video && !choose_layer (state, track, info, now_us, wants_key)) {
    state->stats.dropped++;
    return FALSE;
  }
  state->opened_times_us[state->next_opened] = now_us;
  state->next_opened = (state->next_opened + 1) % CV_RECEIVE_STATE_TIMES;
  if (!state->is_video)
    return TRUE;
  if (!state->is_visible) {
    state->needs_key[track] = TRUE;
    state->broken_since_us = 0;
    return FALSE;
  }
  if (state->needs_key[track] && !info->is_key_frame) {
    state->stats.dropped++;
    *wants_key = ask (state, now_us);
    return FALSE;
  }
  state->needs_key[track] = FALSE;
  state->broken_since_us = 0;
  return TRUE;
}

void
cv_receive_state_broken (CvReceiveState *state, gint64 now_us)
{
  if (state->has_track)
    miss (state, state->track, now_us);
}

void
cv_receive_state_set_visible (CvReceiveState *state, gboolean is_visible)
{
  state->is_visible = is_visible;
}

void
cv_receive_state_presented (CvReceiveState *state, double latency_ms, gint64 now_us)
{
  state->stats.decoded++;
  state->latencies_ms[state->next_latency] = latency_ms;
  state->latency_times_us[state->next_latency] = now_us;
  state->next_latency = (state->next_latency + 1) % CV_RECEIVE_STATE_TIMES;
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *)a;
  double y = *(const double *)b;

  return (x > y) - (x < y);
}

static double
median_latency (const CvReceiveState *state, gint64 now_us)
{
  double recent[CV_RECEIVE_STATE_TIMES];
  guint n = 0;

  for (guint i = 0; i < CV_RECEIVE_STATE_TIMES; i++) {
    if (state->latency_times_us[i] != 0 && now_us - state->latency_times_us[i] < SECOND_US)
      recent[n++] = state->latencies_ms[i];
  }
  if (n == 0)
    return 0.0;
  qsort (recent, n, sizeof recent[0], compare_doubles);
  return recent[n / 2];
}

static CvMediaState
derive_state (const CvReceiveState *state, gint64 now_us)
{
  if (state->arrived_us == 0 || now_us - state->arrived_us > SILENT_US)
    return CV_MEDIA_WAITING;
  if (state->verdict == CV_FRAME_NO_KEY
      && (state->opened_us == 0 || now_us - state->opened_us > LOST_US))
    return CV_MEDIA_NO_KEY;
  if (state->verdict == CV_FRAME_UNDECRYPTABLE
      && (state->opened_us == 0 || now_us - state->opened_us > UNDECRYPTABLE_US))
    return CV_MEDIA_UNDECRYPTABLE;
  if (state->broken_since_us != 0 && now_us - state->broken_since_us > LOST_US)
    return CV_MEDIA_LOST;
  return state->opened_us != 0 ? CV_MEDIA_FLOWING : CV_MEDIA_WAITING;
}

void
cv_receive_state_update (CvReceiveState *state, gint64 now_us)
{
  guint recent = 0;

  for (guint i = 0; i < CV_RECEIVE_STATE_TIMES; i++) {
    if (state->opened_times_us[i] != 0 && now_us - state->opened_times_us[i] < SECOND_US)
      recent++;
  }
  state->stats.fps = recent;
  state->stats.latency_ms = median_latency (state, now_us);
  state->stats.state = derive_state (state, now_us);
}
