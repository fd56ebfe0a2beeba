/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The room's keys: HKDF-SHA384 over secret and passcode, whatever the suite. */
#include "e2ee/room-keys.h"

#include "crypto/hkdf.h"
#include "crypto/random.h"

#define PSK_LEN 48
#define KNOCK_KEY_LEN 32
#define PSK_ID_LABEL "Conclave 1.0 room"

struct CvE2eeRoomKeys {
  gatomicrefcount refs;
  GBytes *room_id;
  GBytes *psk_id;
  CvSecret *psk;
  CvSecret *knock_key;
};

/* secret ‖ pass, pass being empty or 32 bytes of Argon2id or PBKDF2. */
static gboolean
write_input (CvWriter *writer, const CvCrypto *crypto, const CvE2eeRoomKeysParams *params,
             GError **error)
{
  cv_writer_put (writer, params->secret);
  if (params->passcode.len == 0)
    return TRUE;
  g_autoptr (CvSecret) pass =
      cv_crypto_password_derive (crypto, params->kdf, params->passcode, params->room_id, error);
  if (pass == NULL)
    return FALSE;
  cv_writer_put (writer, cv_secret_span (pass));
  return TRUE;
}

CvSecret *
cv_e2ee_room_keys_make_secret (const CvCrypto *crypto, guint8 room_id[static CV_E2EE_ROOM_ID_LEN],
                               GError **error)
{
  if (!cv_crypto_random_fill (crypto, room_id, CV_E2EE_ROOM_ID_LEN, error))
    return NULL;
  return cv_crypto_random_dup_secret (crypto, CV_E2EE_ROOM_SECRET_LEN, error);
}

CvE2eeRoomKeys *
cv_e2ee_room_keys_derive (const CvCrypto *crypto, const CvE2eeRoomKeysParams *params,
                          GError **error)
{
  CvSpan room_id = params->room_id;
  if (room_id.len != CV_E2EE_ROOM_ID_LEN || params->secret.len != CV_E2EE_ROOM_SECRET_LEN) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_MALFORMED,
                         "expected a room id of 16 bytes and a secret of 32");
    return NULL;
  }
  g_auto (CvWriter) input;
  cv_writer_init_secret (&input);
  if (!write_input (&input, crypto, params, error))
    return NULL;
  g_autoptr (CvSecret) room_key =
      cv_crypto_hkdf_extract (crypto, CV_HASH_SHA384, room_id, cv_writer_span (&input), error);
  if (room_key == NULL)
    return NULL;

  g_autoptr (CvE2eeRoomKeys) keys = g_new0 (CvE2eeRoomKeys, 1);
  g_auto (CvWriter) psk_id;
  g_atomic_ref_count_init (&keys->refs);
  cv_writer_init (&psk_id);
  cv_writer_put (&psk_id, CV_SPAN_LITERAL (PSK_ID_LABEL));
  cv_writer_put (&psk_id, room_id);
  keys->psk_id = cv_writer_take (&psk_id);
  keys->room_id = cv_span_dup (room_id);
  CvSpan prk = cv_secret_span (room_key);
  keys->psk = cv_crypto_hkdf_expand (crypto, CV_HASH_SHA384, prk,
                                     CV_SPAN_LITERAL ("Conclave 1.0 psk"), PSK_LEN, error);
  if (keys->psk == NULL)
    return NULL;
  keys->knock_key = cv_crypto_hkdf_expand (
      crypto, CV_HASH_SHA384, prk, CV_SPAN_LITERAL ("Conclave 1.0 knock"), KNOCK_KEY_LEN, error);
  return keys->knock_key != NULL ? g_steal_pointer (&keys) : NULL;
}

CvE2eeRoomKeys *
cv_e2ee_room_keys_ref (CvE2eeRoomKeys *keys)
{
  g_atomic_ref_count_inc (&keys->refs);
  return keys;
}

void
cv_e2ee_room_keys_unref (CvE2eeRoomKeys *keys)
{
  if (keys == NULL || !g_atomic_ref_count_dec (&keys->refs))
    return;
  g_clear_pointer (&keys->room_id, g_bytes_unref);
  g_clear_pointer (&keys->psk_id, g_bytes_unref);
  g_clear_pointer (&keys->psk, cv_secret_unref);
  g_clear_pointer (&keys->knock_key, cv_secret_unref);
  g_free (keys);
}

CvSpan
cv_e2ee_room_keys_get_room_id (const CvE2eeRoomKeys *keys)
{
  return cv_span_from_bytes (keys->room_id);
}

CvSpan
cv_e2ee_room_keys_get_psk_id (const CvE2eeRoomKeys *keys)
{
  return cv_span_from_bytes (keys->psk_id);
}

CvSecret *
cv_e2ee_room_keys_get_psk (const CvE2eeRoomKeys *keys)
{
  return keys->psk;
}

CvSecret *
cv_e2ee_room_keys_get_knock_key (const CvE2eeRoomKeys *keys)
{
  return keys->knock_key;
}
