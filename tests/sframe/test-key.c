/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "sframe/key.h"

#include <string.h>

static const guint16 suites[] = {1, 2, 3, 4, 5, 6, 7, 8};
static const CvSpan base_key = CV_SPAN_LITERAL ("0123456789abcdef");
static CvCrypto *crypto;

static CvSframeKey *
new_key (guint16 suite, guint64 kid)
{
  g_autoptr (GError) error = NULL;
  CvSframeKey *key = cv_sframe_key_new (
      crypto, cv_crypto_suites_find_sframe ((CvSframeSuiteId){suite}), kid, base_key, &error);

  g_assert_no_error (error);
  return key;
}

static void
test_in_place (void)
{
  CvSpan aad[2] = {CV_SPAN_LITERAL ("header"), CV_SPAN_LITERAL ("meta")};

  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++) {
    g_autoptr (CvSframeKey) key = new_key (suites[i], 5);
    gsize tag_len = cv_sframe_key_get_suite (key)->tag_len;
    guint8 apart[5 + 16];
    guint8 buffer[5 + 16] = "hello";

    g_assert_true (cv_sframe_key_seal (key, 3, aad, CV_SPAN_LITERAL ("hello"), apart, NULL));
    g_assert_true (cv_sframe_key_seal (key, 3, aad, cv_span (buffer, 5), buffer, NULL));
    g_assert_cmpmem (apart, 5 + tag_len, buffer, 5 + tag_len);
    g_assert_true (cv_sframe_key_open (key, 3, aad, cv_span (buffer, 5 + tag_len), buffer));
    g_assert_cmpmem (buffer, 5, "hello", 5);
  }
}

static void
test_empty_plaintext (void)
{
  CvSpan aad[2] = {CV_SPAN_EMPTY, CV_SPAN_EMPTY};

  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++) {
    g_autoptr (CvSframeKey) key = new_key (suites[i], 5);
    guint8 out[16];
    guint8 opened[1];

    g_assert_true (cv_sframe_key_seal (key, 0, aad, CV_SPAN_EMPTY, out, NULL));
    g_assert_true (cv_sframe_key_open (
        key, 0, aad, cv_span (out, cv_sframe_key_get_suite (key)->tag_len), opened));
  }
}

static void
test_kid_and_suite_matter (void)
{
  CvSpan aad[2] = {CV_SPAN_EMPTY, CV_SPAN_EMPTY};
  g_autoptr (CvSframeKey) key = new_key (5, 5);
  g_autoptr (CvSframeKey) other = new_key (5, 6);
  guint8 out[3 + 16];
  guint8 opened[3] = "xyz";

  g_assert_true (cv_sframe_key_seal (key, 0, aad, CV_SPAN_LITERAL ("abc"), out, NULL));
  g_assert_false (cv_sframe_key_open (other, 0, aad, CV_SPAN_ARRAY (out), opened));
  g_assert_cmpmem (opened, 3, "\0\0\0", 3);
  g_assert_false (cv_sframe_key_open (key, 1, aad, CV_SPAN_ARRAY (out), opened));
  g_assert_true (cv_sframe_key_open (key, 0, aad, CV_SPAN_ARRAY (out), opened));
}

static void
test_rejects_base_keys (void)
{
  const CvSframeSuite *suite = cv_crypto_suites_find_sframe (CV_SFRAME_SUITE_AES_256_GCM);
  g_autoptr (GError) empty = NULL;
  g_autoptr (GError) oversized = NULL;
  guint8 bytes[65] = {0};

  g_assert_null (cv_sframe_key_new (crypto, suite, 0, CV_SPAN_EMPTY, &empty));
  g_assert_error (empty, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
  g_assert_null (cv_sframe_key_new (crypto, suite, 0, CV_SPAN_ARRAY (bytes), &oversized));
  g_assert_error (oversized, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = cv_crypto_context_new (FALSE, &error);
  g_assert_no_error (error);
  g_test_add_func ("/sframe/key/in-place", test_in_place);
  g_test_add_func ("/sframe/key/empty-plaintext", test_empty_plaintext);
  g_test_add_func ("/sframe/key/kid-and-counter-matter", test_kid_and_suite_matter);
  g_test_add_func ("/sframe/key/rejects-base-keys", test_rejects_base_keys);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
