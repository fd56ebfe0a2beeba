/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Every key, signature and ciphertext of MLS is bound to what it is for by a label, so that one
 * can never stand in for another. Errors of crypto become errors of mls here. */
#include "mls/labels.h"

#include "mls/error.h"
#include "crypto/aead.h"
#include "crypto/hkdf.h"
#include "crypto/hpke.h"
#include "crypto/signature.h"

#include <string.h>

#define PREFIX "MLS 1.0 "

static void
write_label (CvWriter *writer, const char *label)
{
  gsize mark = cv_writer_begin_vector (writer);

  cv_writer_put (writer, CV_SPAN_LITERAL (PREFIX));
  cv_writer_put (writer, cv_span (label, strlen (label)));
  cv_writer_end_vector (writer, mark);
}

CvSecret *
cv_mls_labels_expand (const CvMlsCipher *cipher, CvSpan secret, const char *label, CvSpan context,
                      gsize len, GError **error)
{
  g_auto (CvWriter) writer = {0};
  GError *local = NULL;
  CvSecret *out;

  g_return_val_if_fail (len > 0 && len <= G_MAXUINT16, NULL);
  cv_writer_init (&writer);
  cv_writer_u16 (&writer, (guint16)len);
  write_label (&writer, label);
  cv_writer_vector (&writer, context);
  out = cv_crypto_hkdf_expand (cipher->crypto, cipher->suite->hash, secret,
                               cv_writer_span (&writer), len, &local);
  if (!out)
    cv_mls_error_adopt (error, local);
  return out;
}

CvSecret *
cv_mls_labels_derive (const CvMlsCipher *cipher, CvSpan secret, const char *label, GError **error)
{
  return cv_mls_labels_expand (cipher, secret, label, CV_SPAN_EMPTY, cipher->suite->hash_len,
                               error);
}

CvSecret *
cv_mls_labels_derive_tree (const CvMlsCipher *cipher, CvSpan secret, const char *label,
                           guint32 generation, gsize len, GError **error)
{
  guint8 context[4] = {(guint8)(generation >> 24), (guint8)(generation >> 16),
                       (guint8)(generation >> 8), (guint8)generation};

  return cv_mls_labels_expand (cipher, secret, label, CV_SPAN_ARRAY (context), len, error);
}

/* Into a secret writer: what is signed may be application data. */
static void
write_sign_content (CvWriter *writer, const char *label, CvSpan content)
{
  write_label (writer, label);
  cv_writer_vector (writer, content);
}

GBytes *
cv_mls_labels_sign (const CvMlsCipher *cipher, CvSpan private_key, const char *label,
                    CvSpan content, GError **error)
{
  g_auto (CvWriter) writer = {0};
  GError *local = NULL;
  GBytes *signature;

  cv_writer_init_secret (&writer);
  write_sign_content (&writer, label, content);
  signature = cv_crypto_signature_sign (cipher->crypto, cipher->suite->signature, private_key,
                                        cv_writer_span (&writer), &local);
  if (!signature)
    cv_mls_error_adopt (error, local);
  return signature;
}

gboolean
cv_mls_labels_verify (const CvMlsCipher *cipher, CvSpan public_key, const char *label,
                      CvSpan content, CvSpan signature, GError **error)
{
  g_auto (CvWriter) writer = {0};
  GError *local = NULL;

  cv_writer_init_secret (&writer);
  write_sign_content (&writer, label, content);
  if (!cv_crypto_signature_verify (cipher->crypto, cipher->suite->signature, public_key,
                                   cv_writer_span (&writer), signature, &local))
    return cv_mls_error_adopt (error, local);
  return TRUE;
}

static CvCryptoHpkeParams
hpke_params (const CvMlsCipher *cipher, CvSpan info)
{
  return (CvCryptoHpkeParams){.kem = cipher->suite->kem,
                              .kdf = cipher->suite->hash,
                              .aead = cipher->suite->aead,
                              .info = info,
                              .aad = CV_SPAN_EMPTY};
}

gboolean
cv_mls_labels_encrypt (const CvMlsCipher *cipher, CvSpan public_key, const char *label,
                       CvSpan context, CvSpan plaintext, CvMlsHpkeCiphertext *sealed,
                       GError **error)
{
  g_auto (CvWriter) info = {0};
  CvCryptoHpkeParams params;
  GError *local = NULL;

  *sealed = (CvMlsHpkeCiphertext){0};
  cv_writer_init (&info);
  write_label (&info, label);
  cv_writer_vector (&info, context);
  params = hpke_params (cipher, cv_writer_span (&info));
  if (!cv_crypto_hpke_seal (cipher->crypto, &params, public_key, plaintext, &sealed->kem_output,
                            &sealed->ciphertext, &local))
    return cv_mls_error_adopt (error, local);
  return TRUE;
}

GByteArray *
cv_mls_labels_decrypt (const CvMlsCipher *cipher, CvSpan private_key, const char *label,
                       CvSpan context, const CvMlsHpkeCiphertext *sealed, GError **error)
{
  g_auto (CvWriter) info = {0};
  CvCryptoHpkeParams params;
  GError *local = NULL;
  GByteArray *plaintext;

  cv_writer_init (&info);
  write_label (&info, label);
  cv_writer_vector (&info, context);
  params = hpke_params (cipher, cv_writer_span (&info));
  plaintext = cv_crypto_hpke_open (cipher->crypto, &params, private_key,
                                   cv_span_from_bytes (sealed->kem_output),
                                   cv_span_from_bytes (sealed->ciphertext), &local);
  if (plaintext)
    return plaintext;
  /* §5.1.3: a KEM output that is no valid point is the peer's doing too: the same words. */
  if (g_error_matches (local, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT)) {
    g_error_free (local);
    cv_mls_error_fail_authentication (error);
  } else
    cv_mls_error_adopt (error, local);
  return NULL;
}

GBytes *
cv_mls_labels_ref_hash (const CvMlsCipher *cipher, const char *label, CvSpan value, GError **error)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_vector (&writer, cv_span (label, strlen (label)));
  cv_writer_vector (&writer, value);
  return cv_mls_labels_hash (cipher, cv_writer_span (&writer), error);
}

GBytes *
cv_mls_labels_hash (const CvMlsCipher *cipher, CvSpan data, GError **error)
{
  GError *local = NULL;
  GBytes *digest = cv_crypto_hash_dup_digest (cipher->crypto, cipher->suite->hash, data, &local);

  if (!digest)
    cv_mls_error_adopt (error, local);
  return digest;
}

GBytes *
cv_mls_labels_mac (const CvMlsCipher *cipher, CvSpan key, CvSpan data, GError **error)
{
  guint8 mac[CV_CRYPTO_HASH_MAX];
  GError *local = NULL;

  if (!cv_crypto_hash_hmac (cipher->crypto, cipher->suite->hash, key, data, mac, &local)) {
    cv_mls_error_adopt (error, local);
    return NULL;
  }
  return g_bytes_new (mac, cipher->suite->hash_len);
}
