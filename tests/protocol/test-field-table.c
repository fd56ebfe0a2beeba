/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "protocol/field-table.h"

#include "protocol/limits.h"

static void
assert_text_is (const char *text, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = cv_field_table_parse_text (text, strlen (text), 1000, 20, &error);

  if (code < 0) {
    g_assert_no_error (error);
    g_assert_nonnull (node);
    return;
  }
  g_assert_null (node);
  g_assert_error (error, CV_PROTOCOL_ERROR, code);
}

static void
test_parses_objects (void)
{
  assert_text_is ("{}", -1);
  assert_text_is (" {\"a\":[1,{\"b\":\"]}\\\"{[\"}]}\n", -1);
  assert_text_is ("{\"a\":1,\"b\":{\"a\":1}}", -1);
}

static void
test_rejects_other_texts (void)
{
  static const char *const texts[] = {
      "",          " ",         "null",    "1",           "\"a\"",  "[]",         "{",
      "{\"a\":}",  "{a:1}",     "{'a':1}", "{\"a\":1,}",  "{}{}",   "{} x",       "x = {};",
      "{\"a\" 1}", "{\"a\":\"", "\xff{}",  "{\"a\":tru}", "/**/{}", "{\"a\":01x}"};

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_test_message ("text %" G_GSIZE_FORMAT, i);
    assert_text_is (texts[i], CV_PROTOCOL_ERROR_SYNTAX);
  }
}

/* What an empty span is made of. */
static void
test_rejects_no_text (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (cv_field_table_parse_text (NULL, 0, 1000, 20, &error));
  g_assert_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_SYNTAX);
}

static void
test_rejects_repeated_members (void)
{
  assert_text_is ("{\"a\":1,\"a\":1}", CV_PROTOCOL_ERROR_FIELD);
  assert_text_is ("{\"b\":[{\"a\":1,\"a\":2}]}", CV_PROTOCOL_ERROR_FIELD);
  assert_text_is ("{\"a\":1,\"\\u0061\":2}", CV_PROTOCOL_ERROR_FIELD);
}

static void
test_rejects_deep_texts (void)
{
  g_autofree char *open = g_strnfill (CV_LIMITS_MESSAGE_DEPTH, '[');
  g_autofree char *text = g_strdup_printf ("{\"a\":%s", open);

  assert_text_is (text, CV_PROTOCOL_ERROR_TOO_BIG);
}

/* Twenty, whatever they are; what is in a text is no value. */
static void
test_rejects_many_values (void)
{
  assert_text_is ("{\"a\":[1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,0]}", -1);
  assert_text_is ("{\"a\":[1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9,0,1]}", CV_PROTOCOL_ERROR_TOO_BIG);
  assert_text_is ("{\"a\":[[],[],[],[],[],[],[],[],[],[]]}", CV_PROTOCOL_ERROR_TOO_BIG);
  assert_text_is ("{\"a\":[{},{},{},{},{},{},{},{},{},{}]}", CV_PROTOCOL_ERROR_TOO_BIG);
  assert_text_is (
      "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,"
      "\"k\":1,\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1,\"r\":1,\"s\":1,\"t\":1,"
      "\"u\":1}",
      CV_PROTOCOL_ERROR_TOO_BIG);
  assert_text_is ("{\"a\":\",,,,,,,,,,[[[[[[[[[[{{{{{{{{{{\"}", -1);
}

static void
test_rejects_long_and_nul (void)
{
  g_autofree char *filler = g_strnfill (1000, 'a');
  g_autofree char *text = g_strdup_printf ("{\"a\":\"%s\"}", filler);
  g_autoptr (GError) error = NULL;

  assert_text_is (text, CV_PROTOCOL_ERROR_TOO_BIG);
  assert_text_is ("{\"a\":\"b\\u0000c\"}", CV_PROTOCOL_ERROR_TOO_BIG);
  g_assert_null (cv_field_table_parse_text ("{}\0", 3, 1000, 20, &error));
  g_assert_error (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_SYNTAX);
}

/* Bytes that end within an escape or a string must not be read past. */
static void
test_survives_every_prefix (void)
{
  const char *text = "{\"type\":\"x\\u00e9\\\\\",\"b\":[true,false,null,-1.5e3]}";

  for (gsize len = 0; len < strlen (text); len++) {
    g_autofree char *prefix = g_memdup2 (text, MAX (len, 1));

    g_assert_null (cv_field_table_parse_text (prefix, len, 1000, 20, NULL));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/field-table/parses-objects", test_parses_objects);
  g_test_add_func ("/protocol/field-table/rejects-other-texts", test_rejects_other_texts);
  g_test_add_func ("/protocol/field-table/rejects-no-text", test_rejects_no_text);
  g_test_add_func ("/protocol/field-table/rejects-repeated-members", test_rejects_repeated_members);
  g_test_add_func ("/protocol/field-table/rejects-deep-texts", test_rejects_deep_texts);
  g_test_add_func ("/protocol/field-table/rejects-many-values", test_rejects_many_values);
  g_test_add_func ("/protocol/field-table/rejects-long-and-nul", test_rejects_long_and_nul);
  g_test_add_func ("/protocol/field-table/survives-every-prefix", test_survives_every_prefix);
  return g_test_run ();
}
