/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/turn-credentials.h"

/* The expected value was computed with Python's hmac. */
static void
test_matches_another_implementation (void)
{
  g_auto (CvServerTurnCredentials) credentials = {0};

  cv_server_turn_credentials_init (&credentials, "north", "0123456789abcdef", 1767225600, 86400);
  g_assert_cmpstr (credentials.username, ==, "1767312000:0123456789abcdef");
  g_assert_cmpstr (credentials.credential, ==, "jNHc3WmiMot6tLdzNgtQE9wwFFo=");
}

static void
test_depends_on_everything (void)
{
  g_auto (CvServerTurnCredentials) a = {0}, b = {0}, c = {0}, d = {0};

  cv_server_turn_credentials_init (&a, "north", "m", 100, 60);
  cv_server_turn_credentials_init (&b, "south", "m", 100, 60);
  cv_server_turn_credentials_init (&c, "north", "n", 100, 60);
  cv_server_turn_credentials_init (&d, "north", "m", 101, 60);
  g_assert_cmpstr (a.credential, !=, b.credential);
  g_assert_cmpstr (a.credential, !=, c.credential);
  g_assert_cmpstr (a.credential, !=, d.credential);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/turn-credentials/matches-another-implementation",
                   test_matches_another_implementation);
  g_test_add_func ("/server/turn-credentials/depends-on-everything", test_depends_on_everything);
  return g_test_run ();
}
