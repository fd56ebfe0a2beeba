/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The numbers of RFC 7983 §7; channel data of TURN (64–79) and ZRTP (16–19) are garbage here. */
#include "transport/demux.h"

#define RTP_HEADER_LEN 12
#define RTCP_HEADER_LEN 8
#define DTLS_RECORD_HEADER_LEN 13

static CvTransportDemuxKind
classify_media (CvSpan datagram)
{
  guint8 payload_type;

  if (datagram.len < RTCP_HEADER_LEN)
    return CV_TRANSPORT_DEMUX_GARBAGE;
  payload_type = datagram.data[1] & 0x7f;
  if (payload_type >= 64 && payload_type <= 95)
    return CV_TRANSPORT_DEMUX_RTCP;
  return datagram.len >= RTP_HEADER_LEN ? CV_TRANSPORT_DEMUX_RTP : CV_TRANSPORT_DEMUX_GARBAGE;
}

CvTransportDemuxKind
cv_transport_demux_classify (CvSpan datagram)
{
  guint8 first;

  if (datagram.len == 0)
    return CV_TRANSPORT_DEMUX_GARBAGE;
  first = datagram.data[0];
  if (first <= 3)
    return CV_TRANSPORT_DEMUX_STUN;
  if (first >= 20 && first <= 63)
    return datagram.len >= DTLS_RECORD_HEADER_LEN ? CV_TRANSPORT_DEMUX_DTLS
                                                  : CV_TRANSPORT_DEMUX_GARBAGE;
  if (first >= 128 && first <= 191)
    return classify_media (datagram);
  return CV_TRANSPORT_DEMUX_GARBAGE;
}

guint32
cv_transport_demux_ssrc (CvSpan packet, CvTransportDemuxKind kind)
{
  CvReader reader;

  cv_reader_init (&reader, packet);
  cv_reader_take (&reader, kind == CV_TRANSPORT_DEMUX_RTCP ? 4 : 8);
  return cv_reader_u32 (&reader);
}
