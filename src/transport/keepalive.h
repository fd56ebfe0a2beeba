/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Is the peer still there: an authenticated RTCP packet a second, and who heard what when.
 *
 * An RTCP APP packet (RFC 3550 §6.7, alone as RFC 5506 allows) named "CVKA" with three times in
 * microseconds: the sender's, the last one heard, and how long ago that was. Only a peer that has
 * sent one is expected to go on: an SFU never does. Pure, times are given. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

#define CV_TRANSPORT_KEEPALIVE_LEN 24
#define CV_TRANSPORT_KEEPALIVE_INTERVAL_US G_USEC_PER_SEC
#define CV_TRANSPORT_KEEPALIVE_SILENCE_US (4 * G_USEC_PER_SEC)

typedef struct {
  guint32 ssrc;
  gboolean is_expected; /* the peer has sent one */
  gint64 heard_at_us; /* anything authentic */
  gint64 ping_at_us; /* its last keepalive came */
  guint32 ping_time; /* what it said */
  guint32 rtt_us; /* 0: unknown */
} CvTransportKeepalive;

void cv_transport_keepalive_init (CvTransportKeepalive *self, guint32 ssrc, gint64 now_us);

void cv_transport_keepalive_write (const CvTransportKeepalive *self, gint64 now_us,
                                   guint8 out[static CV_TRANSPORT_KEEPALIVE_LEN]);

/* TRUE when the authentic RTCP packet was a keepalive, which ends here. */
gboolean cv_transport_keepalive_take (CvTransportKeepalive *self, CvSpan rtcp, gint64 now_us);

void cv_transport_keepalive_heard (CvTransportKeepalive *self, gint64 now_us);

/* The time starts anew, as after an ICE restart. */
void cv_transport_keepalive_reset (CvTransportKeepalive *self, gint64 now_us);

gboolean cv_transport_keepalive_is_silent (const CvTransportKeepalive *self, gint64 now_us);

G_END_DECLS
