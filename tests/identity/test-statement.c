/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Identity statements: what is signed, what is refused, which names are names. */
#include "fixtures/raw-statement.h"
#include "identity/name-character.h"

#include <string.h>

#define NOW_S 1767225600

typedef struct {
  CvCrypto *crypto;
  CvIdentityKeyPair *pair;
  CvIdentityStatementParams params;
  CvIdentityStatementChecks checks;
  GBytes *encoded;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  fixture->crypto = cv_crypto_context_new (FALSE, NULL);
  fixture->pair = cv_identity_key_pair_generate (fixture->crypto, &error);
  fixture->params = (CvIdentityStatementParams){
      .name = "Ána Müller",
      .mls_public = CV_SPAN_LITERAL ("mls public key"),
      .room_id = CV_SPAN_LITERAL ("0123456789abcdef"),
      .not_before_s = NOW_S - 60,
      .not_after_s = NOW_S + 60,
  };
  fixture->checks = (CvIdentityStatementChecks){
      .mls_public = fixture->params.mls_public,
      .room_id = fixture->params.room_id,
      .now_s = NOW_S,
  };
  fixture->encoded =
      cv_identity_statement_sign (fixture->crypto, fixture->pair, &fixture->params, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_bytes_unref (fixture->encoded);
  cv_identity_key_pair_unref (fixture->pair);
  cv_crypto_context_unref (fixture->crypto);
}

static void
assert_refused (Fixture *fixture, CvIdentityError code)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (cv_identity_statement_verify (
      fixture->crypto, cv_span_from_bytes (fixture->encoded), &fixture->checks, &error));
  g_assert_error (error, CV_IDENTITY_ERROR, (int)code);
}

static void
test_verifies (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint8 hash[CV_IDENTITY_HASH_LEN];
  g_autoptr (CvIdentityStatement) statement = cv_identity_statement_verify (
      fixture->crypto, cv_span_from_bytes (fixture->encoded), &fixture->checks, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (statement->name, ==, "Ána Müller");
  g_assert_true (cv_span_equal (cv_span_from_bytes (statement->identity_key),
                                cv_identity_key_pair_get_key (fixture->pair)));
  g_assert_true (cv_identity_key_pair_hash (
      fixture->crypto, cv_identity_key_pair_get_key (fixture->pair), hash, NULL));
  g_assert_cmpmem (hash, sizeof hash, statement->identity_hash, CV_IDENTITY_HASH_LEN);
}

static void
test_refuses_other_leaf (Fixture *fixture, gconstpointer data)
{
  fixture->checks.mls_public = CV_SPAN_LITERAL ("another public key");
  assert_refused (fixture, CV_IDENTITY_ERROR_AUTHENTICATION);
}

static void
test_refuses_other_room (Fixture *fixture, gconstpointer data)
{
  fixture->checks.room_id = CV_SPAN_LITERAL ("0123456789abcdeF");
  assert_refused (fixture, CV_IDENTITY_ERROR_AUTHENTICATION);
}

static void
test_refuses_other_times (Fixture *fixture, gconstpointer data)
{
  fixture->checks.now_s = NOW_S + 61;
  assert_refused (fixture, CV_IDENTITY_ERROR_EXPIRED);
  fixture->checks.now_s = NOW_S - 61;
  assert_refused (fixture, CV_IDENTITY_ERROR_EXPIRED);
}

/* Valid from NOW_S - 60 to NOW_S + 60; asked for a time between two. */
static const struct {
  guint64 oldest_s;
  guint64 now_s;
  gboolean is_valid;
} absences[] = {
    {NOW_S - 10, NOW_S + 10, TRUE},
    {NOW_S + 60, NOW_S + 1000, TRUE},
    {NOW_S - 1000, NOW_S - 60, TRUE},
    {NOW_S - 1000, NOW_S + 1000, TRUE},
    {NOW_S + 61, NOW_S + 1000, FALSE},
    {NOW_S - 1000, NOW_S - 61, FALSE},
    {NOW_S + 1000, NOW_S + 60, TRUE},
    {NOW_S - 10, NOW_S - 61, FALSE},
    {0, NOW_S + 61, FALSE},
};

static void
test_times_of_an_absence (Fixture *fixture, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (absences); i++) {
    fixture->checks.oldest_s = absences[i].oldest_s;
    fixture->checks.now_s = absences[i].now_s;
    g_autoptr (CvIdentityStatement) statement = cv_identity_statement_verify (
        fixture->crypto, cv_span_from_bytes (fixture->encoded), &fixture->checks, NULL);
    g_test_message ("%u", (guint)i);
    g_assert_cmpint (statement != NULL, ==, absences[i].is_valid);
  }
}

static void
test_refuses_every_change (Fixture *fixture, gconstpointer data)
{
  gsize len;
  const guint8 *bytes = g_bytes_get_data (fixture->encoded, &len);
  g_autofree guint8 *copy = g_malloc0 (len + 1);
  for (gsize at = 0; at < len; at++) {
    memcpy (copy, bytes, len);
    copy[at] ^= 1;
    g_assert_null (cv_identity_statement_verify (fixture->crypto, cv_span (copy, len),
                                                 &fixture->checks, NULL));
    g_assert_null (cv_identity_statement_verify (fixture->crypto, cv_span (bytes, at),
                                                 &fixture->checks, NULL));
  }
  memcpy (copy, bytes, len);
  g_assert_null (cv_identity_statement_verify (fixture->crypto, cv_span (copy, len + 1),
                                               &fixture->checks, NULL));
}

static void
test_labels_are_apart (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  CvSpan key = cv_identity_key_pair_get_key (fixture->pair);
  g_autoptr (GBytes) signature =
      cv_identity_key_pair_sign (fixture->pair, "one", CV_SPAN_LITERAL ("text"), &error);
  CvSpan span = cv_span_from_bytes (signature);
  g_assert_true (cv_identity_key_pair_verify (fixture->crypto, key, "one", CV_SPAN_LITERAL ("text"),
                                              span, &error));
  g_assert_false (cv_identity_key_pair_verify (fixture->crypto, key, "two",
                                               CV_SPAN_LITERAL ("text"), span, NULL));
  g_assert_false (cv_identity_key_pair_verify (fixture->crypto, key, "onet",
                                               CV_SPAN_LITERAL ("ext"), span, NULL));
}

static const struct {
  const char *name;
  gboolean is_allowed;
  const char *cleaned; /* NULL: nothing is left */
} names[] = {
    {"Ana", TRUE, "Ana"},
    {"Ána Müller", TRUE, "Ána Müller"},
    {"李雷 🦊", TRUE, "李雷 🦊"},
    {"", FALSE, NULL},
    {"   ", FALSE, NULL},
    {" Ana", FALSE, "Ana"},
    {"Ana ", FALSE, "Ana"},
    {"Ana  B", FALSE, "Ana B"},
    {"Ana\tB", FALSE, "Ana B"},
    {"Ana\nB", FALSE, "Ana B"},
    {"A\u0301na", FALSE, "Ána"}, /* not NFC */
    {"Ana\u202Egpj", FALSE, "Anagpj"}, /* bidi override */
    {"Ana\u2066x", FALSE, "Anax"},
    {"An\u200Ba", FALSE, "Ana"}, /* zero width */
    {"\u3164", FALSE, NULL}, /* filler */
    {"Ana\u034F", FALSE, "Ana"}, /* invisible, though a mark by its category */
    {"A\u034F\u0301na", FALSE, "Ána"},
    {"❤\uFE0F", FALSE, "❤"}, /* as keyboards type it */
    {"Ana\u2800B", FALSE, "AnaB"},
    {"\u2800", FALSE, NULL},
    {"🇵🇹 ⠁⠝⠁ 👋🏽", TRUE, "🇵🇹 ⠁⠝⠁ 👋🏽"},
    {"안나", TRUE, "안나"},
    {"អាណា", TRUE, "អាណា"},
    {"ᠠᠨᠠ", TRUE, "ᠠᠨᠠ"},
    {"Ana\u00A0B", FALSE, "Ana B"},
    {"\u0301", FALSE, NULL}, /* a mark alone */
    {"Ana\xff", FALSE, "Ana\uFFFD"}, /* no UTF-8 */
};

static void
test_names (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *cleaned = cv_identity_statement_dup_clean_name (names[i].name);
    g_assert_cmpint (cv_identity_statement_check_name (names[i].name, NULL), ==,
                     names[i].is_allowed);
    g_assert_cmpstr (cleaned, ==, names[i].cleaned);
    if (cleaned != NULL)
      g_assert_true (cv_identity_statement_check_name (cleaned, NULL));
  }
}

/* Default_Ignorable_Code_Point and the blanks beside it. */
static const struct {
  gunichar first;
  gunichar last;
} invisible[] = {
    {0xAD, 0xAD},       {0x34F, 0x34F},     {0x61C, 0x61C},     {0x115F, 0x1160},
    {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},   {0x202A, 0x202E},
    {0x2060, 0x206F},   {0x2800, 0x2800},   {0x3164, 0x3164},   {0xFE00, 0xFE0F},
    {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFF8},   {0x13441, 0x13442},
    {0x16FE4, 0x16FE4}, {0x1BCA0, 0x1BCA3}, {0x1D159, 0x1D159}, {0x1D173, 0x1D17A},
    {0xE0000, 0xE0FFF},
};

static void
test_invisible_characters (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (invisible); i++)
    for (gunichar c = invisible[i].first; c <= invisible[i].last; c++) {
      char text[8] = "Ana";
      text[3 + g_unichar_to_utf8 (c, text + 3)] = '\0';
      g_autofree char *cleaned = cv_identity_statement_dup_clean_name (text);
      g_test_message ("U+%04X", c);
      g_assert_false (cv_identity_statement_check_name (text, NULL));
      g_assert_cmpstr (cleaned, ==, "Ana");
    }
}

/* What stands just beside the invisible ones is somebody's writing. */
static void
test_visible_neighbours (void)
{
  static const gunichar neighbours[] = {0xAC,   0xAE,   0x34E,  0x350,   0x115E, 0x1161, 0x17B3,
                                        0x17B6, 0x180A, 0x2010, 0x27FF,  0x2801, 0x3163, 0x3165,
                                        0xFE10, 0xFF9F, 0xFFA1, 0x1D158, 0x1D15A};
  for (gsize i = 0; i < G_N_ELEMENTS (neighbours); i++) {
    char text[8] = "Ana";
    text[3 + g_unichar_to_utf8 (neighbours[i], text + 3)] = '\0';
    g_test_message ("U+%04X", neighbours[i]);
    g_assert_true (cv_identity_statement_check_name (text, NULL));
  }
}

static void
test_name_lengths (void)
{
  g_autofree char *longest = g_strnfill (64, 'x');
  g_autofree char *too_long = g_strnfill (65, 'x');
  g_autofree char *cleaned = cv_identity_statement_dup_clean_name (too_long);
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_identity_statement_check_name (longest, NULL));
  g_assert_false (cv_identity_statement_check_name (too_long, &error));
  g_assert_error (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_NAME);
  g_assert_cmpstr (cleaned, ==, longest);
}

/* ---- what all members judge alike ---- */

static const struct {
  const char *name;
  gboolean is_valid_inside;
} signed_names[] = {
    {"Ána", TRUE},
    {"Ana\u0378", TRUE}, /* unassigned in every version until now */
    {"\u1C89na", TRUE}, /* a letter since Unicode 16 */
    {"Ana \U00016EA0", TRUE}, /* since 17 */
    {"A\u0301na", TRUE}, /* not NFC, which newer tables may see otherwise */
    {"\u0591na", TRUE},
    {"Ana\uFFFD", TRUE},
    {"\u0301", FALSE},
    {"\u20D0 \uFE2F", FALSE},
    {" Ana", FALSE},
    {"Ana ", FALSE},
    {"Ana  B", FALSE},
    {"Ana\tB", FALSE},
    {"Ana\xc2\x85", FALSE}, /* a control character of C1 */
    {"Ana\u00A0B", FALSE},
    {"Ana\u2028B", FALSE},
    {"Ana\u3000B", FALSE},
    {"Ana\u202Egpj", FALSE},
    {"An\u200Ba", FALSE},
    {"Ana\u3164", FALSE},
    {"Ana\uE000", FALSE},
    {"Ana\uFDD0", FALSE},
    {"Ana\uFFFE", FALSE},
    {"Ana\U0001FFFF", FALSE},
    {"Ana\U00100000", FALSE},
    {"Ana\U000E0378", FALSE}, /* reserved for what shows nothing */
    {"Ana\xff", FALSE},
    {"Ana\xed\xa0\x80", FALSE}, /* surrogate */
};

static void
test_signed_names (Fixture *fixture, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (signed_names); i++) {
    fixture->params.name = signed_names[i].name;
    g_test_message ("%u", (guint)i);
    g_clear_pointer (&fixture->encoded, g_bytes_unref);
    fixture->encoded = raw_statement_sign (fixture->crypto, fixture->pair, &fixture->params);
    if (!signed_names[i].is_valid_inside) {
      assert_refused (fixture, CV_IDENTITY_ERROR_NAME);
      continue;
    }
    g_autoptr (GError) error = NULL;
    g_autoptr (CvIdentityStatement) statement = cv_identity_statement_verify (
        fixture->crypto, cv_span_from_bytes (fixture->encoded), &fixture->checks, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (statement->name, ==, signed_names[i].name);
  }
}

/* Our ranges have all of the categories that Unicode closed, and nothing that it may yet assign but what
 * it keeps for the invisible. */
static void
test_characters_by_category (void)
{
  for (gunichar c = 0; c <= 0x10FFFF; c++) {
    gboolean is_barred = cv_identity_name_character_is_barred (c);
    switch (g_unichar_type (c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      g_assert_true (is_barred);
      break;
    case G_UNICODE_SPACE_SEPARATOR:
      g_assert_cmpint (is_barred, ==, c != ' ');
      break;
    default:
      break;
    }
    if (cv_identity_name_character_is_combining (c) && g_unichar_isdefined (c))
      g_assert_true (g_unichar_ismark (c));
  }
  static const gunichar unassigned[] = {0x378, 0x1C89, 0x2FE0, 0x16EA0, 0x1FAFF, 0x3FFFD, 0xDFFFD};
  for (gsize i = 0; i < G_N_ELEMENTS (unassigned); i++)
    g_assert_false (cv_identity_name_character_is_barred (unassigned[i]));
}

#define ADD(name, test_fn)                                                                         \
  g_test_add ("/identity/statement/" name, Fixture, NULL, set_up, test_fn, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("verifies", test_verifies);
  ADD ("refuses-other-leaf", test_refuses_other_leaf);
  ADD ("refuses-other-room", test_refuses_other_room);
  ADD ("refuses-other-times", test_refuses_other_times);
  ADD ("times-of-an-absence", test_times_of_an_absence);
  ADD ("refuses-every-change", test_refuses_every_change);
  ADD ("labels-are-apart", test_labels_are_apart);
  ADD ("signed-names", test_signed_names);
  g_test_add_func ("/identity/statement/names", test_names);
  g_test_add_func ("/identity/statement/invisible-characters", test_invisible_characters);
  g_test_add_func ("/identity/statement/visible-neighbours", test_visible_neighbours);
  g_test_add_func ("/identity/statement/characters-by-category", test_characters_by_category);
  g_test_add_func ("/identity/statement/name-lengths", test_name_lengths);
  return g_test_run ();
}
