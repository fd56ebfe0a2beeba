/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A KeyPackage is trusted for nothing until its two signatures are checked, and says only who
 * wants to be added: whether that is allowed is decided elsewhere. */
#include "mls/key-package.h"

#include "mls/error.h"
#include "mls/grease.h"
#include "mls/group-context.h"

#define REF_LABEL "MLS 1.0 KeyPackage Reference"

static void
key_package_clear (gpointer data)
{
  CvMlsKeyPackage *package = data;

  g_clear_pointer (&package->init_key, g_bytes_unref);
  g_clear_pointer (&package->leaf_node, cv_mls_leaf_node_unref);
  g_clear_pointer (&package->extensions, g_ptr_array_unref);
  g_clear_pointer (&package->signature, g_bytes_unref);
  g_clear_pointer (&package->encoded, g_bytes_unref);
}

CvMlsKeyPackage *
cv_mls_key_package_ref (CvMlsKeyPackage *package)
{
  return g_atomic_rc_box_acquire (package);
}

void
cv_mls_key_package_unref (CvMlsKeyPackage *package)
{
  if (package)
    g_atomic_rc_box_release_full (package, key_package_clear);
}

CvMlsKeyPackage *
cv_mls_key_package_read (CvReader *reader)
{
  g_autoptr (CvMlsKeyPackage) package = g_atomic_rc_box_new0 (CvMlsKeyPackage);
  gsize from = reader->pos;

  package->version = cv_reader_u16 (reader);
  package->suite.value = cv_reader_u16 (reader);
  package->init_key = cv_reader_dup_vector (reader, CV_MLS_LIMIT_KEY);
  package->leaf_node = cv_mls_leaf_node_read (reader);
  package->extensions = cv_mls_extension_list_read (reader);
  package->signature = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
  /* Ours, not the RFC's: how long a whole KeyPackage may be. */
  if (cv_reader_since (reader, from).len > CV_MLS_LIMIT_KEY_PACKAGE)
    cv_reader_fail (reader);
  if (!cv_reader_is_ok (reader))
    return NULL;
  package->encoded = cv_span_dup (cv_reader_since (reader, from));
  return g_steal_pointer (&package);
}

void
cv_mls_key_package_write (CvWriter *writer, const CvMlsKeyPackage *package)
{
  cv_writer_put (writer, cv_span_from_bytes (package->encoded));
}

CvMlsKeyPackage *
cv_mls_key_package_parse (CvSpan encoded, GError **error)
{
  g_autoptr (CvMlsKeyPackage) package = NULL;
  CvReader reader;

  cv_reader_init (&reader, encoded);
  package = cv_mls_key_package_read (&reader);
  /* §10: a KeyPackage and nothing behind it. */
  if (!package || !cv_reader_finish (&reader)) {
    cv_mls_error_fail_malformed (error, "KeyPackage");
    return NULL;
  }
  return g_steal_pointer (&package);
}

static void
write_unsigned (CvWriter *writer, const CvMlsKeyPackage *package)
{
  cv_writer_u16 (writer, package->version);
  cv_writer_u16 (writer, package->suite.value);
  cv_writer_vector (writer, cv_span_from_bytes (package->init_key));
  cv_mls_leaf_node_write (writer, package->leaf_node);
  cv_mls_extension_list_write (writer, package->extensions);
}

void
cv_mls_key_package_keys_clear (CvMlsKeyPackageKeys *keys)
{
  g_clear_pointer (&keys->init_private, cv_secret_unref);
  g_clear_pointer (&keys->encryption_private, cv_secret_unref);
}

static gboolean
sign (const CvMlsCipher *cipher, CvMlsKeyPackage *package, CvSpan signature_private, GError **error)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  write_unsigned (&writer, package);
  package->signature = cv_mls_labels_sign (cipher, signature_private, "KeyPackageTBS",
                                           cv_writer_span (&writer), error);
  if (!package->signature)
    return FALSE;
  cv_writer_vector (&writer, cv_span_from_bytes (package->signature));
  package->encoded = cv_writer_take (&writer);
  return TRUE;
}

CvMlsKeyPackage *
cv_mls_key_package_generate (const CvCrypto *crypto, const CvMlsLeafParams *params,
                             CvMlsKeyPackageKeys *keys, GError **error)
{
  g_autoptr (CvMlsKeyPackage) package = g_atomic_rc_box_new0 (CvMlsKeyPackage);
  g_auto (CvCryptoKeyPair) init = {0};
  g_auto (CvCryptoKeyPair) encryption = {0};
  const CvMlsCipher cipher = {crypto, params->suite};
  GError *local = NULL;

  if (!cv_crypto_kem_generate (crypto, params->suite->kem, &init, &local)
      || !cv_crypto_kem_generate (crypto, params->suite->kem, &encryption, &local)) {
    cv_mls_error_adopt (error, local);
    return NULL;
  }
  package->version = CV_MLS_VERSION_10;
  package->suite = params->suite->id;
  package->init_key = g_bytes_ref (init.public_key);
  package->leaf_node =
      cv_mls_leaf_node_new (&cipher, params, cv_span_from_bytes (encryption.public_key), error);
  package->extensions = cv_mls_extension_list_new ();
  /* RFC 9420 §10: the type has to be among the leaf's capabilities, so it has the leaf's seed. */
  cv_mls_grease_add_extension (package->extensions, cv_span_from_bytes (encryption.public_key));
  if (!package->leaf_node || !sign (&cipher, package, params->signature_private, error))
    return NULL;
  keys->init_private = g_steal_pointer (&init.private_key);
  keys->encryption_private = g_steal_pointer (&encryption.private_key);
  return g_steal_pointer (&package);
}

GBytes *
cv_mls_key_package_dup_ref_hash (const CvMlsCipher *cipher, const CvMlsKeyPackage *package,
                                 GError **error)
{
  return cv_mls_labels_ref_hash (cipher, REF_LABEL, cv_span_from_bytes (package->encoded), error);
}

static gboolean
check_init_key (const CvMlsCipher *cipher, const CvMlsKeyPackage *package, GError **error)
{
  GError *local = NULL;

  /* RFC 9420 §10.1: a shared key would let a Welcome's secret open an update path. */
  if (g_bytes_equal (package->init_key, package->leaf_node->encryption_key))
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "init key equals the encryption key");
  if (!cv_crypto_kem_check_public (cipher->crypto, cipher->suite->kem,
                                   cv_span_from_bytes (package->init_key), &local))
    return cv_mls_error_adopt (error, local);
  return TRUE;
}

static gboolean
verify_signature (const CvMlsCipher *cipher, const CvMlsKeyPackage *package, GError **error)
{
  g_auto (CvWriter) tbs = {0};

  cv_writer_init (&tbs);
  write_unsigned (&tbs, package);
  return cv_mls_labels_verify (cipher, cv_span_from_bytes (package->leaf_node->signature_key),
                               "KeyPackageTBS", cv_writer_span (&tbs),
                               cv_span_from_bytes (package->signature), error);
}

gboolean
cv_mls_key_package_verify (const CvMlsCipher *cipher, const CvMlsKeyPackage *package, guint64 now_s,
                           GError **error)
{
  const CvMlsLeafNode *leaf_node = package->leaf_node;

  /* §10.1: the version is the group's. */
  if (package->version != CV_MLS_VERSION_10)
    return cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "KeyPackage of version %u",
                              package->version);
  /* §10.1: so is the suite. */
  if (package->suite.value != cipher->suite->id.value)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "KeyPackage of suite 0x%04x, not 0x%04x",
                              package->suite.value, cipher->suite->id.value);
  /* §7.3, §10: its leaf was made for a KeyPackage. */
  if (leaf_node->source != CV_MLS_LEAF_SOURCE_KEY_PACKAGE)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "KeyPackage with a leaf of a group");
  /* §10: the leaf lists the KeyPackage's extensions, too. */
  if (!cv_mls_leaf_node_check_lists (leaf_node, package->extensions, error))
    return FALSE;
  return verify_signature (cipher, package, error)
         && cv_mls_leaf_node_verify (cipher, leaf_node, CV_SPAN_EMPTY, (CvMlsLeaf){0}, error)
         && cv_mls_leaf_node_check (cipher, leaf_node, now_s, error)
         && check_init_key (cipher, package, error);
}

void
cv_mls_key_package_info_clear (CvMlsKeyPackageInfo *info)
{
  g_clear_pointer (&info->ref, g_bytes_unref);
  g_clear_pointer (&info->identity, g_bytes_unref);
  g_clear_pointer (&info->signature_public, g_bytes_unref);
  g_clear_pointer (&info->application_id, g_bytes_unref);
}

gboolean
cv_mls_key_package_inspect (const CvCrypto *crypto, const CvMlsSuite *suite, CvSpan key_package,
                            guint64 now_s, CvMlsKeyPackageInfo *info, GError **error)
{
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (key_package, error);
  g_autoptr (GBytes) ref = NULL;
  const CvMlsCipher cipher = {crypto, suite};

  *info = (CvMlsKeyPackageInfo){0};
  if (!package || !cv_mls_key_package_verify (&cipher, package, now_s, error))
    return FALSE;
  /* Ours, not the RFC's: whoever calls this can judge identity statements only. */
  if (package->leaf_node->credential.type != CV_MLS_CREDENTIAL_BASIC)
    return cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "credential of type %u",
                              package->leaf_node->credential.type);
  if (!cv_mls_leaf_node_check_range (package->leaf_node, error))
    return FALSE;
  ref = cv_mls_key_package_dup_ref_hash (&cipher, package, error);
  if (!ref)
    return FALSE;
  info->ref = g_steal_pointer (&ref);
  info->identity = g_bytes_ref (package->leaf_node->credential.identity);
  info->signature_public = g_bytes_ref (package->leaf_node->signature_key);
  info->application_id = cv_span_dup (cv_mls_leaf_node_get_application_id (package->leaf_node));
  info->leaf_len = g_bytes_get_size (package->leaf_node->encoded);
  info->not_before_s = package->leaf_node->not_before_s;
  info->not_after_s = package->leaf_node->not_after_s;
  return TRUE;
}
