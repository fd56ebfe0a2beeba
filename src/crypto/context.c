/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The OpenSSL library context. Algorithms are fetched here once, because a fetch costs more than
 * the encryption of an audio frame. */
#include "crypto/context-internal.h"
#include "crypto/memory.h"
#include "crypto/provenance.h"

#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <string.h>

#define FIPS_QUERY "fips=yes"
#define FIPS_CONFIG "fipsmodule.cnf"
#define FIPS_SECTION "fips_sect"
#define FIPS_PARAMS_MAX 32

G_DEFINE_QUARK (cv-crypto-error-quark, cv_crypto_error)

gboolean
cv_crypto_context_fail (GError **error, CvCryptoError code, const char *what)
{
  const char *reason = ERR_reason_error_string (ERR_peek_last_error ());

  if (reason)
    g_set_error (error, CV_CRYPTO_ERROR, code, "%s: %s", what, reason);
  else
    g_set_error_literal (error, CV_CRYPTO_ERROR, code, what);
  ERR_clear_error ();
  return FALSE;
}

gboolean
cv_crypto_context_fail_authentication (GError **error)
{
  /* One code and the same words, whatever was wrong: the difference would be an oracle. */
  g_set_error_literal (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_AUTHENTICATION,
                       "failed to authenticate");
  ERR_clear_error ();
  return FALSE;
}

/* The module's checksum and settings, as "openssl fipsinstall" wrote them into a folder. FALSE: there
 * are none. */
static gboolean
load_fips_from (OSSL_LIB_CTX *libctx, const char *folder, OSSL_PROVIDER **provider)
{
  g_autofree char *path = g_build_filename (folder, FIPS_CONFIG, NULL);
  CONF *config = NCONF_new_ex (libctx, NULL);
  OSSL_PARAM params[FIPS_PARAMS_MAX + 1];
  const gboolean is_there = config && NCONF_load (config, path, NULL) == 1;
  STACK_OF (CONF_VALUE) *values = is_there ? NCONF_get_section (config, FIPS_SECTION) : NULL;
  int n_params = 0;

  ERR_clear_error ();
  for (int i = 0; values && i < sk_CONF_VALUE_num (values) && n_params < FIPS_PARAMS_MAX; i++) {
    CONF_VALUE *value = sk_CONF_VALUE_value (values, i);

    if (strcmp (value->name, "activate") != 0)
      params[n_params++] = OSSL_PARAM_construct_utf8_string (value->name, value->value, 0);
  }
  params[n_params] = OSSL_PARAM_construct_end ();
  if (is_there)
    *provider = OSSL_PROVIDER_load_ex (libctx, "fips", params);
  NCONF_free (config);
  return is_there;
}

/* Where an administrator may have put the settings: in openssl.cnf (OPENSSL_CONF names another),
 * beside a module that OPENSSL_MODULES names, or beside openssl.cnf. One attempt only: a module that
 * was once loaded without its checksum is in its error state until the process ends. */
static OSSL_PROVIDER *
find_fips (OSSL_LIB_CTX *libctx)
{
  const char *folders[] = {secure_getenv ("OPENSSL_MODULES"), X509_get_default_cert_area ()};
  OSSL_PROVIDER *provider = NULL;

  (void)OSSL_LIB_CTX_load_config (libctx, NULL);
  ERR_clear_error ();
  if (OSSL_PROVIDER_available (libctx, "fips") != 1)
    for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
      if (folders[i] && load_fips_from (libctx, folders[i], &provider))
        return provider;
  return OSSL_PROVIDER_load (libctx, "fips");
}

/* Absent, or there and not to be trusted: an administrator does something else about each. The
 * oldest error tells, and the module's own first one says why. Returns FALSE. */
static gboolean
fail_fips (GError **error)
{
  const gboolean is_absent = ERR_GET_LIB (ERR_peek_error ()) == ERR_LIB_DSO;
  const char *why = NULL;
  unsigned long code;

  while ((code = ERR_get_error ()) != 0)
    if (!why && ERR_GET_LIB (code) == ERR_LIB_PROV)
      why = ERR_reason_error_string (code);
  if (is_absent)
    g_set_error_literal (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_PROVIDER,
                         "the OpenSSL FIPS provider is not installed");
  else
    g_set_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_PROVIDER,
                 "the OpenSSL FIPS provider failed its self-test: %s",
                 why ? why : "no reason given");
  return FALSE;
}

static gboolean
load_fips (CvCrypto *crypto, GError **error)
{
  crypto->main_provider = find_fips (crypto->libctx);
  /* Loading has tested it once; this is now, and for a module that an installation marked tested. */
  if (!crypto->main_provider || OSSL_PROVIDER_self_test (crypto->main_provider) != 1)
    return fail_fips (error);
  /* Encoders and decoders for the link's certificate; no cryptography. */
  crypto->base_provider = OSSL_PROVIDER_load (crypto->libctx, "base");
  if (!crypto->base_provider)
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "no OpenSSL base provider");
  if (EVP_set_default_properties (crypto->libctx, FIPS_QUERY) != 1)
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "no FIPS property query");
  if (!cv_crypto_provenance_pin_random (crypto->libctx, crypto->main_provider))
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER,
                                   "the random bytes are not the OpenSSL FIPS provider's");
  return TRUE;
}

static gboolean
load_default (CvCrypto *crypto, GError **error)
{
  crypto->main_provider = OSSL_PROVIDER_load (crypto->libctx, "default");
  if (!crypto->main_provider)
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "no OpenSSL default provider");
  return TRUE;
}

static void
fetch_algorithms (CvCrypto *crypto)
{
  static const char *const hashes[CV_CRYPTO_N_HASHES] = {
      [CV_HASH_SHA256] = "SHA256",
      [CV_HASH_SHA384] = "SHA384",
      [CV_HASH_SHA512] = "SHA512",
      [CV_HASH_SHA3_256] = "SHA3-256",
  };
  static const char *const aeads[CV_CRYPTO_N_AEADS] = {
      [CV_AEAD_AES_128_GCM] = "AES-128-GCM",
      [CV_AEAD_AES_256_GCM] = "AES-256-GCM",
      [CV_AEAD_CHACHA20_POLY1305] = "ChaCha20-Poly1305",
  };
  static const char *const ctrs[CV_CRYPTO_N_CTRS] = {
      [CV_CRYPTO_CTR_AES_128] = "AES-128-CTR",
      [CV_CRYPTO_CTR_AES_256] = "AES-256-CTR",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (hashes); i++)
    crypto->hashes[i] = EVP_MD_fetch (crypto->libctx, hashes[i], crypto->query);
  for (gsize i = 0; i < G_N_ELEMENTS (aeads); i++)
    crypto->aeads[i] = EVP_CIPHER_fetch (crypto->libctx, aeads[i], crypto->query);
  for (gsize i = 0; i < G_N_ELEMENTS (ctrs); i++)
    crypto->ctrs[i] = EVP_CIPHER_fetch (crypto->libctx, ctrs[i], crypto->query);
  crypto->shake256 = EVP_MD_fetch (crypto->libctx, "SHAKE256", crypto->query);
  crypto->hmac = EVP_MAC_fetch (crypto->libctx, "HMAC", crypto->query);
  /* What is missing is told when it is asked for. */
  ERR_clear_error ();
}

const EVP_MD *
cv_crypto_context_find_hash (const CvCrypto *crypto, CvHash hash, GError **error)
{
  if ((gsize)hash < CV_CRYPTO_N_HASHES && crypto->hashes[hash])
    return crypto->hashes[hash];
  cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED, "hash not available");
  return NULL;
}

const EVP_CIPHER *
cv_crypto_context_find_aead (const CvCrypto *crypto, CvAead aead, GError **error)
{
  if ((gsize)aead < CV_CRYPTO_N_AEADS && crypto->aeads[aead])
    return crypto->aeads[aead];
  cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED, "AEAD not available");
  return NULL;
}

CvCrypto *
cv_crypto_context_new (gboolean is_fips, GError **error)
{
  g_autoptr (CvCrypto) crypto = g_new0 (CvCrypto, 1);

  (void)cv_crypto_memory_wipe_freed ();
  g_atomic_ref_count_init (&crypto->ref_count);
  crypto->is_fips = is_fips;
  crypto->query = is_fips ? FIPS_QUERY : "";
  crypto->libctx = OSSL_LIB_CTX_new ();
  if (!crypto->libctx) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "no OpenSSL library context");
    return NULL;
  }
  if (!(is_fips ? load_fips (crypto, error) : load_default (crypto, error)))
    return NULL;
  fetch_algorithms (crypto);
  if (!crypto->hmac || !crypto->hashes[CV_HASH_SHA384] || !crypto->aeads[CV_AEAD_AES_256_GCM]) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER,
                            "the OpenSSL provider lacks HMAC, SHA-384 or AES-256-GCM");
    return NULL;
  }
  if (!cv_crypto_provenance_check (crypto->libctx, crypto->query, crypto->main_provider)) {
    ERR_clear_error ();
    cv_crypto_context_fail (
        error, CV_CRYPTO_ERROR_PROVIDER,
        "another OpenSSL provider or engine stands before the one that was asked for");
    return NULL;
  }
  ERR_clear_error ();
  return g_steal_pointer (&crypto);
}

CvCrypto *
cv_crypto_context_ref (CvCrypto *crypto)
{
  g_return_val_if_fail (crypto, NULL);

  g_atomic_ref_count_inc (&crypto->ref_count);
  return crypto;
}

void
cv_crypto_context_unref (CvCrypto *crypto)
{
  if (!crypto || !g_atomic_ref_count_dec (&crypto->ref_count))
    return;
  for (gsize i = 0; i < CV_CRYPTO_N_HASHES; i++)
    EVP_MD_free (crypto->hashes[i]);
  for (gsize i = 0; i < CV_CRYPTO_N_AEADS; i++)
    EVP_CIPHER_free (crypto->aeads[i]);
  for (gsize i = 0; i < CV_CRYPTO_N_CTRS; i++)
    EVP_CIPHER_free (crypto->ctrs[i]);
  EVP_MD_free (crypto->shake256);
  EVP_MAC_free (crypto->hmac);
  if (crypto->base_provider)
    OSSL_PROVIDER_unload (crypto->base_provider);
  if (crypto->main_provider)
    OSSL_PROVIDER_unload (crypto->main_provider);
  OSSL_LIB_CTX_free (crypto->libctx);
  g_free (crypto);
}

gboolean
cv_crypto_context_is_fips (const CvCrypto *crypto)
{
  return crypto->is_fips;
}

OSSL_LIB_CTX *
cv_crypto_context_get_libctx (const CvCrypto *crypto)
{
  return crypto->libctx;
}

const char *
cv_crypto_context_get_query (const CvCrypto *crypto)
{
  return crypto->query;
}

gboolean
cv_crypto_context_allows (const CvCrypto *crypto, const CvMlsSuite *suite)
{
  return !crypto->is_fips || suite->is_fips;
}

char *
cv_crypto_context_dup_provider (const CvCrypto *crypto)
{
  char *name = NULL;
  char *version = NULL;
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_ptr (OSSL_PROV_PARAM_NAME, &name, 0),
      OSSL_PARAM_construct_utf8_ptr (OSSL_PROV_PARAM_VERSION, &version, 0),
      OSSL_PARAM_construct_end (),
  };

  if (OSSL_PROVIDER_get_params (crypto->main_provider, params) != 1 || !name)
    name = (char *)OSSL_PROVIDER_get0_name (crypto->main_provider);
  return g_strdup_printf ("%s %s", name, version ? version : "");
}
