/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Shows one page of the window in one state, for screenshots and for looking at it.
 *
 * usage: gallery PAGE [--people N] [--dark] [--size WxH] [--rtl] [--text-scale FACTOR]
 * "gallery --list" prints the pages. A test fixture: never shipped. */
#include "ui/application.h"
#include "ui/call-page.h"
#include "ui/failure-page.h"
#include "ui/fake-call.h"
#include "ui/preferences-dialog.h"
#include "ui/recent-meetings.h"
#include "ui/security-dialog.h"
#include "ui/settings.h"
#include "ui/shortcuts-dialog.h"
#include "ui/window.h"

#include <stdio.h>

static int n_people = 4;
static gboolean is_dark;
static gboolean is_rtl;
static double text_scale = 1;
static char *size;
static gboolean is_list;

static const GOptionEntry options[] = {
    {"people", 0, 0, G_OPTION_ARG_INT, &n_people, "people in the meeting", "N"},
    {"dark", 0, 0, G_OPTION_ARG_NONE, &is_dark, "dark colours", NULL},
    {"rtl", 0, 0, G_OPTION_ARG_NONE, &is_rtl, "right to left", NULL},
    {"text-scale", 0, 0, G_OPTION_ARG_DOUBLE, &text_scale, "larger text", "FACTOR"},
    {"size", 0, 0, G_OPTION_ARG_STRING, &size, "size of the window", "WxH"},
    {"list", 0, 0, G_OPTION_ARG_NONE, &is_list, "print the pages", NULL},
    {NULL},
};

static CvCallPage *
call_page (CvWindow *window)
{
  AdwToastOverlay *toasts =
      ADW_TOAST_OVERLAY (adw_application_window_get_content (ADW_APPLICATION_WINDOW (window)));
  AdwNavigationView *navigation = ADW_NAVIGATION_VIEW (adw_toast_overlay_get_child (toasts));

  return CV_CALL_PAGE (adw_navigation_view_get_visible_page (navigation));
}

static CvSession *
show_call (CvWindow *window, CvFakeMeeting meeting)
{
  meeting.n_people = n_people;
  meeting.failure = CV_SESSION_NO_FAILURE;
  if (meeting.state == CV_SESSION_LOBBY)
    meeting.state = CV_SESSION_IN_CALL;

  g_autoptr (CvSession) session = cv_fake_session_new (&meeting);

  cv_window_set_session (window, session, TRUE);
  return session; /* the window holds it */
}

/* Once the page has its size: the split view's spring has nothing to swing from before. */
static gboolean
on_page_frame (GtkWidget *page, GdkFrameClock *clock, gpointer panel)
{
  if (gtk_widget_get_width (page) == 0)
    return G_SOURCE_CONTINUE;
  g_object_set (page, panel, TRUE, NULL);
  return G_SOURCE_REMOVE;
}

static void
open_panel (CvWindow *window, const char *panel)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (call_page (window)), on_page_frame, (gpointer)panel,
                                NULL);
}

static void
show_welcome (CvWindow *window)
{
  g_autoptr (GSettings) settings = cv_settings_new ();
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  cv_recent_meetings_add (settings, "conclave://board.example.net/x", now - 900000);
  cv_recent_meetings_add (settings, "conclave://meet.example.org:8443/x#k=y", now - 60);
}

static void
show_start (CvWindow *window)
{
  g_autoptr (GSettings) settings = cv_settings_new ();

  cv_recent_meetings_clear (settings);
}

static void
show_lobby_new (CvWindow *window)
{
  cv_window_new_meeting (window);
}

static void
show_lobby_join (CvWindow *window)
{
  const CvFakeMeeting meeting = {.needs_passcode = TRUE, .failure = CV_SESSION_NO_FAILURE};
  g_autoptr (CvSession) session = cv_fake_session_new (&meeting);

  cv_window_set_session (window, session, FALSE);
}

static void
show_progress (CvWindow *window)
{
  const CvFakeMeeting meeting = {
      .state = CV_SESSION_JOINING, .step = CV_JOIN_STEP_DOOR, .failure = CV_SESSION_NO_FAILURE};
  g_autoptr (CvSession) session = cv_fake_session_new (&meeting);

  cv_window_set_session (window, session, FALSE);
}

static void
show_call_verified (CvWindow *window)
{
  show_call (window, (CvFakeMeeting){.shield = CV_SHIELD_VERIFIED, .n_chat = 3});
}

static void
show_call_odd (CvWindow *window)
{
  show_call (window, (CvFakeMeeting){.shield = CV_SHIELD_WARNING, .has_odd_states = TRUE});
}

static void
show_call_people (CvWindow *window)
{
  show_call (window, (CvFakeMeeting){.shield = CV_SHIELD_ENCRYPTED, .n_knocks = 2});
  open_panel (window, "show-people");
}

static void
show_call_door (CvWindow *window)
{
  CvSession *session =
      show_call (window, (CvFakeMeeting){.shield = CV_SHIELD_ENCRYPTED, .n_knocks = 1});

  cv_fake_session_emit_notice (session, "Grace <Hopper> & others have joined");
}

static void
show_call_chat (CvWindow *window)
{
  show_call (window, (CvFakeMeeting){.shield = CV_SHIELD_ENCRYPTED, .n_chat = 9});
  open_panel (window, "show-chat");
}

static void
show_call_empty_chat (CvWindow *window)
{
  show_call (window, (CvFakeMeeting){.shield = CV_SHIELD_CONNECTING});
  open_panel (window, "show-chat");
}

static void
show_call_reconnecting (CvWindow *window)
{
  show_call (window, (CvFakeMeeting){.state = CV_SESSION_RECONNECTING});
}

static void
show_leave (CvWindow *window)
{
  show_call (window, (CvFakeMeeting){.shield = CV_SHIELD_ENCRYPTED});
  gtk_widget_activate_action (GTK_WIDGET (call_page (window)), "call.leave", NULL);
}

static void
show_security (CvWindow *window)
{
  show_call (window, (CvFakeMeeting){.shield = CV_SHIELD_ENCRYPTED});
  gtk_widget_activate_action (GTK_WIDGET (call_page (window)), "call.security", NULL);
}

static void
show_security_confirmed (CvWindow *window)
{
  show_call (window, (CvFakeMeeting){.shield = CV_SHIELD_VERIFIED, .is_code_confirmed = TRUE});
  gtk_widget_activate_action (GTK_WIDGET (call_page (window)), "call.security", NULL);
}

static void
show_security_changed (CvWindow *window)
{
  CvSession *session = show_call (window, (CvFakeMeeting){.shield = CV_SHIELD_ENCRYPTED});
  gtk_widget_activate_action (GTK_WIDGET (call_page (window)), "call.security", NULL);
  cv_fake_session_set_code (session, "60213 94857 11029 38475 66120 09384");
}

static void
show_verify (CvWindow *window)
{
  show_call (window, (CvFakeMeeting){.shield = CV_SHIELD_ENCRYPTED});
  gtk_widget_activate_action (GTK_WIDGET (call_page (window)), "call.verify-member", "s",
                              "0000000000000001");
}

static void
show_key_changed (CvWindow *window)
{
  n_people = MAX (n_people, 7);
  show_call (window, (CvFakeMeeting){.shield = CV_SHIELD_WARNING, .has_odd_states = TRUE});
  gtk_widget_activate_action (GTK_WIDGET (call_page (window)), "call.review-key", "s",
                              "0000000000000006");
}

static void
show_failure (CvWindow *window, int failure)
{
  CvFakeMeeting meeting = {.failure = failure, .state = CV_SESSION_ENDED};
  g_autoptr (CvSession) session = cv_fake_session_new (&meeting);

  cv_window_set_session (window, session, FALSE);
}

static void
show_failure_passcode (CvWindow *window)
{
  show_failure (window, CV_CALL_ERROR_PASSCODE);
}

static void
show_failure_certificate (CvWindow *window)
{
  show_failure (window, CV_CALL_ERROR_CERTIFICATE);
}

static void
show_failure_keyring (CvWindow *window)
{
  show_failure (window, CV_CALL_ERROR_KEYRING);
}

static void
show_failure_left_behind (CvWindow *window)
{
  show_failure (window, CV_CALL_ERROR_LEFT_BEHIND);
}

static void
show_preferences (CvWindow *window)
{
  gtk_widget_activate_action (GTK_WIDGET (window), "win.preferences", NULL);
}

static void
show_shortcuts (CvWindow *window)
{
  gtk_widget_activate_action (GTK_WIDGET (window), "win.shortcuts", NULL);
}

static void
show_about (CvWindow *window)
{
  gtk_widget_activate_action (GTK_WIDGET (window), "win.about", NULL);
}

static const struct {
  const char *name;
  void (*show) (CvWindow *window);
} pages[] = {
    {"start", show_start},
    {"welcome", show_welcome},
    {"lobby-new", show_lobby_new},
    {"lobby-join", show_lobby_join},
    {"progress", show_progress},
    {"call", show_call_verified},
    {"call-odd", show_call_odd},
    {"call-people", show_call_people},
    {"call-door", show_call_door},
    {"call-chat", show_call_chat},
    {"call-empty-chat", show_call_empty_chat},
    {"call-reconnecting", show_call_reconnecting},
    {"call-leave", show_leave},
    {"security", show_security},
    {"security-confirmed", show_security_confirmed},
    {"security-changed", show_security_changed},
    {"verify", show_verify},
    {"key-changed", show_key_changed},
    {"failure-passcode", show_failure_passcode},
    {"failure-certificate", show_failure_certificate},
    {"failure-keyring", show_failure_keyring},
    {"failure-left-behind", show_failure_left_behind},
    {"preferences", show_preferences},
    {"shortcuts", show_shortcuts},
    {"about", show_about},
};

/* After the first frame: what is animated needs a frame clock that runs. */
static gboolean
on_first_frame (GtkWidget *window, GdkFrameClock *clock, gpointer page)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    if (g_str_equal (pages[i].name, page))
      pages[i].show (CV_WINDOW (window));
  return G_SOURCE_REMOVE;
}

static void
on_activate (GApplication *application, gpointer page)
{
  int width = 1000, height = 700;

  cv_application_init_resources ();
  if (size != NULL && sscanf (size, "%dx%d", &width, &height) != 2)
    g_error ("--size wants WxH");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      is_dark ? ADW_COLOR_SCHEME_FORCE_DARK
                                              : ADW_COLOR_SCHEME_FORCE_LIGHT);
  g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", (int)(96 * 1024 * text_scale), NULL);
  if (is_rtl)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);

  g_autoptr (GSettings) settings = cv_settings_new ();
  g_settings_set_string (settings, "name", "Ada Lovelace");

  CvWindow *window = cv_window_new (GTK_APPLICATION (application), NULL);

  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_add_tick_callback (GTK_WIDGET (window), on_first_frame, page, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("PAGE");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  if (is_list) {
    for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
      puts (pages[i].name);
    return 0;
  }
  if (argc != 2)
    g_error ("one page, please: see --list");

  g_autoptr (AdwApplication) application =
      adw_application_new ("org.conclave.Gallery", G_APPLICATION_NON_UNIQUE);

  g_signal_connect (application, "activate", G_CALLBACK (on_activate), argv[1]);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
