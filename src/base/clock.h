/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Time as an argument, so that tests turn the clock by hand.
 *
 * A clock is two functions. Both may be called on any thread and never block. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gint64 (*monotonic_us) (gpointer data); /* never goes back; its zero means nothing */
  gint64 (*wall_us) (gpointer data); /* µs since 1970 UTC; may jump */
  gpointer data;
} CvClock;

const CvClock *cv_clock_get_system (void); /* static */

gint64 cv_clock_monotonic_us (const CvClock *clock);
gint64 cv_clock_wall_us (const CvClock *clock);
gint64 cv_clock_wall_s (const CvClock *clock);

G_END_DECLS
