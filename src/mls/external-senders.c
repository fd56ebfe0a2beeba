/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The credentials are carried for who judges identities; here only the keys count. */
#include "mls/external-senders.h"

#include "mls/limits.h"

static void
external_sender_free (CvMlsExternalSenderEntry *entry)
{
  g_clear_pointer (&entry->signature_key, g_bytes_unref);
  cv_mls_credential_clear (&entry->credential);
  g_free (entry);
}

GPtrArray *
cv_mls_external_senders_parse (CvSpan data)
{
  g_autoptr (GPtrArray) senders =
      g_ptr_array_new_with_free_func ((GDestroyNotify)external_sender_free);
  CvReader reader;
  CvReader inner;

  cv_reader_init (&reader, data);
  cv_reader_open_vector (&reader, CV_MLS_LIMIT_LIST, &inner);
  while (cv_reader_remaining (&inner) > 0) {
    CvMlsExternalSenderEntry *entry = g_new0 (CvMlsExternalSenderEntry, 1);

    g_ptr_array_add (senders, entry);
    if (senders->len > CV_MLS_LIMIT_ENTRIES)
      cv_reader_fail (&inner);
    entry->signature_key = cv_reader_dup_vector (&inner, CV_MLS_LIMIT_KEY);
    cv_mls_credential_read (&inner, &entry->credential);
  }
  return cv_reader_finish (&inner) && cv_reader_finish (&reader) ? g_steal_pointer (&senders)
                                                                 : NULL;
}

gboolean
cv_mls_external_senders_find_key (CvSpan data, guint32 index, CvSpan *signature_key)
{
  CvReader reader;
  CvReader inner;

  cv_reader_init (&reader, data);
  cv_reader_open_vector (&reader, CV_MLS_LIMIT_LIST, &inner);
  for (guint32 i = 0; cv_reader_remaining (&inner) > 0; i++) {
    g_auto (CvMlsCredential) credential = {0};

    *signature_key = cv_reader_vector (&inner, CV_MLS_LIMIT_KEY);
    if (!cv_mls_credential_read (&inner, &credential))
      return FALSE;
    if (i == index)
      return TRUE;
  }
  return FALSE;
}

GBytes *
cv_mls_external_senders_encode (const CvMlsExternalSender *senders, gsize n_senders)
{
  g_auto (CvWriter) writer = {0};
  gsize mark;

  cv_writer_init (&writer);
  mark = cv_writer_begin_vector (&writer);
  for (gsize i = 0; i < n_senders; i++) {
    g_auto (CvMlsCredential) credential = {0};

    cv_mls_credential_init_basic (&credential, senders[i].identity);
    cv_writer_vector (&writer, senders[i].signature_public);
    cv_mls_credential_write (&writer, &credential);
  }
  cv_writer_end_vector (&writer, mark);
  return cv_writer_take (&writer);
}
