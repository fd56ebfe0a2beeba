/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The counters of one KID that were seen already, in a window of 1024. Pure; one owner.
 *
 * Check, open, and only then record: a forged frame must not move the window. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CV_SFRAME_REPLAY_WINDOW 1024

typedef struct {
  guint64 highest;
  gboolean has_any;
  guint64 seen[CV_SFRAME_REPLAY_WINDOW / 64]; /* bit ctr mod 1024 */
} CvSframeReplay; /* all zero to begin with */

/* Inline because every media frame goes through the two below. */
static inline guint64 *
cv_sframe_replay_find_word (CvSframeReplay *replay, guint64 ctr)
{
  return &replay->seen[ctr % CV_SFRAME_REPLAY_WINDOW / 64];
}

void cv_sframe_replay_move_head (CvSframeReplay *replay, guint64 ctr); /* forwards */

/* FALSE: seen before, or too old to tell. */
static inline gboolean
cv_sframe_replay_check (const CvSframeReplay *replay, guint64 ctr)
{
  guint64 word = replay->seen[ctr % CV_SFRAME_REPLAY_WINDOW / 64];

  if (!replay->has_any || ctr > replay->highest)
    return TRUE;
  if (replay->highest - ctr >= CV_SFRAME_REPLAY_WINDOW)
    return FALSE;
  return (word >> ctr % 64 & 1) == 0;
}

/* Only after cv_sframe_replay_check said TRUE and the frame has authenticated. */
static inline void
cv_sframe_replay_record (CvSframeReplay *replay, guint64 ctr)
{
  if (!replay->has_any) {
    replay->has_any = TRUE;
    replay->highest = ctr;
  } else if (ctr > replay->highest) {
    if (ctr - replay->highest == 1)
      replay->highest = ctr;
    else
      cv_sframe_replay_move_head (replay, ctr);
  } else if (replay->highest - ctr >= CV_SFRAME_REPLAY_WINDOW) {
    return;
  }
  *cv_sframe_replay_find_word (replay, ctr) |= G_GUINT64_CONSTANT (1) << ctr % 64;
}

G_END_DECLS
