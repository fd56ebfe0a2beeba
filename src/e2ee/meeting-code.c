/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The meeting code's digits. */
#include "e2ee/meeting-code.h"

#include "base/encoding.h"
#include "crypto/hash.h"

#include <string.h>

#define LABEL "Conclave 1.0 meeting code"
#define N_GROUPS 6
#define CHUNK_LEN 5
#define N_DIGITS 5
#define GROUP_LEN (N_DIGITS + 1) /* and a space, or the NUL */

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
  char *text = g_malloc (N_GROUPS * GROUP_LEN);
  memset (text, ' ', N_GROUPS * GROUP_LEN - 1);
  text[N_GROUPS * GROUP_LEN - 1] = '\0';
  for (guint group = 0; group < N_GROUPS; group++) {
    guint64 value = 0;
    for (guint i = 0; i < CHUNK_LEN; i++)
      value = value << 8 | hash[group * CHUNK_LEN + i];
    cv_encoding_write_digits (value, text + group * GROUP_LEN, N_DIGITS);
  }
  cv_secret_wipe (hash, sizeof hash);
  return text;
}
