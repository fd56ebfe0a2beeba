/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Time as an argument. */
#include "base/clock.h"

static gint64
get_monotonic_us (gpointer data)
{
  return g_get_monotonic_time ();
}

static gint64
get_wall_us (gpointer data)
{
  return g_get_real_time ();
}

const CvClock *
cv_clock_get_system (void)
{
  static const CvClock system_clock = {get_monotonic_us, get_wall_us, NULL};

  return &system_clock;
}

gint64
cv_clock_monotonic_us (const CvClock *clock)
{
  return clock->monotonic_us (clock->data);
}

gint64
cv_clock_wall_us (const CvClock *clock)
{
  return clock->wall_us (clock->data);
}

gint64
cv_clock_wall_s (const CvClock *clock)
{
  return cv_clock_wall_us (clock) / G_USEC_PER_SEC;
}
