/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "base/encoding.h"

#include <string.h>

static void
test_hex (void)
{
  static const guint8 bytes[] = {0x00, 0x09, 0x0a, 0x9f, 0xa0, 0xff};
  g_autofree char *text = cv_encoding_dup_hex (CV_SPAN_ARRAY (bytes));
  g_autoptr (GBytes) back = cv_encoding_parse_hex (text, strlen (text), sizeof bytes);
  g_autoptr (GBytes) upper = cv_encoding_parse_hex ("A0fF", 4, 2);

  g_assert_cmpstr (text, ==, "00090a9fa0ff");
  g_assert_true (cv_span_equal (cv_span_from_bytes (back), CV_SPAN_ARRAY (bytes)));
  g_assert_true (cv_span_equal (cv_span_from_bytes (upper), cv_span (bytes + 4, 2)));
}

static void
test_every_byte (void)
{
  for (guint c = 0; c < 256; c++) {
    char text[3] = {'0', (char)c, '\0'};
    char base64[5] = {(char)c, 'A', '\0'};
    g_autoptr (GBytes) hex = cv_encoding_parse_hex (text, 2, 1);
    g_autoptr (GBytes) url = cv_encoding_parse_base64url (base64, 2, 1);

    g_assert_cmpint (hex != NULL, ==, g_ascii_isxdigit ((char)c));
    g_assert_cmpint (url != NULL, ==, g_ascii_isalnum ((char)c) || c == '-' || c == '_');
    if (hex)
      g_assert_cmpuint (*(const guint8 *)g_bytes_get_data (hex, NULL), ==,
                        (guint)g_ascii_xdigit_value ((char)c));
  }
}

static void
test_base64url (void)
{
  /* RFC 4648 §10 without padding, and the two digits in which base64url differs. */
  static const struct {
    const char *bytes;
    const char *text;
  } rows[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    CvSpan bytes = cv_span (rows[i].bytes, strlen (rows[i].bytes));
    g_autofree char *text = cv_encoding_dup_base64url (bytes);
    g_autoptr (GBytes) back =
        cv_encoding_parse_base64url (rows[i].text, strlen (rows[i].text), 100);

    g_assert_cmpstr (text, ==, rows[i].text);
    g_assert_nonnull (back);
    g_assert_true (cv_span_equal (cv_span_from_bytes (back), bytes));
  }
}

static void
test_agrees_with_glib (void)
{
  guint8 bytes[256];

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8)(i * 7 + (i >> 3));
  for (gsize len = 1; len <= sizeof bytes; len++) {
    g_autofree char *expected = g_base64_encode (bytes, len);
    g_autofree char *text = cv_encoding_dup_base64url (cv_span (bytes, len));
    g_autoptr (GBytes) back = cv_encoding_parse_base64url (text, strlen (text), len);

    g_strdelimit (expected, "+", '-');
    g_strdelimit (expected, "/", '_');
    *strchrnul (expected, '=') = '\0';
    g_assert_cmpstr (text, ==, expected);
    g_assert_true (cv_span_equal (cv_span_from_bytes (back), cv_span (bytes, len)));
  }
}

static void
test_rejects (void)
{
  static const char *const bad_hex[] = {"0", "0g", "0x", "a ", " a", "00 "};
  static const char *const bad_base64url[] = {"A",    "AAAAA", "Zg==", "Zg=", "Zm9v\n",
                                              "Zm+v", "Zm/v",  "Zh",   "Zm9", "Zm 9"};

  for (gsize i = 0; i < G_N_ELEMENTS (bad_hex); i++)
    g_assert_null (cv_encoding_parse_hex (bad_hex[i], strlen (bad_hex[i]), 100));
  for (gsize i = 0; i < G_N_ELEMENTS (bad_base64url); i++)
    g_assert_null (cv_encoding_parse_base64url (bad_base64url[i], strlen (bad_base64url[i]), 100));
  g_assert_null (cv_encoding_parse_hex ("0000", 4, 1));
  g_assert_null (cv_encoding_parse_base64url ("Zm9v", 4, 2));
}

static void
test_secret (void)
{
  g_autoptr (CvSecret) secret = cv_secret_new_from (CV_SPAN_LITERAL ("foobar"));
  g_autoptr (CvSecret) text = cv_encoding_dup_secret_base64url (cv_secret_span (secret));
  g_autoptr (CvSecret) back = cv_encoding_parse_secret_base64url ("Zm9vYmFy", 8, 6);
  g_autoptr (CvSecret) hex = cv_encoding_parse_secret_hex ("666f6f626172", 12, 6);

  g_assert_cmpstr ((const char *)cv_secret_get_data (text), ==, "Zm9vYmFy");
  g_assert_true (cv_secret_span_equal (cv_secret_span (back), cv_secret_span (secret)));
  g_assert_true (cv_secret_span_equal (cv_secret_span (hex), cv_secret_span (secret)));
  g_assert_null (cv_encoding_parse_secret_base64url ("", 0, 6));
  g_assert_null (cv_encoding_parse_secret_base64url ("Zm9vYmFy", 8, 5));
  g_assert_null (cv_encoding_parse_secret_hex ("6x", 2, 5));
}

static void
test_digits (void)
{
  char text[7] = "abcdef";

  cv_encoding_write_digits (1234567, text, 5);
  g_assert_cmpstr (text, ==, "34567f");
  cv_encoding_write_digits (42, text, 5);
  g_assert_cmpstr (text, ==, "00042f");
  cv_encoding_write_digits (G_MAXUINT64, text, 6);
  g_assert_cmpstr (text, ==, "551615");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/encoding/hex", test_hex);
  g_test_add_func ("/base/encoding/every-byte", test_every_byte);
  g_test_add_func ("/base/encoding/base64url", test_base64url);
  g_test_add_func ("/base/encoding/agrees-with-glib", test_agrees_with_glib);
  g_test_add_func ("/base/encoding/rejects-what-it-would-not-write", test_rejects);
  g_test_add_func ("/base/encoding/secret", test_secret);
  g_test_add_func ("/base/encoding/digits", test_digits);
  return g_test_run ();
}
