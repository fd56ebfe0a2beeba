/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The example of src/mls/README.md, as it stands there. First, so that it includes what it
 * needs. */
#include "mls-readme.h"

#include "crypto/signature.h"

#include <string.h>

#define NOW_S 1000000u

static CvCrypto *crypto;

/* signature is filled, and is what the leaf borrows from. */
static CvMlsLeafParams
make_leaf (guint16 suite_id, const char *name, CvCryptoKeyPair *signature)
{
  const CvMlsSuite *suite = cv_crypto_suites_find_mls ((CvMlsSuiteId){suite_id});
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (suite);
  g_assert_true (cv_crypto_signature_generate (crypto, suite->signature, signature, &error));
  return (CvMlsLeafParams){
      .suite = suite,
      .signature_private = cv_secret_span (signature->private_key),
      .signature_public = cv_span_from_bytes (signature->public_key),
      .identity = cv_span (name, strlen (name)),
      .not_before_s = NOW_S - 60,
      .not_after_s = NOW_S + 3600,
  };
}

static void
test_anna_hears_bela (gconstpointer data)
{
  guint16 suite_id = (guint16)GPOINTER_TO_UINT (data);
  g_auto (CvCryptoKeyPair) anna = {0}, bela = {0};
  CvMlsLeafParams anna_leaf = make_leaf (suite_id, "anna", &anna);
  CvMlsLeafParams bela_leaf = make_leaf (suite_id, "bela", &bela);
  g_autoptr (GError) error = NULL;
  GByteArray *heard = meet (crypto, &anna_leaf, &bela_leaf, NOW_S, &error);

  g_assert_no_error (error);
  g_assert_nonnull (heard);
  g_assert_cmpmem (heard->data, heard->len, "hello", 5);
  cv_crypto_aead_free_plaintext (heard);
}

/* What one of them did not get right ends the meeting at that step, and nothing leaks. */
static void
test_stops_at_the_first_error (void)
{
  g_auto (CvCryptoKeyPair) anna = {0}, bela = {0};
  CvMlsLeafParams anna_leaf = make_leaf (1, "anna", &anna);
  CvMlsLeafParams bela_leaf = make_leaf (1, "bela", &bela);
  CvMlsLeafParams pairs[][2] = {
      {anna_leaf, bela_leaf}, {anna_leaf, bela_leaf}, {anna_leaf, bela_leaf}};

  pairs[0][0].signature_private = CV_SPAN_EMPTY; /* no group */
  pairs[1][1].signature_private = CV_SPAN_EMPTY; /* no KeyPackage */
  pairs[2][1].not_after_s = NOW_S - 1; /* no commit */
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (meet (crypto, &pairs[i][0], &pairs[i][1], NOW_S, &error));
    g_assert_nonnull (error);
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = cv_crypto_context_new (FALSE, &error);
  g_assert_no_error (error);
  g_test_add_data_func ("/readme/mls/anna-hears-bela/1", GUINT_TO_POINTER (0x0001),
                        test_anna_hears_bela);
  g_test_add_data_func ("/readme/mls/anna-hears-bela/7", GUINT_TO_POINTER (0x0007),
                        test_anna_hears_bela);
  g_test_add_data_func ("/readme/mls/anna-hears-bela/pq", GUINT_TO_POINTER (0xF001),
                        test_anna_hears_bela);
  g_test_add_func ("/readme/mls/stops-at-the-first-error", test_stops_at_the_first_error);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
