/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The meeting code's digits. */
#include "e2ee/meeting-code.h"

#include "crypto/hash.h"

#define LABEL "Conclave 1.0 meeting code"
#define N_GROUPS 6
#define CHUNK_LEN 5

char *
cv_e2ee_meeting_code_dup (const CvCrypto *crypto, CvSpan epoch_authenticator, GError **error)
{
  guint8 hash[64];
  g_auto (CvWriter) writer;
  cv_writer_init_secret (&writer);
  cv_writer_put (&writer, CV_SPAN_LITERAL (LABEL));
  cv_writer_put (&writer, epoch_authenticator);
  if (!cv_crypto_hash_digest (crypto, CV_HASH_SHA512, cv_writer_span (&writer), hash, error))
    return NULL;
  GString *text = g_string_new (NULL);
  for (guint group = 0; group < N_GROUPS; group++) {
    guint64 value = 0;
    for (guint i = 0; i < CHUNK_LEN; i++)
      value = value << 8 | hash[group * CHUNK_LEN + i];
    g_string_append_printf (text, "%s%05" G_GUINT64_FORMAT, group > 0 ? " " : "", value % 100000);
  }
  return g_string_free (text, FALSE);
}
