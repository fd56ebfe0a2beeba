/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The whole identity of a DTLS endpoint is the fingerprint that travels inside MLS or the room
 * server's SDP, so the certificate itself carries only what X.509 insists on. */
#include "transport/certificate.h"

#include "crypto/hash.h"
#include "crypto/random.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#define SERIAL_LEN 16
#define DAY_S ((gint64)24 * 60 * 60)
#define VALID_DAYS 30
/* The name that browsers use: in the clear of a DTLS 1.2 handshake it tells no program. */
#define COMMON_NAME "WebRTC"
#define FINGERPRINT_TEXT_LEN (CV_TRANSPORT_FINGERPRINT_LEN * 3 - 1)

struct CvTransportCertificate {
  gatomicrefcount ref_count;
  CvCrypto *crypto;
  EVP_PKEY *key;
  X509 *x509;
  char *pem;
  guint8 fingerprint[CV_TRANSPORT_FINGERPRINT_LEN];
  guint8 pin[CV_TRANSPORT_FINGERPRINT_LEN];
};

static gboolean
set_library_error (GError **error, const char *what)
{
  g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_LIBRARY, "OpenSSL could not %s", what);
  return FALSE;
}

static gboolean
set_serial (CvTransportCertificate *self, GError **error)
{
  guint8 serial[SERIAL_LEN];
  BIGNUM *number;
  gboolean is_set;

  if (!cv_crypto_random_fill (self->crypto, serial, sizeof serial, error))
    return FALSE;
  /* RFC 5280 §4.1.2.2: positive and not zero. */
  serial[0] = (serial[0] & 0x7f) | 0x40;
  number = BN_bin2bn (serial, sizeof serial, NULL);
  is_set =
      number != NULL && BN_to_ASN1_INTEGER (number, X509_get_serialNumber (self->x509)) != NULL;
  BN_free (number);
  return is_set || set_library_error (error, "make a serial number");
}

static gboolean
fill_x509 (CvTransportCertificate *self, gint64 now_s, GError **error)
{
  X509_NAME *name = X509_get_subject_name (self->x509);
  gint64 start_s = (now_s / DAY_S - 1) * DAY_S;

  if (!set_serial (self, error))
    return FALSE;
  if (X509_set_version (self->x509, X509_VERSION_3) != 1
      || ASN1_TIME_set (X509_getm_notBefore (self->x509), start_s) == NULL
      || ASN1_TIME_set (X509_getm_notAfter (self->x509), start_s + VALID_DAYS * DAY_S) == NULL
      || X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guchar *)COMMON_NAME, -1, -1,
                                     0)
             != 1
      || X509_set_issuer_name (self->x509, name) != 1
      || X509_set_pubkey (self->x509, self->key) != 1)
    return set_library_error (error, "fill a certificate");
  return TRUE;
}

static gboolean
sign (CvTransportCertificate *self, gboolean is_fips, GError **error)
{
  EVP_MD *digest =
      EVP_MD_fetch (cv_crypto_context_get_libctx (self->crypto), is_fips ? "SHA384" : "SHA256",
                    cv_crypto_context_get_query (self->crypto));
  gboolean is_signed = digest != NULL && X509_sign (self->x509, self->key, digest) > 0;

  EVP_MD_free (digest);
  return is_signed || set_library_error (error, "sign a certificate");
}

static gboolean
hash_der (CvTransportCertificate *self, guint8 *der, int len, guint8 *out, GError **error)
{
  gboolean is_hashed;

  if (len <= 0)
    return set_library_error (error, "encode a certificate");
  is_hashed =
      cv_crypto_hash_digest (self->crypto, CV_HASH_SHA256, cv_span (der, (gsize)len), out, error);
  OPENSSL_free (der);
  return is_hashed;
}

static gboolean
derive (CvTransportCertificate *self, GError **error)
{
  guint8 *der = NULL;
  BIO *bio = NULL;
  char *text = NULL;
  long len = 0;
  int der_len;

  der_len = i2d_X509 (self->x509, &der);
  if (!hash_der (self, der, der_len, self->fingerprint, error))
    return FALSE;
  der = NULL;
  der_len = i2d_X509_PUBKEY (X509_get_X509_PUBKEY (self->x509), &der);
  if (!hash_der (self, der, der_len, self->pin, error))
    return FALSE;

  bio = BIO_new (BIO_s_mem ());
  if (bio != NULL && PEM_write_bio_X509 (bio, self->x509) == 1)
    len = BIO_get_mem_data (bio, &text);
  if (len > 0)
    self->pem = g_strndup (text, (gsize)len);
  BIO_free (bio);
  return len > 0 || set_library_error (error, "encode a certificate");
}

CvTransportCertificate *
cv_transport_certificate_new (CvCrypto *crypto, gint64 now_s, GError **error)
{
  g_autoptr (CvTransportCertificate) self = g_new0 (CvTransportCertificate, 1);
  OSSL_LIB_CTX *libctx = cv_crypto_context_get_libctx (crypto);
  const char *query = cv_crypto_context_get_query (crypto);
  gboolean is_fips = cv_crypto_context_is_fips (crypto);

  g_atomic_ref_count_init (&self->ref_count);
  self->crypto = cv_crypto_context_ref (crypto);
  self->key = EVP_PKEY_Q_keygen (libctx, query, "EC", is_fips ? "P-384" : "P-256");
  self->x509 = X509_new_ex (libctx, query);
  if (self->key == NULL || self->x509 == NULL) {
    set_library_error (error, "make a key");
    return NULL;
  }
  if (!fill_x509 (self, now_s, error) || !sign (self, is_fips, error) || !derive (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

CvTransportCertificate *
cv_transport_certificate_ref (CvTransportCertificate *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
cv_transport_certificate_unref (CvTransportCertificate *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->pem);
  X509_free (self->x509);
  EVP_PKEY_free (self->key);
  cv_crypto_context_unref (self->crypto);
  g_free (self);
}

CvCrypto *
cv_transport_certificate_get_crypto (CvTransportCertificate *self)
{
  return self->crypto;
}

X509 *
cv_transport_certificate_get_x509 (CvTransportCertificate *self)
{
  return self->x509;
}

EVP_PKEY *
cv_transport_certificate_get_key (CvTransportCertificate *self)
{
  return self->key;
}

const char *
cv_transport_certificate_get_pem (CvTransportCertificate *self)
{
  return self->pem;
}

CvSecret *
cv_transport_certificate_dup_key_pem (CvTransportCertificate *self, GError **error)
{
  CvSecret *secret = NULL;
  char *text = NULL;
  long len = 0;
  /* Freeing a memory BIO clears its buffer, and so does growing it. */
  BIO *bio = BIO_new (BIO_s_mem ());

  if (bio != NULL && PEM_write_bio_PKCS8PrivateKey (bio, self->key, NULL, NULL, 0, NULL, NULL) == 1
      && BIO_write (bio, "", 1) == 1)
    len = BIO_get_mem_data (bio, &text);
  if (len > 1)
    secret = cv_secret_new_from (cv_span (text, (gsize)len));
  else
    set_library_error (error, "encode a key");
  BIO_free (bio);
  return secret;
}

const guint8 *
cv_transport_certificate_get_fingerprint (CvTransportCertificate *self)
{
  return self->fingerprint;
}

const guint8 *
cv_transport_certificate_get_pin (CvTransportCertificate *self)
{
  return self->pin;
}

char *
cv_transport_fingerprint_to_text (const guint8 fingerprint[static 32])
{
  GString *text = g_string_sized_new (FINGERPRINT_TEXT_LEN);

  for (gsize i = 0; i < CV_TRANSPORT_FINGERPRINT_LEN; i++)
    g_string_append_printf (text, i == 0 ? "%02X" : ":%02X", fingerprint[i]);
  return g_string_free_and_steal (text);
}

gboolean
cv_transport_fingerprint_parse (const char *text, guint8 fingerprint[static 32], GError **error)
{
  guint8 parsed[CV_TRANSPORT_FINGERPRINT_LEN];
  gboolean is_ok = strnlen (text, FINGERPRINT_TEXT_LEN + 1) == FINGERPRINT_TEXT_LEN;

  for (gsize i = 0; is_ok && i < CV_TRANSPORT_FINGERPRINT_LEN; i++) {
    const char *at = text + 3 * i;

    is_ok = g_ascii_isxdigit (at[0]) && g_ascii_isxdigit (at[1])
            && (at[2] == ':' || i + 1 == CV_TRANSPORT_FINGERPRINT_LEN);
    if (is_ok)
      parsed[i] = (guint8)(g_ascii_xdigit_value (at[0]) << 4 | g_ascii_xdigit_value (at[1]));
  }
  if (!is_ok) {
    g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT,
                 "expected a SHA-256 fingerprint of 32 bytes in hexadecimal");
    return FALSE;
  }
  memcpy (fingerprint, parsed, sizeof parsed);
  return TRUE;
}
