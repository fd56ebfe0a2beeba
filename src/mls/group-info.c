/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* GroupInfo: encoding and signature. What it claims is checked against the tree by who joins. */
#include "mls/group-info.h"

void
cv_mls_group_info_clear (CvMlsGroupInfo *info)
{
  cv_mls_group_context_clear (&info->context);
  g_clear_pointer (&info->extensions, g_ptr_array_unref);
  g_clear_pointer (&info->confirmation_tag, g_bytes_unref);
  g_clear_pointer (&info->signature, g_bytes_unref);
}

gboolean
cv_mls_group_info_read (CvReader *reader, CvMlsGroupInfo *info)
{
  *info = (CvMlsGroupInfo){0};
  cv_mls_group_context_read (reader, &info->context);
  info->extensions = cv_mls_extension_list_read (reader);
  info->confirmation_tag = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
  info->signer.index = cv_reader_u32 (reader);
  info->signature = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
  if (cv_reader_is_ok (reader))
    return TRUE;
  cv_mls_group_info_clear (info);
  return FALSE;
}

static void
write_unsigned (CvWriter *writer, const CvMlsGroupInfo *info)
{
  cv_mls_group_context_write (writer, &info->context);
  cv_mls_extension_list_write (writer, info->extensions);
  cv_writer_vector (writer, cv_span_from_bytes (info->confirmation_tag));
  cv_writer_u32 (writer, info->signer.index);
}

void
cv_mls_group_info_write (CvWriter *writer, const CvMlsGroupInfo *info)
{
  write_unsigned (writer, info);
  cv_writer_vector (writer, cv_span_from_bytes (info->signature));
}

gboolean
cv_mls_group_info_sign (const CvMlsCipher *cipher, CvMlsGroupInfo *info, CvSpan signature_private,
                        GError **error)
{
  g_auto (CvWriter) tbs = {0};

  cv_writer_init (&tbs);
  write_unsigned (&tbs, info);
  g_clear_pointer (&info->signature, g_bytes_unref);
  info->signature =
      cv_mls_labels_sign (cipher, signature_private, "GroupInfoTBS", cv_writer_span (&tbs), error);
  return info->signature != NULL;
}

gboolean
cv_mls_group_info_verify (const CvMlsCipher *cipher, const CvMlsGroupInfo *info,
                          CvSpan signature_public, GError **error)
{
  g_auto (CvWriter) tbs = {0};

  cv_writer_init (&tbs);
  write_unsigned (&tbs, info);
  return cv_mls_labels_verify (cipher, signature_public, "GroupInfoTBS", cv_writer_span (&tbs),
                               cv_span_from_bytes (info->signature), error);
}
