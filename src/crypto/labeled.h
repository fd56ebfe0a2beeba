/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* LabeledExtract, LabeledExpand (RFC 9180 §4) and LabeledDerive. Not for other layers. */
#pragma once

#include "crypto/hkdf.h"

G_BEGIN_DECLS

typedef struct {
  const CvCrypto *crypto;
  CvHash hash; /* of extract and expand */
  CvSpan suite_id; /* "KEM" or "HPKE" and the code points */
  CvXof xof; /* of derive */
} CvCryptoLabeled;

CvSecret *cv_crypto_labeled_extract (const CvCryptoLabeled *self, CvSpan salt, const char *label,
                                     CvSpan ikm, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* LabeledExtract without a salt of what is no secret; out: the hash's length. */
gboolean cv_crypto_labeled_hash (const CvCryptoLabeled *self, const char *label, CvSpan input,
                                 guint8 *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* INPUT unless 1 ≤ len < 2^16. */
CvSecret *
cv_crypto_labeled_expand (const CvCryptoLabeled *self, CvSpan prk, const char *label, CvSpan info,
                          gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The key derivation of one stage (draft-ietf-hpke-hpke). INPUT unless 1 ≤ len < 2^16. */
CvSecret *
cv_crypto_labeled_derive (const CvCryptoLabeled *self, CvSpan ikm, const char *label,
                          CvSpan context, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
