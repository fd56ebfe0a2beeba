/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the peer's receiver reports say about our packets (RFC 3550 §6.4.1). */
#pragma once

#include "media/stats.h"

G_BEGIN_DECLS

/* Fills loss and round_trip_ms from GStreamer's RTPSession object. */
void cv_rtp_stats_read_reports (GObject *rtp_session, CvMediaLinkStats *stats);

G_END_DECLS
