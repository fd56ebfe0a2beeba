/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The replay window (RFC 9605 §9.3): a ring of bits whose head is the highest counter. */
#include "sframe/replay.h"

#include <string.h>

static guint64 *
find_word (CvSframeReplay *replay, guint64 ctr)
{
  return &replay->seen[ctr % CV_SFRAME_REPLAY_WINDOW / 64];
}

gboolean
cv_sframe_replay_check (const CvSframeReplay *replay, guint64 ctr)
{
  guint64 word = replay->seen[ctr % CV_SFRAME_REPLAY_WINDOW / 64];

  if (!replay->has_any || ctr > replay->highest)
    return TRUE;
  if (replay->highest - ctr >= CV_SFRAME_REPLAY_WINDOW)
    return FALSE;
  return (word >> ctr % 64 & 1) == 0;
}

/* The bits between the old head and the new one belong to counters that fell out. */
static void
move_head (CvSframeReplay *replay, guint64 ctr)
{
  if (ctr - replay->highest >= CV_SFRAME_REPLAY_WINDOW)
    memset (replay->seen, 0, sizeof replay->seen);
  else
    for (guint64 at = replay->highest + 1; at < ctr; at++)
      *find_word (replay, at) &= ~(G_GUINT64_CONSTANT (1) << at % 64);
  replay->highest = ctr;
}

void
cv_sframe_replay_record (CvSframeReplay *replay, guint64 ctr)
{
  if (!replay->has_any) {
    replay->has_any = TRUE;
    replay->highest = ctr;
  } else if (ctr > replay->highest)
    move_head (replay, ctr);
  else if (replay->highest - ctr >= CV_SFRAME_REPLAY_WINDOW)
    return;
  *find_word (replay, ctr) |= G_GUINT64_CONSTANT (1) << ctr % 64;
}
