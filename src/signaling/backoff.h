/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* How long to wait before the next attempt. Pure: randomness and time are arguments. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CV_SIGNALING_BACKOFF_GIVE_UP (-1)

typedef struct {
  guint n_attempts;
  gint64 give_up_at_us; /* monotonic */
} CvSignalingBackoff;

/* total_ms: after that long no attempt starts any more. */
void cv_signaling_backoff_init (CvSignalingBackoff *backoff, guint total_ms, gint64 now_us);

/* Milliseconds, or CV_SIGNALING_BACKOFF_GIVE_UP. random: 0 ≤ random < 1. The waits' upper ends are
 * 250 ms, 500 ms … 4 s; each is drawn between half and all of it, so that many clients of a server
 * that came back do not knock it over. */
int cv_signaling_backoff_next (CvSignalingBackoff *backoff, double random, gint64 now_us);

G_END_DECLS
