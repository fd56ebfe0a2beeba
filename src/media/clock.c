/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The process-wide media clock: the system's monotonic clock, zero at its first use. */
#include "media/clock.h"

typedef struct {
  GstClock *clock;
  GstClockTime base;
} Zero;

static gpointer
make_zero (gpointer unused)
{
  Zero *zero = g_new0 (Zero, 1);

  zero->clock = gst_system_clock_obtain ();
  GST_OBJECT_FLAG_SET (zero->clock, GST_OBJECT_FLAG_MAY_BE_LEAKED);
  zero->base = gst_clock_get_time (zero->clock);
  return zero;
}

static const Zero *
get_zero (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_zero, NULL);
}

void
cv_media_clock_adopt (GstPipeline *pipeline)
{
  const Zero *zero = get_zero ();

  gst_pipeline_use_clock (pipeline, zero->clock);
  gst_element_set_start_time (GST_ELEMENT (pipeline), GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (GST_ELEMENT (pipeline), zero->base);
}

GstClockTime
cv_media_clock_now (void)
{
  const Zero *zero = get_zero ();

  return gst_clock_get_time (zero->clock) - zero->base;
}

guint64
cv_media_clock_wall_us (GstClockTime running_time)
{
  GstClockTimeDiff ago = GST_CLOCK_DIFF (running_time, cv_media_clock_now ());

  return (guint64)(g_get_real_time () - ago / 1000);
}
