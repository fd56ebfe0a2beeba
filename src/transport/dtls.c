/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* OpenSSL over a BIO that keeps datagrams whole: what is written goes out at once, what is read is
 * the one datagram that cv_transport_dtls_receive lends. Retransmission runs on OpenSSL's own
 * clock; only its first period and its limit are set here (RFC 6347 §4.2.4 allows what fits). */
#include "transport/dtls.h"

#include "base/log.h"
#include "crypto/hash.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

/* A media path has a round trip far below a second: OpenSSL's 1 s would make each lost flight cost
 * more than the whole join. */
#define FLIGHT_TIMEOUT_MS 400
#define FLIGHT_TIMEOUT_MAX_US (3 * G_USEC_PER_SEC)
#define CERTIFICATE_MAX 4096
#define CIPHERS "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"
#define SIGNATURES "ECDSA+SHA256:ECDSA+SHA384"
#define EXPORT_LABEL "EXTRACTOR-dtls_srtp"

struct CvTransportDtls {
  CvTransportCertificate *certificate;
  SSL_CTX *context;
  SSL *ssl;
  CvSpan incoming; /* lent by receive, empty otherwise */
  gboolean is_client;
  gboolean is_peer_verified;
  CvTransportDtlsStatus status;
  guint8 peer_fingerprint[CV_TRANSPORT_FINGERPRINT_LEN];
  guint flight_timeout_us;
  void (*on_datagram) (gpointer data, CvSpan datagram);
  gpointer data;
};

static int
bio_write (BIO *bio, const char *data, int len)
{
  CvTransportDtls *self = BIO_get_data (bio);

  if (len <= 0)
    return 0;
  self->on_datagram (self->data, cv_span (data, (gsize)len));
  return len;
}

static int
bio_read (BIO *bio, char *out, int max)
{
  CvTransportDtls *self = BIO_get_data (bio);
  gsize len = MIN (self->incoming.len, (gsize)MAX (max, 0));

  BIO_clear_retry_flags (bio);
  if (self->incoming.len == 0) {
    BIO_set_retry_read (bio);
    return -1;
  }
  memcpy (out, self->incoming.data, len);
  self->incoming = CV_SPAN_EMPTY;
  return (int)len;
}

static long
bio_control (BIO *bio, int command, long number, void *pointer)
{
  switch (command) {
  case BIO_CTRL_FLUSH:
    return 1;
  case BIO_CTRL_DGRAM_QUERY_MTU:
  case BIO_CTRL_DGRAM_GET_MTU:
  case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
    return CV_TRANSPORT_DTLS_MTU;
  default:
    return 0;
  }
}

static BIO_METHOD *
get_bio_method (void)
{
  static BIO_METHOD *method;

  if (g_once_init_enter_pointer (&method)) {
    BIO_METHOD *made = BIO_meth_new (BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "datagram");

    g_assert (made != NULL);
    BIO_meth_set_write (made, bio_write);
    BIO_meth_set_read (made, bio_read);
    BIO_meth_set_ctrl (made, bio_control);
    g_once_init_leave_pointer (&method, made);
  }
  return method;
}

static unsigned int
next_flight_timeout (SSL *ssl, unsigned int last_us)
{
  CvTransportDtls *self = SSL_get_app_data (ssl);

  if (last_us == 0)
    return self->flight_timeout_us;
  return MIN (2 * last_us, (unsigned int)FLIGHT_TIMEOUT_MAX_US);
}

/* Replaces OpenSSL's chain building: there is no chain, only the announced fingerprint. */
static int
verify_peer (X509_STORE_CTX *store, void *data)
{
  CvTransportDtls *self = data;
  X509 *x509 = X509_STORE_CTX_get0_cert (store);
  guint8 fingerprint[CV_TRANSPORT_FINGERPRINT_LEN];
  guint8 *der = NULL;
  int len = x509 != NULL ? i2d_X509 (x509, &der) : 0;

  self->is_peer_verified =
      len > 0
      && cv_crypto_hash_digest (cv_transport_certificate_get_crypto (self->certificate),
                                CV_HASH_SHA256, cv_span (der, (gsize)len), fingerprint, NULL)
      && cv_secret_equal (fingerprint, self->peer_fingerprint, sizeof fingerprint);
  OPENSSL_free (der);
  X509_STORE_CTX_set_error (store, self->is_peer_verified ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return self->is_peer_verified ? 1 : 0;
}

static SSL_CTX *
make_context (CvTransportDtls *self)
{
  CvCrypto *crypto = cv_transport_certificate_get_crypto (self->certificate);
  const gboolean is_fips = cv_crypto_context_is_fips (crypto);
  /* The peer's certificate may be on P-256, so FIPS mode lists it; the agreement is on P-384 whoever
   * the other is. */
  const char *groups = is_fips ? "P-384:P-256" : "X25519:P-384:P-256";
  const char *profiles = is_fips ? CV_TRANSPORT_SRTP_PROFILES_FIPS : CV_TRANSPORT_SRTP_PROFILES;
  SSL_CTX *context = SSL_CTX_new_ex (cv_crypto_context_get_libctx (crypto),
                                     cv_crypto_context_get_query (crypto), DTLS_method ());

  if (context == NULL)
    return NULL;
  SSL_CTX_set_options (context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET
                                    | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list (context, CERTIFICATE_MAX);
  SSL_CTX_set_verify (context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  SSL_CTX_set_cert_verify_callback (context, verify_peer, self);
  /* set_tlsext_use_srtp alone answers 0 when it succeeds. */
  if (SSL_CTX_set_min_proto_version (context, DTLS1_2_VERSION) != 1
      || SSL_CTX_set_max_proto_version (context, DTLS1_2_VERSION) != 1
      || SSL_CTX_set_cipher_list (context, CIPHERS) != 1
      || SSL_CTX_set1_groups_list (context, groups) != 1
      || SSL_CTX_set1_sigalgs_list (context, SIGNATURES) != 1
      || SSL_CTX_set1_client_sigalgs_list (context, SIGNATURES) != 1
      || SSL_CTX_set_tlsext_use_srtp (context, profiles) != 0
      || SSL_CTX_use_certificate (context, cv_transport_certificate_get_x509 (self->certificate))
             != 1
      || SSL_CTX_use_PrivateKey (context, cv_transport_certificate_get_key (self->certificate))
             != 1)
    g_clear_pointer (&context, SSL_CTX_free);
  return context;
}

static SSL *
make_ssl (CvTransportDtls *self)
{
  SSL *ssl = SSL_new (self->context);
  BIO *bio = BIO_new (get_bio_method ());

  if (ssl == NULL || bio == NULL) {
    SSL_free (ssl);
    BIO_free (bio);
    return NULL;
  }
  BIO_set_data (bio, self);
  BIO_set_init (bio, 1);
  SSL_set_bio (ssl, bio, bio);
  SSL_set_app_data (ssl, self);
  SSL_set_mtu (ssl, CV_TRANSPORT_DTLS_MTU);
  DTLS_set_timer_cb (ssl, next_flight_timeout);
  if (self->is_client)
    SSL_set_connect_state (ssl);
  else
    SSL_set_accept_state (ssl);
  return ssl;
}

static void
fail (CvTransportDtls *self)
{
  gulong code = ERR_peek_error ();

  cv_log_debug ("DTLS failed: %s", code != 0 ? ERR_reason_error_string (code) : "no reason given");
  ERR_clear_error ();
  self->status = CV_TRANSPORT_DTLS_FAILED;
}

static void
advance_handshake (CvTransportDtls *self)
{
  int result;
  int reason;

  ERR_clear_error ();
  result = SSL_do_handshake (self->ssl);
  if (result == 1) {
    /* RFC 7627 §5.3: without the extended master secret two sessions can be made to share keys. */
    if (self->is_peer_verified && SSL_get_extms_support (self->ssl) == 1)
      self->status = CV_TRANSPORT_DTLS_ESTABLISHED;
    else
      fail (self);
    return;
  }
  reason = SSL_get_error (self->ssl, result);
  if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)
    fail (self);
}

/* After the handshake the peer has nothing to say but alerts and repeated flights. */
static void
drain (CvTransportDtls *self)
{
  guint8 scratch[2048];
  int result;
  int reason;

  do {
    ERR_clear_error ();
    result = SSL_read (self->ssl, scratch, sizeof scratch);
  } while (result > 0);
  cv_secret_wipe (scratch, sizeof scratch);

  reason = SSL_get_error (self->ssl, result);
  if (reason == SSL_ERROR_ZERO_RETURN)
    self->status = CV_TRANSPORT_DTLS_CLOSED;
  else if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)
    fail (self);
}

CvTransportDtls *
cv_transport_dtls_new (const CvTransportDtlsOptions *options, GError **error)
{
  g_autoptr (CvTransportDtls) self = g_new0 (CvTransportDtls, 1);
  guint timeout_ms =
      options->flight_timeout_ms != 0 ? options->flight_timeout_ms : FLIGHT_TIMEOUT_MS;

  self->certificate = cv_transport_certificate_ref (options->certificate);
  self->is_client = options->is_client;
  memcpy (self->peer_fingerprint, options->peer_fingerprint, sizeof self->peer_fingerprint);
  self->flight_timeout_us = MIN (timeout_ms, 60000) * 1000;
  self->on_datagram = options->on_datagram;
  self->data = options->data;
  self->context = make_context (self);
  if (self->context != NULL)
    self->ssl = make_ssl (self);
  if (self->ssl == NULL) {
    ERR_clear_error ();
    g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_LIBRARY,
                 "OpenSSL could not make a DTLS connection");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
cv_transport_dtls_free (CvTransportDtls *self)
{
  if (self == NULL)
    return;
  SSL_free (self->ssl);
  SSL_CTX_free (self->context);
  cv_transport_certificate_unref (self->certificate);
  g_free (self);
}

void
cv_transport_dtls_start (CvTransportDtls *self)
{
  if (self->is_client && self->status == CV_TRANSPORT_DTLS_HANDSHAKE)
    advance_handshake (self);
}

void
cv_transport_dtls_receive (CvTransportDtls *self, CvSpan datagram)
{
  self->incoming = datagram;
  if (self->status == CV_TRANSPORT_DTLS_HANDSHAKE)
    advance_handshake (self);
  if (self->status == CV_TRANSPORT_DTLS_ESTABLISHED)
    drain (self);
  self->incoming = CV_SPAN_EMPTY;
}

gint64
cv_transport_dtls_get_timeout_us (CvTransportDtls *self)
{
  struct timeval left;

  if (self->status != CV_TRANSPORT_DTLS_HANDSHAKE || DTLSv1_get_timeout (self->ssl, &left) != 1)
    return -1;
  return (gint64)left.tv_sec * G_USEC_PER_SEC + left.tv_usec;
}

void
cv_transport_dtls_handle_timeout (CvTransportDtls *self)
{
  if (self->status != CV_TRANSPORT_DTLS_HANDSHAKE)
    return;
  ERR_clear_error ();
  /* −1 also when the last of its dozen retransmissions is over. */
  if (DTLSv1_handle_timeout (self->ssl) < 0)
    fail (self);
}

CvTransportDtlsStatus
cv_transport_dtls_get_status (CvTransportDtls *self)
{
  return self->status;
}

gboolean
cv_transport_dtls_export_keys (CvTransportDtls *self, CvTransportSrtpKeys *keys, GError **error)
{
  SRTP_PROTECTION_PROFILE *selected = SSL_get_selected_srtp_profile (self->ssl);
  const CvTransportSrtpProfile *profile =
      selected != NULL ? cv_transport_srtp_profile_find (selected->id) : NULL;
  guint8 material[2 * CV_TRANSPORT_SRTP_KEY_MAX];
  guint8 *client;
  guint8 *server;
  gsize key_len;
  gsize salt_len;

  memset (keys, 0, sizeof *keys);
  if (self->status != CV_TRANSPORT_DTLS_ESTABLISHED || !self->is_peer_verified || profile == NULL
      || SSL_export_keying_material (self->ssl, material,
                                     2 * ((gsize)profile->key_len + profile->salt_len),
                                     EXPORT_LABEL, strlen (EXPORT_LABEL), NULL, 0, 0)
             != 1) {
    cv_secret_wipe (material, sizeof material);
    g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_AUTHENTICATION,
                 "the peer could not be authenticated");
    return FALSE;
  }

  /* RFC 5764 §4.2: client key, server key, client salt, server salt. */
  key_len = profile->key_len;
  salt_len = profile->salt_len;
  client = self->is_client ? keys->local : keys->remote;
  server = self->is_client ? keys->remote : keys->local;
  memcpy (client, material, key_len);
  memcpy (server, material + key_len, key_len);
  memcpy (client + key_len, material + 2 * key_len, salt_len);
  memcpy (server + key_len, material + 2 * key_len + salt_len, salt_len);
  keys->profile = profile;
  cv_secret_wipe (material, sizeof material);
  return TRUE;
}

void
cv_transport_dtls_close (CvTransportDtls *self)
{
  if (self->status != CV_TRANSPORT_DTLS_ESTABLISHED)
    return;
  ERR_clear_error ();
  SSL_shutdown (self->ssl);
  ERR_clear_error ();
  self->status = CV_TRANSPORT_DTLS_CLOSED;
}
