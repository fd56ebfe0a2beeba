/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One shape for all content of a group, whichever way it is protected. The encoding is canonical
 * (minimal lengths, checked enums), so writing what was read gives the bytes that were signed. */
#include "mls/framing.h"

#include "mls/error.h"
#include "crypto/aead.h"

/* With header, signature and tags it still fits what a receiver takes. */
#define CONTENT_MAX (CV_MLS_LIMIT_MESSAGE - 64 * 1024)

void
cv_mls_framed_content_clear (CvMlsFramedContent *content)
{
  g_clear_pointer (&content->group_id, g_bytes_unref);
  g_clear_pointer (&content->authenticated_data, g_bytes_unref);
  g_clear_pointer (&content->application, cv_crypto_aead_free_plaintext);
  g_clear_pointer (&content->proposal, cv_mls_proposal_unref);
  g_clear_pointer (&content->commit, cv_mls_commit_free);
}

static void
read_sender (CvReader *reader, CvMlsSender *sender)
{
  sender->type = (CvMlsSenderType)cv_reader_u8 (reader);
  switch (sender->type) {
  case CV_MLS_SENDER_MEMBER:
    sender->leaf.index = cv_reader_u32 (reader);
    return;
  case CV_MLS_SENDER_EXTERNAL:
    sender->external_index = cv_reader_u32 (reader);
    return;
  case CV_MLS_SENDER_NEW_MEMBER_PROPOSAL:
  case CV_MLS_SENDER_NEW_MEMBER_COMMIT:
    return;
  }
  /* §6: there are no other kinds of sender. */
  cv_reader_fail (reader);
}

static void
write_sender (CvWriter *writer, const CvMlsSender *sender)
{
  cv_writer_u8 (writer, (guint8)sender->type);
  switch (sender->type) {
  case CV_MLS_SENDER_MEMBER:
    cv_writer_u32 (writer, sender->leaf.index);
    break;
  case CV_MLS_SENDER_EXTERNAL:
    cv_writer_u32 (writer, sender->external_index);
    break;
  case CV_MLS_SENDER_NEW_MEMBER_PROPOSAL:
  case CV_MLS_SENDER_NEW_MEMBER_COMMIT:
    break;
  }
}

static GByteArray *
dup_application (CvSpan data)
{
  GByteArray *array = g_byte_array_sized_new ((guint)data.len);

  if (data.len > 0)
    g_byte_array_append (array, data.data, (guint)data.len);
  return array;
}

void
cv_mls_framed_content_read_body (CvReader *reader, CvMlsFramedContent *content)
{
  switch (content->type) {
  case CV_MLS_CONTENT_APPLICATION:
    content->application = dup_application (cv_reader_vector (reader, CV_MLS_LIMIT_CONTENT));
    return;
  case CV_MLS_CONTENT_PROPOSAL:
    content->proposal = cv_mls_proposal_read (reader);
    return;
  case CV_MLS_CONTENT_COMMIT:
    content->commit = cv_mls_commit_read (reader);
    return;
  }
  /* §6: there are no other kinds of content. */
  cv_reader_fail (reader);
}

void
cv_mls_framed_content_write_body (CvWriter *writer, const CvMlsFramedContent *content)
{
  switch (content->type) {
  case CV_MLS_CONTENT_APPLICATION:
    cv_writer_vector (writer, cv_span_from_array (content->application));
    break;
  case CV_MLS_CONTENT_PROPOSAL:
    cv_mls_proposal_write (writer, content->proposal);
    break;
  case CV_MLS_CONTENT_COMMIT:
    cv_mls_commit_write (writer, content->commit);
    break;
  }
}

gboolean
cv_mls_framed_content_read (CvReader *reader, CvMlsFramedContent *content)
{
  *content = (CvMlsFramedContent){0};
  content->group_id = cv_reader_dup_vector (reader, CV_MLS_LIMIT_GROUP_ID);
  content->epoch = cv_reader_u64 (reader);
  read_sender (reader, &content->sender);
  content->authenticated_data = cv_reader_dup_vector (reader, CV_MLS_LIMIT_OPAQUE);
  content->type = (CvMlsContentType)cv_reader_u8 (reader);
  cv_mls_framed_content_read_body (reader, content);
  if (cv_reader_is_ok (reader))
    return TRUE;
  cv_mls_framed_content_clear (content);
  return FALSE;
}

void
cv_mls_framed_content_write (CvWriter *writer, const CvMlsFramedContent *content)
{
  cv_writer_vector (writer, cv_span_from_bytes (content->group_id));
  cv_writer_u64 (writer, content->epoch);
  write_sender (writer, &content->sender);
  cv_writer_vector (writer, cv_span_from_bytes (content->authenticated_data));
  cv_writer_u8 (writer, (guint8)content->type);
  cv_mls_framed_content_write_body (writer, content);
}

void
cv_mls_authenticated_content_clear (CvMlsAuthenticatedContent *auth)
{
  cv_mls_framed_content_clear (&auth->content);
  g_clear_pointer (&auth->signature, g_bytes_unref);
  g_clear_pointer (&auth->confirmation_tag, g_bytes_unref);
}

void
cv_mls_framing_read_auth (CvReader *reader, CvMlsAuthenticatedContent *auth)
{
  auth->signature = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
  if (auth->content.type == CV_MLS_CONTENT_COMMIT)
    auth->confirmation_tag = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
}

void
cv_mls_framing_write_auth (CvWriter *writer, const CvMlsAuthenticatedContent *auth)
{
  cv_writer_vector (writer, cv_span_from_bytes (auth->signature));
  if (auth->content.type == CV_MLS_CONTENT_COMMIT)
    cv_writer_vector (writer, cv_span_from_bytes (auth->confirmation_tag));
}

gboolean
cv_mls_authenticated_content_read (CvReader *reader, CvMlsAuthenticatedContent *auth)
{
  *auth = (CvMlsAuthenticatedContent){.wire_format = cv_reader_u16 (reader)};
  /* §6: content goes out in one of these two formats. */
  if (auth->wire_format != CV_MLS_WIRE_PUBLIC_MESSAGE
      && auth->wire_format != CV_MLS_WIRE_PRIVATE_MESSAGE)
    cv_reader_fail (reader);
  cv_mls_framed_content_read (reader, &auth->content);
  cv_mls_framing_read_auth (reader, auth);
  if (cv_reader_is_ok (reader))
    return TRUE;
  cv_mls_authenticated_content_clear (auth);
  return FALSE;
}

void
cv_mls_authenticated_content_write (CvWriter *writer, const CvMlsAuthenticatedContent *auth)
{
  cv_writer_u16 (writer, auth->wire_format);
  cv_mls_framed_content_write (writer, &auth->content);
  cv_mls_framing_write_auth (writer, auth);
}

void
cv_mls_framing_write_tbs (CvWriter *writer, const CvMlsAuthenticatedContent *auth,
                          CvSpan group_context)
{
  cv_writer_u16 (writer, CV_MLS_VERSION_10);
  cv_writer_u16 (writer, auth->wire_format);
  cv_mls_framed_content_write (writer, &auth->content);
  switch (auth->content.sender.type) {
  case CV_MLS_SENDER_MEMBER:
  case CV_MLS_SENDER_NEW_MEMBER_COMMIT:
    cv_writer_put (writer, group_context);
    break;
  case CV_MLS_SENDER_EXTERNAL:
  case CV_MLS_SENDER_NEW_MEMBER_PROPOSAL:
    break;
  }
}

/* Application data is secret, and a commit is too large to grow by copying. */
static void
init_writer_for (CvWriter *writer, const CvMlsAuthenticatedContent *auth)
{
  if (auth->content.type == CV_MLS_CONTENT_APPLICATION)
    cv_writer_init_secret (writer);
  else
    cv_writer_init (writer);
}

/* Not the RFC's: nobody would take what is over our own bounds. */
static gboolean
check_limits (const CvMlsFramedContent *content, GError **error)
{
  if (cv_span_from_bytes (content->group_id).len > CV_MLS_LIMIT_GROUP_ID)
    return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "group id is too long");
  if (cv_span_from_bytes (content->authenticated_data).len > CV_MLS_LIMIT_OPAQUE)
    return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "authenticated data is too long");
  return TRUE;
}

/* Proposals, lists and paths have bounds of their own, which their readers know. tbs: as
 * cv_mls_framing_write_tbs wrote it. */
static gboolean
check_readable (CvSpan tbs, GError **error)
{
  g_auto (CvMlsFramedContent) same = {0};
  CvReader reader;

  cv_reader_init (&reader, tbs);
  cv_reader_u16 (&reader); /* version */
  cv_reader_u16 (&reader); /* wire format */
  /* Ours, not the RFC's: what others would not read is not sent. */
  if (!cv_mls_framed_content_read (&reader, &same) || reader.pos > CONTENT_MAX)
    return cv_mls_error_fail (error, CV_MLS_ERROR_STATE, "message is longer than anybody reads");
  return TRUE;
}

gboolean
cv_mls_framing_sign (const CvMlsCipher *cipher, CvMlsAuthenticatedContent *auth,
                     CvSpan group_context, CvSpan signature_private, GError **error)
{
  g_auto (CvWriter) tbs = {0};

  if (!check_limits (&auth->content, error))
    return FALSE;
  init_writer_for (&tbs, auth);
  cv_mls_framing_write_tbs (&tbs, auth, group_context);
  if (auth->content.type != CV_MLS_CONTENT_APPLICATION
      && !check_readable (cv_writer_span (&tbs), error))
    return FALSE;
  g_clear_pointer (&auth->signature, g_bytes_unref);
  auth->signature = cv_mls_labels_sign (cipher, signature_private, "FramedContentTBS",
                                        cv_writer_span (&tbs), error);
  return auth->signature != NULL;
}

gboolean
cv_mls_framing_verify (const CvMlsCipher *cipher, const CvMlsAuthenticatedContent *auth,
                       CvSpan group_context, CvSpan signature_public, GError **error)
{
  g_auto (CvWriter) tbs = {0};

  init_writer_for (&tbs, auth);
  cv_mls_framing_write_tbs (&tbs, auth, group_context);
  return cv_mls_labels_verify (cipher, signature_public, "FramedContentTBS", cv_writer_span (&tbs),
                               cv_span_from_bytes (auth->signature), error);
}

GBytes *
cv_mls_framing_dup_proposal_ref (const CvMlsCipher *cipher, const CvMlsAuthenticatedContent *auth,
                                 GError **error)
{
  g_auto (CvWriter) writer = {0};

  g_return_val_if_fail (auth->content.type == CV_MLS_CONTENT_PROPOSAL, NULL);
  cv_writer_init (&writer);
  cv_mls_authenticated_content_write (&writer, auth);
  return cv_mls_labels_ref_hash (cipher, "MLS 1.0 Proposal Reference", cv_writer_span (&writer),
                                 error);
}
