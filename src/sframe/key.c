/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The key and salt of one KID (RFC 9605 §4.4.2, §4.4.3). */
#include "sframe/key.h"

#include "crypto/hkdf.h"
#include "sframe/key-private.h"

#include <string.h>

#define BASE_KEY_MAX 64

/* The trailing space belongs to both labels. */
static CvSecret *
expand (const CvCrypto *crypto, const CvSframeSuite *suite, guint64 kid, CvSecret *secret,
        const char *label, gsize len, GError **error)
{
  g_auto (CvWriter) info = {0};

  cv_writer_init (&info);
  cv_writer_put (&info, cv_span (label, strlen (label)));
  cv_writer_u64 (&info, kid);
  cv_writer_u16 (&info, suite->id.value);
  return cv_crypto_hkdf_expand (crypto, suite->hash, cv_secret_span (secret),
                                cv_writer_span (&info), len, error);
}

static gboolean
make_cipher (CvSframeKey *self, const CvCrypto *crypto, CvSpan key, GError **error)
{
  if (self->suite->is_ctr_hmac) {
    self->ctr_hmac = cv_crypto_ctr_hmac_new (crypto, self->suite, key, error);
    return self->ctr_hmac != NULL;
  }
  self->aead = cv_crypto_aead_new (crypto, self->suite->aead, key, error);
  return self->aead != NULL;
}

CvSframeKey *
cv_sframe_key_new (const CvCrypto *crypto, const CvSframeSuite *suite, guint64 kid, CvSpan base_key,
                   GError **error)
{
  g_autoptr (CvSframeKey) self = g_new0 (CvSframeKey, 1);
  g_autoptr (CvSecret) secret = NULL;
  g_autoptr (CvSecret) key = NULL;
  g_autoptr (CvSecret) salt = NULL;

  g_return_val_if_fail (suite->nonce_len == CV_SFRAME_KEY_NONCE_LEN, NULL);

  self->suite = suite;
  self->kid = kid;
  /* Ours, not the RFC's: §4.4.2 takes a base key of any length. */
  if (base_key.len == 0 || base_key.len > BASE_KEY_MAX) {
    g_set_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT,
                 "expected a base key of 1 to %d bytes, got %" G_GSIZE_FORMAT, BASE_KEY_MAX,
                 base_key.len);
    return NULL;
  }
  secret = cv_crypto_hkdf_extract (crypto, suite->hash, CV_SPAN_EMPTY, base_key, error);
  if (!secret)
    return NULL;
  key = expand (crypto, suite, kid, secret, "SFrame 1.0 Secret key ", suite->key_len, error);
  if (!key)
    return NULL;
  salt = expand (crypto, suite, kid, secret, "SFrame 1.0 Secret salt ", CV_SFRAME_KEY_NONCE_LEN,
                 error);
  if (!salt || !make_cipher (self, crypto, cv_secret_span (key), error))
    return NULL;
  memcpy (self->salt.bytes, cv_secret_span (salt).data, CV_SFRAME_KEY_NONCE_LEN);
  return g_steal_pointer (&self);
}

void
cv_sframe_key_free (CvSframeKey *self)
{
  if (!self)
    return;
  cv_crypto_aead_free (self->aead);
  cv_crypto_ctr_hmac_free (self->ctr_hmac);
  cv_secret_wipe (&self->salt, sizeof self->salt);
  g_free (self);
}

guint64
cv_sframe_key_get_kid (const CvSframeKey *self)
{
  return self->kid;
}

const CvSframeSuite *
cv_sframe_key_get_suite (const CvSframeKey *self)
{
  return self->suite;
}

gboolean
cv_sframe_key_seal (CvSframeKey *self, guint64 ctr, const CvSpan aad[static 2], CvSpan plaintext,
                    guint8 *out, GError **error)
{
  CvSframeNonce nonce = cv_sframe_key_make_nonce (self, ctr);

  return self->aead
             ? cv_crypto_aead_seal (self->aead, nonce.bytes, aad, plaintext, out, error)
             : cv_crypto_ctr_hmac_seal (self->ctr_hmac, nonce.bytes, aad, plaintext, out, error);
}

gboolean
cv_sframe_key_open (CvSframeKey *self, guint64 ctr, const CvSpan aad[static 2], CvSpan ciphertext,
                    guint8 *out)
{
  return cv_sframe_key_open_inline (self, ctr, aad, ciphertext, out);
}
