/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The door through which everything comes in. */
#include "mls/message.h"

#include "mls/error.h"

void
cv_mls_message_clear (CvMlsMessage *message)
{
  cv_mls_public_message_clear (&message->public_message);
  cv_mls_private_message_clear (&message->private_message);
  cv_mls_welcome_clear (&message->welcome);
  cv_mls_group_info_clear (&message->group_info);
  g_clear_pointer (&message->key_package, cv_mls_key_package_unref);
}

static void
read_body (CvReader *reader, CvMlsMessage *message)
{
  switch (message->wire_format) {
  case CV_MLS_WIRE_PUBLIC_MESSAGE:
    cv_mls_public_message_read (reader, &message->public_message);
    return;
  case CV_MLS_WIRE_PRIVATE_MESSAGE:
    cv_mls_private_message_read (reader, &message->private_message);
    return;
  case CV_MLS_WIRE_WELCOME:
    cv_mls_welcome_read (reader, &message->welcome);
    return;
  case CV_MLS_WIRE_GROUP_INFO:
    cv_mls_group_info_read (reader, &message->group_info);
    return;
  case CV_MLS_WIRE_KEY_PACKAGE:
    message->key_package = cv_mls_key_package_read (reader);
    return;
  default: /* §6: there are no other formats. */
    cv_reader_fail (reader);
  }
}

/* §10: a KeyPackage is of the same version as the MLSMessage that it came in: that one is
 * CV_MLS_VERSION_10, or read_header has refused it. */
static gboolean
is_of_one_version (const CvMlsMessage *message)
{
  return !message->key_package || message->key_package->version == CV_MLS_VERSION_10;
}

/* §6: version and wire format. */
static gboolean
read_header (CvReader *reader, guint16 *wire_format, GError **error)
{
  guint16 version = cv_reader_u16 (reader);

  *wire_format = cv_reader_u16 (reader);
  if (!cv_reader_is_ok (reader))
    return cv_mls_error_fail_malformed (error, "MLSMessage");
  if (version != CV_MLS_VERSION_10)
    return cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "MLS version %u, not 1", version);
  return TRUE;
}

/* Ours, not the RFC's: the longest message that is read at all. */
static gboolean
check_len (CvSpan encoded, GError **error)
{
  return encoded.len <= CV_MLS_LIMIT_MESSAGE || cv_mls_error_fail_malformed (error, "MLSMessage");
}

gboolean
cv_mls_message_parse (CvSpan encoded, CvMlsMessage *message, GError **error)
{
  CvReader reader;

  *message = (CvMlsMessage){0};
  cv_reader_init (&reader, encoded);
  if (!check_len (encoded, error) || !read_header (&reader, &message->wire_format, error))
    return FALSE;
  read_body (&reader, message);
  /* §6: one message, nothing behind it. */
  if (cv_reader_finish (&reader) && is_of_one_version (message))
    return TRUE;
  cv_mls_message_clear (message);
  return cv_mls_error_fail_malformed (error, "MLSMessage");
}

void
cv_mls_message_write_header (CvWriter *writer, guint16 wire_format)
{
  cv_writer_u16 (writer, CV_MLS_VERSION_10);
  cv_writer_u16 (writer, wire_format);
}

void
cv_mls_message_write (CvWriter *writer, const CvMlsMessage *message)
{
  cv_mls_message_write_header (writer, message->wire_format);
  switch (message->wire_format) {
  case CV_MLS_WIRE_PUBLIC_MESSAGE:
    cv_mls_public_message_write (writer, &message->public_message);
    break;
  case CV_MLS_WIRE_PRIVATE_MESSAGE:
    cv_mls_private_message_write (writer, &message->private_message);
    break;
  case CV_MLS_WIRE_WELCOME:
    cv_mls_welcome_write (writer, &message->welcome);
    break;
  case CV_MLS_WIRE_GROUP_INFO:
    cv_mls_group_info_write (writer, &message->group_info);
    break;
  case CV_MLS_WIRE_KEY_PACKAGE:
    cv_mls_key_package_write (writer, message->key_package);
    break;
  default:
    g_return_if_reached ();
  }
}

GBytes *
cv_mls_message_wrap_welcome (const CvMlsWelcome *welcome)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_mls_message_write_header (&writer, CV_MLS_WIRE_WELCOME);
  cv_mls_welcome_write (&writer, welcome);
  return cv_writer_take (&writer);
}

GBytes *
cv_mls_message_wrap_group_info (const CvMlsGroupInfo *info)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_mls_message_write_header (&writer, CV_MLS_WIRE_GROUP_INFO);
  cv_mls_group_info_write (&writer, info);
  return cv_writer_take (&writer);
}

/* §6: past the sender of a PublicMessage; its value does not matter for ordering. */
static void
skip_sender (CvReader *reader)
{
  guint8 type = cv_reader_u8 (reader);

  if (type == CV_MLS_SENDER_MEMBER || type == CV_MLS_SENDER_EXTERNAL)
    cv_reader_u32 (reader);
  else if (type != CV_MLS_SENDER_NEW_MEMBER_PROPOSAL && type != CV_MLS_SENDER_NEW_MEMBER_COMMIT)
    cv_reader_fail (reader);
}

gboolean
cv_mls_group_peek (CvSpan message, CvMlsPeek *peek, GError **error)
{
  CvReader reader;

  *peek = (CvMlsPeek){0};
  cv_reader_init (&reader, message);
  if (!check_len (message, error) || !read_header (&reader, &peek->wire_format, error))
    return FALSE;
  if (peek->wire_format == CV_MLS_WIRE_WELCOME || peek->wire_format == CV_MLS_WIRE_GROUP_INFO
      || peek->wire_format == CV_MLS_WIRE_KEY_PACKAGE)
    return TRUE;
  peek->group_id = cv_reader_vector (&reader, CV_MLS_LIMIT_GROUP_ID);
  peek->epoch = cv_reader_u64 (&reader);
  if (peek->wire_format == CV_MLS_WIRE_PUBLIC_MESSAGE) {
    skip_sender (&reader);
    cv_reader_vector (&reader, CV_MLS_LIMIT_OPAQUE);
  } else if (peek->wire_format != CV_MLS_WIRE_PRIVATE_MESSAGE)
    cv_reader_fail (&reader);
  peek->content_type = (CvMlsContentType)cv_reader_u8 (&reader);
  /* §6: there are no other kinds of content. */
  if (peek->content_type < CV_MLS_CONTENT_APPLICATION || peek->content_type > CV_MLS_CONTENT_COMMIT)
    cv_reader_fail (&reader);
  /* §6: the head of an MLSMessage; its rest is not looked at. */
  if (cv_reader_is_ok (&reader))
    return TRUE;
  *peek = (CvMlsPeek){0};
  return cv_mls_error_fail_malformed (error, "MLSMessage");
}
