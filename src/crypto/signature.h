/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Signatures: Ed25519, Ed448 and ECDSA, keys serialised as MLS does (RFC 9420 §5.1.2).
 *
 * Ed keys are the raw 32 or 57 bytes; EC private keys are the scalar padded to the field's length,
 * public keys the uncompressed point; ECDSA signatures are DER. */
#pragma once

#include "crypto/kem.h"

G_BEGIN_DECLS

gboolean
cv_crypto_signature_generate (const CvCrypto *crypto, CvSignature signature, CvCryptoKeyPair *pair,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *cv_crypto_signature_sign (const CvCrypto *crypto, CvSignature signature, CvSpan private_key,
                                  CvSpan message, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Fails with AUTHENTICATION, whatever was wrong. */
gboolean cv_crypto_signature_verify (const CvCrypto *crypto, CvSignature signature,
                                     CvSpan public_key, CvSpan message, CvSpan signed_with,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *
cv_crypto_signature_dup_public (const CvCrypto *crypto, CvSignature signature, CvSpan private_key,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
