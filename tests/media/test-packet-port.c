/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "media/packet-port.h"

static void
deliver_number (CvPacketPort *port, guint32 number, gboolean is_rtcp)
{
  guint32 wire = GUINT32_TO_BE (number);

  cv_packet_port_deliver (port, cv_span (&wire, sizeof wire), is_rtcp);
}

static guint32
receive_number (CvPacketPort *port, gboolean is_rtcp)
{
  guint8 bytes[CV_PACKET_PORT_MAX_BYTES];
  CvReader reader;
  gsize len = 0;

  g_assert_true (cv_packet_port_receive (port, is_rtcp, bytes, &len));
  g_assert_cmpuint (len, ==, 4);
  cv_reader_init (&reader, cv_span (bytes, len));
  return cv_reader_u32 (&reader);
}

static void
test_keeps_order (void)
{
  g_autoptr (CvPacketPort) port = cv_packet_port_new ();

  cv_packet_port_start (port, FALSE);
  cv_packet_port_start (port, TRUE);
  for (guint i = 0; i < 1000; i++) {
    deliver_number (port, i, FALSE);
    deliver_number (port, 5000 + i, TRUE);
    g_assert_cmpuint (receive_number (port, FALSE), ==, i);
    g_assert_cmpuint (receive_number (port, TRUE), ==, 5000 + i);
  }
}

static void
test_drops_the_oldest (void)
{
  g_autoptr (CvPacketPort) port = cv_packet_port_new ();
  CvPacketPortCounts counts;

  cv_packet_port_start (port, FALSE);
  for (guint i = 0; i < CV_PACKET_PORT_RTP_SLOTS + 10; i++)
    deliver_number (port, i, FALSE);
  for (guint i = 0; i < CV_PACKET_PORT_RTP_SLOTS; i++)
    g_assert_cmpuint (receive_number (port, FALSE), ==, i + 10);
  cv_packet_port_get_counts (port, &counts);
  g_assert_cmpuint (counts.overflowed, ==, 10);
  g_assert_cmpuint (counts.delivered, ==, CV_PACKET_PORT_RTP_SLOTS + 10);
}

static void
test_refuses (void)
{
  static guint8 long_packet[CV_PACKET_PORT_MAX_BYTES + 1];
  g_autoptr (CvPacketPort) port = cv_packet_port_new ();
  CvPacketPortCounts counts;

  deliver_number (port, 1, FALSE); /* not started */
  cv_packet_port_start (port, FALSE);
  cv_packet_port_deliver (port, CV_SPAN_EMPTY, FALSE);
  cv_packet_port_deliver (port, cv_span (long_packet, sizeof long_packet), FALSE);
  deliver_number (port, 1, TRUE); /* the other queue is not started */
  cv_packet_port_get_counts (port, &counts);
  g_assert_cmpuint (counts.refused, ==, 4);
  g_assert_cmpuint (counts.delivered, ==, 0);
}

static gpointer
wait_for_packet (gpointer data)
{
  guint8 bytes[CV_PACKET_PORT_MAX_BYTES];
  gsize len = 0;

  return GINT_TO_POINTER (cv_packet_port_receive (data, FALSE, bytes, &len));
}

static void
test_stop_wakes (void)
{
  g_autoptr (CvPacketPort) port = cv_packet_port_new ();
  GThread *thread;

  cv_packet_port_start (port, FALSE);
  thread = g_thread_new ("receive", wait_for_packet, port);
  cv_packet_port_stop (port, FALSE);
  g_assert_false (GPOINTER_TO_INT (g_thread_join (thread)));
}

static void
count (gpointer data, CvSpan packet, gboolean is_rtcp)
{
  guint *counter = data;

  counter[is_rtcp ? 1 : 0] += (guint)packet.len;
}

static void
test_sends (void)
{
  static guint8 bytes[CV_PACKET_PORT_MAX_BYTES + 1];
  g_autoptr (CvPacketPort) port = cv_packet_port_new ();
  CvPacketPortCounts counts;
  guint counter[2] = {0};

  cv_packet_port_send (port, cv_span (bytes, 10), FALSE);
  cv_packet_port_connect (port, count, counter);
  cv_packet_port_send (port, cv_span (bytes, 20), FALSE);
  cv_packet_port_send (port, cv_span (bytes, 30), TRUE);
  cv_packet_port_send (port, cv_span (bytes, sizeof bytes), FALSE);
  cv_packet_port_connect (port, NULL, NULL);
  cv_packet_port_send (port, cv_span (bytes, 40), FALSE);
  g_assert_cmpuint (counter[0], ==, 20);
  g_assert_cmpuint (counter[1], ==, 30);
  cv_packet_port_get_counts (port, &counts);
  g_assert_cmpuint (counts.sent, ==, 2);
  g_assert_cmpuint (counts.unsent, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/packet-port/keeps-order", test_keeps_order);
  g_test_add_func ("/media/packet-port/drops-the-oldest", test_drops_the_oldest);
  g_test_add_func ("/media/packet-port/refuses", test_refuses);
  g_test_add_func ("/media/packet-port/stop-wakes", test_stop_wakes);
  g_test_add_func ("/media/packet-port/sends", test_sends);
  return g_test_run ();
}
