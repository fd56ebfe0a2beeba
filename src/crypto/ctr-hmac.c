/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* AES-CTR with HMAC (RFC 9605 §4.5.1): encrypt, then authenticate; verify, then decrypt. */
#include "crypto/ctr-hmac.h"

#include "crypto/context-internal.h"
#include "crypto/hash-internal.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string.h>

#define NONCE_LEN 12
#define IV_LEN 16

struct CvCryptoCtrHmac {
  EVP_CIPHER_CTX *cipher; /* CTR is the same in both directions */
  EVP_MAC_CTX *mac;
  gsize hash_len;
  gsize tag_len;
};

static EVP_MAC_CTX *
new_mac (const CvCrypto *crypto, CvHash hash, CvSpan key, GError **error)
{
  const EVP_MD *md = cv_crypto_context_find_hash (crypto, hash, error);
  g_autoptr (EVP_MAC_CTX) mac = md ? EVP_MAC_CTX_new (crypto->hmac) : NULL;
  OSSL_PARAM params[2];

  if (!md)
    return NULL;
  params[0] =
      OSSL_PARAM_construct_utf8_string (OSSL_MAC_PARAM_DIGEST, (char *)EVP_MD_get0_name (md), 0);
  params[1] = OSSL_PARAM_construct_end ();
  if (!mac || EVP_MAC_init (mac, key.data, key.len, params) != 1) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "HMAC key not accepted");
    return NULL;
  }
  return g_steal_pointer (&mac);
}

CvCryptoCtrHmac *
cv_crypto_ctr_hmac_new (const CvCrypto *crypto, const CvSframeSuite *suite, CvSpan key,
                        GError **error)
{
  g_autoptr (CvCryptoCtrHmac) self = g_new0 (CvCryptoCtrHmac, 1);
  CvCryptoCtr ctr = suite->enc_key_len == 16 ? CV_CRYPTO_CTR_AES_128 : CV_CRYPTO_CTR_AES_256;

  if (!suite->is_ctr_hmac || key.len != suite->key_len || !crypto->ctrs[ctr]) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED, "no such AES-CTR with HMAC suite");
    return NULL;
  }
  self->hash_len = cv_crypto_hash_len (suite->hash);
  self->tag_len = suite->tag_len;
  self->mac =
      new_mac (crypto, suite->hash,
               cv_span (key.data + suite->enc_key_len, key.len - suite->enc_key_len), error);
  if (!self->mac)
    return NULL;
  self->cipher = EVP_CIPHER_CTX_new ();
  if (!self->cipher
      || EVP_EncryptInit_ex2 (self->cipher, crypto->ctrs[ctr], key.data, NULL, NULL) != 1) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "AES-CTR key not accepted");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
cv_crypto_ctr_hmac_free (CvCryptoCtrHmac *self)
{
  if (!self)
    return;
  EVP_CIPHER_CTX_free (self->cipher);
  EVP_MAC_CTX_free (self->mac);
  g_free (self);
}

static gboolean
apply_ctr (CvCryptoCtrHmac *self, const guint8 *nonce, CvSpan in, guint8 *out)
{
  guint8 iv[IV_LEN] = {0};
  int n = 0;

  /* RFC 9605 §4.5.1: the counter starts at the nonce and four zero bytes. */
  memcpy (iv, nonce, NONCE_LEN);
  return EVP_EncryptInit_ex2 (self->cipher, NULL, NULL, iv, NULL) == 1
         && (in.len == 0 || EVP_EncryptUpdate (self->cipher, out, &n, in.data, (int)in.len) == 1);
}

static void
put_u64 (guint8 *out, guint64 value)
{
  for (guint i = 0; i < 8; i++)
    out[i] = (guint8)(value >> 8 * (7 - i));
}

static gboolean
compute_tag (CvCryptoCtrHmac *self, const guint8 *nonce, const CvSpan aad[static 2],
             CvSpan ciphertext, guint8 tag[static CV_CRYPTO_HASH_MAX])
{
  guint8 head[3 * 8 + NONCE_LEN];
  CvSpan parts[4] = {CV_SPAN_ARRAY (head), aad[0], aad[1], ciphertext};
  gsize tag_len = 0;

  put_u64 (head, aad[0].len + aad[1].len);
  put_u64 (head + 8, ciphertext.len);
  put_u64 (head + 16, self->tag_len);
  memcpy (head + 24, nonce, NONCE_LEN);
  /* Without a key EVP_MAC_init starts over with the key it has. */
  if (EVP_MAC_init (self->mac, NULL, 0, NULL) != 1)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i].len > 0 && EVP_MAC_update (self->mac, parts[i].data, parts[i].len) != 1)
      return FALSE;
  return EVP_MAC_final (self->mac, tag, &tag_len, CV_CRYPTO_HASH_MAX) == 1
         && tag_len == self->hash_len;
}

gboolean
cv_crypto_ctr_hmac_seal (CvCryptoCtrHmac *self, const guint8 nonce[static 12],
                         const CvSpan aad[static 2], CvSpan plaintext, guint8 *out, GError **error)
{
  guint8 tag[CV_CRYPTO_HASH_MAX];

  if (plaintext.len > INT_MAX / 2)
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "plaintext too long");
  if (!apply_ctr (self, nonce, plaintext, out)
      || !compute_tag (self, nonce, aad, cv_span (out, plaintext.len), tag)) {
    cv_secret_wipe (out, plaintext.len + self->tag_len);
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "AES-CTR with HMAC failed");
  }
  memcpy (out + plaintext.len, tag, self->tag_len);
  cv_secret_wipe (tag, sizeof tag);
  return TRUE;
}

gboolean
cv_crypto_ctr_hmac_open (CvCryptoCtrHmac *self, const guint8 nonce[static 12],
                         const CvSpan aad[static 2], CvSpan ciphertext, guint8 *out, GError **error)
{
  guint8 tag[CV_CRYPTO_HASH_MAX];
  gboolean is_ok;
  gsize len;

  if (ciphertext.len < self->tag_len || ciphertext.len > INT_MAX / 2)
    return cv_crypto_context_fail_authentication (error);
  len = ciphertext.len - self->tag_len;
  is_ok = compute_tag (self, nonce, aad, cv_span (ciphertext.data, len), tag)
          && cv_secret_equal (tag, ciphertext.data + len, self->tag_len)
          && apply_ctr (self, nonce, cv_span (ciphertext.data, len), out);
  cv_secret_wipe (tag, sizeof tag);
  if (is_ok)
    return TRUE;
  if (len > 0)
    cv_secret_wipe (out, len);
  return cv_crypto_context_fail_authentication (error);
}
