/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The identity key pair: generate, load, sign and verify under labels. */
#include "identity/key-pair.h"

#include "crypto/hash.h"
#include "crypto/signature.h"

#include <string.h>

#define HASH_LABEL "Conclave 1.0 identity key"
#define ED25519_PUBLIC_LEN 32
#define P384_PUBLIC_LEN 97

struct CvIdentityKeyPair {
  gatomicrefcount refs;
  CvCrypto *crypto;
  CvIdentityAlgorithm algorithm;
  CvSecret *private_key;
  GBytes *key; /* algorithm byte and public key */
};

static gboolean
find_signature (guint8 algorithm, CvSignature *signature, gsize *public_len)
{
  switch (algorithm) {
  case CV_IDENTITY_ALGORITHM_ED25519:
    *signature = CV_SIGNATURE_ED25519;
    *public_len = ED25519_PUBLIC_LEN;
    return TRUE;
  case CV_IDENTITY_ALGORITHM_P384:
    *signature = CV_SIGNATURE_P384;
    *public_len = P384_PUBLIC_LEN;
    return TRUE;
  }
  return FALSE;
}

/* Takes neither; public_key is copied behind the algorithm byte. */
static CvIdentityKeyPair *
new_pair (CvCrypto *crypto, CvIdentityAlgorithm algorithm, CvSecret *private_key,
          GBytes *public_key)
{
  CvIdentityKeyPair *pair = g_new0 (CvIdentityKeyPair, 1);
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_u8 (&writer, (guint8)algorithm);
  cv_writer_put (&writer, cv_span_from_bytes (public_key));
  g_atomic_ref_count_init (&pair->refs);
  pair->crypto = cv_crypto_context_ref (crypto);
  pair->algorithm = algorithm;
  pair->private_key = cv_secret_ref (private_key);
  pair->key = cv_writer_take (&writer);
  return pair;
}

static GBytes *
dup_labelled (const char *label, CvSpan message)
{
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_put (&writer, cv_span (label, strlen (label) + 1));
  cv_writer_put (&writer, message);
  return cv_writer_take (&writer);
}

CvIdentityKeyPair *
cv_identity_key_pair_generate (CvCrypto *crypto, GError **error)
{
  gboolean is_fips = cv_crypto_context_is_fips (crypto);
  g_auto (CvCryptoKeyPair) raw = {0};
  if (!cv_crypto_signature_generate (crypto, is_fips ? CV_SIGNATURE_P384 : CV_SIGNATURE_ED25519,
                                     &raw, error))
    return NULL;
  return new_pair (crypto, is_fips ? CV_IDENTITY_ALGORITHM_P384 : CV_IDENTITY_ALGORITHM_ED25519,
                   raw.private_key, raw.public_key);
}

CvIdentityKeyPair *
cv_identity_key_pair_new_from_private (CvCrypto *crypto, CvSpan private_form, GError **error)
{
  CvReader reader;
  cv_reader_init (&reader, private_form);
  guint8 algorithm = cv_reader_u8 (&reader);
  CvSignature signature;
  gsize public_len;
  CvSpan scalar = cv_reader_take (&reader, cv_reader_remaining (&reader));
  if (!cv_reader_finish (&reader) || scalar.len == 0 || scalar.len > 256
      || !find_signature (algorithm, &signature, &public_len)) {
    g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_MALFORMED,
                         "expected a stored identity key, got something else");
    return NULL;
  }
  g_autoptr (GBytes) public_key = cv_crypto_signature_dup_public (crypto, signature, scalar, error);
  if (public_key == NULL)
    return NULL;
  g_autoptr (CvSecret) private_key = cv_secret_new_from (scalar);
  return new_pair (crypto, (CvIdentityAlgorithm)algorithm, private_key, public_key);
}

CvIdentityKeyPair *
cv_identity_key_pair_ref (CvIdentityKeyPair *pair)
{
  g_atomic_ref_count_inc (&pair->refs);
  return pair;
}

void
cv_identity_key_pair_unref (CvIdentityKeyPair *pair)
{
  if (pair == NULL || !g_atomic_ref_count_dec (&pair->refs))
    return;
  g_clear_pointer (&pair->private_key, cv_secret_unref);
  g_clear_pointer (&pair->key, g_bytes_unref);
  g_clear_pointer (&pair->crypto, cv_crypto_context_unref);
  g_free (pair);
}

CvIdentityAlgorithm
cv_identity_key_pair_get_algorithm (const CvIdentityKeyPair *pair)
{
  return pair->algorithm;
}

CvSpan
cv_identity_key_pair_get_key (const CvIdentityKeyPair *pair)
{
  return cv_span_from_bytes (pair->key);
}

CvSecret *
cv_identity_key_pair_dup_private (const CvIdentityKeyPair *pair)
{
  CvSpan scalar = cv_secret_span (pair->private_key);
  CvSecret *form = cv_secret_new (scalar.len + 1);
  guint8 *data = cv_secret_get_data (form);
  data[0] = (guint8)pair->algorithm;
  memcpy (data + 1, scalar.data, scalar.len);
  return form;
}

GBytes *
cv_identity_key_pair_sign (const CvIdentityKeyPair *pair, const char *label, CvSpan message,
                           GError **error)
{
  CvSignature signature;
  gsize public_len;
  if (!find_signature ((guint8)pair->algorithm, &signature, &public_len))
    g_assert_not_reached ();
  g_autoptr (GBytes) labelled = dup_labelled (label, message);
  return cv_crypto_signature_sign (pair->crypto, signature, cv_secret_span (pair->private_key),
                                   cv_span_from_bytes (labelled), error);
}

gboolean
cv_identity_key_pair_verify (const CvCrypto *crypto, CvSpan identity_key, const char *label,
                             CvSpan message, CvSpan signed_with, GError **error)
{
  CvSignature signature;
  gsize public_len;
  if (identity_key.len == 0 || !find_signature (identity_key.data[0], &signature, &public_len)
      || identity_key.len != public_len + 1) {
    g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_MALFORMED,
                         "expected an identity key, got another algorithm or length");
    return FALSE;
  }
  g_autoptr (GBytes) labelled = dup_labelled (label, message);
  CvSpan public_key = cv_span (identity_key.data + 1, identity_key.len - 1);
  if (cv_crypto_signature_verify (crypto, signature, public_key, cv_span_from_bytes (labelled),
                                  signed_with, NULL))
    return TRUE;
  g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_AUTHENTICATION,
                       "could not authenticate");
  return FALSE;
}

gboolean
cv_identity_key_pair_hash (const CvCrypto *crypto, CvSpan identity_key,
                           guint8 hash[static CV_IDENTITY_HASH_LEN], GError **error)
{
  g_autoptr (GBytes) labelled = dup_labelled (HASH_LABEL, identity_key);
  return cv_crypto_hash_digest (crypto, CV_HASH_SHA256, cv_span_from_bytes (labelled), hash, error);
}

char *
cv_identity_key_pair_dup_fingerprint (const guint8 hash[static CV_IDENTITY_HASH_LEN])
{
  GString *text = g_string_sized_new (CV_IDENTITY_HASH_LEN * 5 / 2);
  for (gsize i = 0; i < CV_IDENTITY_HASH_LEN; i++)
    g_string_append_printf (text, "%s%02x", i > 0 && i % 2 == 0 ? " " : "", hash[i]);
  return g_string_free (text, FALSE);
}
