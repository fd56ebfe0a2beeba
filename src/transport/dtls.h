/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* DTLS 1.2 with mutual certificates that makes SRTP keys (RFC 5764); no I/O of its own.
 *
 * The peer's certificate must have the fingerprint that is given at the start; anything else ends
 * the handshake before a key exists. One owner at a time; in a link that is the net thread. */
#pragma once

#include "transport/certificate.h"
#include "transport/srtp-profile.h"

G_BEGIN_DECLS

#define CV_TRANSPORT_DTLS_MTU 1200

typedef struct CvTransportDtls CvTransportDtls;

typedef enum {
  CV_TRANSPORT_DTLS_HANDSHAKE,
  CV_TRANSPORT_DTLS_ESTABLISHED, /* the peer is the expected one, keys can be had */
  CV_TRANSPORT_DTLS_CLOSED, /* the peer said close_notify */
  CV_TRANSPORT_DTLS_FAILED,
} CvTransportDtlsStatus;

typedef struct {
  CvTransportCertificate *certificate; /* a reference is taken */
  gboolean is_client;
  const guint8 *peer_fingerprint; /* 32 bytes, copied */
  guint flight_timeout_ms; /* until the first retransmission, doubles up to 3 s; 0: 400 */
  /* An outgoing datagram, inside start, receive, handle_timeout and close; must not call back. */
  void (*on_datagram) (gpointer data, CvSpan datagram);
  gpointer data;
} CvTransportDtlsOptions;

CvTransportDtls *cv_transport_dtls_new (const CvTransportDtlsOptions *options,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_transport_dtls_free (CvTransportDtls *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvTransportDtls, cv_transport_dtls_free)

/* The client's first flight; nothing on a server. */
void cv_transport_dtls_start (CvTransportDtls *self);

/* One datagram of the peer. Rubbish is ignored, as RFC 6347 §4.1.2.7 wants; see the status. */
void cv_transport_dtls_receive (CvTransportDtls *self, CvSpan datagram);

/* Microseconds until handle_timeout is due, 0 when it is, −1 when there is nothing to wait for. */
gint64 cv_transport_dtls_get_timeout_us (CvTransportDtls *self);
void cv_transport_dtls_handle_timeout (CvTransportDtls *self);

CvTransportDtlsStatus cv_transport_dtls_get_status (CvTransportDtls *self);

/* AUTHENTICATION unless the status is ESTABLISHED and an SRTP profile was agreed. */
gboolean cv_transport_dtls_export_keys (CvTransportDtls *self, CvTransportSrtpKeys *keys,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Says close_notify when established. */
void cv_transport_dtls_close (CvTransportDtls *self);

G_END_DECLS
