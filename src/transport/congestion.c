/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The peer writes the feedback: every number of it is clamped before it counts. */
#include "transport/congestion.h"

#define LOSS_LOW 0.02
#define LOSS_HIGH 0.10
#define LOSS_WEIGHT 0.3
#define QUEUE_HIGH_US 60000.0
#define QUEUE_JUMP_US 15000.0
#define QUEUE_MAX_US 2000000.0
/* Clocks drift and single packets are late: what is remembered fades. */
#define QUEUE_KEEP 0.95
#define DELAY_CHANGE_MAX_US 500000
#define OVERUSE_FACTOR 0.85
#define GROWTH_PER_SECOND 0.08
#define GROWTH_STEP_BPS 2000.0
#define HEADROOM 1.5
#define DECREASE_INTERVAL_US (300 * 1000)
#define STARVE_AFTER_US G_USEC_PER_SEC

static void
set_rate (CvTransportCongestion *self, double rate_bps)
{
  self->rate_bps = (guint64)CLAMP (rate_bps, (double)self->min_bps, (double)self->max_bps);
}

/* One queue takes a round trip to drain: it is not punished twice meanwhile. */
static void
decrease (CvTransportCongestion *self, double rate_bps, gint64 now_us)
{
  if (self->decreased_at_us != 0 && now_us - self->decreased_at_us < DECREASE_INTERVAL_US)
    return;
  self->decreased_at_us = now_us;
  set_rate (self, MIN (rate_bps, (double)self->rate_bps));
}

static void
increase (CvTransportCongestion *self, const CvTransportFeedback *feedback, gint64 elapsed_us)
{
  double seconds = (double)MIN (elapsed_us, G_USEC_PER_SEC) / (double)G_USEC_PER_SEC;
  double now = (double)self->rate_bps;
  double limit = MAX (HEADROOM * (double)feedback->received_bps, now);

  set_rate (self, MIN (now * (1 + GROWTH_PER_SECOND * seconds) + GROWTH_STEP_BPS * seconds, limit));
}

static gboolean
is_overused (CvTransportCongestion *self, const CvTransportFeedback *feedback)
{
  gint64 mean_us = CLAMP (feedback->delay_change_us, -DELAY_CHANGE_MAX_US, DELAY_CHANGE_MAX_US);
  double change_us = (double)mean_us * feedback->n_received;

  self->queue_us = CLAMP (self->queue_us * QUEUE_KEEP + change_us, 0.0, QUEUE_MAX_US);
  return self->queue_us > QUEUE_HIGH_US || change_us > QUEUE_JUMP_US;
}

void
cv_transport_congestion_init (CvTransportCongestion *self, guint64 start_bps, guint64 min_bps,
                              guint64 max_bps)
{
  g_return_if_fail (min_bps > 0 && min_bps <= start_bps && start_bps <= max_bps);

  *self = (CvTransportCongestion){.min_bps = min_bps, .max_bps = max_bps, .rate_bps = start_bps};
}

guint64
cv_transport_congestion_update (CvTransportCongestion *self, const CvTransportFeedback *feedback)
{
  gint64 elapsed_us = feedback->at_us - self->updated_at_us;
  double loss;
  gboolean has_overuse;

  if (feedback->n_sent == 0 || feedback->n_received > feedback->n_sent || elapsed_us < 0)
    return self->rate_bps;

  loss = 1.0 - (double)feedback->n_received / feedback->n_sent;
  self->loss = self->loss * (1 - LOSS_WEIGHT) + loss * LOSS_WEIGHT;
  has_overuse = is_overused (self, feedback);
  if (has_overuse)
    decrease (self, OVERUSE_FACTOR * (double)feedback->received_bps, feedback->at_us);
  else if (self->loss > LOSS_HIGH)
    decrease (self, (double)self->rate_bps * (1 - self->loss / 2), feedback->at_us);
  else if (self->loss < LOSS_LOW && self->updated_at_us != 0)
    increase (self, feedback, elapsed_us);
  self->updated_at_us = feedback->at_us;
  return self->rate_bps;
}

guint64
cv_transport_congestion_starve (CvTransportCongestion *self, gint64 now_us)
{
  if (self->updated_at_us != 0 && now_us - self->updated_at_us >= STARVE_AFTER_US) {
    set_rate (self, (double)self->rate_bps / 2);
    self->updated_at_us = now_us;
  }
  return self->rate_bps;
}

guint64
cv_transport_congestion_get_rate (const CvTransportCongestion *self)
{
  return self->rate_bps;
}
