/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "crypto/kem.h"

#include "crypto-test.h"

#include <openssl/evp.h>

static const CvKem kems[] = {
    CV_KEM_P256,       CV_KEM_P384,       CV_KEM_P521,          CV_KEM_X25519,
    CV_KEM_X448,       CV_KEM_XWING,      CV_KEM_MLKEM768_P256, CV_KEM_MLKEM1024_P384,
    CV_KEM_ML_KEM_512, CV_KEM_ML_KEM_768, CV_KEM_ML_KEM_1024,
};
static CvCrypto *crypto;

static void
test_round_trip (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kems); i++) {
    g_auto (CvCryptoKeyPair) pair = {0};
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) public_key = NULL;
    g_autoptr (GBytes) enc = NULL;
    g_autoptr (CvSecret) sent = NULL;
    g_autoptr (CvSecret) received = NULL;

    g_assert_true (cv_crypto_kem_generate (crypto, kems[i], &pair, &error));
    g_assert_cmpuint (g_bytes_get_size (pair.public_key), ==, cv_crypto_kem_public_len (kems[i]));
    g_assert_cmpuint (cv_secret_get_len (pair.private_key), ==,
                      cv_crypto_kem_private_len (kems[i]));
    public_key =
        cv_crypto_kem_dup_public (crypto, kems[i], cv_secret_span (pair.private_key), &error);
    g_assert_true (g_bytes_equal (public_key, pair.public_key));
    g_assert_true (
        cv_crypto_kem_check_public (crypto, kems[i], cv_span_from_bytes (pair.public_key), &error));
    g_assert_true (cv_crypto_kem_encapsulate (crypto, kems[i], cv_span_from_bytes (pair.public_key),
                                              &enc, &sent, &error));
    g_assert_cmpuint (g_bytes_get_size (enc), ==, cv_crypto_kem_enc_len (kems[i]));
    received = cv_crypto_kem_decapsulate (crypto, kems[i], cv_secret_span (pair.private_key),
                                          cv_span_from_bytes (enc), &error);
    g_assert_no_error (error);
    g_assert_cmpuint (cv_secret_get_len (sent), ==, cv_crypto_kem_secret_len (kems[i]));
    g_assert_true (cv_secret_span_equal (cv_secret_span (sent), cv_secret_span (received)));
  }
}

static void
test_derive_is_deterministic (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kems); i++) {
    g_auto (CvCryptoKeyPair) first = {0};
    g_auto (CvCryptoKeyPair) second = {0};
    g_auto (CvCryptoKeyPair) other = {0};

    g_assert_true (cv_crypto_kem_derive (crypto, kems[i], CV_SPAN_LITERAL ("seed"), &first, NULL));
    g_assert_true (cv_crypto_kem_derive (crypto, kems[i], CV_SPAN_LITERAL ("seed"), &second, NULL));
    g_assert_true (cv_crypto_kem_derive (crypto, kems[i], CV_SPAN_LITERAL ("sead"), &other, NULL));
    g_assert_true (g_bytes_equal (first.public_key, second.public_key));
    g_assert_false (g_bytes_equal (first.public_key, other.public_key));
  }
}

/* A changed encapsulation never gives the sender's secret: it is refused, or ML-KEM's implicit
 * rejection and the combiner give another one. */
static void
test_changed_encapsulation (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kems); i++) {
    g_auto (CvCryptoKeyPair) pair = {0};
    g_autoptr (GBytes) enc = NULL;
    g_autoptr (CvSecret) sent = NULL;
    gsize len = cv_crypto_kem_enc_len (kems[i]);
    g_autofree guint8 *changed = NULL;

    g_assert_true (cv_crypto_kem_generate (crypto, kems[i], &pair, NULL));
    g_assert_true (cv_crypto_kem_encapsulate (crypto, kems[i], cv_span_from_bytes (pair.public_key),
                                              &enc, &sent, NULL));
    changed = g_memdup2 (g_bytes_get_data (enc, NULL), len);
    /* Not the last bit of X25519's and X448's u, which RFC 7748 ignores. */
    for (gsize at = 0; at < len; at += MAX (1, len / 32)) {
      g_autoptr (CvSecret) received = NULL;

      changed[at] ^= 1;
      received = cv_crypto_kem_decapsulate (crypto, kems[i], cv_secret_span (pair.private_key),
                                            cv_span (changed, len), NULL);
      g_assert_true (!received
                     || !cv_secret_span_equal (cv_secret_span (sent), cv_secret_span (received)));
      changed[at] ^= 1;
    }
    g_assert_null (cv_crypto_kem_decapsulate (crypto, kems[i], cv_secret_span (pair.private_key),
                                              cv_span (changed, len - 1), NULL));
    g_assert_null (cv_crypto_kem_decapsulate (crypto, kems[i], cv_secret_span (pair.private_key),
                                              CV_SPAN_EMPTY, NULL));
  }
}

static void
assert_public_refused (CvKem kem, CvSpan public_key)
{
  g_autoptr (GError) checked = NULL;
  g_autoptr (GError) used = NULL;
  g_autoptr (GBytes) enc = NULL;
  g_autoptr (CvSecret) shared = NULL;

  g_assert_false (cv_crypto_kem_check_public (crypto, kem, public_key, &checked));
  g_assert_error (checked, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
  g_assert_false (cv_crypto_kem_encapsulate (crypto, kem, public_key, &enc, &shared, &used));
  g_assert_error (used, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
  g_assert_null (enc);
  g_assert_null (shared);
}

static void
test_bad_public_keys (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kems); i++) {
    gsize len = cv_crypto_kem_public_len (kems[i]);
    g_auto (CvCryptoKeyPair) pair = {0};
    g_autofree guint8 *bytes = NULL;

    g_assert_true (cv_crypto_kem_generate (crypto, kems[i], &pair, NULL));
    bytes = g_memdup2 (g_bytes_get_data (pair.public_key, NULL), len);
    assert_public_refused (kems[i], CV_SPAN_EMPTY);
    assert_public_refused (kems[i], cv_span (bytes, len - 1));
    if (kems[i] == CV_KEM_X25519 || kems[i] == CV_KEM_X448)
      continue;
    if (kems[i] >= CV_KEM_ML_KEM_512) {
      /* FIPS 203 §7.2: a coefficient above the modulus. */
      memset (bytes, 0xff, 3);
      assert_public_refused (kems[i], cv_span (bytes, len));
      continue;
    }
    bytes[len - 1] ^= 1;
    assert_public_refused (kems[i], cv_span (bytes, len));
    bytes[len - 1] ^= 1;
    bytes[0] = 0x02;
    assert_public_refused (kems[i], cv_span (bytes, len));
  }
}

/* RFC 9180 §7.1.4: a point of small order gives the zero secret, which is an error for who sends to
 * it, for who is sent it, and for who only looks at the key. */
static void
assert_small_order (CvKem kem, const char *hex, gsize at)
{
  g_autoptr (GBytes) point = crypto_test_hex (hex);
  gsize point_len = g_bytes_get_size (point);
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (GBytes) good_enc = NULL;
  g_autoptr (CvSecret) sent = NULL;
  g_autofree guint8 *public_key = NULL;
  g_autofree guint8 *enc = NULL;
  gsize len = cv_crypto_kem_public_len (kem);
  gsize enc_len = cv_crypto_kem_enc_len (kem);

  g_assert_true (cv_crypto_kem_generate (crypto, kem, &pair, NULL));
  public_key = g_memdup2 (g_bytes_get_data (pair.public_key, NULL), len);
  memcpy (public_key + at, g_bytes_get_data (point, NULL), point_len);
  assert_public_refused (kem, cv_span (public_key, len));

  g_assert_true (cv_crypto_kem_encapsulate (crypto, kem, cv_span_from_bytes (pair.public_key),
                                            &good_enc, &sent, NULL));
  enc = g_memdup2 (g_bytes_get_data (good_enc, NULL), enc_len);
  memcpy (enc + enc_len - point_len, g_bytes_get_data (point, NULL), point_len);
  g_assert_null (cv_crypto_kem_decapsulate (crypto, kem, cv_secret_span (pair.private_key),
                                            cv_span (enc, enc_len), NULL));
}

/* All of them in little-endian: 0, 1, what else has small order, p − 1, p, p + 1. */
static void
test_small_order (void)
{
  static const char *const x25519[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  };
  static const char *const x448[] = {
      "00000000000000000000000000000000000000000000000000000000"
      "00000000000000000000000000000000000000000000000000000000",
      "01000000000000000000000000000000000000000000000000000000"
      "00000000000000000000000000000000000000000000000000000000",
      "feffffffffffffffffffffffffffffffffffffffffffffffffffffff"
      "feffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
      "feffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "00000000000000000000000000000000000000000000000000000000"
      "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (x25519); i++) {
    g_autofree char *with_last_bit = g_strdup (x25519[i]);

    /* RFC 7748 §5: bit 255 is ignored. */
    with_last_bit[62] = with_last_bit[62] == '7' ? 'f' : with_last_bit[62] == '5' ? 'd' : '8';
    assert_small_order (CV_KEM_X25519, x25519[i], 0);
    assert_small_order (CV_KEM_X25519, with_last_bit, 0);
    assert_small_order (CV_KEM_XWING, x25519[i], 1184);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (x448); i++)
    assert_small_order (CV_KEM_X448, x448[i], 0);
}

/* OpenSSL refuses such points before we see their secret; here it is made to pass them on. */
static enum { DERIVES, GIVES_ZERO, GIVES_ALMOST_ZERO } openssl;
static gsize almost_at; /* the byte that is not zero */

int __real_EVP_PKEY_derive (EVP_PKEY_CTX *ctx, unsigned char *key, size_t *len);
int __wrap_EVP_PKEY_derive (EVP_PKEY_CTX *ctx, unsigned char *key, size_t *len);

int
__wrap_EVP_PKEY_derive (EVP_PKEY_CTX *ctx, unsigned char *key, size_t *len)
{
  if (openssl == DERIVES)
    return __real_EVP_PKEY_derive (ctx, key, len);
  memset (key, 0, *len);
  if (openssl == GIVES_ALMOST_ZERO)
    key[almost_at] = 0x80;
  return 1;
}

/* RFC 9180 §7.1.4 and RFC 7748 §6: we look ourselves whether the secret is zero. */
static void
test_zero_secret (void)
{
  static const CvKem zero_kems[] = {CV_KEM_X25519, CV_KEM_X448, CV_KEM_XWING};

  for (gsize i = 0; i < G_N_ELEMENTS (zero_kems); i++) {
    CvKem kem = zero_kems[i];
    g_auto (CvCryptoKeyPair) pair = {0};
    g_autoptr (GBytes) enc = NULL;
    g_autoptr (CvSecret) sent = NULL;

    g_assert_true (cv_crypto_kem_generate (crypto, kem, &pair, NULL));
    g_assert_true (cv_crypto_kem_encapsulate (crypto, kem, cv_span_from_bytes (pair.public_key),
                                              &enc, &sent, NULL));
    openssl = GIVES_ZERO;
    for (guint is_open = 0; is_open < 2; is_open++) {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) again = NULL;
      g_autoptr (CvSecret) shared = NULL;

      if (is_open)
        shared = cv_crypto_kem_decapsulate (crypto, kem, cv_secret_span (pair.private_key),
                                            cv_span_from_bytes (enc), &error);
      else
        g_assert_false (cv_crypto_kem_encapsulate (
            crypto, kem, cv_span_from_bytes (pair.public_key), &again, &shared, &error));
      g_assert_null (shared);
      g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
    }
    openssl = GIVES_ALMOST_ZERO;
    for (almost_at = 0; almost_at < (kem == CV_KEM_X448 ? 56 : 32); almost_at++) {
      g_autoptr (CvSecret) shared = cv_crypto_kem_decapsulate (
          crypto, kem, cv_secret_span (pair.private_key), cv_span_from_bytes (enc), NULL);

      g_assert_nonnull (shared);
    }
    openssl = DERIVES;
  }
}

static void
test_bad_private_keys (void)
{
  g_autoptr (GBytes) order =
      crypto_test_hex ("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  g_autofree guint8 *scalar = g_memdup2 (g_bytes_get_data (order, NULL), 32);
  guint8 zero[66] = {0};
  g_autoptr (GBytes) largest = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (kems); i++) {
    gsize len = cv_crypto_kem_private_len (kems[i]);

    g_assert_null (cv_crypto_kem_dup_public (crypto, kems[i], cv_span (zero, len - 1), NULL));
    g_assert_null (cv_crypto_kem_dup_public (crypto, kems[i], CV_SPAN_EMPTY, NULL));
  }
  g_assert_null (cv_crypto_kem_dup_public (crypto, CV_KEM_P256, cv_span (zero, 32), NULL));
  g_assert_null (cv_crypto_kem_dup_public (crypto, CV_KEM_P384, cv_span (zero, 48), NULL));
  g_assert_null (cv_crypto_kem_dup_public (crypto, CV_KEM_P521, cv_span (zero, 66), NULL));
  g_assert_null (cv_crypto_kem_dup_public (crypto, CV_KEM_P256, cv_span (scalar, 32), NULL));
  scalar[31]--;
  largest = cv_crypto_kem_dup_public (crypto, CV_KEM_P256, cv_span (scalar, 32), NULL);
  g_assert_nonnull (largest);
  scalar[0] = 0xff;
  scalar[4] = 0x01;
  g_assert_null (cv_crypto_kem_dup_public (crypto, CV_KEM_P256, cv_span (scalar, 32), NULL));
}

/* P-256 refuses one number in 2^32: then the next candidate counts. */
static void
test_candidates (void)
{
  guint8 seed[32 + 2 * 32];
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;
  g_autoptr (GBytes) none = NULL;
  g_autoptr (CvSecret) first_secret = NULL;
  g_autoptr (CvSecret) second_secret = NULL;
  g_autoptr (CvSecret) no_secret = NULL;
  g_autoptr (GError) error = NULL;
  CvSpan public_key;

  g_assert_true (cv_crypto_kem_generate (crypto, CV_KEM_MLKEM768_P256, &pair, NULL));
  public_key = cv_span_from_bytes (pair.public_key);
  memset (seed, 7, sizeof seed);
  g_assert_true (cv_crypto_kem_encapsulate_seeded (
      crypto, CV_KEM_MLKEM768_P256, public_key, CV_SPAN_ARRAY (seed), &first, &first_secret, NULL));
  memset (seed + 32, 0xff, 32);
  g_assert_true (cv_crypto_kem_encapsulate_seeded (crypto, CV_KEM_MLKEM768_P256, public_key,
                                                   CV_SPAN_ARRAY (seed), &second, &second_secret,
                                                   NULL));
  g_assert_true (g_bytes_equal (first, second));
  g_assert_false (cv_crypto_kem_encapsulate_seeded (crypto, CV_KEM_MLKEM768_P256, public_key,
                                                    cv_span (seed, 64), &none, &no_secret, NULL));
  g_assert_false (cv_crypto_kem_encapsulate_seeded (crypto, CV_KEM_MLKEM768_P256, public_key,
                                                    cv_span (seed, 63), &none, &no_secret, &error));
  g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, "randomness"));
}

static void
test_unknown (void)
{
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_crypto_kem_generate (crypto, (CvKem)0x1234, &pair, &error));
  g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_UNSUPPORTED);
  g_assert_cmpuint (cv_crypto_kem_public_len ((CvKem)0x1234), ==, 0);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = crypto_test_new ();
  g_test_add_func ("/crypto/kem/round-trip", test_round_trip);
  g_test_add_func ("/crypto/kem/derive-is-deterministic", test_derive_is_deterministic);
  g_test_add_func ("/crypto/kem/changed-encapsulation", test_changed_encapsulation);
  g_test_add_func ("/crypto/kem/bad-public-keys", test_bad_public_keys);
  g_test_add_func ("/crypto/kem/small-order", test_small_order);
  g_test_add_func ("/crypto/kem/zero-secret", test_zero_secret);
  g_test_add_func ("/crypto/kem/bad-private-keys", test_bad_private_keys);
  g_test_add_func ("/crypto/kem/candidates", test_candidates);
  g_test_add_func ("/crypto/kem/unknown", test_unknown);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
