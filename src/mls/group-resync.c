/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Coming back after too long: GroupInfo and external commit (RFC 9420 §12.4.3.2).
 *
 * The commit is a PublicMessage because who is outside has no keys to encrypt it with. It removes
 * the own old leaf and proves with a resumption PSK that it was held by whoever comes. */
#include "mls/error.h"
#include "mls/group-private.h"

static gboolean
find_leaf_of (const CvMlsRatchetTree *tree, const CvMlsLeafNode *old, CvMlsLeaf *leaf)
{
  for (guint32 i = 0; i < cv_mls_ratchet_tree_get_leaf_count (tree); i++) {
    const CvMlsLeafNode *node = cv_mls_ratchet_tree_get_leaf (tree, (CvMlsLeaf){i});

    if (node && g_bytes_equal (node->signature_key, old->signature_key)
        && g_bytes_equal (node->credential.identity, old->credential.identity)) {
      leaf->index = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* ExternalInit, the removal and the resumption PSK; the init secret goes to `staged`. */
static GPtrArray *
make_items (const CvMlsGroup *old, const CvMlsGroupInfo *info, CvMlsLeaf removed,
            CvSecret **init_secret, GError **error)
{
  const CvMlsCipher *cipher = &old->epoch->cipher;
  g_autoptr (GPtrArray) items =
      g_ptr_array_new_with_free_func ((GDestroyNotify)cv_mls_proposal_item_free);
  g_autoptr (CvMlsProposal) init = NULL;
  g_autoptr (CvMlsProposal) remove = cv_mls_proposal_new_remove (removed);
  g_autoptr (CvMlsProposal) psk = NULL;
  g_autoptr (GBytes) kem_output = NULL;
  g_auto (CvMlsPskId) id = {0};
  CvSpan extension;
  CvSpan external_pub;

  if (!cv_mls_extension_list_find (info->extensions, CV_MLS_EXTENSION_EXTERNAL_PUB, &extension)
      || !cv_mls_extension_parse_external_pub (extension, &external_pub)) {
    cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "group info has no external key");
    return NULL;
  }
  *init_secret = cv_mls_key_schedule_external_init_send (cipher, external_pub, &kem_output, error);
  if (!*init_secret
      || !cv_mls_psk_id_init_resumption (cipher, cv_mls_group_get_id (old),
                                         cv_mls_group_get_epoch (old), &id, error))
    return NULL;
  init = cv_mls_proposal_new_external_init (cv_span_from_bytes (kem_output));
  psk = cv_mls_proposal_new_psk (&id);
  g_ptr_array_add (items, cv_mls_proposal_item_new (init, removed, FALSE));
  g_ptr_array_add (items, cv_mls_proposal_item_new (remove, removed, FALSE));
  g_ptr_array_add (items, cv_mls_proposal_item_new (psk, removed, FALSE));
  return g_steal_pointer (&items);
}

/* The seat of an Add, and a new path from there. */
static gboolean
add_path (const CvMlsGroup *old, CvMlsStagedCommit *staged, CvMlsLeafNode *from,
          CvMlsAuthenticatedContent *auth, GError **error)
{
  const CvMlsCipher *cipher = &old->epoch->cipher;
  CvMlsLeaf leaf;
  CvMlsTreekemRenew renew = {
      .group_id = cv_mls_group_get_id (old),
      .from = from,
      .signature_private = cv_secret_span (old->signature_private),
  };
  g_autoptr (CvMlsTreekemPath) path = NULL;

  if (!cv_mls_ratchet_tree_add (staged->tree, from, &leaf))
    return cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "the tree is full");
  staged->keys = cv_mls_tree_keys_new (leaf, NULL);
  path = cv_mls_treekem_renew (cipher, staged->tree, staged->keys, &renew, error);
  if (!path || !cv_mls_staged_commit_fix_tree (staged, error))
    return FALSE;
  auth->content.commit->path =
      cv_mls_treekem_seal (cipher, staged->tree, path, staged->effects.added,
                           cv_span_from_bytes (staged->encoded_context), error);
  if (!auth->content.commit->path)
    return FALSE;
  staged->commit_secret = cv_secret_ref (cv_mls_treekem_path_get_commit_secret (path));
  return TRUE;
}

static void
start_auth (const CvMlsEpoch *outside, const GPtrArray *items, CvMlsAuthenticatedContent *auth)
{
  auth->wire_format = CV_MLS_WIRE_PUBLIC_MESSAGE;
  auth->content.group_id = g_bytes_ref (outside->context.group_id);
  auth->content.epoch = outside->context.epoch;
  auth->content.sender = (CvMlsSender){.type = CV_MLS_SENDER_NEW_MEMBER_COMMIT};
  auth->content.authenticated_data = cv_span_dup (CV_SPAN_EMPTY);
  auth->content.type = CV_MLS_CONTENT_COMMIT;
  auth->content.commit = cv_mls_commit_new ();
  for (guint i = 0; i < items->len; i++) {
    const CvMlsProposalItem *item = g_ptr_array_index (items, i);

    g_ptr_array_add (auth->content.commit->proposals, cv_mls_proposal_or_ref_new (item->proposal));
  }
}

/* What is known of the group's present epoch. */
static CvMlsEpoch *
look_from_outside (const CvMlsGroup *old, CvSpan group_info, CvMlsMessage *message, GError **error)
{
  const CvMlsCipher *cipher = &old->epoch->cipher;
  g_autoptr (CvMlsRatchetTree) tree = NULL;
  const CvMlsGroupInfo *info = &message->group_info;

  if (!cv_mls_message_parse (group_info, message, error))
    return NULL;
  if (message->wire_format != CV_MLS_WIRE_GROUP_INFO) {
    cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "message is no group info");
    return NULL;
  }
  if (!cv_span_equal (cv_span_from_bytes (info->context.group_id), cv_mls_group_get_id (old))) {
    cv_mls_error_fail (error, CV_MLS_ERROR_EPOCH, "group info is of another group");
    return NULL;
  }
  /* Going back would be a replay of an old GroupInfo. */
  if (info->context.epoch < cv_mls_group_get_epoch (old)) {
    cv_mls_error_fail (error, CV_MLS_ERROR_EPOCH, "group info is older than this epoch");
    return NULL;
  }
  tree = cv_mls_group_check_info (cipher, info, CV_SPAN_EMPTY, error);
  if (!tree)
    return NULL;
  return cv_mls_epoch_new_outside (cipher, &info->context, tree,
                                   cv_span_from_bytes (info->confirmation_tag), error);
}

static CvMlsEpoch *
make_epoch (const CvMlsGroup *old, const CvMlsEpoch *outside, const CvMlsGroupInfo *info,
            guint64 now_s, CvMlsStagedCommit *staged, CvMlsAuthenticatedContent *auth,
            GError **error)
{
  const CvMlsCipher *cipher = &outside->cipher;
  CvMlsLeafNode *from =
      cv_mls_ratchet_tree_get_leaf (old->epoch->tree, cv_mls_group_get_own_leaf (old));
  CvMlsProposalRules rules = {
      .cipher = cipher,
      .context = &outside->context,
      .tree = outside->tree,
      .joiner = from,
      .now_s = now_s,
  };
  CvMlsPskLookup lookup = {
      .past = old->past,
      .group_id = cv_mls_group_get_id (old),
  };
  g_autoptr (GPtrArray) items = NULL;
  CvMlsLeaf removed;

  if (!find_leaf_of (outside->tree, from, &removed)) {
    cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "the group no longer has this member");
    return NULL;
  }
  items = make_items (old, info, removed, &staged->init_secret, error);
  if (!items || !cv_mls_staged_commit_begin (staged, outside, NULL, &rules, items, error))
    return NULL;
  start_auth (outside, items, auth);
  if (!add_path (old, staged, from, auth, error))
    return NULL;
  staged->psk_secret = cv_mls_psk_lookup_secret (cipher, &lookup, staged->effects.psks, error);
  if (!staged->psk_secret)
    return NULL;
  return cv_mls_group_sign_commit (staged, auth, cv_secret_span (old->signature_private), error);
}

GBytes *
cv_mls_group_dup_group_info (const CvMlsGroup *group, GError **error)
{
  const CvMlsEpoch *epoch = group->epoch;
  g_auto (CvMlsGroupInfo) info = {0};
  g_auto (CvCryptoKeyPair) external = {0};
  g_autoptr (GBytes) tree = cv_mls_group_encode_tree (epoch->tree);
  g_autoptr (GBytes) external_pub = NULL;

  if (!cv_mls_key_schedule_external_pair (
          &epoch->cipher, cv_secret_span (epoch->secrets.external_secret), &external, error))
    return NULL;
  external_pub = cv_mls_extension_dup_external_pub (cv_span_from_bytes (external.public_key));
  cv_mls_group_context_copy (&info.context, &epoch->context);
  info.extensions = cv_mls_extension_list_new ();
  cv_mls_extension_list_add (info.extensions, CV_MLS_EXTENSION_RATCHET_TREE,
                             cv_span_from_bytes (tree));
  cv_mls_extension_list_add (info.extensions, CV_MLS_EXTENSION_EXTERNAL_PUB,
                             cv_span_from_bytes (external_pub));
  info.confirmation_tag = g_bytes_ref (epoch->confirmation_tag);
  info.signer = cv_mls_group_get_own_leaf (group);
  if (!cv_mls_group_info_sign (&epoch->cipher, &info, cv_secret_span (group->signature_private),
                               error))
    return NULL;
  return cv_mls_message_wrap_group_info (&info);
}

gboolean
cv_mls_group_resync (const CvMlsGroup *old, CvSpan group_info, guint64 now_s,
                     CvMlsCommitResult *result, GError **error)
{
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvMlsStagedCommit) staged = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_auto (CvMlsCommitResult) made = {0};
  g_autoptr (CvMlsEpoch) outside = look_from_outside (old, group_info, &message, error);
  g_autoptr (CvMlsEpoch) next = NULL;
  CvMlsGroupParts parts = {
      .crypto = old->crypto,
      .epoch = &next,
      .keys = &staged.keys,
      .signature_private = old->signature_private,
      .past = old->past,
  };

  if (!outside)
    return FALSE;
  next = make_epoch (old, outside, &message.group_info, now_s, &staged, &auth, error);
  if (!next)
    return FALSE;
  made.commit = cv_mls_public_message_protect (
      &outside->cipher, &auth, cv_span_from_bytes (outside->encoded_context), CV_SPAN_EMPTY, error);
  if (!made.commit)
    return FALSE;
  made.next = cv_mls_group_assemble (&parts, error);
  if (!made.next)
    return FALSE;
  *result = made;
  made = (CvMlsCommitResult){0};
  return TRUE;
}
