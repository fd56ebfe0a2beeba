/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Hashes and HMAC over several parts, so that secrets need no joining. Not for other layers. */
#pragma once

#include "crypto/hash.h"

#include <openssl/evp.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MAC_CTX, EVP_MAC_CTX_free)

gboolean
cv_crypto_hash_digest_parts (const CvCrypto *crypto, CvHash hash, const CvSpan *parts,
                             gsize n_parts, guint8 *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cv_crypto_hash_hmac_parts (const CvCrypto *crypto, CvHash hash, CvSpan key, const CvSpan *parts,
                           gsize n_parts, guint8 *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
