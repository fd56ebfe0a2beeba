/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Hashes and HMAC, in one call or in pieces. */
#pragma once

#include "crypto/context.h"
#include "crypto/suites.h"

G_BEGIN_DECLS

#define CV_CRYPTO_HASH_MAX 64

gsize cv_crypto_hash_len (CvHash hash);

/* out has cv_crypto_hash_len bytes. */
gboolean cv_crypto_hash_digest (const CvCrypto *crypto, CvHash hash, CvSpan data, guint8 *out,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *cv_crypto_hash_dup_digest (const CvCrypto *crypto, CvHash hash, CvSpan data,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_crypto_hash_hmac (const CvCrypto *crypto, CvHash hash, CvSpan key, CvSpan data,
                              guint8 *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
