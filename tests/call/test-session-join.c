/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The ways in, and every way not to get in. */
#include "session-world.h"

#include <gst/gst.h>
#include <string.h>

static void
set_link (CvSession *session, const char *link)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_session_set_link (session, link, &error));
  g_assert_no_error (error);
}

/* Another first character of the value of that field. */
static char *
dup_changed_link (const char *link, const char *field)
{
  char *changed = g_strdup (link);
  char *at = strstr (changed, field);

  g_assert_nonnull (at);
  at += strlen (field);
  *at = *at == 'A' ? 'B' : 'A';
  return changed;
}

static void
test_a_broken_link_is_refused_at_once (void)
{
  static const char *const rows[] = {"", "x", "conclave://", "https://example.org/",
                                     "conclave://127.0.0.1/AAAA#k=AAAA"};
  CvSession *bob = session_world_new ("Bob");

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (cv_session_set_link (bob, rows[i], &error));
    g_assert_error (error, CV_CALL_ERROR, CV_CALL_ERROR_LINK);
    g_assert_null (cv_session_get_link (bob));
  }
  session_world_drop (bob);
}

static void
join_in_vain (const char *link, const char *passcode, CvCallError failure)
{
  CvSession *bob = session_world_new ("Bob");

  set_link (bob, link);
  cv_session_join (bob, passcode);
  session_world_wait_failure (bob, (int)failure);
  g_assert_cmpuint (g_list_model_get_n_items (cv_session_get_participants (bob)), ==, 0);
  session_world_drop (bob);
}

static void
test_each_wrong_word_has_its_sentence (void)
{
  CvSession *ada = session_world_new ("Ada");
  g_autofree char *link = NULL;
  g_autofree char *secret = NULL;
  g_autofree char *pin = NULL;

  session_world_host (ada, NULL);
  link = g_strdup (cv_session_get_link (ada));
  secret = dup_changed_link (link, "#k=");
  pin = dup_changed_link (link, "&f=");
  join_in_vain (secret, NULL, CV_CALL_ERROR_LINK);
  join_in_vain (pin, NULL, CV_CALL_ERROR_CERTIFICATE);
  session_world_leave (ada);
  join_in_vain (link, NULL, CV_CALL_ERROR_UNREACHABLE);
  session_world_drop (ada);
}

static void
test_a_passcode_is_asked_and_checked (void)
{
  CvSession *ada = session_world_new ("Ada");
  CvSession *bob = session_world_new ("Bob");

  session_world_host (ada, "sesame");
  g_assert_null (ada->passcode);
  set_link (bob, cv_session_get_link (ada));
  g_assert_true (cv_session_get_needs_passcode (bob));
  join_in_vain (cv_session_get_link (ada), NULL, CV_CALL_ERROR_PASSCODE);
  join_in_vain (cv_session_get_link (ada), "", CV_CALL_ERROR_PASSCODE);
  join_in_vain (cv_session_get_link (ada), "Sesame", CV_CALL_ERROR_PASSCODE);
  session_world_join (bob, ada, "sesame");
  g_assert_null (bob->passcode);
  session_world_leave (bob);
  session_world_leave (ada);
  session_world_drop (bob);
  session_world_drop (ada);
}

static void
test_an_address_that_cannot_be_used (void)
{
  static const CvHostOptions rows[] = {
      {.listen = "no address"},
      {.listen = "256.0.0.1:0"},
      {.listen = "127.0.0.1:0", .server = "::not a server::"},
      {.server = "example.org", .server_pin = "short"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    CvSession *ada = session_world_new ("Ada");

    cv_session_host (ada, &rows[i]);
    session_world_wait_failure (ada, CV_CALL_ERROR_HOSTING);
    session_world_drop (ada);
  }
}

static void
test_nobody_comes_without_a_name (void)
{
  static const char *const rows[] = {NULL, "", " \t\n", "\u202E\u200B"};

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    CvSession *ada = session_world_new (rows[i]);
    const CvHostOptions options = {.listen = "127.0.0.1:0"};

    cv_session_host (ada, &options);
    session_world_wait_failure (ada, CV_CALL_ERROR_NAME);
    g_assert_null (session_world_get_server ());
    session_world_drop (ada);
  }
}

static void
test_an_unknown_suite_is_told (void)
{
  CvSession *ada = session_world_new ("Ada");
  const CvHostOptions options = {.listen = "127.0.0.1:0", .suite = "rot13"};

  cv_session_host (ada, &options);
  session_world_wait_failure (ada, CV_CALL_ERROR_VERSION);
  g_assert_null (session_world_get_server ());
  session_world_drop (ada);
}

static void
test_a_second_click_changes_nothing (void)
{
  CvSession *ada = session_world_new ("Ada");
  CvSession *bob = session_world_new ("Bob");
  const CvHostOptions options = {.listen = "127.0.0.1:0"};
  g_autofree char *link = NULL;

  cv_session_host (ada, &options);
  link = g_strdup (cv_session_get_link (ada));
  cv_session_host (ada, &options);
  session_world_wait_state (ada, CV_SESSION_IN_CALL);
  g_assert_cmpstr (cv_session_get_link (ada), ==, link);
  set_link (bob, link);
  cv_session_join (bob, NULL);
  cv_session_join (bob, "again");
  session_world_wait_state (bob, CV_SESSION_IN_CALL);
  cv_session_join (bob, NULL);
  session_world_wait_members (ada, 2);
  session_world_leave (bob);
  session_world_leave (bob);
  session_world_leave (ada);
  session_world_drop (ada);
  session_world_drop (bob);
}

typedef struct {
  CvSession *session;
  CvJoinStep step;
} Step;

static gboolean
has_reached (gpointer data)
{
  const Step *step = data;

  return cv_session_get_step (step->session) >= step->step;
}

static void
cancel_at (CvSession *ada, CvJoinStep step, gboolean is_dropped)
{
  CvSession *bob = session_world_new ("Bob");
  Step wait = {bob, step};

  set_link (bob, cv_session_get_link (ada));
  cv_session_join (bob, NULL);
  fixture_wait (has_reached, &wait, "a step");
  if (!is_dropped) {
    cv_session_leave (bob);
    session_world_wait_failure (bob, CV_SESSION_NO_FAILURE);
  }
  session_world_drop (bob);
  session_world_wait_members (ada, 1);
}

static void
test_cancelling_at_each_step (void)
{
  CvSession *ada = session_world_new ("Ada");

  session_world_host (ada, NULL);
  for (int step = CV_JOIN_STEP_LINK; step <= CV_JOIN_STEP_DONE; step++)
    cancel_at (ada, (CvJoinStep)step, FALSE);
  session_world_leave (ada);
  session_world_drop (ada);
}

/* The window is closed: nobody waits for the end of the session. */
static void
test_dropping_at_each_step (void)
{
  CvSession *ada = session_world_new ("Ada");

  session_world_host (ada, NULL);
  for (int step = CV_JOIN_STEP_LINK; step <= CV_JOIN_STEP_DONE; step++)
    cancel_at (ada, (CvJoinStep)step, TRUE);
  session_world_leave (ada);
  session_world_drop (ada);
}

static void
test_leaving_the_lobby (void)
{
  CvSession *ada = session_world_new ("Ada");

  cv_session_start_preview (ada);
  session_world_leave (ada);
  cv_session_start_preview (ada);
  g_assert_null (ada->engine);
  session_world_drop (ada);
}

static void
test_a_one_time_identity_after_no_keyring (void)
{
  CvSession *ada = session_world_new ("Ada");
  CvSession *bob = session_world_new_file ("Bob", "bob-without");
  g_autofree char *passphrase = g_strdup (g_getenv ("CONCLAVE_PASSPHRASE"));

  session_world_host (ada, NULL);
  g_unsetenv ("CONCLAVE_PASSPHRASE");
  set_link (bob, cv_session_get_link (ada));
  cv_session_join (bob, NULL);
  session_world_wait_failure (bob, CV_CALL_ERROR_KEYRING);
  g_setenv ("CONCLAVE_PASSPHRASE", passphrase, TRUE);

  cv_session_use_one_time_identity (bob);
  g_assert_cmpint (cv_session_get_state (bob), ==, CV_SESSION_LOBBY);
  g_assert_cmpint (cv_session_get_failure (bob), ==, CV_SESSION_NO_FAILURE);
  cv_session_join (bob, NULL);
  session_world_wait_state (bob, CV_SESSION_IN_CALL);
  session_world_wait_members (ada, 2);
  session_world_leave (bob);
  cv_session_use_one_time_identity (bob);
  g_assert_cmpint (cv_session_get_state (bob), ==, CV_SESSION_ENDED);
  session_world_leave (ada);
  session_world_drop (ada);
  session_world_drop (bob);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  session_world_init ();
  g_test_add_func ("/call/session-join/a-broken-link-is-refused-at-once",
                   test_a_broken_link_is_refused_at_once);
  g_test_add_func ("/call/session-join/each-wrong-word-has-its-sentence",
                   test_each_wrong_word_has_its_sentence);
  g_test_add_func ("/call/session-join/a-passcode-is-asked-and-checked",
                   test_a_passcode_is_asked_and_checked);
  g_test_add_func ("/call/session-join/an-address-that-cannot-be-used",
                   test_an_address_that_cannot_be_used);
  g_test_add_func ("/call/session-join/nobody-comes-without-a-name",
                   test_nobody_comes_without_a_name);
  g_test_add_func ("/call/session-join/an-unknown-suite-is-told", test_an_unknown_suite_is_told);
  g_test_add_func ("/call/session-join/a-second-click-changes-nothing",
                   test_a_second_click_changes_nothing);
  g_test_add_func ("/call/session-join/cancelling-at-each-step", test_cancelling_at_each_step);
  g_test_add_func ("/call/session-join/dropping-at-each-step", test_dropping_at_each_step);
  g_test_add_func ("/call/session-join/leaving-the-lobby", test_leaving_the_lobby);
  g_test_add_func ("/call/session-join/a-one-time-identity-after-no-keyring",
                   test_a_one_time_identity_after_no_keyring);
  result = g_test_run ();
  session_world_clear ();
  return result;
}
