/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A group's life and its facts. Commits, joining and messages are in group-*.c. */
#include "mls/group.h"

#include "crypto/aead.h"
#include "mls/error.h"
#include "mls/grease.h"
#include "mls/group-private.h"
#include "mls/required-capabilities.h"

/* With padding, signature and tag it still fits what a receiver takes. */
#define PROTECT_MAX (CV_MLS_LIMIT_CONTENT - 64 * 1024)

/* required_capabilities' content: the policy's extension and basic credentials. */
static GBytes *
encode_required (guint16 policy_type)
{
  const guint16 basic = CV_MLS_CREDENTIAL_BASIC;
  g_auto (CvMlsRequiredCapabilities) required = {0};
  g_auto (CvWriter) writer = {0};

  required.extensions = cv_mls_type_list_new (&policy_type, 1);
  required.proposals = cv_mls_type_list_new (NULL, 0);
  required.credentials = cv_mls_type_list_new (&basic, 1);
  cv_writer_init (&writer);
  cv_mls_required_capabilities_write (&writer, &required);
  return cv_writer_take (&writer);
}

/* The creator's leaf in a tree of its own. */
static CvMlsRatchetTree *
make_first_tree (const CvMlsCipher *cipher, const CvMlsLeafParams *params,
                 const GPtrArray *extensions, CvMlsTreeKeys **keys, GError **error)
{
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (CvMlsLeafNode) node = NULL;
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_new ();
  CvMlsLeaf leaf = {0};
  GError *local = NULL;

  if (!cv_crypto_kem_generate (cipher->crypto, cipher->suite->kem, &pair, &local)) {
    cv_mls_error_adopt (error, local);
    return NULL;
  }
  node = cv_mls_leaf_node_new (cipher, params, cv_span_from_bytes (pair.public_key), error);
  if (!node || !cv_mls_leaf_node_check_own (node, extensions, error))
    return NULL;
  cv_mls_ratchet_tree_set_leaf (tree, leaf, node);
  *keys = cv_mls_tree_keys_new (leaf, pair.private_key);
  return g_steal_pointer (&tree);
}

CvMlsGroup *
cv_mls_group_assemble (const CvMlsGroupParts *parts, GError **error)
{
  CvMlsEpoch *epoch = *parts->epoch;
  CvMlsLeaf own = cv_mls_tree_keys_get_own (*parts->keys);
  CvMlsSecretTree *secret_tree =
      cv_mls_secret_tree_new (&epoch->cipher, cv_secret_span (epoch->secrets.encryption_secret),
                              cv_mls_ratchet_tree_get_leaf_count (epoch->tree), own, error);
  CvMlsGroup *group;

  if (!secret_tree)
    return NULL;
  /* RFC 9420 §9.2: the root of the secret tree goes once its children are there. */
  g_clear_pointer (&epoch->secrets.encryption_secret, cv_secret_unref);
  group = g_new0 (CvMlsGroup, 1);
  g_atomic_ref_count_init (&group->ref_count);
  group->crypto = cv_crypto_context_ref ((CvCrypto *)parts->crypto);
  group->epoch = g_steal_pointer (parts->epoch);
  group->keys = g_steal_pointer (parts->keys);
  group->signature_private = cv_secret_ref (parts->signature_private);
  group->secret_tree = secret_tree;
  group->past =
      cv_mls_past_psks_extend (parts->past, epoch->context.epoch, epoch->secrets.resumption_psk);
  group->pending = cv_mls_proposal_items_new ();
  group->forgotten = cv_mls_proposal_items_new ();
  group->reinit = parts->reinit ? cv_mls_proposal_ref (parts->reinit) : NULL;
  return group;
}

CvMlsMessageKeys
cv_mls_group_message_keys (const CvMlsGroup *group)
{
  return (CvMlsMessageKeys){
      .cipher = group->epoch->cipher,
      .secret_tree = group->secret_tree,
      .sender_data_secret = cv_secret_span (group->epoch->secrets.sender_data_secret),
  };
}

gboolean
cv_mls_group_find_signature_key (gpointer data, CvMlsLeaf leaf, CvSpan *public_key)
{
  const CvMlsGroup *group = data;
  const CvMlsLeafNode *node = cv_mls_ratchet_tree_get_leaf (group->epoch->tree, leaf);

  if (!node)
    return FALSE;
  *public_key = cv_span_from_bytes (node->signature_key);
  return TRUE;
}

GBytes *
cv_mls_group_encode_tree (const CvMlsRatchetTree *tree)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_mls_ratchet_tree_write (tree, &writer);
  return cv_writer_take (&writer);
}

gboolean
cv_mls_group_make_info (const CvMlsInfoPlan *plan, CvMlsGroupInfo *info, GError **error)
{
  const CvMlsEpoch *epoch = plan->epoch;

  cv_mls_group_context_copy (&info->context, &epoch->context);
  info->extensions = cv_mls_extension_list_new ();
  if (plan->has_tree) {
    g_autoptr (GBytes) tree = cv_mls_group_encode_tree (epoch->tree);

    /* Ours, not the RFC's: what nobody would read is not made. */
    if (g_bytes_get_size (tree) > CV_MLS_LIMIT_TREE)
      return cv_mls_error_fail (error, CV_MLS_ERROR_STATE,
                                "ratchet tree is longer than anybody reads");
    cv_mls_extension_list_add (info->extensions, CV_MLS_EXTENSION_RATCHET_TREE,
                               cv_span_from_bytes (tree));
  }
  if (plan->external_pub)
    cv_mls_extension_list_add (info->extensions, CV_MLS_EXTENSION_EXTERNAL_PUB,
                               cv_span_from_bytes (plan->external_pub));
  cv_mls_grease_add_extension (info->extensions, cv_span_from_bytes (epoch->confirmation_tag));
  info->confirmation_tag = g_bytes_ref (epoch->confirmation_tag);
  info->signer = plan->signer;
  return cv_mls_group_info_sign (&epoch->cipher, info, plan->signature_private, error);
}

CvMlsGroup *
cv_mls_group_new (const CvCrypto *crypto, const CvMlsLeafParams *leaf, CvSpan group_id,
                  guint16 policy_type, CvSpan policy, GError **error)
{
  g_autoptr (GBytes) required = encode_required (policy_type);
  const CvMlsExtensionValue extensions[] = {
      {CV_MLS_EXTENSION_REQUIRED_CAPABILITIES, cv_span_from_bytes (required)},
      {policy_type, policy},
  };
  CvMlsCreateParams params = {.leaf = leaf, .group_id = group_id, .extensions = extensions};

  params.n_extensions = policy.len > 0 ? G_N_ELEMENTS (extensions) : 0;
  return cv_mls_group_create (crypto, &params, error);
}

CvMlsGroup *
cv_mls_group_create (const CvCrypto *crypto, const CvMlsCreateParams *params, GError **error)
{
  const CvMlsLeafParams *leaf = params->leaf;
  CvMlsCipher cipher = {crypto, leaf->suite};
  g_auto (CvMlsGroupContext) context = {0};
  g_autoptr (CvMlsRatchetTree) tree = NULL;
  g_autoptr (CvMlsTreeKeys) keys = NULL;
  g_autoptr (CvMlsEpoch) epoch = NULL;
  g_autoptr (CvSecret) signature_private = NULL;
  CvMlsGroupParts parts = {.crypto = crypto, .epoch = &epoch, .keys = &keys};

  if (params->group_id.len > CV_MLS_LIMIT_GROUP_ID) {
    cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "group id is too long");
    return NULL;
  }
  context.suite = leaf->suite->id;
  context.group_id = cv_span_dup (params->group_id);
  context.tree_hash = cv_span_dup (CV_SPAN_EMPTY);
  context.confirmed_transcript_hash = cv_span_dup (CV_SPAN_EMPTY);
  context.extensions = cv_mls_extension_list_new_from (params->extensions, params->n_extensions);
  if (!cv_mls_extension_list_check_context (context.extensions, error))
    return NULL;
  tree = make_first_tree (&cipher, leaf, context.extensions, &keys, error);
  if (!tree)
    return NULL;
  epoch = cv_mls_epoch_new_first (&cipher, &context, tree, error);
  if (!epoch)
    return NULL;
  signature_private = cv_secret_new_from (leaf->signature_private);
  parts.signature_private = signature_private;
  return cv_mls_group_assemble (&parts, error);
}

CvMlsGroup *
cv_mls_group_ref (CvMlsGroup *group)
{
  g_return_val_if_fail (group, NULL);

  g_atomic_ref_count_inc (&group->ref_count);
  return group;
}

void
cv_mls_group_unref (CvMlsGroup *group)
{
  if (!group || !g_atomic_ref_count_dec (&group->ref_count))
    return;
  g_clear_pointer (&group->reinit, cv_mls_proposal_unref);
  g_clear_pointer (&group->forgotten, g_ptr_array_unref);
  g_clear_pointer (&group->pending, g_ptr_array_unref);
  g_clear_pointer (&group->past, cv_mls_past_psks_free);
  g_clear_pointer (&group->secret_tree, cv_mls_secret_tree_free);
  g_clear_pointer (&group->signature_private, cv_secret_unref);
  g_clear_pointer (&group->keys, cv_mls_tree_keys_free);
  g_clear_pointer (&group->epoch, cv_mls_epoch_free);
  g_clear_pointer (&group->crypto, cv_crypto_context_unref);
  g_free (group);
}

void
cv_mls_group_retire (CvMlsGroup *group)
{
  CvMlsEpochSecrets *secrets = &group->epoch->secrets;
  CvMlsTreeKeys *keys = cv_mls_tree_keys_new (cv_mls_group_get_own_leaf (group), NULL);

  /* RFC 9420 §9.2: consumed by the epoch after it, or of no use without the rest. What stays opens
   * application data, verifies its signatures, and says which epoch it was. */
  g_clear_pointer (&secrets->init_secret, cv_secret_unref);
  g_clear_pointer (&secrets->exporter_secret, cv_secret_unref);
  g_clear_pointer (&secrets->external_secret, cv_secret_unref);
  g_clear_pointer (&secrets->confirmation_key, cv_secret_unref);
  g_clear_pointer (&secrets->membership_key, cv_secret_unref);
  g_clear_pointer (&group->keys, cv_mls_tree_keys_free);
  group->keys = keys;
  cv_mls_secret_tree_retire (group->secret_tree);
  g_ptr_array_set_size (group->pending, 0);
  g_ptr_array_set_size (group->forgotten, 0);
  group->is_retired = TRUE;
}

gboolean
cv_mls_group_can_add (const CvMlsGroup *group, CvSpan key_package, GError **error)
{
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (key_package, error);
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_copy (group->epoch->tree);
  CvMlsLeaf leaf;

  if (!package)
    return FALSE;
  if (!cv_mls_ratchet_tree_add (tree, package->leaf_node, &leaf))
    return cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "the tree is full");
  return cv_mls_tree_validation_check_len (&group->epoch->cipher, group->epoch->tree, tree, error)
         && cv_mls_tree_validation_check_new_leaf (tree, leaf, group->epoch->context.extensions,
                                                   error);
}

const CvMlsSuite *
cv_mls_group_get_suite (const CvMlsGroup *group)
{
  return group->epoch->cipher.suite;
}

CvSpan
cv_mls_group_get_id (const CvMlsGroup *group)
{
  return cv_span_from_bytes (group->epoch->context.group_id);
}

guint64
cv_mls_group_get_epoch (const CvMlsGroup *group)
{
  return group->epoch->context.epoch;
}

CvMlsLeaf
cv_mls_group_get_own_leaf (const CvMlsGroup *group)
{
  return cv_mls_tree_keys_get_own (group->keys);
}

guint32
cv_mls_group_get_leaf_count (const CvMlsGroup *group)
{
  return cv_mls_ratchet_tree_get_leaf_count (group->epoch->tree);
}

guint32
cv_mls_group_get_n_members (const CvMlsGroup *group)
{
  return cv_mls_ratchet_tree_get_n_members (group->epoch->tree);
}

CvSpan
cv_mls_group_get_epoch_authenticator (const CvMlsGroup *group)
{
  return cv_secret_span (group->epoch->secrets.epoch_authenticator);
}

CvSpan
cv_mls_group_get_confirmed_transcript_hash (const CvMlsGroup *group)
{
  return cv_span_from_bytes (group->epoch->context.confirmed_transcript_hash);
}

CvSpan
cv_mls_group_get_extension (const CvMlsGroup *group, guint16 type)
{
  CvSpan data;

  return cv_mls_extension_list_find (group->epoch->context.extensions, type, &data) ? data
                                                                                    : CV_SPAN_EMPTY;
}

guint
cv_mls_group_get_n_extensions (const CvMlsGroup *group)
{
  return group->epoch->context.extensions->len;
}

gboolean
cv_mls_group_get_member (const CvMlsGroup *group, CvMlsLeaf leaf, CvMlsMember *member)
{
  const CvMlsLeafNode *node = cv_mls_ratchet_tree_get_leaf (group->epoch->tree, leaf);

  if (!node)
    return FALSE;
  *member = (CvMlsMember){
      .leaf = leaf,
      .credential_type = node->credential.type,
      .identity = cv_span_from_bytes (node->credential.identity),
      .signature_public = cv_span_from_bytes (node->signature_key),
      .application_id = cv_mls_leaf_node_get_application_id (node),
      .leaf_len = g_bytes_get_size (node->encoded),
  };
  return TRUE;
}

GBytes *
cv_mls_group_dup_ratchet_tree (const CvMlsGroup *group)
{
  return cv_mls_group_encode_tree (group->epoch->tree);
}

CvSecret *
cv_mls_group_dup_resumption_psk (const CvMlsGroup *group, guint64 epoch)
{
  CvSecret *secret = cv_mls_past_psks_find (group->past, epoch);

  return secret ? cv_secret_ref (secret) : NULL;
}

CvSecret *
cv_mls_group_export (const CvMlsGroup *group, const char *label, CvSpan context, gsize len,
                     GError **error)
{
  if (group->is_retired) {
    cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "the epoch is over");
    return NULL;
  }
  return cv_mls_key_schedule_export (&group->epoch->cipher,
                                     cv_secret_span (group->epoch->secrets.exporter_secret), label,
                                     context, len, error);
}

GBytes *
cv_mls_group_sign (const CvMlsGroup *group, const char *label, CvSpan content, GError **error)
{
  return cv_mls_labels_sign (&group->epoch->cipher, cv_secret_span (group->signature_private),
                             label, content, error);
}

gboolean
cv_mls_group_verify (const CvMlsGroup *group, CvMlsLeaf leaf, const char *label, CvSpan content,
                     CvSpan signed_with, GError **error)
{
  const CvMlsLeafNode *node = cv_mls_ratchet_tree_get_leaf (group->epoch->tree, leaf);

  /* §5.1.2: a member's signature, so there is a member. */
  if (!node)
    return cv_mls_error_fail_authentication (error);
  return cv_mls_labels_verify (&group->epoch->cipher, cv_span_from_bytes (node->signature_key),
                               label, content, signed_with, error);
}

gboolean
cv_mls_group_check_open (const CvMlsGroup *group, GError **error)
{
  /* §9.2: the secrets of an epoch that is over are gone. */
  if (group->is_retired)
    return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "the epoch is over");
  /* §12.4.2: after a ReInit the group is used for nothing more. */
  return !group->reinit
         || cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "the group was re-initialised");
}

void
cv_mls_group_start_content (const CvMlsGroup *group, CvMlsContentType type,
                            CvSpan authenticated_data, CvMlsFramedContent *content)
{
  content->group_id = g_bytes_ref (group->epoch->context.group_id);
  content->epoch = group->epoch->context.epoch;
  content->sender =
      (CvMlsSender){.type = CV_MLS_SENDER_MEMBER, .leaf = cv_mls_group_get_own_leaf (group)};
  content->authenticated_data = cv_span_dup (authenticated_data);
  content->type = type;
}

GBytes *
cv_mls_group_frame (const CvMlsGroup *group, const CvMlsAuthenticatedContent *auth, GError **error)
{
  const CvMlsEpoch *epoch = group->epoch;
  CvMlsMessageKeys keys = cv_mls_group_message_keys (group);

  if (auth->wire_format == CV_MLS_WIRE_PRIVATE_MESSAGE)
    return cv_mls_private_message_protect (&keys, auth, error);
  return cv_mls_public_message_protect (&epoch->cipher, auth,
                                        cv_span_from_bytes (epoch->encoded_context),
                                        cv_secret_span (epoch->secrets.membership_key), error);
}

gboolean
cv_mls_group_get_reinit (const CvMlsGroup *group, CvMlsReinit *reinit)
{
  if (!group->reinit)
    return FALSE;
  *reinit = (CvMlsReinit){
      .group_id = cv_span_from_bytes (group->reinit->group_id),
      .version = group->reinit->version,
      .suite = group->reinit->suite,
  };
  return TRUE;
}

GBytes *
cv_mls_group_protect (CvMlsGroup *group, CvSpan data, CvSpan authenticated_data, GError **error)
{
  CvMlsMessageKeys keys = cv_mls_group_message_keys (group);
  g_auto (CvMlsAuthenticatedContent) auth = {.wire_format = CV_MLS_WIRE_PRIVATE_MESSAGE};

  if (data.len > PROTECT_MAX) {
    cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "application message is too long");
    return NULL;
  }
  if (!cv_mls_group_check_open (group, error))
    return NULL;
  /* RFC 9420 §12.4: who is to be removed must not read what is sent from now on. */
  if (group->pending->len > 0) {
    cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "proposals wait for a commit");
    return NULL;
  }
  cv_mls_group_start_content (group, CV_MLS_CONTENT_APPLICATION, authenticated_data, &auth.content);
  auth.content.application = g_byte_array_sized_new ((guint)data.len);
  g_byte_array_append (auth.content.application, data.data, (guint)data.len);
  if (!cv_mls_framing_sign (&keys.cipher, &auth, cv_span_from_bytes (group->epoch->encoded_context),
                            cv_secret_span (group->signature_private), error))
    return NULL;
  return cv_mls_private_message_protect (&keys, &auth, error);
}
