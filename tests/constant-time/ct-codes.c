/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The codes that people compare, and the keys of a room's secret. */
#include "ct.h"

#include "e2ee/meeting-code.h"
#include "e2ee/room-keys.h"
#include "identity/safety-number.h"

#include <string.h>

static CvCrypto *
get_crypto (void)
{
  static CvCrypto *crypto;

  if (!crypto)
    crypto = cv_crypto_context_new (FALSE, NULL);
  g_assert_nonnull (crypto);
  return crypto;
}

static void
test_meeting_code (void)
{
  g_autoptr (CvSecret) authenticator = ct_new_secret (48);
  g_autofree char *code =
      cv_e2ee_meeting_code_dup (get_crypto (), cv_secret_span (authenticator), NULL);

  g_assert_nonnull (code);
  g_assert_true (ct_is_hidden (cv_span (code, 5)));
  ct_show (code, 36);
  g_assert_cmpuint (strspn (code, "0123456789 "), ==, 35);
}

/* Who scans a code learns whether it was the right one, not how much of it. */
static void
test_safety_number (void)
{
  static const guint8 own[33] = {1, 2};
  static const guint8 peer[33] = {1, 3};
  g_autoptr (GBytes) payload = cv_identity_safety_number_dup_payload (
      get_crypto (), CV_SPAN_ARRAY (own), CV_SPAN_ARRAY (peer), NULL);
  g_autoptr (CvSecret) scanned = cv_secret_new_from (cv_span_from_bytes (payload));

  ct_hide (cv_secret_get_data (scanned), cv_secret_get_len (scanned));
  g_assert_true (cv_identity_safety_number_matches (
      get_crypto (), CV_SPAN_ARRAY (own), CV_SPAN_ARRAY (peer), cv_secret_span (scanned)));
  cv_secret_get_data (scanned)[20] ^= 1;
  g_assert_false (cv_identity_safety_number_matches (
      get_crypto (), CV_SPAN_ARRAY (own), CV_SPAN_ARRAY (peer), cv_secret_span (scanned)));
}

/* Without a passcode: Argon2id would take minutes here, and is OpenSSL's. */
static void
test_room_keys (void)
{
  static const guint8 room_id[CV_E2EE_ROOM_ID_LEN] = {1};
  g_autoptr (CvSecret) secret = ct_new_secret (CV_E2EE_ROOM_SECRET_LEN);
  const CvE2eeRoomKeysParams params = {.room_id = CV_SPAN_ARRAY (room_id),
                                       .secret = cv_secret_span (secret)};
  g_autoptr (CvE2eeRoomKeys) keys = cv_e2ee_room_keys_derive (get_crypto (), &params, NULL);

  g_assert_nonnull (keys);
  g_assert_true (ct_is_hidden (cv_secret_span (cv_e2ee_room_keys_get_psk (keys))));
  g_assert_true (ct_is_hidden (cv_secret_span (cv_e2ee_room_keys_get_knock_key (keys))));
}

void
ct_add_codes (void)
{
  ct_add ("/constant-time/codes/meeting-code", test_meeting_code);
  ct_add ("/constant-time/codes/safety-number", test_safety_number);
  ct_add ("/constant-time/codes/room-keys", test_room_keys);
}
