/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The session's state decides the page:
 *
 *   (none) welcome ─▶ LOBBY lobby ─▶ JOINING progress (after a second) ─▶ IN_CALL call
 *                        ▲                │                                  │
 *                        └── try again ── ENDED failure ◀────────────────────┘
 *
 * Every attempt has a session of its own; the lobby and what was entered there outlive it. */
#include "ui/window.h"

#include "ui/call-page.h"
#include "ui/failure-page.h"
#include "ui/lobby-page.h"
#include "ui/progress-page.h"
#include "ui/recent-meetings.h"
#include "ui/settings.h"
#include "ui/welcome-page.h"
#include "ui/window-actions.h"

#include "base/secret.h"

#include <glib/gi18n.h>
#include <string.h>

#define PROGRESS_AFTER_MS 1000

struct _CvWindow {
  AdwApplicationWindow parent_instance;
  GSettings *settings;
  char *video;
  char *audio;

  CvSession *session;
  GSignalGroup *signals;
  CvLobbyPage *lobby;
  char *link; /* holds the room's secret: kept only for another attempt, wiped after it */
  gboolean is_hosting;
  guint progress_timeout;
  guint inhibit_cookie;

  AdwToastOverlay *toasts;
  AdwNavigationView *navigation;
  CvWelcomePage *welcome;
};

G_DEFINE_FINAL_TYPE (CvWindow, cv_window, ADW_TYPE_APPLICATION_WINDOW)

static void
forget_link (CvWindow *self)
{
  if (self->link != NULL)
    cv_secret_wipe (self->link, strlen (self->link));
  g_clear_pointer (&self->link, g_free);
}

static void
set_inhibited (CvWindow *self, gboolean is_inhibited)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (application == NULL || is_inhibited == (self->inhibit_cookie != 0))
    return;
  if (is_inhibited) {
    self->inhibit_cookie = gtk_application_inhibit (
        application, GTK_WINDOW (self),
        GTK_APPLICATION_INHIBIT_IDLE | GTK_APPLICATION_INHIBIT_SUSPEND, _ ("In a meeting"));
    return;
  }
  gtk_application_uninhibit (application, self->inhibit_cookie);
  self->inhibit_cookie = 0;
}

/* Ends the session, whatever it does, and waits for nothing: its owner is gone. */
static void
drop_session (CvWindow *self)
{
  g_autoptr (CvSession) session = g_steal_pointer (&self->session);

  g_clear_handle_id (&self->progress_timeout, g_source_remove);
  g_signal_group_set_target (self->signals, NULL);
  set_inhibited (self, FALSE);
  if (session != NULL && cv_session_get_state (session) != CV_SESSION_ENDED)
    cv_session_leave (session);
}

/* The lobby stays below, so that its entries are there for another attempt. */
static void
show_over_lobby (CvWindow *self, AdwNavigationPage *page)
{
  AdwNavigationPage *pages[3] = {ADW_NAVIGATION_PAGE (self->welcome)};
  int n = 1;

  if (self->lobby != NULL)
    pages[n++] = ADW_NAVIGATION_PAGE (self->lobby);
  if (page != NULL)
    pages[n++] = page;
  adw_navigation_view_replace (self->navigation, pages, n);
}

/* A covered page is still there for screen readers, with every button, unless it is invisible. */
static void
hide_while_covered (AdwNavigationPage *page)
{
  g_signal_connect (page, "showing", G_CALLBACK (gtk_widget_set_visible), GINT_TO_POINTER (TRUE));
  g_signal_connect (page, "hidden", G_CALLBACK (gtk_widget_set_visible), GINT_TO_POINTER (FALSE));
}

static void
show_welcome (CvWindow *self, const char *sentence)
{
  drop_session (self);
  forget_link (self);
  g_clear_object (&self->lobby);
  show_over_lobby (self, NULL);
  if (sentence != NULL) {
    AdwToast *toast = adw_toast_new (sentence);

    adw_toast_overlay_add_toast (self->toasts, toast);
    gtk_accessible_announce (GTK_ACCESSIBLE (self), sentence,
                             GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  }
}

static void
on_progress_timeout (gpointer data)
{
  CvWindow *self = data;

  self->progress_timeout = 0;
  if (self->session != NULL && cv_session_get_state (self->session) == CV_SESSION_JOINING)
    show_over_lobby (self,
                     ADW_NAVIGATION_PAGE (cv_progress_page_new (self->session, self->is_hosting)));
}

static void
enter_call (CvWindow *self)
{
  AdwNavigationPage *page = adw_navigation_view_get_visible_page (self->navigation);

  if (CV_IS_CALL_PAGE (page))
    return;
  /* A meeting of one's own cannot be entered again. */
  if (!self->is_hosting)
    cv_recent_meetings_add (self->settings, cv_session_get_link (self->session),
                            g_get_real_time () / G_USEC_PER_SEC);
  set_inhibited (self, TRUE);
  show_over_lobby (self, ADW_NAVIGATION_PAGE (cv_call_page_new (
                             self->session, cv_lobby_page_is_on_this_computer (self->lobby))));
}

static void
on_ended (CvWindow *self)
{
  int failure = cv_session_get_failure (self->session);
  gboolean was_in_call = CV_IS_CALL_PAGE (adw_navigation_view_get_visible_page (self->navigation));

  drop_session (self);
  if (failure == CV_SESSION_NO_FAILURE)
    show_welcome (self, was_in_call ? _ ("You left the meeting") : NULL);
  else
    show_over_lobby (self, ADW_NAVIGATION_PAGE (cv_failure_page_new ((CvCallError)failure)));
}

static void
on_session_state (CvWindow *self)
{
  g_clear_handle_id (&self->progress_timeout, g_source_remove);
  switch (cv_session_get_state (self->session)) {
  case CV_SESSION_LOBBY:
    break;
  case CV_SESSION_JOINING:
    self->progress_timeout = g_timeout_add_once (PROGRESS_AFTER_MS, on_progress_timeout, self);
    break;
  case CV_SESSION_IN_CALL:
  case CV_SESSION_RECONNECTING:
    enter_call (self);
    break;
  case CV_SESSION_ENDED:
    on_ended (self);
    break;
  }
}

static void
take_session (CvWindow *self, CvSession *session)
{
  drop_session (self);
  self->session = session;
  g_signal_group_set_target (self->signals, session);
}

static CvSession *
create_session (CvWindow *self, CvIdentityKind identity)
{
  g_autofree char *name = g_settings_get_string (self->settings, "name");
  CvSessionOptions options = {
      .name = name,
      .video = self->video,
      .audio = self->audio,
      .identity = identity,
      .is_fips = cv_settings_is_fips (self->settings),
  };

  return cv_session_new (&options);
}

/* Another attempt with what the lobby holds. NULL when there is nothing to try again. */
static CvSession *
renew_session (CvWindow *self, CvIdentityKind identity)
{
  g_autoptr (CvSession) session = NULL;

  if (self->lobby == NULL)
    return NULL;
  session = create_session (self, identity);
  if (self->link != NULL && !cv_session_set_link (session, self->link, NULL))
    return NULL;
  take_session (self, g_object_ref (session));
  cv_lobby_page_set_session (self->lobby, session);
  show_over_lobby (self, NULL);
  return session; /* borrowed: ours now */
}

void
cv_window_follow_fips (CvWindow *self)
{
  gboolean is_camera_off;
  gboolean is_muted;
  CvSession *session;

  if (self->session == NULL || cv_session_get_state (self->session) != CV_SESSION_LOBBY
      || cv_session_get_is_fips (self->session) == cv_settings_is_fips (self->settings))
    return;
  g_object_get (self->session, "camera-off", &is_camera_off, "microphone-muted", &is_muted, NULL);
  session = renew_session (self, CV_IDENTITY_KEYRING);
  if (session == NULL) {
    show_welcome (self, NULL);
    return;
  }
  g_object_set (session, "camera-off", is_camera_off, "microphone-muted", is_muted, NULL);
  cv_session_start_preview (session);
}

static void
new_meeting_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  cv_window_new_meeting (CV_WINDOW (widget));
}

static void
join_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CvWindow *self = CV_WINDOW (widget);
  g_autofree char *link = cv_welcome_page_dup_link (self->welcome);

  cv_window_open_link (self, link);
  cv_secret_wipe (link, strlen (link));
}

static void
cancel_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CvWindow *self = CV_WINDOW (widget);

  if (self->session != NULL)
    cv_session_leave (self->session);
}

static void
back_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  show_welcome (CV_WINDOW (widget), NULL);
}

static void
retry_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CvWindow *self = CV_WINDOW (widget);
  gboolean is_one_time = g_str_equal (name, "win.retry-one-time");
  CvSession *session =
      renew_session (self, is_one_time ? CV_IDENTITY_ONE_TIME : CV_IDENTITY_KEYRING);

  if (session == NULL) {
    show_welcome (self, NULL);
    return;
  }
  if (g_str_equal (name, "win.retry-without-camera"))
    g_object_set (session, "camera-off", TRUE, NULL);
  cv_lobby_page_start (self->lobby);
}

static void
enter_passcode_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CvWindow *self = CV_WINDOW (widget);
  CvSession *session = renew_session (self, CV_IDENTITY_KEYRING);

  if (session == NULL) {
    show_welcome (self, NULL);
    return;
  }
  cv_session_start_preview (session);
  cv_lobby_page_focus_passcode (self->lobby);
}

/* Back from the lobby by its arrow, by Escape or by a swipe. */
static void
on_popped (CvWindow *self, AdwNavigationPage *page)
{
  if (page == ADW_NAVIGATION_PAGE (self->lobby)) {
    drop_session (self);
    forget_link (self);
    g_clear_object (&self->lobby);
  }
}

static void
on_close_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CvWindow) self = data;
  const char *answer = adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result);

  if (g_strcmp0 (answer, "leave") != 0)
    return;
  drop_session (self);
  gtk_window_destroy (GTK_WINDOW (self));
}

static gboolean
cv_window_close_request (GtkWindow *window)
{
  CvWindow *self = CV_WINDOW (window);
  AdwNavigationPage *page = adw_navigation_view_get_visible_page (self->navigation);

  if (self->session == NULL || !CV_IS_CALL_PAGE (page)) {
    drop_session (self);
    return GTK_WINDOW_CLASS (cv_window_parent_class)->close_request (window);
  }

  AdwDialog *dialog =
      adw_alert_dialog_new (_ ("Leave the Meeting?"), _ ("Closing the window leaves the meeting."));

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "stay", _ ("_Stay"), "leave",
                                  _ ("_Leave"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "leave",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "stay");
  adw_alert_dialog_choose (ADW_ALERT_DIALOG (dialog), GTK_WIDGET (self), NULL, on_close_answered,
                           g_object_ref (self));
  return GDK_EVENT_STOP;
}

static void
cv_window_dispose (GObject *object)
{
  CvWindow *self = CV_WINDOW (object);

  if (self->signals != NULL)
    drop_session (self);
  g_clear_object (&self->signals);
  g_clear_object (&self->lobby);
  g_clear_object (&self->settings);
  forget_link (self);
  gtk_widget_dispose_template (GTK_WIDGET (object), CV_TYPE_WINDOW);
  G_OBJECT_CLASS (cv_window_parent_class)->dispose (object);
}

static void
cv_window_finalize (GObject *object)
{
  g_free (CV_WINDOW (object)->video);
  g_free (CV_WINDOW (object)->audio);
  G_OBJECT_CLASS (cv_window_parent_class)->finalize (object);
}

static void
cv_window_class_init (CvWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = cv_window_dispose;
  object_class->finalize = cv_window_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = cv_window_close_request;

  g_type_ensure (CV_TYPE_WELCOME_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/conclave/Conclave/ui/window.ui");
  gtk_widget_class_bind_template_child (widget_class, CvWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, CvWindow, navigation);
  gtk_widget_class_bind_template_child (widget_class, CvWindow, welcome);
  gtk_widget_class_bind_template_callback (widget_class, on_popped);
  gtk_widget_class_install_action (widget_class, "win.new-meeting", NULL, new_meeting_action);
  gtk_widget_class_install_action (widget_class, "win.join", NULL, join_action);
  gtk_widget_class_install_action (widget_class, "win.cancel", NULL, cancel_action);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, back_action);
  gtk_widget_class_install_action (widget_class, "win.retry", NULL, retry_action);
  gtk_widget_class_install_action (widget_class, "win.retry-one-time", NULL, retry_action);
  gtk_widget_class_install_action (widget_class, "win.retry-without-camera", NULL, retry_action);
  gtk_widget_class_install_action (widget_class, "win.enter-passcode", NULL, enter_passcode_action);
  cv_window_actions_install (widget_class);
}

static void
cv_window_init (CvWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  hide_while_covered (ADW_NAVIGATION_PAGE (self->welcome));
  self->settings = cv_settings_new ();
  g_signal_connect_object (self->settings, "changed::fips-mode", G_CALLBACK (cv_window_follow_fips),
                           self, G_CONNECT_SWAPPED);
  self->signals = g_signal_group_new (CV_TYPE_SESSION);
  g_signal_group_connect_swapped (self->signals, "notify::state", G_CALLBACK (on_session_state),
                                  self);
  g_settings_bind (self->settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-height", self, "default-height",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  cv_welcome_page_focus_start (self->welcome);
}

CvWindow *
cv_window_new (GtkApplication *application, const CvWindowMedia *media)
{
  CvWindow *self = g_object_new (CV_TYPE_WINDOW, "application", application, NULL);

  self->video = g_strdup (media != NULL && media->video != NULL ? media->video : "device");
  self->audio = g_strdup (media != NULL && media->audio != NULL ? media->audio : "device");
  return self;
}

static gboolean
refuses_while_busy (CvWindow *self)
{
  if (!cv_window_is_busy (self))
    return FALSE;
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (_ ("Leave this meeting first")));
  return TRUE;
}

void
cv_window_open_link (CvWindow *self, const char *link)
{
  g_autoptr (CvSession) session = NULL;
  g_autoptr (GError) error = NULL;

  if (refuses_while_busy (self))
    return;
  show_welcome (self, NULL);
  session = create_session (self, CV_IDENTITY_KEYRING);
  if (!cv_session_set_link (session, link, &error)) {
    cv_welcome_page_set_link_error (self->welcome,
                                    cv_call_error_get_sentence (cv_call_error_from (error)));
    cv_welcome_page_focus_link (self->welcome);
    return;
  }
  self->link = g_strdup (link);
  cv_welcome_page_clear_link (self->welcome);
  cv_window_set_session (self, session, FALSE);
  cv_session_start_preview (session);
}

void
cv_window_new_meeting (CvWindow *self)
{
  g_autoptr (CvSession) session = NULL;

  if (refuses_while_busy (self))
    return;
  show_welcome (self, NULL);
  session = create_session (self, CV_IDENTITY_KEYRING);
  cv_window_set_session (self, session, TRUE);
  cv_session_start_preview (session);
}

void
cv_window_set_session (CvWindow *self, CvSession *session, gboolean is_hosting)
{
  self->is_hosting = is_hosting;
  take_session (self, g_object_ref (session));
  g_clear_object (&self->lobby);
  self->lobby = g_object_ref_sink (cv_lobby_page_new (session, is_hosting));
  hide_while_covered (ADW_NAVIGATION_PAGE (self->lobby));
  if (cv_session_get_state (session) == CV_SESSION_LOBBY)
    adw_navigation_view_push (self->navigation, ADW_NAVIGATION_PAGE (self->lobby));
  else
    on_session_state (self);
}

CvSession *
cv_window_get_session (CvWindow *self)
{
  return self->session;
}

gboolean
cv_window_is_busy (CvWindow *self)
{
  return self->session != NULL && cv_session_get_state (self->session) != CV_SESSION_LOBBY
         && cv_session_get_state (self->session) != CV_SESSION_ENDED;
}
