/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Safety numbers: the same on both sides, another for each pair. */
#include "identity/safety-number.h"

#include <string.h>

#define ANA                                                                                        \
  CV_SPAN_LITERAL ("\1"                                                                            \
                   "ana's key")
#define BOB                                                                                        \
  CV_SPAN_LITERAL ("\1"                                                                            \
                   "bob's key")
#define EVE                                                                                        \
  CV_SPAN_LITERAL ("\1"                                                                            \
                   "eve's key")

static CvCrypto *crypto;

static void
test_both_read_the_same (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *ana = cv_identity_safety_number_dup (crypto, ANA, BOB, &error);
  g_autofree char *bob = cv_identity_safety_number_dup (crypto, BOB, ANA, &error);
  g_autofree char *eve = cv_identity_safety_number_dup (crypto, ANA, EVE, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ana, ==, bob);
  g_assert_cmpstr (ana, !=, eve);
  g_auto (GStrv) groups = g_strsplit (ana, " ", 0);
  g_assert_cmpuint (g_strv_length (groups), ==, 12);
  for (guint i = 0; i < 12; i++) {
    g_assert_cmpuint (strlen (groups[i]), ==, 5);
    g_assert_cmpuint (strspn (groups[i], "0123456789"), ==, 5);
  }
}

static void
test_payload (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) shown = cv_identity_safety_number_dup_payload (crypto, BOB, ANA, &error);
  g_assert_no_error (error);
  CvSpan scanned = cv_span_from_bytes (shown);
  g_assert_true (cv_identity_safety_number_matches (crypto, ANA, BOB, scanned));
  g_assert_false (cv_identity_safety_number_matches (crypto, ANA, EVE, scanned));
  g_assert_false (cv_identity_safety_number_matches (crypto, ANA, BOB, CV_SPAN_EMPTY));
  scanned.len--;
  g_assert_false (cv_identity_safety_number_matches (crypto, ANA, BOB, scanned));
}

static void
test_refuses_lengths (void)
{
  guint8 big[CV_IDENTITY_KEY_MAX + 1] = {0};
  g_autoptr (GError) error = NULL;
  g_assert_null (cv_identity_safety_number_dup (crypto, ANA, CV_SPAN_ARRAY (big), &error));
  g_assert_error (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_MALFORMED);
  g_assert_null (cv_identity_safety_number_dup (crypto, CV_SPAN_EMPTY, BOB, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  crypto = cv_crypto_context_new (FALSE, NULL);
  g_test_add_func ("/identity/safety-number/both-read-the-same", test_both_read_the_same);
  g_test_add_func ("/identity/safety-number/payload", test_payload);
  g_test_add_func ("/identity/safety-number/refuses-lengths", test_refuses_lengths);
  int status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
