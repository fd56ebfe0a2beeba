/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "transport/certificate.h"

#include "fixtures/fips.h"

#include <gio/gio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#define NOW_S 1790000000

static CvTransportCertificate *
make (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvCrypto) crypto = cv_crypto_context_new (FALSE, &error);
  CvTransportCertificate *certificate;

  g_assert_no_error (error);
  certificate = cv_transport_certificate_new (crypto, NOW_S, &error);
  g_assert_no_error (error);
  return certificate;
}

static void
test_is_what_it_says (void)
{
  g_autoptr (CvTransportCertificate) certificate = make ();
  X509 *x509 = cv_transport_certificate_get_x509 (certificate);
  char group[32] = "";
  time_t before = NOW_S;
  time_t late = NOW_S + 28 * 24 * 60 * 60;
  time_t too_late = NOW_S + 31 * 24 * 60 * 60;

  g_assert_cmpint (X509_verify (x509, cv_transport_certificate_get_key (certificate)), ==, 1);
  g_assert_cmpint (EVP_PKEY_get_group_name (X509_get0_pubkey (x509), group, sizeof group, NULL), ==,
                   1);
  g_assert_cmpstr (group, ==, "prime256v1");
  g_assert_cmpint (X509_cmp_time (X509_get0_notBefore (x509), &before), <, 0);
  g_assert_cmpint (X509_cmp_time (X509_get0_notAfter (x509), &late), >, 0);
  g_assert_cmpint (X509_cmp_time (X509_get0_notAfter (x509), &too_late), <, 0);
}

static void
test_fingerprint_and_pin (void)
{
  g_autoptr (CvTransportCertificate) certificate = make ();
  X509 *x509 = cv_transport_certificate_get_x509 (certificate);
  guint8 digest[EVP_MAX_MD_SIZE];
  guint8 *der = NULL;
  unsigned int len = 0;
  int der_len;

  g_assert_cmpint (X509_digest (x509, EVP_sha256 (), digest, &len), ==, 1);
  g_assert_cmpmem (digest, len, cv_transport_certificate_get_fingerprint (certificate), 32);

  der_len = i2d_PUBKEY (X509_get0_pubkey (x509), &der);
  g_assert_cmpint (EVP_Digest (der, (gsize)der_len, digest, &len, EVP_sha256 (), NULL), ==, 1);
  g_assert_cmpmem (digest, len, cv_transport_certificate_get_pin (certificate), 32);
  OPENSSL_free (der);
}

static void
test_two_share_nothing (void)
{
  g_autoptr (CvTransportCertificate) a = make ();
  g_autoptr (CvTransportCertificate) b = make ();

  g_assert_false (cv_secret_equal (cv_transport_certificate_get_pin (a),
                                   cv_transport_certificate_get_pin (b), 32));
  g_assert_cmpint (
      ASN1_INTEGER_cmp (X509_get0_serialNumber (cv_transport_certificate_get_x509 (a)),
                        X509_get0_serialNumber (cv_transport_certificate_get_x509 (b))),
      !=, 0);
  g_assert_cmpint (
      ASN1_INTEGER_get (X509_get0_serialNumber (cv_transport_certificate_get_x509 (a))), !=, 0);
}

/* The room server gives both texts to GTlsCertificate. */
static void
test_pem_is_read_back (void)
{
  g_autoptr (CvTransportCertificate) certificate = make ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) key = cv_transport_certificate_dup_key_pem (certificate, &error);
  BIO *bio;
  EVP_PKEY *again;

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (cv_transport_certificate_get_pem (certificate),
                                   "-----BEGIN CERTIFICATE-----"));
  g_assert_cmpuint (strlen ((const char *)cv_secret_span (key).data) + 1, ==,
                    cv_secret_get_len (key));
  bio = BIO_new_mem_buf (cv_secret_span (key).data, -1);
  again = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);
  g_assert_nonnull (again);
  g_assert_cmpint (EVP_PKEY_eq (again, cv_transport_certificate_get_key (certificate)), ==, 1);
  EVP_PKEY_free (again);
  BIO_free (bio);
}

static void
test_fingerprint_text (void)
{
  static const char *const refused[] = {
      "",
      "AB",
      "AB:CD",
      "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:"
      "EE",
      "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:"
      "EE:"
      "FF:00",
      "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:"
      "EE:"
      "FG",
      "00-11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:"
      "EE:"
      "FF",
  };
  g_autoptr (CvTransportCertificate) certificate = make ();
  g_autofree char *text =
      cv_transport_fingerprint_to_text (cv_transport_certificate_get_fingerprint (certificate));
  g_autofree char *lower = g_ascii_strdown (text, -1);
  g_autoptr (GError) error = NULL;
  guint8 parsed[32];

  g_assert_true (cv_transport_fingerprint_parse (lower, parsed, &error));
  g_assert_cmpmem (parsed, 32, cv_transport_certificate_get_fingerprint (certificate), 32);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_assert_false (cv_transport_fingerprint_parse (refused[i], parsed, &error));
    g_assert_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT);
    g_clear_error (&error);
  }
}

static void
test_fips_takes_p384 (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvCrypto) crypto = NULL;
  g_autoptr (CvTransportCertificate) certificate = NULL;
  char group[32] = "";

  if (fips_is_missing ())
    return;
  crypto = fips_new ();
  certificate = cv_transport_certificate_new (crypto, NOW_S, &error);
  g_assert_no_error (error);
  g_assert_cmpint (EVP_PKEY_get_group_name (cv_transport_certificate_get_key (certificate), group,
                                            sizeof group, NULL),
                   ==, 1);
  g_assert_cmpstr (group, ==, "secp384r1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/certificate/is-what-it-says", test_is_what_it_says);
  g_test_add_func ("/transport/certificate/fingerprint-and-pin", test_fingerprint_and_pin);
  g_test_add_func ("/transport/certificate/two-share-nothing", test_two_share_nothing);
  g_test_add_func ("/transport/certificate/pem-is-read-back", test_pem_is_read_back);
  g_test_add_func ("/transport/certificate/fingerprint-text", test_fingerprint_text);
  g_test_add_func ("/transport/certificate/fips-takes-p384", test_fips_takes_p384);
  return g_test_run ();
}
