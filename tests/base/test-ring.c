/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "base/ring.h"

#define N_ITEMS 100000

static guint n_freed; /* atomic */

static void
count_freed (gpointer item)
{
  g_atomic_int_inc (&n_freed);
}

static void
test_drop_newest (void)
{
  g_autoptr (CvRing) ring = cv_ring_new (2, CV_RING_DROP_NEWEST, count_freed);
  CvRingStats stats;

  n_freed = 0;
  g_assert_true (cv_ring_push (ring, GINT_TO_POINTER (1)));
  g_assert_false (cv_ring_push (ring, GINT_TO_POINTER (2)));
  g_assert_false (cv_ring_push (ring, GINT_TO_POINTER (3)));
  g_assert_cmpuint (n_freed, ==, 1);
  g_assert_cmpint (GPOINTER_TO_INT (cv_ring_pop (ring)), ==, 1);
  g_assert_cmpint (GPOINTER_TO_INT (cv_ring_pop (ring)), ==, 2);
  g_assert_null (cv_ring_pop (ring));
  stats = cv_ring_get_stats (ring);
  g_assert_cmpuint (stats.pushed, ==, 2);
  g_assert_cmpuint (stats.dropped, ==, 1);
  g_assert_cmpuint (stats.popped, ==, 2);
  g_assert_cmpuint (stats.high_water, ==, 2);
}

static void
test_drop_oldest (void)
{
  g_autoptr (CvRing) ring = cv_ring_new (2, CV_RING_DROP_OLDEST, NULL);

  for (gint i = 1; i <= 5; i++)
    g_assert_cmpint (cv_ring_push (ring, GINT_TO_POINTER (i)), ==, i == 1);
  g_assert_cmpuint (cv_ring_get_len (ring), ==, 2);
  g_assert_cmpint (GPOINTER_TO_INT (cv_ring_pop (ring)), ==, 4);
  g_assert_cmpint (GPOINTER_TO_INT (cv_ring_pop (ring)), ==, 5);
  g_assert_cmpuint (cv_ring_get_stats (ring).dropped, ==, 3);
}

static void
test_close (void)
{
  g_autoptr (CvRing) ring = cv_ring_new (4, CV_RING_DROP_OLDEST, count_freed);

  n_freed = 0;
  cv_ring_push (ring, GINT_TO_POINTER (1));
  cv_ring_push (ring, GINT_TO_POINTER (2));
  cv_ring_close (ring);
  g_assert_cmpuint (n_freed, ==, 2);
  g_assert_false (cv_ring_push (ring, GINT_TO_POINTER (3)));
  g_assert_cmpuint (n_freed, ==, 3);
  g_assert_null (cv_ring_pop (ring));
}

static gpointer
push_many (gpointer data)
{
  for (gint i = 1; i <= N_ITEMS; i++)
    cv_ring_push (data, GINT_TO_POINTER (i));
  return NULL;
}

/* Every item is either popped, in order, or dropped. */
static void
test_threads (void)
{
  g_autoptr (CvRing) ring = cv_ring_new (16, CV_RING_DROP_OLDEST, count_freed);
  GThread *thread;
  gint last = 0;
  guint n_popped = 0;

  n_freed = 0;
  thread = g_thread_new ("pusher", push_many, ring);
  while (last < N_ITEMS) {
    gint item = GPOINTER_TO_INT (cv_ring_pop (ring));

    if (item == 0) {
      g_thread_yield ();
      continue;
    }
    g_assert_cmpint (item, >, last);
    last = item;
    n_popped++;
  }
  g_thread_join (thread);
  g_assert_cmpuint (n_popped + g_atomic_int_get (&n_freed), ==, N_ITEMS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/ring/drop-newest", test_drop_newest);
  g_test_add_func ("/base/ring/drop-oldest", test_drop_oldest);
  g_test_add_func ("/base/ring/close", test_close);
  g_test_add_func ("/base/ring/threads", test_threads);
  return g_test_run ();
}
