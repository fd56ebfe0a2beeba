/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "crypto/signature.h"

#include "crypto-test.h"

static const CvSignature signatures[] = {CV_SIGNATURE_ED25519, CV_SIGNATURE_ED448,
                                         CV_SIGNATURE_P256, CV_SIGNATURE_P384, CV_SIGNATURE_P521};
static CvCrypto *crypto;

/* RFC 8032 §7.1 tests 1 to 3, §7.4 blank. */
static void
test_rfc_8032 (void)
{
  static const struct {
    CvSignature signature;
    const char *private_key;
    const char *public_key;
    const char *message;
    const char *signed_with;
  } rows[] = {
      {CV_SIGNATURE_ED25519, "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
       "1cf9b46bd25bf5f0595bbe24655141438e7a100b"},
      {CV_SIGNATURE_ED25519, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
       "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
      {CV_SIGNATURE_ED25519, "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
       "984dc6594a7c15e9716ed28dc027beceea1ec40a"},
      {CV_SIGNATURE_ED448,
       "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b"
       "94492f8f032e7549a20098f95b",
       "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783d"
       "f1e50f6cd1fa1abeafe8256180",
       "",
       "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22"
       "ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cd"
       "da8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) private_key = crypto_test_hex (rows[i].private_key);
    g_autoptr (GBytes) message = crypto_test_hex (rows[i].message);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) public_key = cv_crypto_signature_dup_public (
        crypto, rows[i].signature, cv_span_from_bytes (private_key), &error);
    g_autoptr (GBytes) signed_with =
        cv_crypto_signature_sign (crypto, rows[i].signature, cv_span_from_bytes (private_key),
                                  cv_span_from_bytes (message), &error);

    g_assert_no_error (error);
    crypto_test_assert_hex (cv_span_from_bytes (public_key), rows[i].public_key);
    crypto_test_assert_hex (cv_span_from_bytes (signed_with), rows[i].signed_with);
    g_assert_true (cv_crypto_signature_verify (
        crypto, rows[i].signature, cv_span_from_bytes (public_key), cv_span_from_bytes (message),
        cv_span_from_bytes (signed_with), &error));
  }
}

/* RFC 6979 §A.2.5 and §A.2.6: another library's signatures of "sample". */
static void
test_rfc_6979 (void)
{
  static const struct {
    CvSignature signature;
    const char *private_key;
    const char *signed_with;
  } rows[] = {
      {CV_SIGNATURE_P256, "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
       "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb1c94"
       "2d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"},
      {CV_SIGNATURE_P384,
       "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea"
       "60d2edf5",
       "306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44ac"
       "f96e36dd1e80fabe4602310099ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f"
       "a329c145786e679e7b82c71a38628ac8"},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GBytes) private_key = crypto_test_hex (rows[i].private_key);
    g_autoptr (GBytes) signed_with = crypto_test_hex (rows[i].signed_with);
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) public_key = cv_crypto_signature_dup_public (
        crypto, rows[i].signature, cv_span_from_bytes (private_key), &error);

    g_assert_no_error (error);
    g_assert_true (cv_crypto_signature_verify (
        crypto, rows[i].signature, cv_span_from_bytes (public_key), CV_SPAN_LITERAL ("sample"),
        cv_span_from_bytes (signed_with), &error));
  }
}

static void
assert_not_authentic (CvSignature signature, GBytes *public_key, CvSpan message, CvSpan signed_with)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_crypto_signature_verify (crypto, signature, cv_span_from_bytes (public_key),
                                              message, signed_with, &error));
  g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_AUTHENTICATION);
  g_assert_cmpstr (error->message, ==, "failed to authenticate");
}

static void
test_round_trip_and_one_bit (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (signatures); i++) {
    g_auto (CvCryptoKeyPair) pair = {0};
    g_auto (CvCryptoKeyPair) other = {0};
    CvSpan message = CV_SPAN_LITERAL ("message");
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) signed_with = NULL;
    g_autofree guint8 *changed = NULL;
    gsize len;

    g_assert_true (cv_crypto_signature_generate (crypto, signatures[i], &pair, &error));
    g_assert_true (cv_crypto_signature_generate (crypto, signatures[i], &other, &error));
    signed_with = cv_crypto_signature_sign (crypto, signatures[i],
                                            cv_secret_span (pair.private_key), message, &error);
    g_assert_true (cv_crypto_signature_verify (crypto, signatures[i],
                                               cv_span_from_bytes (pair.public_key), message,
                                               cv_span_from_bytes (signed_with), &error));
    changed = g_bytes_unref_to_data (g_bytes_ref (signed_with), &len);
    for (gsize at = 0; at < len; at++) {
      changed[at] ^= 0x10;
      assert_not_authentic (signatures[i], pair.public_key, message, cv_span (changed, len));
      changed[at] ^= 0x10;
    }
    assert_not_authentic (signatures[i], pair.public_key, message, cv_span (changed, len - 1));
    assert_not_authentic (signatures[i], pair.public_key, message, CV_SPAN_EMPTY);
    assert_not_authentic (signatures[i], pair.public_key, CV_SPAN_LITERAL ("massage"),
                          cv_span (changed, len));
    assert_not_authentic (signatures[i], other.public_key, message, cv_span (changed, len));
    assert_not_authentic (signatures[i], NULL, message, cv_span (changed, len));
  }
}

static void
test_bad_private_keys (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (signatures); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (cv_crypto_signature_sign (crypto, signatures[i], CV_SPAN_LITERAL ("short"),
                                             CV_SPAN_EMPTY, &error));
    g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_INPUT);
  }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  crypto = crypto_test_new ();
  g_test_add_func ("/crypto/signature/rfc-8032", test_rfc_8032);
  g_test_add_func ("/crypto/signature/rfc-6979", test_rfc_6979);
  g_test_add_func ("/crypto/signature/round-trip-and-one-bit", test_round_trip_and_one_bit);
  g_test_add_func ("/crypto/signature/bad-private-keys", test_bad_private_keys);
  status = g_test_run ();
  cv_crypto_context_unref (crypto);
  return status;
}
