/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/member.h"

#include "fake-room.h"

/* A connection that takes so many more messages. */
typedef struct {
  guint room;
  GString *heard; /* what came: a number, "-" without one, "x" when it was cut; NULL: never mind */
} Sink;

static void
sink_send (gpointer data, const char *text)
{
  Sink *sink = data;
  const char *seq = strstr (text, "\"seq\":");

  g_assert_cmpuint (sink->room--, >, 0);
  if (sink->heard != NULL)
    g_string_append_printf (sink->heard, "%c", seq != NULL ? seq[strlen ("\"seq\":")] : '-');
}

static gboolean
sink_has_room (gpointer data)
{
  return ((Sink *)data)->room > 0;
}

static void
sink_cut (gpointer data)
{
  g_string_append (((Sink *)data)->heard, "x");
}

static const CvServerSinkVtable sink_vtable = {
    .send = sink_send,
    .has_room = sink_has_room,
    .cut = sink_cut,
};

static void
attach (CvServerMember *member, Sink *sink)
{
  member->sink_vtable = &sink_vtable;
  member->sink = sink;
}

static void
give_room (CvServerMember *member, Sink *sink, guint room)
{
  sink->room = room;
  cv_server_member_flush (member);
}

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

  attach (member, &(Sink){.room = G_MAXUINT});
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
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  CvServerMember *member = cv_server_member_new ("1");

  cv_server_member_send_error (member, CV_MESSAGE_CODE_OTHER, CV_MESSAGE_KNOCK, "why", config);
  g_assert_cmpuint (member->sent.length, ==, 0);
  g_assert_cmpuint (member->next_seq, ==, 1);
  cv_server_member_free (member);
}

/* In their order, whatever has a number; and nobody makes room by guessing numbers. */
static void
test_what_waits_is_kept_here_alone (void)
{
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  g_autoptr (CvMessage) message = cv_message_new_epoch (CV_MESSAGE_ACCEPTED, 1);
  g_autoptr (GString) heard = g_string_new (NULL);
  CvServerMember *member = cv_server_member_new ("1");
  Sink sink = {.room = 2, .heard = heard};

  attach (member, &sink);
  for (guint i = 0; i < 4; i++)
    cv_server_member_send (member, message, config);
  cv_server_member_send_error (member, CV_MESSAGE_CODE_OTHER, CV_MESSAGE_KNOCK, "why", config);
  cv_server_member_send (member, message, config);
  g_assert_cmpstr (heard->str, ==, "12");
  g_assert_cmpuint (member->sent.length, ==, 6);
  g_assert_false (cv_server_member_acknowledge (member, 3));
  g_assert_true (cv_server_member_acknowledge (member, 2));
  g_assert_cmpuint (member->sent.length, ==, 4);
  give_room (member, &sink, 1);
  g_assert_true (cv_server_member_acknowledge (member, 3));
  g_assert_false (cv_server_member_acknowledge (member, 5));
  give_room (member, &sink, 9);
  g_assert_cmpstr (heard->str, ==, "1234-5");
  g_assert_true (cv_server_member_acknowledge (member, 5));
  g_assert_cmpuint (member->sent.length, ==, 0);
  g_assert_cmpuint (member->sent_bytes, ==, 0);
  cv_server_member_free (member);
}

static void
test_is_overrun_by_answers_that_nobody_takes (void)
{
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  CvServerMember *member = cv_server_member_new ("1");
  Sink sink = {.room = 0};

  config->queue_messages = 100;
  attach (member, &sink);
  for (guint i = 0; i < 100; i++)
    cv_server_member_send_error (member, CV_MESSAGE_CODE_OTHER, CV_MESSAGE_KNOCK, "why", config);
  g_assert_false (member->is_overrun);
  cv_server_member_send_error (member, CV_MESSAGE_CODE_OTHER, CV_MESSAGE_KNOCK, "why", config);
  g_assert_true (member->is_overrun);
  g_assert_cmpuint (member->sent.length, ==, 100);
  cv_server_member_detach (member, CV_SERVER_DETACH_LOST);
  g_assert_cmpuint (member->sent.length, ==, 0);
  g_assert_cmpuint (member->sent_bytes, ==, 0);
  cv_server_member_free (member);
}

/* The first connection is cut and not closed: what it has to write would lie beside the rest. */
static void
test_a_second_connection_repeats_as_it_takes (void)
{
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  g_autoptr (CvMessage) message = cv_message_new_epoch (CV_MESSAGE_ACCEPTED, 1);
  g_autoptr (GString) first = g_string_new (NULL);
  g_autoptr (GString) second = g_string_new (NULL);
  CvServerMember *member = cv_server_member_new ("1");

  attach (member, &(Sink){.room = 2, .heard = first});
  for (guint i = 0; i < 4; i++)
    cv_server_member_send (member, message, config);
  cv_server_member_send_error (member, CV_MESSAGE_CODE_OTHER, CV_MESSAGE_KNOCK, "why", config);
  cv_server_member_detach (member, CV_SERVER_DETACH_CUT);
  g_assert_cmpstr (first->str, ==, "12x");

  Sink sink = {.room = 1, .heard = second};
  attach (member, &sink);
  cv_server_member_repeat (member);
  /* It had them before it was cut. */
  g_assert_true (cv_server_member_acknowledge (member, 2));
  g_assert_false (cv_server_member_acknowledge (member, 3));
  give_room (member, &sink, 9);
  g_assert_cmpstr (second->str, ==, "134");
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
  g_test_add_func ("/server/member/what-waits-is-kept-here-alone",
                   test_what_waits_is_kept_here_alone);
  g_test_add_func ("/server/member/is-overrun-by-answers-that-nobody-takes",
                   test_is_overrun_by_answers_that_nobody_takes);
  g_test_add_func ("/server/member/a-second-connection-repeats-as-it-takes",
                   test_a_second_connection_repeats_as_it_takes);
  g_test_add_func ("/server/member/is-overrun-by-count-and-by-bytes",
                   test_is_overrun_by_count_and_by_bytes);
  return g_test_run ();
}
