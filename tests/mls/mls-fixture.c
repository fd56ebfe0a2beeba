/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Nothing here is checked; it only makes what the tests check. */
#include "mls/mls-fixture.h"

#include "crypto/signature.h"

#include <string.h>

CvMlsCipher
mls_fixture_cipher (guint16 suite)
{
  static CvCrypto *crypto;
  g_autoptr (GError) error = NULL;

  if (!crypto)
    crypto = cv_crypto_context_new (FALSE, &error);
  g_assert_no_error (error);
  return (CvMlsCipher){crypto, cv_crypto_suites_find_mls ((CvMlsSuiteId){suite})};
}

void
mls_person_init (MlsPerson *person, guint16 suite, const char *name)
{
  g_autoptr (GError) error = NULL;

  *person = (MlsPerson){.cipher = mls_fixture_cipher (suite)};
  g_assert_nonnull (person->cipher.suite);
  if (!cv_crypto_signature_generate (person->cipher.crypto, person->cipher.suite->signature,
                                     &person->signature, &error))
    g_assert_no_error (error);
  person->params = (CvMlsLeafParams){
      .suite = person->cipher.suite,
      .signature_private = cv_secret_span (person->signature.private_key),
      .signature_public = cv_span_from_bytes (person->signature.public_key),
      .identity = cv_span (name, strlen (name)),
      .not_before_s = MLS_NOW_S - 3600,
      .not_after_s = MLS_NOW_S + 3600,
  };
}

void
mls_person_clear (MlsPerson *person)
{
  cv_crypto_key_pair_clear (&person->signature);
}

CvMlsKeyPackage *
mls_person_make_package (const MlsPerson *person, CvMlsKeyPackageKeys *keys)
{
  g_autoptr (GError) error = NULL;
  CvMlsKeyPackage *package =
      cv_mls_key_package_generate (person->cipher.crypto, &person->params, keys, &error);

  g_assert_no_error (error);
  return package;
}

GBytes *
mls_fixture_flip (GBytes *bytes, gsize at)
{
  gsize len = g_bytes_get_size (bytes);
  guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), len);

  g_assert_cmpuint (at, <, len);
  copy[at] ^= (guint8)(1u << at % 8);
  return g_bytes_new_take (copy, len);
}
