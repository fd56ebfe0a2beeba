/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Content with its sender, signature and tags, before or after protection (RFC 9420 §6). */
#pragma once

#include "mls/commit.h"
#include "mls/group-context.h"

G_BEGIN_DECLS

enum {
  CV_MLS_WIRE_PUBLIC_MESSAGE = 1,
  CV_MLS_WIRE_PRIVATE_MESSAGE = 2,
  CV_MLS_WIRE_WELCOME = 3,
  CV_MLS_WIRE_GROUP_INFO = 4,
  CV_MLS_WIRE_KEY_PACKAGE = 5,
};

typedef struct {
  CvMlsSenderType type;
  CvMlsLeaf leaf; /* member */
  guint32 external_index; /* external */
} CvMlsSender;

/* Only the body of its type is set. */
typedef struct {
  GBytes *group_id;
  guint64 epoch;
  CvMlsSender sender;
  GBytes *authenticated_data;
  CvMlsContentType type;
  GByteArray *application; /* freed with cv_crypto_aead_free_plaintext, which wipes */
  CvMlsProposal *proposal;
  CvMlsCommit *commit;
} CvMlsFramedContent;

void cv_mls_framed_content_clear (CvMlsFramedContent *content);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsFramedContent, cv_mls_framed_content_clear)
gboolean cv_mls_framed_content_read (CvReader *reader, CvMlsFramedContent *content);
void cv_mls_framed_content_write (CvWriter *writer, const CvMlsFramedContent *content);
/* The select(content_type) part alone, as PrivateMessageContent has it. */
void cv_mls_framed_content_read_body (CvReader *reader, CvMlsFramedContent *content);
void cv_mls_framed_content_write_body (CvWriter *writer, const CvMlsFramedContent *content);

typedef struct {
  guint16 wire_format;
  CvMlsFramedContent content;
  GBytes *signature;
  GBytes *confirmation_tag; /* commit, else NULL */
} CvMlsAuthenticatedContent;

void cv_mls_authenticated_content_clear (CvMlsAuthenticatedContent *auth);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsAuthenticatedContent, cv_mls_authenticated_content_clear)
gboolean cv_mls_authenticated_content_read (CvReader *reader, CvMlsAuthenticatedContent *auth);
void cv_mls_authenticated_content_write (CvWriter *writer, const CvMlsAuthenticatedContent *auth);
/* FramedContentAuthData alone: the signature and, for commits, the tag. */
void cv_mls_framing_read_auth (CvReader *reader, CvMlsAuthenticatedContent *auth);
void cv_mls_framing_write_auth (CvWriter *writer, const CvMlsAuthenticatedContent *auth);

/* FramedContentTBS: what a signature is over, and the first part of what a membership tag is over. */
void cv_mls_framing_write_tbs (CvWriter *writer, const CvMlsAuthenticatedContent *auth,
                               CvSpan group_context);

/* Signs auth->content for auth->wire_format and sets auth->signature. group_context: the encoded
 * GroupContext of the epoch; used for members and joiners by commit (§6.1). A commit's tag is set
 * afterwards by the caller: it depends on the signature. STATE: longer than a reader takes. */
gboolean cv_mls_framing_sign (const CvMlsCipher *cipher, CvMlsAuthenticatedContent *auth,
                              CvSpan group_context, CvSpan signature_private,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Fails with AUTHENTICATION. */
gboolean cv_mls_framing_verify (const CvMlsCipher *cipher, const CvMlsAuthenticatedContent *auth,
                                CvSpan group_context, CvSpan signature_public,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ProposalRef of a proposal that was sent by itself (§5.2). */
GBytes *
cv_mls_framing_dup_proposal_ref (const CvMlsCipher *cipher, const CvMlsAuthenticatedContent *auth,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
