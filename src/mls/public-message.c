/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The membership tag shows that the sender was in the group: a signature alone anybody could have
 * moved here from elsewhere. */
#include "mls/public-message.h"

#include "mls/error.h"
#include "mls/message.h"

void
cv_mls_public_message_clear (CvMlsPublicMessage *message)
{
  cv_mls_authenticated_content_clear (&message->auth);
  g_clear_pointer (&message->membership_tag, g_bytes_unref);
}

gboolean
cv_mls_public_message_read (CvReader *reader, CvMlsPublicMessage *message)
{
  *message = (CvMlsPublicMessage){.auth.wire_format = CV_MLS_WIRE_PUBLIC_MESSAGE};
  cv_mls_framed_content_read (reader, &message->auth.content);
  cv_mls_framing_read_auth (reader, &message->auth);
  if (message->auth.content.sender.type == CV_MLS_SENDER_MEMBER)
    message->membership_tag = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
  if (cv_reader_is_ok (reader))
    return TRUE;
  cv_mls_public_message_clear (message);
  return FALSE;
}

static void
write_parts (CvWriter *writer, const CvMlsAuthenticatedContent *auth, GBytes *membership_tag)
{
  cv_mls_framed_content_write (writer, &auth->content);
  cv_mls_framing_write_auth (writer, auth);
  if (auth->content.sender.type == CV_MLS_SENDER_MEMBER)
    cv_writer_vector (writer, cv_span_from_bytes (membership_tag));
}

void
cv_mls_public_message_write (CvWriter *writer, const CvMlsPublicMessage *message)
{
  write_parts (writer, &message->auth, message->membership_tag);
}

static GBytes *
compute_tag (const CvMlsCipher *cipher, const CvMlsAuthenticatedContent *auth, CvSpan group_context,
             CvSpan membership_key, GError **error)
{
  g_auto (CvWriter) tbm = {0};

  cv_writer_init (&tbm);
  cv_mls_framing_write_tbs (&tbm, auth, group_context);
  cv_mls_framing_write_auth (&tbm, auth);
  return cv_mls_labels_mac (cipher, membership_key, cv_writer_span (&tbm), error);
}

static gboolean
check_content (const CvMlsAuthenticatedContent *auth, GError **error)
{
  /* RFC 9420 §6: application data MUST be a PrivateMessage. */
  if (auth->content.type == CV_MLS_CONTENT_APPLICATION)
    return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "application data in a PublicMessage");
  return TRUE;
}

GBytes *
cv_mls_public_message_protect (const CvMlsCipher *cipher, const CvMlsAuthenticatedContent *auth,
                               CvSpan group_context, CvSpan membership_key, GError **error)
{
  g_auto (CvWriter) writer = {0};
  g_autoptr (GBytes) tag = NULL;

  g_return_val_if_fail (auth->wire_format == CV_MLS_WIRE_PUBLIC_MESSAGE, NULL);
  if (!check_content (auth, error))
    return NULL;
  if (auth->content.sender.type == CV_MLS_SENDER_MEMBER) {
    tag = compute_tag (cipher, auth, group_context, membership_key, error);
    if (!tag)
      return NULL;
  }
  cv_writer_init (&writer);
  cv_mls_message_write_header (&writer, CV_MLS_WIRE_PUBLIC_MESSAGE);
  write_parts (&writer, auth, tag);
  return cv_writer_take (&writer);
}

gboolean
cv_mls_public_message_check_tag (const CvMlsCipher *cipher, const CvMlsPublicMessage *message,
                                 CvSpan group_context, CvSpan membership_key, GError **error)
{
  g_autoptr (GBytes) tag = NULL;

  if (!check_content (&message->auth, error))
    return FALSE;
  if (message->auth.content.sender.type != CV_MLS_SENDER_MEMBER)
    return TRUE;
  tag = compute_tag (cipher, &message->auth, group_context, membership_key, error);
  if (!tag)
    return FALSE;
  /* RFC 9420 §6.2: only a member can make the membership tag. */
  if (!cv_secret_span_equal (cv_span_from_bytes (tag),
                             cv_span_from_bytes (message->membership_tag)))
    return cv_mls_error_fail_authentication (error);
  return TRUE;
}
