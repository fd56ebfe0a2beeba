/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Preferences, shortcuts, help, about, full screen. */
#include "ui/window-actions.h"

#include "ui/preferences-dialog.h"
#include "ui/settings.h"
#include "ui/shortcuts-dialog.h"
#include "ui/window.h"

#include <glib/gi18n.h>

static void
show_preferences (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CvSession *session = cv_window_get_session (CV_WINDOW (widget));

  adw_dialog_present (ADW_DIALOG (cv_preferences_dialog_new (session)), widget);
}

static void
show_shortcuts (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_dialog_present (ADW_DIALOG (cv_shortcuts_dialog_new ()), widget);
}

static void
on_help_launched (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) window = data;
  g_autoptr (GError) error = NULL;

  if (gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (source), result, &error))
    return;

  AdwDialog *dialog = adw_alert_dialog_new (
      _ ("Help Cannot Be Opened"), _ ("Install the help viewer of your desktop, then try again."));

  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _ ("_Close"));
  adw_dialog_present (dialog, window);
}

static void
show_help (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new ("help:conclave");

  gtk_uri_launcher_launch (launcher, GTK_WINDOW (widget), NULL, on_help_launched,
                           g_object_ref (widget));
}

static void
show_about (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AdwDialog *dialog = adw_about_dialog_new ();

  g_object_set (dialog, "application-name", _ ("Conclave"), "application-icon", CV_APPLICATION_ID,
                "version", CV_VERSION, "developer-name", _ ("The Conclave authors"), "license-type",
                GTK_LICENSE_GPL_3_0, "copyright", "© The Conclave authors", "comments",
                _ ("Meetings that only those in the room can see and hear"),
                /* Translators: put your names here, one a line. */
                "translator-credits", _ ("translator-credits"), NULL);
  adw_dialog_present (dialog, widget);
}

static void
toggle_fullscreen (GtkWidget *widget, const char *name, GVariant *parameter)
{
  if (gtk_window_is_fullscreen (GTK_WINDOW (widget)))
    gtk_window_unfullscreen (GTK_WINDOW (widget));
  else
    gtk_window_fullscreen (GTK_WINDOW (widget));
}

void
cv_window_actions_install (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.preferences", NULL, show_preferences);
  gtk_widget_class_install_action (klass, "win.shortcuts", NULL, show_shortcuts);
  gtk_widget_class_install_action (klass, "win.help", NULL, show_help);
  gtk_widget_class_install_action (klass, "win.about", NULL, show_about);
  gtk_widget_class_install_action (klass, "win.fullscreen", NULL, toggle_fullscreen);
}
