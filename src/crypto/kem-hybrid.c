/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* X-Wing and ML-KEM with curves of NIST: one construction (draft-irtf-cfrg-concrete-hybrid-kems)
 * with HPKE's key derivation (draft-ietf-hpke-pq).
 *
 *   seed (32) ── SHAKE256 ──▶ ML-KEM seed (64) ‖ curve seed
 *   shared = SHA3-256(ss_mlkem ‖ ss_curve ‖ ct_curve ‖ pk_curve ‖ label) */
#include "crypto/context-internal.h"
#include "crypto/hash-internal.h"
#include "crypto/kem-internal.h"
#include "crypto/xof.h"

#include <openssl/core_names.h>
#include <string.h>

#define ML_KEM_SEED_LEN CV_CRYPTO_ML_KEM_SEED_LEN
#define MESSAGE_LEN CV_CRYPTO_ML_KEM_MESSAGE_LEN

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

/* Full: the first of the candidates that is a scalar. That one was refused shows, and nothing else;
 * the chance is 2^-32 a candidate for P-256 and 2^-190 for P-384. */
static CvSecret *
pick_scalar (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan candidates, GError **error)
{
  gsize len = cv_crypto_pkey_private_len (row->curve);

  for (gsize at = 0; at + len <= candidates.len; at += len) {
    CvSpan candidate = cv_span (candidates.data + at, len);

    if (cv_crypto_pkey_is_scalar (crypto, row->curve, candidate))
      return cv_secret_new_from (candidate);
  }
  cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "private key not accepted");
  return NULL;
}

static gboolean
expand_seed (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan seed, Halves *halves,
             GError **error)
{
  gsize candidates_len = row->n_candidates * cv_crypto_pkey_private_len (row->curve);
  g_autoptr (CvSecret) expanded = NULL;
  const guint8 *data;

  if (seed.len != row->seed_len)
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "private key not accepted");
  expanded = cv_crypto_xof_expand (crypto, CV_XOF_SHAKE256, &seed, 1,
                                   ML_KEM_SEED_LEN + candidates_len, error);
  if (!expanded)
    return FALSE;
  data = cv_secret_get_data (expanded);
  halves->scalar =
      pick_scalar (crypto, row, cv_span (data + ML_KEM_SEED_LEN, candidates_len), error);
  if (!halves->scalar)
    return FALSE;
  halves->ml_kem = cv_crypto_ml_kem_new (crypto, row, OSSL_PKEY_PARAM_ML_KEM_SEED,
                                         cv_span (data, ML_KEM_SEED_LEN), error);
  return halves->ml_kem != NULL;
}

static GBytes *
join_public (const CvCrypto *crypto, const CvCryptoKemRow *row, const Halves *halves,
             GError **error)
{
  g_autoptr (GBytes) curve_public =
      cv_crypto_pkey_dup_public (crypto, row->curve, cv_secret_span (halves->scalar), error);
  gsize len = row->ml_kem_public_len + cv_crypto_pkey_public_len (row->curve);
  g_autofree guint8 *out = g_malloc (len);
  gsize ml_kem_len = row->ml_kem_public_len;

  if (!curve_public)
    return NULL;
  if (!cv_crypto_ml_kem_read_public (row, halves->ml_kem, out, error))
    return NULL;
  memcpy (out + ml_kem_len, g_bytes_get_data (curve_public, NULL), len - ml_kem_len);
  return g_bytes_new_take (g_steal_pointer (&out), len);
}

static GBytes *
dup_public (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan private_key, GError **error)
{
  g_auto (Halves) halves = {0};

  if (!expand_seed (crypto, row, private_key, &halves, error))
    return NULL;
  return join_public (crypto, row, &halves, error);
}

static gboolean
check_public (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan public_key, GError **error)
{
  gsize cut = row->ml_kem_public_len;
  g_autoptr (EVP_PKEY) ml_kem = NULL;

  if (public_key.len != cut + cv_crypto_pkey_public_len (row->curve))
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "public key not accepted");
  ml_kem = cv_crypto_ml_kem_new (crypto, row, OSSL_PKEY_PARAM_PUB_KEY,
                                 cv_span (public_key.data, cut), error);
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

/* The ephemeral key pair: generated, or the scalar of given candidates. */
static gboolean
make_ephemeral (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan candidates,
                CvCryptoKeyPair *pair, GError **error)
{
  if (candidates.len == 0)
    return cv_crypto_pkey_generate (crypto, row->curve, pair, error);
  pair->private_key = pick_scalar (crypto, row, candidates, error);
  if (!pair->private_key)
    return FALSE;
  pair->public_key =
      cv_crypto_pkey_dup_public (crypto, row->curve, cv_secret_span (pair->private_key), error);
  return pair->public_key != NULL;
}

/* Randomness that was given: ML-KEM's message, then candidates for the ephemeral scalar. */
static gboolean
split_seed (const CvCryptoKemRow *row, CvSpan seed, CvSpan *message, CvSpan *candidates,
            GError **error)
{
  *message = *candidates = CV_SPAN_EMPTY;
  if (seed.len == 0)
    return TRUE;
  if (seed.len < MESSAGE_LEN + cv_crypto_pkey_private_len (row->curve))
    return cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT,
                                   "expected randomness for both halves");
  *message = cv_span (seed.data, MESSAGE_LEN);
  *candidates = cv_span (seed.data + MESSAGE_LEN, seed.len - MESSAGE_LEN);
  return TRUE;
}

static CvSecret *
encapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan public_key, CvSpan seed,
             GBytes **enc, GError **error)
{
  gsize curve_len = cv_crypto_pkey_public_len (row->curve);
  gsize enc_len = row->ml_kem_enc_len + curve_len;
  g_autofree guint8 *out = g_malloc (enc_len);
  g_auto (CvCryptoKeyPair) ephemeral = {0};
  g_autoptr (CvSecret) ss_ml_kem = NULL;
  g_autoptr (CvSecret) ss_curve = NULL;
  CvSpan message;
  CvSpan candidates;
  CvSecret *shared;
  CvSpan ct_and_pk[2];

  if (!split_seed (row, seed, &message, &candidates, error))
    return NULL;
  if (public_key.len != row->ml_kem_public_len + curve_len) {
    cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "public key not accepted");
    return NULL;
  }
  ct_and_pk[0] = cv_span (out + row->ml_kem_enc_len, curve_len);
  ct_and_pk[1] = cv_span (public_key.data + row->ml_kem_public_len, curve_len);
  ss_ml_kem = cv_crypto_ml_kem_encapsulate (
      crypto, row, cv_span (public_key.data, row->ml_kem_public_len), message, out, error);
  if (!ss_ml_kem || !make_ephemeral (crypto, row, candidates, &ephemeral, error))
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

static CvSecret *
decapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan private_key, CvSpan enc,
             GError **error)
{
  g_auto (Halves) halves = {0};
  g_autoptr (GBytes) curve_public = NULL;
  g_autoptr (CvSecret) ss_ml_kem = NULL;
  g_autoptr (CvSecret) ss_curve = NULL;
  gsize curve_len = cv_crypto_pkey_public_len (row->curve);
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
  ss_ml_kem = cv_crypto_ml_kem_decapsulate (crypto, halves.ml_kem,
                                            cv_span (enc.data, row->ml_kem_enc_len), error);
  if (!ss_ml_kem)
    return NULL;
  ss_curve = cv_crypto_pkey_agree (crypto, row->curve, cv_secret_span (halves.scalar), ct_and_pk[0],
                                   error);
  return ss_curve ? combine (crypto, row, ss_ml_kem, ss_curve, ct_and_pk, error) : NULL;
}

const CvCryptoKemKind cv_crypto_kem_hybrid = {
    .generate = cv_crypto_kem_generate_seed,
    .derive = cv_crypto_kem_derive_seed,
    .check_public = check_public,
    .dup_public = dup_public,
    .encapsulate = encapsulate,
    .decapsulate = decapsulate,
};
