/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Every parser of e2ee and identity, behind its seal or signature where it has one: what somebody
 * with the invite link, a member, or the own disk may hold.
 *
 * Promise: one encoding for each value. Every input goes to every parser. */
#include "crypto/aead.h"
#include "e2ee/admission.h"
#include "e2ee/envelope.h"
#include "e2ee/heartbeat.h"
#include "e2ee/knock.h"
#include "e2ee/policy.h"
#include "e2ee/room-keys.h"
#include "fuzz/fuzz.h"
#include "fuzz/mls-omniscience.h"
#include "identity/contacts.h"
#include "mls/members.h"

#include <glib/gstdio.h>
#include <string.h>

#define CONTACTS_MAGIC "CVCONTA1"
#define ROOM_ID CV_SPAN_LITERAL ("0123456789abcdef")

typedef struct {
  CvCrypto *crypto;
  CvE2eeRoomKeys *keys;
  CvSecret *contacts_key;
  char *contacts_path;
  Member *joiner; /* its KeyPackage carries a statement */
  GBytes *statement;
  CvIdentityKeyPair *identity;
} World;

static void
make_joiner (World *world)
{
  CvIdentityStatementParams params = {
      .name = "Ana",
      .room_id = ROOM_ID,
      .not_before_s = TEST_NOW_S - 60,
      .not_after_s = TEST_NOW_S + 3600,
  };
  g_autofree char *folder = g_dir_make_tmp ("conclave-fuzz-XXXXXX", NULL);

  world->joiner = member_new (members_get_suite (0x0001), "joiner");
  world->identity = cv_identity_key_pair_generate (world->crypto, NULL);
  params.mls_public = cv_span_from_bytes (world->joiner->signature.public_key);
  world->statement = cv_identity_statement_sign (world->crypto, world->identity, &params, NULL);
  g_assert_nonnull (world->statement);
  world->contacts_path = g_build_filename (folder, "contacts", NULL);
}

static World *
get_world (void)
{
  static World *world;
  static const guint8 secret[CV_E2EE_ROOM_SECRET_LEN] = {1};
  const CvE2eeRoomKeysParams params = {.room_id = ROOM_ID, .secret = CV_SPAN_ARRAY (secret)};

  if (world)
    return world;
  fuzz_random_restart (1);
  world = g_new0 (World, 1);
  world->crypto = members_get_crypto ();
  world->keys = cv_e2ee_room_keys_derive (world->crypto, &params, NULL);
  g_assert_nonnull (world->keys);
  world->contacts_key = cv_secret_new (32);
  make_joiner (world);
  return world;
}

/* ---- parsers ---- */

static void
feed_policy (CvSpan input)
{
  CvE2eePolicy policy;
  g_autoptr (GBytes) again = NULL;

  if (!cv_e2ee_policy_parse (input, &policy, NULL))
    return;
  again = cv_e2ee_policy_write (&policy);
  g_assert_true (cv_span_equal (cv_span_from_bytes (again), input));
  g_assert_true (cv_e2ee_policy_is_moderator (&policy, policy.moderators[0].hash));
  g_assert_true (cv_e2ee_policy_may_become (&policy, &policy));
}

static void
feed_heartbeat (CvSpan input)
{
  g_auto (CvE2eeHeartbeat) heartbeat = {0};
  g_autoptr (GBytes) again = NULL;

  if (!cv_e2ee_heartbeat_parse (input, &heartbeat, NULL))
    return;
  again = cv_e2ee_heartbeat_write (&heartbeat);
  g_assert_true (cv_span_equal (cv_span_from_bytes (again), input));
}

static void
feed_admissions (CvSpan input)
{
  g_autoptr (GPtrArray) admissions = cv_e2ee_admission_parse_list (input, NULL);
  g_autoptr (GBytes) again = NULL;

  if (!admissions || input.len == 0)
    return;
  again = cv_e2ee_admission_write_list (admissions);
  g_assert_true (cv_span_equal (cv_span_from_bytes (again), input));
}

static void
feed_envelope (CvSpan input)
{
  CvE2eeEnvelope envelope;
  CvSpan frame;
  guint8 again[CV_E2EE_ENVELOPE_MAX_LEN];
  gsize len;

  if (!cv_e2ee_envelope_parse (input, &envelope, &frame, NULL))
    return;
  len = cv_e2ee_envelope_write (&envelope, again);
  g_assert_true (cv_span_equal (cv_span (again, len), cv_span (input.data, len)));
  g_assert_true (cv_span_equal (frame, cv_span (input.data + len, input.len - len)));
}

static void
feed_statement (const World *world, CvSpan input)
{
  const CvIdentityStatementChecks checks = {
      .mls_public = cv_span_from_bytes (world->joiner->signature.public_key),
      .room_id = ROOM_ID,
      .now_s = TEST_NOW_S,
  };
  g_autoptr (CvIdentityStatement) statement =
      cv_identity_statement_verify (world->crypto, input, &checks, NULL);

  if (!statement)
    return;
  g_assert_true (cv_identity_statement_check_fixed_name (statement->name, NULL));
  g_assert_cmpuint (input.len, <=, CV_IDENTITY_STATEMENT_MAX_LEN);
}

/* A name as somebody types it: what is left of it is allowed. */
static void
feed_name (CvSpan input)
{
  g_autofree char *typed = g_strndup (input.len > 0 ? (const char *)input.data : "", input.len);
  g_autofree char *clean = NULL;

  if (!g_utf8_validate (typed, -1, NULL))
    return;
  clean = cv_identity_statement_dup_clean_name (typed);
  if (clean) {
    g_assert_true (cv_identity_statement_check_name (clean, NULL));
    g_assert_true (cv_identity_statement_check_fixed_name (clean, NULL));
  }
}

/* As somebody with the invite link could seal it. */
static void
feed_knock (const World *world, CvSpan input)
{
  g_autoptr (GBytes) sealed = cv_e2ee_knock_seal (world->crypto, world->keys, input, NULL);
  g_autoptr (CvE2eeKnock) knock = NULL;

  g_assert_null (cv_e2ee_knock_open (world->crypto, world->keys, world->joiner->suite, input,
                                     TEST_NOW_S, NULL));
  if (!sealed)
    return;
  knock = cv_e2ee_knock_open (world->crypto, world->keys, world->joiner->suite,
                              cv_span_from_bytes (sealed), TEST_NOW_S, NULL);
  if (knock)
    g_assert_true (cv_e2ee_commit_is_id (cv_span (knock->member_id, strlen (knock->member_id))));
}

/* The file of contacts, past its seal. */
static void
feed_contacts (const World *world, CvSpan input)
{
  g_autoptr (GBytes) box =
      cv_crypto_aead_seal_box (world->crypto, cv_secret_span (world->contacts_key),
                               CV_SPAN_LITERAL (CONTACTS_MAGIC), input, NULL);
  g_autoptr (CvIdentityContacts) contacts = NULL;
  g_auto (CvWriter) file = {0};

  cv_writer_init (&file);
  cv_writer_put (&file, CV_SPAN_LITERAL (CONTACTS_MAGIC));
  cv_writer_put (&file, cv_span_from_bytes (box));
  g_assert_true (g_file_set_contents (world->contacts_path,
                                      (const char *)cv_writer_span (&file).data,
                                      (gssize)cv_writer_span (&file).len, NULL));
  contacts =
      cv_identity_contacts_new (world->crypto, world->contacts_key, world->contacts_path, NULL);
  g_unlink (world->contacts_path);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  const World *world = get_world ();
  CvSpan input;

  if (len == 0)
    return 0;
  /* The first byte says whether signatures count as the adversary's own, and what touches the disk,
   * which is slow. */
  input = len > 1 ? cv_span (data + 1, len - 1) : CV_SPAN_EMPTY;
  fuzz_random_restart ((guint64)len << 32);
  feed_policy (input);
  feed_heartbeat (input);
  feed_admissions (input);
  feed_envelope (input);
  feed_name (input);
  fuzz_omniscience.holds_keys = data[0] & 1;
  feed_statement (world, input);
  feed_knock (world, input);
  fuzz_omniscience.holds_keys = FALSE;
  if (data[0] & 2)
    feed_contacts (world, input);
  return 0;
}

/* ---- seeds ---- */

static void
add_contacts (GPtrArray *seeds)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_vector (&writer, CV_SPAN_LITERAL ("\1key"));
  cv_writer_vector (&writer, CV_SPAN_LITERAL ("Ana"));
  cv_writer_u64 (&writer, 1);
  cv_writer_u64 (&writer, 2);
  cv_writer_u8 (&writer, 1);
  cv_writer_u64 (&writer, 3);
  fuzz_seeds_add_kind (seeds, 2, cv_writer_span (&writer));
}

static void
add_heartbeat (GPtrArray *seeds)
{
  g_autoptr (GBytes) transcript = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  const CvE2eeHeartbeat heartbeat = {.epoch = 3, .transcript_hash = transcript, .sent_us = 2000000};
  g_autoptr (GBytes) encoded = cv_e2ee_heartbeat_write (&heartbeat);

  fuzz_seeds_add_kind (seeds, 0, cv_span_from_bytes (encoded));
}

static void
add_admissions (GPtrArray *seeds)
{
  g_autoptr (GPtrArray) list =
      g_ptr_array_new_with_free_func ((GDestroyNotify)cv_e2ee_admission_free);
  CvE2eeAdmission *admission = g_new0 (CvE2eeAdmission, 1);
  g_autoptr (GBytes) encoded = NULL;

  admission->key_package_ref = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  admission->expiry_s = TEST_NOW_S + CV_E2EE_ADMISSION_LIFETIME_S;
  admission->signature = g_bytes_new_static ("signature", 9);
  g_ptr_array_add (list, admission);
  encoded = cv_e2ee_admission_write_list (list);
  fuzz_seeds_add_kind (seeds, 0, cv_span_from_bytes (encoded));
}

static void
add_policy (GPtrArray *seeds)
{
  const CvE2eePolicy policy = {
      .n_moderators = 1, .sframe_suite = CV_SFRAME_SUITE_AES_256_GCM, .epoch_bits = 4};
  g_autoptr (GBytes) encoded = cv_e2ee_policy_write (&policy);

  fuzz_seeds_add_kind (seeds, 0, cv_span_from_bytes (encoded));
}

/* A KeyPackage with the statement as its identity: the inside of a knock. */
static void
add_offer (GPtrArray *seeds, const World *world)
{
  CvMlsLeafParams params = member_leaf_params (world->joiner);
  g_autoptr (CvMlsJoiner) joiner = NULL;

  params.identity = cv_span_from_bytes (world->statement);
  params.application_id = CV_SPAN_LITERAL ("0123456789abcdef");
  joiner = cv_mls_joiner_new (world->crypto, &params, NULL);
  g_assert_nonnull (joiner);
  fuzz_seeds_add_kind (seeds, 1, cv_span_from_bytes (cv_mls_joiner_get_key_package (joiner)));
}

GPtrArray *
fuzz_dup_seeds (void)
{
  const World *world = get_world ();
  const CvE2eeEnvelope envelope = {
      .codec = 2, .is_key_frame = TRUE, .width = 640, .height = 360, .capture_time_us = 1};
  guint8 frame[CV_E2EE_ENVELOPE_MAX_LEN + 4] = {0};
  GPtrArray *seeds = fuzz_seeds_new ();

  add_policy (seeds);
  add_heartbeat (seeds);
  add_admissions (seeds);
  cv_e2ee_envelope_write (&envelope, frame);
  fuzz_seeds_add_kind (seeds, 0, CV_SPAN_ARRAY (frame));
  fuzz_seeds_add_kind (seeds, 0, CV_SPAN_LITERAL ("Zo\xc3\xab \xe2\x80\xae x"));
  fuzz_seeds_add_kind (seeds, 1, cv_span_from_bytes (world->statement));
  add_offer (seeds, world);
  add_contacts (seeds);
  return seeds;
}
