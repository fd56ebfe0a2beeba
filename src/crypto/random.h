/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Random bytes from OpenSSL's private DRBG. */
#pragma once

#include "crypto/context.h"

G_BEGIN_DECLS

gboolean cv_crypto_random_fill (const CvCrypto *crypto, void *out, gsize len,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *cv_crypto_random_dup_secret (const CvCrypto *crypto, gsize len,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
