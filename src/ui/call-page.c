/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Puts the grid, the controls and the panels together, and tells what happens in toasts and to
 * screen readers. */
#include "ui/call-page.h"

#include "ui/call-page-actions.h"
#include "ui/chat-panel.h"
#include "ui/controls-bar.h"
#include "ui/people-panel.h"
#include "ui/shield.h"
#include "ui/tile-grid.h"
#include "ui/words.h"

#include <glib/gi18n.h>

#define TOAST_SECONDS 4

typedef enum { PANEL_NONE, PANEL_PEOPLE, PANEL_CHAT } Panel;

struct _CvCallPage {
  AdwNavigationPage parent_instance;
  CvSession *session;
  gboolean ends_with_us;
  Panel panel;
  CvShieldState announced_shield;
  guint n_chat_seen;

  AdwToastOverlay *toasts;
  AdwOverlaySplitView *split;
  GtkWidget *panels;
  CvShield *shield;
  CvControlsBar *controls;
  CvTileGrid *grid;
  CvPeoplePanel *people;
  CvChatPanel *chat;
  AdwBanner *reconnecting;
  AdwBanner *door;
  AdwBanner *alone;
};

enum { PROP_SESSION = 1, PROP_SHOW_PEOPLE, PROP_SHOW_CHAT, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (CvCallPage, cv_call_page, ADW_TYPE_NAVIGATION_PAGE)

static void
announce (CvCallPage *self, const char *sentence, GtkAccessibleAnnouncementPriority priority)
{
  gtk_accessible_announce (GTK_ACCESSIBLE (self), sentence, priority);
}

static void
update_unread (CvCallPage *self)
{
  guint n = g_list_model_get_n_items (cv_session_get_chat (self->session));

  if (self->panel == PANEL_CHAT)
    self->n_chat_seen = n;
  g_object_set (self->controls, "n-unread", n > self->n_chat_seen ? n - self->n_chat_seen : 0,
                NULL);
}

/* What has slid out of sight is still mapped, and would be read out. */
static void
set_readable (gpointer widget, gboolean is_readable)
{
  gtk_accessible_update_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_HIDDEN, !is_readable,
                               -1);
}

static void
on_banner_revealed (AdwBanner *banner)
{
  if (adw_banner_get_revealed (banner))
    gtk_widget_set_visible (GTK_WIDGET (banner), TRUE);
  set_readable (banner, adw_banner_get_revealed (banner));
}

static void
watch_banner (AdwBanner *banner)
{
  g_signal_connect (banner, "notify::revealed", G_CALLBACK (on_banner_revealed), NULL);
  gtk_widget_set_visible (GTK_WIDGET (banner), FALSE);
}

static void
set_panel (CvCallPage *self, Panel panel)
{
  if (self->panel == panel)
    return;
  self->panel = panel;
  if (panel != PANEL_NONE)
    gtk_stack_set_visible_child_name (GTK_STACK (self->panels),
                                      panel == PANEL_CHAT ? "chat" : "people");
  adw_overlay_split_view_set_show_sidebar (self->split, panel != PANEL_NONE);
  set_readable (self->panels, panel != PANEL_NONE);
  if (panel == PANEL_CHAT)
    cv_chat_panel_focus_entry (self->chat);
  update_unread (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOW_PEOPLE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOW_CHAT]);
}

/* The sidebar can also be closed by a swipe, by Escape or by a click beside it. */
static void
on_show_sidebar (CvCallPage *self)
{
  if (!adw_overlay_split_view_get_show_sidebar (self->split))
    set_panel (self, PANEL_NONE);
}

static void
on_door_button (CvCallPage *self)
{
  set_panel (self, PANEL_PEOPLE);
}

static void
on_chat_items_changed (GListModel *chat, guint position, guint removed, guint added,
                       CvCallPage *self)
{
  update_unread (self);
  if (added == 0 || self->panel == PANEL_CHAT)
    return;

  g_autoptr (CvChatMessage) message = g_list_model_get_item (chat, position + added - 1);
  g_autofree char *sender = cv_words_dup_isolated (cv_chat_message_get_sender_name (message));
  /* Translators: read by screen readers; %s is a person's name. */
  g_autofree char *sentence = g_strdup_printf (_ ("New message from %s"), sender);

  if (!cv_chat_message_get_is_self (message))
    announce (self, sentence, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_LOW);
}

static void
update_door (CvCallPage *self)
{
  GListModel *door = cv_session_get_door (self->session);
  guint n = g_list_model_get_n_items (door);
  g_autofree char *text = NULL;

  g_object_set (self->controls, "n-knocks", n, NULL);
  if (n == 1) {
    g_autoptr (CvKnock) knock = g_list_model_get_item (door, 0);
    g_autofree char *name = cv_words_dup_isolated (cv_knock_get_name (knock));

    /* Translators: %s is the name that somebody gives who has knocked. */
    text = g_strdup_printf (_ ("“%s” wants to come in"), name);
  } else {
    /* Translators: %u is the number of people who have knocked. */
    text = g_strdup_printf (ngettext ("%u person wants to come in", "%u people want to come in", n),
                            n);
  }
  if (n > 0)
    adw_banner_set_title (self->door, text);
  adw_banner_set_revealed (self->door, n > 0);
}

/* Who knocks must not stand there because the window is behind another. Nobody is named: a
 * notification may show on a locked screen, and other programs can read it. */
static void
notify_door (CvCallPage *self, gboolean is_knocking)
{
  GtkRoot *window = gtk_widget_get_root (GTK_WIDGET (self));
  GApplication *application = g_application_get_default ();
  g_autoptr (GNotification) notification = NULL;

  if (application == NULL)
    return;
  if (!is_knocking || (GTK_IS_WINDOW (window) && gtk_window_is_active (GTK_WINDOW (window)))) {
    g_application_withdraw_notification (application, "door");
    return;
  }
  notification = g_notification_new (_ ("Somebody Is at the Door"));
  g_notification_set_body (notification, _ ("Open the meeting to see who it is."));
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_application_send_notification (application, "door", notification);
}

static void
on_door_items_changed (GListModel *door, guint position, guint removed, guint added,
                       CvCallPage *self)
{
  update_door (self);
  notify_door (self, g_list_model_get_n_items (door) > 0);
  if (added > 0)
    announce (self, adw_banner_get_title (self->door), GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
on_participants_items_changed (CvCallPage *self)
{
  guint n = g_list_model_get_n_items (cv_session_get_participants (self->session));

  adw_banner_set_revealed (self->alone, n == 1 && cv_session_get_link (self->session) != NULL);
}

static void
on_joined_or_left (CvCallPage *self, CvParticipant *who, const char *format)
{
  g_autofree char *name = cv_words_dup_isolated (cv_participant_get_name (who));
  g_autoptr (GString) sentence = g_string_new (format);

  g_string_replace (sentence, "%s", name, 1);
  cv_call_page_add_toast (self, sentence->str);
}

static void
on_participant_joined (CvCallPage *self, CvParticipant *who)
{
  /* Translators: %s is a person's name. */
  on_joined_or_left (self, who, _ ("%s has joined"));
}

static void
on_participant_left (CvCallPage *self, CvParticipant *who)
{
  /* Translators: %s is a person's name. */
  on_joined_or_left (self, who, _ ("%s has left"));
}

static void
on_notice (CvCallPage *self, const char *sentence)
{
  cv_call_page_add_toast (self, sentence);
}

static void
on_shield (CvCallPage *self)
{
  CvShieldState shield = cv_session_get_shield (self->session);

  if (shield == self->announced_shield)
    return;
  self->announced_shield = shield;
  announce (self, cv_session_get_shield_text (self->session),
            shield == CV_SHIELD_WARNING ? GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH
                                        : GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
on_state (CvCallPage *self)
{
  gboolean is_reconnecting = cv_session_get_state (self->session) == CV_SESSION_RECONNECTING;

  if (is_reconnecting && !adw_banner_get_revealed (self->reconnecting))
    announce (self, adw_banner_get_title (self->reconnecting),
              GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  adw_banner_set_revealed (self->reconnecting, is_reconnecting);
}

static char *
dup_hidden_words (CvCallPage *self, guint n)
{
  /* Translators: %u people are in the meeting beyond those whose tiles fit. */
  return g_strdup_printf (ngettext ("and %u more", "and %u more", n), n);
}

static gboolean
is_not_zero (CvCallPage *self, guint n)
{
  return n > 0;
}

static void
cv_call_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CvCallPage *self = CV_CALL_PAGE (object);

  switch (id) {
  case PROP_SESSION:
    g_value_set_object (value, self->session);
    break;
  case PROP_SHOW_PEOPLE:
    g_value_set_boolean (value, self->panel == PANEL_PEOPLE);
    break;
  case PROP_SHOW_CHAT:
    g_value_set_boolean (value, self->panel == PANEL_CHAT);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
set_shown (CvCallPage *self, Panel panel, gboolean is_shown)
{
  if (is_shown)
    set_panel (self, panel);
  else if (self->panel == panel)
    set_panel (self, PANEL_NONE);
}

static void
cv_call_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CvCallPage *self = CV_CALL_PAGE (object);

  switch (id) {
  case PROP_SESSION:
    if (g_set_object (&self->session, g_value_get_object (value)))
      g_object_notify_by_pspec (object, pspec);
    break;
  case PROP_SHOW_PEOPLE:
    set_shown (self, PANEL_PEOPLE, g_value_get_boolean (value));
    break;
  case PROP_SHOW_CHAT:
    set_shown (self, PANEL_CHAT, g_value_get_boolean (value));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
cv_call_page_constructed (GObject *object)
{
  CvCallPage *self = CV_CALL_PAGE (object);
  GListModel *people = cv_session_get_participants (self->session);
  const struct {
    gpointer object;
    const char *signal;
    GCallback callback;
    GConnectFlags flags;
  } handlers[] = {
      {self->session, "participant-joined", G_CALLBACK (on_participant_joined), G_CONNECT_SWAPPED},
      {self->session, "participant-left", G_CALLBACK (on_participant_left), G_CONNECT_SWAPPED},
      {self->session, "notice", G_CALLBACK (on_notice), G_CONNECT_SWAPPED},
      {self->session, "notify::shield", G_CALLBACK (on_shield), G_CONNECT_SWAPPED},
      {self->session, "notify::state", G_CALLBACK (on_state), G_CONNECT_SWAPPED},
      {self->session, "notify::link", G_CALLBACK (on_participants_items_changed),
       G_CONNECT_SWAPPED},
      {people, "items-changed", G_CALLBACK (on_participants_items_changed), G_CONNECT_SWAPPED},
      {cv_session_get_door (self->session), "items-changed", G_CALLBACK (on_door_items_changed), 0},
      {cv_session_get_chat (self->session), "items-changed", G_CALLBACK (on_chat_items_changed), 0},
  };

  G_OBJECT_CLASS (cv_call_page_parent_class)->constructed (object);
  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_object (handlers[i].object, handlers[i].signal, handlers[i].callback, self,
                             handlers[i].flags);
  g_object_set (self->grid, "model", people, NULL);
  self->announced_shield = cv_session_get_shield (self->session);
  self->n_chat_seen = g_list_model_get_n_items (cv_session_get_chat (self->session));
  update_door (self);
  on_participants_items_changed (self);
  on_state (self);
}

static void
cv_call_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_CALL_PAGE);
  g_clear_object (&CV_CALL_PAGE (object)->session);
  G_OBJECT_CLASS (cv_call_page_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *klass)
{
  gtk_widget_class_set_template_from_resource (klass, "/org/conclave/Conclave/ui/call-page.ui");
  gtk_widget_class_bind_template_child (klass, CvCallPage, toasts);
  gtk_widget_class_bind_template_child (klass, CvCallPage, split);
  gtk_widget_class_bind_template_child (klass, CvCallPage, panels);
  gtk_widget_class_bind_template_child (klass, CvCallPage, shield);
  gtk_widget_class_bind_template_child (klass, CvCallPage, controls);
  gtk_widget_class_bind_template_child (klass, CvCallPage, grid);
  gtk_widget_class_bind_template_child (klass, CvCallPage, people);
  gtk_widget_class_bind_template_child (klass, CvCallPage, chat);
  gtk_widget_class_bind_template_child (klass, CvCallPage, reconnecting);
  gtk_widget_class_bind_template_child (klass, CvCallPage, door);
  gtk_widget_class_bind_template_child (klass, CvCallPage, alone);
  gtk_widget_class_bind_template_callback (klass, on_show_sidebar);
  gtk_widget_class_bind_template_callback (klass, on_door_button);
  gtk_widget_class_bind_template_callback (klass, dup_hidden_words);
  gtk_widget_class_bind_template_callback (klass, is_not_zero);
}

static void
cv_call_page_class_init (CvCallPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = cv_call_page_constructed;
  object_class->get_property = cv_call_page_get_property;
  object_class->set_property = cv_call_page_set_property;
  object_class->dispose = cv_call_page_dispose;

  properties[PROP_SESSION] =
      g_param_spec_object ("session", NULL, NULL, CV_TYPE_SESSION, flags | G_PARAM_CONSTRUCT_ONLY);
  properties[PROP_SHOW_PEOPLE] = g_param_spec_boolean ("show-people", NULL, NULL, FALSE, flags);
  properties[PROP_SHOW_CHAT] = g_param_spec_boolean ("show-chat", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  g_type_ensure (CV_TYPE_SHIELD);
  g_type_ensure (CV_TYPE_CONTROLS_BAR);
  g_type_ensure (CV_TYPE_TILE_GRID);
  g_type_ensure (CV_TYPE_PEOPLE_PANEL);
  g_type_ensure (CV_TYPE_CHAT_PANEL);
  bind_template (GTK_WIDGET_CLASS (klass));
  cv_call_page_actions_install (GTK_WIDGET_CLASS (klass));
}

static void
cv_call_page_init (CvCallPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  set_readable (self->panels, FALSE);
  watch_banner (self->reconnecting);
  watch_banner (self->door);
  watch_banner (self->alone);
}

CvCallPage *
cv_call_page_new (CvSession *session, gboolean ends_with_us)
{
  CvCallPage *self = g_object_new (CV_TYPE_CALL_PAGE, "session", session, NULL);

  self->ends_with_us = ends_with_us;
  return self;
}

static void
on_leave_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CvSession) session = data;
  const char *answer = adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result);

  if (g_strcmp0 (answer, "end") == 0)
    cv_session_leave (session);
}

void
cv_call_page_leave (CvCallPage *self)
{
  guint n = g_list_model_get_n_items (cv_session_get_participants (self->session));

  if (!self->ends_with_us || n < 2) {
    cv_session_leave (self->session);
    return;
  }

  AdwDialog *dialog =
      adw_alert_dialog_new (_ ("End the Meeting?"),
                            _ ("It runs on this computer: when you leave, it ends for everybody."));

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "stay", _ ("_Stay"), "end",
                                  _ ("_End Meeting"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "end",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "end");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "stay");
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), GTK_WIDGET (self), NULL, on_leave_answered,
                           g_object_ref (self->session));
}

void
cv_call_page_add_toast (CvCallPage *self, const char *sentence)
{
  AdwToast *toast = adw_toast_new ("");

  /* The sentence may hold a peer's name: never markup. */
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, sentence);
  adw_toast_set_timeout (toast, TOAST_SECONDS);
  adw_toast_overlay_add_toast (self->toasts, toast);
  announce (self, sentence, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

CvSession *
cv_call_page_get_session (CvCallPage *self)
{
  return self->session;
}
