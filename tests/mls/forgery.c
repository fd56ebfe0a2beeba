/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Field by field as in RFC 9420 §7.2 and §10. */
#include "mls/forgery.h"

static GBytes *
finish (const CvMlsCipher *cipher, CvSpan signature_private, const char *label, CvWriter *writer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) signature =
      cv_mls_labels_sign (cipher, signature_private, label, cv_writer_span (writer), &error);

  g_assert_no_error (error);
  cv_writer_vector (writer, cv_span_from_bytes (signature));
  return cv_writer_take (writer);
}

GBytes *
forgery_sign_leaf (const CvMlsCipher *cipher, CvSpan signature_private, const CvMlsLeafNode *like)
{
  g_auto (CvWriter) writer = {0};

  g_assert_cmpint (like->source, ==, CV_MLS_LEAF_SOURCE_KEY_PACKAGE);
  cv_writer_init (&writer);
  cv_writer_vector (&writer, cv_span_from_bytes (like->encryption_key));
  cv_writer_vector (&writer, cv_span_from_bytes (like->signature_key));
  cv_mls_credential_write (&writer, &like->credential);
  cv_mls_type_list_write (&writer, like->capabilities.versions);
  cv_mls_type_list_write (&writer, like->capabilities.suites);
  cv_mls_type_list_write (&writer, like->capabilities.extensions);
  cv_mls_type_list_write (&writer, like->capabilities.proposals);
  cv_mls_type_list_write (&writer, like->capabilities.credentials);
  cv_writer_u8 (&writer, (guint8)like->source);
  cv_writer_u64 (&writer, like->not_before_s);
  cv_writer_u64 (&writer, like->not_after_s);
  cv_mls_extension_list_write (&writer, like->extensions);
  return finish (cipher, signature_private, "LeafNodeTBS", &writer);
}

CvMlsLeafNode *
forgery_make_leaf (const CvMlsCipher *cipher, CvSpan signature_private, const CvMlsLeafNode *like)
{
  g_autoptr (GBytes) encoded = forgery_sign_leaf (cipher, signature_private, like);
  CvReader reader;
  CvMlsLeafNode *leaf;

  cv_reader_init (&reader, cv_span_from_bytes (encoded));
  leaf = cv_mls_leaf_node_read (&reader);
  g_assert_true (cv_reader_finish (&reader));
  return leaf;
}

GBytes *
forgery_sign_package (const CvMlsCipher *cipher, CvSpan signature_private,
                      const CvMlsKeyPackage *like, CvSpan leaf)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_u16 (&writer, like->version);
  cv_writer_u16 (&writer, like->suite.value);
  cv_writer_vector (&writer, cv_span_from_bytes (like->init_key));
  cv_writer_put (&writer, leaf);
  cv_mls_extension_list_write (&writer, like->extensions);
  return finish (cipher, signature_private, "KeyPackageTBS", &writer);
}
