/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Every template loads, every page is reached, and everything that can be pressed has a name. */
#include "ui/application.h"
#include "ui/call-page.h"
#include "ui/failure-page.h"
#include "ui/fake-call.h"
#include "ui/key-changed-page.h"
#include "ui/lobby-page.h"
#include "ui/preferences-dialog.h"
#include "ui/progress-page.h"
#include "ui/security-dialog.h"
#include "ui/settings.h"
#include "ui/shortcuts-dialog.h"
#include "ui/verify-page.h"
#include "ui/welcome-page.h"
#include "ui/window.h"

#include "call/participant-private.h"

#define DEADLINE_US (20 * G_USEC_PER_SEC)

typedef gboolean (*Condition) (gpointer data);

static void
wait_for (Condition condition, gpointer data)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE_US;

  while (!condition (data)) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    /* Frames come by the clock; the short timeout only lets the deadline be looked at. */
    guint wake = g_timeout_add_once (100, (GSourceOnceFunc)g_main_context_wakeup, NULL);
    g_main_context_iteration (NULL, TRUE);
    GSource *source = g_main_context_find_source_by_id (NULL, wake);
    if (source != NULL)
      g_source_destroy (source);
  }
}

static AdwNavigationPage *
visible_page (CvWindow *window)
{
  AdwToastOverlay *toasts =
      ADW_TOAST_OVERLAY (adw_application_window_get_content (ADW_APPLICATION_WINDOW (window)));

  return adw_navigation_view_get_visible_page (
      ADW_NAVIGATION_VIEW (adw_toast_overlay_get_child (toasts)));
}

static gboolean
is_labelled (GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (widget);

  if (gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL)
      || gtk_test_accessible_has_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY))
    return TRUE;
  if (GTK_IS_BUTTON (widget)
      && (gtk_button_get_label (GTK_BUTTON (widget)) != NULL
          || GTK_IS_LABEL (gtk_button_get_child (GTK_BUTTON (widget)))))
    return TRUE;
  if (GTK_IS_CHECK_BUTTON (widget)
      && gtk_check_button_get_child (GTK_CHECK_BUTTON (widget)) != NULL)
    return TRUE;
  return FALSE;
}

static gboolean
is_ours_to_name (GtkWidget *widget)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);
  const char *of = parent != NULL ? G_OBJECT_TYPE_NAME (parent) : "";

  /* Parts of the toolkit's own widgets name themselves when they are shown. */
  return !g_str_has_prefix (of, "Adw") && !GTK_IS_WINDOW_CONTROLS (parent)
         && !GTK_IS_MENU_BUTTON (parent)
         && gtk_widget_get_ancestor (widget, ADW_TYPE_ENTRY_ROW) == NULL;
}

static void
assert_all_named (GtkWidget *widget)
{
  if (!gtk_widget_get_visible (widget))
    return;
  if ((GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_ENTRY (widget)
       || GTK_IS_LEVEL_BAR (widget) || GTK_IS_CHECK_BUTTON (widget))
      && is_ours_to_name (widget) && !is_labelled (widget)) {
    const char *icon = GTK_IS_BUTTON (widget) ? gtk_button_get_icon_name (GTK_BUTTON (widget)) : "";
    g_error ("%s (%s) in %s has no name for assistive technology", G_OBJECT_TYPE_NAME (widget),
             icon, G_OBJECT_TYPE_NAME (gtk_widget_get_parent (widget)));
  }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    assert_all_named (child);
}

static CvWindow *
open_window (void)
{
  g_autoptr (GSettings) settings = cv_settings_new ();
  g_settings_set_string (settings, "name", "Ada");

  CvWindow *window = cv_window_new (NULL, NULL);
  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 700);
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static gboolean
is_lobby (gpointer window)
{
  return CV_IS_LOBBY_PAGE (visible_page (window));
}

static gboolean
is_progress (gpointer window)
{
  return CV_IS_PROGRESS_PAGE (visible_page (window));
}

static void
test_journey (void)
{
  CvWindow *window = open_window ();

  g_assert_true (CV_IS_WELCOME_PAGE (visible_page (window)));
  assert_all_named (GTK_WIDGET (window));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.new-meeting", NULL);
  wait_for (is_lobby, window);
  assert_all_named (GTK_WIDGET (window));
  cv_lobby_page_start (CV_LOBBY_PAGE (visible_page (window)));
  g_assert_true (CV_IS_CALL_PAGE (visible_page (window)));
  g_assert_true (cv_window_is_busy (window));
  assert_all_named (GTK_WIDGET (window));
  /* Others are there and the meeting runs here: that is asked about first. */
  gtk_widget_activate_action (GTK_WIDGET (visible_page (window)), "call.leave", NULL);
  g_assert_true (CV_IS_CALL_PAGE (visible_page (window)));
  adw_dialog_force_close (
      adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window)));
  g_assert_true (CV_IS_CALL_PAGE (visible_page (window)));
  cv_session_leave (cv_window_get_session (window));
  g_assert_true (CV_IS_WELCOME_PAGE (visible_page (window)));
  g_assert_null (cv_window_get_session (window));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_links (void)
{
  CvWindow *window = open_window ();

  cv_window_open_link (window, "conclave://host.example/room");
  g_assert_true (CV_IS_WELCOME_PAGE (visible_page (window)));
  g_assert_null (cv_window_get_session (window));
  cv_window_open_link (window, "conclave://host.example/room#k=secret");
  g_assert_true (is_lobby (window));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_busy_refuses_links (void)
{
  CvWindow *window = open_window ();

  cv_window_new_meeting (window);
  cv_lobby_page_start (CV_LOBBY_PAGE (visible_page (window)));

  CvSession *session = cv_window_get_session (window);

  cv_window_open_link (window, "conclave://host.example/room#k=secret");
  cv_window_new_meeting (window);
  g_assert_true (cv_window_get_session (window) == session);
  g_assert_true (CV_IS_CALL_PAGE (visible_page (window)));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_lobby_follows_fips (void)
{
  CvWindow *window = open_window ();
  g_autoptr (GSettings) settings = cv_settings_new ();
  gboolean is_camera_off;

  cv_window_open_link (window, "conclave://host.example/room#k=secret");
  g_assert_false (cv_session_get_is_fips (cv_window_get_session (window)));
  g_object_set (cv_window_get_session (window), "camera-off", TRUE, NULL);
  g_settings_set_boolean (settings, "fips-mode", TRUE);
  g_assert_true (is_lobby (window));
  g_assert_true (cv_session_get_is_fips (cv_window_get_session (window)));
  g_object_get (cv_window_get_session (window), "camera-off", &is_camera_off, NULL);
  g_assert_true (is_camera_off);

  /* A meeting that runs keeps what it began with. */
  cv_lobby_page_start (CV_LOBBY_PAGE (visible_page (window)));
  g_settings_set_boolean (settings, "fips-mode", FALSE);
  g_assert_true (CV_IS_CALL_PAGE (visible_page (window)));
  g_assert_true (cv_session_get_is_fips (cv_window_get_session (window)));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_progress_after_a_second (void)
{
  const CvFakeMeeting meeting = {
      .state = CV_SESSION_JOINING, .step = CV_JOIN_STEP_KEYS, .failure = CV_SESSION_NO_FAILURE};
  g_autoptr (CvSession) session = cv_fake_session_new (&meeting);
  CvWindow *window = open_window ();

  cv_window_set_session (window, session, FALSE);
  g_assert_false (is_progress (window));
  wait_for (is_progress, window);
  assert_all_named (GTK_WIDGET (window));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.cancel", NULL);
  g_assert_true (CV_IS_WELCOME_PAGE (visible_page (window)));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_failures (void)
{
  for (int error = CV_CALL_ERROR_LINK; error <= CV_CALL_ERROR_INTERNAL; error++) {
    CvWindow *window = open_window ();

    cv_window_new_meeting (window);
    cv_fake_session_set_state (cv_window_get_session (window), CV_SESSION_ENDED, error);
    g_assert_true (CV_IS_FAILURE_PAGE (visible_page (window)));
    assert_all_named (GTK_WIDGET (window));
    gtk_widget_activate_action (GTK_WIDGET (window), "win.retry-one-time", NULL);
    g_assert_true (CV_IS_CALL_PAGE (visible_page (window)));
    cv_fake_session_set_state (cv_window_get_session (window), CV_SESSION_ENDED, error);
    gtk_widget_activate_action (GTK_WIDGET (window), "win.enter-passcode", NULL);
    g_assert_true (is_lobby (window));
    cv_fake_session_set_state (cv_window_get_session (window), CV_SESSION_ENDED, error);
    gtk_widget_activate_action (GTK_WIDGET (window), "win.back", NULL);
    g_assert_true (CV_IS_WELCOME_PAGE (visible_page (window)));
    gtk_window_destroy (GTK_WINDOW (window));
  }
}

static CvSession *
enter_call (CvWindow *window, CvFakeMeeting meeting)
{
  meeting.state = CV_SESSION_IN_CALL;
  meeting.failure = CV_SESSION_NO_FAILURE;

  g_autoptr (CvSession) session = cv_fake_session_new (&meeting);

  cv_window_set_session (window, session, TRUE);
  return session; /* the window holds it */
}

static gboolean
is_seen (gpointer participant)
{
  int width, height;

  cv_participant_get_view_size (participant, &width, &height);
  return width > 0 && height > 0;
}

static void
test_tiles_tell_their_size (void)
{
  CvWindow *window = open_window ();
  CvSession *session = enter_call (window, (CvFakeMeeting){.n_people = 27, .has_odd_states = TRUE});
  GListModel *people = cv_session_get_participants (session);
  g_autoptr (CvParticipant) first = g_list_model_get_item (people, 0);
  g_autoptr (CvParticipant) shown = g_list_model_get_item (people, 24);
  g_autoptr (CvParticipant) hidden = g_list_model_get_item (people, 25);

  wait_for (is_seen, shown);
  g_assert_true (is_seen (first));
  g_assert_false (is_seen (hidden));
  cv_session_remove (session, first);
  g_assert_false (is_seen (first));
  wait_for (is_seen, hidden);
  cv_session_leave (session);
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_false (is_seen (shown));
}

static void
test_panels (void)
{
  CvWindow *window = open_window ();
  CvSession *session = enter_call (
      window,
      (CvFakeMeeting){.n_people = 3, .n_knocks = 2, .n_chat = 5, .shield = CV_SHIELD_WARNING});
  GtkWidget *page = GTK_WIDGET (visible_page (window));
  gboolean show_people, show_chat, is_muted;

  gtk_widget_activate_action (page, "call.people", NULL);
  gtk_widget_activate_action (page, "call.chat", NULL);
  g_object_get (page, "show-people", &show_people, "show-chat", &show_chat, NULL);
  g_assert_false (show_people);
  g_assert_true (show_chat);
  gtk_widget_activate_action (page, "call.close-panel", NULL);
  g_object_get (page, "show-chat", &show_chat, NULL);
  g_assert_false (show_chat);

  gtk_widget_activate_action (page, "call.toggle-microphone", NULL);
  g_object_get (session, "microphone-muted", &is_muted, NULL);
  g_assert_true (is_muted);

  gtk_widget_activate_action (page, "call.admit", "s", "nobody");
  gtk_widget_activate_action (page, "call.deny", "s", "k1");
  gtk_widget_activate_action (page, "call.admit", "s", "k0");
  g_assert_cmpuint (g_list_model_get_n_items (cv_session_get_door (session)), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (cv_session_get_participants (session)), ==, 4);
  g_assert_true (cv_session_send_chat (session, "hello"));
  assert_all_named (GTK_WIDGET (window));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_dialogs (void)
{
  CvWindow *window = open_window ();
  CvSession *session = enter_call (window, (CvFakeMeeting){.n_people = 8, .has_odd_states = TRUE});
  CvSecurityDialog *security = cv_security_dialog_new (session);
  AdwDialog *dialogs[] = {ADW_DIALOG (security), ADW_DIALOG (cv_preferences_dialog_new (session)),
                          ADW_DIALOG (cv_shortcuts_dialog_new ())};
  GListModel *people = cv_session_get_participants (session);

  for (gsize i = 0; i < G_N_ELEMENTS (dialogs); i++) {
    adw_dialog_present (dialogs[i], GTK_WIDGET (window));
    assert_all_named (GTK_WIDGET (dialogs[i]));
  }
  for (guint i = 1; i < g_list_model_get_n_items (people); i++) {
    g_autoptr (CvParticipant) who = g_list_model_get_item (people, i);

    cv_security_dialog_show_member (security, who);
    assert_all_named (GTK_WIDGET (security));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (dialogs); i++)
    adw_dialog_force_close (dialogs[i]);
  gtk_window_destroy (GTK_WINDOW (window));
}

static GtkWidget *
find_part (CvSecurityDialog *dialog, const char *name)
{
  return GTK_WIDGET (
      gtk_widget_get_template_child (GTK_WIDGET (dialog), CV_TYPE_SECURITY_DIALOG, name));
}

/* A press does nothing more once the button is gone. */
static gboolean
is_confirmed_by_pressing (gpointer dialog)
{
  g_signal_emit_by_name (find_part (dialog, "confirm"), "clicked");
  return gtk_widget_get_visible (find_part (dialog, "confirmed"));
}

/* Somebody comes in the moment of the press: the digits that were read are not theirs. */
static void
test_code_changes_under_the_finger (void)
{
  CvWindow *window = open_window ();
  CvSession *session = enter_call (window, (CvFakeMeeting){.n_people = 3});
  CvSecurityDialog *dialog = cv_security_dialog_new (session);

  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (window));
  g_assert_false (gtk_widget_get_visible (find_part (dialog, "code_changed")));
  cv_fake_session_set_code (session, "60213 94857 11029 38475 66120 09384");
  g_assert_false (is_confirmed_by_pressing (dialog));
  g_assert_true (gtk_widget_get_visible (find_part (dialog, "code_changed")));
  /* Time enough to compare the new ones. */
  wait_for (is_confirmed_by_pressing, dialog);
  g_assert_false (gtk_widget_get_visible (find_part (dialog, "code_changed")));
  g_assert_false (gtk_widget_get_visible (find_part (dialog, "confirm")));
  adw_dialog_force_close (ADW_DIALOG (dialog));

  /* The digits that were there when the dialog opened need no such time. */
  cv_fake_session_set_code (session, "00001 00002 00003 00004 00005 00006");
  dialog = cv_security_dialog_new (session);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (window));
  g_assert_true (is_confirmed_by_pressing (dialog));
  adw_dialog_force_close (ADW_DIALOG (dialog));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  /* The real bus: GTK's own "test" backend cannot announce. */
  g_setenv ("GTK_A11Y", "atspi", TRUE);
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  cv_application_init_resources ();
  g_test_add_func ("/ui/window/goes-the-whole-way", test_journey);
  g_test_add_func ("/ui/window/refuses-broken-links", test_links);
  g_test_add_func ("/ui/window/one-meeting-at-a-time", test_busy_refuses_links);
  g_test_add_func ("/ui/window/lobby-follows-fips-mode", test_lobby_follows_fips);
  g_test_add_func ("/ui/window/shows-steps-after-a-second", test_progress_after_a_second);
  g_test_add_func ("/ui/window/offers-a-way-out-of-every-failure", test_failures);
  g_test_add_func ("/ui/call-page/tiles-tell-their-size", test_tiles_tell_their_size);
  g_test_add_func ("/ui/call-page/panels-and-actions", test_panels);
  g_test_add_func ("/ui/dialogs/load-and-are-named", test_dialogs);
  g_test_add_func ("/ui/dialogs/code-changes-under-the-finger", test_code_changes_under_the_finger);
  return g_test_run ();
}
