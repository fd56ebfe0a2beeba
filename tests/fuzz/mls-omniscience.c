/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "fuzz/mls-omniscience.h"

#include "crypto/signature.h"
#include "mls/epoch.h"
#include "mls/framing.h"

FuzzOmniscience fuzz_omniscience;

/* The linker's names: __real_ is the library's function, __wrap_ is called instead of it. */
gboolean
__real_cv_crypto_signature_verify (const CvCrypto *crypto, CvSignature signature, CvSpan public_key,
                                   CvSpan message, CvSpan signed_with, GError **error);
gboolean
__wrap_cv_crypto_signature_verify (const CvCrypto *crypto, CvSignature signature, CvSpan public_key,
                                   CvSpan message, CvSpan signed_with, GError **error);
gboolean __real_cv_mls_epoch_check_tag (CvMlsEpoch *epoch, CvSpan tag, GError **error);
gboolean __wrap_cv_mls_epoch_check_tag (CvMlsEpoch *epoch, CvSpan tag, GError **error);
GByteArray *
__real_cv_mls_labels_decrypt (const CvMlsCipher *cipher, CvSpan private_key, const char *label,
                              CvSpan context, const CvMlsHpkeCiphertext *sealed, GError **error);
GByteArray *
__wrap_cv_mls_labels_decrypt (const CvMlsCipher *cipher, CvSpan private_key, const char *label,
                              CvSpan context, const CvMlsHpkeCiphertext *sealed, GError **error);
void __real_cv_mls_framed_content_write_body (CvWriter *writer, const CvMlsFramedContent *content);
void __wrap_cv_mls_framed_content_write_body (CvWriter *writer, const CvMlsFramedContent *content);
void __real_cv_mls_framing_write_auth (CvWriter *writer, const CvMlsAuthenticatedContent *auth);
void __wrap_cv_mls_framing_write_auth (CvWriter *writer, const CvMlsAuthenticatedContent *auth);

gboolean
__wrap_cv_crypto_signature_verify (const CvCrypto *crypto, CvSignature signature, CvSpan public_key,
                                   CvSpan message, CvSpan signed_with, GError **error)
{
  return fuzz_omniscience.holds_keys
         || __real_cv_crypto_signature_verify (crypto, signature, public_key, message, signed_with,
                                               error);
}

gboolean
__wrap_cv_mls_epoch_check_tag (CvMlsEpoch *epoch, CvSpan tag, GError **error)
{
  if (fuzz_omniscience.holds_keys)
    return cv_mls_epoch_make_tag (epoch, error);
  return __real_cv_mls_epoch_check_tag (epoch, tag, error);
}

GByteArray *
__wrap_cv_mls_labels_decrypt (const CvMlsCipher *cipher, CvSpan private_key, const char *label,
                              CvSpan context, const CvMlsHpkeCiphertext *sealed, GError **error)
{
  g_autoptr (GError) local = NULL;
  GByteArray *plaintext =
      __real_cv_mls_labels_decrypt (cipher, private_key, label, context, sealed, &local);

  if (plaintext)
    return plaintext;
  if (!fuzz_omniscience.holds_keys) {
    g_propagate_error (error, g_steal_pointer (&local));
    return NULL;
  }
  plaintext = g_byte_array_new ();
  g_byte_array_append (plaintext, g_bytes_get_data (sealed->ciphertext, NULL),
                       (guint)g_bytes_get_size (sealed->ciphertext));
  return plaintext;
}

/* Changes what was written behind `from`. */
static void
apply_edits (CvWriter *writer, gsize from)
{
  gsize len = cv_writer_span (writer).len - from;
  CvReader edits;

  cv_reader_init (&edits, fuzz_omniscience.edits);
  while (len > 0 && cv_reader_remaining (&edits) >= 3) {
    gsize place = cv_reader_u16 (&edits) % len;

    writer->array->data[from + place] += cv_reader_u8 (&edits);
  }
}

void
__wrap_cv_mls_framed_content_write_body (CvWriter *writer, const CvMlsFramedContent *content)
{
  gsize from = cv_writer_span (writer).len;

  if (fuzz_omniscience.raw_content.data) {
    cv_writer_put (writer, fuzz_omniscience.raw_content);
    return;
  }
  __real_cv_mls_framed_content_write_body (writer, content);
  apply_edits (writer, from);
}

void
__wrap_cv_mls_framing_write_auth (CvWriter *writer, const CvMlsAuthenticatedContent *auth)
{
  if (!fuzz_omniscience.raw_content.data)
    __real_cv_mls_framing_write_auth (writer, auth);
}
