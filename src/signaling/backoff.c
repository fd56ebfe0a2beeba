/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "signaling/backoff.h"

#define FIRST_MS 250.0
#define DOUBLINGS_MAX 4

void
cv_signaling_backoff_init (CvSignalingBackoff *backoff, guint total_ms, gint64 now_us)
{
  *backoff = (CvSignalingBackoff){.give_up_at_us = now_us + (gint64)total_ms * 1000};
}

int
cv_signaling_backoff_next (CvSignalingBackoff *backoff, double random, gint64 now_us)
{
  double upper_ms = FIRST_MS * (1 << MIN (backoff->n_attempts, DOUBLINGS_MAX));
  int wait_ms = (int)(upper_ms * (0.5 + 0.5 * random));
  gint64 left_ms = (backoff->give_up_at_us - now_us) / 1000;

  if (left_ms <= 0)
    return CV_SIGNALING_BACKOFF_GIVE_UP;
  if (backoff->n_attempts <= DOUBLINGS_MAX)
    backoff->n_attempts++;
  return (int)MIN (wait_ms, left_ms);
}
