/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "media/rtcp-filter.h"

#include <gst/rtp/gstrtcpbuffer.h>

#define SENDER 0x11111111u
#define REPORTER 0x22222222u
#define STRANGER 0x33333333u

static gboolean
claim (gpointer data, guint32 ssrc, gboolean is_sender)
{
  return ssrc == SENDER || (!is_sender && ssrc == REPORTER);
}

typedef enum { REPORT_SENDER, REPORT_RECEIVER, NAMES, KEY_FRAME, APPLICATION } Part;

static GBytes *
make_compound (const Part *parts, const guint32 *ssrcs, guint n)
{
  g_autoptr (GstBuffer) buffer = gst_rtcp_buffer_new (1400);
  GstRTCPBuffer rtcp = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  gpointer data;
  gsize len;

  gst_rtcp_buffer_map (buffer, GST_MAP_READWRITE, &rtcp);
  for (guint i = 0; i < n; i++) {
    switch (parts[i]) {
    case REPORT_SENDER:
      gst_rtcp_buffer_add_packet (&rtcp, GST_RTCP_TYPE_SR, &packet);
      gst_rtcp_packet_sr_set_sender_info (&packet, ssrcs[i], 1, 2, 3, 4);
      break;
    case REPORT_RECEIVER:
      gst_rtcp_buffer_add_packet (&rtcp, GST_RTCP_TYPE_RR, &packet);
      gst_rtcp_packet_rr_set_ssrc (&packet, ssrcs[i]);
      break;
    case NAMES:
      gst_rtcp_buffer_add_packet (&rtcp, GST_RTCP_TYPE_SDES, &packet);
      gst_rtcp_packet_sdes_add_item (&packet, ssrcs[i]);
      gst_rtcp_packet_sdes_add_entry (&packet, GST_RTCP_SDES_CNAME, 3, (const guint8 *)"abc");
      break;
    case KEY_FRAME:
      gst_rtcp_buffer_add_packet (&rtcp, GST_RTCP_TYPE_PSFB, &packet);
      gst_rtcp_packet_fb_set_type (&packet, GST_RTCP_PSFB_TYPE_PLI);
      gst_rtcp_packet_fb_set_sender_ssrc (&packet, ssrcs[i]);
      gst_rtcp_packet_fb_set_media_ssrc (&packet, STRANGER);
      break;
    case APPLICATION:
      gst_rtcp_buffer_add_packet (&rtcp, GST_RTCP_TYPE_APP, &packet);
      gst_rtcp_packet_app_set_ssrc (&packet, ssrcs[i]);
      break;
    }
  }
  gst_rtcp_buffer_unmap (&rtcp);
  gst_buffer_extract_dup (buffer, 0, gst_buffer_get_size (buffer), &data, &len);
  return g_bytes_new_take (data, len);
}

static gboolean
check (const Part *parts, const guint32 *ssrcs, guint n)
{
  g_autoptr (GBytes) packet = make_compound (parts, ssrcs, n);

  return cv_rtcp_filter_check (cv_span_from_bytes (packet), claim, NULL);
}

static void
test_allows (void)
{
  g_assert_true (check ((Part[]){REPORT_SENDER, NAMES}, (guint32[]){SENDER, SENDER}, 2));
  g_assert_true (check ((Part[]){REPORT_RECEIVER, NAMES}, (guint32[]){REPORTER, REPORTER}, 2));
  g_assert_true (check ((Part[]){KEY_FRAME}, (guint32[]){REPORTER}, 1));
}

static void
test_refuses (void)
{
  /* Somebody who was not announced, or only as a receiver, claims to send. */
  g_assert_false (check ((Part[]){REPORT_SENDER, NAMES}, (guint32[]){STRANGER, SENDER}, 2));
  g_assert_false (check ((Part[]){REPORT_SENDER}, (guint32[]){REPORTER}, 1));
  g_assert_false (check ((Part[]){REPORT_SENDER, NAMES}, (guint32[]){SENDER, STRANGER}, 2));
  g_assert_false (check ((Part[]){REPORT_SENDER, REPORT_SENDER}, (guint32[]){SENDER, STRANGER}, 2));
  g_assert_false (check ((Part[]){REPORT_RECEIVER}, (guint32[]){STRANGER}, 1));
  g_assert_false (check ((Part[]){KEY_FRAME}, (guint32[]){STRANGER}, 1));
  g_assert_false (check ((Part[]){REPORT_SENDER, APPLICATION}, (guint32[]){SENDER, SENDER}, 2));
}

static void
test_refuses_rubbish (void)
{
  g_autoptr (GBytes) good =
      make_compound ((Part[]){REPORT_SENDER, NAMES}, (guint32[]){SENDER, SENDER}, 2);
  CvSpan span = cv_span_from_bytes (good);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  g_assert_false (cv_rtcp_filter_check (CV_SPAN_EMPTY, claim, NULL));
  for (gsize len = 1; len < span.len; len++) {
    g_autofree guint8 *copy = g_memdup2 (span.data, len);

    /* Cut at a border between two packets the rest is well formed. */
    if (len != 28)
      g_assert_false (cv_rtcp_filter_check (cv_span (copy, len), claim, NULL));
  }
  for (guint i = 0; i < 100000; i++) {
    g_autofree guint8 *copy = g_memdup2 (span.data, span.len);

    for (guint k = 0; k < 3; k++)
      copy[g_rand_int_range (rand, 0, (gint32)span.len)] = (guint8)g_rand_int (rand);
    (void)cv_rtcp_filter_check (cv_span (copy, span.len), claim, NULL);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/rtcp-filter/allows", test_allows);
  g_test_add_func ("/media/rtcp-filter/refuses", test_refuses);
  g_test_add_func ("/media/rtcp-filter/refuses-rubbish", test_refuses_rubbish);
  return g_test_run ();
}
