/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* mls/crypto-basics.json */
#include "crypto/aead.h"
#include "mls/mls-vectors.h"

static void
check_ref_hash (JsonObject *object, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (GBytes) value = cv_vectors_dup_hex (object, "value");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) out = cv_mls_labels_ref_hash (cipher, cv_vectors_get_string (object, "label"),
                                                   cv_span_from_bytes (value), &error);

  g_assert_no_error (error);
  mls_vectors_assert_member (cv_span_from_bytes (out), object, "out", index);
}

static void
check_expand (JsonObject *object, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (CvSecret) secret = mls_vectors_dup_secret (object, "secret");
  g_autoptr (GBytes) context = cv_vectors_dup_hex (object, "context");
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) out = cv_mls_labels_expand (
      cipher, cv_secret_span (secret), cv_vectors_get_string (object, "label"),
      cv_span_from_bytes (context), cv_vectors_get_uint (object, "length"), &error);

  g_assert_no_error (error);
  mls_vectors_assert_member (cv_secret_span (out), object, "out", index);
}

static void
check_derive (JsonObject *object, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (CvSecret) secret = mls_vectors_dup_secret (object, "secret");
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) out = cv_mls_labels_derive (cipher, cv_secret_span (secret),
                                                   cv_vectors_get_string (object, "label"), &error);

  g_assert_no_error (error);
  mls_vectors_assert_member (cv_secret_span (out), object, "out", index);
}

static void
check_derive_tree (JsonObject *object, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (CvSecret) secret = mls_vectors_dup_secret (object, "secret");
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) out = cv_mls_labels_derive_tree (
      cipher, cv_secret_span (secret), cv_vectors_get_string (object, "label"),
      (guint32)cv_vectors_get_uint (object, "generation"), cv_vectors_get_uint (object, "length"),
      &error);

  g_assert_no_error (error);
  mls_vectors_assert_member (cv_secret_span (out), object, "out", index);
}

static void
check_sign (JsonObject *object, const CvMlsCipher *cipher)
{
  g_autoptr (CvSecret) private_key =
      mls_vectors_dup_signature_private (object, "priv", cipher->suite);
  g_autoptr (GBytes) public_key = cv_vectors_dup_hex (object, "pub");
  g_autoptr (GBytes) content = cv_vectors_dup_hex (object, "content");
  g_autoptr (GBytes) given = cv_vectors_dup_hex (object, "signature");
  const char *label = cv_vectors_get_string (object, "label");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) made = cv_mls_labels_sign (cipher, cv_secret_span (private_key), label,
                                                cv_span_from_bytes (content), &error);
  GBytes *signatures[] = {given, made};

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (signatures); i++) {
    g_assert_true (cv_mls_labels_verify (cipher, cv_span_from_bytes (public_key), label,
                                         cv_span_from_bytes (content),
                                         cv_span_from_bytes (signatures[i]), &error));
    g_assert_no_error (error);
  }
  g_assert_false (cv_mls_labels_verify (cipher, cv_span_from_bytes (public_key), "Another",
                                        cv_span_from_bytes (content), cv_span_from_bytes (given),
                                        &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
}

static void
check_encrypt (JsonObject *object, guint index, const CvMlsCipher *cipher)
{
  g_autoptr (CvSecret) private_key = mls_vectors_dup_kem_private (object, "priv", cipher->suite);
  g_autoptr (GBytes) public_key = cv_vectors_dup_hex (object, "pub");
  g_autoptr (GBytes) context = cv_vectors_dup_hex (object, "context");
  g_autoptr (GBytes) plaintext = cv_vectors_dup_hex (object, "plaintext");
  const char *label = cv_vectors_get_string (object, "label");
  g_auto (CvMlsHpkeCiphertext) given = {
      .kem_output = cv_vectors_dup_hex (object, "kem_output"),
      .ciphertext = cv_vectors_dup_hex (object, "ciphertext"),
  };
  g_auto (CvMlsHpkeCiphertext) made = {0};
  const CvMlsHpkeCiphertext *both[] = {&given, &made};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_labels_encrypt (cipher, cv_span_from_bytes (public_key), label,
                                        cv_span_from_bytes (context),
                                        cv_span_from_bytes (plaintext), &made, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (both); i++) {
    GByteArray *opened = cv_mls_labels_decrypt (cipher, cv_secret_span (private_key), label,
                                                cv_span_from_bytes (context), both[i], &error);

    g_assert_no_error (error);
    mls_vectors_assert_member (cv_span_from_array (opened), object, "plaintext", index);
    cv_crypto_aead_free_plaintext (opened);
  }
  g_assert_null (cv_mls_labels_decrypt (cipher, cv_secret_span (private_key), label,
                                        cv_span_from_bytes (plaintext), &given, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
}

static void
run (JsonObject *test_case, guint index, const CvMlsCipher *cipher)
{
  check_ref_hash (cv_vectors_get_object (test_case, "ref_hash"), index, cipher);
  check_expand (cv_vectors_get_object (test_case, "expand_with_label"), index, cipher);
  check_derive (cv_vectors_get_object (test_case, "derive_secret"), index, cipher);
  check_derive_tree (cv_vectors_get_object (test_case, "derive_tree_secret"), index, cipher);
  check_sign (cv_vectors_get_object (test_case, "sign_with_label"), cipher);
  check_encrypt (cv_vectors_get_object (test_case, "encrypt_with_label"), index, cipher);
}

static void
test_crypto_basics (void)
{
  mls_vectors_run ("mls/crypto-basics.json", run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mls/vectors/crypto-basics", test_crypto_basics);
  return g_test_run ();
}
