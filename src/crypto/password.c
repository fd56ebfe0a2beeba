/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Keys from passphrases. */
#include "crypto/password.h"

#include "crypto/context-internal.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#define KEY_LEN 32
#define PASSWORD_LEN_MAX 1024

/* E2EE.md section 5 */
#define ARGON2_MEMORY_KIB (64 * 1024)
#define ARGON2_PASSES 3
#define ARGON2_LANES 1

static gboolean
derive (const CvCrypto *crypto, const char *name, const OSSL_PARAM *params, CvSecret *key,
        GError **error)
{
  EVP_KDF *kdf = EVP_KDF_fetch (crypto->libctx, name, crypto->query);
  EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new (kdf) : NULL;
  gboolean is_ok =
      ctx && EVP_KDF_derive (ctx, cv_secret_get_data (key), cv_secret_get_len (key), params) == 1;

  EVP_KDF_CTX_free (ctx);
  EVP_KDF_free (kdf);
  return is_ok
         || cv_crypto_context_fail (error,
                                    kdf ? CV_CRYPTO_ERROR_PROVIDER : CV_CRYPTO_ERROR_UNSUPPORTED,
                                    kdf ? "no key from the passphrase"
                                        : "the passphrase's KDF is not available in this mode");
}

CvCryptoPassword
cv_crypto_password_get_default (const CvCrypto *crypto)
{
  return crypto->is_fips ? CV_CRYPTO_PASSWORD_PBKDF2 : CV_CRYPTO_PASSWORD_ARGON2ID;
}

CvSecret *
cv_crypto_password_derive (const CvCrypto *crypto, CvCryptoPassword kdf, CvSpan password,
                           CvSpan salt, GError **error)
{
  g_autoptr (CvSecret) key = cv_secret_new (KEY_LEN);
  const gboolean is_pbkdf2 = kdf == CV_CRYPTO_PASSWORD_PBKDF2;
  guint32 lanes = ARGON2_LANES;
  guint32 memory_kib = ARGON2_MEMORY_KIB;
  guint32 passes = ARGON2_PASSES;
  unsigned int iterations = CV_CRYPTO_PASSWORD_ITERATIONS;
  OSSL_PARAM params[6];
  gsize n = 0;

  if (password.len > PASSWORD_LEN_MAX || salt.len < CV_CRYPTO_PASSWORD_SALT_MIN) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "passphrase or salt of the wrong length");
    return NULL;
  }
  params[n++] = OSSL_PARAM_construct_octet_string (
      OSSL_KDF_PARAM_PASSWORD, password.len ? (void *)password.data : "", password.len);
  params[n++] =
      OSSL_PARAM_construct_octet_string (OSSL_KDF_PARAM_SALT, (void *)salt.data, salt.len);
  if (is_pbkdf2) {
    params[n++] = OSSL_PARAM_construct_utf8_string (OSSL_KDF_PARAM_DIGEST, (char *)"SHA384", 0);
    params[n++] = OSSL_PARAM_construct_uint (OSSL_KDF_PARAM_ITER, &iterations);
  } else {
    params[n++] = OSSL_PARAM_construct_uint32 (OSSL_KDF_PARAM_ARGON2_LANES, &lanes);
    params[n++] = OSSL_PARAM_construct_uint32 (OSSL_KDF_PARAM_ARGON2_MEMCOST, &memory_kib);
    params[n++] = OSSL_PARAM_construct_uint32 (OSSL_KDF_PARAM_ITER, &passes);
  }
  params[n] = OSSL_PARAM_construct_end ();
  if (!derive (crypto, is_pbkdf2 ? "PBKDF2" : "ARGON2ID", params, key, error))
    return NULL;
  return g_steal_pointer (&key);
}
