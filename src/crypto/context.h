/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The OpenSSL library context that every cryptographic call runs in.
 *
 * One OSSL_LIB_CTX and one property query, so that FIPS mode is a switch and not a second code
 * path. Immutable after cv_crypto_context_new; any thread.
 *
 * Lifetime: OpenSSL keeps state of a context in each thread that used it and cleans up when the
 * thread ends, with a crash if the context is gone by then. Who drops the last reference must know
 * that these threads have ended, or that each has called OPENSSL_thread_stop_ex on
 * cv_crypto_context_get_libctx; the thread that drops it need not. Threads of a pool end when the
 * pool likes: a program that has one makes a context of each mode once and keeps it to its end. */
#pragma once

#include "base/bytes.h"
#include "base/secret.h"
#include "crypto/suites.h"

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

/* is_fips: OpenSSL's fips provider alone, loaded with the checksum that "openssl fipsinstall" wrote
 * (docs/FIPS.md says where), and self-tested. Fails with PROVIDER when it is missing, changed or
 * does not pass. About a tenth of a second, as its self-tests are many. */
CvCrypto *cv_crypto_context_new (gboolean is_fips, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvCrypto *cv_crypto_context_ref (CvCrypto *crypto);
void cv_crypto_context_unref (CvCrypto *crypto);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvCrypto, cv_crypto_context_unref)

gboolean cv_crypto_context_is_fips (const CvCrypto *crypto);
/* FALSE: FIPS mode, and the suite is none of it (E2EE.md section 2). */
gboolean cv_crypto_context_allows (const CvCrypto *crypto, const CvMlsSuite *suite);
OSSL_LIB_CTX *cv_crypto_context_get_libctx (const CvCrypto *crypto);
const char *cv_crypto_context_get_query (const CvCrypto *crypto);
/* "OpenSSL FIPS Provider 3.5.7": which implementation does the work, for people. Full. */
char *cv_crypto_context_dup_provider (const CvCrypto *crypto);

G_END_DECLS
