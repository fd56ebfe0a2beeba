/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "crypto/hkdf.h"

#include "crypto-test.h"

static CvCrypto *crypto;

/* RFC 5869 appendix A, cases 1 to 3. */
static void
test_rfc_5869 (void)
{
  static const struct {
    const char *ikm;
    const char *salt;
    const char *info;
    const char *prk;
    const char *okm;
  } rows[] = {
      {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
       "f0f1f2f3f4f5f6f7f8f9", "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
       "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
      {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627"
       "28292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
       "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8081828384858687"
       "88898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
       "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7"
       "d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
       "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
       "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac78272"
       "71cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f"
       "1d87"},
      {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
       "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
       "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) ikm = crypto_test_hex (rows[i].ikm);
    g_autoptr (GBytes) salt = crypto_test_hex (rows[i].salt);
    g_autoptr (GBytes) info = crypto_test_hex (rows[i].info);
    g_autoptr (GError) error = NULL;
    g_autoptr (CvSecret) prk = cv_crypto_hkdf_extract (
        crypto, CV_HASH_SHA256, cv_span_from_bytes (salt), cv_span_from_bytes (ikm), &error);
    g_autoptr (CvSecret) okm =
        cv_crypto_hkdf_expand (crypto, CV_HASH_SHA256, cv_secret_span (prk),
                               cv_span_from_bytes (info), strlen (rows[i].okm) / 2, &error);

    g_assert_no_error (error);
    crypto_test_assert_hex (cv_secret_span (prk), rows[i].prk);
    crypto_test_assert_hex (cv_secret_span (okm), rows[i].okm);
  }
}

static void
test_lengths (void)
{
  static const gsize bad[] = {0, 255 * 32 + 1, G_MAXSIZE};
  g_autoptr (CvSecret) longest = cv_crypto_hkdf_expand (
      crypto, CV_HASH_SHA256, CV_SPAN_LITERAL ("key"), CV_SPAN_EMPTY, 255 * 32, NULL);

  g_assert_nonnull (longest);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (cv_crypto_hkdf_expand (crypto, CV_HASH_SHA256, CV_SPAN_LITERAL ("key"),
                                          CV_SPAN_EMPTY, bad[i], &error));
    g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
  }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = crypto_test_new ();
  g_test_add_func ("/crypto/hkdf/rfc-5869", test_rfc_5869);
  g_test_add_func ("/crypto/hkdf/lengths", test_lengths);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
