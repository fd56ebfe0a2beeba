/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "crypto/hpke.h"

#include "crypto-test.h"
#include "crypto/aead.h"

static CvCrypto *crypto;

/* RFC 9180 appendix A.1.1. */
static void
test_rfc_9180 (void)
{
  g_autoptr (GBytes) sk =
      crypto_test_hex ("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8");
  g_autoptr (GBytes) enc =
      crypto_test_hex ("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431");
  g_autoptr (GBytes) info = crypto_test_hex ("4f6465206f6e2061204772656369616e2055726e");
  g_autoptr (GBytes) ciphertext =
      crypto_test_hex ("f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac"
                       "83d07bea87e13c512a");
  CvCryptoHpkeParams params = {.kem = CV_KEM_X25519,
                               .kdf = CV_HASH_SHA256,
                               .aead = CV_AEAD_AES_128_GCM,
                               .info = cv_span_from_bytes (info),
                               .aad = CV_SPAN_LITERAL ("Count-0")};
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) exported = NULL;
  GByteArray *opened =
      cv_crypto_hpke_open (crypto, &params, cv_span_from_bytes (sk), cv_span_from_bytes (enc),
                           cv_span_from_bytes (ciphertext), &error);

  g_assert_no_error (error);
  g_assert_cmpmem (opened->data, opened->len, "Beauty is truth, truth beauty", 29);
  cv_crypto_aead_free_plaintext (opened);
  exported = cv_crypto_hpke_export_receive (crypto, &params, cv_span_from_bytes (sk),
                                            cv_span_from_bytes (enc), CV_SPAN_EMPTY, 32, &error);
  crypto_test_assert_hex (cv_secret_span (exported),
                          "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee");
}

static const guint16 suites[] = {0x0001, 0x0002, 0x0003, 0x0004, 0x0005,
                                 0x0006, 0x0007, 0xF001, 0xF002};

static CvCryptoHpkeParams
params_for (guint16 id)
{
  const CvMlsSuite *suite = cv_crypto_suites_find_mls ((CvMlsSuiteId){id});

  return (CvCryptoHpkeParams){.kem = suite->kem,
                              .kdf = suite->hash,
                              .aead = suite->aead,
                              .info = CV_SPAN_LITERAL ("info"),
                              .aad = CV_SPAN_LITERAL ("aad")};
}

static void
test_every_suite (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++) {
    CvCryptoHpkeParams params = params_for (suites[i]);
    g_auto (CvCryptoKeyPair) pair = {0};
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) enc = NULL;
    g_autoptr (GBytes) ciphertext = NULL;
    CvSpan private_key;
    GByteArray *opened;

    g_assert_true (cv_crypto_kem_generate (crypto, params.kem, &pair, &error));
    private_key = cv_secret_span (pair.private_key);
    g_assert_true (cv_crypto_hpke_seal (crypto, &params, cv_span_from_bytes (pair.public_key),
                                        CV_SPAN_LITERAL ("secret"), &enc, &ciphertext, &error));
    opened = cv_crypto_hpke_open (crypto, &params, private_key, cv_span_from_bytes (enc),
                                  cv_span_from_bytes (ciphertext), &error);
    g_assert_no_error (error);
    g_assert_cmpmem (opened->data, opened->len, "secret", 6);
    cv_crypto_aead_free_plaintext (opened);

    params.info = CV_SPAN_LITERAL ("inf0");
    g_assert_null (cv_crypto_hpke_open (crypto, &params, private_key, cv_span_from_bytes (enc),
                                        cv_span_from_bytes (ciphertext), &error));
    g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_AUTHENTICATION);
    g_clear_error (&error);
    params = params_for (suites[i]);
    params.aad = CV_SPAN_EMPTY;
    g_assert_null (cv_crypto_hpke_open (crypto, &params, private_key, cv_span_from_bytes (enc),
                                        cv_span_from_bytes (ciphertext), &error));
    g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_AUTHENTICATION);
  }
}

static void
test_exports_agree (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++) {
    CvCryptoHpkeParams params = params_for (suites[i]);
    g_auto (CvCryptoKeyPair) pair = {0};
    g_autoptr (GBytes) enc = NULL;
    g_autoptr (CvSecret) sent = NULL;
    g_autoptr (CvSecret) received = NULL;
    g_autoptr (CvSecret) other = NULL;

    g_assert_true (cv_crypto_kem_generate (crypto, params.kem, &pair, NULL));
    sent = cv_crypto_hpke_export_send (crypto, &params, cv_span_from_bytes (pair.public_key),
                                       CV_SPAN_LITERAL ("MLS 1.0 external init secret"), 48, &enc,
                                       NULL);
    received = cv_crypto_hpke_export_receive (
        crypto, &params, cv_secret_span (pair.private_key), cv_span_from_bytes (enc),
        CV_SPAN_LITERAL ("MLS 1.0 external init secret"), 48, NULL);
    other = cv_crypto_hpke_export_receive (crypto, &params, cv_secret_span (pair.private_key),
                                           cv_span_from_bytes (enc), CV_SPAN_LITERAL ("other"), 48,
                                           NULL);
    g_assert_true (cv_secret_span_equal (cv_secret_span (sent), cv_secret_span (received)));
    g_assert_false (cv_secret_span_equal (cv_secret_span (sent), cv_secret_span (other)));
  }
}

static void
test_unknown_kdf (void)
{
  CvCryptoHpkeParams params = params_for (0x0001);
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) enc = NULL;
  g_autoptr (GBytes) ciphertext = NULL;

  params.kdf = CV_HASH_SHA3_256;
  g_assert_true (cv_crypto_kem_generate (crypto, params.kem, &pair, NULL));
  g_assert_false (cv_crypto_hpke_seal (crypto, &params, cv_span_from_bytes (pair.public_key),
                                       CV_SPAN_EMPTY, &enc, &ciphertext, &error));
  g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_UNSUPPORTED);
}

/* TurboSHAKE is a row, but no provider of ours has it. */
static void
test_unknown_xof (void)
{
  static const CvXof xofs[] = {CV_XOF_TURBOSHAKE128, (CvXof)0x1234};

  for (gsize i = 0; i < G_N_ELEMENTS (xofs); i++) {
    CvCryptoHpkeParams params = params_for (0x0001);
    g_auto (CvCryptoKeyPair) pair = {0};
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) enc = NULL;
    g_autoptr (GBytes) ciphertext = NULL;

    params.xof = xofs[i];
    g_assert_true (cv_crypto_kem_generate (crypto, params.kem, &pair, NULL));
    g_assert_false (cv_crypto_hpke_seal (crypto, &params, cv_span_from_bytes (pair.public_key),
                                         CV_SPAN_EMPTY, &enc, &ciphertext, &error));
    g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_UNSUPPORTED);
  }
}

/* RFC 9180 §4: the length is hashed in two bytes, and HKDF gives at most 255 blocks. */
static void
test_export_lengths (void)
{
  static const struct {
    CvXof xof;
    gsize len;
    gboolean is_ok;
  } rows[] = {
      {CV_XOF_NONE, 0, FALSE},         {CV_XOF_NONE, 1, TRUE},
      {CV_XOF_NONE, 255 * 32, TRUE},   {CV_XOF_NONE, 255 * 32 + 1, FALSE},
      {CV_XOF_NONE, 65536, FALSE},     {CV_XOF_SHAKE128, 0, FALSE},
      {CV_XOF_SHAKE128, 1, TRUE},      {CV_XOF_SHAKE128, 65535, TRUE},
      {CV_XOF_SHAKE128, 65536, FALSE},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    CvCryptoHpkeParams params = params_for (0x0001);
    g_auto (CvCryptoKeyPair) pair = {0};
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) enc = NULL;
    g_autoptr (CvSecret) exported = NULL;

    params.xof = rows[i].xof;
    g_assert_true (cv_crypto_kem_generate (crypto, params.kem, &pair, NULL));
    exported = cv_crypto_hpke_export_send (crypto, &params, cv_span_from_bytes (pair.public_key),
                                           CV_SPAN_EMPTY, rows[i].len, &enc, &error);
    g_assert_cmpint (exported != NULL, ==, rows[i].is_ok);
    g_assert_cmpint (enc != NULL, ==, rows[i].is_ok);
    if (!rows[i].is_ok)
      g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
  }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = crypto_test_new ();
  g_test_add_func ("/crypto/hpke/rfc-9180", test_rfc_9180);
  g_test_add_func ("/crypto/hpke/every-suite", test_every_suite);
  g_test_add_func ("/crypto/hpke/exports-agree", test_exports_agree);
  g_test_add_func ("/crypto/hpke/unknown-kdf", test_unknown_kdf);
  g_test_add_func ("/crypto/hpke/unknown-xof", test_unknown_xof);
  g_test_add_func ("/crypto/hpke/export-lengths", test_export_lengths);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
