/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "transport/ice-server.h"

typedef struct {
  const char *uri;
  CvTransportIceServerKind kind;
  const char *host; /* NULL: refused */
  guint16 port;
} Row;

static const Row rows[] = {
    {"stun:example.org", CV_TRANSPORT_ICE_SERVER_STUN, "example.org", 3478},
    {"stun:192.0.2.1:9", CV_TRANSPORT_ICE_SERVER_STUN, "192.0.2.1", 9},
    {"STUN:[2001:db8::1]:3479", CV_TRANSPORT_ICE_SERVER_STUN, "2001:db8::1", 3479},
    {"stun:[::1]", CV_TRANSPORT_ICE_SERVER_STUN, "::1", 3478},
    {"turn:a.b", CV_TRANSPORT_ICE_SERVER_TURN_UDP, "a.b", 3478},
    {"turn:a.b?transport=udp", CV_TRANSPORT_ICE_SERVER_TURN_UDP, "a.b", 3478},
    {"turn:a.b:443?transport=tcp", CV_TRANSPORT_ICE_SERVER_TURN_TCP, "a.b", 443},
    {"turns:a.b", CV_TRANSPORT_ICE_SERVER_TURN_TLS, "a.b", 5349},
    {"turns:a.b?transport=tcp", CV_TRANSPORT_ICE_SERVER_TURN_TLS, "a.b", 5349},
    {""},
    {"stun"},
    {"stun:"},
    {"stun::3478"},
    {"http://a.b"},
    {"stun:a.b?transport=udp"},
    {"turn:a.b?transport=sctp"},
    {"turn:a.b?transport=udp&x=y"},
    {"turns:a.b?transport=udp"},
    {"turn:a.b:0"},
    {"turn:a.b:65536"},
    {"turn:a.b:12x"},
    {"turn:a.b:"},
    {"turn:user@a.b"},
    {"turn:a b"},
    {"turn:a.b/path"},
    {"turn:[::1"},
    {"turn:[::1]x"},
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (CvTransportIceServerParts) parts = {0};
    g_autoptr (GError) error = NULL;

    if (!cv_transport_ice_server_parse (rows[i].uri, &parts, &error)) {
      g_assert_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT);
      g_assert_null (rows[i].host);
      continue;
    }
    g_assert_cmpstr (parts.host, ==, rows[i].host);
    g_assert_cmpint (parts.kind, ==, rows[i].kind);
    g_assert_cmpuint (parts.port, ==, rows[i].port);
  }
}

static void
test_refuses_long_text (void)
{
  g_autofree char *host = g_strnfill (600, 'a');
  g_autofree char *uri = g_strconcat ("stun:", host, NULL);
  g_auto (CvTransportIceServerParts) parts = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_transport_ice_server_parse (uri, &parts, &error));
  g_assert_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/ice-server/table", test_table);
  g_test_add_func ("/transport/ice-server/refuses-long-text", test_refuses_long_text);
  return g_test_run ();
}
