/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The transcript chains the commits, so that two members with the same hash have seen the same
 * history; the tag proves that the committer holds the new epoch's keys. */
#include "mls/transcript.h"

#include "mls/error.h"

GBytes *
cv_mls_transcript_confirmed (const CvMlsCipher *cipher, CvSpan interim_before,
                             const CvMlsAuthenticatedContent *commit, GError **error)
{
  g_auto (CvWriter) input = {0};

  g_return_val_if_fail (commit->content.type == CV_MLS_CONTENT_COMMIT, NULL);
  cv_writer_init (&input);
  cv_writer_put (&input, interim_before);
  cv_writer_u16 (&input, commit->wire_format);
  cv_mls_framed_content_write (&input, &commit->content);
  cv_writer_vector (&input, cv_span_from_bytes (commit->signature));
  return cv_mls_labels_hash (cipher, cv_writer_span (&input), error);
}

GBytes *
cv_mls_transcript_interim (const CvMlsCipher *cipher, CvSpan confirmed, CvSpan confirmation_tag,
                           GError **error)
{
  g_auto (CvWriter) input = {0};

  cv_writer_init (&input);
  cv_writer_put (&input, confirmed);
  cv_writer_vector (&input, confirmation_tag);
  return cv_mls_labels_hash (cipher, cv_writer_span (&input), error);
}

GBytes *
cv_mls_transcript_tag (const CvMlsCipher *cipher, CvSpan confirmation_key, CvSpan confirmed,
                       GError **error)
{
  return cv_mls_labels_mac (cipher, confirmation_key, confirmed, error);
}

gboolean
cv_mls_transcript_check_tag (const CvMlsCipher *cipher, CvSpan confirmation_key, CvSpan confirmed,
                             CvSpan tag, GError **error)
{
  g_autoptr (GBytes) expected = cv_mls_transcript_tag (cipher, confirmation_key, confirmed, error);

  if (!expected)
    return FALSE;
  /* §6.1, §12.4.2: the tag shows that both came to the same state. */
  if (!cv_secret_span_equal (cv_span_from_bytes (expected), tag))
    return cv_mls_error_fail_authentication (error);
  return TRUE;
}
