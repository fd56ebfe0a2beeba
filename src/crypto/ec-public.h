/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The public key of a bare scalar, with the secret only ever in the provider. Not for other layers.
 *
 * For FIPS mode: OpenSSL's own way multiplies outside of the module. Two key agreements slow. */
#pragma once

#include "crypto/pkey.h"

#include <openssl/ec.h>

G_BEGIN_DECLS

/* group: that of the curve; private_key: a scalar of it. The uncompressed point; NULL for the one
 * scalar that is −1, and when the provider fails. */
GBytes *cv_crypto_ec_public_dup (const CvCrypto *crypto, CvCryptoCurve curve, const EC_GROUP *group,
                                 CvSpan private_key);

G_END_DECLS
