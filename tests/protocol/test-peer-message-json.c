/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "protocol/peer-message-json.h"

#include "protocol/limits.h"

static const char *const good[] = {
    "{\"type\":\"chat\",\"text\":\"h\\\"i\"}",
    "{\"type\":\"offer\",\"to\":\"p1\",\"attempt\":1,\"ufrag\":\"u\",\"pwd\":\"p\","
    "\"fingerprint\":\"sha-256 AA\",\"setup\":\"active\",\"candidates\":[\"candidate:1\"]}",
    "{\"type\":\"answer\",\"to\":\"p1\",\"attempt\":1,\"sdp\":\"v=0\"}",
    "{\"type\":\"candidates\",\"to\":\"p1\",\"attempt\":1,\"candidates\":[\"candidate:1\"],"
    "\"last\":true}",
    "{\"type\":\"tracks\",\"muted\":true,\"camera\":\"on\",\"screen\":true,\"tracks\":["
    "{\"context\":1,\"ssrc\":4294967295,\"rtx-ssrc\":7,\"payload-type\":97,\"width\":640,"
    "\"height\":360}]}",
    "{\"type\":\"layer-request\",\"to\":\"p1\",\"context\":1,\"width\":640,\"height\":360}",
    "{\"type\":\"key-frame-request\",\"to\":\"p1\",\"context\":3}",
};

static CvPeerMessage *
parse (const char *text, GError **error)
{
  return cv_peer_message_json_parse (cv_span (text, strlen (text)), error);
}

static void
test_round_trips_every_type (void)
{
  g_assert_cmpuint (G_N_ELEMENTS (good), ==, CV_PEER_MESSAGE_N_TYPES);
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (CvPeerMessage) message = parse (good[i], &error);
    g_autoptr (GBytes) written = NULL;

    g_assert_no_error (error);
    g_assert_cmpint (message->type, ==, (int)i);
    written = cv_peer_message_json_write (message);
    g_assert_cmpmem (g_bytes_get_data (written, NULL), g_bytes_get_size (written), good[i],
                     strlen (good[i]));
  }
}

static void
test_names_the_one_addressed (void)
{
  g_autoptr (CvPeerMessage) offer = parse (good[1], NULL);
  g_autoptr (CvPeerMessage) chat = parse (good[0], NULL);

  g_assert_cmpstr (cv_peer_message_get_to (offer), ==, "p1");
  g_assert_null (cv_peer_message_get_to (chat));
}

static void
test_adds_tracks (void)
{
  g_autoptr (CvPeerMessage) message = cv_peer_message_new (CV_PEER_MESSAGE_TRACKS);
  g_autoptr (GBytes) text = NULL;
  g_autoptr (CvPeerMessage) again = NULL;

  cv_peer_message_add_track (message, &(CvPeerTrack){.context = 0, .ssrc = 5});
  cv_peer_message_add_track (message, &(CvPeerTrack){.context = 4, .ssrc = 6, .width = 1920});
  text = cv_peer_message_json_write (message);
  again = cv_peer_message_json_parse (cv_span_from_bytes (text), NULL);
  g_assert_cmpuint (again->tracks.tracks->len, ==, 2);
  g_assert_cmpuint (((CvPeerTrack *)again->tracks.tracks->pdata[1])->width, ==, 1920);
}

static void
assert_rejected (const char *text, int code)
{
  g_autoptr (GError) error = NULL;

  g_test_message ("%.80s", text);
  g_assert_null (parse (text, &error));
  g_assert_error (error, CV_PROTOCOL_ERROR, code);
}

static void
test_rejects (void)
{
  static const char *const texts[] = {
      "{\"text\":\"a\"}",
      "{\"type\":\"chat\"}",
      "{\"type\":\"chat\",\"text\":\"\"}",
      "{\"type\":\"chat\",\"text\":5}",
      "{\"type\":\"chat\",\"text\":\"a\",\"text\":\"b\"}",
      "{\"type\":\"offer\",\"attempt\":1}",
      "{\"type\":\"offer\",\"to\":\"\",\"attempt\":1}",
      "{\"type\":\"offer\",\"to\":\"p\",\"attempt\":4294967296}",
      "{\"type\":\"offer\",\"to\":\"p\",\"attempt\":1,\"setup\":\"none\"}",
      "{\"type\":\"tracks\",\"muted\":1,\"camera\":\"on\"}",
      "{\"type\":\"tracks\",\"muted\":true,\"camera\":\"paused\"}",
      "{\"type\":\"tracks\",\"muted\":true,\"camera\":\"on\",\"tracks\":[{\"context\":8,"
      "\"ssrc\":1,\"payload-type\":96}]}",
      "{\"type\":\"tracks\",\"muted\":true,\"camera\":\"on\",\"tracks\":[{\"context\":1,"
      "\"ssrc\":0,\"payload-type\":96}]}",
      "{\"type\":\"tracks\",\"muted\":true,\"camera\":\"on\",\"tracks\":[[]]}",
      "{\"type\":\"layer-request\",\"to\":\"p\",\"context\":1,\"width\":-1,\"height\":1}",
      "{\"type\":\"layer-request\",\"to\":\"p\",\"context\":1,\"width\":99999,\"height\":1}",
      "{\"type\":\"key-frame-request\",\"to\":\"p\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_rejected (texts[i], CV_PROTOCOL_ERROR_FIELD);
  assert_rejected ("{\"type\":\"hello\"}", CV_PROTOCOL_ERROR_TYPE);
  assert_rejected ("chat", CV_PROTOCOL_ERROR_SYNTAX);
  assert_rejected ("", CV_PROTOCOL_ERROR_SYNTAX);
}

static void
test_counts_characters_of_a_chat (void)
{
  g_autoptr (CvPeerMessage) message = cv_peer_message_new (CV_PEER_MESSAGE_CHAT);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GBytes) fits = NULL;
  g_autoptr (GBytes) over = NULL;
  g_autoptr (CvPeerMessage) parsed = NULL;

  for (guint i = 0; i < CV_LIMITS_CHAT_CHARACTERS; i++)
    g_string_append (text, "ü");
  message->chat.text = g_strdup (text->str);
  fits = cv_peer_message_json_write (message);
  parsed = cv_peer_message_json_parse (cv_span_from_bytes (fits), NULL);
  g_assert_cmpstr (parsed->chat.text, ==, text->str);
  g_free (message->chat.text);
  message->chat.text = g_strconcat (text->str, "x", NULL);
  over = cv_peer_message_json_write (message);
  g_assert_null (cv_peer_message_json_parse (cv_span_from_bytes (over), NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/peer-message-json/round-trips-every-type",
                   test_round_trips_every_type);
  g_test_add_func ("/protocol/peer-message-json/names-the-one-addressed",
                   test_names_the_one_addressed);
  g_test_add_func ("/protocol/peer-message-json/adds-tracks", test_adds_tracks);
  g_test_add_func ("/protocol/peer-message-json/rejects", test_rejects);
  g_test_add_func ("/protocol/peer-message-json/counts-characters-of-a-chat",
                   test_counts_characters_of_a_chat);
  return g_test_run ();
}
