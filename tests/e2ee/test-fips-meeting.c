/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Whole meetings in FIPS mode: group, identities, frames, and who may come in. */
#include "fixtures/e2ee-world-private.h"
#include "fixtures/fips.h"

#define SECOND G_USEC_PER_SEC

static const CvMlsSuiteId strict = {0xF002};
static const CvMlsSuiteId classic = {0x0007};

/* People come, speak and leave; one falls behind, re-synchronises and is removed: every kind of
 * commit there is, with the frames of each epoch. */
static void
test_history (gconstpointer suite)
{
  g_autoptr (CvCrypto) crypto = NULL;
  g_autoptr (GError) error = NULL;
  World *world;
  Person *alice;
  Person *bob;
  Person *carol;
  Person *dave;

  if (fips_is_missing ())
    return;
  crypto = fips_new ();
  world = world_new_in (*(const CvMlsSuiteId *)suite, crypto);
  alice = world_add (world, "Alice", "1");
  bob = world_add (world, "Bob", "1");
  carol = world_add (world, "Carol", "1");
  dave = world_add (world, "Dave", "1");
  world_host (world, alice, CV_E2EE_ADMISSION_LINK);
  world_join (world, bob);
  world_join (world, carol);
  world_join (world, dave);
  world_run_for (world, SECOND);
  world_assert_agree (world);
  world_assert_media (alice, dave, CV_E2EE_OPENED);

  world_leave (world, dave);
  world_run_until_members (world, 3, 3 * SECOND);
  carol->is_forgotten = TRUE;
  world_cut (world, carol);
  world_leave (world, bob);
  world_run_for (world, 3 * SECOND);
  carol->has_no_log = TRUE;
  world_resume (world, carol);
  world_run_until_members (world, 2, 10 * SECOND);
  world_run_for (world, SECOND);
  world_assert_agree (world);
  world_assert_media (carol, alice, CV_E2EE_OPENED);
  g_assert_true (cv_e2ee_group_driver_remove (alice->driver, world_leaf (carol), &error));
  world_run_for (world, SECOND);
  g_assert_cmpint (carol->end, ==, CV_E2EE_END_REMOVED);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (alice->driver), ==, 1);
  world_free (world);
}

/* A person in the other mode, with an Ed25519 identity that the module verifies. */
static void
test_meets_the_other_mode (gconstpointer suite)
{
  g_autoptr (CvCrypto) crypto = NULL;
  g_autoptr (CvCrypto) other = cv_crypto_context_new (FALSE, NULL);
  World *world;
  Person *alice;
  Person *bob;

  if (fips_is_missing ())
    return;
  crypto = fips_new ();
  world = world_new_in (*(const CvMlsSuiteId *)suite, crypto);
  alice = world_add (world, "Alice", "correct horse");
  bob = world_add_in (world, other, "Bob", "correct horse");
  g_assert_cmpint (cv_identity_key_pair_get_algorithm (alice->identity), ==,
                   CV_IDENTITY_ALGORITHM_P384);
  g_assert_cmpint (cv_identity_key_pair_get_algorithm (bob->identity), ==,
                   CV_IDENTITY_ALGORITHM_ED25519);
  world_host (world, alice, CV_E2EE_ADMISSION_LINK);
  world_join (world, bob);
  world_run_for (world, SECOND);
  world_assert_agree (world);
  world_assert_media (alice, bob, CV_E2EE_OPENED);
  world_assert_media (bob, alice, CV_E2EE_OPENED);
  world_free (world);
}

/* The suite is refused before anything is sent. */
static void
test_other_suites_do_not_start (void)
{
  static const guint16 others[] = {0x0001, 0x0002, 0x0005, 0xF001};
  static const CvE2eeHostPolicy policy = {.is_chat_allowed = TRUE};
  g_autoptr (CvCrypto) crypto = NULL;

  if (fips_is_missing ())
    return;
  crypto = fips_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++) {
    World *world = world_new_in ((CvMlsSuiteId){others[i]}, crypto);
    Person *alice = world_add (world, "Alice", "");
    const CvE2eeGroupDriverParams params = {
        .crypto = crypto,
        .suite = world->suite,
        .identity = alice->identity,
        .name = "Alice",
        .room_keys = alice->keys,
        .member_id = alice->id,
        .ops = &world_ops,
        .data = alice,
    };
    g_autoptr (GError) hosting = NULL;
    g_autoptr (GError) joining = NULL;

    alice->driver = cv_e2ee_group_driver_new (&params);
    g_assert_false (cv_e2ee_group_driver_start_host (alice->driver, &policy, &hosting));
    g_assert_error (hosting, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_UNSUPPORTED);
    cv_e2ee_group_driver_free (alice->driver);
    alice->driver = cv_e2ee_group_driver_new (&params);
    g_assert_false (cv_e2ee_group_driver_start_join (alice->driver, &joining));
    g_assert_error (joining, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_UNSUPPORTED);
    g_assert_null (alice->last_knock);
    world_free (world);
  }
}

/* A passcode goes through what the room's link says, and FIPS mode does not have Argon2id. */
static void
test_passcodes (void)
{
  static const guint8 room_id[CV_E2EE_ROOM_ID_LEN] = {1};
  static const guint8 secret[CV_E2EE_ROOM_SECRET_LEN] = {2};
  g_autoptr (CvCrypto) crypto = NULL;
  g_autoptr (CvCrypto) other = cv_crypto_context_new (FALSE, NULL);
  g_autoptr (GError) error = NULL;
  CvE2eeRoomKeysParams params = {
      .room_id = CV_SPAN_ARRAY (room_id),
      .secret = CV_SPAN_ARRAY (secret),
      .passcode = CV_SPAN_LITERAL ("sesame"),
      .kdf = CV_CRYPTO_PASSWORD_PBKDF2,
  };

  if (fips_is_missing ())
    return;
  crypto = fips_new ();
  g_autoptr (CvE2eeRoomKeys) inside = cv_e2ee_room_keys_derive (crypto, &params, &error);
  g_assert_no_error (error);
  g_autoptr (CvE2eeRoomKeys) outside = cv_e2ee_room_keys_derive (other, &params, &error);
  g_assert_no_error (error);
  g_assert_true (cv_secret_span_equal (cv_secret_span (cv_e2ee_room_keys_get_psk (inside)),
                                       cv_secret_span (cv_e2ee_room_keys_get_psk (outside))));
  params.kdf = CV_CRYPTO_PASSWORD_ARGON2ID;
  g_assert_null (cv_e2ee_room_keys_derive (crypto, &params, &error));
  g_assert_error (error, CV_CRYPTO_ERROR, CV_CRYPTO_ERROR_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/e2ee/fips-meeting/history/pq-strict", &strict, test_history);
  g_test_add_data_func ("/e2ee/fips-meeting/history/fips", &classic, test_history);
  g_test_add_data_func ("/e2ee/fips-meeting/meets-the-other-mode/pq-strict", &strict,
                        test_meets_the_other_mode);
  g_test_add_data_func ("/e2ee/fips-meeting/meets-the-other-mode/fips", &classic,
                        test_meets_the_other_mode);
  g_test_add_func ("/e2ee/fips-meeting/other-suites-do-not-start", test_other_suites_do_not_start);
  g_test_add_func ("/e2ee/fips-meeting/passcodes", test_passcodes);
  return g_test_run ();
}
