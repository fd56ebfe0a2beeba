/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The table of KEMs and the choice between a DH KEM and a hybrid. */
#include "crypto/kem.h"

#include "crypto/context-internal.h"
#include "crypto/kem-internal.h"

static const CvCryptoKemRow rows[] = {
    {.kem = CV_KEM_P256,
     .curve = CV_CRYPTO_CURVE_P256,
     .hash = CV_HASH_SHA256,
     .secret_len = 32,
     .bit_mask = 0xff},
    {.kem = CV_KEM_P384,
     .curve = CV_CRYPTO_CURVE_P384,
     .hash = CV_HASH_SHA384,
     .secret_len = 48,
     .bit_mask = 0xff},
    {.kem = CV_KEM_P521,
     .curve = CV_CRYPTO_CURVE_P521,
     .hash = CV_HASH_SHA512,
     .secret_len = 64,
     .bit_mask = 0x01},
    {.kem = CV_KEM_X25519,
     .curve = CV_CRYPTO_CURVE_X25519,
     .hash = CV_HASH_SHA256,
     .secret_len = 32},
    {.kem = CV_KEM_X448, .curve = CV_CRYPTO_CURVE_X448, .hash = CV_HASH_SHA512, .secret_len = 64},
    {.kem = CV_KEM_MLKEM1024_P384,
     .curve = CV_CRYPTO_CURVE_P384,
     .ml_kem = "ML-KEM-1024",
     .label = "MLKEM1024-P384",
     .ml_kem_public_len = 1568,
     .ml_kem_enc_len = 1568,
     .secret_len = 32},
    {.kem = CV_KEM_XWING,
     .curve = CV_CRYPTO_CURVE_X25519,
     .ml_kem = "ML-KEM-768",
     .label = "\\.//^\\",
     .ml_kem_public_len = 1184,
     .ml_kem_enc_len = 1088,
     .secret_len = 32},
};

const CvCryptoKemRow *
cv_crypto_kem_find (CvKem kem, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kem == kem)
      return &rows[i];
  cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED, "no such KEM");
  return NULL;
}

void
cv_crypto_key_pair_clear (CvCryptoKeyPair *pair)
{
  g_clear_pointer (&pair->private_key, cv_secret_unref);
  g_clear_pointer (&pair->public_key, g_bytes_unref);
}

gsize
cv_crypto_kem_public_len (CvKem kem)
{
  const CvCryptoKemRow *row = cv_crypto_kem_find (kem, NULL);

  return row ? row->ml_kem_public_len + cv_crypto_pkey_public_len (row->curve) : 0;
}

gsize
cv_crypto_kem_enc_len (CvKem kem)
{
  const CvCryptoKemRow *row = cv_crypto_kem_find (kem, NULL);

  return row ? row->ml_kem_enc_len + cv_crypto_pkey_public_len (row->curve) : 0;
}

gsize
cv_crypto_kem_secret_len (CvKem kem)
{
  const CvCryptoKemRow *row = cv_crypto_kem_find (kem, NULL);

  return row ? row->secret_len : 0;
}

gsize
cv_crypto_kem_private_len (CvKem kem)
{
  const CvCryptoKemRow *row = cv_crypto_kem_find (kem, NULL);

  if (!row)
    return 0;
  return row->ml_kem ? CV_CRYPTO_HYBRID_SEED_LEN : cv_crypto_pkey_private_len (row->curve);
}

gboolean
cv_crypto_kem_generate (const CvCrypto *crypto, CvKem kem, CvCryptoKeyPair *pair, GError **error)
{
  const CvCryptoKemRow *row = cv_crypto_kem_find (kem, error);

  if (!row)
    return FALSE;
  return row->ml_kem ? cv_crypto_kem_hybrid_generate (crypto, row, pair, error)
                     : cv_crypto_pkey_generate (crypto, row->curve, pair, error);
}

gboolean
cv_crypto_kem_derive (const CvCrypto *crypto, CvKem kem, CvSpan ikm, CvCryptoKeyPair *pair,
                      GError **error)
{
  const CvCryptoKemRow *row = cv_crypto_kem_find (kem, error);

  if (!row)
    return FALSE;
  return row->ml_kem ? cv_crypto_kem_hybrid_derive (crypto, row, ikm, pair, error)
                     : cv_crypto_kem_dh_derive (crypto, row, ikm, pair, error);
}

gboolean
cv_crypto_kem_check_public (const CvCrypto *crypto, CvKem kem, CvSpan public_key, GError **error)
{
  const CvCryptoKemRow *row = cv_crypto_kem_find (kem, error);

  if (!row)
    return FALSE;
  if (row->ml_kem)
    return cv_crypto_kem_hybrid_check_public (crypto, row, public_key, error);
  return cv_crypto_pkey_check_public (crypto, row->curve, public_key, error);
}

GBytes *
cv_crypto_kem_dup_public (const CvCrypto *crypto, CvKem kem, CvSpan private_key, GError **error)
{
  const CvCryptoKemRow *row = cv_crypto_kem_find (kem, error);

  if (!row)
    return NULL;
  return row->ml_kem ? cv_crypto_kem_hybrid_dup_public (crypto, row, private_key, error)
                     : cv_crypto_pkey_dup_public (crypto, row->curve, private_key, error);
}

static gboolean
encapsulate (const CvCrypto *crypto, CvKem kem, CvSpan public_key, CvSpan seed, GBytes **enc,
             CvSecret **shared, GError **error)
{
  const CvCryptoKemRow *row = cv_crypto_kem_find (kem, error);

  if (!row)
    return FALSE;
  *shared = row->ml_kem
                ? cv_crypto_kem_hybrid_encapsulate (crypto, row, public_key, seed, enc, error)
                : cv_crypto_kem_dh_encapsulate (crypto, row, public_key, seed, enc, error);
  return *shared != NULL;
}

gboolean
cv_crypto_kem_encapsulate (const CvCrypto *crypto, CvKem kem, CvSpan public_key, GBytes **enc,
                           CvSecret **shared, GError **error)
{
  return encapsulate (crypto, kem, public_key, CV_SPAN_EMPTY, enc, shared, error);
}

gboolean
cv_crypto_kem_encapsulate_seeded (const CvCrypto *crypto, CvKem kem, CvSpan public_key, CvSpan seed,
                                  GBytes **enc, CvSecret **shared, GError **error)
{
  g_return_val_if_fail (seed.len > 0, FALSE);

  return encapsulate (crypto, kem, public_key, seed, enc, shared, error);
}

CvSecret *
cv_crypto_kem_decapsulate (const CvCrypto *crypto, CvKem kem, CvSpan private_key, CvSpan enc,
                           GError **error)
{
  const CvCryptoKemRow *row = cv_crypto_kem_find (kem, error);

  if (!row)
    return NULL;
  return row->ml_kem ? cv_crypto_kem_hybrid_decapsulate (crypto, row, private_key, enc, error)
                     : cv_crypto_kem_dh_decapsulate (crypto, row, private_key, enc, error);
}
