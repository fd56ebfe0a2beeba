/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The plaintext of a Welcome's entry: in a secret writer on the one side, wiped after reading on the
 * other. */
#include "mls/group-secrets.h"

#include "mls/limits.h"

void
cv_mls_group_secrets_clear (CvMlsGroupSecrets *secrets)
{
  g_clear_pointer (&secrets->joiner_secret, cv_secret_unref);
  g_clear_pointer (&secrets->path_secret, cv_secret_unref);
  g_clear_pointer (&secrets->psks, g_ptr_array_unref);
}

static CvSecret *
read_secret (CvReader *reader)
{
  CvSpan span = cv_reader_vector (reader, CV_MLS_LIMIT_SECRET);

  /* §8: no secret of the key schedule is empty. */
  if (span.len > 0)
    return cv_secret_new_from (span);
  cv_reader_fail (reader);
  return NULL;
}

gboolean
cv_mls_group_secrets_read (CvReader *reader, CvMlsGroupSecrets *secrets)
{
  guint8 has_path;

  *secrets = (CvMlsGroupSecrets){0};
  secrets->joiner_secret = read_secret (reader);
  has_path = cv_reader_u8 (reader);
  /* §2.1.1: 0 or 1 says whether an optional value is there. */
  if (has_path > 1)
    cv_reader_fail (reader);
  if (has_path == 1)
    secrets->path_secret = read_secret (reader);
  secrets->psks = cv_mls_psk_list_read (reader);
  if (cv_reader_is_ok (reader))
    return TRUE;
  cv_mls_group_secrets_clear (secrets);
  return FALSE;
}

void
cv_mls_group_secrets_write (CvWriter *writer, const CvMlsGroupSecrets *secrets)
{
  cv_writer_vector (writer, cv_secret_span (secrets->joiner_secret));
  cv_writer_u8 (writer, secrets->path_secret ? 1 : 0);
  if (secrets->path_secret)
    cv_writer_vector (writer, cv_secret_span (secrets->path_secret));
  cv_mls_psk_list_write (writer, secrets->psks);
}
