/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a datagram of a bundled link is, by its first byte (RFC 7983 §7, RFC 5761 §4). Pure. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

typedef enum {
  CV_TRANSPORT_DEMUX_GARBAGE,
  CV_TRANSPORT_DEMUX_STUN, /* 0–3: the ICE agent has taken its own, so what is left is a stray */
  CV_TRANSPORT_DEMUX_DTLS, /* 20–63, at least a record header */
  CV_TRANSPORT_DEMUX_RTP, /* 128–191, at least 12 bytes */
  CV_TRANSPORT_DEMUX_RTCP, /* 128–191 with a payload type of 64–95, at least 8 bytes */
} CvTransportDemuxKind;

CvTransportDemuxKind cv_transport_demux_classify (CvSpan datagram);

/* Of the sender; the packet must have been classified as RTP or RTCP. */
guint32 cv_transport_demux_ssrc (CvSpan packet, CvTransportDemuxKind kind);

G_END_DECLS
