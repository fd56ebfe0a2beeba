/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Sealing and opening are in labels: each ciphertext has a label. */
#include "mls/hpke-ciphertext.h"

#include "mls/limits.h"

void
cv_mls_hpke_ciphertext_clear (CvMlsHpkeCiphertext *sealed)
{
  g_clear_pointer (&sealed->kem_output, g_bytes_unref);
  g_clear_pointer (&sealed->ciphertext, g_bytes_unref);
}

gboolean
cv_mls_hpke_ciphertext_read (CvReader *reader, CvMlsHpkeCiphertext *sealed)
{
  sealed->kem_output = cv_reader_dup_vector (reader, CV_MLS_LIMIT_KEY);
  sealed->ciphertext = cv_reader_dup_vector (reader, CV_MLS_LIMIT_OPAQUE);
  if (cv_reader_is_ok (reader))
    return TRUE;
  cv_mls_hpke_ciphertext_clear (sealed);
  return FALSE;
}

void
cv_mls_hpke_ciphertext_write (CvWriter *writer, const CvMlsHpkeCiphertext *sealed)
{
  cv_writer_vector (writer, cv_span_from_bytes (sealed->kem_output));
  cv_writer_vector (writer, cv_span_from_bytes (sealed->ciphertext));
}
