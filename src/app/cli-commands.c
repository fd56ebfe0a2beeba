/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A table from the word in "do" to what it does. Whoever writes to our standard input is the
 * person whose session it is; a wrong line is still only an error event. */
#include "app/cli-commands.h"

#include "app/cli-events.h"

#include <json-glib/json-glib.h>
#include <string.h>

static const char *
get_text (JsonObject *command, const char *name)
{
  JsonNode *node = json_object_get_member (command, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static gint64
get_number (JsonObject *command, const char *name)
{
  JsonNode *node = json_object_get_member (command, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
             ? json_node_get_int (node)
             : 0;
}

/* A switch without its field is switched on. */
static gboolean
get_flag (JsonObject *command, const char *name)
{
  JsonNode *node = json_object_get_member (command, name);

  return !node || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN
         || json_node_get_boolean (node);
}

static gpointer
find_item (GListModel *model, const char *id, const char *(*get_id) (gpointer item))
{
  for (guint i = 0; id && i < g_list_model_get_n_items (model); i++) {
    g_autoptr (GObject) item = g_list_model_get_item (model, i);

    if (g_str_equal (get_id (item), id))
      return g_steal_pointer (&item);
  }
  cv_cli_events_error ("no-such-participant", "no participant of that id");
  return NULL;
}

static const char *
get_knock_id (gpointer item)
{
  return cv_knock_get_id (item);
}

static const char *
get_participant_id (gpointer item)
{
  return cv_participant_get_id (item);
}

static CvKnock *
find_knock (CvSession *session, JsonObject *command)
{
  return find_item (cv_session_get_door (session), get_text (command, "participant"), get_knock_id);
}

static CvParticipant *
find_participant (CvSession *session, JsonObject *command)
{
  return find_item (cv_session_get_participants (session), get_text (command, "participant"),
                    get_participant_id);
}

static void
do_admit (CvSession *session, JsonObject *command)
{
  g_autoptr (CvKnock) knock = find_knock (session, command);

  if (knock)
    cv_session_admit (session, knock);
}

static void
do_deny (CvSession *session, JsonObject *command)
{
  g_autoptr (CvKnock) knock = find_knock (session, command);

  if (knock)
    cv_session_deny (session, knock);
}

static void
do_remove (CvSession *session, JsonObject *command)
{
  g_autoptr (CvParticipant) participant = find_participant (session, command);

  if (participant)
    cv_session_remove (session, participant);
}

static void
do_verify (CvSession *session, JsonObject *command)
{
  g_autoptr (CvParticipant) participant = find_participant (session, command);

  if (participant)
    cv_session_verify_participant (session, participant);
}

static void
do_accept_key (CvSession *session, JsonObject *command)
{
  g_autoptr (CvParticipant) participant = find_participant (session, command);

  if (participant)
    cv_session_accept_changed_key (session, participant);
}

static void
do_view (CvSession *session, JsonObject *command)
{
  g_autoptr (CvParticipant) participant = find_participant (session, command);

  if (participant)
    cv_participant_set_view_size (participant,
                                  (int)CLAMP (get_number (command, "width"), 0, G_MAXINT16),
                                  (int)CLAMP (get_number (command, "height"), 0, G_MAXINT16));
}

static void
do_lock (CvSession *session, JsonObject *command)
{
  cv_session_set_locked (session, get_flag (command, "locked"));
}

static void
do_chat (CvSession *session, JsonObject *command)
{
  const char *text = get_text (command, "text");

  if (!text || !cv_session_send_chat (session, text))
    cv_cli_events_error ("bad-command", "a chat text has 1 to 4000 characters");
}

static void
do_mute (CvSession *session, JsonObject *command)
{
  g_object_set (session, "microphone-muted", get_flag (command, "muted"), NULL);
}

static void
do_camera (CvSession *session, JsonObject *command)
{
  g_object_set (session, "camera-off", get_flag (command, "off"), NULL);
}

static void
do_confirm_code (CvSession *session, JsonObject *command)
{
  const char *code = get_text (command, "code");

  if (!code)
    cv_cli_events_error ("bad-command", "confirm-code needs the code that was compared");
  else if (!cv_session_confirm_code (session, code))
    cv_cli_events_error ("code-changed", "this is not the code of those who are here now");
}

static void
do_leave (CvSession *session, JsonObject *command)
{
  cv_session_leave (session);
}

static const struct {
  const char *word;
  void (*run) (CvSession *session, JsonObject *command);
} commands[] = {
    {"accept-key", do_accept_key},
    {"admit", do_admit},
    {"camera", do_camera},
    {"chat", do_chat},
    {"confirm-code", do_confirm_code},
    {"deny", do_deny},
    {"leave", do_leave},
    {"lock", do_lock},
    {"mute", do_mute},
    {"remove", do_remove},
    {"verify", do_verify},
    {"view", do_view},
};

void
cv_cli_commands_run (CvSession *session, const char *line)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *command;
  const char *word;

  if (strlen (line) > CV_CLI_COMMAND_MAX_LEN || !json_parser_load_from_data (parser, line, -1, NULL)
      || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser))) {
    cv_cli_events_error ("bad-command", "expected one JSON object a line");
    return;
  }
  command = json_node_get_object (json_parser_get_root (parser));
  word = get_text (command, "do");
  for (guint i = 0; word && i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (word, commands[i].word)) {
      commands[i].run (session, command);
      return;
    }
  cv_cli_events_error ("not-supported", "this command is not known");
}
