/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A leaf node speaks for one member. It is kept with its encoding, because the tree hash, the
 * signature and the KeyPackage around it are all over the very bytes that came. */
#include "mls/leaf-node.h"

#include "mls/error.h"
#include "mls/grease.h"
#include "mls/group-context.h"
#include "mls/required-capabilities.h"

static void
capabilities_clear (CvMlsCapabilities *capabilities)
{
  g_clear_pointer (&capabilities->versions, g_array_unref);
  g_clear_pointer (&capabilities->suites, g_array_unref);
  g_clear_pointer (&capabilities->extensions, g_array_unref);
  g_clear_pointer (&capabilities->proposals, g_array_unref);
  g_clear_pointer (&capabilities->credentials, g_array_unref);
}

static void
leaf_node_clear (gpointer data)
{
  CvMlsLeafNode *node = data;

  g_clear_pointer (&node->encryption_key, g_bytes_unref);
  g_clear_pointer (&node->signature_key, g_bytes_unref);
  cv_mls_credential_clear (&node->credential);
  capabilities_clear (&node->capabilities);
  g_clear_pointer (&node->parent_hash, g_bytes_unref);
  g_clear_pointer (&node->extensions, g_ptr_array_unref);
  g_clear_pointer (&node->signature, g_bytes_unref);
  g_clear_pointer (&node->encoded, g_bytes_unref);
}

CvMlsLeafNode *
cv_mls_leaf_node_ref (CvMlsLeafNode *node)
{
  return g_atomic_rc_box_acquire (node);
}

void
cv_mls_leaf_node_unref (CvMlsLeafNode *node)
{
  if (node)
    g_atomic_rc_box_release_full (node, leaf_node_clear);
}

static void
read_source (CvReader *reader, CvMlsLeafNode *node)
{
  node->source = (CvMlsLeafSource)cv_reader_u8 (reader);
  switch (node->source) {
  case CV_MLS_LEAF_SOURCE_KEY_PACKAGE:
    node->not_before_s = cv_reader_u64 (reader);
    node->not_after_s = cv_reader_u64 (reader);
    return;
  case CV_MLS_LEAF_SOURCE_UPDATE:
    return;
  case CV_MLS_LEAF_SOURCE_COMMIT:
    node->parent_hash = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
    return;
  }
  /* §7.2: there are no other sources. */
  cv_reader_fail (reader);
}

CvMlsLeafNode *
cv_mls_leaf_node_read (CvReader *reader)
{
  g_autoptr (CvMlsLeafNode) node = g_atomic_rc_box_new0 (CvMlsLeafNode);
  gsize from = reader->pos;

  node->encryption_key = cv_reader_dup_vector (reader, CV_MLS_LIMIT_KEY);
  node->signature_key = cv_reader_dup_vector (reader, CV_MLS_LIMIT_KEY);
  cv_mls_credential_read (reader, &node->credential);
  node->capabilities.versions = cv_mls_type_list_read (reader);
  node->capabilities.suites = cv_mls_type_list_read (reader);
  node->capabilities.extensions = cv_mls_type_list_read (reader);
  node->capabilities.proposals = cv_mls_type_list_read (reader);
  node->capabilities.credentials = cv_mls_type_list_read (reader);
  read_source (reader, node);
  node->extensions = cv_mls_extension_list_read (reader);
  node->signature = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
  /* Ours, not the RFC's: how long a whole leaf may be. */
  if (cv_reader_since (reader, from).len > CV_MLS_LIMIT_LEAF)
    cv_reader_fail (reader);
  if (!cv_reader_is_ok (reader))
    return NULL;
  node->encoded = cv_span_dup (cv_reader_since (reader, from));
  return g_steal_pointer (&node);
}

void
cv_mls_leaf_node_write (CvWriter *writer, const CvMlsLeafNode *node)
{
  cv_writer_put (writer, cv_span_from_bytes (node->encoded));
}

static void
write_unsigned (CvWriter *writer, const CvMlsLeafNode *node)
{
  cv_writer_vector (writer, cv_span_from_bytes (node->encryption_key));
  cv_writer_vector (writer, cv_span_from_bytes (node->signature_key));
  cv_mls_credential_write (writer, &node->credential);
  cv_mls_type_list_write (writer, node->capabilities.versions);
  cv_mls_type_list_write (writer, node->capabilities.suites);
  cv_mls_type_list_write (writer, node->capabilities.extensions);
  cv_mls_type_list_write (writer, node->capabilities.proposals);
  cv_mls_type_list_write (writer, node->capabilities.credentials);
  cv_writer_u8 (writer, (guint8)node->source);
  switch (node->source) {
  case CV_MLS_LEAF_SOURCE_KEY_PACKAGE:
    cv_writer_u64 (writer, node->not_before_s);
    cv_writer_u64 (writer, node->not_after_s);
    break;
  case CV_MLS_LEAF_SOURCE_UPDATE:
    break;
  case CV_MLS_LEAF_SOURCE_COMMIT:
    cv_writer_vector (writer, cv_span_from_bytes (node->parent_hash));
    break;
  }
  cv_mls_extension_list_write (writer, node->extensions);
}

static void
write_tbs (CvWriter *writer, const CvMlsLeafNode *node, CvSpan group_id, CvMlsLeaf leaf)
{
  write_unsigned (writer, node);
  if (node->source == CV_MLS_LEAF_SOURCE_KEY_PACKAGE)
    return;
  cv_writer_vector (writer, group_id);
  cv_writer_u32 (writer, leaf.index);
}

/* Ours, not the RFC's: what others would not read is not made. */
static gboolean
check_readable (const CvMlsLeafNode *node, GError **error)
{
  CvReader reader;
  g_autoptr (CvMlsLeafNode) same = NULL;

  cv_reader_init (&reader, cv_span_from_bytes (node->encoded));
  same = cv_mls_leaf_node_read (&reader);
  return same
         || cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "leaf of %zu bytes is too long",
                               g_bytes_get_size (node->encoded));
}

/* Fills signature and encoded. */
static gboolean
sign (const CvMlsCipher *cipher, CvMlsLeafNode *node, const CvMlsLeafRenewal *place, GError **error)
{
  g_auto (CvWriter) tbs = {0};
  g_auto (CvWriter) encoded = {0};

  cv_writer_init (&tbs);
  write_tbs (&tbs, node, place->group_id, place->leaf);
  node->signature = cv_mls_labels_sign (cipher, place->signature_private, "LeafNodeTBS",
                                        cv_writer_span (&tbs), error);
  if (!node->signature)
    return FALSE;
  cv_writer_init (&encoded);
  write_unsigned (&encoded, node);
  cv_writer_vector (&encoded, cv_span_from_bytes (node->signature));
  node->encoded = cv_writer_take (&encoded);
  return check_readable (node, error);
}

static gboolean
uses_x509 (const CvMlsLeafParams *params)
{
  return params->supports_x509 || params->n_certificates > 0;
}

static void
fill_capabilities (CvMlsCapabilities *capabilities, const CvMlsLeafParams *params, guint16 grease)
{
  const guint16 version = CV_MLS_VERSION_10;
  const guint16 credentials[] = {CV_MLS_CREDENTIAL_BASIC, CV_MLS_CREDENTIAL_X509};

  capabilities->versions = cv_mls_type_list_new (&version, 1);
  capabilities->suites = cv_mls_type_list_new (&params->suite->id.value, 1);
  capabilities->extensions = cv_mls_type_list_new (NULL, 0);
  /* RFC 9420 §7.2: default types MUST NOT be listed. */
  for (gsize i = 0; i < params->n_extension_types; i++)
    if (!cv_mls_extension_is_default (params->extension_types[i]))
      g_array_append_val (capabilities->extensions, params->extension_types[i]);
  capabilities->proposals = cv_mls_type_list_new (NULL, 0);
  capabilities->credentials = cv_mls_type_list_new (credentials, uses_x509 (params) ? 2 : 1);
  g_array_append_val (capabilities->suites, grease);
  g_array_append_val (capabilities->extensions, grease);
  g_array_append_val (capabilities->proposals, grease);
  g_array_append_val (capabilities->credentials, grease);
}

static gboolean
fill_credential (CvMlsCredential *credential, const CvMlsLeafParams *params, GError **error)
{
  gsize len;

  if (params->n_certificates > 0)
    cv_mls_credential_init_x509 (credential, params->certificates, params->n_certificates);
  else
    cv_mls_credential_init_basic (credential, params->identity);
  /* Ours, not the RFC's: said apart from the whole leaf, as it is what may well be too long. */
  len = g_bytes_get_size (credential->identity);
  return len <= CV_MLS_LIMIT_IDENTITY
         || cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "identity of %zu bytes, %d are allowed",
                               len, CV_MLS_LIMIT_IDENTITY);
}

gboolean
cv_mls_leaf_node_check_range (const CvMlsLeafNode *node, GError **error)
{
  if (node->source != CV_MLS_LEAF_SOURCE_KEY_PACKAGE)
    return TRUE;
  /* §7.2: from one time to a later one. */
  if (node->not_before_s > node->not_after_s)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "leaf lifetime ends before it begins");
  /* RFC 9420 §7.2: the application must bound the whole lifetime. */
  if (node->not_after_s - node->not_before_s > CV_MLS_KEY_PACKAGE_LIFETIME_MAX_S)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "KeyPackage lives longer than %d s",
                              CV_MLS_KEY_PACKAGE_LIFETIME_MAX_S);
  return TRUE;
}

static void
add_application_id (GPtrArray *extensions, CvSpan application_id)
{
  g_auto (CvWriter) writer = {0};

  if (application_id.len == 0)
    return;
  cv_writer_init (&writer);
  cv_writer_vector (&writer, application_id);
  cv_mls_extension_list_add (extensions, CV_MLS_EXTENSION_APPLICATION_ID, cv_writer_span (&writer));
}

CvMlsLeafNode *
cv_mls_leaf_node_new (const CvMlsCipher *cipher, const CvMlsLeafParams *params,
                      CvSpan encryption_key, GError **error)
{
  g_autoptr (CvMlsLeafNode) node = g_atomic_rc_box_new0 (CvMlsLeafNode);
  const CvMlsLeafRenewal place = {.signature_private = params->signature_private};

  if (!fill_credential (&node->credential, params, error))
    return NULL;
  node->encryption_key = cv_span_dup (encryption_key);
  node->signature_key = cv_span_dup (params->signature_public);
  fill_capabilities (&node->capabilities, params, cv_mls_grease_pick (encryption_key));
  node->source = CV_MLS_LEAF_SOURCE_KEY_PACKAGE;
  node->not_before_s = params->not_before_s;
  node->not_after_s = params->not_after_s;
  node->extensions = cv_mls_extension_list_new ();
  add_application_id (node->extensions, params->application_id);
  cv_mls_grease_add_extension (node->extensions, encryption_key);
  if (!cv_mls_leaf_node_check_range (node, error))
    return NULL;
  return sign (cipher, node, &place, error) ? g_steal_pointer (&node) : NULL;
}

CvSpan
cv_mls_leaf_node_get_application_id (const CvMlsLeafNode *node)
{
  CvReader reader;
  CvSpan data;
  CvSpan application_id;

  if (!cv_mls_extension_list_find (node->extensions, CV_MLS_EXTENSION_APPLICATION_ID, &data))
    return CV_SPAN_EMPTY;
  cv_reader_init (&reader, data);
  application_id = cv_reader_vector (&reader, CV_MLS_APPLICATION_ID_MAX_LEN);
  return cv_reader_finish (&reader) ? application_id : CV_SPAN_EMPTY;
}

CvMlsLeafNode *
cv_mls_leaf_node_renew (const CvMlsCipher *cipher, const CvMlsLeafNode *old,
                        const CvMlsLeafRenewal *renewal, GError **error)
{
  g_autoptr (CvMlsLeafNode) node = g_atomic_rc_box_new0 (CvMlsLeafNode);

  g_return_val_if_fail (renewal->source != CV_MLS_LEAF_SOURCE_KEY_PACKAGE, NULL);
  node->encryption_key = cv_span_dup (renewal->encryption_key);
  node->signature_key = g_bytes_ref (old->signature_key);
  cv_mls_credential_copy (&node->credential, &old->credential);
  node->capabilities = (CvMlsCapabilities){
      .versions = g_array_ref (old->capabilities.versions),
      .suites = g_array_ref (old->capabilities.suites),
      .extensions = g_array_ref (old->capabilities.extensions),
      .proposals = g_array_ref (old->capabilities.proposals),
      .credentials = g_array_ref (old->capabilities.credentials),
  };
  node->source = renewal->source;
  if (renewal->source == CV_MLS_LEAF_SOURCE_COMMIT)
    node->parent_hash = cv_span_dup (renewal->parent_hash);
  node->extensions = g_ptr_array_ref (old->extensions);
  return sign (cipher, node, renewal, error) ? g_steal_pointer (&node) : NULL;
}

gboolean
cv_mls_leaf_node_verify (const CvMlsCipher *cipher, const CvMlsLeafNode *node, CvSpan group_id,
                         CvMlsLeaf leaf, GError **error)
{
  g_auto (CvWriter) tbs = {0};

  cv_writer_init (&tbs);
  write_tbs (&tbs, node, group_id, leaf);
  return cv_mls_labels_verify (cipher, cv_span_from_bytes (node->signature_key), "LeafNodeTBS",
                               cv_writer_span (&tbs), cv_span_from_bytes (node->signature), error);
}

/* §7.2, §7.3: a leaf from a KeyPackage is good from one time to another. now_s 0: not asked. */
static gboolean
check_lifetime (const CvMlsLeafNode *node, guint64 now_s, GError **error)
{
  if (node->source != CV_MLS_LEAF_SOURCE_KEY_PACKAGE)
    return TRUE;
  if (node->not_before_s > node->not_after_s)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "leaf lifetime ends before it begins");
  if (now_s > 0 && (now_s < node->not_before_s || now_s > node->not_after_s))
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "leaf is outside its lifetime");
  return TRUE;
}

static gboolean
check_encryption_key (const CvMlsCipher *cipher, const CvMlsLeafNode *node, GError **error)
{
  GError *local = NULL;

  if (!cv_crypto_kem_check_public (cipher->crypto, cipher->suite->kem,
                                   cv_span_from_bytes (node->encryption_key), &local))
    return cv_mls_error_adopt (error, local);
  return TRUE;
}

gboolean
cv_mls_leaf_node_check_lists (const CvMlsLeafNode *node, const GPtrArray *extensions,
                              GError **error)
{
  for (guint i = 0; i < extensions->len; i++) {
    const CvMlsExtension *extension = g_ptr_array_index (extensions, i);

    /* RFC 9420 §7.2, §10: a non-default type is listed; for GREASE there is no other rule (§13.5). */
    if (!cv_mls_extension_is_default (extension->type)
        && !cv_mls_type_list_contain (node->capabilities.extensions, extension->type))
      return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "leaf does not list extension 0x%04x",
                                extension->type);
  }
  return TRUE;
}

gboolean
cv_mls_leaf_node_check (const CvMlsCipher *cipher, const CvMlsLeafNode *node, guint64 now_s,
                        GError **error)
{
  const CvMlsCapabilities *capabilities = &node->capabilities;

  /* §7.2: a client lists what it supports. The list of suites is for others to choose from: §10.1
   * has the KeyPackage's own suite compared, and published trees have leaves that do not list
   * theirs. */
  if (!cv_mls_type_list_contain (capabilities->versions, CV_MLS_VERSION_10))
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "leaf does not list version 1");
  /* RFC 9420 §7.2: the own credential type has to be among the capabilities. */
  if (!cv_mls_type_list_contain (capabilities->credentials, node->credential.type))
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "leaf does not list its credential");
  /* §7.2, §7.3: so have the own extensions. */
  return cv_mls_leaf_node_check_lists (node, node->extensions, error)
         && check_lifetime (node, now_s, error) && check_encryption_key (cipher, node, error);
}

/* §7.2: proposals 1 to 7 are of RFC 9420 itself and listed by nobody. */
static gboolean
is_default_proposal (guint16 type)
{
  return type >= 1 && type <= 7;
}

/* §7.3, §11.1: the leaf lists all that the group requires. Default types nobody lists, but there
 * are no default credentials. */
static gboolean
check_required (const CvMlsLeafNode *node, CvSpan data, GError **error)
{
  g_auto (CvMlsRequiredCapabilities) required = {0};
  const CvMlsCapabilities *capabilities = &node->capabilities;

  if (!cv_mls_required_capabilities_parse (data, &required))
    return cv_mls_error_fail_malformed (error, "required_capabilities");
  for (guint i = 0; i < required.extensions->len; i++) {
    guint16 type = g_array_index (required.extensions, guint16, i);

    if (!cv_mls_extension_is_default (type)
        && !cv_mls_type_list_contain (capabilities->extensions, type))
      return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "leaf lacks required extension 0x%04x",
                                type);
  }
  for (guint i = 0; i < required.proposals->len; i++) {
    guint16 type = g_array_index (required.proposals, guint16, i);

    if (!is_default_proposal (type) && !cv_mls_type_list_contain (capabilities->proposals, type))
      return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "leaf lacks required proposal 0x%04x",
                                type);
  }
  for (guint i = 0; i < required.credentials->len; i++) {
    guint16 type = g_array_index (required.credentials, guint16, i);

    if (!cv_mls_type_list_contain (capabilities->credentials, type))
      return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                                "leaf lacks required credential 0x%04x", type);
  }
  return TRUE;
}

gboolean
cv_mls_leaf_node_check_supports (const CvMlsLeafNode *node, const GPtrArray *group_extensions,
                                 GError **error)
{
  CvSpan required;

  for (guint i = 0; group_extensions && i < group_extensions->len; i++) {
    const CvMlsExtension *extension = g_ptr_array_index (group_extensions, i);

    /* §13.4: whoever is in the group supports each extension of its GroupContext. */
    if (!cv_mls_extension_is_default (extension->type)
        && !cv_mls_type_list_contain (node->capabilities.extensions, extension->type))
      return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                                "leaf does not support group extension 0x%04x", extension->type);
  }
  if (!cv_mls_extension_list_find (group_extensions, CV_MLS_EXTENSION_REQUIRED_CAPABILITIES,
                                   &required))
    return TRUE;
  return check_required (node, required, error);
}

static GArray *
dup_without_grease (const GArray *types)
{
  GArray *own = cv_mls_type_list_new (NULL, 0);

  for (guint i = 0; types && i < types->len; i++) {
    guint16 type = g_array_index (types, guint16, i);

    if (!cv_mls_grease_is_value (type))
      g_array_append_val (own, type);
  }
  return own;
}

gboolean
cv_mls_leaf_node_check_own (const CvMlsLeafNode *own, const GPtrArray *group_extensions,
                            GError **error)
{
  g_autoptr (GArray) extensions = dup_without_grease (own->capabilities.extensions);
  g_autoptr (GArray) proposals = dup_without_grease (own->capabilities.proposals);
  g_autoptr (GArray) credentials = dup_without_grease (own->capabilities.credentials);
  const CvMlsLeafNode plain = {
      .capabilities = {.extensions = extensions,
                       .proposals = proposals,
                       .credentials = credentials},
  };

  return cv_mls_leaf_node_check_supports (&plain, group_extensions, error);
}
