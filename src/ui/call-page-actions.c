/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* People are named by their id in action parameters, and looked up in the session's lists: a row
 * that was clicked as it vanished finds nobody, and nothing happens. */
#include "ui/call-page-actions.h"

#include "ui/security-dialog.h"
#include "ui/words.h"

#include <glib/gi18n.h>

static CvSession *
session_of (GtkWidget *widget)
{
  return cv_call_page_get_session (CV_CALL_PAGE (widget));
}

static CvParticipant *
dup_participant (GtkWidget *widget, GVariant *id)
{
  GListModel *people = cv_session_get_participants (session_of (widget));

  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (CvParticipant) who = g_list_model_get_item (people, i);

    if (g_strcmp0 (cv_participant_get_id (who), g_variant_get_string (id, NULL)) == 0)
      return g_steal_pointer (&who);
  }
  return NULL;
}

static CvKnock *
dup_knock (GtkWidget *widget, GVariant *id)
{
  GListModel *door = cv_session_get_door (session_of (widget));

  for (guint i = 0; i < g_list_model_get_n_items (door); i++) {
    g_autoptr (CvKnock) knock = g_list_model_get_item (door, i);

    if (g_strcmp0 (cv_knock_get_id (knock), g_variant_get_string (id, NULL)) == 0)
      return g_steal_pointer (&knock);
  }
  return NULL;
}

static void
toggle (GtkWidget *widget, const char *property)
{
  gboolean value = FALSE;

  g_object_get (session_of (widget), property, &value, NULL);
  g_object_set (session_of (widget), property, !value, NULL);
}

static void
toggle_microphone (GtkWidget *widget, const char *name, GVariant *parameter)
{
  toggle (widget, "microphone-muted");
}

static void
toggle_camera (GtkWidget *widget, const char *name, GVariant *parameter)
{
  toggle (widget, "camera-off");
}

static void
close_panel (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_object_set (widget, "show-people", FALSE, "show-chat", FALSE, NULL);
}

static void
leave (GtkWidget *widget, const char *name, GVariant *parameter)
{
  cv_call_page_leave (CV_CALL_PAGE (widget));
}

static void
show_security (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_dialog_present (ADW_DIALOG (cv_security_dialog_new (session_of (widget))), widget);
}

/* Serves both "call.review-key" of a tile and "call.verify-member" of the people panel: the
 * dialog opens the page that fits the member. */
static void
show_member (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (CvParticipant) who = dup_participant (widget, parameter);

  if (who == NULL)
    return;

  CvSecurityDialog *dialog = cv_security_dialog_new (session_of (widget));

  adw_dialog_present (ADW_DIALOG (dialog), widget);
  cv_security_dialog_show_member (dialog, who);
}

static void
admit (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (CvKnock) knock = dup_knock (widget, parameter);

  if (knock != NULL)
    cv_session_admit (session_of (widget), knock);
}

static void
deny (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (CvKnock) knock = dup_knock (widget, parameter);

  if (knock != NULL)
    cv_session_deny (session_of (widget), knock);
}

static void
on_remove_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CvParticipant) who = g_object_ref (g_object_get_data (source, "participant"));
  g_autoptr (CvSession) session = data;
  const char *answer = adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result);

  if (g_strcmp0 (answer, "remove") == 0)
    cv_session_remove (session, who);
}

static void
remove_member (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (CvParticipant) who = dup_participant (widget, parameter);

  if (who == NULL)
    return;

  g_autofree char *person = cv_words_dup_isolated (cv_participant_get_name (who));
  AdwDialog *dialog = adw_alert_dialog_new (NULL, NULL);

  /* Translators: %s is a person's name. */
  adw_alert_dialog_format_heading (ADW_ALERT_DIALOG (dialog), _ ("Remove %s?"), person);
  adw_alert_dialog_set_body (ADW_ALERT_DIALOG (dialog),
                             _ ("New keys are made at once, so that they can no longer see or hear "
                                "the meeting."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "remove",
                                  _ ("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "participant", g_object_ref (who), g_object_unref);
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), widget, NULL, on_remove_answered,
                           g_object_ref (session_of (widget)));
}

static void
copy_link (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const char *link = cv_session_get_link (session_of (widget));

  if (link == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), link);
  cv_call_page_add_toast (CV_CALL_PAGE (widget),
                          _ ("Invite link copied. Send it only over a channel that you trust"));
}

void
cv_call_page_actions_install (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "call.toggle-microphone", NULL, toggle_microphone);
  gtk_widget_class_install_action (klass, "call.toggle-camera", NULL, toggle_camera);
  gtk_widget_class_install_action (klass, "call.close-panel", NULL, close_panel);
  gtk_widget_class_install_action (klass, "call.leave", NULL, leave);
  gtk_widget_class_install_action (klass, "call.security", NULL, show_security);
  gtk_widget_class_install_action (klass, "call.review-key", "s", show_member);
  gtk_widget_class_install_action (klass, "call.verify-member", "s", show_member);
  gtk_widget_class_install_action (klass, "call.admit", "s", admit);
  gtk_widget_class_install_action (klass, "call.deny", "s", deny);
  gtk_widget_class_install_action (klass, "call.remove-member", "s", remove_member);
  gtk_widget_class_install_action (klass, "call.copy-link", NULL, copy_link);
  gtk_widget_class_install_property_action (klass, "call.people", "show-people");
  gtk_widget_class_install_property_action (klass, "call.chat", "show-chat");
}
