/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Which OpenSSL provider stands behind an algorithm. A context asks once for all that it will use
 * by name: a library context gives the same name and query the same answer from then on. */
#include "crypto/provenance.h"

#include <openssl/kdf.h>
#include <openssl/rand.h>

typedef const OSSL_PROVIDER *(*FindProvider) (OSSL_LIB_CTX *libctx, const char *name,
                                              const char *query);

/* NULL: there is no such algorithm, which is told when it is asked for. */
#define FIND_PROVIDER(function, Type)                                                              \
  static const OSSL_PROVIDER *function (OSSL_LIB_CTX *libctx, const char *name, const char *query) \
  {                                                                                                \
    Type *found = Type##_fetch (libctx, name, query);                                              \
    const OSSL_PROVIDER *provider = found ? Type##_get0_provider (found) : NULL;                   \
                                                                                                   \
    Type##_free (found);                                                                           \
    return provider;                                                                               \
  }

FIND_PROVIDER (find_md, EVP_MD)
FIND_PROVIDER (find_cipher, EVP_CIPHER)
FIND_PROVIDER (find_mac, EVP_MAC)
FIND_PROVIDER (find_kdf, EVP_KDF)
FIND_PROVIDER (find_keymgmt, EVP_KEYMGMT)
FIND_PROVIDER (find_keyexch, EVP_KEYEXCH)
FIND_PROVIDER (find_kem, EVP_KEM)
FIND_PROVIDER (find_signature, EVP_SIGNATURE)

static const struct {
  FindProvider find;
  const char *names[8]; /* all that crypto/ and transport/ ask for; NULL at the end */
} rows[] = {
    {find_md, {"SHA256", "SHA384", "SHA512", "SHA3-256", "SHAKE128", "SHAKE256"}},
    {find_cipher,
     {"AES-128-GCM", "AES-256-GCM", "ChaCha20-Poly1305", "AES-128-CTR", "AES-256-CTR"}},
    {find_mac, {"HMAC"}},
    {find_kdf, {"PBKDF2", "ARGON2ID", "TLS1-PRF"}}, /* the last is libssl's own wish */
    {find_keymgmt, {"EC", "X25519", "X448", "ED25519", "ED448", "ML-KEM-768", "ML-KEM-1024"}},
    {find_keyexch, {"ECDH", "X25519", "X448"}},
    {find_kem, {"ML-KEM-768", "ML-KEM-1024"}},
    {find_signature, {"ECDSA", "ED25519", "ED448"}},
};

gboolean
cv_crypto_provenance_check (OSSL_LIB_CTX *libctx, const char *query, const OSSL_PROVIDER *provider)
{
  EVP_RAND_CTX *random = RAND_get0_primary (libctx);

  if (!random || EVP_RAND_get0_provider (EVP_RAND_CTX_get0_rand (random)) != provider)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize k = 0; rows[i].names[k]; k++) {
      const OSSL_PROVIDER *found = rows[i].find (libctx, rows[i].names[k], query);

      if (found && found != provider)
        return FALSE;
    }
  return TRUE;
}
