/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a key is made of, for the receiver's way through: a call less for each frame. Not for other
 * folders. */
#pragma once

#include "crypto/aead.h"
#include "crypto/ctr-hmac.h"
#include "sframe/key.h"

G_BEGIN_DECLS

#define CV_SFRAME_KEY_NONCE_LEN 12

typedef guint64 CvSframeLanes __attribute__ ((vector_size (16), aligned (8)));

/* CV_SFRAME_KEY_NONCE_LEN bytes, and zeroes up to the size of a vector. */
typedef union {
  guint8 bytes[sizeof (CvSframeLanes)];
  CvSframeLanes lanes;
} CvSframeNonce;

struct CvSframeKey {
  const CvSframeSuite *suite;
  guint64 kid;
  CvCryptoAead *aead; /* one of the two */
  CvCryptoCtrHmac *ctr_hmac;
  CvSframeNonce salt;
};

/* RFC 9605 §4.4.3: salt XOR ctr, whose 8 bytes are big-endian from byte 4 on. In one store, because
 * what is stored in pieces and read at once soon after stalls the processor. */
static inline CvSframeNonce
cv_sframe_key_make_nonce (const CvSframeKey *self, guint64 ctr)
{
  guint64 wire = GUINT64_TO_BE (ctr);
  CvSframeNonce nonce = {.lanes = G_BYTE_ORDER == G_LITTLE_ENDIAN
                                      ? (CvSframeLanes){wire << 32, wire >> 32}
                                      : (CvSframeLanes){wire >> 32, wire << 32}};

  nonce.lanes ^= self->salt.lanes;
  return nonce;
}

/* cv_sframe_key_open */
static inline gboolean
cv_sframe_key_open_inline (CvSframeKey *self, guint64 ctr, const CvSpan aad[static 2],
                           CvSpan ciphertext, guint8 *out)
{
  CvSframeNonce nonce = cv_sframe_key_make_nonce (self, ctr);

  return self->aead
             ? cv_crypto_aead_open (self->aead, nonce.bytes, aad, ciphertext, out, NULL)
             : cv_crypto_ctr_hmac_open (self->ctr_hmac, nonce.bytes, aad, ciphertext, out, NULL);
}

G_END_DECLS
