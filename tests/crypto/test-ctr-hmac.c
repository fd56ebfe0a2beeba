/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "crypto/ctr-hmac.h"

#include "crypto-test.h"

static const guint16 suites[] = {1, 2, 3, 6, 7, 8};
static const guint8 nonce[12] = {1, 2, 3};
static CvCrypto *crypto;

static CvCryptoCtrHmac *
new_cipher (guint16 id, const CvSframeSuite **suite)
{
  guint8 key[96] = {7};
  g_autoptr (GError) error = NULL;
  CvCryptoCtrHmac *cipher;

  *suite = cv_crypto_suites_find_sframe ((CvSframeSuiteId){id});
  cipher = cv_crypto_ctr_hmac_new (crypto, *suite, cv_span (key, (*suite)->key_len), &error);
  g_assert_no_error (error);
  return cipher;
}

static void
test_round_trip_in_place (void)
{
  CvSpan aad[2] = {CV_SPAN_LITERAL ("a"), CV_SPAN_LITERAL ("ad")};

  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++) {
    const CvSframeSuite *suite;
    g_autoptr (CvCryptoCtrHmac) cipher = new_cipher (suites[i], &suite);
    guint8 apart[11 + 16];
    guint8 buffer[11 + 16] = "hello world";

    g_assert_true (
        cv_crypto_ctr_hmac_seal (cipher, nonce, aad, CV_SPAN_LITERAL ("hello world"), apart, NULL));
    g_assert_true (
        cv_crypto_ctr_hmac_seal (cipher, nonce, aad, cv_span (buffer, 11), buffer, NULL));
    g_assert_cmpmem (buffer, 11 + suite->tag_len, apart, 11 + suite->tag_len);
    g_assert_true (cv_crypto_ctr_hmac_open (cipher, nonce, aad,
                                            cv_span (buffer, 11 + suite->tag_len), buffer, NULL));
    g_assert_cmpmem (buffer, 11, "hello world", 11);
  }
}

static void
test_one_bit (void)
{
  CvSpan aad[2] = {CV_SPAN_LITERAL ("a"), CV_SPAN_LITERAL ("ad")};

  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++) {
    const CvSframeSuite *suite;
    g_autoptr (CvCryptoCtrHmac) cipher = new_cipher (suites[i], &suite);
    guint8 sealed[5 + 16];
    guint8 out[5];
    gsize len = 5 + suite->tag_len;

    g_assert_true (
        cv_crypto_ctr_hmac_seal (cipher, nonce, aad, CV_SPAN_LITERAL ("hello"), sealed, NULL));
    for (gsize bit = 0; bit < 8 * len; bit++) {
      g_autoptr (GError) error = NULL;

      sealed[bit / 8] ^= (guint8)(1 << bit % 8);
      memset (out, 'x', sizeof out);
      g_assert_false (
          cv_crypto_ctr_hmac_open (cipher, nonce, aad, cv_span (sealed, len), out, &error));
      g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_AUTHENTICATION);
      g_assert_cmpmem (out, sizeof out, "\0\0\0\0\0", 5);
      sealed[bit / 8] ^= (guint8)(1 << bit % 8);
    }
    for (gsize cut = 0; cut < len; cut++)
      g_assert_false (
          cv_crypto_ctr_hmac_open (cipher, nonce, aad, cv_span (sealed, cut), out, NULL));
    /* Bytes that move from the associated data into the ciphertext change the lengths. */
    aad[1].len--;
    g_assert_false (cv_crypto_ctr_hmac_open (cipher, nonce, aad, cv_span (sealed, len), out, NULL));
    aad[1].len++;
  }
}

static void
test_rejects_keys (void)
{
  guint8 key[97] = {0};
  const CvSframeSuite *suite = cv_crypto_suites_find_sframe ((CvSframeSuiteId){6});
  const CvSframeSuite *gcm = cv_crypto_suites_find_sframe (CV_SFRAME_SUITE_AES_256_GCM);

  for (gsize len = 0; len <= sizeof key; len++) {
    g_autoptr (CvCryptoCtrHmac) cipher =
        cv_crypto_ctr_hmac_new (crypto, suite, cv_span (key, len), NULL);

    g_assert_cmpint (cipher != NULL, ==, len == 96);
  }
  g_assert_null (cv_crypto_ctr_hmac_new (crypto, gcm, cv_span (key, 32), NULL));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = crypto_test_new ();
  g_test_add_func ("/crypto/ctr-hmac/round-trip-in-place", test_round_trip_in_place);
  g_test_add_func ("/crypto/ctr-hmac/one-bit", test_one_bit);
  g_test_add_func ("/crypto/ctr-hmac/rejects-keys", test_rejects_keys);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
