/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A frame is encoded once for all links, so the slowest link that gets a layer sets its rate; who
 * cannot follow 720p gets 360p instead of dragging everybody down. */
#include "routing/pace.h"

#define START_BPS 900000
#define MIN_BPS 120000
#define MAX_BPS 2500000
#define AUDIO_BPS 60000
#define MIDDLE_KEEP_BPS 600000
#define MIDDLE_ENTER_BPS 800000

void
cv_routing_pace_init (CvRoutingPace *self)
{
  *self = (CvRoutingPace){0};
  cv_transport_congestion_init (&self->control, START_BPS, MIN_BPS, MAX_BPS);
}

guint
cv_routing_pace_get_rate (const CvRoutingPace *self)
{
  return (guint)MAX (cv_transport_congestion_get_rate (&self->control), MIN_BPS) - AUDIO_BPS;
}

guint
cv_routing_pace_update (CvRoutingPace *self, const CvMediaLinkStats *stats, gint64 now_us)
{
  const guint64 n_sent = stats->sent_packets - self->sent_packets;
  const guint64 n_bytes = stats->sent_bytes - self->sent_bytes;
  const double arrived = 1 - CLAMP (stats->loss, 0, 1);
  const gint64 elapsed_us = now_us - self->control.updated_at_us;
  CvTransportFeedback feedback = {.at_us = now_us};

  /* Totals that went back are those of a link made anew. */
  if (stats->sent_packets < self->sent_packets || stats->sent_bytes < self->sent_bytes
      || self->control.updated_at_us == 0 || elapsed_us <= 0 || n_sent == 0
      || n_sent > G_MAXUINT16) {
    self->control.updated_at_us = now_us;
  } else {
    feedback.n_sent = (guint)n_sent;
    feedback.n_received = (guint)((double)n_sent * arrived);
    feedback.received_bps =
        (guint64)((double)n_bytes * 8 * arrived * G_USEC_PER_SEC / (double)elapsed_us);
    cv_transport_congestion_update (&self->control, &feedback);
  }
  self->sent_packets = stats->sent_packets;
  self->sent_bytes = stats->sent_bytes;
  return cv_routing_pace_get_rate (self);
}

CvLayer
cv_routing_pace_limit (const CvRoutingPace *self, CvLayer wanted, CvLayer current)
{
  const guint needed = current == CV_LAYER_MIDDLE ? MIDDLE_KEEP_BPS : MIDDLE_ENTER_BPS;

  if (wanted == CV_LAYER_MIDDLE && cv_routing_pace_get_rate (self) < needed)
    return CV_LAYER_LOW;
  return wanted;
}
