/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The recent meetings never hold a secret, whatever link comes. */
#include "ui/recent-meetings.h"

#include "ui/settings.h"

#include <string.h>

static GSettings *
fresh_settings (void)
{
  GSettings *settings = cv_settings_new ();

  g_settings_reset (settings, "recent-meetings");
  g_settings_reset (settings, "remember-meetings");
  return settings;
}

static void
assert_stored_without (GSettings *settings, const char *secret)
{
  g_autoptr (GVariant) stored = g_settings_get_value (settings, "recent-meetings");
  g_autofree char *text = g_variant_print (stored, FALSE);

  g_assert_null (strstr (text, secret));
}

static void
test_keeps_no_secret (void)
{
  const char *const links[] = {
      "conclave://host.example/cm9vbQ#k=c2VjcmV0",
      "conclave://host.example:8443/cm9vbQ#k=c2VjcmV0&f=c2VjcmV0&p=1",
      "conclave://c2VjcmV0@host.example/cm9vbQ",
      "conclave://c2VjcmV0:c2VjcmV0@host.example/cm9vbQ?c2VjcmV0",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (links); i++) {
    g_autoptr (GSettings) settings = fresh_settings ();

    cv_recent_meetings_add (settings, links[i], 1);
    assert_stored_without (settings, "c2VjcmV0");
    assert_stored_without (settings, "cm9vbQ");

    g_autoptr (GPtrArray) meetings = cv_recent_meetings_list (settings);
    g_assert_cmpuint (meetings->len, ==, 1);
    g_assert_cmpstr (((CvRecentMeeting *)meetings->pdata[0])->host, ==, "host.example");
  }
}

static void
test_rejects_rubbish (void)
{
  g_autofree char *long_link = g_strnfill (5000, 'a');
  g_autofree char *label = g_strnfill (300, 'b');
  g_autofree char *long_host = g_strconcat ("conclave://", label, "/x#k=y", NULL);
  const char *const links[] = {
      NULL,      "",       "conclave:", "conclave:///room#k=x", "#k=secret", "host.example/x#k=y",
      long_link, long_host};

  for (gsize i = 0; i < G_N_ELEMENTS (links); i++) {
    g_autoptr (GSettings) settings = fresh_settings ();
    cv_recent_meetings_add (settings, links[i], 1);

    g_autoptr (GPtrArray) meetings = cv_recent_meetings_list (settings);
    g_assert_cmpuint (meetings->len, ==, 0);
  }
}

static void
test_newest_first_without_doubles (void)
{
  g_autoptr (GSettings) settings = fresh_settings ();

  for (int i = 0; i < 20; i++) {
    g_autofree char *link = g_strdup_printf ("conclave://host%d.example/r#k=s", i % 12);
    cv_recent_meetings_add (settings, link, i);
  }

  g_autoptr (GPtrArray) meetings = cv_recent_meetings_list (settings);
  g_assert_cmpuint (meetings->len, ==, CV_RECENT_MEETINGS_MAX);
  g_assert_cmpstr (((CvRecentMeeting *)meetings->pdata[0])->host, ==, "host7.example");
  for (guint i = 1; i < meetings->len; i++)
    g_assert_cmpint (((CvRecentMeeting *)meetings->pdata[i - 1])->time, >,
                     ((CvRecentMeeting *)meetings->pdata[i])->time);
}

static void
test_not_wanted (void)
{
  g_autoptr (GSettings) settings = fresh_settings ();

  g_settings_set_boolean (settings, "remember-meetings", FALSE);
  cv_recent_meetings_add (settings, "conclave://host.example/r#k=s", 1);

  g_autoptr (GPtrArray) meetings = cv_recent_meetings_list (settings);
  g_assert_cmpuint (meetings->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/recent-meetings/keeps-no-secret", test_keeps_no_secret);
  g_test_add_func ("/ui/recent-meetings/rejects-rubbish", test_rejects_rubbish);
  g_test_add_func ("/ui/recent-meetings/newest-first-without-doubles",
                   test_newest_first_without_doubles);
  g_test_add_func ("/ui/recent-meetings/keeps-nothing-when-not-wanted", test_not_wanted);
  return g_test_run ();
}
