/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* An OpenSSL provider that claims to be FIPS 140's for one algorithm, named by the environment
 * variable IMPOSTOR_OF, and does nothing: it is only ever found, never used. Who asks it for random
 * bytes gets a pattern. */
#include <openssl/core_dispatch.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#define CLAIM "provider=impostor,fips=yes"

OSSL_provider_init_fn OSSL_provider_init;

static void *
make (void *data)
{
  return NULL;
}

static void
drop (void *made)
{
}

static int
fail (void)
{
  return 0;
}

static int
say_nothing (OSSL_PARAM params[])
{
  return 1;
}

#define FUNCTION(id, function) {id, (void (*) (void))function}

static const OSSL_DISPATCH kdf[] = {FUNCTION (OSSL_FUNC_KDF_NEWCTX, make),
                                    FUNCTION (OSSL_FUNC_KDF_FREECTX, drop),
                                    FUNCTION (OSSL_FUNC_KDF_DERIVE, fail), OSSL_DISPATCH_END};

static const OSSL_DISPATCH keys[] = {FUNCTION (OSSL_FUNC_KEYMGMT_NEW, make),
                                     FUNCTION (OSSL_FUNC_KEYMGMT_FREE, drop),
                                     FUNCTION (OSSL_FUNC_KEYMGMT_HAS, fail), OSSL_DISPATCH_END};

static const OSSL_DISPATCH cipher[] = {FUNCTION (OSSL_FUNC_CIPHER_NEWCTX, make),
                                       FUNCTION (OSSL_FUNC_CIPHER_FREECTX, drop),
                                       FUNCTION (OSSL_FUNC_CIPHER_ENCRYPT_INIT, fail),
                                       FUNCTION (OSSL_FUNC_CIPHER_DECRYPT_INIT, fail),
                                       FUNCTION (OSSL_FUNC_CIPHER_UPDATE, fail),
                                       FUNCTION (OSSL_FUNC_CIPHER_FINAL, fail),
                                       FUNCTION (OSSL_FUNC_CIPHER_GET_PARAMS, say_nothing),
                                       OSSL_DISPATCH_END};

static const OSSL_DISPATCH exchange[] = {
    FUNCTION (OSSL_FUNC_KEYEXCH_NEWCTX, make), FUNCTION (OSSL_FUNC_KEYEXCH_FREECTX, drop),
    FUNCTION (OSSL_FUNC_KEYEXCH_INIT, fail), FUNCTION (OSSL_FUNC_KEYEXCH_DERIVE, fail),
    OSSL_DISPATCH_END};

static const struct {
  int operation;
  OSSL_ALGORITHM algorithms[2];
} rows[] = {
    {OSSL_OP_KDF, {{"PBKDF2", CLAIM, kdf, NULL}}},
    {OSSL_OP_KDF, {{"TLS1-PRF", CLAIM, kdf, NULL}}},
    {OSSL_OP_KEYMGMT, {{"EC", CLAIM, keys, NULL}}},
    {OSSL_OP_KEYMGMT, {{"ML-KEM-1024", CLAIM, keys, NULL}}},
    {OSSL_OP_CIPHER, {{"AES-256-CTR", CLAIM, cipher, NULL}}},
    {OSSL_OP_KEYEXCH, {{"ECDH", CLAIM, exchange, NULL}}},
};

static const OSSL_ALGORITHM *
query (void *provider, int operation, int *no_cache)
{
  const char *name = getenv ("IMPOSTOR_OF");

  *no_cache = 0;
  for (size_t i = 0; name && i < sizeof rows / sizeof *rows; i++)
    if (rows[i].operation == operation && strcmp (rows[i].algorithms[0].algorithm_names, name) == 0)
      return rows[i].algorithms;
  return NULL;
}

static int
fill_with_a_pattern (void *provider, int which, void *out, size_t len, unsigned int strength)
{
  memset (out, 0x42, len);
  return 1;
}

int
OSSL_provider_init (const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *core,
                    const OSSL_DISPATCH **provider, void **data)
{
  static const OSSL_DISPATCH functions[] = {
      FUNCTION (OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
      FUNCTION (OSSL_FUNC_PROVIDER_RANDOM_BYTES, fill_with_a_pattern), OSSL_DISPATCH_END};

  *provider = functions;
  *data = (void *)handle;
  return 1;
}
