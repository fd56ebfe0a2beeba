/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Conclave's own credential is basic: the identity statement. X.509 chains are parsed so that a
 * group that has them can be read, and are never accepted by who judges identities. */
#include "mls/credential.h"

void
cv_mls_credential_init_basic (CvMlsCredential *credential, CvSpan identity)
{
  *credential = (CvMlsCredential){CV_MLS_CREDENTIAL_BASIC, cv_span_dup (identity)};
}

void
cv_mls_credential_init_x509 (CvMlsCredential *credential, const CvSpan *certificates,
                             gsize n_certificates)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  for (gsize i = 0; i < n_certificates; i++)
    cv_writer_vector (&writer, certificates[i]);
  *credential = (CvMlsCredential){CV_MLS_CREDENTIAL_X509, cv_writer_take (&writer)};
}

void
cv_mls_credential_copy (CvMlsCredential *to, const CvMlsCredential *from)
{
  *to = (CvMlsCredential){from->type, from->identity ? g_bytes_ref (from->identity) : NULL};
}

void
cv_mls_credential_clear (CvMlsCredential *credential)
{
  g_clear_pointer (&credential->identity, g_bytes_unref);
}

/* §5.3: a chain is a list of certificates, each of them opaque here. */
static void
check_certificates (CvReader *reader, CvSpan certificates)
{
  CvReader inner;

  cv_reader_init (&inner, certificates);
  while (cv_reader_remaining (&inner) > 0)
    cv_reader_vector (&inner, CV_MLS_LIMIT_IDENTITY);
  if (!cv_reader_finish (&inner))
    cv_reader_fail (reader);
}

gboolean
cv_mls_credential_read (CvReader *reader, CvMlsCredential *credential)
{
  guint16 type = cv_reader_u16 (reader);

  /* §5.3: these two are defined; the length of another is not known. */
  if (type != CV_MLS_CREDENTIAL_BASIC && type != CV_MLS_CREDENTIAL_X509)
    cv_reader_fail (reader);
  credential->type = type;
  credential->identity = cv_reader_dup_vector (reader, CV_MLS_LIMIT_IDENTITY);
  if (type == CV_MLS_CREDENTIAL_X509)
    check_certificates (reader, cv_span_from_bytes (credential->identity));
  if (cv_reader_is_ok (reader))
    return TRUE;
  cv_mls_credential_clear (credential);
  return FALSE;
}

void
cv_mls_credential_write (CvWriter *writer, const CvMlsCredential *credential)
{
  cv_writer_u16 (writer, credential->type);
  cv_writer_vector (writer, cv_span_from_bytes (credential->identity));
}
