/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "transport/candidate.h"

#include <string.h>

static const char *const refused[] = {
    "",
    "candidate:",
    "a=candidate",
    "canditate:1 1 UDP 1 127.0.0.1 1000 typ host",
    "candidate:1 1 UDP 1 127.0.0.1 1000 typ",
    "candidate:1 1 UDP 1 127.0.0.1 1000 host typ",
    "candidate:1 1 UDP 1 127.0.0.1 1000 typ hosts",
    "candidate:1 1 UDP 1 127.0.0.1 1000 typ host extra",
    "candidate:1  1 UDP 1 127.0.0.1 1000 typ host x",
    "candidate: 1 UDP 1 127.0.0.1 1000 typ host",
    "candidate:f\xff 1 UDP 1 127.0.0.1 1000 typ host",
    "candidate:123456789012345678901234567890123 1 UDP 1 127.0.0.1 1000 typ host",
    "candidate:1 2 UDP 1 127.0.0.1 1000 typ host", /* another component */
    "candidate:1 1 TCP 1 127.0.0.1 1000 typ host tcptype active",
    "candidate:1 1 UDP -1 127.0.0.1 1000 typ host",
    "candidate:1 1 UDP 0 127.0.0.1 1000 typ host",
    "candidate:1 1 UDP 4294967296 127.0.0.1 1000 typ host",
    "candidate:1 1 UDP 1 127.0.0.1 0 typ host",
    "candidate:1 1 UDP 1 127.0.0.1 65536 typ host",
    "candidate:1 1 UDP 1 127.0.0.1 +9 typ host",
    "candidate:1 1 UDP 1 example.com 1000 typ host", /* names are not looked up */
    "candidate:1 1 UDP 1 a1b2.local 1000 typ host",
    "candidate:1 1 UDP 1 0.0.0.0 1000 typ host",
    "candidate:1 1 UDP 1 :: 1000 typ host",
    "candidate:1 1 UDP 1 224.0.0.1 1000 typ host",
    "candidate:1 1 UDP 1 ff02::1 1000 typ host",
    "candidate:1 1 UDP 1 255.255.255.255 1000 typ host",
    "candidate:1 1 UDP 1 fe80::1 1000 typ host",
    "candidate:1 1 UDP 1 fe80::1%lo 1000 typ host",
    "candidate:1 1 UDP 1 127.0.0.1 1000 typ host\r\na=x y",
};

static void
test_refuses (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GError) error = NULL;
    CvTransportCandidate candidate;

    if (cv_transport_candidate_parse (refused[i], &candidate, &error))
      g_error ("taken: %s", refused[i]);
    g_assert_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT);
  }
}

static void
test_refuses_long_text (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *long_value = g_strnfill (600, 'x');
  g_autofree char *text =
      g_strdup_printf ("candidate:1 1 UDP 1 127.0.0.1 9 typ host name %s", long_value);
  CvTransportCandidate candidate;

  g_assert_false (cv_transport_candidate_parse (text, &candidate, &error));
  g_assert_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT);
}

static void
test_reads (void)
{
  CvTransportCandidate candidate;
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_transport_candidate_parse (
      "a=candidate:Ab+/ 1 udp 2130706431 2001:db8::1 5000 typ srflx raddr 10.0.0.1 rport 4000 "
      "generation 0",
      &candidate, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (candidate.foundation, ==, "Ab+/");
  g_assert_cmpuint (candidate.priority, ==, 2130706431);
  g_assert_cmpstr (candidate.address, ==, "2001:db8::1");
  g_assert_cmpuint (candidate.port, ==, 5000);
  g_assert_cmpint (candidate.type, ==, CV_TRANSPORT_CANDIDATE_SRFLX);
}

static void
test_writes_no_related_address (void)
{
  CvTransportCandidate candidate = {
      .foundation = "1",
      .priority = 7,
      .address = "192.0.2.7",
      .port = 1234,
      .type = CV_TRANSPORT_CANDIDATE_RELAY,
  };
  g_autofree char *text = cv_transport_candidate_to_text (&candidate);
  CvTransportCandidate again;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (text, ==, "candidate:1 1 UDP 7 192.0.2.7 1234 typ relay raddr 0.0.0.0 rport 0");
  g_assert_true (cv_transport_candidate_parse (text, &again, &error));
  /* Field by field: between them are bytes that nobody sets. */
  g_assert_cmpstr (again.foundation, ==, candidate.foundation);
  g_assert_cmpuint (again.priority, ==, candidate.priority);
  g_assert_cmpstr (again.address, ==, candidate.address);
  g_assert_cmpuint (again.port, ==, candidate.port);
  g_assert_cmpint (again.type, ==, candidate.type);
}

static void
test_ice_text (void)
{
  g_autofree char *longest = g_strnfill (256, 'a');
  g_autofree char *too_long = g_strnfill (257, 'a');

  g_assert_true (cv_transport_candidate_is_ice_text ("aB9+/", 4));
  g_assert_true (cv_transport_candidate_is_ice_text (longest, 22));
  g_assert_false (cv_transport_candidate_is_ice_text (too_long, 4));
  g_assert_false (cv_transport_candidate_is_ice_text ("abc", 4));
  g_assert_false (cv_transport_candidate_is_ice_text ("ab cd", 4));
  g_assert_false (cv_transport_candidate_is_ice_text ("ab\r\ncd", 4));
  g_assert_false (cv_transport_candidate_is_ice_text (NULL, 4));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/candidate/refuses", test_refuses);
  g_test_add_func ("/transport/candidate/refuses-long-text", test_refuses_long_text);
  g_test_add_func ("/transport/candidate/reads", test_reads);
  g_test_add_func ("/transport/candidate/writes-no-related-address",
                   test_writes_no_related_address);
  g_test_add_func ("/transport/candidate/ice-text", test_ice_text);
  return g_test_run ();
}
