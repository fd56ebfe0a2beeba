/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "routing/negotiate.h"

#define UFRAG "abcd"
#define PWD "0123456789abcdefghijkl"
#define HEX                                                                                        \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"                                               \
  "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

static void
test_one_of_two_offers (void)
{
  g_assert_true (cv_routing_negotiate_is_offerer ("0a", "0b"));
  g_assert_false (cv_routing_negotiate_is_offerer ("0b", "0a"));
  g_assert_false (cv_routing_negotiate_is_offerer ("0a", "0a"));
}

static void
test_says_what_was_described (void)
{
  const CvTransportDescription said = {
      .ufrag = UFRAG, .pwd = PWD, .fingerprint = {1, 2, 254}, .setup = CV_TRANSPORT_SETUP_ACTIVE};
  g_autoptr (CvPeerMessage) message =
      cv_routing_negotiate_describe (CV_PEER_MESSAGE_ANSWER, "bob", 1002, &said);
  CvTransportDescription heard;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (message->description.to, ==, "bob");
  g_assert_cmpuint (message->description.attempt, ==, 1002);
  g_assert_true (cv_routing_negotiate_parse (message, &heard, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (heard.ufrag, ==, UFRAG);
  g_assert_cmpstr (heard.pwd, ==, PWD);
  g_assert_cmpint (heard.setup, ==, CV_TRANSPORT_SETUP_ACTIVE);
  g_assert_cmpmem (heard.fingerprint, sizeof heard.fingerprint, said.fingerprint,
                   sizeof said.fingerprint);
}

static void
test_refuses_what_is_no_description (void)
{
  static const struct {
    CvPeerMessageType type;
    const char *ufrag;
    const char *pwd;
    const char *fingerprint;
    int setup;
  } rows[] = {
      {CV_PEER_MESSAGE_OFFER, NULL, PWD, "sha-256 " HEX, CV_PEER_SETUP_ACTPASS},
      {CV_PEER_MESSAGE_OFFER, UFRAG, NULL, "sha-256 " HEX, CV_PEER_SETUP_ACTPASS},
      {CV_PEER_MESSAGE_OFFER, UFRAG, PWD, NULL, CV_PEER_SETUP_ACTPASS},
      {CV_PEER_MESSAGE_OFFER, UFRAG, PWD, "", CV_PEER_SETUP_ACTPASS},
      {CV_PEER_MESSAGE_OFFER, UFRAG, PWD, HEX, CV_PEER_SETUP_ACTPASS},
      {CV_PEER_MESSAGE_OFFER, UFRAG, PWD, "sha-1 " HEX, CV_PEER_SETUP_ACTPASS},
      {CV_PEER_MESSAGE_OFFER, UFRAG, PWD, "sha-256 ", CV_PEER_SETUP_ACTPASS},
      {CV_PEER_MESSAGE_OFFER, UFRAG, PWD, "sha-256 " HEX ":00", CV_PEER_SETUP_ACTPASS},
      {CV_PEER_MESSAGE_OFFER, UFRAG, PWD, "sha-256 00:11", CV_PEER_SETUP_ACTPASS},
      {CV_PEER_MESSAGE_OFFER, UFRAG, PWD, "sha-256 " HEX, 99},
      {CV_PEER_MESSAGE_OFFER, UFRAG, PWD, "sha-256 " HEX, -1},
      {CV_PEER_MESSAGE_ANSWER, UFRAG, PWD, "sha-256 " HEX, CV_PEER_SETUP_ACTPASS},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (CvPeerMessage) message = cv_peer_message_new (rows[i].type);
    CvTransportDescription description;
    g_autoptr (GError) error = NULL;

    message->description.ufrag = g_strdup (rows[i].ufrag);
    message->description.pwd = g_strdup (rows[i].pwd);
    message->description.fingerprint = g_strdup (rows[i].fingerprint);
    message->description.setup = rows[i].setup;
    g_assert_false (cv_routing_negotiate_parse (message, &description, &error));
    g_assert_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/routing/negotiate/one-of-two-offers", test_one_of_two_offers);
  g_test_add_func ("/routing/negotiate/says-what-was-described", test_says_what_was_described);
  g_test_add_func ("/routing/negotiate/refuses-what-is-no-description",
                   test_refuses_what_is_no_description);
  return g_test_run ();
}
