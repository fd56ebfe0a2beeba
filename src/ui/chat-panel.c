/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A text over the limit is not cut off silently: the counter says so and Send waits. */
#include "ui/chat-panel.h"

#include "ui/chat-row.h"

#include <glib/gi18n.h>

/* The counter comes into sight when fewer characters than these are left. */
#define COUNTER_FROM 400

struct _CvChatPanel {
  AdwBin parent_instance;
  CvSession *session;

  GtkWidget *stack;
  GtkWidget *list;
  GtkWidget *scroller;
  GtkWidget *entry;
  GtkWidget *counter;
  GtkWidget *send;
};

enum { PROP_SESSION = 1, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CvChatPanel, cv_chat_panel, ADW_TYPE_BIN)

static void
on_chat_items_changed (CvChatPanel *self)
{
  guint n = g_list_model_get_n_items (cv_session_get_chat (self->session));

  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), n > 0 ? "messages" : "empty");
  if (n > 0)
    gtk_list_view_scroll_to (GTK_LIST_VIEW (self->list), n - 1, GTK_LIST_SCROLL_NONE, NULL);
}

static void
on_entry_changed (CvChatPanel *self)
{
  long used = g_utf8_strlen (gtk_editable_get_text (GTK_EDITABLE (self->entry)), -1);
  long left = CV_CHAT_MAX_CHARACTERS - used;
  /* Translators: how many characters of a chat message are left; negative when it is too long. */
  g_autofree char *text = g_strdup_printf (_ ("%ld characters left"), left);

  gtk_label_set_text (GTK_LABEL (self->counter), text);
  gtk_widget_set_visible (self->counter, left < COUNTER_FROM);
  if (left < 0)
    gtk_widget_add_css_class (self->counter, "error");
  else
    gtk_widget_remove_css_class (self->counter, "error");
  gtk_widget_set_sensitive (self->send, used > 0 && left >= 0);
}

static void
on_send (CvChatPanel *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (self->session != NULL && cv_session_send_chat (self->session, text))
    gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  gtk_widget_grab_focus (self->entry);
}

static void
set_session (CvChatPanel *self, CvSession *session)
{
  if (!g_set_object (&self->session, session) || session == NULL)
    return;

  GListModel *chat = cv_session_get_chat (session);
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (chat));

  gtk_list_view_set_model (GTK_LIST_VIEW (self->list), GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (chat, "items-changed", G_CALLBACK (on_chat_items_changed), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  on_chat_items_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SESSION]);
}

static void
cv_chat_panel_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    g_value_set_object (value, CV_CHAT_PANEL (object)->session);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_chat_panel_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    set_session (CV_CHAT_PANEL (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_chat_panel_dispose (GObject *object)
{
  g_clear_object (&CV_CHAT_PANEL (object)->session);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_CHAT_PANEL);
  G_OBJECT_CLASS (cv_chat_panel_parent_class)->dispose (object);
}

static void
cv_chat_panel_class_init (CvChatPanelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = cv_chat_panel_get_property;
  object_class->set_property = cv_chat_panel_set_property;
  object_class->dispose = cv_chat_panel_dispose;

  properties[PROP_SESSION] =
      g_param_spec_object ("session", NULL, NULL, CV_TYPE_SESSION,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  g_type_ensure (CV_TYPE_CHAT_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/chat-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, CvChatPanel, stack);
  gtk_widget_class_bind_template_child (widget_class, CvChatPanel, list);
  gtk_widget_class_bind_template_child (widget_class, CvChatPanel, scroller);
  gtk_widget_class_bind_template_child (widget_class, CvChatPanel, entry);
  gtk_widget_class_bind_template_child (widget_class, CvChatPanel, counter);
  gtk_widget_class_bind_template_child (widget_class, CvChatPanel, send);
  gtk_widget_class_bind_template_callback (widget_class, on_entry_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_send);
}

static void
cv_chat_panel_init (CvChatPanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
cv_chat_panel_focus_entry (CvChatPanel *self)
{
  gtk_widget_grab_focus (self->entry);
}
