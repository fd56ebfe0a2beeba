/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "base/log.h"

#include <string.h>

static void
assert_redacted (const char *text, const char *expected)
{
  g_autofree char *redacted = cv_log_redact (text);

  g_assert_cmpstr (redacted, ==, expected);
}

static void
test_redacts_links (void)
{
  assert_redacted ("open conclave://host:443/ROOM#k=SECRET&p=1 now",
                   "open conclave://host:443/ROOM#… now");
  assert_redacted ("conclave://a/b#k=x", "conclave://a/b#…");
  assert_redacted ("'conclave://a/b#k=x' and conclave://c/d#k=y",
                   "'conclave://a/b#…' and conclave://c/d#…");
  assert_redacted ("conclave://a/b is no secret", "conclave://a/b is no secret");
}

static void
test_cuts_only_after_redacting (void)
{
  g_autofree char *padding = g_strnfill (1985, 'x');
  g_autofree char *text = g_strconcat (padding, "conclave://a/b#k=SECRET", NULL);
  g_autofree char *long_text = g_strnfill (100000, 'y');
  g_autofree char *redacted = cv_log_redact (text);
  g_autofree char *cut = cv_log_redact (long_text);

  g_assert_null (strstr (redacted, "SECRET"));
  g_assert_null (strstr (redacted, "k="));
  g_assert_cmpuint (strlen (cut), ==, 2000);
}

static void
test_one_line (void)
{
  assert_redacted ("a\nb\tc\x1b[31m", "a?b?c?[31m");
  assert_redacted ("left\xe2\x80\xaeright", "left?right");
  assert_redacted ("ümlaut", "ümlaut");
}

static void
test_short_id (void)
{
  static const guint8 id[] = {1, 2, 3, 4, 5};
  g_autofree char *whole = cv_log_dup_short (cv_span (id, 4));
  g_autofree char *cut = cv_log_dup_short (cv_span (id, 5));

  g_assert_cmpstr (whole, ==, "01020304");
  g_assert_cmpstr (cut, ==, "01020304…");
}

static void
test_limit (void)
{
  CvLogLimit limit = {0};
  guint n_silent = 0;
  guint n_written = 0;

  for (guint i = 0; i < 100; i++)
    n_written += cv_log_limit_check (&limit, 1000 + i, &n_silent) ? 1 : 0;
  g_assert_cmpuint (n_written, ==, 5);
  g_assert_true (cv_log_limit_check (&limit, 1000 + 10 * G_USEC_PER_SEC, &n_silent));
  g_assert_cmpuint (n_silent, ==, 95);
  g_assert_true (cv_log_limit_check (&limit, 1001 + 10 * G_USEC_PER_SEC, &n_silent));
  g_assert_cmpuint (n_silent, ==, 0);
}

static void
write_some (void)
{
  cv_log_init ();
  cv_log_debug ("hidden");
  cv_log_write ("src/transport/ice.c", CV_LOG_DEBUG, "from transport");
  cv_log_info ("a %s", "conclave://h/r#k=SECRET");
  cv_log_warning ("two\nlines");
  g_message ("of glib");
}

static void
test_levels (void)
{
  if (g_test_subprocess ()) {
    write_some ();
    return;
  }
  g_setenv ("CONCLAVE_LOG", "info,transport=debug", TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_unsetenv ("CONCLAVE_LOG");
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*debug transport: from transport*");
  g_test_trap_assert_stderr ("*info base: a conclave://h/r#…*");
  g_test_trap_assert_stderr ("*warning base: two?lines*");
  g_test_trap_assert_stderr ("*of glib*");
  g_test_trap_assert_stderr_unmatched ("*hidden*");
  g_test_trap_assert_stderr_unmatched ("*SECRET*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/log/redacts-links", test_redacts_links);
  g_test_add_func ("/base/log/cuts-only-after-redacting", test_cuts_only_after_redacting);
  g_test_add_func ("/base/log/one-line", test_one_line);
  g_test_add_func ("/base/log/short-id", test_short_id);
  g_test_add_func ("/base/log/limit", test_limit);
  g_test_add_func ("/base/log/levels", test_levels);
  return g_test_run ();
}
