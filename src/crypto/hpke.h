/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* HPKE base mode, one message a context, and its exporter (RFC 9180 §5, §6.1). */
#pragma once

#include "crypto/kem.h"

G_BEGIN_DECLS

typedef struct {
  CvKem kem;
  CvHash kdf; /* of HKDF */
  CvXof xof; /* vectors only: in HKDF's place when it is not CV_XOF_NONE */
  CvAead aead;
  CvSpan info;
  CvSpan aad;
} CvCryptoHpkeParams;

gboolean cv_crypto_hpke_seal (const CvCrypto *crypto, const CvCryptoHpkeParams *params,
                              CvSpan public_key, CvSpan plaintext, GBytes **enc,
                              GBytes **ciphertext, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* An enc that the KEM refuses (its length, not a point, small order) is INPUT, a tag that is wrong
 * AUTHENTICATION: both mean to drop the message. INPUT follows from enc alone, which is public, so the
 * difference tells nothing secret. The plaintext is secret: free with
 * cv_crypto_aead_free_plaintext. */
GByteArray *
cv_crypto_hpke_open (const CvCrypto *crypto, const CvCryptoHpkeParams *params, CvSpan private_key,
                     CvSpan enc, CvSpan ciphertext, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SendExport and ReceiveExport: MLS external init (RFC 9420 §8.3). */
CvSecret *cv_crypto_hpke_export_send (const CvCrypto *crypto, const CvCryptoHpkeParams *params,
                                      CvSpan public_key, CvSpan exporter_context, gsize len,
                                      GBytes **enc, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *cv_crypto_hpke_export_receive (const CvCrypto *crypto, const CvCryptoHpkeParams *params,
                                         CvSpan private_key, CvSpan enc, CvSpan exporter_context,
                                         gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
