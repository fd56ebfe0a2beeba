/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "base/mailbox.h"

static guint n_freed;

static void
count_freed (gpointer value)
{
  n_freed++;
}

static void
test_latest_wins (void)
{
  CvMailbox *mailbox = cv_mailbox_new (count_freed);

  n_freed = 0;
  g_assert_null (cv_mailbox_take (mailbox));
  g_assert_true (cv_mailbox_put (mailbox, GINT_TO_POINTER (1)));
  g_assert_false (cv_mailbox_put (mailbox, GINT_TO_POINTER (2)));
  g_assert_cmpuint (n_freed, ==, 1);
  g_assert_cmpint (GPOINTER_TO_INT (cv_mailbox_take (mailbox)), ==, 2);
  g_assert_null (cv_mailbox_take (mailbox));
  g_assert_true (cv_mailbox_put (mailbox, GINT_TO_POINTER (3)));
  cv_mailbox_free (mailbox);
  g_assert_cmpuint (n_freed, ==, 2);
}

static gpointer
put_many (gpointer data)
{
  for (gint i = 1; i <= 100000; i++)
    cv_mailbox_put (data, g_memdup2 (&i, sizeof i));
  return NULL;
}

static void
test_threads (void)
{
  CvMailbox *mailbox = cv_mailbox_new (g_free);
  GThread *thread = g_thread_new ("putter", put_many, mailbox);
  gint last = 0;

  while (last < 100000) {
    g_autofree gint *value = cv_mailbox_take (mailbox);

    if (value) {
      g_assert_cmpint (*value, >, last);
      last = *value;
    } else
      g_thread_yield ();
  }
  g_thread_join (thread);
  cv_mailbox_free (mailbox);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/mailbox/latest-wins", test_latest_wins);
  g_test_add_func ("/base/mailbox/threads", test_threads);
  return g_test_run ();
}
