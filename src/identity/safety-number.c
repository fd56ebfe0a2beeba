/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The safety number: two fingerprints by iterated SHA-512, sorted, so that both sides read the
 * same. */
#include "identity/safety-number.h"

#include "base/encoding.h"
#include "crypto/hash.h"

#include <string.h>

#define VERSION 1
#define ITERATIONS 5200
#define GROUPS_PER_HALF 6
#define DIGITS_PER_GROUP 5
#define GROUP_LEN (DIGITS_PER_GROUP + 1) /* and a space, or the NUL */
#define CHUNK_LEN 5
#define HASH_LEN 64
#define FINGERPRINT_LEN 32 /* of each side in the QR code */

typedef struct {
  guint8 hash[HASH_LEN];
} Fingerprint;

/* Iterating makes a search for a key with the same digits 5200 times dearer. */
static gboolean
compute (const CvCrypto *crypto, CvSpan identity_key, Fingerprint *out, GError **error)
{
  guint8 input[HASH_LEN + CV_IDENTITY_KEY_MAX];
  if (identity_key.len == 0 || identity_key.len > CV_IDENTITY_KEY_MAX) {
    g_set_error_literal (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_MALFORMED,
                         "expected an identity key, got another length");
    return FALSE;
  }
  guint8 first[2 + CV_IDENTITY_KEY_MAX] = {0, VERSION};
  memcpy (first + 2, identity_key.data, identity_key.len);
  if (!cv_crypto_hash_digest (crypto, CV_HASH_SHA512, cv_span (first, identity_key.len + 2),
                              out->hash, error))
    return FALSE;
  memcpy (input + HASH_LEN, identity_key.data, identity_key.len);
  for (guint i = 1; i < ITERATIONS; i++) {
    memcpy (input, out->hash, HASH_LEN);
    if (!cv_crypto_hash_digest (crypto, CV_HASH_SHA512,
                                cv_span (input, HASH_LEN + identity_key.len), out->hash, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
compute_sorted (const CvCrypto *crypto, CvSpan own_key, CvSpan peer_key, Fingerprint halves[2],
                GError **error)
{
  Fingerprint own;
  Fingerprint peer;
  if (!compute (crypto, own_key, &own, error) || !compute (crypto, peer_key, &peer, error))
    return FALSE;
  gboolean is_own_first = memcmp (own.hash, peer.hash, HASH_LEN) <= 0;
  halves[0] = is_own_first ? own : peer;
  halves[1] = is_own_first ? peer : own;
  return TRUE;
}

char *
cv_identity_safety_number_dup (const CvCrypto *crypto, CvSpan own_key, CvSpan peer_key,
                               GError **error)
{
  Fingerprint halves[2];
  if (!compute_sorted (crypto, own_key, peer_key, halves, error))
    return NULL;
  gsize len = 2 * GROUPS_PER_HALF * GROUP_LEN;
  char *text = g_malloc (len);
  memset (text, ' ', len - 1);
  text[len - 1] = '\0';
  for (guint group = 0; group < 2 * GROUPS_PER_HALF; group++) {
    const guint8 *hash = halves[group / GROUPS_PER_HALF].hash;
    guint64 value = 0;
    for (guint i = 0; i < CHUNK_LEN; i++)
      value = value << 8 | hash[group % GROUPS_PER_HALF * CHUNK_LEN + i];
    cv_encoding_write_digits (value, text + group * GROUP_LEN, DIGITS_PER_GROUP);
  }
  return text;
}

GBytes *
cv_identity_safety_number_dup_payload (const CvCrypto *crypto, CvSpan own_key, CvSpan peer_key,
                                       GError **error)
{
  Fingerprint halves[2];
  if (!compute_sorted (crypto, own_key, peer_key, halves, error))
    return NULL;
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_put (&writer, CV_SPAN_LITERAL ("CONCLAVE"));
  cv_writer_u8 (&writer, VERSION);
  cv_writer_put (&writer, cv_span (halves[0].hash, FINGERPRINT_LEN));
  cv_writer_put (&writer, cv_span (halves[1].hash, FINGERPRINT_LEN));
  return cv_writer_take (&writer);
}

gboolean
cv_identity_safety_number_matches (const CvCrypto *crypto, CvSpan own_key, CvSpan peer_key,
                                   CvSpan scanned)
{
  g_autoptr (GBytes) expected =
      cv_identity_safety_number_dup_payload (crypto, own_key, peer_key, NULL);
  return expected != NULL && cv_secret_span_equal (cv_span_from_bytes (expected), scanned);
}
