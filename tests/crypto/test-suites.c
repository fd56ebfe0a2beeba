/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "crypto/suites.h"

#include "crypto-test.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/kem.h"
#include "crypto/self-check.h"

static const guint16 mls[] = {0x0001, 0x0002, 0x0003, 0x0004, 0x0005,
                              0x0006, 0x0007, 0xF001, 0xF002};

static void
test_mls_rows_agree (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mls); i++) {
    const CvMlsSuite *suite = cv_crypto_suites_find_mls ((CvMlsSuiteId){mls[i]});

    g_assert_nonnull (suite);
    g_assert_cmpuint (suite->id.value, ==, mls[i]);
    g_assert_cmpuint (suite->hash_len, ==, cv_crypto_hash_len (suite->hash));
    g_assert_cmpuint (suite->key_len, ==, cv_crypto_aead_key_len (suite->aead));
    g_assert_cmpuint (suite->nonce_len, ==, CV_CRYPTO_AEAD_NONCE_LEN);
    g_assert_nonnull (suite->for_people);
  }
  g_assert_null (cv_crypto_suites_find_mls ((CvMlsSuiteId){0}));
  g_assert_null (cv_crypto_suites_find_mls ((CvMlsSuiteId){8}));
}

/* What is only there for published vectors can be reached from no suite. */
static void
test_vectors_only (void)
{
  static const CvKem kems[] = {CV_KEM_ML_KEM_512, CV_KEM_ML_KEM_768, CV_KEM_ML_KEM_1024,
                               CV_KEM_MLKEM768_P256};

  for (gsize i = 0; i < G_N_ELEMENTS (kems); i++)
    g_assert_true (cv_crypto_kem_is_vectors_only (kems[i]));
  for (guint id = 0; id <= G_MAXUINT16; id++) {
    const CvMlsSuite *suite = cv_crypto_suites_find_mls ((CvMlsSuiteId){(guint16)id});

    g_assert_true (!suite || !cv_crypto_kem_is_vectors_only (suite->kem));
  }
}

static void
test_rooms (void)
{
  g_assert_cmpuint (cv_crypto_suites_find_room ("pq")->id.value, ==, 0xF001);
  g_assert_cmpuint (cv_crypto_suites_find_room ("pq-strict")->id.value, ==, 0xF002);
  g_assert_cmpuint (cv_crypto_suites_find_room ("fips")->id.value, ==, 0x0007);
  g_assert_null (cv_crypto_suites_find_room ("none"));
  g_assert_null (cv_crypto_suites_find_room (""));
  g_assert_null (cv_crypto_suites_find_room (NULL));
}

static void
test_sframe_rows (void)
{
  for (guint16 id = 1; id <= 8; id++) {
    const CvSframeSuite *suite = cv_crypto_suites_find_sframe ((CvSframeSuiteId){id});

    g_assert_nonnull (suite);
    g_assert_cmpint (suite->is_offered, ==, suite->tag_len > 4);
    g_assert_cmpuint (suite->nonce_len, ==, 12);
    g_assert_cmpuint (suite->key_len, ==,
                      suite->is_ctr_hmac ? suite->enc_key_len + cv_crypto_hash_len (suite->hash)
                                         : cv_crypto_aead_key_len (suite->aead));
  }
  g_assert_null (cv_crypto_suites_find_sframe ((CvSframeSuiteId){0}));
  g_assert_null (cv_crypto_suites_find_sframe ((CvSframeSuiteId){9}));
}

static void
test_known_answers (void)
{
  g_autoptr (CvCrypto) crypto = crypto_test_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (mls); i++) {
    g_autoptr (GError) error = NULL;
    gboolean is_ok = cv_crypto_self_check_mls (
        crypto, cv_crypto_suites_find_mls ((CvMlsSuiteId){mls[i]}), &error);

    g_assert_no_error (error);
    g_assert_true (is_ok);
  }
  for (guint16 id = 1; id <= 8; id++) {
    g_autoptr (GError) error = NULL;
    gboolean is_ok = cv_crypto_self_check_sframe (
        crypto, cv_crypto_suites_find_sframe ((CvSframeSuiteId){id}), &error);

    g_assert_no_error (error);
    g_assert_true (is_ok);
  }
}

/* A row whose primitive was swapped is caught. */
static void
test_wrong_answers (void)
{
  g_autoptr (CvCrypto) crypto = crypto_test_new ();
  CvMlsSuite suite = *cv_crypto_suites_find_mls (CV_MLS_SUITE_PQ);
  CvSframeSuite sframe = *cv_crypto_suites_find_sframe (CV_SFRAME_SUITE_AES_256_GCM);
  g_autoptr (GError) aead = NULL;
  g_autoptr (GError) hash = NULL;

  suite.aead = CV_AEAD_CHACHA20_POLY1305;
  g_assert_false (cv_crypto_self_check_mls (crypto, &suite, &aead));
  g_assert_error (aead, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_PROVIDER);
  sframe.hash = CV_HASH_SHA384;
  g_assert_false (cv_crypto_self_check_sframe (crypto, &sframe, &hash));
  g_assert_error (hash, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_PROVIDER);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crypto/suites/mls-rows-agree-with-primitives", test_mls_rows_agree);
  g_test_add_func ("/crypto/suites/vectors-only", test_vectors_only);
  g_test_add_func ("/crypto/suites/rooms", test_rooms);
  g_test_add_func ("/crypto/suites/sframe-rows", test_sframe_rows);
  g_test_add_func ("/crypto/suites/known-answers", test_known_answers);
  g_test_add_func ("/crypto/suites/wrong-answers", test_wrong_answers);
  return g_test_run ();
}
