/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A provider with TurboSHAKE (RFC 9861), which OpenSSL lacks: for the HPKE vectors that use it.
 *
 * Straight from the definition, slow, and part of no program. */
#pragma once

#include <glib.h>
#include <openssl/provider.h>

G_BEGIN_DECLS

/* Full; unload it before the library context goes. */
OSSL_PROVIDER *turboshake_load (OSSL_LIB_CTX *libctx);

G_END_DECLS
