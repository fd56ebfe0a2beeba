/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Whether all of a context's algorithms are the work of one OpenSSL provider. */
#pragma once

#include <glib.h>
#include <openssl/evp.h>

G_BEGIN_DECLS

/* TRUE when every algorithm that the query finds, and the random generator, are this provider's:
 * what people are told did the work must have done it, whatever providers and engines openssl.cnf
 * loads. */
gboolean
cv_crypto_provenance_check (OSSL_LIB_CTX *libctx, const char *query, const OSSL_PROVIDER *provider);

/* Has the random bytes of everybody who uses the context, libssl too, come from that provider. OpenSSL
 * asks for them, before its generators, a method of the whole process (an engine's: FALSE) and a
 * provider that openssl.cnf may name (which goes). */
gboolean cv_crypto_provenance_pin_random (OSSL_LIB_CTX *libctx, OSSL_PROVIDER *provider);

G_END_DECLS
