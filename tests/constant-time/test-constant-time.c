/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Runs under valgrind (see meson.build). The comparisons and encodings of base, and the control: a
 * comparison that leaks must be reported, or all the others would prove nothing. */
#include "ct.h"

#include "base/encoding.h"

#include <string.h>

#define HEX_LEN (2 * (gsize)CT_SECRET_LEN)
#define BASE64URL_LEN 43

CvSecret *
ct_new_secret (gsize len)
{
  CvSecret *secret = cv_secret_new (len);

  memset (cv_secret_get_data (secret), 7, len);
  ct_hide (cv_secret_get_data (secret), len);
  return secret;
}

static void
run_watched (gconstpointer data)
{
  void (*run) (void) = *(void (*const *) (void))data;
  gsize before = VALGRIND_COUNT_ERRORS;

  run ();
  g_assert_cmpuint (VALGRIND_COUNT_ERRORS, ==, before);
}

void
ct_add (const char *path, void (*run) (void))
{
  g_test_add_data_func_full (path, g_memdup2 (&run, sizeof run), run_watched, g_free);
}

/* What everybody writes first: stops at the first byte that differs. */
static gboolean __attribute__ ((noinline))
leaks (const volatile guint8 *a, const volatile guint8 *b, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (a[i] != b[i])
      return FALSE;
  return TRUE;
}

static gint digits_by_value[256];

static void
test_control_branch (void)
{
  g_autoptr (CvSecret) secret = ct_new_secret (CT_SECRET_LEN);
  guint8 guess[CT_SECRET_LEN] = {7};
  gsize before = VALGRIND_COUNT_ERRORS;

  g_assert_false (leaks (cv_secret_get_data (secret), guess, sizeof guess));
  g_assert_cmpuint (VALGRIND_COUNT_ERRORS, >, before);
}

static void
test_control_index (void)
{
  g_autoptr (CvSecret) secret = ct_new_secret (1);
  const volatile gint *table = digits_by_value;
  gsize before = VALGRIND_COUNT_ERRORS;
  gint found = table[cv_secret_get_data (secret)[0]];

  ct_show (&found, sizeof found);
  g_assert_cmpint (found, ==, 0);
  g_assert_cmpuint (VALGRIND_COUNT_ERRORS, >, before);
}

static void
test_equal (void)
{
  g_autoptr (CvSecret) a = ct_new_secret (CT_SECRET_LEN);
  g_autoptr (CvSecret) b = ct_new_secret (CT_SECRET_LEN);

  g_assert_true (cv_secret_equal (cv_secret_get_data (a), cv_secret_get_data (b), CT_SECRET_LEN));
  g_assert_true (cv_secret_span_equal (cv_secret_span (a), cv_secret_span (b)));
  cv_secret_get_data (b)[3] ^= 1;
  g_assert_false (cv_secret_span_equal (cv_secret_span (a), cv_secret_span (b)));
}

static void
test_hex (void)
{
  g_autoptr (CvSecret) secret = ct_new_secret (CT_SECRET_LEN);
  g_autofree char *text = cv_encoding_dup_hex (cv_secret_span (secret));
  g_autoptr (CvSecret) back = NULL;

  g_assert_true (ct_is_hidden (cv_span (text, HEX_LEN)));
  back = cv_encoding_parse_secret_hex (text, HEX_LEN, CT_SECRET_LEN);
  g_assert_nonnull (back);
  g_assert_true (ct_is_hidden (cv_secret_span (back)));
  g_assert_true (cv_secret_span_equal (cv_secret_span (secret), cv_secret_span (back)));
}

static void
test_base64url (void)
{
  g_autoptr (CvSecret) secret = ct_new_secret (CT_SECRET_LEN);
  g_autoptr (CvSecret) text = cv_encoding_dup_secret_base64url (cv_secret_span (secret));
  const char *data = (const char *)cv_secret_get_data (text);
  g_autoptr (CvSecret) back = NULL;

  g_assert_true (ct_is_hidden (cv_span (data, BASE64URL_LEN)));
  back = cv_encoding_parse_secret_base64url (data, BASE64URL_LEN, CT_SECRET_LEN);
  g_assert_nonnull (back);
  g_assert_true (cv_secret_span_equal (cv_secret_span (secret), cv_secret_span (back)));
}

static void
test_not_an_encoding (void)
{
  char text[BASE64URL_LEN + 1];

  memset (text, 'A', sizeof text);
  text[7] = '+';
  ct_hide (text, sizeof text);
  g_assert_null (cv_encoding_parse_secret_base64url (text, BASE64URL_LEN, CT_SECRET_LEN));
  g_assert_null (cv_encoding_parse_secret_hex (text, BASE64URL_LEN + 1, CT_SECRET_LEN));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!RUNNING_ON_VALGRIND) {
    g_printerr ("test-constant-time: valgrind --suppressions=libcrypto.supp %s\n", argv[0]);
    return 1;
  }
  g_test_add_func ("/constant-time/control/branch-is-reported", test_control_branch);
  g_test_add_func ("/constant-time/control/index-is-reported", test_control_index);
  ct_add ("/constant-time/base/equal", test_equal);
  ct_add ("/constant-time/base/hex", test_hex);
  ct_add ("/constant-time/base/base64url", test_base64url);
  ct_add ("/constant-time/base/not-an-encoding", test_not_an_encoding);
  ct_add_codes ();
  ct_add_crypto ();
  ct_add_group ();
  ct_add_mls ();
  return g_test_run ();
}
