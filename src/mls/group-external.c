/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Coming from outside: GroupInfo and external commit (RFC 9420 §12.4.3.2).
 *
 * The commit is a PublicMessage because who is outside has no keys to encrypt it with. Whoever has
 * been inside before comes back the same way (resync): it removes the own old leaf and proves with
 * a resumption PSK that it was held by whoever comes. */
#include "mls/error.h"
#include "mls/external-pub.h"
#include "mls/group-private.h"

/* One who comes; all borrowed. */
typedef struct {
  CvMlsCipher cipher;
  CvMlsLeafNode *leaf; /* with a key of its own, which the path replaces at once */
  CvSpan signature_private;
  gboolean replaces_own_leaf;
  const CvMlsPsk *psks;
  gsize n_psks;
  const CvMlsResumption *resumptions;
  gsize n_resumptions;
  CvSpan authenticated_data;
  const CvMlsPastPsks *past; /* goes on in the new epoch; NULL: none */
  guint64 now_s;
} Joining;

static gboolean
find_leaf_of (const CvMlsRatchetTree *tree, const CvMlsLeafNode *own, CvMlsLeaf *leaf)
{
  for (guint32 i = 0; i < cv_mls_ratchet_tree_get_leaf_count (tree); i++) {
    const CvMlsLeafNode *node = cv_mls_ratchet_tree_get_leaf (tree, (CvMlsLeaf){i});

    if (node && g_bytes_equal (node->signature_key, own->signature_key)
        && node->credential.type == own->credential.type
        && g_bytes_equal (node->credential.identity, own->credential.identity)) {
      leaf->index = i;
      return TRUE;
    }
  }
  return FALSE;
}

static void
take_item (GPtrArray *items, CvMlsProposal *proposal)
{
  CvMlsProposalItem *item = cv_mls_proposal_item_new (proposal, (CvMlsLeaf){0});

  item->sender_type = CV_MLS_SENDER_NEW_MEMBER_COMMIT;
  g_ptr_array_add (items, item);
  cv_mls_proposal_unref (proposal);
}

/* ExternalInit; its init secret is for the staged commit. */
static gboolean
add_init (GPtrArray *items, const Joining *joining, const CvMlsGroupInfo *info,
          CvSecret **init_secret, GError **error)
{
  g_autoptr (GBytes) kem_output = NULL;
  CvSpan extension;
  CvSpan external_pub;

  /* §12.4.3.2: without the group's external key nobody comes in from outside. */
  if (!cv_mls_extension_list_find (info->extensions, CV_MLS_EXTENSION_EXTERNAL_PUB, &extension)
      || !cv_mls_external_pub_parse (extension, &external_pub))
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "group info has no external key");
  *init_secret =
      cv_mls_key_schedule_external_init_send (&joining->cipher, external_pub, &kem_output, error);
  if (!*init_secret)
    return FALSE;
  take_item (items, cv_mls_proposal_new_external_init (cv_span_from_bytes (kem_output)));
  return TRUE;
}

static gboolean
add_psks (GPtrArray *items, const Joining *joining, CvSpan group_id, GError **error)
{
  for (gsize i = 0; i < joining->n_psks + joining->n_resumptions; i++) {
    CvMlsProposeParams params = {.type = CV_MLS_PROPOSAL_PSK};
    CvMlsProposal *proposal;

    if (i < joining->n_psks)
      params.psk_id = joining->psks[i].id;
    else
      params.resumption = &joining->resumptions[i - joining->n_psks];
    proposal = cv_mls_group_make_proposal (&joining->cipher, &params, group_id, error);
    if (!proposal)
      return FALSE;
    take_item (items, proposal);
  }
  return TRUE;
}

/* ExternalInit, the removal and the PSKs: all that an external commit can hold. */
static GPtrArray *
make_items (const Joining *joining, const CvMlsEpoch *outside, const CvMlsGroupInfo *info,
            CvSecret **init_secret, GError **error)
{
  g_autoptr (GPtrArray) items = cv_mls_proposal_items_new ();
  CvMlsLeaf removed;

  if (!add_init (items, joining, info, init_secret, error))
    return NULL;
  if (joining->replaces_own_leaf) {
    /* §12.1.3: a removal is of a leaf that is there. */
    if (!find_leaf_of (outside->tree, joining->leaf, &removed)) {
      cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "the group no longer has this member");
      return NULL;
    }
    take_item (items, cv_mls_proposal_new_remove (removed));
  }
  if (!add_psks (items, joining, cv_span_from_bytes (info->context.group_id), error))
    return NULL;
  return g_steal_pointer (&items);
}

/* The seat of an Add, and a new path from there. */
static gboolean
add_path (const Joining *joining, CvMlsStagedCommit *staged, CvMlsAuthenticatedContent *auth,
          GError **error)
{
  const CvMlsCipher *cipher = &joining->cipher;
  CvMlsLeaf leaf;
  CvMlsTreekemRenew renew = {
      .group_id = cv_span_from_bytes (staged->context.group_id),
      .from = joining->leaf,
      .signature_private = joining->signature_private,
  };
  g_autoptr (CvMlsTreekemPath) path = NULL;

  if (!cv_mls_ratchet_tree_add (staged->tree, joining->leaf, &leaf))
    return cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "the tree is full");
  staged->keys = cv_mls_tree_keys_new (leaf, NULL);
  path = cv_mls_treekem_renew (cipher, staged->tree, staged->keys, &renew, error);
  if (!path
      || !cv_mls_tree_validation_check_new_leaf (staged->tree, leaf, staged->effects.extensions,
                                                 error)
      || !cv_mls_staged_commit_fix_tree (staged, error))
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
start_auth (const Joining *joining, const CvMlsEpoch *outside, const GPtrArray *items,
            CvMlsAuthenticatedContent *auth)
{
  auth->wire_format = CV_MLS_WIRE_PUBLIC_MESSAGE;
  auth->content.group_id = g_bytes_ref (outside->context.group_id);
  auth->content.epoch = outside->context.epoch;
  auth->content.sender = (CvMlsSender){.type = CV_MLS_SENDER_NEW_MEMBER_COMMIT};
  auth->content.authenticated_data = cv_span_dup (joining->authenticated_data);
  auth->content.type = CV_MLS_CONTENT_COMMIT;
  auth->content.commit = cv_mls_commit_new ();
  cv_mls_proposal_items_name (items, auth->content.commit);
}

static CvMlsEpoch *
make_epoch (const Joining *joining, const CvMlsEpoch *outside, const CvMlsGroupInfo *info,
            CvMlsStagedCommit *staged, CvMlsAuthenticatedContent *auth, GError **error)
{
  CvMlsProposalRules rules = {
      .cipher = &joining->cipher,
      .context = &outside->context,
      .tree = outside->tree,
      .joiner = joining->leaf,
      .now_s = joining->now_s,
  };
  CvMlsPskLookup lookup = {
      .psks = joining->psks,
      .n_psks = joining->n_psks,
      .resumptions = joining->resumptions,
      .n_resumptions = joining->n_resumptions,
      .past = joining->past,
      .group_id = cv_span_from_bytes (info->context.group_id),
  };
  g_autoptr (GPtrArray) items = make_items (joining, outside, info, &staged->init_secret, error);

  if (!items || !cv_mls_staged_commit_begin (staged, outside, NULL, &rules, items, error))
    return NULL;
  start_auth (joining, outside, items, auth);
  if (!add_path (joining, staged, auth, error))
    return NULL;
  staged->psk_secret =
      cv_mls_psk_lookup_secret (&joining->cipher, &lookup, staged->effects.psks, error);
  if (!staged->psk_secret)
    return NULL;
  return cv_mls_group_sign_commit (staged, auth, joining->signature_private, error);
}

/* What is known of the group's present epoch. */
static CvMlsEpoch *
look_from_outside (const Joining *joining, const CvMlsGroupInfo *info, CvSpan tree, GError **error)
{
  const CvMlsCipher *cipher = &joining->cipher;
  g_autoptr (CvMlsRatchetTree) checked = cv_mls_group_check_info (cipher, info, tree, error);

  if (!checked || (joining->now_s > 0 && !cv_mls_tree_validation_check_ranges (checked, error))
      || !cv_mls_tree_validation_check_tree (cipher, checked,
                                             cv_span_from_bytes (info->context.group_id),
                                             info->context.extensions, error))
    return NULL;
  return cv_mls_epoch_new_outside (cipher, &info->context, checked,
                                   cv_span_from_bytes (info->confirmation_tag), error);
}

/* §12.4.3.2: it takes a GroupInfo to come in from outside. */
static gboolean
parse_info (CvSpan encoded, CvMlsMessage *message, GError **error)
{
  if (!cv_mls_message_parse (encoded, message, error))
    return FALSE;
  if (message->wire_format != CV_MLS_WIRE_GROUP_INFO)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "message is no group info");
  return TRUE;
}

static gboolean
join (const Joining *joining, const CvMlsGroupInfo *info, CvSpan tree, CvMlsCommitResult *result,
      GError **error)
{
  g_auto (CvMlsStagedCommit) staged = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_auto (CvMlsCommitResult) made = {0};
  g_autoptr (CvMlsEpoch) outside = look_from_outside (joining, info, tree, error);
  g_autoptr (CvSecret) signature_private = cv_secret_new_from (joining->signature_private);
  g_autoptr (CvMlsEpoch) next = NULL;
  CvMlsGroupParts parts = {
      .crypto = joining->cipher.crypto,
      .epoch = &next,
      .keys = &staged.keys,
      .signature_private = signature_private,
      .past = joining->past,
  };

  if (!outside)
    return FALSE;
  next = make_epoch (joining, outside, info, &staged, &auth, error);
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

static GBytes *
make_info (const CvMlsGroup *group, gboolean has_tree, GError **error)
{
  const CvMlsEpoch *epoch = group->epoch;
  g_auto (CvMlsGroupInfo) info = {0};
  g_auto (CvCryptoKeyPair) external = {0};
  g_autoptr (GBytes) external_pub = NULL;
  CvMlsInfoPlan plan = {
      .epoch = epoch,
      .signer = cv_mls_group_get_own_leaf (group),
      .signature_private = cv_secret_span (group->signature_private),
      .has_tree = has_tree,
  };

  if (!cv_mls_group_check_open (group, error)
      || !cv_mls_key_schedule_external_pair (
          &epoch->cipher, cv_secret_span (epoch->secrets.external_secret), &external, error))
    return NULL;
  external_pub = cv_mls_external_pub_encode (cv_span_from_bytes (external.public_key));
  plan.external_pub = external_pub;
  if (!cv_mls_group_make_info (&plan, &info, error))
    return NULL;
  return cv_mls_message_wrap_group_info (&info);
}

GBytes *
cv_mls_group_dup_group_info (const CvMlsGroup *group, GError **error)
{
  return make_info (group, TRUE, error);
}

GBytes *
cv_mls_group_dup_bare_group_info (const CvMlsGroup *group, GError **error)
{
  return make_info (group, FALSE, error);
}

gboolean
cv_mls_group_peek_info_signer (CvSpan group_info, CvMlsLeaf *signer, GError **error)
{
  g_auto (CvMlsMessage) message = {0};

  if (!parse_info (group_info, &message, error))
    return FALSE;
  *signer = message.group_info.signer;
  return TRUE;
}

gboolean
cv_mls_group_external_join (const CvCrypto *crypto, const CvMlsExternalJoinParams *params,
                            CvMlsCommitResult *result, GError **error)
{
  const CvMlsLeafParams *leaf = params->leaf;
  Joining joining = {
      .cipher = {crypto, leaf->suite},
      .signature_private = leaf->signature_private,
      .replaces_own_leaf = params->replaces_own_leaf,
      .psks = params->psks,
      .n_psks = params->n_psks,
      .resumptions = params->resumptions,
      .n_resumptions = params->n_resumptions,
      .authenticated_data = params->authenticated_data,
      .now_s = params->now_s,
  };
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (CvMlsLeafNode) node = NULL;
  GError *local = NULL;

  if (!parse_info (params->group_info, &message, error)
      || !cv_mls_group_check_new_id (message.group_info.context.group_id, params->group_ids,
                                     params->n_group_ids, error))
    return FALSE;
  if (!cv_crypto_kem_generate (crypto, leaf->suite->kem, &pair, &local))
    return cv_mls_error_adopt (error, local);
  node = cv_mls_leaf_node_new (&joining.cipher, leaf, cv_span_from_bytes (pair.public_key), error);
  joining.leaf = node;
  return node && cv_mls_leaf_node_check_own (node, message.group_info.context.extensions, error)
         && join (&joining, &message.group_info, params->ratchet_tree, result, error);
}

/* The own old leaf with another key. */
static CvMlsLeafNode *
renew_own_leaf (const CvMlsGroup *old, GError **error)
{
  const CvMlsCipher *cipher = &old->epoch->cipher;
  CvMlsLeaf own = cv_mls_group_get_own_leaf (old);
  g_auto (CvCryptoKeyPair) pair = {0};
  GError *local = NULL;
  CvMlsLeafRenewal renewal = {
      .source = CV_MLS_LEAF_SOURCE_UPDATE,
      .group_id = cv_mls_group_get_id (old),
      .leaf = own,
      .signature_private = cv_secret_span (old->signature_private),
  };

  if (!cv_crypto_kem_generate (cipher->crypto, cipher->suite->kem, &pair, &local)) {
    cv_mls_error_adopt (error, local);
    return NULL;
  }
  renewal.encryption_key = cv_span_from_bytes (pair.public_key);
  return cv_mls_leaf_node_renew (cipher, cv_mls_ratchet_tree_get_leaf (old->epoch->tree, own),
                                 &renewal, error);
}

/* §12.4.3.2: who comes back goes to the group it was in. */
static gboolean
check_resync (const CvMlsGroup *old, const CvMlsGroupInfo *info, GError **error)
{
  if (!cv_span_equal (cv_span_from_bytes (info->context.group_id), cv_mls_group_get_id (old)))
    return cv_mls_error_fail (error, CV_MLS_ERROR_EPOCH, "group info is of another group");
  /* Going back would be a replay of an old GroupInfo. */
  if (info->context.epoch < cv_mls_group_get_epoch (old))
    return cv_mls_error_fail (error, CV_MLS_ERROR_EPOCH, "group info is older than this epoch");
  return cv_mls_group_check_open (old, error);
}

gboolean
cv_mls_group_resync (const CvMlsGroup *old, CvSpan group_info, guint64 now_s,
                     CvMlsCommitResult *result, GError **error)
{
  const CvMlsResumption resumption = {.epoch = cv_mls_group_get_epoch (old)};
  Joining joining = {
      .cipher = old->epoch->cipher,
      .signature_private = cv_secret_span (old->signature_private),
      .replaces_own_leaf = TRUE,
      .resumptions = &resumption,
      .n_resumptions = 1,
      .past = old->past,
      .now_s = now_s,
  };
  g_auto (CvMlsMessage) message = {0};
  g_autoptr (CvMlsLeafNode) node = NULL;

  if (!parse_info (group_info, &message, error) || !check_resync (old, &message.group_info, error))
    return FALSE;
  node = renew_own_leaf (old, error);
  joining.leaf = node;
  /* RFC 9420 §13.4: the group may have come to need what this client does not support. */
  return node && cv_mls_leaf_node_check_own (node, message.group_info.context.extensions, error)
         && join (&joining, &message.group_info, CV_SPAN_EMPTY, result, error);
}
