/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Signatures. */
#include "crypto/signature.h"

#include "crypto/context-internal.h"
#include "crypto/hash-internal.h"
#include "crypto/pkey.h"

#define SIGNATURE_LEN_MAX 256

typedef struct {
  CvCryptoCurve curve;
  const char *digest; /* NULL: the signature hashes by itself */
} Row;

static const Row rows[] = {
    [CV_SIGNATURE_ED25519] = {CV_CRYPTO_CURVE_ED25519, NULL},
    [CV_SIGNATURE_ED448] = {CV_CRYPTO_CURVE_ED448, NULL},
    [CV_SIGNATURE_P256] = {CV_CRYPTO_CURVE_P256, "SHA256"},
    [CV_SIGNATURE_P384] = {CV_CRYPTO_CURVE_P384, "SHA384"},
    [CV_SIGNATURE_P521] = {CV_CRYPTO_CURVE_P521, "SHA512"},
};

static const Row *
find (CvSignature signature, GError **error)
{
  if ((gsize)signature < G_N_ELEMENTS (rows))
    return &rows[signature];
  cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED, "no such signature scheme");
  return NULL;
}

gboolean
cv_crypto_signature_generate (const CvCrypto *crypto, CvSignature signature, CvCryptoKeyPair *pair,
                              GError **error)
{
  const Row *row = find (signature, error);

  return row && cv_crypto_pkey_generate (crypto, row->curve, pair, error);
}

GBytes *
cv_crypto_signature_sign (const CvCrypto *crypto, CvSignature signature, CvSpan private_key,
                          CvSpan message, GError **error)
{
  const Row *row = find (signature, error);
  g_autoptr (EVP_PKEY) pkey =
      row ? cv_crypto_pkey_new_private (crypto, row->curve, private_key, error) : NULL;
  g_autoptr (EVP_MD_CTX) ctx = EVP_MD_CTX_new ();
  guint8 out[SIGNATURE_LEN_MAX];
  gsize len = sizeof out;

  if (!pkey)
    return NULL;
  if (!ctx
      || EVP_DigestSignInit_ex (ctx, NULL, row->digest, crypto->libctx, crypto->query, pkey, NULL)
             != 1
      || EVP_DigestSign (ctx, out, &len, message.data, message.len) != 1) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "signing failed");
    return NULL;
  }
  return g_bytes_new (out, len);
}

gboolean
cv_crypto_signature_verify (const CvCrypto *crypto, CvSignature signature, CvSpan public_key,
                            CvSpan message, CvSpan signed_with, GError **error)
{
  const Row *row = find (signature, NULL);
  g_autoptr (EVP_PKEY) pkey =
      row ? cv_crypto_pkey_new_public (crypto, row->curve, public_key, NULL) : NULL;
  g_autoptr (EVP_MD_CTX) ctx = EVP_MD_CTX_new ();

  if (pkey && ctx
      && EVP_DigestVerifyInit_ex (ctx, NULL, row->digest, crypto->libctx, crypto->query, pkey, NULL)
             == 1
      && EVP_DigestVerify (ctx, signed_with.data, signed_with.len, message.data, message.len) == 1)
    return TRUE;
  return cv_crypto_context_fail_authentication (error);
}

GBytes *
cv_crypto_signature_dup_public (const CvCrypto *crypto, CvSignature signature, CvSpan private_key,
                                GError **error)
{
  const Row *row = find (signature, error);

  return row ? cv_crypto_pkey_dup_public (crypto, row->curve, private_key, error) : NULL;
}
