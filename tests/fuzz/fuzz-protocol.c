/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Texts from the room server, from its clients, from other members and from whoever sends an invite
 * link.
 *
 * Promise: what was read is written as a text that reads as the same. Every input goes to every
 * parser. */
#include "base/encoding.h"
#include "fuzz/fuzz.h"
#include "protocol/base64.h"
#include "protocol/invite-link.h"
#include "protocol/limits.h"
#include "protocol/message-json.h"
#include "protocol/peer-message-json.h"

#include <string.h>

static void
feed_message (CvMessageSide side, CvSpan input, gsize max)
{
  const char *text = (const char *)input.data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMessage) message = cv_message_json_parse (side, text, input.len, max, &error);
  g_autoptr (CvMessage) again = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_assert_true ((message != NULL) == !error);
  if (!message)
    return;
  g_assert_true ((message->type >= CV_MESSAGE_FIRST_FROM_SERVER)
                 == (side == CV_MESSAGE_FROM_SERVER));
  first = cv_message_json_write (message);
  again = cv_message_json_parse (side, first, strlen (first), CV_LIMITS_MESSAGE_BYTES, NULL);
  g_assert_nonnull (again);
  second = cv_message_json_write (again);
  g_assert_cmpstr (first, ==, second);
}

static void
feed_peer_message (CvSpan input)
{
  g_autoptr (CvPeerMessage) message = cv_peer_message_json_parse (input, NULL);
  g_autoptr (CvPeerMessage) again = NULL;
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;

  if (!message)
    return;
  first = cv_peer_message_json_write (message);
  again = cv_peer_message_json_parse (cv_span_from_bytes (first), NULL);
  /* Escapes make a text longer: what was at the limit may be behind it now. */
  if (g_bytes_get_size (first) > CV_LIMITS_PEER_MESSAGE_BYTES)
    return;
  g_assert_nonnull (again);
  second = cv_peer_message_json_write (again);
  g_assert_true (g_bytes_equal (first, second));
}

static void
feed_link (const char *text)
{
  g_autoptr (CvInviteLink) link = cv_invite_link_parse (text, NULL);
  g_autoptr (CvInviteLink) public_link = NULL;
  g_autoptr (CvInviteLink) again = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  if (!link)
    return;
  first = cv_invite_link_to_string (link);
  again = cv_invite_link_parse (first, NULL);
  g_assert_nonnull (again);
  second = cv_invite_link_to_string (again);
  g_assert_cmpstr (first, ==, second);
  public_link = cv_invite_link_copy_public (link);
  g_assert_null (public_link->secret);
}

static void
feed_encodings (const char *text)
{
  gsize len = strlen (text);
  g_autoptr (GBytes) hex = cv_encoding_parse_hex (text, len, len);
  g_autoptr (GBytes) base64url = cv_encoding_parse_base64url (text, len, len);
  g_autoptr (GBytes) base64 = cv_protocol_base64_decode (text, len);
  g_autoptr (CvSecret) secret_hex = cv_encoding_parse_secret_hex (text, len, len);
  g_autoptr (CvSecret) secret = cv_encoding_parse_secret_base64url (text, len, len);
  g_autofree char *again = NULL;
  g_autofree char *again_url = NULL;
  g_autofree char *again_hex = NULL;

  if (base64) {
    gsize size = g_bytes_get_size (base64);

    again = g_base64_encode (g_bytes_get_data (base64, NULL), size);
    g_assert_cmpstr (again, ==, text);
  }
  if (base64url) {
    again_url = cv_encoding_dup_base64url (cv_span_from_bytes (base64url));
    g_assert_cmpstr (again_url, ==, text);
    g_assert_true ((secret != NULL) == (g_bytes_get_size (base64url) > 0));
  }
  if (hex) {
    again_hex = cv_encoding_dup_hex (cv_span_from_bytes (hex));
    g_assert_cmpint (g_ascii_strcasecmp (again_hex, text), ==, 0);
    g_assert_true ((secret_hex != NULL) == (g_bytes_get_size (hex) > 0));
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  g_autofree char *text = g_strndup (len > 0 ? (const char *)data : "", len);
  CvSpan input = cv_span (data, len);

  feed_message (CV_MESSAGE_FROM_CLIENT, input, CV_LIMITS_VISITOR_MESSAGE_BYTES);
  feed_message (CV_MESSAGE_FROM_SERVER, input, CV_LIMITS_MESSAGE_BYTES);
  feed_peer_message (input);
  feed_link (text);
  feed_encodings (text);
  return 0;
}

GPtrArray *
fuzz_dup_seeds (void)
{
  static const char *const texts[] = {
      "{\"type\":\"ping\"}",
      "{\"type\":\"commit\",\"group\":\"Z3JvdXA=\",\"epoch\":7,\"payload\":\"AAEC\"}",
      "{\"type\":\"commit\",\"group\":\"Z3JvdXA=\",\"epoch\":7,\"payload\":\"AAEC\","
      "\"adds\":[\"0123456789abcdef\"],\"removes\":[\"a\",\"b\"]}",
      "{\"type\":\"ordered\",\"seq\":1,\"from\":\"a\",\"group\":\"Z3I=\",\"epoch\":7,"
      "\"payload\":\"AAEC\",\"adds\":[\"b\"],\"removes\":[\"c\"]}",
      "{\"type\":\"welcomed\",\"payload\":\"AAEC\"}",
      "{\"type\":\"chat\",\"text\":\"gr\\u00fc\\u00dfe \\ud83d\\ude00\"}",
      "{\"type\":\"offer\",\"to\":\"00aa\",\"attempt\":1,\"ufrag\":\"abcd\",\"pwd\":"
      "\"abcdefghijklmnopqrstuv\",\"setup\":\"actpass\"}",
      "{\"type\":\"tracks\",\"muted\":true,\"camera\":\"on\",\"tracks\":[{\"context\":1,"
      "\"ssrc\":5,\"payload_type\":96}]}",
      "conclave://[2001:db8::1]:8443/AAECAwQFBgcICQoLDA0ODw#k="
      "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8&p=1&s=pq",
      "conclave://meet.example/AAECAwQFBgcICQoLDA0ODw#k="
      "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8&f="
      "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
  };
  GPtrArray *seeds = fuzz_seeds_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    fuzz_seeds_add (seeds, cv_span (texts[i], strlen (texts[i])));
  return seeds;
}
