/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One clock and one zero for all pipelines of the process, so that a running time means the same in
 * each of them: what lip sync and echo cancelling rest on. Any thread. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The time that a received frame waits between its arrival and its presentation: short enough to
 * talk. */
#define CV_MEDIA_JITTER_MS 80
/* How long pictures stand still for a packet that is lost before they go on without it, which means
 * from the next key frame. Only who loses packets waits. Measured at 5 % loss and 100 ms round trip:
 * 11 frames a second with 80 ms, where no second try fits in, 25 with 300 ms. */
#define CV_MEDIA_REPAIR_MS 300
#define CV_MEDIA_PLAYOUT_MS 140 /* jitter, decoding, mixing and the sound card's buffer */

void cv_media_clock_adopt (GstPipeline *pipeline);
GstClockTime cv_media_clock_now (void); /* running time of every adopted pipeline */
guint64 cv_media_clock_wall_us (GstClockTime running_time); /* µs since 1970 */

G_END_DECLS
