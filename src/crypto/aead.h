/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* AEAD with one key: one-shot calls for control messages, a kept context for media frames. */
#pragma once

#include "crypto/context.h"
#include "crypto/suites.h"

G_BEGIN_DECLS

#define CV_CRYPTO_AEAD_TAG_LEN 16
#define CV_CRYPTO_AEAD_NONCE_LEN 12

gsize cv_crypto_aead_key_len (CvAead aead);

/* A context with the key schedule done. Not thread-safe: one owner at a time. */
typedef struct CvCryptoAead CvCryptoAead;

CvCryptoAead *cv_crypto_aead_new (const CvCrypto *crypto, CvAead aead, CvSpan key,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_crypto_aead_free (CvCryptoAead *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvCryptoAead, cv_crypto_aead_free)

/* nonce: 12 bytes. aad may be in two parts. out: plaintext.len + 16 bytes, may start at the
 * plaintext (in place); zeroed on failure, but left alone by INPUT, a plaintext of 2 GiB or more. No
 * allocation. */
gboolean
cv_crypto_aead_seal (CvCryptoAead *self, const guint8 nonce[static 12], const CvSpan aad[static 2],
                     CvSpan plaintext, guint8 *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* out: ciphertext.len − 16 bytes, may be in place. A failure is AUTHENTICATION, with out zeroed, but
 * left alone when the ciphertext has more than 2 GiB. */
gboolean
cv_crypto_aead_open (CvCryptoAead *self, const guint8 nonce[static 12], const CvSpan aad[static 2],
                     CvSpan ciphertext, guint8 *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One message under a key used once or seldom. */
typedef struct {
  CvAead aead;
  CvSpan key;
  CvSpan nonce; /* 12 bytes */
  CvSpan aad;
} CvCryptoAeadParams;

GBytes *cv_crypto_aead_seal_once (const CvCrypto *crypto, const CvCryptoAeadParams *params,
                                  CvSpan plaintext, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The plaintext may be secret: the caller wraps or wipes it. Plaintexts may be empty: then the
 * result is a zero-length GByteArray. Free with cv_crypto_aead_free_plaintext, which wipes. */
GByteArray *cv_crypto_aead_open_once (const CvCrypto *crypto, const CvCryptoAeadParams *params,
                                      CvSpan ciphertext, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_crypto_aead_free_plaintext (GByteArray *plaintext);

/* Random nonce in front of the ciphertext (AES-256-GCM): files and the knock envelope. */
GBytes *cv_crypto_aead_seal_box (const CvCrypto *crypto, CvSpan key, CvSpan aad, CvSpan plaintext,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
GByteArray *cv_crypto_aead_open_box (const CvCrypto *crypto, CvSpan key, CvSpan aad, CvSpan box,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
