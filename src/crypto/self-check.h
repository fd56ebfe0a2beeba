/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Known answers: that a suite's primitives work on this machine, before a meeting trusts them.
 *
 * About a millisecond each. Call it once for a suite, when it is chosen, and refuse the suite when
 * it fails: PROVIDER is a wrong answer, UNSUPPORTED a primitive that is missing or not allowed in
 * FIPS mode. */
#pragma once

#include "crypto/context.h"
#include "crypto/suites.h"

G_BEGIN_DECLS

/* KEM both ways, KDF, AEAD and hash against the row's answer; signing and verifying. */
gboolean cv_crypto_self_check_mls (const CvCrypto *crypto, const CvMlsSuite *suite,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_crypto_self_check_sframe (const CvCrypto *crypto, const CvSframeSuite *suite,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
