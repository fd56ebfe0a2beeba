/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/member.h"

#include "fake-room.h"

static void
test_ids_and_tokens_differ (void)
{
  CvServerMember *a = cv_server_member_new ("1");
  CvServerMember *b = cv_server_member_new ("1");

  g_assert_cmpuint (strlen (a->id), ==, 16);
  g_assert_cmpuint (strlen (a->token), ==, 48);
  g_assert_cmpstr (a->id, !=, b->id);
  g_assert_cmpstr (a->token, !=, b->token);
  g_assert_true (cv_server_member_is_away (a));
  cv_server_member_free (a);
  cv_server_member_free (b);
}

static void
test_keeps_until_acknowledged (void)
{
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  g_autoptr (CvMessage) message = cv_message_new_epoch (CV_MESSAGE_ACCEPTED, 1);
  CvServerMember *member = cv_server_member_new ("1");

  for (guint i = 0; i < 5; i++)
    cv_server_member_send (member, message, config);
  g_assert_cmpuint (member->sent.length, ==, 5);
  g_assert_false (cv_server_member_acknowledge (member, 6));
  g_assert_true (cv_server_member_acknowledge (member, 3));
  g_assert_cmpuint (member->sent.length, ==, 2);
  g_assert_true (cv_server_member_acknowledge (member, 1));
  g_assert_cmpuint (member->acknowledged, ==, 3);
  g_assert_true (cv_server_member_acknowledge (member, 5));
  g_assert_cmpuint (member->sent_bytes, ==, 0);
  cv_server_member_free (member);
}

static void
test_keeps_nothing_that_has_no_number (void)
{
  CvServerMember *member = cv_server_member_new ("1");

  cv_server_member_send_error (member, CV_MESSAGE_CODE_OTHER, CV_MESSAGE_KNOCK, "why");
  g_assert_cmpuint (member->sent.length, ==, 0);
  g_assert_cmpuint (member->next_seq, ==, 1);
  cv_server_member_free (member);
}

static void
test_is_overrun_by_count_and_by_bytes (void)
{
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  g_autoptr (CvMessage) message = cv_message_new_epoch (CV_MESSAGE_ACCEPTED, 1);
  CvServerMember *by_count = cv_server_member_new ("1");
  CvServerMember *by_bytes = cv_server_member_new ("1");

  config->queue_messages = 2;
  for (guint i = 0; i < 3; i++)
    cv_server_member_send (by_count, message, config);
  g_assert_true (by_count->is_overrun);
  config->queue_messages = 100;
  config->queue_bytes = 60;
  for (guint i = 0; i < 3; i++)
    cv_server_member_send (by_bytes, message, config);
  g_assert_true (by_bytes->is_overrun);
  g_assert_cmpuint (by_bytes->sent.length, ==, 1);
  cv_server_member_free (by_count);
  cv_server_member_free (by_bytes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/member/ids-and-tokens-differ", test_ids_and_tokens_differ);
  g_test_add_func ("/server/member/keeps-until-acknowledged", test_keeps_until_acknowledged);
  g_test_add_func ("/server/member/keeps-nothing-that-has-no-number",
                   test_keeps_nothing_that_has_no_number);
  g_test_add_func ("/server/member/is-overrun-by-count-and-by-bytes",
                   test_is_overrun_by_count_and_by_bytes);
  return g_test_run ();
}
