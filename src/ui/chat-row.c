/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The text comes from a peer: it is plain text, never markup, and no link in it is clickable (a
 * click would tell a third party that somebody reads here). */
#include "ui/chat-row.h"

#include "ui/words.h"

struct _CvChatRow {
  AdwBin parent_instance;
  CvChatMessage *message;

  GtkWidget *bubble;
  GtkWidget *sender;
  GtkWidget *time;
  GtkWidget *text;
};

enum { PROP_MESSAGE = 1, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CvChatRow, cv_chat_row, ADW_TYPE_BIN)

static void
update (CvChatRow *self)
{
  gboolean is_self = cv_chat_message_get_is_self (self->message);
  g_autofree char *sender = cv_words_dup_clean (cv_chat_message_get_sender_name (self->message));
  GDateTime *utc = cv_chat_message_get_time (self->message);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *time = local != NULL ? g_date_time_format (local, "%H:%M") : NULL;

  gtk_label_set_text (GTK_LABEL (self->sender), sender);
  gtk_label_set_text (GTK_LABEL (self->time), time != NULL ? time : "");
  gtk_label_set_text (GTK_LABEL (self->text), cv_chat_message_get_text (self->message));
  gtk_widget_set_visible (self->sender, !is_self);
  gtk_widget_set_halign (self->bubble, is_self ? GTK_ALIGN_END : GTK_ALIGN_START);
  if (is_self)
    gtk_widget_add_css_class (self->bubble, "own");
  else
    gtk_widget_remove_css_class (self->bubble, "own");
}

static void
cv_chat_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MESSAGE)
    g_value_set_object (value, CV_CHAT_ROW (object)->message);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_chat_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CvChatRow *self = CV_CHAT_ROW (object);

  if (id != PROP_MESSAGE) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    return;
  }
  if (!g_set_object (&self->message, g_value_get_object (value)))
    return;
  if (self->message != NULL)
    update (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
cv_chat_row_dispose (GObject *object)
{
  g_clear_object (&CV_CHAT_ROW (object)->message);
  /* Before the template drops it: the bin would unparent it a second time. */
  adw_bin_set_child (ADW_BIN (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_CHAT_ROW);
  G_OBJECT_CLASS (cv_chat_row_parent_class)->dispose (object);
}

static void
cv_chat_row_class_init (CvChatRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = cv_chat_row_get_property;
  object_class->set_property = cv_chat_row_set_property;
  object_class->dispose = cv_chat_row_dispose;

  properties[PROP_MESSAGE] =
      g_param_spec_object ("message", NULL, NULL, CV_TYPE_CHAT_MESSAGE,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/chat-row.ui");
  gtk_widget_class_bind_template_child (widget_class, CvChatRow, bubble);
  gtk_widget_class_bind_template_child (widget_class, CvChatRow, sender);
  gtk_widget_class_bind_template_child (widget_class, CvChatRow, time);
  gtk_widget_class_bind_template_child (widget_class, CvChatRow, text);
}

static void
cv_chat_row_init (CvChatRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
