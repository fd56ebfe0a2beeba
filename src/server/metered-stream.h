/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A stream over another one that tallies the WebSocket frames that really go through.
 *
 * It also takes turns: a reader that would go on for as long as something comes is told after
 * 256 KiB that nothing is there, so that other connections get to read. */
#pragma once

#include "server/frame-tally.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define CV_TYPE_SERVER_METERED_STREAM (cv_server_metered_stream_get_type ())
G_DECLARE_FINAL_TYPE (CvServerMeteredStream, cv_server_metered_stream, CV, SERVER_METERED_STREAM,
                      GIOStream)

/* Called inside of a read or write, after it was tallied: must neither read nor write the stream
 * when it was written. */
typedef void (*CvServerMeteredStreamFunc) (gpointer data);

/* base: with pollable streams; closed with this one. */
CvServerMeteredStream *cv_server_metered_stream_new (GIOStream *base);

/* Borrowed, and live: what was read, and what the base has taken. */
const CvServerFrameTally *cv_server_metered_stream_get_read (CvServerMeteredStream *self);
const CvServerFrameTally *cv_server_metered_stream_get_written (CvServerMeteredStream *self);

/* Both NULL: none any more. */
void cv_server_metered_stream_watch (CvServerMeteredStream *self, CvServerMeteredStreamFunc on_read,
                                     CvServerMeteredStreamFunc on_written, gpointer data);

/* Every read fails from now on. */
void cv_server_metered_stream_stop_reading (CvServerMeteredStream *self);

G_END_DECLS
