/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* AES-CTR with HMAC, the composed AEAD of RFC 9605 §4.5.1. */
#pragma once

#include "crypto/context.h"
#include "crypto/suites.h"

G_BEGIN_DECLS

/* Not thread-safe: one owner at a time. */
typedef struct CvCryptoCtrHmac CvCryptoCtrHmac;

/* key: suite->key_len bytes, encryption key first. */
CvCryptoCtrHmac *cv_crypto_ctr_hmac_new (const CvCrypto *crypto, const CvSframeSuite *suite,
                                         CvSpan key, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_crypto_ctr_hmac_free (CvCryptoCtrHmac *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvCryptoCtrHmac, cv_crypto_ctr_hmac_free)

/* As cv_crypto_aead_seal and _open, with the suite's tag length and a limit of 1 GiB. */
gboolean cv_crypto_ctr_hmac_seal (CvCryptoCtrHmac *self, const guint8 nonce[static 12],
                                  const CvSpan aad[static 2], CvSpan plaintext, guint8 *out,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_crypto_ctr_hmac_open (CvCryptoCtrHmac *self, const guint8 nonce[static 12],
                                  const CvSpan aad[static 2], CvSpan ciphertext, guint8 *out,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
