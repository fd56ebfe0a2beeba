/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/frame.h"

static void
test_numbers_what_is_repeated (void)
{
  g_autoptr (CvMessage) message = cv_message_new_epoch (CV_MESSAGE_ACCEPTED, 7);
  g_autoptr (CvServerFrame) frame = cv_server_frame_new (message);
  g_autofree char *one = cv_server_frame_to_text (frame, 1);
  g_autofree char *large = cv_server_frame_to_text (frame, G_GUINT64_CONSTANT (12345678901));

  g_assert_true (cv_server_frame_has_seq (frame));
  g_assert_cmpstr (one, ==, "{\"type\":\"accepted\",\"seq\":1,\"epoch\":7}");
  g_assert_cmpstr (large, ==, "{\"type\":\"accepted\",\"seq\":12345678901,\"epoch\":7}");
}

static void
test_numbers_nothing_else (void)
{
  /* A text inside of a message that looks like the mark is not one. */
  g_autoptr (CvMessage) message = cv_message_new_error (CV_MESSAGE_CODE_OTHER, NULL, ",\"seq\":0");
  g_autoptr (CvServerFrame) frame = cv_server_frame_new (message);
  g_autofree char *text = cv_server_frame_to_text (frame, 5);

  g_assert_false (cv_server_frame_has_seq (frame));
  g_assert_null (strchr (text, '5'));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/frame/numbers-what-is-repeated", test_numbers_what_is_repeated);
  g_test_add_func ("/server/frame/numbers-nothing-else", test_numbers_nothing_else);
  return g_test_run ();
}
