/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A fresh self-signed ECDSA certificate: for the DTLS of one meeting, for a room server's TLS.
 *
 * P-256, in FIPS mode P-384. Its subject says nothing and its dates are coarse, so that two
 * meetings of one person cannot be linked by it. Immutable; any thread. */
#pragma once

#include "crypto/context.h"
#include "transport/error.h"

G_BEGIN_DECLS

#define CV_TRANSPORT_FINGERPRINT_LEN 32

typedef struct CvTransportCertificate CvTransportCertificate;

/* now_s: seconds since 1970; valid from one day before it for 30 days. */
CvTransportCertificate *cv_transport_certificate_new (CvCrypto *crypto, gint64 now_s,
                                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvTransportCertificate *cv_transport_certificate_ref (CvTransportCertificate *self);
void cv_transport_certificate_unref (CvTransportCertificate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvTransportCertificate, cv_transport_certificate_unref)

CvCrypto *cv_transport_certificate_get_crypto (CvTransportCertificate *self);
X509 *cv_transport_certificate_get_x509 (CvTransportCertificate *self); /* borrowed */
EVP_PKEY *cv_transport_certificate_get_key (CvTransportCertificate *self); /* borrowed */

/* For GTlsCertificate. The key is PKCS #8 text, its length counts the NUL at its end. */
const char *cv_transport_certificate_get_pem (CvTransportCertificate *self);
CvSecret *cv_transport_certificate_dup_key_pem (CvTransportCertificate *self,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SHA-256 of the whole certificate in DER: what a=fingerprint and the peer compare. 32 bytes. */
const guint8 *cv_transport_certificate_get_fingerprint (CvTransportCertificate *self);

/* SHA-256 of the SubjectPublicKeyInfo in DER: the pin of an invite link. 32 bytes. */
const guint8 *cv_transport_certificate_get_pin (CvTransportCertificate *self);

/* "AB:CD:…", as in a=fingerprint:sha-256 (RFC 8122 §5). Parsing takes either case. */
char *cv_transport_fingerprint_to_text (const guint8 fingerprint[static 32]);
gboolean cv_transport_fingerprint_parse (const char *text, guint8 fingerprint[static 32],
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
