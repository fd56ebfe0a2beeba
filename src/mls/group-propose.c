/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Proposals sent by themselves (RFC 9420 §12.1). */
#include "mls/error.h"
#include "mls/group-private.h"

static CvMlsProposal *
make_add (CvSpan key_package, GError **error)
{
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (key_package, error);

  return package ? cv_mls_proposal_new_add (package) : NULL;
}

static CvMlsProposal *
make_psk (const CvMlsCipher *cipher, const CvMlsProposeParams *params, CvSpan own_id,
          GError **error)
{
  const CvMlsResumption *resumption = params->resumption;
  g_auto (CvMlsPskId) id = {0};
  CvSpan group_id;

  if (params->psk_id.len > CV_MLS_LIMIT_IDENTITY
      || (resumption && resumption->group_id.len > CV_MLS_LIMIT_GROUP_ID)) {
    cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "psk id is too long");
    return NULL;
  }
  if (!resumption)
    return cv_mls_psk_id_init_external (cipher, params->psk_id, &id, error)
               ? cv_mls_proposal_new_psk (&id)
               : NULL;
  group_id = resumption->group_id.len > 0 ? resumption->group_id : own_id;
  return cv_mls_psk_id_init_resumption (cipher, group_id, resumption->epoch, &id, error)
             ? cv_mls_proposal_new_psk (&id)
             : NULL;
}

static CvMlsProposal *
make_extensions (const CvMlsProposeParams *params, GError **error)
{
  g_autoptr (GPtrArray) extensions =
      cv_mls_extension_list_new_from (params->extensions, params->n_extensions);

  if (!cv_mls_extension_list_check_context (extensions, error))
    return NULL;
  return cv_mls_proposal_new_group_context_extensions (extensions);
}

static CvMlsProposal *
make_reinit (const CvMlsReinit *reinit, GError **error)
{
  g_autoptr (CvMlsProposal) proposal = cv_mls_proposal_new_reinit (reinit);

  if (reinit->group_id.len > CV_MLS_LIMIT_GROUP_ID) {
    cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "group id is too long");
    return NULL;
  }
  if (!cv_mls_extension_list_check_types (proposal->extensions, error))
    return NULL;
  return g_steal_pointer (&proposal);
}

/* The own leaf with a new encryption key, and all else that `leaf` says (NULL: nothing); the
 * private keys go to `update`. */
static CvMlsProposal *
make_update (const CvMlsGroup *group, const CvMlsLeafParams *leaf, CvMlsOwnUpdate *update,
             GError **error)
{
  const CvMlsCipher *cipher = &group->epoch->cipher;
  CvMlsLeaf own = cv_mls_group_get_own_leaf (group);
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (CvMlsLeafNode) from = NULL;
  g_autoptr (CvMlsLeafNode) node = NULL;
  GError *local = NULL;
  CvMlsLeafRenewal renewal = {
      .source = CV_MLS_LEAF_SOURCE_UPDATE,
      .group_id = cv_mls_group_get_id (group),
      .leaf = own,
      .signature_private =
          leaf ? leaf->signature_private : cv_secret_span (group->signature_private),
  };

  from = cv_mls_group_dup_own_leaf (group, leaf, error);
  if (!from)
    return NULL;
  if (!cv_crypto_kem_generate (cipher->crypto, cipher->suite->kem, &pair, &local)) {
    cv_mls_error_adopt (error, local);
    return NULL;
  }
  renewal.encryption_key = cv_span_from_bytes (pair.public_key);
  node = cv_mls_leaf_node_renew (cipher, from, &renewal, error);
  if (!node)
    return NULL;
  update->leaf_private = g_steal_pointer (&pair.private_key);
  update->signature_private = leaf ? cv_secret_new_from (leaf->signature_private) : NULL;
  return cv_mls_proposal_new_update (node);
}

static void
own_update_clear (CvMlsOwnUpdate *update)
{
  g_clear_pointer (&update->leaf_private, cv_secret_unref);
  g_clear_pointer (&update->signature_private, cv_secret_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsOwnUpdate, own_update_clear)

CvMlsLeafNode *
cv_mls_group_dup_own_leaf (const CvMlsGroup *group, const CvMlsLeafParams *leaf, GError **error)
{
  const CvMlsCipher *cipher = &group->epoch->cipher;
  CvMlsLeafNode *old =
      cv_mls_ratchet_tree_get_leaf (group->epoch->tree, cv_mls_group_get_own_leaf (group));

  if (!leaf)
    return cv_mls_leaf_node_ref (old);
  if (leaf->suite->id.value != cipher->suite->id.value) {
    cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "leaf is not of the group's suite");
    return NULL;
  }
  return cv_mls_leaf_node_new (cipher, leaf, cv_span_from_bytes (old->encryption_key), error);
}

CvMlsProposal *
cv_mls_group_make_proposal (const CvMlsCipher *cipher, const CvMlsProposeParams *params,
                            CvSpan own_id, GError **error)
{
  switch (params->type) {
  case CV_MLS_PROPOSAL_ADD:
    return make_add (params->key_package, error);
  case CV_MLS_PROPOSAL_REMOVE:
    return cv_mls_proposal_new_remove (params->removed);
  case CV_MLS_PROPOSAL_PSK:
    return make_psk (cipher, params, own_id, error);
  case CV_MLS_PROPOSAL_REINIT:
    if (params->reinit)
      return make_reinit (params->reinit, error);
    break;
  case CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS:
    return make_extensions (params, error);
  case CV_MLS_PROPOSAL_UPDATE:
  case CV_MLS_PROPOSAL_EXTERNAL_INIT:
    break;
  }
  cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "proposal of type %d cannot be made here",
                     (int)params->type);
  return NULL;
}

GBytes *
cv_mls_group_propose (CvMlsGroup *group, const CvMlsProposeParams *params, GError **error)
{
  const CvMlsEpoch *epoch = group->epoch;
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_auto (CvMlsOwnUpdate) update = {0};
  g_autoptr (CvMlsProposalItem) item = NULL;
  GBytes *message;

  if (!cv_mls_group_check_open (group, error))
    return NULL;
  auth.wire_format = params->is_public ? CV_MLS_WIRE_PUBLIC_MESSAGE : CV_MLS_WIRE_PRIVATE_MESSAGE;
  cv_mls_group_start_content (group, CV_MLS_CONTENT_PROPOSAL, params->authenticated_data,
                              &auth.content);
  auth.content.proposal =
      params->type == CV_MLS_PROPOSAL_UPDATE
          ? make_update (group, params->leaf, &update, error)
          : cv_mls_group_make_proposal (&epoch->cipher, params, cv_mls_group_get_id (group), error);
  if (!auth.content.proposal
      || !cv_mls_framing_sign (&epoch->cipher, &auth, cv_span_from_bytes (epoch->encoded_context),
                               cv_secret_span (group->signature_private), error))
    return NULL;
  item = cv_mls_group_judge_proposal (group, &auth, params->now_s, error);
  if (!item)
    return NULL;
  message = cv_mls_group_frame (group, &auth, error);
  if (!message)
    return NULL;
  item->leaf_private = g_steal_pointer (&update.leaf_private);
  item->signature_private = g_steal_pointer (&update.signature_private);
  cv_mls_group_keep_proposal (group, g_steal_pointer (&item));
  return message;
}
