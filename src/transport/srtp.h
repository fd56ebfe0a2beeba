/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* SRTP and SRTCP of one link (RFC 3711, RFC 7714): one session out, one in.
 *
 * Made without keys: until cv_transport_srtp_set_keys everything is refused, so that no media can
 * pass before DTLS knows the peer. Net thread, or one owner at a time. */
#pragma once

#include "transport/error.h"
#include "transport/srtp-profile.h"

G_BEGIN_DECLS

#define CV_TRANSPORT_SRTP_ALLOWED_MAX 1024
#define CV_TRANSPORT_SRTP_TRAILER_MAX 32 /* tag and SRTCP index: room that protect needs */

typedef struct CvTransportSrtp CvTransportSrtp;

typedef enum {
  CV_TRANSPORT_SRTP_OK,
  CV_TRANSPORT_SRTP_NO_KEYS,
  CV_TRANSPORT_SRTP_UNKNOWN_SSRC, /* not allowed, or one RTCP sender too many */
  CV_TRANSPORT_SRTP_REPLAY, /* seen already, or older than the window */
  CV_TRANSPORT_SRTP_AUTHENTICATION,
  CV_TRANSPORT_SRTP_REFUSED, /* malformed, or the key's lifetime is over */
} CvTransportSrtpResult;

CvTransportSrtp *cv_transport_srtp_new (void);
void cv_transport_srtp_free (CvTransportSrtp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvTransportSrtp, cv_transport_srtp_free)

/* Once. */
gboolean cv_transport_srtp_set_keys (CvTransportSrtp *self, const CvTransportSrtpKeys *keys,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* FALSE when CV_TRANSPORT_SRTP_ALLOWED_MAX are allowed or were allowed before. */
gboolean cv_transport_srtp_allow_ssrc (CvTransportSrtp *self, guint32 ssrc);
/* Its replay window stays: a packet seen once stays refused if the SSRC is allowed again. */
void cv_transport_srtp_forget_ssrc (CvTransportSrtp *self, guint32 ssrc);

/* In place; packet is aligned to 4 bytes and has CV_TRANSPORT_SRTP_TRAILER_MAX bytes of room after
 * *len. */
CvTransportSrtpResult
cv_transport_srtp_protect (CvTransportSrtp *self, guint8 *packet, gsize *len, gboolean is_rtcp);
/* In place; packet is aligned to 4 bytes and has at least 12 bytes, of RTCP 8. RTP of an SSRC that
 * is not allowed is not looked at. */
CvTransportSrtpResult
cv_transport_srtp_unprotect (CvTransportSrtp *self, guint8 *packet, gsize *len, gboolean is_rtcp);

G_END_DECLS
