/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Keys of one curve as EVP keys and as the bytes of HPKE and MLS. Not for other layers.
 *
 * Private keys are the scalar, padded to the field's length, or the raw 32, 56 or 57 bytes. Public
 * keys are the uncompressed point or the raw bytes. */
#pragma once

#include "crypto/kem.h"

#include <openssl/evp.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY_CTX, EVP_PKEY_CTX_free)

typedef enum {
  CV_CRYPTO_CURVE_P256,
  CV_CRYPTO_CURVE_P384,
  CV_CRYPTO_CURVE_P521,
  CV_CRYPTO_CURVE_X25519,
  CV_CRYPTO_CURVE_X448,
  CV_CRYPTO_CURVE_ED25519,
  CV_CRYPTO_CURVE_ED448,
  CV_CRYPTO_CURVE_NONE, /* has lengths of 0, and no keys */
} CvCryptoCurve;

gsize cv_crypto_pkey_private_len (CvCryptoCurve curve);
gsize cv_crypto_pkey_public_len (CvCryptoCurve curve);

/* INPUT when the length is wrong, the scalar is 0 or too large, or the point is not on the curve. */
EVP_PKEY *cv_crypto_pkey_new_private (const CvCrypto *crypto, CvCryptoCurve curve,
                                      CvSpan private_key, GError **error) G_GNUC_WARN_UNUSED_RESULT;
EVP_PKEY *cv_crypto_pkey_new_public (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan public_key,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean cv_crypto_pkey_generate (const CvCrypto *crypto, CvCryptoCurve curve,
                                  CvCryptoKeyPair *pair, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *cv_crypto_pkey_dup_public (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan private_key,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the scalar is in 1 … order − 1; always TRUE for curves without that rule. */
gboolean cv_crypto_pkey_is_scalar (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan scalar);

/* The full check of RFC 9180 §7.1.4: on the curve and, for X25519 and X448, not of low order, since
 * nobody could encapsulate to such a key. */
gboolean cv_crypto_pkey_check_public (const CvCrypto *crypto, CvCryptoCurve curve,
                                      CvSpan public_key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Diffie-Hellman. Checks the point; an all-zero result is an error (RFC 9180 §7.1.4). */
CvSecret *cv_crypto_pkey_agree (const CvCrypto *crypto, CvCryptoCurve curve, CvSpan private_key,
                                CvSpan public_key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
