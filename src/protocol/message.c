/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "protocol/message.h"

#include "protocol/message-json.h"

G_DEFINE_BOXED_TYPE (CvMessage, cv_message, cv_message_ref, cv_message_unref)

CvMessage *
cv_message_new (CvMessageType type)
{
  CvMessage *message = g_atomic_rc_box_new0 (CvMessage);

  message->type = type;
  return message;
}

CvMessage *
cv_message_ref (CvMessage *message)
{
  return g_atomic_rc_box_acquire (message);
}

static void
clear_message (gpointer data)
{
  CvMessage *message = data;

  cv_field_table_clear (cv_message_json_get_table (message->type), message);
}

void
cv_message_unref (CvMessage *message)
{
  if (message != NULL)
    g_atomic_rc_box_release_full (message, clear_message);
}

CvMessage *
cv_message_new_group_message (CvMessageType type, GBytes *group, guint64 epoch, GBytes *payload)
{
  CvMessage *message = cv_message_new (type);

  message->group_message.group = g_bytes_ref (group);
  message->group_message.epoch = epoch;
  message->group_message.payload = g_bytes_ref (payload);
  return message;
}

CvMessage *
cv_message_new_epoch (CvMessageType type, guint64 epoch)
{
  CvMessage *message = cv_message_new (type);

  message->epoch.epoch = epoch;
  return message;
}

CvMessage *
cv_message_new_id (CvMessageType type, const char *id)
{
  CvMessage *message = cv_message_new (type);

  message->id.id = g_strdup (id);
  return message;
}

CvMessage *
cv_message_new_error (CvMessageCode code, const char *about, const char *text)
{
  CvMessage *message = cv_message_new (CV_MESSAGE_ERROR);

  message->error.code = (int)code;
  message->error.about = g_strdup (about);
  message->error.message = g_strdup (text);
  return message;
}

GPtrArray *
cv_message_new_member_list (void)
{
  return cv_field_table_new_list (cv_message_json_get_member_table ());
}

GPtrArray *
cv_message_new_ice_server_list (void)
{
  return cv_field_table_new_list (cv_message_json_get_ice_server_table ());
}

void
cv_message_add_member (GPtrArray *list, const char *id, gboolean is_away)
{
  CvMessageMember *member = g_new0 (CvMessageMember, 1);

  member->id = g_strdup (id);
  member->is_away = is_away;
  g_ptr_array_add (list, member);
}

void
cv_message_add_ice_server (GPtrArray *list, const char *const *urls, const char *username,
                           const char *credential)
{
  CvMessageIceServer *server = g_new0 (CvMessageIceServer, 1);

  server->urls = g_strdupv ((char **)urls);
  server->username = g_strdup (username);
  server->credential = g_strdup (credential);
  g_ptr_array_add (list, server);
}
