/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What kem.c, kem-dh.c and kem-hybrid.c share: a row for each KEM. Not for other layers. */
#pragma once

#include "crypto/pkey.h"

G_BEGIN_DECLS

#define CV_CRYPTO_HYBRID_SEED_LEN 32
#define CV_CRYPTO_ML_KEM_MESSAGE_LEN 32

typedef struct {
  CvKem kem;
  CvCryptoCurve curve;
  CvHash hash; /* of the DH KEMs */
  const char *ml_kem; /* NULL for the DH KEMs */
  const char *label; /* of the hybrids' combiner */
  gsize ml_kem_public_len;
  gsize ml_kem_enc_len;
  gsize secret_len;
  guint8 bit_mask; /* RFC 9180 §7.1.3, for curves that reject scalars; else 0 */
} CvCryptoKemRow;

/* NULL when unknown; sets *error then. */
const CvCryptoKemRow *cv_crypto_kem_find (CvKem kem, GError **error);

gboolean cv_crypto_kem_dh_derive (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan ikm,
                                  CvCryptoKeyPair *pair, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* seed: empty for a random ephemeral key. */
CvSecret *
cv_crypto_kem_dh_encapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan public_key,
                              CvSpan seed, GBytes **enc, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *
cv_crypto_kem_dh_decapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan private_key,
                              CvSpan enc, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean
cv_crypto_kem_hybrid_generate (const CvCrypto *crypto, const CvCryptoKemRow *row,
                               CvCryptoKeyPair *pair, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cv_crypto_kem_hybrid_derive (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan ikm,
                             CvCryptoKeyPair *pair, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cv_crypto_kem_hybrid_check_public (const CvCrypto *crypto, const CvCryptoKemRow *row,
                                   CvSpan public_key, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *
cv_crypto_kem_hybrid_dup_public (const CvCrypto *crypto, const CvCryptoKemRow *row,
                                 CvSpan private_key, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *cv_crypto_kem_hybrid_encapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row,
                                            CvSpan public_key, CvSpan seed, GBytes **enc,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *cv_crypto_kem_hybrid_decapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row,
                                            CvSpan private_key, CvSpan enc,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
