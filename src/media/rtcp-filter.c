/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Reads just the SSRCs out of RTCP (RFC 3550 §6, reduced size too: RFC 5506). */
#include "media/rtcp-filter.h"

#include <gst/rtp/gstrtcpbuffer.h>

#define MAX_PACKETS 32 /* in one compound */

/* The names of a compound packet: one chunk each. */
static gboolean
check_names (GstRTCPPacket *packet, CvRtcpFilterClaim claim, gpointer data)
{
  gboolean has_item = gst_rtcp_packet_sdes_first_item (packet);

  while (has_item) {
    if (!claim (data, gst_rtcp_packet_sdes_get_ssrc (packet), FALSE))
      return FALSE;
    has_item = gst_rtcp_packet_sdes_next_item (packet);
  }
  return TRUE;
}

static gboolean
check_packet (GstRTCPPacket *packet, CvRtcpFilterClaim claim, gpointer data)
{
  guint32 ssrc = 0;

  switch (gst_rtcp_packet_get_type (packet)) {
  case GST_RTCP_TYPE_SR:
    gst_rtcp_packet_sr_get_sender_info (packet, &ssrc, NULL, NULL, NULL, NULL);
    return claim (data, ssrc, TRUE);
  case GST_RTCP_TYPE_RR:
    return claim (data, gst_rtcp_packet_rr_get_ssrc (packet), FALSE);
  case GST_RTCP_TYPE_SDES:
    return check_names (packet, claim, data);
  case GST_RTCP_TYPE_RTPFB:
  case GST_RTCP_TYPE_PSFB:
    return claim (data, gst_rtcp_packet_fb_get_sender_ssrc (packet), FALSE);
  case GST_RTCP_TYPE_BYE:
    return TRUE;
  case GST_RTCP_TYPE_APP:
  case GST_RTCP_TYPE_XR:
  case GST_RTCP_TYPE_INVALID:
    break;
  }
  return FALSE;
}

gboolean
cv_rtcp_filter_check (CvSpan span, CvRtcpFilterClaim claim, gpointer data)
{
  g_autoptr (GstBuffer) buffer = NULL;
  GstRTCPBuffer rtcp = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  gboolean is_allowed;
  gboolean has_packet;

  if (span.len == 0
      || !gst_rtcp_buffer_validate_data_reduced ((guint8 *)span.data, (guint)span.len))
    return FALSE;
  buffer = gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY, (gpointer)span.data, span.len, 0,
                                        span.len, NULL, NULL);
  if (!gst_rtcp_buffer_map (buffer, GST_MAP_READ, &rtcp))
    return FALSE;
  has_packet = gst_rtcp_buffer_get_first_packet (&rtcp, &packet);
  is_allowed = has_packet;
  for (guint i = 0; has_packet && is_allowed; i++) {
    is_allowed = i < MAX_PACKETS && check_packet (&packet, claim, data);
    has_packet = gst_rtcp_packet_move_to_next (&packet);
  }
  gst_rtcp_buffer_unmap (&rtcp);
  return is_allowed;
}
