/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A line of chat as it was received: the sender is the MLS leaf that sealed it. */
#include "call/chat-message-private.h"

struct _CvChatMessage {
  GObject parent_instance;
  char *sender_id;
  char *sender_name;
  char *text;
  GDateTime *time;
  gboolean is_self;
};

G_DEFINE_FINAL_TYPE (CvChatMessage, cv_chat_message, G_TYPE_OBJECT)

enum { PROP_SENDER_ID = 1, PROP_SENDER_NAME, PROP_TEXT, PROP_IS_SELF, PROP_TIME, N_PROPS };

static GParamSpec *props[N_PROPS];

static void
cv_chat_message_finalize (GObject *object)
{
  CvChatMessage *self = CV_CHAT_MESSAGE (object);

  g_clear_pointer (&self->sender_id, g_free);
  g_clear_pointer (&self->sender_name, g_free);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->time, g_date_time_unref);
  G_OBJECT_CLASS (cv_chat_message_parent_class)->finalize (object);
}

static void
cv_chat_message_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CvChatMessage *self = CV_CHAT_MESSAGE (object);

  switch (id) {
  case PROP_SENDER_ID:
    g_value_set_string (value, self->sender_id);
    break;
  case PROP_SENDER_NAME:
    g_value_set_string (value, self->sender_name);
    break;
  case PROP_TEXT:
    g_value_set_string (value, self->text);
    break;
  case PROP_IS_SELF:
    g_value_set_boolean (value, self->is_self);
    break;
  case PROP_TIME:
    g_value_set_boxed (value, self->time);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
cv_chat_message_class_init (CvChatMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = cv_chat_message_finalize;
  object_class->get_property = cv_chat_message_get_property;
  props[PROP_SENDER_ID] = g_param_spec_string ("sender-id", NULL, NULL, NULL, flags);
  props[PROP_SENDER_NAME] = g_param_spec_string ("sender-name", NULL, NULL, NULL, flags);
  props[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, flags);
  props[PROP_IS_SELF] = g_param_spec_boolean ("is-self", NULL, NULL, FALSE, flags);
  props[PROP_TIME] = g_param_spec_boxed ("time", NULL, NULL, G_TYPE_DATE_TIME, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
cv_chat_message_init (CvChatMessage *self)
{
}

CvChatMessage *
cv_chat_message_new (const char *sender_id, const char *sender_name, const char *text,
                     gboolean is_self)
{
  CvChatMessage *self = g_object_new (CV_TYPE_CHAT_MESSAGE, NULL);

  self->sender_id = g_strdup (sender_id);
  self->sender_name = g_strdup (sender_name);
  self->text = g_strdup (text);
  self->is_self = is_self;
  self->time = g_date_time_new_now_local ();
  return self;
}

void
cv_chat_append (GListStore *chat, CvChatMessage *line)
{
  const guint n_lines = g_list_model_get_n_items (G_LIST_MODEL (chat));

  if (n_lines >= CV_CHAT_MAX_LINES)
    g_list_store_splice (chat, 0, n_lines - CV_CHAT_MAX_LINES + 1, NULL, 0);
  g_list_store_append (chat, line);
}

const char *
cv_chat_message_get_sender_id (CvChatMessage *self)
{
  return self->sender_id;
}

const char *
cv_chat_message_get_sender_name (CvChatMessage *self)
{
  return self->sender_name;
}

const char *
cv_chat_message_get_text (CvChatMessage *self)
{
  return self->text;
}

gboolean
cv_chat_message_get_is_self (CvChatMessage *self)
{
  return self->is_self;
}

GDateTime *
cv_chat_message_get_time (CvChatMessage *self)
{
  return self->time;
}
