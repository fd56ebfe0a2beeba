/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "transport/dtls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

/* Our server against clients of plain OpenSSL that each leave something out. */

typedef struct {
  const char *name;
  const char *profiles; /* NULL: no use_srtp */
  const char *expected; /* the profile both agree on; NULL: no keys */
  gboolean has_certificate;
  gboolean is_rsa;
  gboolean has_master_secret; /* extended, RFC 7627 */
  int version;
} Stranger;

static const Stranger strangers[] = {
    {"takes-the-strongest", "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM",
     "SRTP_AEAD_AES_256_GCM", TRUE, FALSE, TRUE, DTLS1_2_VERSION},
    {"takes-aes-128-gcm", "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM", "SRTP_AEAD_AES_128_GCM",
     TRUE, FALSE, TRUE, DTLS1_2_VERSION},
    {"takes-what-old-ones-have", "SRTP_AES128_CM_SHA1_80", "SRTP_AES128_CM_SHA1_80", TRUE, FALSE,
     TRUE, DTLS1_2_VERSION},
    {"refuses-the-short-tag", "SRTP_AES128_CM_SHA1_32", NULL, TRUE, FALSE, TRUE, DTLS1_2_VERSION},
    {"refuses-no-srtp", NULL, NULL, TRUE, FALSE, TRUE, DTLS1_2_VERSION},
    {"refuses-no-certificate", "SRTP_AEAD_AES_256_GCM", NULL, FALSE, FALSE, TRUE, DTLS1_2_VERSION},
    {"refuses-rsa", "SRTP_AEAD_AES_256_GCM", NULL, TRUE, TRUE, TRUE, DTLS1_2_VERSION},
    {"refuses-no-extended-master-secret", "SRTP_AEAD_AES_256_GCM", NULL, TRUE, FALSE, FALSE,
     DTLS1_2_VERSION},
    {"refuses-dtls-1.0", "SRTP_AES128_CM_SHA1_80", NULL, TRUE, FALSE, TRUE, DTLS1_VERSION},
};

static EVP_PKEY *
make_key (gboolean is_rsa)
{
  EVP_PKEY *key = is_rsa ? EVP_RSA_gen (2048) : EVP_EC_gen ("P-256");

  g_assert_nonnull (key);
  return key;
}

static X509 *
make_x509 (EVP_PKEY *key)
{
  X509 *x509 = X509_new ();

  ASN1_INTEGER_set (X509_get_serialNumber (x509), 1);
  X509_gmtime_adj (X509_getm_notBefore (x509), -3600);
  X509_gmtime_adj (X509_getm_notAfter (x509), 3600);
  X509_set_pubkey (x509, key);
  g_assert_cmpint (X509_sign (x509, key, EVP_sha256 ()), >, 0);
  return x509;
}

static SSL *
make_client (const Stranger *stranger, EVP_PKEY *key, X509 *x509)
{
  SSL_CTX *context = SSL_CTX_new (DTLS_client_method ());
  SSL *ssl;

  SSL_CTX_set_min_proto_version (context, stranger->version);
  SSL_CTX_set_max_proto_version (context, stranger->version);
  if (stranger->version == DTLS1_VERSION)
    SSL_CTX_set_security_level (context, 0);
  SSL_CTX_set_options (context, SSL_OP_NO_QUERY_MTU);
  if (!stranger->has_master_secret)
    SSL_CTX_set_options (context, SSL_OP_NO_EXTENDED_MASTER_SECRET);
  if (stranger->profiles != NULL)
    g_assert_cmpint (SSL_CTX_set_tlsext_use_srtp (context, stranger->profiles), ==, 0);
  if (stranger->has_certificate) {
    g_assert_cmpint (SSL_CTX_use_certificate (context, x509), ==, 1);
    g_assert_cmpint (SSL_CTX_use_PrivateKey (context, key), ==, 1);
  }
  ssl = SSL_new (context);
  SSL_CTX_free (context);
  SSL_set_mtu (ssl, CV_TRANSPORT_DTLS_MTU);
  SSL_set_connect_state (ssl);
  return ssl;
}

/* The other end of the client's datagram BIO. */
static void
on_datagram (gpointer data, CvSpan datagram)
{
  g_assert_cmpint (BIO_write (data, datagram.data, (int)datagram.len), ==, (int)datagram.len);
}

static void
shake_hands (SSL *client, BIO *wire, CvTransportDtls *server)
{
  for (guint turn = 0; turn < 20; turn++) {
    guint8 datagram[2000];
    int len;

    SSL_do_handshake (client);
    ERR_clear_error ();
    while ((len = BIO_read (wire, datagram, sizeof datagram)) > 0)
      cv_transport_dtls_receive (server, cv_span (datagram, (gsize)len));
  }
}

static void
check_keys (const Stranger *stranger, SSL *client, CvTransportDtls *server)
{
  g_auto (CvTransportSrtpKeys) keys = {0};
  g_autoptr (GError) error = NULL;
  guint8 material[2 * CV_TRANSPORT_SRTP_KEY_MAX];
  gsize key_len;

  if (stranger->expected == NULL) {
    g_assert_false (cv_transport_dtls_export_keys (server, &keys, &error));
    g_assert_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_AUTHENTICATION);
    g_assert_null (keys.profile);
    return;
  }
  g_assert_true (cv_transport_dtls_export_keys (server, &keys, &error));
  g_assert_cmpstr (keys.profile->name, ==, stranger->expected);
  g_assert_cmpstr (SSL_get_selected_srtp_profile (client)->name, ==, stranger->expected);

  /* The split of RFC 5764 §4.2, from the other side and by hand. */
  key_len = keys.profile->key_len;
  g_assert_cmpint (SSL_export_keying_material (client, material,
                                               2 * (key_len + keys.profile->salt_len),
                                               "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0),
                   ==, 1);
  g_assert_cmpmem (material, key_len, keys.remote, key_len);
  g_assert_cmpmem (material + key_len, key_len, keys.local, key_len);
  g_assert_cmpmem (material + 2 * key_len, keys.profile->salt_len, keys.remote + key_len,
                   keys.profile->salt_len);
}

static void
test_stranger (gconstpointer data)
{
  const Stranger *stranger = data;
  EVP_PKEY *key = make_key (stranger->is_rsa);
  X509 *x509 = make_x509 (key);
  SSL *client = make_client (stranger, key, x509);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvCrypto) crypto = cv_crypto_context_new (FALSE, &error);
  g_autoptr (CvTransportCertificate) certificate =
      cv_transport_certificate_new (crypto, g_get_real_time () / G_USEC_PER_SEC, &error);
  g_autoptr (CvTransportDtls) server = NULL;
  guint8 fingerprint[EVP_MAX_MD_SIZE];
  BIO *wire = NULL;
  BIO *end = NULL;
  CvTransportDtlsOptions options = {
      .certificate = certificate, .peer_fingerprint = fingerprint, .on_datagram = on_datagram};

  g_assert_cmpint (X509_digest (x509, EVP_sha256 (), fingerprint, NULL), ==, 1);
  g_assert_cmpint (BIO_new_bio_dgram_pair (&wire, 0, &end, 0), ==, 1);
  SSL_set_bio (client, end, end);
  options.data = wire;
  server = cv_transport_dtls_new (&options, &error);
  g_assert_no_error (error);
  shake_hands (client, wire, server);
  check_keys (stranger, client, server);

  SSL_free (client);
  BIO_free (wire);
  X509_free (x509);
  EVP_PKEY_free (key);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (strangers); i++) {
    g_autofree char *path = g_strdup_printf ("/transport/dtls-stranger/%s", strangers[i].name);

    g_test_add_data_func (path, &strangers[i], test_stranger);
  }
  return g_test_run ();
}
