/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One row a profile. */
#include "transport/srtp-profile.h"

static const CvTransportSrtpProfile profiles[] = {
    {0x0008, "SRTP_AEAD_AES_256_GCM", 32, 12},
    {0x0007, "SRTP_AEAD_AES_128_GCM", 16, 12},
    {0x0001, "SRTP_AES128_CM_SHA1_80", 16, 14},
};

const CvTransportSrtpProfile *
cv_transport_srtp_profile_find (gulong id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (profiles); i++) {
    if (profiles[i].id == id)
      return &profiles[i];
  }
  return NULL;
}

void
cv_transport_srtp_keys_clear (CvTransportSrtpKeys *keys)
{
  cv_secret_wipe (keys, sizeof *keys);
}
