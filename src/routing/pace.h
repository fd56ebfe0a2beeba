/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* How fast one link may be used, from what its receiver reports once a second. Pure. */
#pragma once

#include "media/stats.h"
#include "routing/layers.h"
#include "transport/congestion.h"

G_BEGIN_DECLS

typedef struct {
  CvTransportCongestion control;
  guint64 sent_packets;
  guint64 sent_bytes;
} CvRoutingPace;

void cv_routing_pace_init (CvRoutingPace *self);

/* The totals of the link so far; about once a second. Returns bits a second for the camera. */
guint cv_routing_pace_update (CvRoutingPace *self, const CvMediaLinkStats *stats, gint64 now_us);
guint cv_routing_pace_get_rate (const CvRoutingPace *self);

/* What a link can carry of what is wanted: 720p needs 600 kbit/s, and 800 to come back to it. */
CvLayer cv_routing_pace_limit (const CvRoutingPace *self, CvLayer wanted, CvLayer current);

G_END_DECLS
