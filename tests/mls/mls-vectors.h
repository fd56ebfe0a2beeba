/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the MLS vector runners share: the suite of a case, and JSON members as spans and secrets. */
#pragma once

#include "fixtures/vectors.h"
#include "mls/labels.h"

G_BEGIN_DECLS

typedef void (*MlsVectorsCase) (JsonObject *test_case, guint index, const CvMlsCipher *cipher);

/* Runs every case of a file whose "cipher_suite" this build has, and leaves out the others. */
void mls_vectors_run (const char *name, MlsVectorsCase run);

/* Any context; made at the first call. */
const CvCrypto *mls_vectors_get_crypto (void);

/* Full; the member's bytes must not be empty. */
CvSecret *mls_vectors_dup_secret (JsonObject *object, const char *member);

/* The same for private keys of a suite, padded in front: some of the published scalars of NIST's
 * curves lost their leading zeroes, which RFC 9180 §7.1.2 keeps. */
CvSecret *
mls_vectors_dup_signature_private (JsonObject *object, const char *member, const CvMlsSuite *suite);
CvSecret *
mls_vectors_dup_kem_private (JsonObject *object, const char *member, const CvMlsSuite *suite);

/* The two keys belong together, or the test fails. */
void mls_vectors_assert_signature_pair (const CvMlsCipher *cipher, CvSecret *private_key,
                                        CvSpan public_key, guint index);
void mls_vectors_assert_kem_pair (const CvMlsCipher *cipher, CvSecret *private_key,
                                  CvSpan public_key, guint index);

/* The member's bytes equal actual, or the test fails and names the case. */
void mls_vectors_assert_member (CvSpan actual, JsonObject *object, const char *member, guint index);

G_END_DECLS
