/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* HKDF (RFC 5869) over HMAC: OpenSSL's own HKDF refuses the empty keys that SFrame and HPKE use. */
#include "crypto/hkdf.h"

#include "crypto/context-internal.h"
#include "crypto/hash-internal.h"

#include <string.h>

#define BLOCKS_MAX 255

CvSecret *
cv_crypto_hkdf_extract (const CvCrypto *crypto, CvHash hash, CvSpan salt, CvSpan ikm,
                        GError **error)
{
  g_autoptr (CvSecret) prk = cv_secret_new (cv_crypto_hash_len (hash));

  /* RFC 5869 §2.2: no salt is a string of zeroes, which as an HMAC key equals the empty one. */
  if (!cv_crypto_hash_hmac (crypto, hash, salt, ikm, cv_secret_get_data (prk), error))
    return NULL;
  return g_steal_pointer (&prk);
}

CvSecret *
cv_crypto_hkdf_expand (const CvCrypto *crypto, CvHash hash, CvSpan prk, CvSpan info, gsize len,
                       GError **error)
{
  gsize hash_len = cv_crypto_hash_len (hash);
  g_autoptr (CvSecret) okm = NULL;
  guint8 block[CV_CRYPTO_HASH_MAX];
  gsize done = 0;

  if (len == 0 || len > BLOCKS_MAX * hash_len) {
    g_set_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT,
                 "expected 1 to %" G_GSIZE_FORMAT " bytes of HKDF output, got %" G_GSIZE_FORMAT,
                 BLOCKS_MAX * hash_len, len);
    return NULL;
  }
  okm = cv_secret_new (len);
  for (guint8 counter = 1; done < len; counter++) {
    CvSpan parts[] = {cv_span (block, done == 0 ? 0 : hash_len), info, cv_span (&counter, 1)};
    gsize take = MIN (hash_len, len - done);

    if (!cv_crypto_hash_hmac_parts (crypto, hash, prk, parts, G_N_ELEMENTS (parts), block, error)) {
      cv_secret_wipe (block, sizeof block);
      return NULL;
    }
    memcpy (cv_secret_get_data (okm) + done, block, take);
    done += take;
  }
  cv_secret_wipe (block, sizeof block);
  return g_steal_pointer (&okm);
}
