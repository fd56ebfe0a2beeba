/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* __wrap_x is called wherever another file calls x, and __real_x is x. */
#include "mls/counts.h"

#include "crypto/hash.h"
#include "crypto/hkdf.h"
#include "crypto/signature.h"

static MlsCounts counts;

#define COUNTED(kind, type, name, params, args)                                                    \
  type __real_##name params;                                                                       \
  type __wrap_##name params;                                                                       \
  type __wrap_##name params                                                                        \
  {                                                                                                \
    counts.n[kind]++;                                                                              \
    return __real_##name args;                                                                     \
  }

COUNTED (MLS_COUNT_SIGN, GBytes *, cv_crypto_signature_sign,
         (const CvCrypto *crypto, CvSignature signature, CvSpan private_key, CvSpan message,
          GError **error),
         (crypto, signature, private_key, message, error))
COUNTED (MLS_COUNT_VERIFY, gboolean, cv_crypto_signature_verify,
         (const CvCrypto *crypto, CvSignature signature, CvSpan public_key, CvSpan message,
          CvSpan signed_with, GError **error),
         (crypto, signature, public_key, message, signed_with, error))
COUNTED (MLS_COUNT_ENCAPSULATE, gboolean, cv_crypto_kem_encapsulate,
         (const CvCrypto *crypto, CvKem kem, CvSpan public_key, GBytes **enc, CvSecret **shared,
          GError **error),
         (crypto, kem, public_key, enc, shared, error))
COUNTED (MLS_COUNT_DECAPSULATE, CvSecret *, cv_crypto_kem_decapsulate,
         (const CvCrypto *crypto, CvKem kem, CvSpan private_key, CvSpan enc, GError **error),
         (crypto, kem, private_key, enc, error))
COUNTED (MLS_COUNT_KEY_PAIR, gboolean, cv_crypto_kem_generate,
         (const CvCrypto *crypto, CvKem kem, CvCryptoKeyPair *pair, GError **error),
         (crypto, kem, pair, error))
COUNTED (MLS_COUNT_KEY_PAIR, gboolean, cv_crypto_kem_derive,
         (const CvCrypto *crypto, CvKem kem, CvSpan ikm, CvCryptoKeyPair *pair, GError **error),
         (crypto, kem, ikm, pair, error))
COUNTED (MLS_COUNT_CHECK_KEY, gboolean, cv_crypto_kem_check_public,
         (const CvCrypto *crypto, CvKem kem, CvSpan public_key, GError **error),
         (crypto, kem, public_key, error))
COUNTED (MLS_COUNT_KDF, gboolean, cv_crypto_hash_hmac,
         (const CvCrypto *crypto, CvHash hash, CvSpan key, CvSpan data, guint8 *out,
          GError **error),
         (crypto, hash, key, data, out, error))
COUNTED (MLS_COUNT_KDF, CvSecret *, cv_crypto_hkdf_extract,
         (const CvCrypto *crypto, CvHash hash, CvSpan salt, CvSpan ikm, GError **error),
         (crypto, hash, salt, ikm, error))
COUNTED (MLS_COUNT_KDF, CvSecret *, cv_crypto_hkdf_expand,
         (const CvCrypto *crypto, CvHash hash, CvSpan prk, CvSpan info, gsize len, GError **error),
         (crypto, hash, prk, info, len, error))
COUNTED (MLS_COUNT_HASH, gboolean, cv_crypto_hash_digest,
         (const CvCrypto *crypto, CvHash hash, CvSpan data, guint8 *out, GError **error),
         (crypto, hash, data, out, error))

void
mls_counts_reset (void)
{
  counts = (MlsCounts){0};
}

MlsCounts
mls_counts_get (void)
{
  return counts;
}
