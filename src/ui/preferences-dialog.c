/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Everything here is a GSettings key; colours and motion follow the desktop's own settings. */
#include "ui/preferences-dialog.h"

#include "ui/device-row.h"
#include "ui/recent-meetings.h"
#include "ui/settings.h"

struct _CvPreferencesDialog {
  AdwPreferencesDialog parent_instance;
  GSettings *settings;

  GtkWidget *name;
  GtkWidget *camera;
  GtkWidget *microphone;
  GtkWidget *speaker;
  GtkWidget *remember;
  GtkWidget *fips;
};

G_DEFINE_FINAL_TYPE (CvPreferencesDialog, cv_preferences_dialog, ADW_TYPE_PREFERENCES_DIALOG)

/* Not wanting to be remembered means now, not from the next meeting on. */
static void
on_remember_active (CvPreferencesDialog *self)
{
  if (!adw_switch_row_get_active (ADW_SWITCH_ROW (self->remember)))
    cv_recent_meetings_clear (self->settings);
}

static void
cv_preferences_dialog_dispose (GObject *object)
{
  g_clear_object (&CV_PREFERENCES_DIALOG (object)->settings);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_PREFERENCES_DIALOG);
  G_OBJECT_CLASS (cv_preferences_dialog_parent_class)->dispose (object);
}

static void
cv_preferences_dialog_class_init (CvPreferencesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cv_preferences_dialog_dispose;
  g_type_ensure (CV_TYPE_DEVICE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/conclave/Conclave/ui/preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, CvPreferencesDialog, name);
  gtk_widget_class_bind_template_child (widget_class, CvPreferencesDialog, camera);
  gtk_widget_class_bind_template_child (widget_class, CvPreferencesDialog, microphone);
  gtk_widget_class_bind_template_child (widget_class, CvPreferencesDialog, speaker);
  gtk_widget_class_bind_template_child (widget_class, CvPreferencesDialog, remember);
  gtk_widget_class_bind_template_child (widget_class, CvPreferencesDialog, fips);
}

/* What the command line or the environment has decided is shown and cannot be changed here. */
static void
bind_fips (CvPreferencesDialog *self)
{
  if (!cv_settings_is_fips_forced ()) {
    g_settings_bind (self->settings, "fips-mode", self->fips, "active", G_SETTINGS_BIND_DEFAULT);
    return;
  }
  adw_switch_row_set_active (ADW_SWITCH_ROW (self->fips), TRUE);
  gtk_widget_set_sensitive (self->fips, FALSE);
}

static void
cv_preferences_dialog_init (CvPreferencesDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = cv_settings_new ();
  g_settings_bind (self->settings, "name", self->name, "text", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "remember-meetings", self->remember, "active",
                   G_SETTINGS_BIND_DEFAULT);
  bind_fips (self);
  g_signal_connect_object (self->remember, "notify::active", G_CALLBACK (on_remember_active), self,
                           G_CONNECT_SWAPPED);
}

CvPreferencesDialog *
cv_preferences_dialog_new (CvSession *session)
{
  CvPreferencesDialog *self = g_object_new (CV_TYPE_PREFERENCES_DIALOG, NULL);

  g_object_set (self->camera, "session", session, NULL);
  g_object_set (self->microphone, "session", session, NULL);
  g_object_set (self->speaker, "session", session, NULL);
  return self;
}
