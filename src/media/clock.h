/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One clock and one zero for all pipelines of the process, so that a running time means the same in
 * each of them: what lip sync and echo cancelling rest on. Any thread. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The time that a received frame waits between its arrival and its presentation. Long enough for
 * one retransmission on most paths, short enough to talk. */
#define CV_MEDIA_JITTER_MS 80
#define CV_MEDIA_PLAYOUT_MS 140 /* jitter, decoding, mixing and the sound card's buffer */

void cv_media_clock_adopt (GstPipeline *pipeline);
GstClockTime cv_media_clock_now (void); /* running time of every adopted pipeline */
guint64 cv_media_clock_wall_us (GstClockTime running_time); /* µs since 1970 */

G_END_DECLS
