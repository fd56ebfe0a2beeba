/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* ML-KEM (FIPS 203) through EVP: a half of the hybrids, and a KEM by itself (draft-ietf-hpke-pq),
 * which only vectors use. */
#include "crypto/context-internal.h"
#include "crypto/kem-internal.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#define MESSAGE_LEN CV_CRYPTO_ML_KEM_MESSAGE_LEN
#define SECRET_LEN CV_CRYPTO_ML_KEM_SECRET_LEN

EVP_PKEY *
cv_crypto_ml_kem_new (const CvCrypto *crypto, const CvCryptoKemRow *row, const char *param,
                      CvSpan key, GError **error)
{
  g_autoptr (EVP_PKEY_CTX) ctx =
      EVP_PKEY_CTX_new_from_name (crypto->libctx, row->ml_kem, crypto->query);
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string (param, (void *)key.data, key.len),
      OSSL_PARAM_construct_end (),
  };
  int selection =
      g_str_equal (param, OSSL_PKEY_PARAM_PUB_KEY) ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
  EVP_PKEY *pkey = NULL;

  if (!ctx) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED, "ML-KEM not available");
    return NULL;
  }
  /* FIPS 203 §7.2: OpenSSL checks the length and that every coefficient is below the modulus. */
  if (EVP_PKEY_fromdata_init (ctx) != 1 || EVP_PKEY_fromdata (ctx, &pkey, selection, params) != 1)
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "ML-KEM key not accepted");
  return pkey;
}

gboolean
cv_crypto_ml_kem_read_public (const CvCryptoKemRow *row, EVP_PKEY *pkey, guint8 *out,
                              GError **error)
{
  gsize len = row->ml_kem_public_len;

  if (EVP_PKEY_get_octet_string_param (pkey, OSSL_PKEY_PARAM_PUB_KEY, out, len, &len) == 1
      && len == row->ml_kem_public_len)
    return TRUE;
  return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "no ML-KEM public key");
}

CvSecret *
cv_crypto_ml_kem_encapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan public_key,
                              CvSpan message, guint8 *enc, GError **error)
{
  g_autoptr (EVP_PKEY) pkey =
      cv_crypto_ml_kem_new (crypto, row, OSSL_PKEY_PARAM_PUB_KEY, public_key, error);
  g_autoptr (EVP_PKEY_CTX) ctx =
      pkey ? EVP_PKEY_CTX_new_from_pkey (crypto->libctx, pkey, crypto->query) : NULL;
  g_autoptr (CvSecret) shared = cv_secret_new (SECRET_LEN);
  gsize enc_len = row->ml_kem_enc_len;
  gsize shared_len = SECRET_LEN;
  OSSL_PARAM params[2] = {OSSL_PARAM_construct_end (), OSSL_PARAM_construct_end ()};

  if (!pkey)
    return NULL;
  if (message.len > 0)
    params[0] =
        OSSL_PARAM_construct_octet_string (OSSL_KEM_PARAM_IKME, (void *)message.data, message.len);
  if (!ctx || EVP_PKEY_encapsulate_init (ctx, params) != 1
      || EVP_PKEY_encapsulate (ctx, enc, &enc_len, cv_secret_get_data (shared), &shared_len) != 1
      || enc_len != row->ml_kem_enc_len || shared_len != SECRET_LEN) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "ML-KEM encapsulation failed");
    return NULL;
  }
  return g_steal_pointer (&shared);
}

CvSecret *
cv_crypto_ml_kem_decapsulate (const CvCrypto *crypto, EVP_PKEY *pkey, CvSpan enc, GError **error)
{
  g_autoptr (EVP_PKEY_CTX) ctx = EVP_PKEY_CTX_new_from_pkey (crypto->libctx, pkey, crypto->query);
  g_autoptr (CvSecret) shared = cv_secret_new (SECRET_LEN);
  gsize len = SECRET_LEN;

  if (ctx && EVP_PKEY_decapsulate_init (ctx, NULL) == 1
      && EVP_PKEY_decapsulate (ctx, cv_secret_get_data (shared), &len, enc.data, enc.len) == 1
      && len == SECRET_LEN)
    return g_steal_pointer (&shared);
  cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "ML-KEM decapsulation failed");
  return NULL;
}

/* ---- by itself ---- */

static EVP_PKEY *
new_private (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan seed, GError **error)
{
  if (seed.len != row->seed_len) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "private key not accepted");
    return NULL;
  }
  return cv_crypto_ml_kem_new (crypto, row, OSSL_PKEY_PARAM_ML_KEM_SEED, seed, error);
}

static gboolean
check_public (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan public_key, GError **error)
{
  g_autoptr (EVP_PKEY) pkey =
      cv_crypto_ml_kem_new (crypto, row, OSSL_PKEY_PARAM_PUB_KEY, public_key, error);

  return pkey != NULL;
}

static GBytes *
dup_public (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan private_key, GError **error)
{
  g_autoptr (EVP_PKEY) pkey = new_private (crypto, row, private_key, error);
  g_autofree guint8 *out = g_malloc (row->ml_kem_public_len);

  if (!pkey || !cv_crypto_ml_kem_read_public (row, pkey, out, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&out), row->ml_kem_public_len);
}

static CvSecret *
encapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan public_key, CvSpan seed,
             GBytes **enc, GError **error)
{
  g_autofree guint8 *out = g_malloc (row->ml_kem_enc_len);
  CvSecret *shared;

  if (seed.len > 0 && seed.len != MESSAGE_LEN) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "expected 32 bytes of randomness");
    return NULL;
  }
  shared = cv_crypto_ml_kem_encapsulate (crypto, row, public_key, seed, out, error);
  if (shared)
    *enc = g_bytes_new_take (g_steal_pointer (&out), row->ml_kem_enc_len);
  return shared;
}

static CvSecret *
decapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan private_key, CvSpan enc,
             GError **error)
{
  g_autoptr (EVP_PKEY) pkey = NULL;

  if (enc.len != row->ml_kem_enc_len) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "encapsulation of the wrong length");
    return NULL;
  }
  pkey = new_private (crypto, row, private_key, error);
  return pkey ? cv_crypto_ml_kem_decapsulate (crypto, pkey, enc, error) : NULL;
}

const CvCryptoKemKind cv_crypto_kem_ml = {
    .generate = cv_crypto_kem_generate_seed,
    .derive = cv_crypto_kem_derive_seed,
    .check_public = check_public,
    .dup_public = dup_public,
    .encapsulate = encapsulate,
    .decapsulate = decapsulate,
};
