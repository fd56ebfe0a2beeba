/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The sealed knock: only with the same link and passcode, only for now, only unchanged. */
#include "e2ee/knock.h"

#include "crypto/signature.h"

#include <string.h>

#define NOW_S 1767225600

typedef struct {
  CvCrypto *crypto;
  const CvMlsSuite *suite;
  CvIdentityKeyPair *identity;
  CvE2eeRoomKeys *keys;
  CvE2eeRoomKeys *other_keys;
  GBytes *key_package;
  GBytes *sealed;
} Door;

static CvE2eeRoomKeys *
derive (CvCrypto *crypto, guint8 room, guint8 secret)
{
  guint8 room_id[CV_E2EE_ROOM_ID_LEN] = {room};
  guint8 bytes[CV_E2EE_ROOM_SECRET_LEN] = {secret};
  const CvE2eeRoomKeysParams params = {.room_id = CV_SPAN_ARRAY (room_id),
                                       .secret = CV_SPAN_ARRAY (bytes)};
  return cv_e2ee_room_keys_derive (crypto, &params, NULL);
}

static void
set_up_with (Door *door, CvMlsSuiteId suite, const char *name, const char *member_id)
{
  g_autoptr (GError) error = NULL;
  g_auto (CvCryptoKeyPair) key = {0};
  door->crypto = cv_crypto_context_new (FALSE, NULL);
  door->suite = cv_crypto_suites_find_mls (suite);
  door->keys = derive (door->crypto, 1, 2);
  door->other_keys = derive (door->crypto, 1, 3);
  door->identity = cv_identity_key_pair_generate (door->crypto, &error);
  g_assert_true (cv_crypto_signature_generate (door->crypto, door->suite->signature, &key, &error));
  CvIdentityStatementParams statement_params = {
      .name = name,
      .mls_public = cv_span_from_bytes (key.public_key),
      .room_id = cv_e2ee_room_keys_get_room_id (door->keys),
      .not_before_s = NOW_S - 60,
      .not_after_s = NOW_S + 60,
  };
  g_autoptr (GBytes) statement =
      cv_identity_statement_sign (door->crypto, door->identity, &statement_params, &error);
  CvMlsLeafParams leaf = {
      .suite = door->suite,
      .signature_private = cv_secret_span (key.private_key),
      .signature_public = cv_span_from_bytes (key.public_key),
      .identity = cv_span_from_bytes (statement),
      .application_id = cv_span (member_id, strlen (member_id)),
      .not_before_s = NOW_S - 60,
      .not_after_s = NOW_S + 60,
  };
  g_autoptr (CvMlsJoiner) joiner = cv_mls_joiner_new (door->crypto, &leaf, &error);
  g_assert_no_error (error);
  door->key_package = g_bytes_ref (cv_mls_joiner_get_key_package (joiner));
  door->sealed =
      cv_e2ee_knock_seal (door->crypto, door->keys, cv_span_from_bytes (door->key_package), &error);
  g_assert_no_error (error);
}

static void
set_up (Door *door, gconstpointer data)
{
  set_up_with (door, (CvMlsSuiteId){0x0001}, "Dave", "connection");
}

/* The longest name that there can be, in the suite with the longest keys. */
static void
set_up_largest (Door *door, gconstpointer data)
{
  g_autoptr (GString) name = g_string_new (NULL);
  for (guint i = 0; i < CV_IDENTITY_NAME_MAX_CHARACTERS; i++)
    g_string_append (name, "\U0001F98A");
  set_up_with (door, (CvMlsSuiteId){0xF002}, name->str, "0123456789abcdef");
}

static void
set_up_nameless (Door *door, gconstpointer member_id)
{
  set_up_with (door, (CvMlsSuiteId){0x0001}, "Dave", member_id);
}

static void
tear_down (Door *door, gconstpointer data)
{
  g_bytes_unref (door->sealed);
  g_bytes_unref (door->key_package);
  cv_e2ee_room_keys_unref (door->keys);
  cv_e2ee_room_keys_unref (door->other_keys);
  cv_identity_key_pair_unref (door->identity);
  cv_crypto_context_unref (door->crypto);
}

static CvE2eeKnock *
open_at (Door *door, CvE2eeRoomKeys *keys, GBytes *sealed, guint64 now_s, GError **error)
{
  return cv_e2ee_knock_open (door->crypto, keys, door->suite, cv_span_from_bytes (sealed), now_s,
                             error);
}

static void
test_opens (Door *door, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvE2eeKnock) knock = open_at (door, door->keys, door->sealed, NOW_S, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (knock->statement->name, ==, "Dave");
  g_assert_cmpstr (knock->member_id, ==, "connection");
  g_assert_true (g_bytes_equal (knock->key_package, door->key_package));
  g_assert_true (cv_span_equal (cv_span_from_bytes (knock->statement->identity_key),
                                cv_identity_key_pair_get_key (door->identity)));
}

/* The bound of a leaf keeps nobody out, and leaves room for what signatures may need some day. */
static void
test_largest (Door *door, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (CvMlsKeyPackageInfo) info = {0};
  g_autoptr (CvE2eeKnock) knock = open_at (door, door->keys, door->sealed, NOW_S, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_key_package_inspect (
      door->crypto, door->suite, cv_span_from_bytes (door->key_package), NOW_S, &info, &error));
  g_test_message ("%zu bytes", info.leaf_len);
  g_assert_cmpuint (info.leaf_len, <=, CV_E2EE_LEAF_MAX_LEN * 3 / 4);
}

/* It could neither be let in nor thrown out. */
static void
test_names_no_connection (Door *door, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (open_at (door, door->keys, door->sealed, NOW_S, &error));
  g_assert_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_POLICY);
}

static void
test_rejects_other_secret (Door *door, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (open_at (door, door->other_keys, door->sealed, NOW_S, &error));
  g_assert_error (error, CV_E2EE_ERROR, CV_E2EE_ERROR_AUTHENTICATION);
}

static void
test_rejects_every_change (Door *door, gconstpointer data)
{
  gsize len;
  const guint8 *bytes = g_bytes_get_data (door->sealed, &len);
  for (gsize at = 0; at < len; at += 7) {
    guint8 *copy = g_memdup2 (bytes, len);
    copy[at] ^= 0x10;
    g_autoptr (GBytes) changed = g_bytes_new_take (copy, len);
    g_assert_null (open_at (door, door->keys, changed, NOW_S, NULL));
  }
  for (gsize cut = 0; cut < len; cut += 13) {
    g_autoptr (GBytes) shorter = g_bytes_new (bytes, cut);
    g_assert_null (open_at (door, door->keys, shorter, NOW_S, NULL));
  }
}

static void
test_rejects_other_times (Door *door, gconstpointer data)
{
  g_assert_null (open_at (door, door->keys, door->sealed, NOW_S + 3600, NULL));
  g_assert_null (open_at (door, door->keys, door->sealed, NOW_S - 3600, NULL));
}

static void
test_rejects_sealed_rubbish (Door *door, gconstpointer data)
{
  /* Somebody with the link and bad intentions. */
  for (gsize len = 0; len < 300; len += 37) {
    guint8 rubbish[300];
    memset (rubbish, (int)len, sizeof rubbish);
    g_autoptr (GBytes) sealed =
        cv_e2ee_knock_seal (door->crypto, door->keys, cv_span (rubbish, len), NULL);
    g_assert_null (open_at (door, door->keys, sealed, NOW_S, NULL));
  }
}

#define ADD(name, test_fn) g_test_add ("/e2ee/knock/" name, Door, NULL, set_up, test_fn, tear_down)

int
main (int argc, char **argv)
{
  static const char *const nameless[] = {"", "0123456789abcdef0", "a\nb", "\xff"};
  g_test_init (&argc, &argv, NULL);
  ADD ("opens", test_opens);
  g_test_add ("/e2ee/knock/largest-leaf", Door, NULL, set_up_largest, test_largest, tear_down);
  for (gsize i = 0; i < G_N_ELEMENTS (nameless); i++) {
    g_autofree char *path = g_strdup_printf ("/e2ee/knock/names-no-connection/%zu", i);
    g_test_add (path, Door, nameless[i], set_up_nameless, test_names_no_connection, tear_down);
  }
  ADD ("rejects-other-secret", test_rejects_other_secret);
  ADD ("rejects-every-change", test_rejects_every_change);
  ADD ("rejects-other-times", test_rejects_other_times);
  ADD ("rejects-sealed-rubbish", test_rejects_sealed_rubbish);
  return g_test_run ();
}
