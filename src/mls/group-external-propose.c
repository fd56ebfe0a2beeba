/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Proposals from outside (RFC 9420 §12.1.8): signed, never encrypted, bound to no GroupContext. The
 * signature is the only proof, so what they ask for waits until a member commits it. */
#include "mls/error.h"
#include "mls/group-private.h"

static void
start_content (CvMlsFramedContent *content, CvSpan group_id, guint64 epoch,
               CvSpan authenticated_data)
{
  content->group_id = cv_span_dup (group_id);
  content->epoch = epoch;
  content->authenticated_data = cv_span_dup (authenticated_data);
  content->type = CV_MLS_CONTENT_PROPOSAL;
}

static GBytes *
sign_and_frame (const CvMlsCipher *cipher, CvMlsAuthenticatedContent *auth,
                CvSpan signature_private, GError **error)
{
  auth->wire_format = CV_MLS_WIRE_PUBLIC_MESSAGE;
  if (!cv_mls_framing_sign (cipher, auth, CV_SPAN_EMPTY, signature_private, error))
    return NULL;
  return cv_mls_public_message_protect (cipher, auth, CV_SPAN_EMPTY, CV_SPAN_EMPTY, error);
}

GBytes *
cv_mls_external_propose (const CvCrypto *crypto, const CvMlsExternalProposeParams *params,
                         GError **error)
{
  const CvMlsCipher cipher = {crypto, params->suite};
  g_auto (CvMlsAuthenticatedContent) auth = {0};

  start_content (&auth.content, params->group_id, params->epoch,
                 params->proposal.authenticated_data);
  auth.content.sender =
      (CvMlsSender){.type = CV_MLS_SENDER_EXTERNAL, .external_index = params->sender_index};
  auth.content.proposal =
      cv_mls_group_make_proposal (&cipher, &params->proposal, params->group_id, error);
  if (!auth.content.proposal)
    return NULL;
  return sign_and_frame (&cipher, &auth, params->signature_private, error);
}

GBytes *
cv_mls_joiner_propose_add (const CvCrypto *crypto, const CvMlsJoiner *joiner, CvSpan group_id,
                           guint64 epoch, GError **error)
{
  const CvMlsCipher cipher = {crypto, joiner->suite};
  g_auto (CvMlsAuthenticatedContent) auth = {0};

  start_content (&auth.content, group_id, epoch, CV_SPAN_EMPTY);
  auth.content.sender = (CvMlsSender){.type = CV_MLS_SENDER_NEW_MEMBER_PROPOSAL};
  auth.content.proposal = cv_mls_proposal_new_add (joiner->package);
  return sign_and_frame (&cipher, &auth, cv_secret_span (joiner->signature_private), error);
}
