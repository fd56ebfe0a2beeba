/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* X-Wing and ML-KEM-1024 with P-384: one construction (draft-irtf-cfrg-concrete-hybrid-kems) with
 * HPKE's key derivation (draft-ietf-hpke-pq).
 *
 *   seed (32) ── SHAKE256 ──▶ ML-KEM seed (64) ‖ curve seed
 *   shared = SHA3-256(ss_mlkem ‖ ss_curve ‖ ct_curve ‖ pk_curve ‖ label) */
#include "crypto/context-internal.h"
#include "crypto/hash-internal.h"
#include "crypto/kem-internal.h"
#include "crypto/random.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string.h>

#define ML_KEM_SEED_LEN 64
#define ML_KEM_SECRET_LEN 32

/* The two halves of a private key. */
typedef struct {
  EVP_PKEY *ml_kem;
  CvSecret *scalar;
} Halves;

static void
halves_clear (Halves *halves)
{
  g_clear_pointer (&halves->ml_kem, EVP_PKEY_free);
  g_clear_pointer (&halves->scalar, cv_secret_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Halves, halves_clear)

static CvSecret *
shake256 (const CvCrypto *crypto, const CvSpan *parts, gsize n_parts, gsize len, GError **error)
{
  g_autoptr (EVP_MD_CTX) ctx = EVP_MD_CTX_new ();
  g_autoptr (CvSecret) out = cv_secret_new (len);
  gboolean is_ok;

  if (!crypto->shake256) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED, "SHAKE256 not available");
    return NULL;
  }
  is_ok = ctx && EVP_DigestInit_ex2 (ctx, crypto->shake256, NULL) == 1;
  for (gsize i = 0; is_ok && i < n_parts; i++)
    is_ok = EVP_DigestUpdate (ctx, parts[i].data, parts[i].len) == 1;
  if (!is_ok || EVP_DigestFinalXOF (ctx, cv_secret_get_data (out), len) != 1) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "SHAKE256 failed");
    return NULL;
  }
  return g_steal_pointer (&out);
}

static EVP_PKEY *
new_ml_kem (const CvCrypto *crypto, const CvCryptoKemRow *row, const char *param, CvSpan key,
            GError **error)
{
  g_autoptr (EVP_PKEY_CTX) ctx =
      EVP_PKEY_CTX_new_from_name (crypto->libctx, row->ml_kem, crypto->query);
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string (param, (void *)key.data, key.len),
      OSSL_PARAM_construct_end (),
  };
  int selection =
      g_str_equal (param, OSSL_PKEY_PARAM_PUB_KEY) ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
  EVP_PKEY *pkey = NULL;

  if (!ctx) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_UNSUPPORTED, "ML-KEM not available");
    return NULL;
  }
  if (EVP_PKEY_fromdata_init (ctx) != 1 || EVP_PKEY_fromdata (ctx, &pkey, selection, params) != 1)
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "ML-KEM key not accepted");
  return pkey;
}

static gboolean
expand_seed (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan seed, Halves *halves,
             GError **error)
{
  gsize scalar_len = cv_crypto_pkey_private_len (row->curve);
  g_autoptr (CvSecret) expanded = NULL;
  const guint8 *data;

  if (seed.len != CV_CRYPTO_HYBRID_SEED_LEN)
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "private key not accepted");
  expanded = shake256 (crypto, &seed, 1, ML_KEM_SEED_LEN + scalar_len, error);
  if (!expanded)
    return FALSE;
  data = cv_secret_get_data (expanded);
  halves->scalar = cv_secret_new_from (cv_span (data + ML_KEM_SEED_LEN, scalar_len));
  /* For P-384 the chance is 2^-190: an error and not a second try, as in the draft. */
  if (!cv_crypto_pkey_is_scalar (crypto, row->curve, cv_secret_span (halves->scalar)))
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "private key not accepted");
  halves->ml_kem =
      new_ml_kem (crypto, row, OSSL_PKEY_PARAM_ML_KEM_SEED, cv_span (data, ML_KEM_SEED_LEN), error);
  return halves->ml_kem != NULL;
}

static GBytes *
dup_public (const CvCrypto *crypto, const CvCryptoKemRow *row, const Halves *halves, GError **error)
{
  g_autoptr (GBytes) curve_public =
      cv_crypto_pkey_dup_public (crypto, row->curve, cv_secret_span (halves->scalar), error);
  gsize len = row->ml_kem_public_len + cv_crypto_pkey_public_len (row->curve);
  g_autofree guint8 *out = g_malloc (len);
  gsize ml_kem_len = row->ml_kem_public_len;

  if (!curve_public)
    return NULL;
  if (EVP_PKEY_get_octet_string_param (halves->ml_kem, OSSL_PKEY_PARAM_PUB_KEY, out, ml_kem_len,
                                       &ml_kem_len)
          != 1
      || ml_kem_len != row->ml_kem_public_len) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "no ML-KEM public key");
    return NULL;
  }
  memcpy (out + ml_kem_len, g_bytes_get_data (curve_public, NULL), len - ml_kem_len);
  return g_bytes_new_take (g_steal_pointer (&out), len);
}

GBytes *
cv_crypto_kem_hybrid_dup_public (const CvCrypto *crypto, const CvCryptoKemRow *row,
                                 CvSpan private_key, GError **error)
{
  g_auto (Halves) halves = {0};

  if (!expand_seed (crypto, row, private_key, &halves, error))
    return NULL;
  return dup_public (crypto, row, &halves, error);
}

static gboolean
take_seed (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSecret *seed, CvCryptoKeyPair *pair,
           GError **error)
{
  GBytes *public_key = cv_crypto_kem_hybrid_dup_public (crypto, row, cv_secret_span (seed), error);

  if (!public_key)
    return FALSE;
  pair->private_key = cv_secret_ref (seed);
  pair->public_key = public_key;
  return TRUE;
}

gboolean
cv_crypto_kem_hybrid_generate (const CvCrypto *crypto, const CvCryptoKemRow *row,
                               CvCryptoKeyPair *pair, GError **error)
{
  g_autoptr (CvSecret) seed =
      cv_crypto_random_dup_secret (crypto, CV_CRYPTO_HYBRID_SEED_LEN, error);

  return seed && take_seed (crypto, row, seed, pair, error);
}

gboolean
cv_crypto_kem_hybrid_derive (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan ikm,
                             CvCryptoKeyPair *pair, GError **error)
{
  /* draft-ietf-hpke-pq: SHAKE256.LabeledDerive(ikm, "DeriveKeyPair", "", 32) */
  guint8 suite_id[] = {'K', 'E', 'M', (guint8)(row->kem >> 8), (guint8)row->kem};
  guint8 label[] = "\0\x0d"
                   "DeriveKeyPair"
                   "\0\x20";
  CvSpan parts[] = {ikm, CV_SPAN_LITERAL ("HPKE-v1"), CV_SPAN_ARRAY (suite_id),
                    cv_span (label, sizeof label - 1)};
  g_autoptr (CvSecret) seed =
      shake256 (crypto, parts, G_N_ELEMENTS (parts), CV_CRYPTO_HYBRID_SEED_LEN, error);

  return seed && take_seed (crypto, row, seed, pair, error);
}

gboolean
cv_crypto_kem_hybrid_check_public (const CvCrypto *crypto, const CvCryptoKemRow *row,
                                   CvSpan public_key, GError **error)
{
  gsize cut = row->ml_kem_public_len;
  g_autoptr (EVP_PKEY) ml_kem = NULL;

  if (public_key.len != cut + cv_crypto_pkey_public_len (row->curve))
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "public key not accepted");
  ml_kem = new_ml_kem (crypto, row, OSSL_PKEY_PARAM_PUB_KEY, cv_span (public_key.data, cut), error);
  if (!ml_kem)
    return FALSE;
  return cv_crypto_pkey_check_public (crypto, row->curve,
                                      cv_span (public_key.data + cut, public_key.len - cut), error);
}

static CvSecret *
combine (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSecret *ss_ml_kem, CvSecret *ss_curve,
         const CvSpan ct_and_pk[static 2], GError **error)
{
  CvSpan parts[] = {cv_secret_span (ss_ml_kem), cv_secret_span (ss_curve), ct_and_pk[0],
                    ct_and_pk[1], cv_span (row->label, strlen (row->label))};
  g_autoptr (CvSecret) shared = cv_secret_new (row->secret_len);

  if (!cv_crypto_hash_digest_parts (crypto, CV_HASH_SHA3_256, parts, G_N_ELEMENTS (parts),
                                    cv_secret_get_data (shared), error))
    return NULL;
  return g_steal_pointer (&shared);
}

static CvSecret *
ml_kem_encapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan public_key,
                    CvSpan message, guint8 *enc, GError **error)
{
  g_autoptr (EVP_PKEY) pkey = new_ml_kem (crypto, row, OSSL_PKEY_PARAM_PUB_KEY, public_key, error);
  g_autoptr (EVP_PKEY_CTX) ctx =
      pkey ? EVP_PKEY_CTX_new_from_pkey (crypto->libctx, pkey, crypto->query) : NULL;
  g_autoptr (CvSecret) shared = cv_secret_new (ML_KEM_SECRET_LEN);
  gsize enc_len = row->ml_kem_enc_len;
  gsize shared_len = ML_KEM_SECRET_LEN;
  OSSL_PARAM params[2] = {OSSL_PARAM_construct_end (), OSSL_PARAM_construct_end ()};

  if (!pkey)
    return NULL;
  if (message.len > 0)
    params[0] =
        OSSL_PARAM_construct_octet_string (OSSL_KEM_PARAM_IKME, (void *)message.data, message.len);
  if (!ctx || EVP_PKEY_encapsulate_init (ctx, params) != 1
      || EVP_PKEY_encapsulate (ctx, enc, &enc_len, cv_secret_get_data (shared), &shared_len) != 1
      || enc_len != row->ml_kem_enc_len || shared_len != ML_KEM_SECRET_LEN) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "ML-KEM encapsulation failed");
    return NULL;
  }
  return g_steal_pointer (&shared);
}

/* The ephemeral key pair: generated, or a given scalar. */
static gboolean
make_ephemeral (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan scalar,
                CvCryptoKeyPair *pair, GError **error)
{
  if (scalar.len == 0)
    return cv_crypto_pkey_generate (crypto, row->curve, pair, error);
  pair->public_key = cv_crypto_pkey_dup_public (crypto, row->curve, scalar, error);
  if (!pair->public_key)
    return FALSE;
  pair->private_key = cv_secret_new_from (scalar);
  return TRUE;
}

CvSecret *
cv_crypto_kem_hybrid_encapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row,
                                  CvSpan public_key, CvSpan seed, GBytes **enc, GError **error)
{
  gsize curve_len = cv_crypto_pkey_public_len (row->curve);
  gsize message_len = CV_CRYPTO_ML_KEM_MESSAGE_LEN;
  CvSpan message = CV_SPAN_EMPTY;
  CvSpan scalar = CV_SPAN_EMPTY;
  gsize enc_len = row->ml_kem_enc_len + curve_len;
  g_autofree guint8 *out = g_malloc (enc_len);
  g_auto (CvCryptoKeyPair) ephemeral = {0};
  g_autoptr (CvSecret) ss_ml_kem = NULL;
  g_autoptr (CvSecret) ss_curve = NULL;
  CvSecret *shared;
  CvSpan ct_and_pk[2];

  if (public_key.len != row->ml_kem_public_len + curve_len
      || (seed.len > 0 && seed.len != message_len + cv_crypto_pkey_private_len (row->curve))) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "public key not accepted");
    return NULL;
  }
  ct_and_pk[0] = cv_span (out + row->ml_kem_enc_len, curve_len);
  ct_and_pk[1] = cv_span (public_key.data + row->ml_kem_public_len, curve_len);
  if (seed.len > 0) {
    message = cv_span (seed.data, message_len);
    scalar = cv_span (seed.data + message_len, seed.len - message_len);
  }
  ss_ml_kem = ml_kem_encapsulate (crypto, row, cv_span (public_key.data, row->ml_kem_public_len),
                                  message, out, error);
  if (!ss_ml_kem || !make_ephemeral (crypto, row, scalar, &ephemeral, error))
    return NULL;
  memcpy (out + row->ml_kem_enc_len, g_bytes_get_data (ephemeral.public_key, NULL), curve_len);
  ss_curve = cv_crypto_pkey_agree (crypto, row->curve, cv_secret_span (ephemeral.private_key),
                                   ct_and_pk[1], error);
  if (!ss_curve)
    return NULL;
  shared = combine (crypto, row, ss_ml_kem, ss_curve, ct_and_pk, error);
  if (shared)
    *enc = g_bytes_new_take (g_steal_pointer (&out), enc_len);
  return shared;
}

CvSecret *
cv_crypto_kem_hybrid_decapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row,
                                  CvSpan private_key, CvSpan enc, GError **error)
{
  g_auto (Halves) halves = {0};
  g_autoptr (EVP_PKEY_CTX) ctx = NULL;
  g_autoptr (GBytes) curve_public = NULL;
  g_autoptr (CvSecret) ss_ml_kem = NULL;
  g_autoptr (CvSecret) ss_curve = NULL;
  gsize curve_len = cv_crypto_pkey_public_len (row->curve);
  gsize len = ML_KEM_SECRET_LEN;
  CvSpan ct_and_pk[2];

  if (enc.len != row->ml_kem_enc_len + curve_len) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "encapsulation of the wrong length");
    return NULL;
  }
  if (!expand_seed (crypto, row, private_key, &halves, error))
    return NULL;
  ct_and_pk[0] = cv_span (enc.data + row->ml_kem_enc_len, curve_len);
  curve_public =
      cv_crypto_pkey_dup_public (crypto, row->curve, cv_secret_span (halves.scalar), error);
  if (!curve_public)
    return NULL;
  ct_and_pk[1] = cv_span_from_bytes (curve_public);
  ss_ml_kem = cv_secret_new (ML_KEM_SECRET_LEN);
  ctx = EVP_PKEY_CTX_new_from_pkey (crypto->libctx, halves.ml_kem, crypto->query);
  if (!ctx || EVP_PKEY_decapsulate_init (ctx, NULL) != 1
      || EVP_PKEY_decapsulate (ctx, cv_secret_get_data (ss_ml_kem), &len, enc.data,
                               row->ml_kem_enc_len)
             != 1
      || len != ML_KEM_SECRET_LEN) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_PROVIDER, "ML-KEM decapsulation failed");
    return NULL;
  }
  ss_curve = cv_crypto_pkey_agree (crypto, row->curve, cv_secret_span (halves.scalar), ct_and_pk[0],
                                   error);
  if (!ss_curve)
    return NULL;
  return combine (crypto, row, ss_ml_kem, ss_curve, ct_and_pk, error);
}
