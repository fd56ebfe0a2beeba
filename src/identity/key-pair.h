/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The long-term identity key pair of an installation (E2EE.md section 6).
 *
 * Immutable; any thread. An identity key is written as one algorithm byte and the public key, in
 * statements, contacts and codes alike. */
#pragma once

#include "crypto/context.h"
#include "identity/error.h"

G_BEGIN_DECLS

#define CV_IDENTITY_HASH_LEN 32
#define CV_IDENTITY_KEY_MAX 98 /* algorithm byte and an uncompressed P-384 point */

typedef enum {
  CV_IDENTITY_ALGORITHM_ED25519 = 1,
  CV_IDENTITY_ALGORITHM_P384 = 2,
} CvIdentityAlgorithm;

typedef struct CvIdentityKeyPair CvIdentityKeyPair;

/* Ed25519, or P-384 in FIPS mode. */
CvIdentityKeyPair *
cv_identity_key_pair_generate (CvCrypto *crypto, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What cv_identity_key_pair_dup_private gave. */
CvIdentityKeyPair *cv_identity_key_pair_new_from_private (CvCrypto *crypto, CvSpan private_form,
                                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvIdentityKeyPair *cv_identity_key_pair_ref (CvIdentityKeyPair *pair);
void cv_identity_key_pair_unref (CvIdentityKeyPair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvIdentityKeyPair, cv_identity_key_pair_unref)

CvIdentityAlgorithm cv_identity_key_pair_get_algorithm (const CvIdentityKeyPair *pair);
CvSpan cv_identity_key_pair_get_key (const CvIdentityKeyPair *pair); /* the identity key */
CvSecret *cv_identity_key_pair_dup_private (const CvIdentityKeyPair *pair);

/* Signs label ‖ 0 ‖ message, so that no signature can be taken for one of another kind. */
GBytes *cv_identity_key_pair_sign (const CvIdentityKeyPair *pair, const char *label, CvSpan message,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_identity_key_pair_verify (const CvCrypto *crypto, CvSpan identity_key,
                                      const char *label, CvSpan message, CvSpan signed_with,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SHA-256 of the identity key under a label: what the moderators list holds. */
gboolean cv_identity_key_pair_hash (const CvCrypto *crypto, CvSpan identity_key,
                                    guint8 hash[static CV_IDENTITY_HASH_LEN],
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The hash in 16 groups of 4 hex digits, for people; full. */
char *cv_identity_key_pair_dup_fingerprint (const guint8 hash[static CV_IDENTITY_HASH_LEN]);

G_END_DECLS
