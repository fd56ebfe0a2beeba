/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "e2ee/hostile-meeting.h"

#include "crypto/signature.h"
#include "fixtures/raw-statement.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

static void
start (HostileMeeting *meeting, CvE2eeAdmissionMode admission)
{
  g_autoptr (GError) error = NULL;
  meeting->world = world_new ((CvMlsSuiteId){0x0001});
  meeting->alice = world_add (meeting->world, "Alice", "");
  meeting->bob = world_add (meeting->world, "Bob", "");
  meeting->carol = world_add (meeting->world, "Carol", "");
  Person *guests[] = {meeting->bob, meeting->carol};
  world_host (meeting->world, meeting->alice, admission);
  for (guint i = 0; i < 2; i++) {
    world_knock (meeting->world, guests[i]);
    world_run_for (meeting->world, SECOND / 100);
    if (admission == CV_E2EE_ADMISSION_MODERATOR)
      g_assert_true (cv_e2ee_group_driver_admit (meeting->alice->driver, guests[i]->id, &error));
    world_run_until_members (meeting->world, i + 2, 5 * SECOND);
  }
  world_run_for (meeting->world, 2 * SECOND);
}

void
hostile_set_up (HostileMeeting *meeting, gconstpointer data)
{
  start (meeting, CV_E2EE_ADMISSION_LINK);
}

void
hostile_set_up_moderated (HostileMeeting *meeting, gconstpointer data)
{
  start (meeting, CV_E2EE_ADMISSION_MODERATOR);
}

void
hostile_tear_down (HostileMeeting *meeting, gconstpointer data)
{
  world_free (meeting->world);
}

void
hostile_commit (HostileMeeting *meeting, CvMlsCommitParams *params)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  params->now_s = (guint64)(meeting->world->clock.wall_us / G_USEC_PER_SEC);
  g_assert_true (cv_mls_group_commit (meeting->bob->driver->group, params, &result, &error));
  g_assert_no_error (error);
  g_autoptr (CvE2eeCommit) commit = world_name_commit (meeting->bob, params, result.commit);
  world_order (meeting->world, meeting->bob, commit);
}

void
hostile_assert_refused (HostileMeeting *meeting)
{
  guint64 epoch = cv_e2ee_group_driver_get_epoch (meeting->alice->driver);
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->alice->driver), ==, epoch);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->carol->driver), ==, epoch);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_FORBIDDEN_COMMIT),
      ==, 1);
  g_assert_cmpuint (meeting->world->n_voided, ==, 1);
  const CvE2eeTrust *trust = cv_e2ee_group_driver_get_trust (meeting->alice->driver);
  g_assert_cmpint (trust->state, ==, CV_E2EE_SHIELD_WARNING);
  CvE2eeReason reason = g_array_index (trust->reasons, CvE2eeReason, 0);
  g_assert_cmpint (reason.kind, ==, CV_E2EE_REASON_REJECTED_COMMIT);
  g_assert_cmpuint (reason.leaf.index, ==, world_leaf (meeting->bob).index);
  /* The server has thrown Bob out; the others go on. */
  world_run_until_members (meeting->world, 2, 25 * SECOND);
  world_run_for (meeting->world, SECOND);
  world_assert_agree (meeting->world);
}

void
hostile_leaf_clear (HostileLeaf *leaf)
{
  cv_crypto_key_pair_clear (&leaf->key);
  g_clear_pointer (&leaf->statement, g_bytes_unref);
  g_clear_pointer (&leaf->connection, g_free);
}

void
hostile_leaf_init (HostileLeaf *leaf, World *world, const HostileGuest *guest)
{
  g_autoptr (GError) error = NULL;
  g_auto (CvCryptoKeyPair) other = {0};
  static const guint16 types[] = {CV_E2EE_POLICY_TYPE};
  guint64 now_s = (guint64)(world->clock.wall_us / G_USEC_PER_SEC);
  g_autoptr (CvIdentityKeyPair) identity =
      guest->identity != NULL ? cv_identity_key_pair_ref (guest->identity)
                              : cv_identity_key_pair_generate (world->crypto, &error);
  if (guest->key != NULL) {
    leaf->key.public_key = g_bytes_ref (guest->key->public_key);
    leaf->key.private_key = cv_secret_ref (guest->key->private_key);
  } else {
    g_assert_true (
        cv_crypto_signature_generate (world->crypto, world->suite->signature, &leaf->key, &error));
  }
  g_assert_true (
      cv_crypto_signature_generate (world->crypto, world->suite->signature, &other, &error));
  CvIdentityStatementParams statement_params = {
      .name = guest->name,
      .mls_public =
          cv_span_from_bytes (guest->signs_another_key ? other.public_key : leaf->key.public_key),
      .room_id = CV_SPAN_ARRAY (guest->room_id),
      .not_before_s = now_s - (guest->begun_s != 0 ? guest->begun_s : 60),
      .not_after_s = now_s + (guest->statement_left_s != 0 ? guest->statement_left_s : 3600),
  };
  leaf->statement = raw_statement_sign (world->crypto, identity, &statement_params);
  leaf->connection = guest->connection != NULL ? g_strdup (guest->connection)
                                               : g_strdup_printf ("%016x", ++world->n_connections);
  leaf->params = (CvMlsLeafParams){
      .suite = world->suite,
      .signature_private = cv_secret_span (leaf->key.private_key),
      .signature_public = cv_span_from_bytes (leaf->key.public_key),
      .identity = cv_span_from_bytes (leaf->statement),
      .application_id = cv_span (leaf->connection, strlen (leaf->connection)),
      .extension_types = types,
      .n_extension_types = guest->lacks_policy ? 0 : 1,
      .not_before_s = statement_params.not_before_s,
      .not_after_s = now_s + (guest->leaf_left_s != 0 ? guest->leaf_left_s : 3600),
  };
}

GBytes *
hostile_make_key_package (World *world, const HostileGuest *guest)
{
  g_autoptr (GError) error = NULL;
  g_auto (HostileLeaf) leaf = {0};
  hostile_leaf_init (&leaf, world, guest);
  g_autoptr (CvMlsJoiner) joiner = cv_mls_joiner_new (world->crypto, &leaf.params, &error);
  g_assert_no_error (error);
  return g_bytes_ref (cv_mls_joiner_get_key_package (joiner));
}

void
hostile_add_package (HostileMeeting *meeting, GBytes *key_package, gboolean has_psk)
{
  CvSpan span = cv_span_from_bytes (key_package);
  CvMlsPsk psk = {
      .id = cv_e2ee_room_keys_get_psk_id (meeting->bob->keys),
      .secret = cv_e2ee_room_keys_get_psk (meeting->bob->keys),
  };
  hostile_commit (
      meeting,
      &(CvMlsCommitParams){.adds = &span, .n_adds = 1, .psks = &psk, .n_psks = has_psk ? 1 : 0});
}

void
hostile_add (HostileMeeting *meeting, const HostileGuest *guest, gboolean has_psk)
{
  g_autoptr (GBytes) key_package = hostile_make_key_package (meeting->world, guest);
  hostile_add_package (meeting, key_package, has_psk);
}

HostileGuest
hostile_make_guest (HostileMeeting *meeting)
{
  HostileGuest guest = {.name = "Mallory"};
  memcpy (guest.room_id, meeting->world->room_id, sizeof guest.room_id);
  return guest;
}

void
hostile_knock (HostileMeeting *meeting, const char *knock_id, GBytes *key_package)
{
  g_autoptr (GError) error = NULL;
  Person *inside[] = {meeting->alice, meeting->bob, meeting->carol};
  g_autoptr (GBytes) sealed = cv_e2ee_knock_seal (meeting->world->crypto, meeting->bob->keys,
                                                  cv_span_from_bytes (key_package), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (inside); i++)
    cv_e2ee_group_driver_on_knock (inside[i]->driver, knock_id, sealed);
}
