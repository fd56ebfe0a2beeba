/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "fuzz/mls-door.h"

#include "fuzz/fuzz.h"

#define POLICY {TEST_POLICY_TYPE, CV_SPAN_LITERAL (FUZZ_DOOR_POLICY)}

static GBytes *
encode_secrets (const CvMlsGroupSecrets *secrets)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init_secret (&writer);
  cv_mls_group_secrets_write (&writer, secrets);
  return cv_span_dup (cv_writer_span (&writer));
}

GBytes *
fuzz_door_encode_info (const CvMlsGroupInfo *info)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_mls_group_info_write (&writer, info);
  return cv_writer_take (&writer);
}

CvMlsPskLookup
fuzz_door_lookup (const FuzzDoor *door)
{
  return (CvMlsPskLookup){
      .find = members_find_psk,
      .find_resumption = fuzz_room_find_resumption,
      .past = door->parent ? door->parent->past : NULL,
      .group_id = door->parent ? cv_mls_group_get_id (door->parent) : CV_SPAN_EMPTY,
  };
}

/* The joiner's own keys open its Welcome again. */
static void
open_welcome (FuzzDoor *door, const CvMlsCipher *cipher, const CvMlsKeyPackage *package,
              const CvMlsKeyPackageKeys *keys)
{
  g_autoptr (GBytes) ref = cv_mls_key_package_dup_ref_hash (cipher, package, NULL);
  CvMlsPskLookup lookup = fuzz_door_lookup (door);
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvMlsGroupSecrets) secrets = {0};
  g_auto (CvMlsGroupInfo) info = {0};
  g_autoptr (CvSecret) psk_secret = NULL;
  g_autoptr (CvSecret) welcome_secret = NULL;

  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (door->welcome), &message, NULL));
  g_assert_true (cv_mls_welcome_open_secrets (cipher, &message.welcome, cv_span_from_bytes (ref),
                                              cv_secret_span (keys->init_private), &secrets, NULL));
  psk_secret = cv_mls_psk_lookup_secret (cipher, &lookup, secrets.psks, NULL);
  g_assert_nonnull (psk_secret);
  welcome_secret = cv_mls_key_schedule_welcome (cipher, cv_secret_span (secrets.joiner_secret),
                                                cv_secret_span (psk_secret), NULL);
  g_assert_true (cv_mls_welcome_open_group_info (cipher, &message.welcome,
                                                 cv_secret_span (welcome_secret), &info, NULL));
  door->secrets = encode_secrets (&secrets);
  door->info = fuzz_door_encode_info (&info);
}

static void
invite_to_room (const FuzzDoor *door, CvSpan offer, CvMlsCommitResult *result)
{
  CvMlsCommitParams params = {.adds = &offer, .n_adds = 1, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_group_commit (door->room->members[0]->group, &params, result, &error)
                 || error);
  g_assert_no_error (error);
}

static void
invite_to_branch (FuzzDoor *door, CvSpan offer, CvMlsCommitResult *result)
{
  CvMlsLeafParams leaf = member_leaf_params (door->room->members[0]);
  CvMlsExtensionValue policy = POLICY;
  CvMlsSuccessorParams params = {
      .leaf = &leaf,
      .group_id = CV_SPAN_LITERAL ("branch"),
      .extensions = &policy,
      .n_extensions = 1,
      .adds = &offer,
      .n_adds = 1,
      .now_s = TEST_NOW_S,
  };
  g_autoptr (GError) error = NULL;

  door->parent = cv_mls_group_ref (door->room->members[1]->group);
  g_assert_true (cv_mls_group_branch (door->room->members[0]->group, &params, result, &error)
                 || error);
  g_assert_no_error (error);
}

/* Member 0 ends the room; what it and member 1 hold then. Full. */
static CvMlsGroup *
end_room (FuzzDoor *door)
{
  Member *const *members = door->room->members;
  CvMlsExtensionValue policy = POLICY;
  CvMlsReinit reinit = {
      .group_id = CV_SPAN_LITERAL ("next group"),
      .suite = members[0]->suite->id,
      .extensions = &policy,
      .n_extensions = 1,
  };
  CvMlsCommitParams params = {.reinit = &reinit, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_group_commit (members[0]->group, &params, &result, &error) || error);
  g_assert_no_error (error);
  g_assert_true (
      fuzz_room_try_receive (members[1], cv_span_from_bytes (result.commit), &received, &error)
      || error);
  g_assert_no_error (error);
  door->parent = g_steal_pointer (&received.next);
  return g_steal_pointer (&result.next);
}

/* Everybody has to be in it: §11.2. */
static void
invite_to_reinit (FuzzDoor *door, CvSpan offer, CvMlsCommitResult *result)
{
  Member *const *members = door->room->members;
  g_autoptr (CvMlsGroup) last = end_room (door);
  CvMlsLeafParams leaf = member_leaf_params (members[0]);
  CvSpan adds[FUZZ_ROOM_MEMBERS] = {offer};
  CvMlsSuccessorParams params = {.leaf = &leaf, .adds = adds, .n_adds = 1, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;

  for (gsize i = 2; i < FUZZ_ROOM_MEMBERS; i++)
    if (members[i])
      adds[params.n_adds++] = member_offer (members[i]);
  g_assert_true (cv_mls_group_reinit (last, &params, result, &error) || error);
  g_assert_no_error (error);
}

static FuzzDoor *
make_door (guint16 suite, FuzzDoorKind kind)
{
  FuzzDoor *door = g_new0 (FuzzDoor, 1);
  CvMlsLeafParams leaf;
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;
  g_auto (CvMlsCommitResult) result = {0};
  CvSpan offer;

  door->room = fuzz_room_get (suite);
  fuzz_room_reset (door->room);
  /* Neither the room's keys nor those of another door. */
  fuzz_random_restart (suite + ((guint64)kind + 1) * 0x10000u);
  door->joiner =
      member_new (members_get_suite (suite), kind == FUZZ_DOOR_PLAIN ? "joiner" : "member 1");
  leaf = member_leaf_params (door->joiner);
  package = cv_mls_key_package_generate (members_get_crypto (), &leaf, &keys, NULL);
  g_assert_nonnull (package);
  door->joiner->joiner = cv_mls_joiner_restore (
      door->joiner->suite, package, &keys, cv_secret_span (door->joiner->signature.private_key));
  offer = cv_span_from_bytes (package->encoded);
  if (kind == FUZZ_DOOR_PLAIN)
    invite_to_room (door, offer, &result);
  else if (kind == FUZZ_DOOR_BRANCH)
    invite_to_branch (door, offer, &result);
  else
    invite_to_reinit (door, offer, &result);
  door->welcome = g_bytes_ref (result.welcome);
  open_welcome (door, &door->room->members[0]->group->epoch->cipher, package, &keys);
  return door;
}

const FuzzDoor *
fuzz_door_get (guint16 suite, FuzzDoorKind kind)
{
  static GHashTable *doors;
  guint key = suite * FUZZ_DOOR_N_KINDS + kind;
  FuzzDoor *door;

  if (!doors)
    doors = g_hash_table_new (NULL, NULL);
  door = g_hash_table_lookup (doors, GUINT_TO_POINTER (key));
  if (!door) {
    door = make_door (suite, kind);
    g_hash_table_insert (doors, GUINT_TO_POINTER (key), door);
  }
  return door;
}

GBytes *
fuzz_door_dup_secrets_with_resumption (const FuzzDoor *door)
{
  const CvMlsCipher *cipher = &door->room->members[0]->group->epoch->cipher;
  CvMlsPskId *id = g_new0 (CvMlsPskId, 1);
  g_auto (CvMlsGroupSecrets) secrets = {0};
  CvReader reader;

  cv_reader_init (&reader, cv_span_from_bytes (door->secrets));
  g_assert_true (cv_mls_group_secrets_read (&reader, &secrets));
  g_assert_true (
      cv_mls_psk_id_init_resumption (cipher, CV_SPAN_LITERAL (FUZZ_ROOM_OTHER), 1, id, NULL));
  g_ptr_array_add (secrets.psks, id);
  return encode_secrets (&secrets);
}
