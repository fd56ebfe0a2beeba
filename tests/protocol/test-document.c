/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* docs/PROTOCOL.md shows an example of every message, and each is one. */
#include "protocol/limits.h"
#include "protocol/message-json.h"
#include "protocol/peer-message-json.h"

static gboolean has_message[CV_MESSAGE_N_TYPES];
static gboolean has_peer_message[CV_PEER_MESSAGE_N_TYPES];

static gboolean
note_message (CvMessageSide side, const char *line)
{
  g_autoptr (CvMessage) message =
      cv_message_json_parse (side, line, strlen (line), CV_LIMITS_MESSAGE_BYTES, NULL);

  if (message != NULL)
    has_message[message->type] = TRUE;
  return message != NULL;
}

static gboolean
note_peer_message (const char *line)
{
  g_autoptr (CvPeerMessage) message =
      cv_peer_message_json_parse (cv_span (line, strlen (line)), NULL);

  if (message != NULL)
    has_peer_message[message->type] = TRUE;
  return message != NULL;
}

static void
test_examples (gconstpointer data)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (data, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    if (!g_str_has_prefix (lines[i], "{\"type\""))
      continue;
    g_test_message ("%s", lines[i]);
    g_assert_true (note_message (CV_MESSAGE_FROM_CLIENT, lines[i])
                   || note_message (CV_MESSAGE_FROM_SERVER, lines[i])
                   || note_peer_message (lines[i]));
  }
  for (int i = 0; i < CV_MESSAGE_N_TYPES; i++) {
    g_test_message ("%s", cv_message_type_to_string ((CvMessageType)i));
    g_assert_true (has_message[i]);
  }
  for (int i = 0; i < CV_PEER_MESSAGE_N_TYPES; i++) {
    g_test_message ("%s", cv_peer_message_type_to_string ((CvPeerMessageType)i));
    g_assert_true (has_peer_message[i]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  g_test_add_data_func ("/protocol/document/examples", argv[1], test_examples);
  return g_test_run ();
}
