/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Keys from passphrases: Argon2id (RFC 9106). Slow and heavy by intent: call it in a worker. */
#pragma once

#include "crypto/context.h"

G_BEGIN_DECLS

/* m = 64 MiB, t = 3, p = 1 (E2EE.md section 5); 32 bytes out. UNSUPPORTED in FIPS mode uses
 * PBKDF2-HMAC-SHA384 instead, with the count in password.c. salt: at least 8 bytes. */
CvSecret *cv_crypto_password_derive (const CvCrypto *crypto, CvSpan password, CvSpan salt,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
