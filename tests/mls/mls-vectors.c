/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Cases of suites that are not in crypto/suites.c are left out, and counted. With
 * CONCLAVE_TEST_FIPS everything is done in FIPS mode, and only its suites are left in. */
#include "mls/mls-vectors.h"

#include "crypto/signature.h"
#include "fixtures/fips.h"

#include <string.h>

#define P256_SCALAR_LEN 32
#define P384_SCALAR_LEN 48
#define P521_SCALAR_LEN 66

typedef struct {
  MlsVectorsCase run;
} Run;

static gboolean
is_fips (void)
{
  return g_getenv ("CONCLAVE_TEST_FIPS") != NULL;
}

const CvCrypto *
mls_vectors_get_crypto (void)
{
  static CvCrypto *crypto;
  g_autoptr (GError) error = NULL;

  if (!crypto)
    crypto = cv_crypto_context_new (is_fips (), &error);
  g_assert_no_error (error);
  return crypto;
}

static void
run_case (JsonObject *test_case, guint index, gconstpointer data)
{
  const Run *run = data;
  guint64 id = cv_vectors_get_uint (test_case, "cipher_suite");
  const CvMlsCipher cipher = {
      mls_vectors_get_crypto (),
      id <= G_MAXUINT16 ? cv_crypto_suites_find_mls ((CvMlsSuiteId){(guint16)id}) : NULL,
  };

  if (cipher.suite && cv_crypto_context_allows (cipher.crypto, cipher.suite))
    run->run (test_case, index, &cipher);
  else
    cv_vectors_leave_out ();
}

void
mls_vectors_run (const char *name, MlsVectorsCase run)
{
  if (!is_fips () || !fips_is_missing ())
    cv_vectors_run (name, NULL, run_case, &(Run){run});
}

CvSecret *
mls_vectors_dup_secret (JsonObject *object, const char *member)
{
  g_autoptr (GBytes) bytes = cv_vectors_dup_hex (object, member);

  g_assert_cmpuint (g_bytes_get_size (bytes), >, 0);
  return cv_secret_new_from (cv_span_from_bytes (bytes));
}

/* Full: at least len bytes, the missing ones zero and in front. */
static CvSecret *
dup_padded (JsonObject *object, const char *member, gsize len)
{
  g_autoptr (CvSecret) given = mls_vectors_dup_secret (object, member);
  gsize given_len = cv_secret_get_len (given);
  CvSecret *padded;

  if (given_len >= len)
    return g_steal_pointer (&given);
  padded = cv_secret_new (len);
  memcpy (cv_secret_get_data (padded) + len - given_len, cv_secret_get_data (given), given_len);
  return padded;
}

CvSecret *
mls_vectors_dup_signature_private (JsonObject *object, const char *member, const CvMlsSuite *suite)
{
  switch (suite->signature) {
  case CV_SIGNATURE_P256:
    return dup_padded (object, member, P256_SCALAR_LEN);
  case CV_SIGNATURE_P384:
    return dup_padded (object, member, P384_SCALAR_LEN);
  case CV_SIGNATURE_P521:
    return dup_padded (object, member, P521_SCALAR_LEN);
  case CV_SIGNATURE_ED25519:
  case CV_SIGNATURE_ED448:
    break;
  }
  return mls_vectors_dup_secret (object, member);
}

CvSecret *
mls_vectors_dup_kem_private (JsonObject *object, const char *member, const CvMlsSuite *suite)
{
  switch (suite->kem) {
  case CV_KEM_P256:
    return dup_padded (object, member, P256_SCALAR_LEN);
  case CV_KEM_P384:
    return dup_padded (object, member, P384_SCALAR_LEN);
  case CV_KEM_P521:
    return dup_padded (object, member, P521_SCALAR_LEN);
  case CV_KEM_X25519:
  case CV_KEM_X448:
  case CV_KEM_ML_KEM_512:
  case CV_KEM_ML_KEM_768:
  case CV_KEM_ML_KEM_1024:
  case CV_KEM_MLKEM768_P256:
  case CV_KEM_MLKEM1024_P384:
  case CV_KEM_XWING:
    break;
  }
  return mls_vectors_dup_secret (object, member);
}

void
mls_vectors_assert_signature_pair (const CvMlsCipher *cipher, CvSecret *private_key,
                                   CvSpan public_key, guint index)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) actual = cv_crypto_signature_dup_public (
      cipher->crypto, cipher->suite->signature, cv_secret_span (private_key), &error);

  g_assert_no_error (error);
  cv_vectors_assert_equal (cv_span_from_bytes (actual), public_key, "public signature key", index);
}

void
mls_vectors_assert_kem_pair (const CvMlsCipher *cipher, CvSecret *private_key, CvSpan public_key,
                             guint index)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) actual = cv_crypto_kem_dup_public (cipher->crypto, cipher->suite->kem,
                                                        cv_secret_span (private_key), &error);

  g_assert_no_error (error);
  cv_vectors_assert_equal (cv_span_from_bytes (actual), public_key, "public key", index);
}

void
mls_vectors_assert_member (CvSpan actual, JsonObject *object, const char *member, guint index)
{
  g_autoptr (GBytes) expected = cv_vectors_dup_hex (object, member);

  cv_vectors_assert_equal (actual, cv_span_from_bytes (expected), member, index);
}
