/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Accepting needs the tick first: a warning that is clicked away is no warning. */
#include "ui/key-changed-page.h"

#include "ui/words.h"

#include <glib/gi18n.h>

struct _CvKeyChangedPage {
  AdwNavigationPage parent_instance;
  CvParticipant *participant;

  GtkWidget *text;
  GtkWidget *fingerprint;
};

G_DEFINE_FINAL_TYPE (CvKeyChangedPage, cv_key_changed_page, ADW_TYPE_NAVIGATION_PAGE)

/* Not an action name on the button: that would overrule the binding of its sensitivity. */
static void
on_accept_clicked (CvKeyChangedPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "security.accept-key", NULL);
}

static void
cv_key_changed_page_dispose (GObject *object)
{
  g_clear_object (&CV_KEY_CHANGED_PAGE (object)->participant);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_KEY_CHANGED_PAGE);
  G_OBJECT_CLASS (cv_key_changed_page_parent_class)->dispose (object);
}

static void
cv_key_changed_page_class_init (CvKeyChangedPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cv_key_changed_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/key-changed-page.ui");
  gtk_widget_class_bind_template_child (widget_class, CvKeyChangedPage, text);
  gtk_widget_class_bind_template_child (widget_class, CvKeyChangedPage, fingerprint);
  gtk_widget_class_bind_template_callback (widget_class, on_accept_clicked);
}

static void
cv_key_changed_page_init (CvKeyChangedPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CvKeyChangedPage *
cv_key_changed_page_new (CvParticipant *participant)
{
  CvKeyChangedPage *self = g_object_new (CV_TYPE_KEY_CHANGED_PAGE, NULL);
  g_autofree char *name = cv_words_dup_isolated (cv_participant_get_name (participant));
  /* Translators: %s is a person's name, twice the same. */
  g_autofree char *text = g_strdup_printf (
      _ ("You know %s under another key. Perhaps they have a new device or set Conclave up again. "
         "Perhaps somebody else is using their name. Until you decide, nothing of %s is seen or "
         "heard here."),
      name, name);

  self->participant = g_object_ref (participant);
  gtk_label_set_text (GTK_LABEL (self->text), text);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->fingerprint),
                               cv_participant_get_fingerprint (participant));
  return self;
}

CvParticipant *
cv_key_changed_page_get_participant (CvKeyChangedPage *self)
{
  return self->participant;
}
