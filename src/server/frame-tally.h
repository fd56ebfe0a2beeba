/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Follows the WebSocket frames of one direction and counts them (RFC 6455 §5.2).
 *
 * libsoup does the WebSocket; it neither tells how much waits to be written nor bounds what it
 * answers or collects by itself. This looks on, and refuses nothing: what is no valid frame ends
 * the connection in libsoup. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CV_SERVER_FRAME_HEADER_MAX 14

typedef struct {
  guint64 n_bytes; /* headers included */
  guint64 n_frames; /* whole ones */
  guint64 n_pings; /* whole ones, and the bytes of the frames that answer them */
  guint64 pong_bytes;
  guint64 n_extra; /* continuations, pings, pongs: any number of them may go with a message */
  guint64 message_bytes; /* of the message that is not whole, as announced; stays at the most */

  guint8 header[CV_SERVER_FRAME_HEADER_MAX];
  guint header_len;
  guint64 left; /* of the frame whose header is whole */
} CvServerFrameTally;

/* Bytes of a server's frame that carries so much. */
gsize cv_server_frame_tally_get_framed_len (gsize len);

/* The next bytes of the direction, in any pieces. */
void cv_server_frame_tally_add (CvServerFrameTally *tally, const guint8 *bytes, gsize len);

G_END_DECLS
