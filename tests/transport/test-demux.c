/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "transport/demux.h"

#include <string.h>

typedef struct {
  guint8 first;
  guint8 second;
  gsize len;
  CvTransportDemuxKind kind;
} Row;

static const Row rows[] = {
    {0, 1, 20, CV_TRANSPORT_DEMUX_STUN},
    {3, 0, 20, CV_TRANSPORT_DEMUX_STUN},
    {4, 0, 20, CV_TRANSPORT_DEMUX_GARBAGE},
    {15, 0, 20, CV_TRANSPORT_DEMUX_GARBAGE},
    {16, 0, 20, CV_TRANSPORT_DEMUX_GARBAGE}, /* ZRTP */
    {19, 0, 20, CV_TRANSPORT_DEMUX_GARBAGE},
    {20, 254, 13, CV_TRANSPORT_DEMUX_DTLS},
    {22, 254, 100, CV_TRANSPORT_DEMUX_DTLS},
    {63, 254, 13, CV_TRANSPORT_DEMUX_DTLS},
    {22, 254, 12, CV_TRANSPORT_DEMUX_GARBAGE}, /* shorter than a record's header */
    {64, 0, 20, CV_TRANSPORT_DEMUX_GARBAGE}, /* TURN channel */
    {79, 0, 20, CV_TRANSPORT_DEMUX_GARBAGE},
    {80, 0, 20, CV_TRANSPORT_DEMUX_GARBAGE},
    {127, 0, 20, CV_TRANSPORT_DEMUX_GARBAGE},
    {128, 0, 12, CV_TRANSPORT_DEMUX_RTP},
    {191, 96, 12, CV_TRANSPORT_DEMUX_RTP},
    {128, 96, 11, CV_TRANSPORT_DEMUX_GARBAGE},
    {128, 63, 12, CV_TRANSPORT_DEMUX_RTP},
    {128, 64, 8, CV_TRANSPORT_DEMUX_RTCP},
    {128, 95, 8, CV_TRANSPORT_DEMUX_RTCP},
    {128, 200, 8, CV_TRANSPORT_DEMUX_RTCP}, /* sender report */
    {128, 206, 12, CV_TRANSPORT_DEMUX_RTCP}, /* feedback */
    {128, 200, 7, CV_TRANSPORT_DEMUX_GARBAGE},
    {128, 0x80 | 96, 12, CV_TRANSPORT_DEMUX_RTP}, /* marker and type 96 */
    {192, 0, 20, CV_TRANSPORT_DEMUX_GARBAGE},
    {255, 255, 20, CV_TRANSPORT_DEMUX_GARBAGE},
};

static void
test_table (void)
{
  guint8 datagram[128];

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    memset (datagram, 0, sizeof datagram);
    datagram[0] = rows[i].first;
    datagram[1] = rows[i].second;
    g_assert_cmpint (cv_transport_demux_classify (cv_span (datagram, rows[i].len)), ==,
                     rows[i].kind);
  }
}

static void
test_short_datagrams_are_garbage (void)
{
  guint8 byte = 128;

  g_assert_cmpint (cv_transport_demux_classify (CV_SPAN_EMPTY), ==, CV_TRANSPORT_DEMUX_GARBAGE);
  g_assert_cmpint (cv_transport_demux_classify (cv_span (&byte, 1)), ==,
                   CV_TRANSPORT_DEMUX_GARBAGE);
}

static void
test_reads_the_ssrc (void)
{
  static const guint8 packet[12] = {0x80, 96, 0, 1, 0xa, 0xb, 0xc, 0xd, 1, 2, 3, 4};

  g_assert_cmphex (cv_transport_demux_ssrc (CV_SPAN_ARRAY (packet), CV_TRANSPORT_DEMUX_RTP), ==,
                   0x01020304);
  g_assert_cmphex (cv_transport_demux_ssrc (CV_SPAN_ARRAY (packet), CV_TRANSPORT_DEMUX_RTCP), ==,
                   0x0a0b0c0d);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/demux/table", test_table);
  g_test_add_func ("/transport/demux/short-datagrams-are-garbage",
                   test_short_datagrams_are_garbage);
  g_test_add_func ("/transport/demux/reads-the-ssrc", test_reads_the_ssrc);
  return g_test_run ();
}
