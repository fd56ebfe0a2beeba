/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Random bytes. Everything that must not be guessed comes from the private DRBG, also what is
 * published later: a nonce must not tell about the state that keys come from. */
#include "crypto/random.h"

#include "crypto/context-internal.h"

#include <openssl/rand.h>

gboolean
cv_crypto_random_fill (const CvCrypto *crypto, void *out, gsize len, GError **error)
{
  if (len == 0 || RAND_priv_bytes_ex (crypto->libctx, out, len, 0) == 1)
    return TRUE;
  cv_secret_wipe (out, len);
  return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "no random bytes");
}

CvSecret *
cv_crypto_random_dup_secret (const CvCrypto *crypto, gsize len, GError **error)
{
  g_autoptr (CvSecret) secret = cv_secret_new (len);

  if (!secret || !cv_crypto_random_fill (crypto, cv_secret_get_data (secret), len, error))
    return NULL;
  return g_steal_pointer (&secret);
}
