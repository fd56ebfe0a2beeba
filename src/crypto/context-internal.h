/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the files of crypto/ share: the algorithms, fetched once per context. Not for other layers.
 *
 * A pointer is NULL when the provider does not have the algorithm or the property query forbids
 * it; use the getters, which turn that into UNSUPPORTED. */
#pragma once

#include "crypto/context.h"
#include "crypto/suites.h"

#include <openssl/evp.h>

G_BEGIN_DECLS

#define CV_CRYPTO_N_HASHES 4
#define CV_CRYPTO_N_AEADS 3

typedef enum { CV_CRYPTO_CTR_AES_128, CV_CRYPTO_CTR_AES_256, CV_CRYPTO_N_CTRS } CvCryptoCtr;

struct CvCrypto {
  gatomicrefcount ref_count;
  gboolean is_fips;
  const char *query;
  OSSL_LIB_CTX *libctx;
  OSSL_PROVIDER *main_provider;
  OSSL_PROVIDER *base_provider;
  EVP_MD *hashes[CV_CRYPTO_N_HASHES];
  EVP_MD *shake256;
  EVP_CIPHER *aeads[CV_CRYPTO_N_AEADS];
  EVP_CIPHER *ctrs[CV_CRYPTO_N_CTRS];
  EVP_MAC *hmac;
};

const EVP_MD *cv_crypto_context_find_hash (const CvCrypto *crypto, CvHash hash, GError **error);
const EVP_CIPHER *cv_crypto_context_find_aead (const CvCrypto *crypto, CvAead aead, GError **error);

/* Sets *error from OpenSSL's queue and empties the queue. what: "expected what", without secrets.
 * Returns FALSE, so that a failing caller is one line. */
gboolean cv_crypto_context_fail (GError **error, CvCryptoError code, const char *what);
/* The one error of everything that does not authenticate. Returns FALSE. */
gboolean cv_crypto_context_fail_authentication (GError **error);

G_END_DECLS
