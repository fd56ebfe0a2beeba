/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "base/loop-thread.h"

#define N_JOBS 1000

typedef struct {
  CvLoopThread *thread;
  guint n_run;
  guint n_freed;
  gboolean was_elsewhere;
} Count;

static void
count_run (gpointer data)
{
  Count *count = data;

  count->was_elsewhere |= !cv_loop_thread_is_current (count->thread);
  count->n_run++;
}

static void
count_freed (gpointer data)
{
  ((Count *)data)->n_freed++;
}

static void
test_stop_drains (void)
{
  CvLoopThread *thread = cv_loop_thread_new ("cv-test");
  Count count = {.thread = thread};

  for (guint i = 0; i < N_JOBS; i++)
    g_assert_true (cv_loop_thread_invoke (thread, count_run, &count, count_freed));
  cv_loop_thread_stop (thread);
  g_assert_cmpuint (count.n_run, ==, N_JOBS);
  g_assert_cmpuint (count.n_freed, ==, N_JOBS);
  g_assert_false (count.was_elsewhere);
  cv_loop_thread_free (thread);
}

static void
test_refuses_after_stop (void)
{
  g_autoptr (CvLoopThread) thread = cv_loop_thread_new ("cv-test");
  Count count = {.thread = thread};

  cv_loop_thread_stop (thread);
  cv_loop_thread_stop (thread);
  g_assert_false (cv_loop_thread_invoke (thread, count_run, &count, count_freed));
  g_assert_false (cv_loop_thread_call (thread, count_run, &count));
  g_assert_cmpuint (count.n_run, ==, 0);
  g_assert_cmpuint (count.n_freed, ==, 1);
}

static void
call_again (gpointer data)
{
  Count *count = data;

  g_assert_true (cv_loop_thread_call (count->thread, count_run, count));
}

static void
test_call (void)
{
  g_autoptr (CvLoopThread) thread = cv_loop_thread_new ("cv-test");
  Count count = {.thread = thread};

  g_assert_true (cv_loop_thread_call (thread, count_run, &count));
  g_assert_cmpuint (count.n_run, ==, 1);
  g_assert_true (cv_loop_thread_call (thread, call_again, &count));
  g_assert_cmpuint (count.n_run, ==, 2);
  g_assert_false (count.was_elsewhere);
  g_assert_false (cv_loop_thread_is_current (thread));
}

static void
invoke_again (gpointer data)
{
  Count *count = data;

  /* Whether it is still taken depends on the stop; either way it is freed exactly once. */
  cv_loop_thread_invoke (count->thread, count_run, count, count_freed);
}

static void
test_invoke_while_stopping (void)
{
  for (guint i = 0; i < 200; i++) {
    CvLoopThread *thread = cv_loop_thread_new ("cv-test");
    Count count = {.thread = thread};

    g_assert_true (cv_loop_thread_invoke (thread, invoke_again, &count, NULL));
    cv_loop_thread_free (thread);
    g_assert_cmpuint (count.n_freed, ==, 1);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/loop-thread/stop-drains", test_stop_drains);
  g_test_add_func ("/base/loop-thread/refuses-after-stop", test_refuses_after_stop);
  g_test_add_func ("/base/loop-thread/call", test_call);
  g_test_add_func ("/base/loop-thread/invoke-while-stopping", test_invoke_while_stopping);
  return g_test_run ();
}
