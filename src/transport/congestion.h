/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* How much may be sent to a peer: from loss and delay of transport-wide feedback. Pure.
 *
 * Additive and multiplicative increase, multiplicative decrease, after the two controllers of
 * draft-ietf-rmcat-gcc-02 made simple:
 *   loss   below 2 % grow, above 10 % shrink by half of the loss, between them hold;
 *   delay  the sum of the one-way delay's changes is the queue; a queue that stands above 60 ms or
 *          grows by 15 ms in one report means overuse: go to 85 % of what arrives.
 * Growth is 8 % a second, and never beyond one and a half times what arrives, so that a quiet
 * sender does not earn a rate that it never tested. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One feedback packet, summed up (the words of GStreamer's "twcc-stats"). */
typedef struct {
  gint64 at_us; /* when it came, monotonic */
  guint n_sent; /* packets that it covers */
  guint n_received; /* of these */
  guint64 received_bps; /* as measured by the receiver */
  gint64 delay_change_us; /* mean over the packets: receive interval minus send interval */
} CvTransportFeedback;

typedef struct {
  guint64 min_bps;
  guint64 max_bps;
  guint64 rate_bps;
  gint64 updated_at_us; /* 0: not yet */
  gint64 decreased_at_us;
  double queue_us;
  double loss; /* smoothed, 0 to 1 */
} CvTransportCongestion;

/* 0 < min_bps ≤ start_bps ≤ max_bps */
void cv_transport_congestion_init (CvTransportCongestion *self, guint64 start_bps, guint64 min_bps,
                                   guint64 max_bps);

/* The rate to send at from now on. Feedback that makes no sense (more received than sent, time
 * going back) changes nothing. */
guint64
cv_transport_congestion_update (CvTransportCongestion *self, const CvTransportFeedback *feedback);

/* No feedback for a while, though something was sent: half the rate each second of silence. */
guint64 cv_transport_congestion_starve (CvTransportCongestion *self, gint64 now_us);

guint64 cv_transport_congestion_get_rate (const CvTransportCongestion *self);

G_END_DECLS
