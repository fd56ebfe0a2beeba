/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The name is only a claim of whoever knocks; the fingerprint and what is known of it are shown
 * beside it, so that a moderator does not let in a name. */
#include "ui/knock-row.h"

#include "ui/words.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _CvKnockRow {
  GtkListBoxRow parent_instance;
  CvKnock *knock;

  GtkWidget *avatar;
  GtkWidget *name;
  GtkWidget *icon;
  GtkWidget *contact;
  GtkWidget *fingerprint;
  GtkWidget *admit;
  GtkWidget *deny;
};

G_DEFINE_FINAL_TYPE (CvKnockRow, cv_knock_row, GTK_TYPE_LIST_BOX_ROW)

static void
update (CvKnockRow *self)
{
  static const char *const classes[] = {"warning", "success", "dimmed"};
  CvContactState contact = cv_knock_get_contact (self->knock);
  g_autofree char *clean = cv_words_dup_clean (cv_knock_get_name (self->knock));
  /* Translators: the names of two buttons; %s is the name of whoever knocks. */
  g_autofree char *admit = g_strdup_printf (_ ("Admit %s"), clean);
  g_autofree char *deny = g_strdup_printf (_ ("Deny %s"), clean);

  gtk_label_set_text (GTK_LABEL (self->name), clean);
  adw_avatar_set_text (ADW_AVATAR (self->avatar), clean);
  gtk_label_set_text (GTK_LABEL (self->fingerprint), cv_knock_get_fingerprint (self->knock));
  gtk_label_set_text (GTK_LABEL (self->contact), cv_words_contact (contact, FALSE));
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), cv_words_contact_icon (contact, FALSE));
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (gtk_widget_get_parent (self->icon), classes[i]);
  gtk_widget_add_css_class (gtk_widget_get_parent (self->icon),
                            cv_words_contact_class (contact, FALSE));
  /* A button is labelled by its text, and that would win over a name of its own. */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (self->admit), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (self->deny), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->admit), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  admit, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->deny), GTK_ACCESSIBLE_PROPERTY_LABEL, deny,
                                  -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, clean, -1);
}

static void
cv_knock_row_dispose (GObject *object)
{
  g_clear_object (&CV_KNOCK_ROW (object)->knock);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_KNOCK_ROW);
  G_OBJECT_CLASS (cv_knock_row_parent_class)->dispose (object);
}

static void
cv_knock_row_class_init (CvKnockRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cv_knock_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/knock-row.ui");
  gtk_widget_class_bind_template_child (widget_class, CvKnockRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, CvKnockRow, name);
  gtk_widget_class_bind_template_child (widget_class, CvKnockRow, icon);
  gtk_widget_class_bind_template_child (widget_class, CvKnockRow, contact);
  gtk_widget_class_bind_template_child (widget_class, CvKnockRow, fingerprint);
  gtk_widget_class_bind_template_child (widget_class, CvKnockRow, admit);
  gtk_widget_class_bind_template_child (widget_class, CvKnockRow, deny);
}

static void
cv_knock_row_init (CvKnockRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CvKnockRow *
cv_knock_row_new (CvKnock *knock)
{
  CvKnockRow *self = g_object_new (CV_TYPE_KNOCK_ROW, NULL);
  const char *id = cv_knock_get_id (knock);

  self->knock = g_object_ref (knock);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->admit), "s", id);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->deny), "s", id);
  g_signal_connect_object (knock, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}
