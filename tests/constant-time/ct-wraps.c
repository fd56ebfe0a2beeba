/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the linker puts in front of the real functions (--wrap, for calls from other files). Each
 * says why its result is secret or public; nothing else is hidden or shown on the way. */
#include "ct.h"

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/hpke.h"
#include "crypto/memory.h"
#include "crypto/random.h"
#include "crypto/signature.h"
#include "mls/transcript.h"

#include <openssl/evp.h>

/* Declares the real function and the wrapper, and begins the wrapper. */
#define WRAP(type, name, parameters)                                                               \
  type __real_##name parameters;                                                                   \
  type __wrap_##name parameters;                                                                   \
  type __wrap_##name parameters

static gboolean
show_claim (gboolean claim)
{
  ct_show (&claim, sizeof claim);
  return claim;
}

static GBytes *
show_bytes (GBytes *bytes)
{
  ct_show_span (cv_span_from_bytes (bytes));
  return bytes;
}

static gboolean
split_pair (gboolean is_ok, const CvCryptoKeyPair *pair)
{
  CvSpan private_key = cv_secret_span (pair->private_key);

  ct_hide (private_key.data, private_key.len);
  show_bytes (pair->public_key);
  return is_ok;
}

/* ---- claims: whether two secrets are equal, or a text was valid, is public once it is asked ---- */

WRAP (gboolean, cv_secret_equal, (const void *a, const void *b, gsize len))
{
  return show_claim (__real_cv_secret_equal (a, b, len));
}

WRAP (gboolean, cv_secret_span_equal, (CvSpan a, CvSpan b))
{
  return show_claim (__real_cv_secret_span_equal (a, b));
}

WRAP (gboolean, cv_secret_reveal, (gboolean claim))
{
  return show_claim (__real_cv_secret_reveal (claim));
}

/* ---- secrets: what is drawn, and the private half of each pair ---- */

WRAP (CvSecret *, cv_crypto_random_dup_secret, (const CvCrypto *crypto, gsize len, GError **error))
{
  CvSecret *secret = __real_cv_crypto_random_dup_secret (crypto, len, error);

  ct_hide (cv_secret_get_data (secret), len);
  return secret;
}

WRAP (gboolean, cv_crypto_kem_generate,
      (const CvCrypto *crypto, CvKem kem, CvCryptoKeyPair *pair, GError **error))
{
  return split_pair (__real_cv_crypto_kem_generate (crypto, kem, pair, error), pair);
}

WRAP (gboolean, cv_crypto_kem_derive,
      (const CvCrypto *crypto, CvKem kem, CvSpan ikm, CvCryptoKeyPair *pair, GError **error))
{
  return split_pair (__real_cv_crypto_kem_derive (crypto, kem, ikm, pair, error), pair);
}

WRAP (gboolean, cv_crypto_signature_generate,
      (const CvCrypto *crypto, CvSignature signature, CvCryptoKeyPair *pair, GError **error))
{
  return split_pair (__real_cv_crypto_signature_generate (crypto, signature, pair, error), pair);
}

/* ---- public: what is sent ---- */

WRAP (GBytes *, cv_crypto_kem_dup_public,
      (const CvCrypto *crypto, CvKem kem, CvSpan private_key, GError **error))
{
  return show_bytes (__real_cv_crypto_kem_dup_public (crypto, kem, private_key, error));
}

WRAP (gboolean, cv_crypto_kem_encapsulate,
      (const CvCrypto *crypto, CvKem kem, CvSpan public_key, GBytes **enc, CvSecret **shared,
       GError **error))
{
  gboolean is_ok = __real_cv_crypto_kem_encapsulate (crypto, kem, public_key, enc, shared, error);

  show_bytes (*enc);
  return is_ok;
}

WRAP (GBytes *, cv_crypto_aead_seal_once,
      (const CvCrypto *crypto, const CvCryptoAeadParams *params, CvSpan plaintext, GError **error))
{
  return show_bytes (__real_cv_crypto_aead_seal_once (crypto, params, plaintext, error));
}

/* A signature's length, too: for ECDSA it depends on its numbers. */
WRAP (int, EVP_DigestSign,
      (EVP_MD_CTX * ctx, guint8 *out, size_t *len, const guint8 *data, size_t data_len))
{
  int result = __real_EVP_DigestSign (ctx, out, len, data, data_len);

  ct_show (len, sizeof *len);
  ct_show (out, *len);
  return result;
}

/* The tag that is sent. The one that it is compared with stays hidden: that call is in its file. */
WRAP (GBytes *, cv_mls_transcript_tag,
      (const CvMlsCipher *cipher, CvSpan confirmation_key, CvSpan confirmed, GError **error))
{
  return show_bytes (__real_cv_mls_transcript_tag (cipher, confirmation_key, confirmed, error));
}

/* An x coordinate that is half of a public key, while a test says so; a shared secret otherwise. */
gboolean ct_agreements_are_public;

WRAP (int, EVP_PKEY_derive, (EVP_PKEY_CTX * ctx, guint8 *out, size_t *len))
{
  int result = __real_EVP_PKEY_derive (ctx, out, len);

  if (ct_agreements_are_public)
    ct_show (out, *len);
  return result;
}

/* ---- OpenSSL's memory stays OpenSSL's here: the lengths of its numbers depend on secrets, and wiping
 * what is freed would branch on them in our name ---- */

WRAP (gboolean, cv_crypto_memory_wipe_freed, (void))
{
  return FALSE;
}

/* ---- structures that were sealed, which are parsed: lengths and types decide there ---- */

WRAP (GByteArray *, cv_crypto_aead_open_once,
      (const CvCrypto *crypto, const CvCryptoAeadParams *params, CvSpan ciphertext, GError **error))
{
  GByteArray *plaintext = __real_cv_crypto_aead_open_once (crypto, params, ciphertext, error);

  ct_show_span (cv_span_from_array (plaintext));
  return plaintext;
}

/* A path secret is raw and stays hidden; GroupSecrets of a Welcome are longer. */
WRAP (GByteArray *, cv_crypto_hpke_open,
      (const CvCrypto *crypto, const CvCryptoHpkeParams *params, CvSpan private_key, CvSpan enc,
       CvSpan ciphertext, GError **error))
{
  GByteArray *plaintext =
      __real_cv_crypto_hpke_open (crypto, params, private_key, enc, ciphertext, error);

  if (plaintext && plaintext->len > CV_CRYPTO_HASH_MAX)
    ct_show_span (cv_span_from_array (plaintext));
  else if (plaintext)
    ct_hide (plaintext->data, plaintext->len);
  return plaintext;
}
