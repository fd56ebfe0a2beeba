/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Binds the session's facts to words. Confirming and verifying are the session's; this dialog only
 * asks. */
#include "ui/security-dialog.h"

#include "ui/key-changed-page.h"
#include "ui/member-row.h"
#include "ui/verify-page.h"
#include "ui/words.h"

#include <glib/gi18n.h>

struct _CvSecurityDialog {
  AdwDialog parent_instance;
  CvSession *session;

  AdwNavigationView *navigation;
  GtkWidget *icon;
  GtkWidget *title;
  GtkWidget *reasons;
  GtkWidget *code_group;
  GtkWidget *code;
  GtkWidget *code_changed;
  GtkWidget *confirm;
  GtkWidget *confirmed;
  GtkWidget *suite;
  GtkWidget *provider;
  GtkWidget *members;

  char *shown_code; /* or NULL */
  char *earlier_code; /* shown before that, while this dialog was open; or NULL */
  gint64 changed_at_us; /* goes with earlier_code */
};

G_DEFINE_FINAL_TYPE (CvSecurityDialog, cv_security_dialog, ADW_TYPE_DIALOG)

/* A click so soon after the digits changed was meant for those before. */
#define READ_US (2 * G_USEC_PER_SEC)

static const char *
state_title (CvShieldState state)
{
  switch (state) {
  case CV_SHIELD_CONNECTING:
    return _ ("Connecting");
  case CV_SHIELD_ENCRYPTED:
    return _ ("End-to-End Encrypted");
  case CV_SHIELD_VERIFIED:
    return _ ("Encrypted and Verified");
  case CV_SHIELD_WARNING:
    return _ ("Look Before You Speak");
  }
  g_return_val_if_reached ("");
}

/* How many are only encrypted: the shield is green for all, the check mark needs everybody. */
static char *
dup_unverified (CvSession *session)
{
  GListModel *people = cv_session_get_participants (session);
  const guint n_people = g_list_model_get_n_items (people);
  guint n_unverified = 0;

  for (guint i = 0; i < n_people; i++) {
    g_autoptr (CvParticipant) person = g_list_model_get_item (people, i);

    n_unverified += !cv_participant_get_is_self (person)
                    && !cv_participant_get_is_confirmed (person)
                    && cv_participant_get_contact (person) != CV_CONTACT_VERIFIED;
  }
  if (n_unverified == 0)
    return g_strdup (_ ("Nobody else is here yet"));
  /* Translators: how many people in the meeting are not verified, of how many others */
  return g_strdup_printf (ngettext ("%u of %u other person not verified yet",
                                    "%u of %u other people not verified yet", n_people - 1),
                          n_unverified, n_people - 1);
}

static void
update_shield (CvSecurityDialog *self)
{
  static const char *const classes[] = {"dimmed", "success", "warning"};
  CvShieldState state = cv_session_get_shield (self->session);
  g_auto (GStrv) reasons = cv_session_dup_shield_reasons (self->session);
  g_autofree char *text = reasons != NULL ? g_strjoinv ("\n", reasons) : NULL;

  if ((text == NULL || *text == '\0') && state == CV_SHIELD_ENCRYPTED) {
    g_free (text);
    text = dup_unverified (self->session);
  } else if (text == NULL || *text == '\0')
    g_set_str (&text, cv_session_get_shield_text (self->session));
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), cv_words_shield_icon (state));
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (self->icon, classes[i]);
  gtk_widget_add_css_class (self->icon, cv_words_shield_class (state));
  gtk_label_set_text (GTK_LABEL (self->title), state_title (state));
  gtk_label_set_text (GTK_LABEL (self->reasons), text != NULL ? text : "");
}

static void
note_code (CvSecurityDialog *self, const char *code)
{
  if (g_strcmp0 (self->shown_code, code) == 0)
    return;
  g_free (self->earlier_code);
  self->earlier_code = g_steal_pointer (&self->shown_code);
  self->shown_code = g_strdup (code);
  self->changed_at_us = g_get_monotonic_time ();
}

static const char *
get_read_code (CvSecurityDialog *self)
{
  gboolean is_fresh =
      self->earlier_code != NULL && g_get_monotonic_time () < self->changed_at_us + READ_US;

  return is_fresh ? self->earlier_code : self->shown_code;
}

static void
update_code (CvSecurityDialog *self)
{
  const char *code = cv_session_get_meeting_code (self->session);
  g_auto (GStrv) groups = code != NULL ? g_strsplit (code, " ", 6) : NULL;
  gboolean is_confirmed = FALSE;
  guint n = groups != NULL ? g_strv_length (groups) : 0;

  g_object_get (self->session, "code-confirmed", &is_confirmed, NULL);
  note_code (self, code);
  gtk_widget_set_visible (self->code_group, code != NULL);
  gtk_widget_set_visible (self->code_changed, self->earlier_code != NULL && !is_confirmed);
  gtk_widget_set_visible (self->confirm, !is_confirmed);
  gtk_widget_set_visible (self->confirmed, is_confirmed);

  /* Two lines of three groups: read aloud without losing the place, and fits 360 pixels. */
  GString *lines = g_string_new (NULL);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (lines, "%s%s", i == 0 ? "" : i == 3 ? "\n" : "  ", groups[i]);
  gtk_label_set_text (GTK_LABEL (self->code), lines->str);
  g_string_free (lines, TRUE);
}

static void
update_suite (CvSecurityDialog *self)
{
  const char *suite = cv_session_get_suite_text (self->session);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->suite),
                               suite != NULL ? suite
                                             : _ ("Not known before the keys are agreed on"));
}

static void
on_confirm_clicked (CvSecurityDialog *self)
{
  if (!cv_session_confirm_code (self->session, get_read_code (self)))
    gtk_accessible_announce (GTK_ACCESSIBLE (self),
                             gtk_label_get_text (GTK_LABEL (self->code_changed)),
                             GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static GtkWidget *
create_member_row (gpointer item, gpointer data)
{
  return GTK_WIDGET (cv_member_row_new (item, "security.show-member"));
}

static void
show_member_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CvSecurityDialog *self = CV_SECURITY_DIALOG (widget);
  GListModel *people = cv_session_get_participants (self->session);
  AdwNavigationPage *page = adw_navigation_view_get_visible_page (self->navigation);

  /* A second click during the animation would push the page twice. */
  if (g_strcmp0 (adw_navigation_page_get_tag (page), "overview") != 0)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (CvParticipant) who = g_list_model_get_item (people, i);

    if (g_str_equal (cv_participant_get_id (who), g_variant_get_string (parameter, NULL)))
      cv_security_dialog_show_member (self, who);
  }
}

static void
verify_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CvSecurityDialog *self = CV_SECURITY_DIALOG (widget);
  AdwNavigationPage *page = adw_navigation_view_get_visible_page (self->navigation);

  if (!CV_IS_VERIFY_PAGE (page))
    return;
  cv_session_verify_participant (self->session,
                                 cv_verify_page_get_participant (CV_VERIFY_PAGE (page)));
  adw_navigation_view_pop_to_tag (self->navigation, "overview");
}

static void
accept_key_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CvSecurityDialog *self = CV_SECURITY_DIALOG (widget);
  AdwNavigationPage *page = adw_navigation_view_get_visible_page (self->navigation);

  if (!CV_IS_KEY_CHANGED_PAGE (page))
    return;
  cv_session_accept_changed_key (self->session,
                                 cv_key_changed_page_get_participant (CV_KEY_CHANGED_PAGE (page)));
  adw_navigation_view_pop_to_tag (self->navigation, "overview");
}

static void
compare_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CvSecurityDialog *self = CV_SECURITY_DIALOG (widget);
  AdwNavigationPage *page = adw_navigation_view_get_visible_page (self->navigation);

  if (CV_IS_KEY_CHANGED_PAGE (page))
    adw_navigation_view_push (
        self->navigation, ADW_NAVIGATION_PAGE (cv_verify_page_new (
                              cv_key_changed_page_get_participant (CV_KEY_CHANGED_PAGE (page)))));
}

static void
cv_security_dialog_dispose (GObject *object)
{
  g_clear_object (&CV_SECURITY_DIALOG (object)->session);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_SECURITY_DIALOG);
  G_OBJECT_CLASS (cv_security_dialog_parent_class)->dispose (object);
}

static void
cv_security_dialog_finalize (GObject *object)
{
  CvSecurityDialog *self = CV_SECURITY_DIALOG (object);

  g_free (self->earlier_code);
  g_free (self->shown_code);
  G_OBJECT_CLASS (cv_security_dialog_parent_class)->finalize (object);
}

static void
cv_security_dialog_class_init (CvSecurityDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cv_security_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = cv_security_dialog_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/security-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, CvSecurityDialog, navigation);
  gtk_widget_class_bind_template_child (widget_class, CvSecurityDialog, icon);
  gtk_widget_class_bind_template_child (widget_class, CvSecurityDialog, title);
  gtk_widget_class_bind_template_child (widget_class, CvSecurityDialog, reasons);
  gtk_widget_class_bind_template_child (widget_class, CvSecurityDialog, code_group);
  gtk_widget_class_bind_template_child (widget_class, CvSecurityDialog, code);
  gtk_widget_class_bind_template_child (widget_class, CvSecurityDialog, code_changed);
  gtk_widget_class_bind_template_child (widget_class, CvSecurityDialog, confirm);
  gtk_widget_class_bind_template_child (widget_class, CvSecurityDialog, confirmed);
  gtk_widget_class_bind_template_child (widget_class, CvSecurityDialog, suite);
  gtk_widget_class_bind_template_child (widget_class, CvSecurityDialog, provider);
  gtk_widget_class_bind_template_child (widget_class, CvSecurityDialog, members);
  gtk_widget_class_bind_template_callback (widget_class, on_confirm_clicked);
  gtk_widget_class_install_action (widget_class, "security.show-member", "s", show_member_action);
  gtk_widget_class_install_action (widget_class, "security.verify", NULL, verify_action);
  gtk_widget_class_install_action (widget_class, "security.accept-key", NULL, accept_key_action);
  gtk_widget_class_install_action (widget_class, "security.compare", NULL, compare_action);
}

static void
cv_security_dialog_init (CvSecurityDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CvSecurityDialog *
cv_security_dialog_new (CvSession *session)
{
  CvSecurityDialog *self = g_object_new (CV_TYPE_SECURITY_DIALOG, NULL);
  const struct {
    const char *signal;
    void (*update) (CvSecurityDialog *);
  } rows[] = {
      {"notify::shield", update_shield},     {"notify::shield-text", update_shield},
      {"notify::meeting-code", update_code}, {"notify::code-confirmed", update_code},
      {"notify::suite-text", update_suite},
  };

  self->session = g_object_ref (session);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_signal_connect_object (session, rows[i].signal, G_CALLBACK (rows[i].update), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (cv_session_get_participants (session), "items-changed",
                           G_CALLBACK (update_shield), self, G_CONNECT_SWAPPED);
  gtk_list_box_bind_model (GTK_LIST_BOX (self->members), cv_session_get_participants (session),
                           create_member_row, self, NULL);
  update_shield (self);
  update_code (self);
  update_suite (self);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->provider),
                               cv_session_get_provider_text (session));
  return self;
}

void
cv_security_dialog_show_member (CvSecurityDialog *self, CvParticipant *participant)
{
  gboolean has_changed = cv_participant_get_contact (participant) == CV_CONTACT_CHANGED;

  adw_navigation_view_push (
      self->navigation, has_changed ? ADW_NAVIGATION_PAGE (cv_key_changed_page_new (participant))
                                    : ADW_NAVIGATION_PAGE (cv_verify_page_new (participant)));
}
