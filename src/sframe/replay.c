/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The replay window (RFC 9605 §9.3): a ring of bits whose head is the highest counter. */
#include "sframe/replay.h"

#include <string.h>

/* The bits between the old head and the new one belong to counters that fell out. */
void
cv_sframe_replay_move_head (CvSframeReplay *replay, guint64 ctr)
{
  if (ctr - replay->highest >= CV_SFRAME_REPLAY_WINDOW)
    memset (replay->seen, 0, sizeof replay->seen);
  else
    for (guint64 at = replay->highest + 1; at < ctr; at++)
      *cv_sframe_replay_find_word (replay, at) &= ~(G_GUINT64_CONSTANT (1) << at % 64);
  replay->highest = ctr;
}
