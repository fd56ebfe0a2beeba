/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the invite link's secret and the passcode give: the room PSK and the knock key
 * (E2EE.md section 5). Immutable; any thread. */
#pragma once

#include "crypto/password.h"
#include "e2ee/error.h"

G_BEGIN_DECLS

#define CV_E2EE_ROOM_ID_LEN 16
#define CV_E2EE_ROOM_SECRET_LEN 32

typedef struct CvE2eeRoomKeys CvE2eeRoomKeys;

/* A fresh room: its id and, full, the secret of its invite link. */
CvSecret *
cv_e2ee_room_keys_make_secret (const CvCrypto *crypto, guint8 room_id[static CV_E2EE_ROOM_ID_LEN],
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  CvSpan room_id; /* 16 bytes */
  CvSpan secret; /* 32 bytes */
  CvSpan passcode; /* UTF-8; empty without one */
  CvCryptoPassword kdf; /* of the passcode: the room's, as its link says, and not the joiner's */
} CvE2eeRoomKeysParams;

/* With a passcode this takes a good part of a second: call it in a worker. UNSUPPORTED of crypto/
 * when the room's passcodes go through Argon2id and this is FIPS mode. */
CvE2eeRoomKeys *
cv_e2ee_room_keys_derive (const CvCrypto *crypto, const CvE2eeRoomKeysParams *params,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvE2eeRoomKeys *cv_e2ee_room_keys_ref (CvE2eeRoomKeys *keys);
void cv_e2ee_room_keys_unref (CvE2eeRoomKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvE2eeRoomKeys, cv_e2ee_room_keys_unref)

/* Borrowed. */
CvSpan cv_e2ee_room_keys_get_room_id (const CvE2eeRoomKeys *keys);
CvSpan cv_e2ee_room_keys_get_psk_id (const CvE2eeRoomKeys *keys);
CvSecret *cv_e2ee_room_keys_get_psk (const CvE2eeRoomKeys *keys); /* 48 bytes */
CvSecret *cv_e2ee_room_keys_get_knock_key (const CvE2eeRoomKeys *keys); /* 32 bytes */

G_END_DECLS
