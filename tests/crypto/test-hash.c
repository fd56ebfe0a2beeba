/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "crypto/hash.h"

#include "crypto-test.h"

static CvCrypto *crypto;

static void
test_abc (void)
{
  static const struct {
    CvHash hash;
    const char *digest;
  } rows[] = {
      {CV_HASH_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {CV_HASH_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                       "8086072ba1e7cc2358baeca134c825a7"},
      {CV_HASH_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                       "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
      {CV_HASH_SHA3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) digest =
        cv_crypto_hash_dup_digest (crypto, rows[i].hash, CV_SPAN_LITERAL ("abc"), &error);

    g_assert_no_error (error);
    g_assert_cmpuint (g_bytes_get_size (digest), ==, cv_crypto_hash_len (rows[i].hash));
    crypto_test_assert_hex (cv_span_from_bytes (digest), rows[i].digest);
  }
}

/* RFC 4231 §4.3, and the empty key that HKDF without a salt needs. */
static void
test_hmac (void)
{
  guint8 out[CV_CRYPTO_HASH_MAX];
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_crypto_hash_hmac (crypto, CV_HASH_SHA256, CV_SPAN_LITERAL ("Jefe"),
                                      CV_SPAN_LITERAL ("what do ya want for nothing?"), out,
                                      &error));
  crypto_test_assert_hex (cv_span (out, 32),
                          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  g_assert_true (
      cv_crypto_hash_hmac (crypto, CV_HASH_SHA256, CV_SPAN_EMPTY, CV_SPAN_EMPTY, out, &error));
  crypto_test_assert_hex (cv_span (out, 32),
                          "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void
test_unknown (void)
{
  guint8 out[CV_CRYPTO_HASH_MAX];
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_crypto_hash_digest (crypto, (CvHash)99, CV_SPAN_EMPTY, out, &error));
  g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = crypto_test_new ();
  g_test_add_func ("/crypto/hash/abc", test_abc);
  g_test_add_func ("/crypto/hash/hmac", test_hmac);
  g_test_add_func ("/crypto/hash/unknown", test_unknown);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
