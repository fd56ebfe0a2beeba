/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Key encapsulation: the DH KEMs of RFC 9180 §4.1, X-Wing, ML-KEM with a curve, and ML-KEM.
 *
 * Public keys and encapsulations are serialised as HPKE does. Private keys are the seed or scalar
 * that HPKE's SerializePrivateKey gives (hybrids: the 32-byte seed, ML-KEM: the 64-byte one). */
#pragma once

#include "crypto/context.h"
#include "crypto/suites.h"

G_BEGIN_DECLS

typedef struct {
  CvSecret *private_key;
  GBytes *public_key;
} CvCryptoKeyPair;

void cv_crypto_key_pair_clear (CvCryptoKeyPair *pair);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvCryptoKeyPair, cv_crypto_key_pair_clear)

gsize cv_crypto_kem_public_len (CvKem kem);
gsize cv_crypto_kem_enc_len (CvKem kem);
gsize cv_crypto_kem_secret_len (CvKem kem); /* Nsecret, the shared secret */
gsize cv_crypto_kem_private_len (CvKem kem); /* Nsk; these four give 0 for an unknown KEM */
/* TRUE for KEMs that are here to be checked and that no MLS suite may name. */
gboolean cv_crypto_kem_is_vectors_only (CvKem kem);

gboolean cv_crypto_kem_generate (const CvCrypto *crypto, CvKem kem, CvCryptoKeyPair *pair,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* HPKE DeriveKeyPair(ikm). */
gboolean cv_crypto_kem_derive (const CvCrypto *crypto, CvKem kem, CvSpan ikm, CvCryptoKeyPair *pair,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* INPUT for what nobody can encapsulate to: a wrong length, a point off its curve, for X25519 and
 * X448 one of small order (RFC 9180 §7.1.4), for ML-KEM a coefficient that is not below the modulus
 * (FIPS 203 §7.2); for a hybrid, either half. */
gboolean cv_crypto_kem_check_public (const CvCrypto *crypto, CvKem kem, CvSpan public_key,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Gives the public key of a private one: for checking that a pair belongs together. */
GBytes *cv_crypto_kem_dup_public (const CvCrypto *crypto, CvKem kem, CvSpan private_key,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cv_crypto_kem_encapsulate (const CvCrypto *crypto, CvKem kem, CvSpan public_key, GBytes **enc,
                           CvSecret **shared, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* With given randomness, for known answers alone: the DH KEMs' ikmE, or the 32 bytes of ML-KEM and,
 * for the hybrids, candidates for the ephemeral scalar. Nothing that is sent may be made with it. */
gboolean cv_crypto_kem_encapsulate_seeded (const CvCrypto *crypto, CvKem kem, CvSpan public_key,
                                           CvSpan seed, GBytes **enc, CvSecret **shared,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *cv_crypto_kem_decapsulate (const CvCrypto *crypto, CvKem kem, CvSpan private_key,
                                     CvSpan enc, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
