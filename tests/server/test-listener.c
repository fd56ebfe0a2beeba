/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/listener.h"

static void
assert_key (const char *address, const char *expected)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_string (address);
  g_autofree char *key = cv_server_listener_dup_address_key (inet);

  g_assert_cmpstr (key, ==, expected);
}

static void
test_knows_who_shares_an_address (void)
{
  assert_key ("192.0.2.7", "192.0.2.7");
  assert_key ("::ffff:192.0.2.7", "192.0.2.7");
  assert_key ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002::/64");
  assert_key ("2001:db8:1:2::", "2001:0db8:0001:0002::/64");
  assert_key ("::1", "0000:0000:0000:0000::/64");
}

static void
test_rejects_bad_addresses (void)
{
  static const char *const texts[] = {
      "",        "127.0.0.1", ":1",           "127.0.0.1:",    "127.0.0.1:x", "127.0.0.1:65536",
      "[::1]",   "::1:1",     "[127.0.0.1:1", "example.org:1", "[]:1",        "127.0.0.1:-1",
      "a:b:c:1", "[::1]:",    "127.0.0.1: 1", "127.0.0.1:1:2",
  };
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  CvServerMetrics metrics = {0};
  CvServerListener *listener = cv_server_listener_new (config, &metrics, NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", texts[i]);
    g_assert_false (cv_server_listener_start (listener, texts[i], NULL, &error));
    g_assert_error (error, CV_SERVER_ERROR, CV_SERVER_ERROR_ADDRESS);
    g_assert_cmpuint (cv_server_listener_get_port (listener), ==, 0);
  }
  cv_server_listener_free (listener);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/listener/knows-who-shares-an-address",
                   test_knows_who_shares_an_address);
  g_test_add_func ("/server/listener/rejects-bad-addresses", test_rejects_bad_addresses);
  return g_test_run ();
}
