/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "call/chat-message-private.h"

static CvChatMessage *
make_line (guint number)
{
  g_autofree char *text = g_strdup_printf ("%u", number);

  return cv_chat_message_new ("0123456789abcdef", "Ada", text, FALSE);
}

static void
test_keeps_what_it_was_made_of (void)
{
  g_autoptr (CvChatMessage) line = cv_chat_message_new ("id", "Ada", "héllo", TRUE);
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;
  gboolean is_self = FALSE;

  g_object_get (line, "sender-id", &id, "text", &text, "is-self", &is_self, NULL);
  g_assert_cmpstr (id, ==, "id");
  g_assert_cmpstr (text, ==, "héllo");
  g_assert_true (is_self);
  g_assert_cmpstr (cv_chat_message_get_sender_name (line), ==, "Ada");
  g_assert_nonnull (cv_chat_message_get_time (line));
}

static void
test_the_oldest_lines_go (void)
{
  g_autoptr (GListStore) chat = g_list_store_new (CV_TYPE_CHAT_MESSAGE);
  g_autoptr (CvChatMessage) first = NULL;
  g_autoptr (CvChatMessage) last = NULL;

  for (guint i = 0; i < CV_CHAT_MAX_LINES + 10; i++) {
    g_autoptr (CvChatMessage) line = make_line (i);

    cv_chat_append (chat, line);
  }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (chat)), ==, CV_CHAT_MAX_LINES);
  first = g_list_model_get_item (G_LIST_MODEL (chat), 0);
  last = g_list_model_get_item (G_LIST_MODEL (chat), CV_CHAT_MAX_LINES - 1);
  g_assert_cmpstr (cv_chat_message_get_text (first), ==, "10");
  g_assert_cmpstr (cv_chat_message_get_text (last), ==, "2009");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call/chat-message/keeps-what-it-was-made-of", test_keeps_what_it_was_made_of);
  g_test_add_func ("/call/chat-message/the-oldest-lines-go", test_the_oldest_lines_go);
  return g_test_run ();
}
