/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "protocol/message-json.h"

#include "protocol/limits.h"

#define ROOM "AAECAwQFBgcICQoLDA0ODw"

/* One of each, as docs/PROTOCOL.md shows them. */
static const char *const from_client[] = {
    "{\"type\":\"hello\",\"version\":1,\"room\":\"" ROOM "\"}",
    "{\"type\":\"hello\",\"version\":1,\"room\":\"" ROOM "\",\"token\":\"abc\",\"last-seq\":7}",
    "{\"type\":\"open\",\"group\":\"Z3I=\"}",
    "{\"type\":\"knock\",\"payload\":\"AQID\"}",
    "{\"type\":\"commit\",\"group\":\"Z3I=\",\"epoch\":3,\"payload\":\"AQID\"}",
    "{\"type\":\"commit\",\"group\":\"Z3I=\",\"epoch\":3,\"payload\":\"AQID\","
    "\"adds\":[\"a\",\"b\"],\"removes\":[\"c\"]}",
    "{\"type\":\"application\",\"group\":\"Z3I=\",\"epoch\":3,\"payload\":\"AQID\"}",
    "{\"type\":\"welcome\",\"to\":[\"0123456789abcdef\"],\"group\":\"Z3I=\",\"epoch\":4,"
    "\"payload\":\"AQID\"}",
    "{\"type\":\"group\",\"group\":\"Z3I=\"}",
    "{\"type\":\"group-info-request\"}",
    "{\"type\":\"group-info\",\"to\":\"0123456789abcdef\",\"payload\":\"AQID\"}",
    "{\"type\":\"gap\",\"epoch\":3}",
    "{\"type\":\"reject\",\"epoch\":3}",
    "{\"type\":\"deny\",\"to\":\"0123456789abcdef\",\"reason\":\"locked\"}",
    "{\"type\":\"leave\"}",
    "{\"type\":\"ping\",\"last-seq\":9}",
};
static const char *const from_server[] = {
    "{\"type\":\"hello-ok\",\"member\":\"0123456789abcdef\",\"token\":\"t\",\"resumed\":true,"
    "\"received\":4,\"occupied\":true}",
    "{\"type\":\"opened\",\"seq\":1,\"group\":\"Z3I=\",\"ice-servers\":[{\"urls\":"
    "[\"turn:a:3478\"],\"username\":\"u\",\"credential\":\"c\"}]}",
    "{\"type\":\"room-empty\",\"seq\":1}",
    "{\"type\":\"knocked\",\"seq\":1,\"id\":\"0123456789abcdef\",\"payload\":\"AQID\"}",
    "{\"type\":\"knock-gone\",\"seq\":1,\"id\":\"0123456789abcdef\"}",
    "{\"type\":\"ordered\",\"seq\":1,\"from\":\"0123456789abcdef\",\"group\":\"Z3I=\",\"epoch\":3,"
    "\"payload\":\"AQID\"}",
    "{\"type\":\"ordered\",\"seq\":1,\"from\":\"0123456789abcdef\",\"group\":\"Z3I=\",\"epoch\":3,"
    "\"payload\":\"AQID\",\"adds\":[\"a\"],\"removes\":[\"b\",\"c\"]}",
    "{\"type\":\"relayed\",\"seq\":1,\"from\":\"0123456789abcdef\",\"group\":\"Z3I=\",\"epoch\":3,"
    "\"payload\":\"AQID\"}",
    "{\"type\":\"accepted\",\"seq\":1,\"epoch\":3}",
    "{\"type\":\"rejected\",\"seq\":1,\"epoch\":3,\"reason\":\"stale-epoch\"}",
    "{\"type\":\"voided\",\"seq\":1,\"epoch\":3}",
    "{\"type\":\"welcomed\",\"seq\":1,\"from\":\"0123456789abcdef\",\"group\":\"Z3I=\",\"epoch\":4,"
    "\"payload\":\"AQID\",\"members\":[{\"id\":\"0123456789abcdef\"},{\"id\":\"fe\","
    "\"away\":true}]}",
    "{\"type\":\"denied\",\"seq\":1}",
    "{\"type\":\"group-info-wanted\",\"seq\":1,\"id\":\"0123456789abcdef\"}",
    "{\"type\":\"group-info-given\",\"seq\":1,\"from\":\"0123456789abcdef\",\"payload\":\"AQID\"}",
    "{\"type\":\"gap-end\",\"seq\":1,\"epoch\":3}",
    "{\"type\":\"member-joined\",\"seq\":1,\"id\":\"0123456789abcdef\"}",
    "{\"type\":\"member-left\",\"seq\":1,\"id\":\"0123456789abcdef\",\"graceful\":false}",
    "{\"type\":\"member-away\",\"seq\":1,\"id\":\"0123456789abcdef\"}",
    "{\"type\":\"member-back\",\"seq\":1,\"id\":\"0123456789abcdef\"}",
    "{\"type\":\"error\",\"code\":\"too-big\",\"about\":\"knock\",\"message\":\"why\"}",
    "{\"type\":\"pong\",\"received\":5}",
};

static void
assert_round_trip (CvMessageSide side, const char *text, gboolean seen[CV_MESSAGE_N_TYPES])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMessage) message =
      cv_message_json_parse (side, text, strlen (text), CV_LIMITS_MESSAGE_BYTES, &error);
  g_autofree char *written = NULL;

  g_assert_no_error (error);
  written = cv_message_json_write (message);
  g_assert_cmpstr (written, ==, text);
  seen[message->type] = TRUE;
}

static void
test_round_trips_every_type (void)
{
  gboolean seen[CV_MESSAGE_N_TYPES] = {0};

  for (gsize i = 0; i < G_N_ELEMENTS (from_client); i++)
    assert_round_trip (CV_MESSAGE_FROM_CLIENT, from_client[i], seen);
  for (gsize i = 0; i < G_N_ELEMENTS (from_server); i++)
    assert_round_trip (CV_MESSAGE_FROM_SERVER, from_server[i], seen);
  for (int i = 0; i < CV_MESSAGE_N_TYPES; i++)
    g_assert_true (seen[i]);
}

static void
assert_rejected (CvMessageSide side, const char *text, int code)
{
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", text);
  g_assert_null (
      cv_message_json_parse (side, text, strlen (text), CV_LIMITS_MESSAGE_BYTES, &error));
  g_assert_error (error, CV_PROTOCOL_ERROR, code);
}

static void
test_rejects_the_other_side (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (from_client); i++)
    assert_rejected (CV_MESSAGE_FROM_SERVER, from_client[i], CV_PROTOCOL_ERROR_TYPE);
  for (gsize i = 0; i < G_N_ELEMENTS (from_server); i++)
    assert_rejected (CV_MESSAGE_FROM_CLIENT, from_server[i], CV_PROTOCOL_ERROR_TYPE);
}

/* Every required field of every message, taken away and made null. */
static void
test_rejects_missing_and_null_fields (void)
{
  guint n_required = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (from_client); i++) {
    g_autoptr (JsonNode) whole = json_from_string (from_client[i], NULL);
    g_autoptr (GList) names = json_object_get_members (json_node_get_object (whole));

    for (GList *name = names; name != NULL; name = name->next) {
      g_autoptr (JsonNode) node = json_from_string (from_client[i], NULL);
      g_autofree char *without = NULL;
      g_autofree char *with_null = NULL;

      json_object_set_null_member (json_node_get_object (node), name->data);
      with_null = json_to_string (node, FALSE);
      assert_rejected (CV_MESSAGE_FROM_CLIENT, with_null, CV_PROTOCOL_ERROR_FIELD);
      json_object_remove_member (json_node_get_object (node), name->data);
      without = json_to_string (node, FALSE);
      if (g_str_equal (name->data, "token") || g_str_equal (name->data, "last-seq")
          || g_str_equal (name->data, "reason") || g_str_equal (name->data, "adds")
          || g_str_equal (name->data, "removes"))
        continue;
      assert_rejected (CV_MESSAGE_FROM_CLIENT, without, CV_PROTOCOL_ERROR_FIELD);
      n_required++;
    }
  }
  g_assert_cmpuint (n_required, >, 30);
}

static void
test_rejects_bad_values (void)
{
  static const char *const texts[] = {
      "{\"type\":1}",
      "{\"type\":[\"hello\"]}",
      "{\"type\":\"hello\",\"version\":\"1\",\"room\":\"" ROOM "\"}",
      "{\"type\":\"hello\",\"version\":1.0,\"room\":\"" ROOM "\"}",
      "{\"type\":\"hello\",\"version\":-1,\"room\":\"" ROOM "\"}",
      "{\"type\":\"hello\",\"version\":true,\"room\":\"" ROOM "\"}",
      "{\"type\":\"hello\",\"version\":1,\"room\":\"short\"}",
      "{\"type\":\"hello\",\"version\":1,\"room\":\"" ROOM "x\"}",
      "{\"type\":\"hello\",\"version\":1,\"room\":\"" ROOM "\",\"token\":\"\"}",
      "{\"type\":\"gap\",\"epoch\":9007199254740992}",
      "{\"type\":\"gap\",\"epoch\":1,\"epoch\":1}",
      "{\"type\":\"knock\",\"payload\":\"\"}",
      "{\"type\":\"knock\",\"payload\":\"AQI\"}",
      "{\"type\":\"knock\",\"payload\":\"AQ I\"}",
      "{\"type\":\"knock\",\"payload\":[1,2]}",
      "{\"type\":\"knock\",\"payload\":{}}",
      "{\"type\":\"open\",\"group\":\"\"}",
      "{\"type\":\"deny\",\"to\":\"\"}",
      "{\"type\":\"deny\",\"to\":\"0123456789abcdef0\"}",
      "{\"type\":\"deny\",\"to\":\"a\",\"reason\":\"because\"}",
      "{\"type\":\"welcome\",\"to\":[],\"group\":\"Z3I=\",\"epoch\":4,\"payload\":\"AQID\"}",
      "{\"type\":\"welcome\",\"to\":[1],\"group\":\"Z3I=\",\"epoch\":4,\"payload\":\"AQID\"}",
      "{\"type\":\"welcome\",\"to\":\"a\",\"group\":\"Z3I=\",\"epoch\":4,\"payload\":\"AQID\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_rejected (CV_MESSAGE_FROM_CLIENT, texts[i], CV_PROTOCOL_ERROR_FIELD);
  /* json-glib's scanner knows no half of a surrogate pair. */
  assert_rejected (CV_MESSAGE_FROM_CLIENT, "{\"type\":\"deny\",\"to\":\"\\ud800\"}",
                   CV_PROTOCOL_ERROR_SYNTAX);
  assert_rejected (CV_MESSAGE_FROM_CLIENT, "{\"type\":\"gap\",\"epoch\":99999999999999999999999}",
                   CV_PROTOCOL_ERROR_FIELD);
  assert_rejected (CV_MESSAGE_FROM_CLIENT, "{\"type\":\"dance\"}", CV_PROTOCOL_ERROR_TYPE);
  assert_rejected (CV_MESSAGE_FROM_SERVER,
                   "{\"type\":\"member-left\",\"seq\":0,\"id\":\"a\",\"graceful\":true}",
                   CV_PROTOCOL_ERROR_FIELD);
  assert_rejected (CV_MESSAGE_FROM_SERVER,
                   "{\"type\":\"opened\",\"seq\":1,\"group\":\"Z3I=\",\"ice-servers\":[1]}",
                   CV_PROTOCOL_ERROR_FIELD);
}

static void
test_bounds_payloads_and_lists (void)
{
  g_autofree guint8 *bytes = g_malloc0 (CV_LIMITS_KNOCK_BYTES + 1);
  g_autofree char *fits = g_base64_encode (bytes, CV_LIMITS_KNOCK_BYTES);
  g_autofree char *over = g_base64_encode (bytes, CV_LIMITS_KNOCK_BYTES + 1);
  g_autofree char *good = g_strdup_printf ("{\"type\":\"knock\",\"payload\":\"%s\"}", fits);
  g_autofree char *bad = g_strdup_printf ("{\"type\":\"knock\",\"payload\":\"%s\"}", over);
  g_autoptr (GString) many = g_string_new ("{\"type\":\"welcome\",\"group\":\"Z3I=\",\"epoch\":4,"
                                           "\"payload\":\"AQID\",\"to\":[\"a\"");
  g_autoptr (CvMessage) message = cv_message_json_parse (
      CV_MESSAGE_FROM_CLIENT, good, strlen (good), CV_LIMITS_VISITOR_MESSAGE_BYTES, NULL);

  g_assert_nonnull (message);
  assert_rejected (CV_MESSAGE_FROM_CLIENT, bad, CV_PROTOCOL_ERROR_FIELD);
  for (guint i = 0; i < CV_LIMITS_WELCOME_BATCH; i++)
    g_string_append (many, ",\"a\"");
  g_string_append (many, "]}");
  assert_rejected (CV_MESSAGE_FROM_CLIENT, many->str, CV_PROTOCOL_ERROR_FIELD);
}

static void
test_the_longest_lists_pass (void)
{
  g_autoptr (GString) text = g_string_new ("{\"type\":\"welcomed\",\"seq\":1,\"from\":\"a\","
                                           "\"group\":\"Z3I=\",\"epoch\":4,\"payload\":\"AQID\"");
  g_autoptr (CvMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < CV_LIMITS_ROOM_MEMBERS; i++)
    g_string_append_printf (text, "%s{\"id\":\"%u\",\"away\":true}",
                            i == 0 ? ",\"members\":[" : ",", i);
  for (guint i = 0; i < CV_LIMITS_ICE_SERVERS; i++) {
    g_string_append (text, i == 0 ? "],\"ice-servers\":[{\"urls\":[" : ",{\"urls\":[");
    for (guint k = 0; k < CV_LIMITS_ICE_SERVERS; k++)
      g_string_append (text, k == 0 ? "\"turn:a\"" : ",\"turn:a\"");
    g_string_append (text, "],\"username\":\"u\",\"credential\":\"c\"}");
  }
  g_string_append (text, "]}");
  message = cv_message_json_parse (CV_MESSAGE_FROM_SERVER, text->str, text->len,
                                   CV_LIMITS_MESSAGE_BYTES, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (message->welcomed.members->len, ==, CV_LIMITS_ROOM_MEMBERS);
}

/* Each value costs the server an allocation, whether it knows the field or not. */
static void
test_a_client_says_little_at_once (void)
{
  for (guint n = 250; n <= 260; n += 10) {
    g_autofree char *commas = g_strnfill (n - 2, ',');
    g_auto (GStrv) parts = g_strsplit (commas, ",", -1);
    g_autofree char *ones = g_strjoinv ("1,", parts);
    g_autofree char *text = g_strdup_printf ("{\"type\":\"ping\",\"x\":[%s1]}", ones);
    g_autoptr (GError) error = NULL;
    g_autoptr (CvMessage) message =
        cv_message_json_parse (CV_MESSAGE_FROM_CLIENT, text, strlen (text), 64 * 1024, &error);

    if (n > CV_LIMITS_CLIENT_MESSAGE_ITEMS)
      g_assert_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_TOO_BIG);
    else
      g_assert_no_error (error);
  }
}

static void
test_ignores_unknown_fields (void)
{
  const char *text = "{\"later\":{\"a\":[1]},\"type\":\"gap\",\"epoch\":3}";
  g_autoptr (CvMessage) message =
      cv_message_json_parse (CV_MESSAGE_FROM_CLIENT, text, strlen (text), 1000, NULL);

  g_assert_nonnull (message);
  g_assert_cmpuint (message->epoch.epoch, ==, 3);
}

/* Whatever comes is a message or one error; the sanitizers watch. */
static void
test_survives_changed_bytes (void)
{
  for (guint round = 0; round < 20000; round++) {
    gboolean is_client = g_test_rand_bit ();
    const char *text = is_client ? from_client[round % G_N_ELEMENTS (from_client)]
                                 : from_server[round % G_N_ELEMENTS (from_server)];
    gsize len = strlen (text);
    g_autofree char *changed = g_memdup2 (text, len);
    g_autoptr (GError) error = NULL;
    g_autoptr (CvMessage) message = NULL;

    for (gint i = g_test_rand_int_range (1, 4); i > 0; i--)
      changed[g_test_rand_int_range (0, (gint)len)] = (char)g_test_rand_int_range (0, 256);
    message = cv_message_json_parse (is_client ? CV_MESSAGE_FROM_CLIENT : CV_MESSAGE_FROM_SERVER,
                                     changed, len, CV_LIMITS_MESSAGE_BYTES, &error);
    g_assert_true ((message == NULL) == (error != NULL));
    if (message != NULL) {
      g_autofree char *written = cv_message_json_write (message);

      g_assert_true (g_utf8_validate (written, -1, NULL));
    }
  }
}

static void
test_names_every_word (void)
{
  g_assert_cmpstr (cv_message_code_to_string (CV_MESSAGE_CODE_SHUTDOWN), ==, "shutdown");
  g_assert_cmpstr (cv_message_code_to_string (CV_MESSAGE_CODE_VERSION), ==, "version");
  g_assert_cmpstr (cv_message_code_to_string (CV_MESSAGE_CODE_RESUME_FAILED), ==, "resume-failed");
  g_assert_cmpstr (cv_message_code_to_string (CV_MESSAGE_CODE_GAP_TOO_OLD), ==, "gap-too-old");
  g_assert_cmpstr (cv_message_reason_to_string (CV_MESSAGE_REASON_TOO_FAST), ==, "too-fast");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/message-json/round-trips-every-type", test_round_trips_every_type);
  g_test_add_func ("/protocol/message-json/rejects-the-other-side", test_rejects_the_other_side);
  g_test_add_func ("/protocol/message-json/rejects-missing-and-null-fields",
                   test_rejects_missing_and_null_fields);
  g_test_add_func ("/protocol/message-json/rejects-bad-values", test_rejects_bad_values);
  g_test_add_func ("/protocol/message-json/bounds-payloads-and-lists",
                   test_bounds_payloads_and_lists);
  g_test_add_func ("/protocol/message-json/the-longest-lists-pass", test_the_longest_lists_pass);
  g_test_add_func ("/protocol/message-json/a-client-says-little-at-once",
                   test_a_client_says_little_at_once);
  g_test_add_func ("/protocol/message-json/ignores-unknown-fields", test_ignores_unknown_fields);
  g_test_add_func ("/protocol/message-json/survives-changed-bytes", test_survives_changed_bytes);
  g_test_add_func ("/protocol/message-json/names-every-word", test_names_every_word);
  return g_test_run ();
}
