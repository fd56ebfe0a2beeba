/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "base/packet-ring.h"

#define N_THREADS 4
#define N_EACH 5000

static void
test_drops_the_oldest (void)
{
  g_autoptr (CvPacketRing) ring = cv_packet_ring_new (3, 8);
  guint8 out[8];
  guint8 tag;

  for (guint8 i = 1; i <= 3; i++)
    g_assert_cmpint (cv_packet_ring_push (ring, cv_span (&i, 1), i), ==, CV_PACKET_RING_QUEUED);
  for (guint8 i = 4; i <= 5; i++)
    g_assert_cmpint (cv_packet_ring_push (ring, cv_span (&i, 1), i), ==,
                     CV_PACKET_RING_DROPPED_OLDEST);
  for (guint8 i = 3; i <= 5; i++) {
    g_assert_cmpuint (cv_packet_ring_pop (ring, out, &tag), ==, 1);
    g_assert_cmpuint (out[0], ==, i);
    g_assert_cmpuint (tag, ==, i);
  }
  g_assert_cmpuint (cv_packet_ring_pop (ring, out, &tag), ==, 0);
}

static void
test_refuses_what_does_not_fit (void)
{
  g_autoptr (CvPacketRing) ring = cv_packet_ring_new (2, 4);
  guint8 out[4];
  guint8 tag;

  g_assert_cmpint (cv_packet_ring_push (ring, CV_SPAN_LITERAL ("12345"), 0), ==,
                   CV_PACKET_RING_REFUSED);
  g_assert_cmpint (cv_packet_ring_push (ring, CV_SPAN_EMPTY, 0), ==, CV_PACKET_RING_REFUSED);
  g_assert_cmpint (cv_packet_ring_push (ring, CV_SPAN_LITERAL ("1234"), 0), ==,
                   CV_PACKET_RING_QUEUED);
  g_assert_cmpuint (cv_packet_ring_pop (ring, out, &tag), ==, 4);
}

static gpointer
push_many (gpointer data)
{
  for (guint32 i = 0; i < N_EACH; i++)
    g_assert_cmpint (cv_packet_ring_push (data, cv_span (&i, sizeof i), 7), !=,
                     CV_PACKET_RING_REFUSED);
  return NULL;
}

static void
test_many_threads_push (void)
{
  g_autoptr (CvPacketRing) ring = cv_packet_ring_new (N_THREADS * N_EACH, 4);
  GThread *threads[N_THREADS];
  guint8 out[4];
  guint8 tag;
  guint n = 0;

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("push", push_many, ring);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  while (cv_packet_ring_pop (ring, out, &tag) == 4)
    n++;
  g_assert_cmpuint (n, ==, N_THREADS * N_EACH);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/packet-ring/drops-the-oldest", test_drops_the_oldest);
  g_test_add_func ("/base/packet-ring/refuses-what-does-not-fit", test_refuses_what_does_not_fit);
  g_test_add_func ("/base/packet-ring/many-threads-push", test_many_threads_push);
  return g_test_run ();
}
