/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* HKDF (RFC 5869). Empty salts and keys are allowed. */
#pragma once

#include "crypto/hash.h"

G_BEGIN_DECLS

CvSecret *cv_crypto_hkdf_extract (const CvCrypto *crypto, CvHash hash, CvSpan salt, CvSpan ikm,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* 1 ≤ len ≤ 255 × hash length */
CvSecret *cv_crypto_hkdf_expand (const CvCrypto *crypto, CvHash hash, CvSpan prk, CvSpan info,
                                 gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
