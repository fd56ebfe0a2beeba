/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "crypto/password.h"

#include "crypto-test.h"

static CvCrypto *crypto;

/* Argon2id, version 1.3, m = 64 MiB, t = 3, p = 1, as the openssl program computes it. */
static void
test_known_answer (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) key =
      cv_crypto_password_derive (crypto, CV_CRYPTO_PASSWORD_ARGON2ID, CV_SPAN_LITERAL ("password"),
                                 CV_SPAN_LITERAL ("0123456789abcdef"), &error);

  g_assert_no_error (error);
  crypto_test_assert_hex (cv_secret_span (key),
                          "daf16780dcb73e862146297fa17b81b86b480f33c0b67daef0f2c7c809c5797b");
}

/* As Python's hashlib computes it. */
static void
test_known_answer_pbkdf2 (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) key =
      cv_crypto_password_derive (crypto, CV_CRYPTO_PASSWORD_PBKDF2, CV_SPAN_LITERAL ("password"),
                                 CV_SPAN_LITERAL ("0123456789abcdef"), &error);

  g_assert_no_error (error);
  crypto_test_assert_hex (cv_secret_span (key),
                          "a48a00ffe43994d053c511f500b021e20e8b3a259da392c32ca34d77c58258af");
}

static void
test_password_and_salt_matter (void)
{
  static const CvSpan inputs[][2] = {
      {CV_SPAN_LITERAL ("one"), CV_SPAN_LITERAL ("0123456789abcdef")},
      {CV_SPAN_LITERAL ("two"), CV_SPAN_LITERAL ("0123456789abcdef")},
      {CV_SPAN_LITERAL ("one"), CV_SPAN_LITERAL ("0123456789abcdeg")},
      {CV_SPAN_LITERAL (""), CV_SPAN_LITERAL ("0123456789abcdef")},
  };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (inputs); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (CvSecret) key = cv_crypto_password_derive (crypto, CV_CRYPTO_PASSWORD_ARGON2ID,
                                                          inputs[i][0], inputs[i][1], &error);

    g_assert_no_error (error);
    g_assert_true (g_hash_table_add (seen, cv_encoding_dup_hex (cv_secret_span (key))));
  }
}

static void
test_bounds (void)
{
  static guint8 huge[1025];
  g_autoptr (GError) salt = NULL;
  g_autoptr (GError) password = NULL;

  g_assert_null (cv_crypto_password_derive (crypto, CV_CRYPTO_PASSWORD_ARGON2ID,
                                            CV_SPAN_LITERAL ("password"),
                                            CV_SPAN_LITERAL ("0123456789abcde"), &salt));
  g_assert_error (salt, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
  g_assert_null (cv_crypto_password_derive (crypto, CV_CRYPTO_PASSWORD_ARGON2ID,
                                            CV_SPAN_ARRAY (huge),
                                            CV_SPAN_LITERAL ("0123456789abcdef"), &password));
  g_assert_error (password, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = crypto_test_new ();
  g_test_add_func ("/crypto/password/known-answer", test_known_answer);
  g_test_add_func ("/crypto/password/known-answer-pbkdf2", test_known_answer_pbkdf2);
  g_test_add_func ("/crypto/password/password-and-salt-matter", test_password_and_salt_matter);
  g_test_add_func ("/crypto/password/bounds", test_bounds);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
