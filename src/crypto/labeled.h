/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* LabeledExtract and LabeledExpand (RFC 9180 §4). Not for other layers. */
#pragma once

#include "crypto/hkdf.h"

G_BEGIN_DECLS

typedef struct {
  const CvCrypto *crypto;
  CvHash hash;
  CvSpan suite_id; /* "KEM" or "HPKE" and the code points */
} CvCryptoLabeled;

CvSecret *cv_crypto_labeled_extract (const CvCryptoLabeled *self, CvSpan salt, const char *label,
                                     CvSpan ikm, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* len < 2^16 */
CvSecret *
cv_crypto_labeled_expand (const CvCryptoLabeled *self, CvSpan prk, const char *label, CvSpan info,
                          gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
