/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The GroupContext goes into every key and every member's signature of its epoch. */
#include "mls/group-context.h"

void
cv_mls_group_context_clear (CvMlsGroupContext *context)
{
  g_clear_pointer (&context->group_id, g_bytes_unref);
  g_clear_pointer (&context->tree_hash, g_bytes_unref);
  g_clear_pointer (&context->confirmed_transcript_hash, g_bytes_unref);
  g_clear_pointer (&context->extensions, g_ptr_array_unref);
}

void
cv_mls_group_context_copy (CvMlsGroupContext *to, const CvMlsGroupContext *from)
{
  *to = (CvMlsGroupContext){
      .suite = from->suite,
      .group_id = g_bytes_ref (from->group_id),
      .epoch = from->epoch,
      .tree_hash = g_bytes_ref (from->tree_hash),
      .confirmed_transcript_hash = g_bytes_ref (from->confirmed_transcript_hash),
      .extensions = from->extensions ? g_ptr_array_ref (from->extensions) : NULL,
  };
}

gboolean
cv_mls_group_context_read (CvReader *reader, CvMlsGroupContext *context)
{
  *context = (CvMlsGroupContext){0};
  /* §8.1: the context of this version of MLS. */
  if (cv_reader_u16 (reader) != CV_MLS_VERSION_10)
    cv_reader_fail (reader);
  context->suite.value = cv_reader_u16 (reader);
  context->group_id = cv_reader_dup_vector (reader, CV_MLS_LIMIT_GROUP_ID);
  context->epoch = cv_reader_u64 (reader);
  context->tree_hash = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
  context->confirmed_transcript_hash = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
  context->extensions = cv_mls_extension_list_read (reader);
  if (cv_reader_is_ok (reader))
    return TRUE;
  cv_mls_group_context_clear (context);
  return FALSE;
}

void
cv_mls_group_context_write (CvWriter *writer, const CvMlsGroupContext *context)
{
  cv_writer_u16 (writer, CV_MLS_VERSION_10);
  cv_writer_u16 (writer, context->suite.value);
  cv_writer_vector (writer, cv_span_from_bytes (context->group_id));
  cv_writer_u64 (writer, context->epoch);
  cv_writer_vector (writer, cv_span_from_bytes (context->tree_hash));
  cv_writer_vector (writer, cv_span_from_bytes (context->confirmed_transcript_hash));
  cv_mls_extension_list_write (writer, context->extensions);
}

GBytes *
cv_mls_group_context_encode (const CvMlsGroupContext *context)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_mls_group_context_write (&writer, context);
  return cv_writer_take (&writer);
}
