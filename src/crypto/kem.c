/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The table of KEMs. To add one, add its row; its kind knows how to run it. */
#include "crypto/kem.h"

#include "crypto/context-internal.h"
#include "crypto/kem-internal.h"
#include "crypto/random.h"

#include <string.h>

#define DH_ROW(name, hash_bits, secret, mask)                                                      \
  {.kem = CV_KEM_##name,                                                                           \
   .kind = &cv_crypto_kem_dh,                                                                      \
   .curve = CV_CRYPTO_CURVE_##name,                                                                \
   .hash = CV_HASH_SHA##hash_bits,                                                                 \
   .bit_mask = mask,                                                                               \
   .secret_len = secret}
#define ML_KEM_ROW(bits, public_len, enc_len)                                                      \
  {.kem = CV_KEM_ML_KEM_##bits,                                                                    \
   .kind = &cv_crypto_kem_ml,                                                                      \
   .curve = CV_CRYPTO_CURVE_NONE,                                                                  \
   .ml_kem = "ML-KEM-" #bits,                                                                      \
   .ml_kem_public_len = public_len,                                                                \
   .ml_kem_enc_len = enc_len,                                                                      \
   .seed_len = CV_CRYPTO_ML_KEM_SEED_LEN,                                                          \
   .secret_len = CV_CRYPTO_ML_KEM_SECRET_LEN,                                                      \
   .is_vectors_only = TRUE}

static const CvCryptoKemRow rows[] = {
    DH_ROW (P256, 256, 32, 0xff),
    DH_ROW (P384, 384, 48, 0xff),
    DH_ROW (P521, 512, 64, 0x01),
    DH_ROW (X25519, 256, 32, 0),
    DH_ROW (X448, 512, 64, 0),
    {.kem = CV_KEM_XWING,
     .kind = &cv_crypto_kem_hybrid,
     .curve = CV_CRYPTO_CURVE_X25519,
     .n_candidates = 1,
     .ml_kem = "ML-KEM-768",
     .label = "\\.//^\\",
     .ml_kem_public_len = 1184,
     .ml_kem_enc_len = 1088,
     .seed_len = CV_CRYPTO_HYBRID_SEED_LEN,
     .secret_len = 32},
    {.kem = CV_KEM_MLKEM1024_P384,
     .kind = &cv_crypto_kem_hybrid,
     .curve = CV_CRYPTO_CURVE_P384,
     .n_candidates = 1,
     .ml_kem = "ML-KEM-1024",
     .label = "MLKEM1024-P384",
     .ml_kem_public_len = 1568,
     .ml_kem_enc_len = 1568,
     .seed_len = CV_CRYPTO_HYBRID_SEED_LEN,
     .secret_len = 32},
    {.kem = CV_KEM_MLKEM768_P256,
     .kind = &cv_crypto_kem_hybrid,
     .curve = CV_CRYPTO_CURVE_P256,
     .n_candidates = 4,
     .ml_kem = "ML-KEM-768",
     .label = "MLKEM768-P256",
     .ml_kem_public_len = 1184,
     .ml_kem_enc_len = 1088,
     .seed_len = CV_CRYPTO_HYBRID_SEED_LEN,
     .secret_len = 32,
     .is_vectors_only = TRUE},
    ML_KEM_ROW (512, 800, 768),
    ML_KEM_ROW (768, 1184, 1088),
    ML_KEM_ROW (1024, 1568, 1568),
};

/* NULL when unknown; sets *error then. */
static const CvCryptoKemRow *
find (CvKem kem, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kem == kem)
      return &rows[i];
  cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED, "no such KEM");
  return NULL;
}

/* Takes a reference of seed, which is the private key. */
static gboolean
take_seed (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSecret *seed, CvCryptoKeyPair *pair,
           GError **error)
{
  GBytes *public_key = row->kind->dup_public (crypto, row, cv_secret_span (seed), error);

  if (!public_key)
    return FALSE;
  pair->private_key = cv_secret_ref (seed);
  pair->public_key = public_key;
  return TRUE;
}

CvCryptoLabeled
cv_crypto_kem_labeled (const CvCrypto *crypto, const CvCryptoKemRow *row,
                       guint8 suite_id[static CV_CRYPTO_KEM_SUITE_ID_LEN])
{
  memcpy (suite_id, "KEM", 3);
  suite_id[3] = (guint8)(row->kem >> 8);
  suite_id[4] = (guint8)row->kem;
  return (CvCryptoLabeled){.crypto = crypto,
                           .hash = row->hash,
                           .suite_id = cv_span (suite_id, CV_CRYPTO_KEM_SUITE_ID_LEN),
                           .xof = CV_XOF_SHAKE256};
}

gboolean
cv_crypto_kem_generate_seed (const CvCrypto *crypto, const CvCryptoKemRow *row,
                             CvCryptoKeyPair *pair, GError **error)
{
  g_autoptr (CvSecret) seed = cv_crypto_random_dup_secret (crypto, row->seed_len, error);

  return seed && take_seed (crypto, row, seed, pair, error);
}

gboolean
cv_crypto_kem_derive_seed (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan ikm,
                           CvCryptoKeyPair *pair, GError **error)
{
  guint8 suite_id[CV_CRYPTO_KEM_SUITE_ID_LEN];
  CvCryptoLabeled labeled = cv_crypto_kem_labeled (crypto, row, suite_id);
  g_autoptr (CvSecret) seed = cv_crypto_labeled_derive (&labeled, ikm, "DeriveKeyPair",
                                                        CV_SPAN_EMPTY, row->seed_len, error);

  return seed && take_seed (crypto, row, seed, pair, error);
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
  const CvCryptoKemRow *row = find (kem, NULL);

  return row ? row->ml_kem_public_len + cv_crypto_pkey_public_len (row->curve) : 0;
}

gsize
cv_crypto_kem_enc_len (CvKem kem)
{
  const CvCryptoKemRow *row = find (kem, NULL);

  return row ? row->ml_kem_enc_len + cv_crypto_pkey_public_len (row->curve) : 0;
}

gsize
cv_crypto_kem_secret_len (CvKem kem)
{
  const CvCryptoKemRow *row = find (kem, NULL);

  return row ? row->secret_len : 0;
}

gsize
cv_crypto_kem_private_len (CvKem kem)
{
  const CvCryptoKemRow *row = find (kem, NULL);

  if (!row)
    return 0;
  return row->seed_len > 0 ? row->seed_len : cv_crypto_pkey_private_len (row->curve);
}

gboolean
cv_crypto_kem_is_vectors_only (CvKem kem)
{
  const CvCryptoKemRow *row = find (kem, NULL);

  return !row || row->is_vectors_only;
}

gboolean
cv_crypto_kem_generate (const CvCrypto *crypto, CvKem kem, CvCryptoKeyPair *pair, GError **error)
{
  const CvCryptoKemRow *row = find (kem, error);

  return row && row->kind->generate (crypto, row, pair, error);
}

gboolean
cv_crypto_kem_derive (const CvCrypto *crypto, CvKem kem, CvSpan ikm, CvCryptoKeyPair *pair,
                      GError **error)
{
  const CvCryptoKemRow *row = find (kem, error);

  return row && row->kind->derive (crypto, row, ikm, pair, error);
}

gboolean
cv_crypto_kem_check_public (const CvCrypto *crypto, CvKem kem, CvSpan public_key, GError **error)
{
  const CvCryptoKemRow *row = find (kem, error);

  return row && row->kind->check_public (crypto, row, public_key, error);
}

GBytes *
cv_crypto_kem_dup_public (const CvCrypto *crypto, CvKem kem, CvSpan private_key, GError **error)
{
  const CvCryptoKemRow *row = find (kem, error);

  return row ? row->kind->dup_public (crypto, row, private_key, error) : NULL;
}

static gboolean
encapsulate (const CvCrypto *crypto, CvKem kem, CvSpan public_key, CvSpan seed, GBytes **enc,
             CvSecret **shared, GError **error)
{
  const CvCryptoKemRow *row = find (kem, error);

  *shared = row ? row->kind->encapsulate (crypto, row, public_key, seed, enc, error) : NULL;
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
  const CvCryptoKemRow *row = find (kem, error);

  return row ? row->kind->decapsulate (crypto, row, private_key, enc, error) : NULL;
}
