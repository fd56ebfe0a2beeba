/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Which OpenSSL provider stands behind an algorithm. A context asks once for all that it will use
 * by name: a library context gives the same name and query the same answer from then on. For hashes,
 * ciphers and keys it also looks for engines, which OpenSSL takes in place of what was fetched. */
#define OPENSSL_SUPPRESS_DEPRECATED /* engines, and RAND_METHOD, which they bring */

#include "crypto/provenance.h"

#include <openssl/kdf.h>
#include <openssl/rand.h>

/* Distributions that drop engines keep the header in a package apart, or nowhere. */
#if __has_include(<openssl/engine.h>) && !defined OPENSSL_NO_ENGINE
#include <openssl/engine.h>
#define HAS_ENGINES
#endif

typedef gboolean (*IsOf) (OSSL_LIB_CTX *libctx, const char *name, const char *query,
                          const OSSL_PROVIDER *provider);

/* TRUE also when there is no such algorithm, which is told when it is asked for. */
#define IS_OF(function, Type)                                                                      \
  static gboolean function (OSSL_LIB_CTX *libctx, const char *name, const char *query,             \
                            const OSSL_PROVIDER *provider)                                         \
  {                                                                                                \
    Type *found = Type##_fetch (libctx, name, query);                                              \
    const gboolean is_of = !found || Type##_get0_provider (found) == provider;                     \
                                                                                                   \
    Type##_free (found);                                                                           \
    return is_of;                                                                                  \
  }

IS_OF (is_mac_of, EVP_MAC)
IS_OF (is_kdf_of, EVP_KDF)
IS_OF (is_keyexch_of, EVP_KEYEXCH)
IS_OF (is_kem_of, EVP_KEM)
IS_OF (is_signature_of, EVP_SIGNATURE)

/* A context of a hash keeps naming what was fetched when an engine does the work. */
static gboolean
has_engine (const EVP_MD *md)
{
#ifdef HAS_ENGINES
  ENGINE *engine = ENGINE_get_digest_engine (EVP_MD_get_type (md));

  ENGINE_finish (engine);
  return engine != NULL;
#else
  return FALSE;
#endif
}

static gboolean
is_md_of (OSSL_LIB_CTX *libctx, const char *name, const char *query, const OSSL_PROVIDER *provider)
{
  EVP_MD *md = EVP_MD_fetch (libctx, name, query);
  const gboolean is_of = !md || (EVP_MD_get0_provider (md) == provider && !has_engine (md));

  EVP_MD_free (md);
  return is_of;
}

static gboolean
is_cipher_of (OSSL_LIB_CTX *libctx, const char *name, const char *query,
              const OSSL_PROVIDER *provider)
{
  EVP_CIPHER *cipher = EVP_CIPHER_fetch (libctx, name, query);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();
  const gboolean is_of =
      !cipher
      || (context && EVP_EncryptInit_ex2 (context, cipher, NULL, NULL, NULL) == 1
          && EVP_CIPHER_get0_provider (EVP_CIPHER_CTX_get0_cipher (context)) == provider);

  EVP_CIPHER_CTX_free (context);
  EVP_CIPHER_free (cipher);
  return is_of;
}

static gboolean
is_key_of (OSSL_LIB_CTX *libctx, const char *name, const char *query, const OSSL_PROVIDER *provider)
{
  EVP_KEYMGMT *keys = EVP_KEYMGMT_fetch (libctx, name, query);
  EVP_PKEY_CTX *context = keys ? EVP_PKEY_CTX_new_from_name (libctx, name, query) : NULL;
  const gboolean is_of = !keys
                         || (context && EVP_PKEY_keygen_init (context) == 1
                             && EVP_PKEY_CTX_get0_provider (context) == provider);

  EVP_PKEY_CTX_free (context);
  EVP_KEYMGMT_free (keys);
  return is_of;
}

static const struct {
  IsOf is_of;
  const char *names[8]; /* all that crypto/ and transport/ ask for; NULL at the end */
} rows[] = {
    {is_md_of, {"SHA256", "SHA384", "SHA512", "SHA3-256", "SHAKE128", "SHAKE256"}},
    {is_cipher_of,
     {"AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305", "AES-128-CTR", "AES-256-CTR"}},
    {is_mac_of, {"HMAC"}},
    {is_kdf_of, {"PBKDF2", "ARGON2ID", "TLS1-PRF"}}, /* the last is libssl's own wish */
    {is_key_of, {"EC", "X25519", "X448", "ED25519", "ED448", "ML-KEM-768", "ML-KEM-1024"}},
    {is_keyexch_of, {"ECDH", "X25519", "X448"}},
    {is_kem_of, {"ML-KEM-768", "ML-KEM-1024"}},
    {is_signature_of, {"ECDSA", "ED25519", "ED448"}},
};

gboolean
cv_crypto_provenance_check (OSSL_LIB_CTX *libctx, const char *query, const OSSL_PROVIDER *provider)
{
  EVP_RAND_CTX *random = RAND_get0_primary (libctx);

  if (!random || EVP_RAND_get0_provider (EVP_RAND_CTX_get0_rand (random)) != provider)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize k = 0; rows[i].names[k]; k++)
      if (!rows[i].is_of (libctx, rows[i].names[k], query, provider))
        return FALSE;
  return TRUE;
}

gboolean
cv_crypto_provenance_pin_random (OSSL_LIB_CTX *libctx, OSSL_PROVIDER *provider)
{
  guint8 byte;

  if (RAND_get_rand_method () != RAND_OpenSSL ()
      || RAND_set1_random_provider (libctx, provider) != 1)
    return FALSE;
  if (RAND_priv_bytes_ex (libctx, &byte, 1, 0) == 1)
    return TRUE;
  /* A module from before 3.5 gives none by itself. Without a name there the bytes are those of the
   * context's generators, which cv_crypto_provenance_check looks at. */
  return RAND_set1_random_provider (libctx, NULL) == 1
         && RAND_priv_bytes_ex (libctx, &byte, 1, 0) == 1;
}
