/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Opening a message of this epoch: check, open, and only then change anything (RFC 9420 §6). */
#include "crypto/aead.h"
#include "mls/error.h"
#include "mls/group-private.h"

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
              CvMlsAuthenticatedContent *auth, GError **error)
{
  CvMlsPrivateOpenParams params = {
      .keys = cv_mls_group_message_keys (group),
      .group_context = cv_span_from_bytes (group->epoch->encoded_context),
      .find_key = cv_mls_group_find_signature_key,
      .find_data = group,
  };

  return check_place (group, cv_span_from_bytes (message->group_id), message->epoch, error)
         && cv_mls_private_message_open (&params, message, auth, error);
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
  case CV_MLS_SENDER_NEW_MEMBER_PROPOSAL:
    break;
  }
  return cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "this kind of sender is not allowed");
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

static gboolean
is_pending (const CvMlsGroup *group, GBytes *reference)
{
  for (guint i = 0; i < group->pending->len; i++) {
    const CvMlsPendingProposal *pending = g_ptr_array_index (group->pending, i);

    if (g_bytes_equal (pending->reference, reference))
      return TRUE;
  }
  return FALSE;
}

static gboolean
keep_proposal (CvMlsGroup *group, const CvMlsAuthenticatedContent *auth, GError **error)
{
  CvMlsPendingProposal *pending;
  g_autoptr (GBytes) reference =
      cv_mls_framing_dup_proposal_ref (&group->epoch->cipher, auth, error);

  if (!reference)
    return FALSE;
  /* A PublicMessage can be replayed by anybody: it must not fill the list. */
  if (is_pending (group, reference))
    return TRUE;
  if (group->pending->len >= CV_MLS_LIMIT_ENTRIES)
    return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "too many proposals wait for a commit");
  pending = g_new0 (CvMlsPendingProposal, 1);
  pending->reference = g_steal_pointer (&reference);
  pending->item =
      cv_mls_proposal_item_new (auth->content.proposal, auth->content.sender.leaf, TRUE);
  g_ptr_array_add (group->pending, pending);
  return TRUE;
}

static gboolean
dispatch (CvMlsGroup *group, CvMlsAuthenticatedContent *auth, const CvMlsReceiveParams *params,
          CvMlsReceived *received, GError **error)
{
  received->type = auth->content.type;
  received->sender = auth->content.sender.leaf;
  received->authenticated_data = g_bytes_ref (auth->content.authenticated_data);
  switch (auth->content.type) {
  case CV_MLS_CONTENT_APPLICATION:
    received->data = g_steal_pointer (&auth->content.application);
    return TRUE;
  case CV_MLS_CONTENT_PROPOSAL:
    return keep_proposal (group, auth, error);
  case CV_MLS_CONTENT_COMMIT:
    return cv_mls_group_process_commit (group, auth, params, received, error);
  }
  return cv_mls_error_fail_malformed (error, "content type");
}

void
cv_mls_received_clear (CvMlsReceived *received)
{
  g_clear_pointer (&received->data, cv_crypto_aead_free_plaintext);
  g_clear_pointer (&received->authenticated_data, g_bytes_unref);
  g_clear_pointer (&received->next, cv_mls_group_unref);
  cv_mls_commit_summary_clear (&received->summary);
}

gboolean
cv_mls_group_receive (CvMlsGroup *group, const CvMlsReceiveParams *params, CvMlsReceived *received,
                      GError **error)
{
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvMlsAuthenticatedContent) opened = {0};
  g_auto (CvMlsReceived) result = {0};
  CvMlsAuthenticatedContent *auth = &opened;
  gboolean is_open;

  if (!cv_mls_message_parse (params->message, &message, error))
    return FALSE;
  if (message.wire_format == CV_MLS_WIRE_PRIVATE_MESSAGE)
    is_open = open_private (group, &message.private_message, &opened, error);
  else if (message.wire_format == CV_MLS_WIRE_PUBLIC_MESSAGE) {
    auth = &message.public_message.auth;
    is_open = open_public (group, &message.public_message, error);
  } else
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "this message is not for members");
  if (!is_open || !dispatch (group, auth, params, &result, error))
    return FALSE;
  *received = result;
  result = (CvMlsReceived){0};
  return TRUE;
}
