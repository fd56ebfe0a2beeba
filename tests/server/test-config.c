/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/config.h"

#include <glib/gstdio.h>

static CvServerConfig *
load (const char *text, GError **error)
{
  g_autofree char *path = NULL;
  CvServerConfig *config;
  int fd = g_file_open_tmp ("conclave-test-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  config = cv_server_config_load (path, error);
  g_unlink (path);
  return config;
}

static void
test_reads_every_group (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvServerConfig) config =
      load ("[server]\nlisten=127.0.0.1:9\ncertificate=/a\nkey=/b\n[limits]\nrooms=7\n"
            "knocks-per-minute=3\n[times]\ngrace-ms=0\n[ice]\nstun=stun:a:1;stun:b:2\n"
            "turn=turns:c\nturn-secret=north\nturn-lifetime-seconds=60\n",
            &error);
  g_autoptr (CvServerConfig) copy = NULL;

  g_assert_no_error (error);
  copy = cv_server_config_copy (config);
  g_assert_cmpstr (copy->listen, ==, "127.0.0.1:9");
  g_assert_cmpstr (copy->certificate_file, ==, "/a");
  g_assert_cmpuint (copy->max_rooms, ==, 7);
  g_assert_cmpuint (copy->knocks_per_minute, ==, 3);
  g_assert_cmpuint (copy->grace_ms, ==, 0);
  g_assert_cmpstr (copy->stun_urls[1], ==, "stun:b:2");
  g_assert_cmpstr (copy->turn_secret, ==, "north");
  g_assert_cmpuint (copy->turn_lifetime_s, ==, 60);
}

static void
test_keeps_defaults (void)
{
  g_autoptr (CvServerConfig) config = load ("[server]\n", NULL);

  g_assert_cmpstr (config->listen, ==, "[::]:8443");
  g_assert_cmpuint (config->grace_ms, ==, 15000);
  g_assert_null (config->certificate_file);
}

static void
test_rejects (void)
{
  static const char *const texts[] = {
      "rubbish",
      "[limits]\nrooms=0\n",
      "[limits]\nrooms=-1\n",
      "[limits]\nrooms=many\n",
      "[limits]\nrooms=\n",
      "[limits]\nrooms=99999999999999999999999\n",
      "[limits]\nroom-members=1001\n",
      "[times]\nhandshake-ms=1\n",
      "[ice]\nstun=http://a\n",
      "[ice]\nturn=stun:a\nturn-secret=x\n",
      "[ice]\nturn=turn:a\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (load (texts[i], &error));
    g_assert_error (error, CV_SERVER_ERROR, CV_SERVER_ERROR_CONFIG);
  }
  g_assert_null (cv_server_config_load ("/nowhere/at/all", NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/config/reads-every-group", test_reads_every_group);
  g_test_add_func ("/server/config/keeps-defaults", test_keeps_defaults);
  g_test_add_func ("/server/config/rejects", test_rejects);
  return g_test_run ();
}
