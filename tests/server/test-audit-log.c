/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/audit-log.h"

static void
keep_line (const char *line, gpointer data)
{
  char **kept = data;

  g_free (*kept);
  *kept = g_strdup (line);
}

static void
test_writes_one_line (void)
{
  g_autofree char *line = NULL;
  g_autoptr (CvServerAuditLog) log = cv_server_audit_log_new (keep_line, &line);

  cv_server_audit_log_write (log, "joined", NULL, "member", "ab", "why", NULL, NULL);
  g_assert_cmpstr (line, ==, "event=joined member=ab why=-");
}

static void
test_hides_the_room (void)
{
  g_autofree char *line = NULL;
  g_autoptr (CvServerAuditLog) log = cv_server_audit_log_new (keep_line, &line);

  cv_server_audit_log_write (log, "opened", "abc", NULL);
  g_assert_cmpstr (line, ==, "event=opened room=ba7816bf");
}

static void
test_lets_no_value_break_the_line (void)
{
  g_autofree char *line = NULL;
  g_autofree char *filler = g_strnfill (100000, 'x');
  g_autoptr (CvServerAuditLog) log = cv_server_audit_log_new (keep_line, &line);

  cv_server_audit_log_write (log, "joined", NULL, "member", "a b=c\n\x1b[31m\xc3\xbc", NULL);
  g_assert_cmpstr (line, ==, "event=joined member=a_b_c__[31m__");
  cv_server_audit_log_write (log, "joined", NULL, "member", filler, NULL);
  g_assert_cmpuint (strlen (line), <, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/audit-log/writes-one-line", test_writes_one_line);
  g_test_add_func ("/server/audit-log/hides-the-room", test_hides_the_room);
  g_test_add_func ("/server/audit-log/lets-no-value-break-the-line",
                   test_lets_no_value_break_the_line);
  return g_test_run ();
}
