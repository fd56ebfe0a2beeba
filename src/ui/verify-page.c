/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The safety number is the same on both sides, so either may read it aloud. */
#include "ui/verify-page.h"

#include "ui/qr-code.h"
#include "ui/words.h"

#include <glib/gi18n.h>

#define GROUPS_PER_LINE 4

struct _CvVerifyPage {
  AdwNavigationPage parent_instance;
  CvParticipant *participant;

  GtkWidget *heading;
  GtkWidget *contact_box;
  GtkWidget *icon;
  GtkWidget *contact;
  GtkWidget *number;
  GtkWidget *code;
  GtkWidget *fingerprint;
  GtkWidget *verify;
};

G_DEFINE_FINAL_TYPE (CvVerifyPage, cv_verify_page, ADW_TYPE_NAVIGATION_PAGE)

static void
update_number (CvVerifyPage *self)
{
  const char *number = cv_participant_get_safety_number (self->participant);
  g_auto (GStrv) groups = g_strsplit (number != NULL ? number : "", " ", 64);
  GString *lines = g_string_new (NULL);

  for (int i = 0; groups[i] != NULL; i++)
    g_string_append_printf (lines, "%s%s",
                            i == 0                     ? ""
                            : i % GROUPS_PER_LINE == 0 ? "\n"
                                                       : "  ",
                            groups[i]);
  gtk_label_set_text (GTK_LABEL (self->number), lines->str);
  g_string_free (lines, TRUE);
}

static void
update (CvVerifyPage *self)
{
  static const char *const classes[] = {"warning", "success", "dimmed"};
  CvContactState contact = cv_participant_get_contact (self->participant);
  gboolean is_confirmed = cv_participant_get_is_confirmed (self->participant);
  g_autofree char *name = cv_words_dup_isolated (cv_participant_get_name (self->participant));
  /* Translators: %s is a person's name. */
  g_autofree char *heading = g_strdup_printf (_ ("Safety Number With %s"), name);

  gtk_label_set_text (GTK_LABEL (self->heading), heading);
  gtk_label_set_text (GTK_LABEL (self->contact), cv_words_contact (contact, is_confirmed));
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon),
                                cv_words_contact_icon (contact, is_confirmed));
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (self->contact_box, classes[i]);
  gtk_widget_add_css_class (self->contact_box, cv_words_contact_class (contact, is_confirmed));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->fingerprint),
                               cv_participant_get_fingerprint (self->participant));
  gtk_widget_set_visible (self->verify, contact != CV_CONTACT_VERIFIED);
  update_number (self);
}

static void
cv_verify_page_dispose (GObject *object)
{
  g_clear_object (&CV_VERIFY_PAGE (object)->participant);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_VERIFY_PAGE);
  G_OBJECT_CLASS (cv_verify_page_parent_class)->dispose (object);
}

static void
cv_verify_page_class_init (CvVerifyPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cv_verify_page_dispose;
  g_type_ensure (CV_TYPE_QR_CODE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/verify-page.ui");
  gtk_widget_class_bind_template_child (widget_class, CvVerifyPage, heading);
  gtk_widget_class_bind_template_child (widget_class, CvVerifyPage, contact_box);
  gtk_widget_class_bind_template_child (widget_class, CvVerifyPage, icon);
  gtk_widget_class_bind_template_child (widget_class, CvVerifyPage, contact);
  gtk_widget_class_bind_template_child (widget_class, CvVerifyPage, number);
  gtk_widget_class_bind_template_child (widget_class, CvVerifyPage, code);
  gtk_widget_class_bind_template_child (widget_class, CvVerifyPage, fingerprint);
  gtk_widget_class_bind_template_child (widget_class, CvVerifyPage, verify);
}

static void
cv_verify_page_init (CvVerifyPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CvVerifyPage *
cv_verify_page_new (CvParticipant *participant)
{
  CvVerifyPage *self = g_object_new (CV_TYPE_VERIFY_PAGE, NULL);
  g_autoptr (GBytes) payload = cv_participant_dup_safety_payload (participant);

  self->participant = g_object_ref (participant);
  g_object_set (self->code, "payload", payload, NULL);
  g_signal_connect_object (participant, "notify::contact", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (participant, "notify::is-confirmed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return self;
}

CvParticipant *
cv_verify_page_get_participant (CvVerifyPage *self)
{
  return self->participant;
}
