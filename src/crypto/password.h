/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Keys from passphrases: Argon2id (RFC 9106), or PBKDF2 (SP 800-132) where FIPS 140 is a must.
 *
 * Slow by intent: call it in a worker. What has been made with one can only be made with the same
 * again, so whoever makes it writes down which. */
#pragma once

#include "crypto/context.h"

G_BEGIN_DECLS

typedef enum {
  CV_CRYPTO_PASSWORD_ARGON2ID, /* m = 64 MiB, t = 3, p = 1 (E2EE.md section 5) */
  CV_CRYPTO_PASSWORD_PBKDF2, /* HMAC-SHA384, CV_CRYPTO_PASSWORD_ITERATIONS */
} CvCryptoPassword;

#define CV_CRYPTO_PASSWORD_ITERATIONS 600000
#define CV_CRYPTO_PASSWORD_SALT_MIN 16 /* SP 800-132 §5.1: 128 bits */

/* What this program makes new things with: PBKDF2 in FIPS mode. */
CvCryptoPassword cv_crypto_password_get_default (const CvCrypto *crypto);

/* 32 bytes. password: any length up to 1024 bytes; salt: CV_CRYPTO_PASSWORD_SALT_MIN or more.
 * UNSUPPORTED for Argon2id in FIPS mode. */
CvSecret *cv_crypto_password_derive (const CvCrypto *crypto, CvCryptoPassword kdf, CvSpan password,
                                     CvSpan salt, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
