/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A link reaches the running instance over D-Bus (org.freedesktop.Application.Open). The desktop
 * file says DBusActivatable so that it does so from the first start on: an argument of a process
 * can be read by every other process of the user. */
#include "ui/application.h"

#include "ui/settings.h"
#include "ui/window.h"

#include "resources.h"

#include <glib/gi18n.h>

struct _CvApplication {
  AdwApplication parent_instance;
  char *video;
  char *audio;
};

G_DEFINE_FINAL_TYPE (CvApplication, cv_application, ADW_TYPE_APPLICATION)

static CvWindow *
ensure_window (CvApplication *self)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (self));
  CvWindowMedia media = {.video = self->video, .audio = self->audio};

  for (GList *at = windows; at != NULL; at = at->next)
    if (CV_IS_WINDOW (at->data))
      return at->data;
  return cv_window_new (GTK_APPLICATION (self), &media);
}

static void
cv_application_activate (GApplication *application)
{
  gtk_window_present (GTK_WINDOW (ensure_window (CV_APPLICATION (application))));
}

static void
cv_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  CvWindow *window = ensure_window (CV_APPLICATION (application));
  g_autofree char *uri = n_files > 0 ? g_file_get_uri (files[0]) : NULL;

  gtk_window_present (GTK_WINDOW (window));
  /* One meeting at a time: of several links the first counts. */
  if (uri != NULL)
    cv_window_open_link (window, uri);
}

static void
new_meeting_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CvWindow *window = ensure_window (data);

  gtk_window_present (GTK_WINDOW (window));
  cv_window_new_meeting (window);
}

static void
fips_mode_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GList *windows = gtk_application_get_windows (data);

  cv_settings_force_fips ();
  for (GList *at = windows; at != NULL; at = at->next)
    if (CV_IS_WINDOW (at->data))
      cv_window_follow_fips (at->data);
}

static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkApplication *application = data;

  /* Through the window, which asks before it leaves a meeting. */
  gtk_window_close (GTK_WINDOW (ensure_window (data)));
  if (gtk_application_get_windows (application) == NULL)
    g_application_quit (G_APPLICATION (application));
}

static void
set_accelerators (GtkApplication *application)
{
  const struct {
    const char *action;
    const char *const accelerators[3];
  } rows[] = {
      {"app.quit", {"<Control>q", NULL}},
      {"app.new-meeting", {"<Control>n", NULL}},
      {"win.preferences", {"<Control>comma", NULL}},
      {"win.shortcuts", {"<Control>question", NULL}},
      {"win.help", {"F1", NULL}},
      {"win.fullscreen", {"F11", NULL}},
      {"window.close", {"<Control>w", NULL}},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    gtk_application_set_accels_for_action (application, rows[i].action, rows[i].accelerators);
}

static void
cv_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = {
      {.name = "new-meeting", .activate = new_meeting_action},
      {.name = "fips-mode", .activate = fips_mode_action},
      {.name = "quit", .activate = quit_action},
  };

  G_APPLICATION_CLASS (cv_application_parent_class)->startup (application);
  cv_application_init_resources ();
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions),
                                   application);
  set_accelerators (GTK_APPLICATION (application));
  gtk_window_set_default_icon_name (CV_APPLICATION_ID);
}

static int
print_version (gboolean is_fips)
{
  g_autoptr (GSettings) settings = cv_settings_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *provider =
      cv_session_dup_provider (is_fips || cv_settings_is_fips (settings), &error);

  g_print ("Conclave %s\n", CV_VERSION);
  if (provider == NULL) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  g_print ("%s\n", provider);
  return 0;
}

static int
cv_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  CvApplication *self = CV_APPLICATION (application);
  g_autoptr (GError) error = NULL;

  if (g_variant_dict_contains (options, "version"))
    return print_version (g_variant_dict_contains (options, "fips"));
  g_variant_dict_lookup (options, "video", "s", &self->video);
  g_variant_dict_lookup (options, "audio", "s", &self->audio);
  if (!g_variant_dict_contains (options, "new-meeting")
      && !g_variant_dict_contains (options, "fips"))
    return -1;
  if (!g_application_register (application, NULL, &error)) {
    g_printerr ("%s\n", error->message);
    return 1;
  }
  /* Whoever runs already must not go on without it, in the belief of who asked for it here. */
  if (g_variant_dict_contains (options, "fips"))
    g_action_group_activate_action (G_ACTION_GROUP (application), "fips-mode", NULL);
  if (!g_variant_dict_contains (options, "new-meeting"))
    return -1;
  g_action_group_activate_action (G_ACTION_GROUP (application), "new-meeting", NULL);
  /* The running instance has opened the window; this process is done unless it is that one. */
  return g_application_get_is_remote (application) ? 0 : -1;
}

static void
cv_application_finalize (GObject *object)
{
  g_free (CV_APPLICATION (object)->video);
  g_free (CV_APPLICATION (object)->audio);
  G_OBJECT_CLASS (cv_application_parent_class)->finalize (object);
}

static void
cv_application_class_init (CvApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cv_application_finalize;
  application_class->startup = cv_application_startup;
  application_class->activate = cv_application_activate;
  application_class->open = cv_application_open;
  application_class->handle_local_options = cv_application_handle_local_options;
}

static void
cv_application_init (CvApplication *self)
{
  static const GOptionEntry options[] = {
      {"version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Show the version"), NULL},
      {"new-meeting", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Open a new meeting"), NULL},
      {"fips", 0, 0, G_OPTION_ARG_NONE, NULL,
       N_ ("Only methods that FIPS 140 allows, in all meetings from now on"), NULL},
      {"video", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Camera: device, test, off or a file"),
       N_ ("SOURCE")},
      {"audio", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Microphone: device, test, off or a file"),
       N_ ("SOURCE")},
      {NULL},
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _ ("[LINK]"));
}

CvApplication *
cv_application_new (void)
{
  bindtextdomain (GETTEXT_PACKAGE, CV_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  return g_object_new (CV_TYPE_APPLICATION, "application-id", CV_APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", "/org/conclave/Conclave",
                       NULL);
}

void
cv_application_init_resources (void)
{
  GdkDisplay *display = gdk_display_get_default ();

  /* A resource of a static library is only there when it is named. */
  g_resources_register (cv_ui_get_resource ());
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (display),
                                    "/org/conclave/Conclave/icons");

  g_autoptr (GtkCssProvider) style = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (style, "/org/conclave/Conclave/ui/style.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (style),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}
