/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The OpenSSL library context that every cryptographic call runs in.
 *
 * One OSSL_LIB_CTX and one property query, so that FIPS mode is a switch and not a second code
 * path. Immutable after cv_crypto_context_new; any thread. */
#pragma once

#include "base/bytes.h"
#include "base/secret.h"

#include <openssl/types.h>

G_BEGIN_DECLS

#define CV_CRYPTO_ERROR (cv_crypto_error_quark ())
GQuark cv_crypto_error_quark (void);

typedef enum {
  CV_CRYPTO_ERROR_AUTHENTICATION, /* tag or signature wrong: drop the input, same words always */
  CV_CRYPTO_ERROR_INPUT, /* malformed key or length: drop the input */
  CV_CRYPTO_ERROR_UNSUPPORTED, /* algorithm not in this build or not allowed in FIPS mode */
  CV_CRYPTO_ERROR_PROVIDER, /* OpenSSL or its provider failed: stop the call */
} CvCryptoError;

typedef struct CvCrypto CvCrypto;

/* is_fips: loads the fips provider and fails with PROVIDER when it is missing or its self-test
 * does not pass. */
CvCrypto *cv_crypto_context_new (gboolean is_fips, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvCrypto *cv_crypto_context_ref (CvCrypto *crypto);
void cv_crypto_context_unref (CvCrypto *crypto);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvCrypto, cv_crypto_context_unref)

gboolean cv_crypto_context_is_fips (const CvCrypto *crypto);
OSSL_LIB_CTX *cv_crypto_context_get_libctx (const CvCrypto *crypto);
const char *cv_crypto_context_get_query (const CvCrypto *crypto);
char *cv_crypto_context_dup_provider (const CvCrypto *crypto); /* name and version, for people */

G_END_DECLS
