/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Known answers, a row for each suite. They were made by this code once the published vectors of
 * the same primitives had passed, so a difference means another machine, library or compiler. */
#include "crypto/self-check.h"

#include "crypto/aead.h"
#include "crypto/context-internal.h"
#include "crypto/ctr-hmac.h"
#include "crypto/hkdf.h"
#include "crypto/kem.h"
#include "crypto/signature.h"

#include <string.h>

#define ANSWER_LEN 16
#define SEED_MAX (32 + 66)
#define SEALED_MAX 64
#define KEY_MAX 96

typedef struct {
  guint16 suite;
  guint8 answer[ANSWER_LEN];
} Row;

static const Row mls_rows[] = {
    {0x0001,
     {0xc9, 0x06, 0xf8, 0xe9, 0xdc, 0x94, 0x64, 0xdb, 0x7d, 0x98, 0x45, 0xcc, 0x27, 0x38, 0xce,
      0xc5}},
    {0x0002,
     {0x29, 0xb2, 0xc1, 0xc1, 0x5f, 0x06, 0x05, 0xb4, 0xe5, 0x3d, 0x47, 0x5b, 0x6e, 0x48, 0x95,
      0xae}},
    {0x0003,
     {0xc1, 0x07, 0xa7, 0x81, 0xdc, 0x3d, 0xf2, 0x91, 0xed, 0x50, 0x5b, 0x7d, 0xd0, 0xc3, 0x9e,
      0x38}},
    {0x0004,
     {0xdc, 0xda, 0x37, 0x82, 0x92, 0xd5, 0x7d, 0x40, 0x6f, 0x34, 0x44, 0xe5, 0x50, 0x25, 0x23,
      0x86}},
    {0x0005,
     {0x05, 0xaf, 0x58, 0xa3, 0x94, 0xbf, 0x52, 0xfc, 0x7a, 0x78, 0x42, 0xdf, 0x1f, 0x5f, 0xb7,
      0xe5}},
    {0x0006,
     {0x55, 0x41, 0x27, 0x85, 0x92, 0xa5, 0x4c, 0x7b, 0xf7, 0xdd, 0xb0, 0xfc, 0xe0, 0x0b, 0x69,
      0x02}},
    {0x0007,
     {0x24, 0x16, 0xa5, 0x65, 0x65, 0x1c, 0xb0, 0x87, 0xf0, 0x96, 0xf7, 0xe3, 0xdb, 0xc3, 0x3d,
      0x94}},
    {0xF001,
     {0xe6, 0x47, 0xfd, 0xd6, 0x98, 0x7b, 0xe2, 0xc8, 0xc1, 0x3a, 0xc2, 0x70, 0x25, 0xd1, 0x25,
      0x9f}},
    {0xF002,
     {0xc2, 0x25, 0x83, 0xfc, 0xd5, 0xf9, 0x7c, 0x1a, 0x52, 0x16, 0xf5, 0xca, 0x2b, 0x64, 0x08,
      0x59}},
};

static const Row sframe_rows[] = {
    {0x0001,
     {0x26, 0xe8, 0x82, 0xa5, 0x82, 0xfd, 0xa2, 0x63, 0x76, 0xf8, 0x6f, 0x8f, 0x7b, 0xc5, 0x8f,
      0x01}},
    {0x0002,
     {0xa0, 0x92, 0x99, 0xfc, 0x11, 0xeb, 0x57, 0xeb, 0x7f, 0x2e, 0x5a, 0x31, 0x94, 0x33, 0x04,
      0x34}},
    {0x0003,
     {0x48, 0x51, 0x2e, 0x1c, 0x56, 0xf2, 0x9f, 0x1b, 0x1d, 0x94, 0x93, 0xee, 0x8d, 0x29, 0xe2,
      0xd2}},
    {0x0004,
     {0x19, 0x5d, 0x27, 0x52, 0x1f, 0x83, 0x7f, 0x3c, 0x76, 0xa5, 0x59, 0x67, 0x08, 0x65, 0x27,
      0x11}},
    {0x0005,
     {0x0d, 0x84, 0xd0, 0xa8, 0x29, 0xa6, 0x7c, 0x41, 0x7e, 0x3c, 0xdb, 0x85, 0x10, 0x57, 0x1b,
      0x2e}},
    {0x0006,
     {0x65, 0x88, 0x2b, 0x9e, 0x02, 0x8d, 0x73, 0x79, 0x14, 0xf0, 0xd0, 0xf4, 0x8d, 0xef, 0x7c,
      0xc9}},
    {0x0007,
     {0x68, 0x20, 0x13, 0x03, 0x63, 0x5e, 0x3e, 0x51, 0x17, 0x12, 0x82, 0x36, 0x91, 0xae, 0x66,
      0xda}},
    {0x0008,
     {0xe3, 0x8c, 0x2c, 0xac, 0x9e, 0x5d, 0xa9, 0xb5, 0x47, 0x72, 0x5f, 0xa4, 0x61, 0x2b, 0x04,
      0x78}},
};

static const CvSpan text = CV_SPAN_LITERAL ("Conclave self-check");

static gboolean
check_answer (const Row *rows, gsize n_rows, guint16 suite, const guint8 *actual, GError **error)
{
  for (gsize i = 0; i < n_rows; i++)
    if (rows[i].suite == suite) {
      if (memcmp (rows[i].answer, actual, ANSWER_LEN) == 0)
        return TRUE;
      return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER,
                                     "a cipher suite failed its self-check");
    }
  return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED,
                                 "a cipher suite without a known answer");
}

/* A shared secret from fixed randomness, and that the other side gets the same. */
static CvSecret *
run_kem (const CvCrypto *crypto, const CvMlsSuite *suite, GError **error)
{
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (GBytes) enc = NULL;
  g_autoptr (CvSecret) sent = NULL;
  g_autoptr (CvSecret) received = NULL;
  gsize seed_len = cv_crypto_kem_private_len (suite->kem);
  guint8 seed[SEED_MAX];

  /* The hybrids take ML-KEM's message and a scalar; 0x07… is one on every curve. */
  if (suite->kem == CV_KEM_XWING)
    seed_len = 32 + cv_crypto_kem_private_len (CV_KEM_X25519);
  if (suite->kem == CV_KEM_MLKEM1024_P384)
    seed_len = 32 + cv_crypto_kem_private_len (CV_KEM_P384);
  memset (seed, 7, sizeof seed);
  if (!cv_crypto_kem_derive (crypto, suite->kem, text, &pair, error)
      || !cv_crypto_kem_encapsulate_seeded (crypto, suite->kem,
                                            cv_span_from_bytes (pair.public_key),
                                            cv_span (seed, seed_len), &enc, &sent, error))
    return NULL;
  received = cv_crypto_kem_decapsulate (crypto, suite->kem, cv_secret_span (pair.private_key),
                                        cv_span_from_bytes (enc), error);
  if (!received)
    return NULL;
  if (!cv_secret_span_equal (cv_secret_span (sent), cv_secret_span (received))) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "a KEM failed its self-check");
    return NULL;
  }
  return g_steal_pointer (&sent);
}

/* The tag over nothing: it depends on the hash, the KDF, the AEAD and the KEM's secret. */
static gboolean
run_aead (const CvCrypto *crypto, const CvMlsSuite *suite, CvSecret *shared, guint8 *tag,
          GError **error)
{
  g_autoptr (CvSecret) prk =
      cv_crypto_hkdf_extract (crypto, suite->hash, text, cv_secret_span (shared), error);
  g_autoptr (CvSecret) key = NULL;
  g_autoptr (CvSecret) nonce = NULL;
  g_autoptr (GBytes) aad = NULL;
  g_autoptr (GBytes) sealed = NULL;

  if (!prk)
    return FALSE;
  key = cv_crypto_hkdf_expand (crypto, suite->hash, cv_secret_span (prk), text, suite->key_len,
                               error);
  if (!key)
    return FALSE;
  nonce = cv_crypto_hkdf_expand (crypto, suite->hash, cv_secret_span (prk), CV_SPAN_EMPTY,
                                 suite->nonce_len, error);
  if (!nonce)
    return FALSE;
  aad = cv_crypto_hash_dup_digest (crypto, suite->hash, text, error);
  if (!aad)
    return FALSE;
  sealed = cv_crypto_aead_seal_once (crypto,
                                     &(CvCryptoAeadParams){.aead = suite->aead,
                                                           .key = cv_secret_span (key),
                                                           .nonce = cv_secret_span (nonce),
                                                           .aad = cv_span_from_bytes (aad)},
                                     CV_SPAN_EMPTY, error);
  if (!sealed)
    return FALSE;
  memcpy (tag, g_bytes_get_data (sealed, NULL), ANSWER_LEN);
  return TRUE;
}

static gboolean
check_signature (const CvCrypto *crypto, CvSignature signature, GError **error)
{
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (GBytes) signed_with = NULL;
  CvSpan public_key;

  if (!cv_crypto_signature_generate (crypto, signature, &pair, error))
    return FALSE;
  public_key = cv_span_from_bytes (pair.public_key);
  signed_with =
      cv_crypto_signature_sign (crypto, signature, cv_secret_span (pair.private_key), text, error);
  if (!signed_with)
    return FALSE;
  if (cv_crypto_signature_verify (crypto, signature, public_key, text,
                                  cv_span_from_bytes (signed_with), NULL)
      && !cv_crypto_signature_verify (crypto, signature, public_key, CV_SPAN_EMPTY,
                                      cv_span_from_bytes (signed_with), NULL))
    return TRUE;
  return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER,
                                 "a signature scheme failed its self-check");
}

gboolean
cv_crypto_self_check_mls (const CvCrypto *crypto, const CvMlsSuite *suite, GError **error)
{
  g_autoptr (CvSecret) shared = NULL;
  guint8 tag[ANSWER_LEN];

  if (!cv_crypto_context_allows (crypto, suite))
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED,
                                   "a cipher suite that is none of FIPS mode");
  shared = run_kem (crypto, suite, error);
  return shared && run_aead (crypto, suite, shared, tag, error)
         && check_answer (mls_rows, G_N_ELEMENTS (mls_rows), suite->id.value, tag, error)
         && check_signature (crypto, suite->signature, error);
}

static gboolean
seal_text (const CvCrypto *crypto, const CvSframeSuite *suite, CvSpan key, guint8 *out,
           GError **error)
{
  static const guint8 nonce[12] = {0};
  static const CvSpan aad[2] = {CV_SPAN_LITERAL ("one"), CV_SPAN_LITERAL ("two")};

  if (suite->is_ctr_hmac) {
    g_autoptr (CvCryptoCtrHmac) cipher = cv_crypto_ctr_hmac_new (crypto, suite, key, error);

    return cipher && cv_crypto_ctr_hmac_seal (cipher, nonce, aad, text, out, error);
  }
  g_autoptr (CvCryptoAead) cipher = cv_crypto_aead_new (crypto, suite->aead, key, error);

  return cipher && cv_crypto_aead_seal (cipher, nonce, aad, text, out, error);
}

gboolean
cv_crypto_self_check_sframe (const CvCrypto *crypto, const CvSframeSuite *suite, GError **error)
{
  g_autoptr (CvSecret) key = NULL;
  guint8 sealed[SEALED_MAX];
  guint8 digest[CV_CRYPTO_HASH_MAX];

  g_return_val_if_fail (text.len + suite->tag_len <= SEALED_MAX, FALSE);

  key = cv_crypto_hkdf_expand (crypto, suite->hash, text, text, suite->key_len, error);
  return key && seal_text (crypto, suite, cv_secret_span (key), sealed, error)
         && cv_crypto_hash_digest (crypto, suite->hash, cv_span (sealed, text.len + suite->tag_len),
                                   digest, error)
         && check_answer (sframe_rows, G_N_ELEMENTS (sframe_rows), suite->id.value, digest, error);
}
