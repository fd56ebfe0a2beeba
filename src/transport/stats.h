/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a link has done: a copy of its counters, taken on any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Every way a packet can end, one counter each, so that nothing is dropped unseen. */
typedef enum {
  CV_TRANSPORT_COUNT_SENT, /* RTP and RTCP handed to the network */
  CV_TRANSPORT_COUNT_SENT_BYTES,
  CV_TRANSPORT_COUNT_SEND_OVERFLOW, /* oldest in the full send ring */
  CV_TRANSPORT_COUNT_SEND_TOO_BIG, /* or not an RTP or RTCP packet */
  CV_TRANSPORT_COUNT_SEND_NOT_READY, /* before connected or after it */
  CV_TRANSPORT_COUNT_SEND_FAILED, /* refused by SRTP or by the network */
  CV_TRANSPORT_COUNT_RECEIVED, /* authentic, handed to on_packet */
  CV_TRANSPORT_COUNT_RECEIVED_BYTES,
  CV_TRANSPORT_COUNT_DROP_GARBAGE, /* neither DTLS nor RTP nor RTCP by RFC 7983, or too short */
  CV_TRANSPORT_COUNT_DROP_EARLY, /* media before the peer's certificate was verified */
  CV_TRANSPORT_COUNT_DROP_UNKNOWN_SSRC, /* not announced */
  CV_TRANSPORT_COUNT_DROP_REPLAY, /* seen already, or too old */
  CV_TRANSPORT_COUNT_DROP_AUTHENTICATION, /* tag wrong: bits flipped, or reflected to us */
  CV_TRANSPORT_COUNT_DROP_DTLS, /* more DTLS datagrams than any honest peer sends */
  CV_TRANSPORT_COUNT_DROP_CANDIDATE, /* malformed, forbidden or too many */
  CV_TRANSPORT_N_COUNTS
} CvTransportCount;

const char *cv_transport_count_to_string (CvTransportCount count); /* "sent", "drop-replay", … */

/* Any thread may add and read. */
typedef struct {
  guint64 counts[CV_TRANSPORT_N_COUNTS];
} CvTransportStats;

void cv_transport_stats_add (CvTransportStats *stats, CvTransportCount count, guint64 amount);
guint64 cv_transport_stats_get (const CvTransportStats *stats, CvTransportCount count);
void cv_transport_stats_copy (const CvTransportStats *stats, CvTransportStats *out);

G_END_DECLS
