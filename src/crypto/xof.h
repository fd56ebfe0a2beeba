/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Extendable-output functions (FIPS 202, RFC 9861). Not for other layers. */
#pragma once

#include "crypto/context.h"
#include "crypto/suites.h"

G_BEGIN_DECLS

guint8 cv_crypto_xof_len (CvXof xof); /* Nh of HPKE; 0 when unknown */

/* len bytes of output over the parts in a row. UNSUPPORTED when the provider does not have it. */
CvSecret *cv_crypto_xof_expand (const CvCrypto *crypto, CvXof xof, const CvSpan *parts,
                                gsize n_parts, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
