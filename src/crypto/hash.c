/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Hashes and HMAC in one call. */
#include "crypto/hash.h"

#include "crypto/context-internal.h"
#include "crypto/hash-internal.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

gsize
cv_crypto_hash_len (CvHash hash)
{
  switch (hash) {
  case CV_HASH_SHA256:
  case CV_HASH_SHA3_256:
    return 32;
  case CV_HASH_SHA384:
    return 48;
  case CV_HASH_SHA512:
    return 64;
  }
  return 0;
}

gboolean
cv_crypto_hash_digest (const CvCrypto *crypto, CvHash hash, CvSpan data, guint8 *out,
                       GError **error)
{
  const EVP_MD *md = cv_crypto_context_find_hash (crypto, hash, error);

  if (!md)
    return FALSE;
  if (EVP_Digest (data.data, data.len, out, NULL, md, NULL) != 1)
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "digest failed");
  return TRUE;
}

GBytes *
cv_crypto_hash_dup_digest (const CvCrypto *crypto, CvHash hash, CvSpan data, GError **error)
{
  guint8 digest[CV_CRYPTO_HASH_MAX];

  if (!cv_crypto_hash_digest (crypto, hash, data, digest, error))
    return NULL;
  return g_bytes_new (digest, cv_crypto_hash_len (hash));
}

gboolean
cv_crypto_hash_digest_parts (const CvCrypto *crypto, CvHash hash, const CvSpan *parts,
                             gsize n_parts, guint8 *out, GError **error)
{
  const EVP_MD *md = cv_crypto_context_find_hash (crypto, hash, error);
  g_autoptr (EVP_MD_CTX) ctx = md ? EVP_MD_CTX_new () : NULL;
  gboolean is_ok;

  if (!md)
    return FALSE;
  is_ok = ctx && EVP_DigestInit_ex2 (ctx, md, NULL) == 1;
  for (gsize i = 0; is_ok && i < n_parts; i++)
    is_ok = EVP_DigestUpdate (ctx, parts[i].data, parts[i].len) == 1;
  is_ok = is_ok && EVP_DigestFinal_ex (ctx, out, NULL) == 1;
  return is_ok || cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "digest failed");
}

gboolean
cv_crypto_hash_hmac_parts (const CvCrypto *crypto, CvHash hash, CvSpan key, const CvSpan *parts,
                           gsize n_parts, guint8 *out, GError **error)
{
  static const guint8 no_key[CV_CRYPTO_HASH_MAX] = {0};
  const EVP_MD *md = cv_crypto_context_find_hash (crypto, hash, error);
  g_autoptr (EVP_MAC_CTX) ctx = md ? EVP_MAC_CTX_new (crypto->hmac) : NULL;
  OSSL_PARAM params[2];
  gsize out_len = 0;
  gboolean is_ok;

  if (!md)
    return FALSE;
  params[0] =
      OSSL_PARAM_construct_utf8_string (OSSL_MAC_PARAM_DIGEST, (char *)EVP_MD_get0_name (md), 0);
  params[1] = OSSL_PARAM_construct_end ();
  /* HMAC fills keys up with zeroes, so as many as the hash is long are the empty key (RFC 5869 §2.2
   * and SP 800-56C §4.1 write the missing salt so). A strict FIPS module refuses shorter ones. */
  if (key.len == 0)
    key = cv_span (no_key, cv_crypto_hash_len (hash));
  is_ok = ctx && EVP_MAC_init (ctx, key.data, key.len, params) == 1;
  for (gsize i = 0; is_ok && i < n_parts; i++)
    is_ok = parts[i].len == 0 || EVP_MAC_update (ctx, parts[i].data, parts[i].len) == 1;
  is_ok = is_ok && EVP_MAC_final (ctx, out, &out_len, cv_crypto_hash_len (hash)) == 1
          && out_len == cv_crypto_hash_len (hash);
  return is_ok || cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "HMAC failed");
}

gboolean
cv_crypto_hash_hmac (const CvCrypto *crypto, CvHash hash, CvSpan key, CvSpan data, guint8 *out,
                     GError **error)
{
  return cv_crypto_hash_hmac_parts (crypto, hash, key, &data, 1, out, error);
}
