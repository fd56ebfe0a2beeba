/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The safety number of two people: digits to compare, and the same as a QR code (E2EE.md
 * section 7). */
#pragma once

#include "identity/key-pair.h"

G_BEGIN_DECLS

/* "12345 67890 …", 12 groups of 5; the same on both sides; full. About 3 ms. */
char *cv_identity_safety_number_dup (const CvCrypto *crypto, CvSpan own_key, CvSpan peer_key,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What our QR code holds; full. */
GBytes *
cv_identity_safety_number_dup_payload (const CvCrypto *crypto, CvSpan own_key, CvSpan peer_key,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* TRUE when a code scanned from the peer's screen is about the same two keys. */
gboolean cv_identity_safety_number_matches (const CvCrypto *crypto, CvSpan own_key, CvSpan peer_key,
                                            CvSpan scanned);

G_END_DECLS
