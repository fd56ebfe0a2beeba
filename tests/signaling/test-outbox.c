/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "signaling/outbox.h"

static void
join (const char *text, gpointer data)
{
  g_string_append (data, text);
}

static void
assert_holds (CvSignalingOutbox *outbox, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  cv_signaling_outbox_foreach (outbox, join, text);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_keeps_what_has_not_arrived (void)
{
  CvSignalingOutbox *outbox = cv_signaling_outbox_new (10, 100);

  g_assert_true (cv_signaling_outbox_push (outbox, g_strdup ("a")));
  g_assert_true (cv_signaling_outbox_push (outbox, g_strdup ("b")));
  g_assert_true (cv_signaling_outbox_push (outbox, g_strdup ("c")));
  assert_holds (outbox, "abc");
  g_assert_true (cv_signaling_outbox_acknowledge (outbox, 2));
  assert_holds (outbox, "c");
  g_assert_true (cv_signaling_outbox_acknowledge (outbox, 2));
  g_assert_true (cv_signaling_outbox_acknowledge (outbox, 3));
  assert_holds (outbox, "");
  cv_signaling_outbox_free (outbox);
}

static void
test_rejects_what_cannot_be (void)
{
  CvSignalingOutbox *outbox = cv_signaling_outbox_new (10, 100);

  g_assert_false (cv_signaling_outbox_acknowledge (outbox, 1));
  g_assert_true (cv_signaling_outbox_push (outbox, g_strdup ("a")));
  g_assert_false (cv_signaling_outbox_acknowledge (outbox, 2));
  g_assert_false (cv_signaling_outbox_acknowledge (outbox, G_MAXUINT64));
  g_assert_true (cv_signaling_outbox_acknowledge (outbox, 1));
  g_assert_false (cv_signaling_outbox_acknowledge (outbox, 0));
  cv_signaling_outbox_free (outbox);
}

static void
test_is_bounded (void)
{
  CvSignalingOutbox *outbox = cv_signaling_outbox_new (2, 5);

  g_assert_false (cv_signaling_outbox_push (outbox, g_strdup ("123456")));
  g_assert_true (cv_signaling_outbox_push (outbox, g_strdup ("1234")));
  g_assert_false (cv_signaling_outbox_push (outbox, g_strdup ("12")));
  g_assert_true (cv_signaling_outbox_push (outbox, g_strdup ("1")));
  g_assert_true (cv_signaling_outbox_acknowledge (outbox, 1));
  g_assert_true (cv_signaling_outbox_push (outbox, g_strdup ("2")));
  g_assert_false (cv_signaling_outbox_push (outbox, g_strdup ("3")));
  cv_signaling_outbox_free (outbox);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signaling/outbox/keeps-what-has-not-arrived", test_keeps_what_has_not_arrived);
  g_test_add_func ("/signaling/outbox/rejects-what-cannot-be", test_rejects_what_cannot_be);
  g_test_add_func ("/signaling/outbox/is-bounded", test_is_bounded);
  return g_test_run ();
}
