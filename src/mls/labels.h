/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Labelled cryptography: each use of a key has its own name (RFC 9420 §5.1, §5.2, §8).
 *
 * Labels are given without their "MLS 1.0 " (but cv_mls_labels_ref_hash, as the RFC does). */
#pragma once

#include "mls/group.h"
#include "mls/hpke-ciphertext.h"

G_BEGIN_DECLS

/* What every computation of a group runs with; borrowed. */
typedef struct {
  const CvCrypto *crypto;
  const CvMlsSuite *suite;
} CvMlsCipher;

CvSecret *
cv_mls_labels_expand (const CvMlsCipher *cipher, CvSpan secret, const char *label, CvSpan context,
                      gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* ExpandWithLabel with an empty context and Nh bytes. */
CvSecret *cv_mls_labels_derive (const CvMlsCipher *cipher, CvSpan secret, const char *label,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *
cv_mls_labels_derive_tree (const CvMlsCipher *cipher, CvSpan secret, const char *label,
                           guint32 generation, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

GBytes *cv_mls_labels_sign (const CvMlsCipher *cipher, CvSpan private_key, const char *label,
                            CvSpan content, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Fails with AUTHENTICATION. */
gboolean
cv_mls_labels_verify (const CvMlsCipher *cipher, CvSpan public_key, const char *label,
                      CvSpan content, CvSpan signature, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean cv_mls_labels_encrypt (const CvMlsCipher *cipher, CvSpan public_key, const char *label,
                                CvSpan context, CvSpan plaintext, CvMlsHpkeCiphertext *sealed,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Full; free with cv_crypto_aead_free_plaintext. Fails with AUTHENTICATION. */
GByteArray *cv_mls_labels_decrypt (const CvMlsCipher *cipher, CvSpan private_key, const char *label,
                                   CvSpan context, const CvMlsHpkeCiphertext *sealed,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Hash of the label and value; the whole label: "MLS 1.0 KeyPackage Reference". */
GBytes *cv_mls_labels_ref_hash (const CvMlsCipher *cipher, const char *label, CvSpan value,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The suite's hash, and HMAC with it, as public bytes. */
GBytes *cv_mls_labels_hash (const CvMlsCipher *cipher, CvSpan data,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *cv_mls_labels_mac (const CvMlsCipher *cipher, CvSpan key, CvSpan data,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
