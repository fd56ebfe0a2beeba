/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the files of the KEMs share: a row for each KEM, a kind for each file. Not for other
 * layers. */
#pragma once

#include "crypto/labeled.h"
#include "crypto/pkey.h"

G_BEGIN_DECLS

#define CV_CRYPTO_HYBRID_SEED_LEN 32
#define CV_CRYPTO_ML_KEM_SEED_LEN 64
#define CV_CRYPTO_ML_KEM_MESSAGE_LEN 32
#define CV_CRYPTO_ML_KEM_SECRET_LEN 32
#define CV_CRYPTO_KEM_SUITE_ID_LEN 5

typedef struct CvCryptoKemRow CvCryptoKemRow;

/* As the functions of kem.h. encapsulate: an empty seed for fresh randomness. */
typedef struct {
  gboolean (*generate) (const CvCrypto *crypto, const CvCryptoKemRow *row, CvCryptoKeyPair *pair,
                        GError **error);
  gboolean (*derive) (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan ikm,
                      CvCryptoKeyPair *pair, GError **error);
  gboolean (*check_public) (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan public_key,
                            GError **error);
  GBytes *(*dup_public) (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan private_key,
                         GError **error);
  CvSecret *(*encapsulate) (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan public_key,
                            CvSpan seed, GBytes **enc, GError **error);
  CvSecret *(*decapsulate) (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan private_key,
                            CvSpan enc, GError **error);
} CvCryptoKemKind;

extern const CvCryptoKemKind cv_crypto_kem_dh;
extern const CvCryptoKemKind cv_crypto_kem_hybrid;
extern const CvCryptoKemKind cv_crypto_kem_ml;

struct CvCryptoKemRow {
  CvKem kem;
  const CvCryptoKemKind *kind;
  CvCryptoCurve curve; /* CV_CRYPTO_CURVE_NONE for ML-KEM alone */
  CvHash hash; /* of the DH KEMs */
  guint8 bit_mask; /* RFC 9180 §7.1.3, for curves that reject scalars; else 0 */
  guint8 n_candidates; /* of the hybrids: scalars in a row, of which the first valid one counts */
  const char *ml_kem; /* NULL for the DH KEMs */
  const char *label; /* of the hybrids' combiner */
  gsize ml_kem_public_len;
  gsize ml_kem_enc_len;
  gsize seed_len; /* the private key of what is not a DH KEM */
  gsize secret_len;
  gboolean is_vectors_only;
};

/* "KEM" and the code point. */
CvCryptoLabeled cv_crypto_kem_labeled (const CvCrypto *crypto, const CvCryptoKemRow *row,
                                       guint8 suite_id[static CV_CRYPTO_KEM_SUITE_ID_LEN]);
/* `generate` and `derive` of the kinds whose private key is a seed: any bytes, or what DeriveKeyPair
 * of draft-ietf-hpke-pq makes. */
gboolean
cv_crypto_kem_generate_seed (const CvCrypto *crypto, const CvCryptoKemRow *row,
                             CvCryptoKeyPair *pair, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cv_crypto_kem_derive_seed (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan ikm,
                           CvCryptoKeyPair *pair, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ML-KEM as an EVP key; param says what key is: the public key, or the seed of 64 bytes. */
EVP_PKEY *
cv_crypto_ml_kem_new (const CvCrypto *crypto, const CvCryptoKemRow *row, const char *param,
                      CvSpan key, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* out: row->ml_kem_public_len bytes. */
gboolean cv_crypto_ml_kem_read_public (const CvCryptoKemRow *row, EVP_PKEY *pkey, guint8 *out,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* message: empty for a random one. enc: row->ml_kem_enc_len bytes. */
CvSecret *cv_crypto_ml_kem_encapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row,
                                        CvSpan public_key, CvSpan message, guint8 *enc,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *cv_crypto_ml_kem_decapsulate (const CvCrypto *crypto, EVP_PKEY *pkey, CvSpan enc,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
