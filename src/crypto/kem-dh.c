/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The DH KEMs of RFC 9180 §4.1. */
#include "crypto/context-internal.h"
#include "crypto/kem-internal.h"

#define DERIVE_TRIES 256

/* RFC 9180 §7.1.3: the curves of NIST take the first candidate that is a scalar. */
static CvSecret *
derive_scalar (const CvCryptoLabeled *labeled, const CvCryptoKemRow *row, CvSpan dkp_prk,
               GError **error)
{
  gsize len = cv_crypto_pkey_private_len (row->curve);

  for (guint try = 0; try < DERIVE_TRIES; try++) {
    guint8 counter = (guint8)try;
    g_autoptr (CvSecret) scalar =
        cv_crypto_labeled_expand (labeled, dkp_prk, "candidate", cv_span (&counter, 1), len, error);

    if (!scalar)
      return NULL;
    cv_secret_get_data (scalar)[0] &= row->bit_mask;
    if (cv_crypto_pkey_is_scalar (labeled->crypto, row->curve, cv_secret_span (scalar)))
      return g_steal_pointer (&scalar);
  }
  cv_crypto_context_fail (error, CV_CRYPTO_ERROR_INPUT, "no key pair from this seed");
  return NULL;
}

static gboolean
derive (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan ikm, CvCryptoKeyPair *pair,
        GError **error)
{
  guint8 suite_id[CV_CRYPTO_KEM_SUITE_ID_LEN];
  CvCryptoLabeled labeled = cv_crypto_kem_labeled (crypto, row, suite_id);
  g_autoptr (CvSecret) dkp_prk =
      cv_crypto_labeled_extract (&labeled, CV_SPAN_EMPTY, "dkp_prk", ikm, error);
  g_autoptr (CvSecret) private_key = NULL;
  GBytes *public_key;

  if (!dkp_prk)
    return FALSE;
  private_key =
      row->bit_mask
          ? derive_scalar (&labeled, row, cv_secret_span (dkp_prk), error)
          : cv_crypto_labeled_expand (&labeled, cv_secret_span (dkp_prk), "sk", CV_SPAN_EMPTY,
                                      cv_crypto_pkey_private_len (row->curve), error);
  if (!private_key)
    return FALSE;
  public_key = cv_crypto_pkey_dup_public (crypto, row->curve, cv_secret_span (private_key), error);
  if (!public_key)
    return FALSE;
  pair->private_key = g_steal_pointer (&private_key);
  pair->public_key = public_key;
  return TRUE;
}

static CvSecret *
extract_and_expand (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan dh, CvSpan enc,
                    CvSpan public_key, GError **error)
{
  guint8 suite_id[CV_CRYPTO_KEM_SUITE_ID_LEN];
  CvCryptoLabeled labeled = cv_crypto_kem_labeled (crypto, row, suite_id);
  g_autoptr (CvSecret) eae_prk =
      cv_crypto_labeled_extract (&labeled, CV_SPAN_EMPTY, "eae_prk", dh, error);
  g_auto (CvWriter) kem_context = {0};

  if (!eae_prk)
    return NULL;
  cv_writer_init (&kem_context);
  cv_writer_put (&kem_context, enc);
  cv_writer_put (&kem_context, public_key);
  return cv_crypto_labeled_expand (&labeled, cv_secret_span (eae_prk), "shared_secret",
                                   cv_writer_span (&kem_context), row->secret_len, error);
}

static CvSecret *
encapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan public_key, CvSpan seed,
             GBytes **enc, GError **error)
{
  g_auto (CvCryptoKeyPair) ephemeral = {0};
  g_autoptr (CvSecret) dh = NULL;
  g_autoptr (CvSecret) shared = NULL;

  if (seed.len > 0 ? !derive (crypto, row, seed, &ephemeral, error)
                   : !cv_crypto_pkey_generate (crypto, row->curve, &ephemeral, error))
    return NULL;
  dh = cv_crypto_pkey_agree (crypto, row->curve, cv_secret_span (ephemeral.private_key), public_key,
                             error);
  if (!dh)
    return NULL;
  shared = extract_and_expand (crypto, row, cv_secret_span (dh),
                               cv_span_from_bytes (ephemeral.public_key), public_key, error);
  if (shared)
    *enc = g_steal_pointer (&ephemeral.public_key);
  return g_steal_pointer (&shared);
}

static CvSecret *
decapsulate (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan private_key, CvSpan enc,
             GError **error)
{
  g_autoptr (GBytes) public_key =
      cv_crypto_pkey_dup_public (crypto, row->curve, private_key, error);
  g_autoptr (CvSecret) dh = NULL;

  if (!public_key)
    return NULL;
  dh = cv_crypto_pkey_agree (crypto, row->curve, private_key, enc, error);
  if (!dh)
    return NULL;
  return extract_and_expand (crypto, row, cv_secret_span (dh), enc, cv_span_from_bytes (public_key),
                             error);
}

static gboolean
generate (const CvCrypto *crypto, const CvCryptoKemRow *row, CvCryptoKeyPair *pair, GError **error)
{
  return cv_crypto_pkey_generate (crypto, row->curve, pair, error);
}

static gboolean
check_public (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan public_key, GError **error)
{
  return cv_crypto_pkey_check_public (crypto, row->curve, public_key, error);
}

static GBytes *
dup_public (const CvCrypto *crypto, const CvCryptoKemRow *row, CvSpan private_key, GError **error)
{
  return cv_crypto_pkey_dup_public (crypto, row->curve, private_key, error);
}

const CvCryptoKemKind cv_crypto_kem_dh = {
    .generate = generate,
    .derive = derive,
    .check_public = check_public,
    .dup_public = dup_public,
    .encapsulate = encapsulate,
    .decapsulate = decapsulate,
};
