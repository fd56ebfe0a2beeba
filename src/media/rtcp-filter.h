/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Whom an RTCP packet speaks for. GStreamer keeps state for every SSRC it reads, and a jitter
 * buffer with a thread for every sender: a peer that invents them must not get that far. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

/* is_sender: the SSRC claims to send media (a sender report). FALSE: refuse the packet. */
typedef gboolean (*CvRtcpFilterClaim) (gpointer data, guint32 ssrc, gboolean is_sender);

/* TRUE when the compound packet is well formed and every claim in it is allowed. Any thread. */
gboolean cv_rtcp_filter_check (CvSpan packet, CvRtcpFilterClaim claim, gpointer data);

G_END_DECLS
