/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The room's keys: the same from the same link and passcode, apart from everything else. */
#include "e2ee/room-keys.h"

#include "crypto/hkdf.h"

#include <string.h>

typedef struct {
  CvCrypto *crypto;
  guint8 room_id[CV_E2EE_ROOM_ID_LEN];
  guint8 secret[CV_E2EE_ROOM_SECRET_LEN];
} Room;

static void
set_up (Room *room, gconstpointer data)
{
  room->crypto = cv_crypto_context_new (FALSE, NULL);
  memset (room->room_id, 7, sizeof room->room_id);
  memset (room->secret, 8, sizeof room->secret);
}

static void
tear_down (Room *room, gconstpointer data)
{
  cv_crypto_context_unref (room->crypto);
}

static CvE2eeRoomKeys *
derive_with (Room *room, const char *passcode, CvCryptoPassword kdf)
{
  const CvE2eeRoomKeysParams params = {
      .room_id = CV_SPAN_ARRAY (room->room_id),
      .secret = CV_SPAN_ARRAY (room->secret),
      .passcode = cv_span (passcode, strlen (passcode)),
      .kdf = kdf,
  };
  g_autoptr (GError) error = NULL;
  CvE2eeRoomKeys *keys = cv_e2ee_room_keys_derive (room->crypto, &params, &error);
  g_assert_no_error (error);
  return keys;
}

static CvE2eeRoomKeys *
derive (Room *room, const char *passcode)
{
  return derive_with (room, passcode, CV_CRYPTO_PASSWORD_ARGON2ID);
}

static void
assert_differ (CvE2eeRoomKeys *a, CvE2eeRoomKeys *b)
{
  g_assert_false (cv_secret_span_equal (cv_secret_span (cv_e2ee_room_keys_get_psk (a)),
                                        cv_secret_span (cv_e2ee_room_keys_get_psk (b))));
  g_assert_false (cv_secret_span_equal (cv_secret_span (cv_e2ee_room_keys_get_knock_key (a)),
                                        cv_secret_span (cv_e2ee_room_keys_get_knock_key (b))));
}

static void
test_formula (Room *room, gconstpointer data)
{
  /* E2EE.md section 5, computed here step by step. */
  g_autoptr (CvE2eeRoomKeys) keys = derive (room, "");
  g_autoptr (CvSecret) room_key =
      cv_crypto_hkdf_extract (room->crypto, CV_HASH_SHA384, CV_SPAN_ARRAY (room->room_id),
                              CV_SPAN_ARRAY (room->secret), NULL);
  g_autoptr (CvSecret) psk =
      cv_crypto_hkdf_expand (room->crypto, CV_HASH_SHA384, cv_secret_span (room_key),
                             CV_SPAN_LITERAL ("Conclave 1.0 psk"), 48, NULL);
  g_assert_true (cv_secret_span_equal (cv_secret_span (psk),
                                       cv_secret_span (cv_e2ee_room_keys_get_psk (keys))));
  g_assert_cmpuint (cv_secret_get_len (cv_e2ee_room_keys_get_knock_key (keys)), ==, 32);
  CvSpan psk_id = cv_e2ee_room_keys_get_psk_id (keys);
  g_assert_cmpmem (psk_id.data, 17, "Conclave 1.0 room", 17);
  g_assert_cmpmem (psk_id.data + 17, psk_id.len - 17, room->room_id, sizeof room->room_id);
}

static void
test_each_input_counts (Room *room, gconstpointer data)
{
  g_autoptr (CvE2eeRoomKeys) keys = derive (room, "");
  g_autoptr (CvE2eeRoomKeys) with_passcode = derive (room, "1234");
  g_autoptr (CvE2eeRoomKeys) other_passcode = derive (room, "1235");
  g_autoptr (CvE2eeRoomKeys) same = derive (room, "1234");
  assert_differ (keys, with_passcode);
  assert_differ (with_passcode, other_passcode);
  g_autoptr (CvE2eeRoomKeys) other_kdf = derive_with (room, "1234", CV_CRYPTO_PASSWORD_PBKDF2);
  assert_differ (with_passcode, other_kdf);
  g_assert_true (cv_secret_span_equal (cv_secret_span (cv_e2ee_room_keys_get_psk (same)),
                                       cv_secret_span (cv_e2ee_room_keys_get_psk (with_passcode))));
  room->secret[31] ^= 1;
  g_autoptr (CvE2eeRoomKeys) other_secret = derive (room, "");
  assert_differ (keys, other_secret);
  room->secret[31] ^= 1;
  room->room_id[0] ^= 1;
  g_autoptr (CvE2eeRoomKeys) other_room = derive (room, "");
  assert_differ (keys, other_room);
}

static void
test_rejects_lengths (Room *room, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  CvE2eeRoomKeysParams params = {.room_id = cv_span (room->room_id, 15),
                                 .secret = CV_SPAN_ARRAY (room->secret)};
  g_assert_null (cv_e2ee_room_keys_derive (room->crypto, &params, &error));
  g_assert_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_MALFORMED);
  g_clear_error (&error);
  params = (CvE2eeRoomKeysParams){.room_id = CV_SPAN_ARRAY (room->room_id),
                                  .secret = cv_span (room->secret, 31)};
  g_assert_null (cv_e2ee_room_keys_derive (room->crypto, &params, &error));
  g_assert_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_MALFORMED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/e2ee/room-keys/formula", Room, NULL, set_up, test_formula, tear_down);
  g_test_add ("/e2ee/room-keys/each-input-counts", Room, NULL, set_up, test_each_input_counts,
              tear_down);
  g_test_add ("/e2ee/room-keys/rejects-lengths", Room, NULL, set_up, test_rejects_lengths,
              tear_down);
  return g_test_run ();
}
