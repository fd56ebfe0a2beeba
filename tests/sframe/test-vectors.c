/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* sframe/test-vectors.json and sframe/test-vectors-aes256.json (RFC 9605 appendix C). */
#include "crypto/ctr-hmac.h"
#include "crypto/hkdf.h"
#include "fixtures/vectors.h"
#include "sframe/receiver.h"
#include "sframe/sender.h"

#include <string.h>

static CvCrypto *crypto;

/* NULL when there is no such suite here: the case is left out. */
static const CvSframeSuite *
find_suite (JsonObject *test_case)
{
  guint64 value = cv_vectors_get_uint (test_case, "cipher_suite");
  const CvSframeSuite *suite =
      value <= G_MAXUINT16 ? cv_crypto_suites_find_sframe ((CvSframeSuiteId){(guint16)value})
                           : NULL;

  if (!suite)
    cv_vectors_leave_out ();
  return suite;
}

static void
run_header (JsonObject *test_case, guint index, gconstpointer data)
{
  CvSframeHeader header = {.kid = cv_vectors_get_uint (test_case, "kid"),
                           .ctr = cv_vectors_get_uint (test_case, "ctr")};
  g_autoptr (GBytes) expected = cv_vectors_dup_hex (test_case, "encoded");
  guint8 encoded[CV_SFRAME_HEADER_MAX];
  gsize len = cv_sframe_header_write (&header, encoded);
  CvSframeHeader parsed;

  cv_vectors_assert_equal (cv_span (encoded, len), cv_span_from_bytes (expected), "encoded", index);
  g_assert_cmpuint (cv_sframe_header_len (&header), ==, len);
  g_assert_cmpuint (cv_sframe_header_parse (cv_span_from_bytes (expected), &parsed), ==, len);
  g_assert_cmpuint (parsed.kid, ==, header.kid);
  g_assert_cmpuint (parsed.ctr, ==, header.ctr);
}

/* The key is the one of the encryption, followed by the one of the tag. */
static void
check_halves (JsonObject *test_case, guint index, const CvSframeSuite *suite, CvSpan key)
{
  g_autoptr (GBytes) enc_key = cv_vectors_dup_hex (test_case, "enc_key");
  g_autoptr (GBytes) auth_key = cv_vectors_dup_hex (test_case, "auth_key");

  g_assert_cmpuint (key.len, ==, suite->key_len);
  g_assert_cmpuint (key.len, >=, suite->enc_key_len);
  cv_vectors_assert_equal (cv_span (key.data, suite->enc_key_len), cv_span_from_bytes (enc_key),
                           "enc_key", index);
  cv_vectors_assert_equal (cv_span (key.data + suite->enc_key_len, key.len - suite->enc_key_len),
                           cv_span_from_bytes (auth_key), "auth_key", index);
}

static void
run_ctr_hmac (JsonObject *test_case, guint index, gconstpointer data)
{
  const CvSframeSuite *suite = find_suite (test_case);
  g_autoptr (GBytes) key = cv_vectors_dup_hex (test_case, "key");
  g_autoptr (GBytes) nonce = cv_vectors_dup_hex (test_case, "nonce");
  g_autoptr (GBytes) aad = cv_vectors_dup_hex (test_case, "aad");
  g_autoptr (GBytes) pt = cv_vectors_dup_hex (test_case, "pt");
  g_autoptr (GBytes) ct = cv_vectors_dup_hex (test_case, "ct");
  CvSpan parts[2] = {cv_span_from_bytes (aad), CV_SPAN_EMPTY};
  CvSpan plaintext = cv_span_from_bytes (pt);
  g_autofree guint8 *out = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CvCryptoCtrHmac) cipher = NULL;
  gsize sealed_len;

  if (!suite)
    return;
  sealed_len = plaintext.len + suite->tag_len;
  out = g_malloc (sealed_len);
  check_halves (test_case, index, suite, cv_span_from_bytes (key));
  g_assert_cmpuint (g_bytes_get_size (nonce), ==, suite->nonce_len);
  cipher = cv_crypto_ctr_hmac_new (crypto, suite, cv_span_from_bytes (key), &error);
  g_assert_no_error (error);
  g_assert_true (cv_crypto_ctr_hmac_seal (cipher, g_bytes_get_data (nonce, NULL), parts, plaintext,
                                          out, &error));
  cv_vectors_assert_equal (cv_span (out, sealed_len), cv_span_from_bytes (ct), "ct", index);
  g_assert_true (cv_crypto_ctr_hmac_open (cipher, g_bytes_get_data (nonce, NULL), parts,
                                          cv_span_from_bytes (ct), out, &error));
  cv_vectors_assert_equal (cv_span (out, plaintext.len), plaintext, "pt", index);
}

/* What is authenticated beside the frame: its header and the metadata (RFC 9605 §4.4.3). */
static void
check_aad (JsonObject *test_case, guint index)
{
  const CvSframeHeader header = {.kid = cv_vectors_get_uint (test_case, "kid"),
                                 .ctr = cv_vectors_get_uint (test_case, "ctr")};
  g_autoptr (GBytes) metadata = cv_vectors_dup_hex (test_case, "metadata");
  g_autoptr (GBytes) aad = cv_vectors_dup_hex (test_case, "aad");
  guint8 encoded[CV_SFRAME_HEADER_MAX];
  gsize len = cv_sframe_header_write (&header, encoded);
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_put (&writer, cv_span (encoded, len));
  cv_writer_put (&writer, cv_span_from_bytes (metadata));
  cv_vectors_assert_equal (cv_writer_span (&writer), cv_span_from_bytes (aad), "aad", index);
}

/* The labels of the case give the case's key and salt, and its salt the nonce. */
static void
check_derivation (JsonObject *test_case, guint index, const CvSframeSuite *suite)
{
  static const char *const rows[][2] = {{"sframe_key_label", "sframe_key"},
                                        {"sframe_salt_label", "sframe_salt"}};
  g_autoptr (GBytes) base_key = cv_vectors_dup_hex (test_case, "base_key");
  g_autoptr (GBytes) expected_secret = cv_vectors_dup_hex (test_case, "sframe_secret");
  g_autoptr (GBytes) salt = cv_vectors_dup_hex (test_case, "sframe_salt");
  g_autoptr (GBytes) expected_nonce = cv_vectors_dup_hex (test_case, "nonce");
  guint64 ctr = cv_vectors_get_uint (test_case, "ctr");
  guint8 nonce[12];
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) secret = cv_crypto_hkdf_extract (crypto, suite->hash, CV_SPAN_EMPTY,
                                                        cv_span_from_bytes (base_key), &error);

  cv_vectors_assert_equal (cv_secret_span (secret), cv_span_from_bytes (expected_secret),
                           "sframe_secret", index);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) label = cv_vectors_dup_hex (test_case, rows[i][0]);
    g_autoptr (GBytes) expected = cv_vectors_dup_hex (test_case, rows[i][1]);
    g_autoptr (CvSecret) expanded =
        cv_crypto_hkdf_expand (crypto, suite->hash, cv_secret_span (secret),
                               cv_span_from_bytes (label), g_bytes_get_size (expected), &error);

    g_assert_no_error (error);
    cv_vectors_assert_equal (cv_secret_span (expanded), cv_span_from_bytes (expected), rows[i][1],
                             index);
  }
  g_assert_cmpuint (g_bytes_get_size (salt), ==, sizeof nonce);
  memcpy (nonce, g_bytes_get_data (salt, NULL), sizeof nonce);
  for (guint i = 0; i < 8; i++)
    nonce[11 - i] ^= (guint8)(ctr >> 8 * i);
  cv_vectors_assert_equal (CV_SPAN_ARRAY (nonce), cv_span_from_bytes (expected_nonce), "nonce",
                           index);
}

static CvSframeKey *
new_key (JsonObject *test_case, const CvSframeSuite *suite)
{
  g_autoptr (GBytes) base_key = cv_vectors_dup_hex (test_case, "base_key");
  g_autoptr (GError) error = NULL;
  CvSframeKey *key = cv_sframe_key_new (crypto, suite, cv_vectors_get_uint (test_case, "kid"),
                                        cv_span_from_bytes (base_key), &error);

  g_assert_no_error (error);
  return key;
}

static void
run_sframe (JsonObject *test_case, guint index, gconstpointer data)
{
  const CvSframeSuite *suite = find_suite (test_case);
  g_autoptr (GBytes) metadata = cv_vectors_dup_hex (test_case, "metadata");
  g_autoptr (GBytes) pt = cv_vectors_dup_hex (test_case, "pt");
  g_autoptr (GBytes) ct = cv_vectors_dup_hex (test_case, "ct");
  g_autoptr (CvSframeSender) sender = NULL;
  g_autoptr (CvSframeReceiver) receiver = cv_sframe_receiver_new ();
  g_autofree guint8 *out = NULL;
  g_autoptr (GError) error = NULL;
  gsize len = 0;
  gsize size;

  if (!suite)
    return;
  check_derivation (test_case, index, suite);
  check_aad (test_case, index);
  sender = cv_sframe_sender_new (new_key (test_case, suite));
  size = cv_sframe_sender_max_len (sender, g_bytes_get_size (pt));
  out = g_malloc (size);
  cv_sframe_sender_skip_to (sender, cv_vectors_get_uint (test_case, "ctr"));
  g_assert_true (cv_sframe_sender_seal (sender, cv_span_from_bytes (metadata),
                                        cv_span_from_bytes (pt), out, size, &len, &error));
  cv_vectors_assert_equal (cv_span (out, len), cv_span_from_bytes (ct), "ct", index);

  g_assert_true (cv_sframe_receiver_add_key (receiver, new_key (test_case, suite)));
  g_assert_cmpint (cv_sframe_receiver_open (receiver, cv_span_from_bytes (metadata),
                                            cv_span_from_bytes (ct), out, &len, NULL),
                   ==, CV_SFRAME_OPENED);
  cv_vectors_assert_equal (cv_span (out, len), cv_span_from_bytes (pt), "pt", index);
}

static void
test_header (void)
{
  cv_vectors_run ("sframe/test-vectors.json", "header", run_header, NULL);
}

static void
test_aes_ctr_hmac (void)
{
  cv_vectors_run ("sframe/test-vectors.json", "aes_ctr_hmac", run_ctr_hmac, NULL);
}

static void
test_aes_256_ctr_hmac (void)
{
  cv_vectors_run ("sframe/test-vectors.json", "aes_256_ctr_hmac", run_ctr_hmac, NULL);
}

static void
test_sframe (void)
{
  cv_vectors_run ("sframe/test-vectors.json", "sframe", run_sframe, NULL);
}

static void
test_sframe_aes_256 (void)
{
  cv_vectors_run ("sframe/test-vectors-aes256.json", "sframe_aes_256_ctr_hmac", run_sframe, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = cv_crypto_context_new (FALSE, &error);
  g_assert_no_error (error);
  g_test_add_func ("/sframe/vectors/header", test_header);
  g_test_add_func ("/sframe/vectors/aes-ctr-hmac", test_aes_ctr_hmac);
  g_test_add_func ("/sframe/vectors/aes-256-ctr-hmac", test_aes_256_ctr_hmac);
  g_test_add_func ("/sframe/vectors/sframe", test_sframe);
  g_test_add_func ("/sframe/vectors/sframe-aes-256", test_sframe_aes_256);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
