/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Opening a message of this epoch: check, open, and only then change anything (RFC 9420 §6). */
#include "crypto/aead.h"
#include "mls/error.h"
#include "mls/external-senders.h"
#include "mls/group-private.h"

/* §12.1, §12.4.2: a message is taken in the group and the epoch that it was made in. */
static gboolean
check_place (const CvMlsGroup *group, CvSpan group_id, guint64 epoch, GError **error)
{
  if (!cv_span_equal (group_id, cv_mls_group_get_id (group)))
    return cv_mls_error_fail (error, CV_MLS_ERROR_EPOCH, "message is for another group");
  if (epoch != cv_mls_group_get_epoch (group))
    return cv_mls_error_fail (error, CV_MLS_ERROR_EPOCH,
                              "expected epoch %" G_GUINT64_FORMAT ", got %" G_GUINT64_FORMAT,
                              cv_mls_group_get_epoch (group), epoch);
  return TRUE;
}

static gboolean
open_private (CvMlsGroup *group, const CvMlsPrivateMessage *message,
              CvMlsAuthenticatedContent *auth, guint32 *generation, GError **error)
{
  CvMlsPrivateOpenParams params = {
      .keys = cv_mls_group_message_keys (group),
      .group_context = cv_span_from_bytes (group->epoch->encoded_context),
      .find_key = cv_mls_group_find_signature_key,
      .find_data = group,
  };

  return check_place (group, cv_span_from_bytes (message->group_id), message->epoch, error)
         && cv_mls_private_message_open (&params, message, auth, generation, error);
}

/* §6.1, §12.1.8: only who the group's extension lists, and only with some proposals. The key is
 * borrowed from the extension, which the epoch keeps. */
static gboolean
find_external_signer (const CvMlsGroup *group, const CvMlsFramedContent *content, CvSpan *key,
                      GError **error)
{
  CvMlsProposalType type;
  CvSpan extension;

  if (content->type != CV_MLS_CONTENT_PROPOSAL)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "external sender sent no proposal");
  type = content->proposal->type;
  if (type == CV_MLS_PROPOSAL_UPDATE || type == CV_MLS_PROPOSAL_EXTERNAL_INIT)
    return cv_mls_error_fail_malformed (error, "proposal of an external sender");
  if (!cv_mls_extension_list_find (group->epoch->context.extensions,
                                   CV_MLS_EXTENSION_EXTERNAL_SENDERS, &extension)
      || !cv_mls_external_senders_find_key (extension, content->sender.external_index, key))
    return cv_mls_error_fail_authentication (error);
  return TRUE;
}

/* The key that a PublicMessage must be signed with. */
static gboolean
find_public_signer (CvMlsGroup *group, const CvMlsFramedContent *content, CvSpan *key,
                    GError **error)
{
  CvMlsLeaf leaf = content->sender.leaf;

  switch (content->sender.type) {
  case CV_MLS_SENDER_MEMBER:
    if (cv_mls_tree_math_leaf_equal (leaf, cv_mls_group_get_own_leaf (group)))
      return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "own message came back");
    /* §6.1: the key is in the leaf at the index that the sender names. */
    if (cv_mls_group_find_signature_key (group, leaf, key))
      return TRUE;
    return cv_mls_error_fail_authentication (error);
  case CV_MLS_SENDER_NEW_MEMBER_COMMIT:
    /* RFC 9420 §6.1: the signature verifies with the key in the path's leaf. */
    if (content->type != CV_MLS_CONTENT_COMMIT || !content->commit->path)
      return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "joiner sent no commit with a path");
    *key = cv_span_from_bytes (content->commit->path->leaf_node->signature_key);
    return TRUE;
  case CV_MLS_SENDER_EXTERNAL:
    return find_external_signer (group, content, key, error);
  case CV_MLS_SENDER_NEW_MEMBER_PROPOSAL:
    /* RFC 9420 §6.1: an Add, signed with the key in its own KeyPackage. */
    if (content->type != CV_MLS_CONTENT_PROPOSAL || content->proposal->type != CV_MLS_PROPOSAL_ADD)
      return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "newcomer sent no add proposal");
    *key = cv_span_from_bytes (content->proposal->key_package->leaf_node->signature_key);
    return TRUE;
  }
  /* §6: there are no other kinds of sender. */
  return cv_mls_error_fail_malformed (error, "sender type");
}

static gboolean
open_public (CvMlsGroup *group, const CvMlsPublicMessage *message, GError **error)
{
  const CvMlsEpoch *epoch = group->epoch;
  CvSpan context = cv_span_from_bytes (epoch->encoded_context);
  CvSpan key;

  return check_place (group, cv_span_from_bytes (message->auth.content.group_id),
                      message->auth.content.epoch, error)
         && cv_mls_public_message_check_tag (&epoch->cipher, message, context,
                                             cv_secret_span (epoch->secrets.membership_key), error)
         && find_public_signer (group, &message->auth.content, &key, error)
         && cv_mls_framing_verify (&epoch->cipher, &message->auth, context, key, error);
}

/* What the caller's policy wants to know of a proposal. */
static gboolean
summarise_proposal (CvMlsGroup *group, const CvMlsProposal *proposal, GBytes *reference,
                    CvMlsProposalSummary *summary, GError **error)
{
  *summary = (CvMlsProposalSummary){
      .type = proposal->type,
      .reference = g_bytes_ref (reference),
      .removed = proposal->removed,
  };
  if (proposal->type == CV_MLS_PROPOSAL_UPDATE)
    summary->identity = g_bytes_ref (proposal->leaf_node->credential.identity);
  if (proposal->type != CV_MLS_PROPOSAL_ADD)
    return TRUE;
  summary->identity = g_bytes_ref (proposal->key_package->leaf_node->credential.identity);
  summary->key_package_ref =
      cv_mls_key_package_dup_ref_hash (&group->epoch->cipher, proposal->key_package, error);
  return summary->key_package_ref != NULL;
}

/* A message on its way in. */
typedef struct {
  CvMlsMessage message;
  CvMlsAuthenticatedContent opened; /* of a PrivateMessage */
  guint32 generation; /* of the key that opened it */
  CvMlsAuthenticatedContent *auth; /* borrowed: what was authentic */
  CvMlsProposalItem *item; /* a proposal that is to wait once the message was taken */
} Incoming;

static void
incoming_clear (Incoming *incoming)
{
  g_clear_pointer (&incoming->item, cv_mls_proposal_item_free);
  cv_mls_authenticated_content_clear (&incoming->opened);
  cv_mls_message_clear (&incoming->message);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Incoming, incoming_clear)

static gboolean
judge_proposal (CvMlsGroup *group, Incoming *incoming, guint64 now_s, CvMlsProposalSummary *summary,
                GError **error)
{
  incoming->item = cv_mls_group_judge_proposal (group, incoming->auth, now_s, error);
  return incoming->item
         && summarise_proposal (group, incoming->item->proposal, incoming->item->reference, summary,
                                error);
}

static gboolean
dispatch (CvMlsGroup *group, Incoming *incoming, const CvMlsReceiveParams *params,
          CvMlsReceived *received, GError **error)
{
  CvMlsAuthenticatedContent *auth = incoming->auth;

  received->type = auth->content.type;
  received->sender_type = auth->content.sender.type;
  received->sender = auth->content.sender.leaf;
  received->external_index = auth->content.sender.external_index;
  received->is_public = auth->wire_format == CV_MLS_WIRE_PUBLIC_MESSAGE;
  received->authenticated_data = g_bytes_ref (auth->content.authenticated_data);
  switch (auth->content.type) {
  case CV_MLS_CONTENT_APPLICATION:
    received->data = g_steal_pointer (&auth->content.application);
    return TRUE;
  case CV_MLS_CONTENT_PROPOSAL:
    return judge_proposal (group, incoming, params->now_s, &received->proposal, error);
  case CV_MLS_CONTENT_COMMIT:
    return cv_mls_group_process_commit (group, auth, params, received, error);
  }
  /* §6: there are no other kinds of content. */
  return cv_mls_error_fail_malformed (error, "content type");
}

/* A retired epoch still opens what comes late, as long as it is application data. */
static gboolean
check_epoch_takes (const CvMlsGroup *group, const CvMlsMessage *message, GError **error)
{
  if (group->is_retired && message->wire_format == CV_MLS_WIRE_PRIVATE_MESSAGE
      && message->private_message.content_type == CV_MLS_CONTENT_APPLICATION)
    return TRUE;
  return cv_mls_group_check_open (group, error);
}

static gboolean
open_message (CvMlsGroup *group, CvSpan encoded, Incoming *incoming, GError **error)
{
  CvMlsMessage *message = &incoming->message;

  if (!cv_mls_message_parse (encoded, message, error) || !check_epoch_takes (group, message, error))
    return FALSE;
  if (message->wire_format == CV_MLS_WIRE_PRIVATE_MESSAGE) {
    incoming->auth = &incoming->opened;
    return open_private (group, &message->private_message, &incoming->opened, &incoming->generation,
                         error);
  }
  if (message->wire_format == CV_MLS_WIRE_PUBLIC_MESSAGE) {
    incoming->auth = &message->public_message.auth;
    return open_public (group, &message->public_message, error);
  }
  /* §6: the other formats are for who is not a member yet. */
  return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "this message is not for members");
}

static gboolean
let_key_go (CvMlsGroup *group, const Incoming *incoming, GError **error)
{
  CvMlsMessageKeys keys = cv_mls_group_message_keys (group);

  return incoming->message.wire_format != CV_MLS_WIRE_PRIVATE_MESSAGE
         || cv_mls_private_message_consume (&keys, &incoming->auth->content, incoming->generation,
                                            error);
}

static void
proposal_summary_clear (CvMlsProposalSummary *summary)
{
  g_clear_pointer (&summary->reference, g_bytes_unref);
  g_clear_pointer (&summary->key_package_ref, g_bytes_unref);
  g_clear_pointer (&summary->identity, g_bytes_unref);
}

void
cv_mls_received_clear (CvMlsReceived *received)
{
  g_clear_pointer (&received->data, cv_crypto_aead_free_plaintext);
  g_clear_pointer (&received->authenticated_data, g_bytes_unref);
  g_clear_pointer (&received->next, cv_mls_group_unref);
  cv_mls_commit_summary_clear (&received->summary);
  proposal_summary_clear (&received->proposal);
}

gboolean
cv_mls_group_receive (CvMlsGroup *group, const CvMlsReceiveParams *params, CvMlsReceived *received,
                      GError **error)
{
  g_auto (Incoming) incoming = {0};
  g_auto (CvMlsReceived) result = {0};
  g_autoptr (GError) refused = NULL;
  gboolean is_taken;

  if (!open_message (group, params->message, &incoming, error))
    return FALSE;
  is_taken = dispatch (group, &incoming, params, &result, &refused);
  /* RFC 9420 §9.2: the key that opened an authentic message is consumed, whatever was in it. Only
   * what lacks something that may still come (STATE) keeps it, to be received again. */
  if (is_taken || !g_error_matches (refused, CV_MLS_ERROR, CV_MLS_ERROR_STATE))
    is_taken = let_key_go (group, &incoming, refused ? NULL : &refused) && is_taken;
  if (!is_taken) {
    g_propagate_error (error, g_steal_pointer (&refused));
    return FALSE;
  }
  if (incoming.item)
    cv_mls_group_keep_proposal (group, g_steal_pointer (&incoming.item));
  *received = result;
  result = (CvMlsReceived){0};
  return TRUE;
}
