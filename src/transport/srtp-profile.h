/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The three SRTP protection profiles, strongest first, and the keys that DTLS makes for them. */
#pragma once

#include "base/secret.h"

G_BEGIN_DECLS

#define CV_TRANSPORT_SRTP_KEY_MAX 46 /* key and salt: 32 + 12, or 16 + 14 */

typedef struct {
  guint16 id; /* IANA: RFC 5764 §4.1.2, RFC 7714 §14.2; libsrtp's srtp_profile_t has the same */
  const char *name; /* OpenSSL's word, shown in statistics */
  guint8 key_len;
  guint8 salt_len;
} CvTransportSrtpProfile;

/* In order of preference, for SSL_CTX_set_tlsext_use_srtp. */
#define CV_TRANSPORT_SRTP_PROFILES                                                                 \
  "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"
#define CV_TRANSPORT_SRTP_PROFILES_FIPS "SRTP_AEAD_AES_256_GCM"

const CvTransportSrtpProfile *cv_transport_srtp_profile_find (gulong id); /* NULL: not ours */

/* Master key with the salt behind it, one for each direction. Wipe with clear. */
typedef struct {
  const CvTransportSrtpProfile *profile;
  guint8 local[CV_TRANSPORT_SRTP_KEY_MAX];
  guint8 remote[CV_TRANSPORT_SRTP_KEY_MAX];
} CvTransportSrtpKeys;

void cv_transport_srtp_keys_clear (CvTransportSrtpKeys *keys);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvTransportSrtpKeys, cv_transport_srtp_keys_clear)

G_END_DECLS
