/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "fuzz/mls-room.h"

#include "crypto/signature.h"
#include "fuzz/fuzz.h"
#include "mls/group-digest.h"

static void
follow_all (FuzzRoom *room, gsize sender, GBytes *commit)
{
  for (gsize i = 0; i < FUZZ_ROOM_MEMBERS; i++)
    if (i != sender && room->members[i] && room->members[i]->group)
      member_follow (room->members[i], commit);
}

static void
refresh (FuzzRoom *room, gsize sender)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (room->members[sender], &params, &result);
  follow_all (room, sender, result.commit);
}

static void
remove_one (FuzzRoom *room, guint32 leaf)
{
  CvMlsLeaf removed = {leaf};
  CvMlsCommitParams params = {.removes = &removed, .n_removes = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  Member *gone = room->members[leaf];

  member_commit (room->members[0], &params, &result);
  room->members[leaf] = NULL;
  follow_all (room, 0, result.commit);
  member_free (gone);
}

/* A group of one with a policy, and somebody outside who may propose. */
static void
create_group (FuzzRoom *room)
{
  Member *creator = room->members[0];
  CvMlsLeafParams leaf = member_leaf_params (creator);
  CvMlsExternalSender sender = {.identity = CV_SPAN_LITERAL ("external sender")};
  g_autoptr (GBytes) senders = NULL;
  CvMlsExtensionValue extensions[] = {{TEST_POLICY_TYPE, CV_SPAN_LITERAL ("policy 0")},
                                      {CV_MLS_EXTENSION_EXTERNAL_SENDERS, CV_SPAN_EMPTY}};
  CvMlsCreateParams params = {
      .leaf = &leaf,
      .group_id = CV_SPAN_LITERAL ("group"),
      .extensions = extensions,
      .n_extensions = G_N_ELEMENTS (extensions),
  };

  g_assert_true (cv_crypto_signature_generate (members_get_crypto (), creator->suite->signature,
                                               &room->external, NULL));
  sender.signature_public = cv_span_from_bytes (room->external.public_key);
  senders = cv_mls_external_senders_encode (&sender, 1);
  extensions[1].data = cv_span_from_bytes (senders);
  creator->group = cv_mls_group_create (members_get_crypto (), &params, NULL);
  g_assert_nonnull (creator->group);
}

static void
prepare_good_commit (FuzzRoom *room)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  fuzz_room_reset (room);
  g_assert_true (cv_mls_group_commit (room->members[4]->group, &params, &result, NULL));
  room->good_commit = g_bytes_ref (result.commit);
  room->good_authenticator = cv_span_dup (cv_mls_group_get_epoch_authenticator (result.next));
}

static FuzzRoom *
make_room (guint16 suite)
{
  FuzzRoom *room = g_new0 (FuzzRoom, 1);

  fuzz_random_restart (suite);
  for (gsize i = 0; i < FUZZ_ROOM_MEMBERS; i++) {
    g_autofree char *name = g_strdup_printf ("member %zu", i);

    room->members[i] = member_new (members_get_suite (suite), name);
  }
  create_group (room);
  for (gsize i = 1; i < FUZZ_ROOM_MEMBERS - 1; i++)
    member_add (room->members[i - 1], room->members[i], room->members, FUZZ_ROOM_MEMBERS);
  for (gsize i = 0; i < FUZZ_ROOM_MEMBERS - 1; i++)
    refresh (room, i);
  /* The added one gets the leftmost blank leaf: leaf 6 first, then 3 becomes free. */
  member_add (room->members[5], room->members[6], room->members, FUZZ_ROOM_MEMBERS);
  remove_one (room, FUZZ_ROOM_GONE);
  room->encryption_secret = cv_secret_new (room->members[0]->suite->hash_len);
  prepare_good_commit (room);
  return room;
}

FuzzRoom *
fuzz_room_get (guint16 suite)
{
  static GHashTable *rooms;
  FuzzRoom *room;

  if (!rooms)
    rooms = g_hash_table_new (NULL, NULL);
  room = g_hash_table_lookup (rooms, GUINT_TO_POINTER (suite));
  if (!room) {
    room = make_room (suite);
    g_hash_table_insert (rooms, GUINT_TO_POINTER (suite), room);
  }
  return room;
}

void
fuzz_room_reset (FuzzRoom *room)
{
  for (gsize i = 0; i < FUZZ_ROOM_MEMBERS; i++) {
    CvMlsGroup *group;

    if (!room->members[i])
      continue;
    group = room->members[i]->group;
    cv_mls_secret_tree_free (group->secret_tree);
    group->secret_tree = cv_mls_secret_tree_new (
        &group->epoch->cipher, cv_secret_span (room->encryption_secret),
        cv_mls_group_get_leaf_count (group), cv_mls_group_get_own_leaf (group), NULL);
    g_assert_nonnull (group->secret_tree);
    g_ptr_array_set_size (group->pending, 0);
    g_ptr_array_set_size (group->forgotten, 0);
  }
}

CvSecret *
fuzz_room_find_resumption (gpointer data, CvSpan group_id, guint64 epoch)
{
  guint8 secret[32] = {0xF0, (guint8)epoch};

  if (epoch > 3 || !cv_span_equal (group_id, CV_SPAN_LITERAL (FUZZ_ROOM_OTHER)))
    return NULL;
  return cv_secret_new_from (CV_SPAN_ARRAY (secret));
}

gboolean
fuzz_room_try_receive (Member *member, CvSpan message, CvMlsReceived *received, GError **error)
{
  CvMlsReceiveParams params = {
      .message = message,
      .find_psk = members_find_psk,
      .find_resumption = fuzz_room_find_resumption,
      .now_s = TEST_NOW_S,
  };

  return cv_mls_group_receive (member->group, &params, received, error);
}

void
fuzz_snapshot_take (FuzzSnapshot *snapshot, const Member *member, gboolean has_digest)
{
  const CvMlsGroup *group = member->group;

  *snapshot = (FuzzSnapshot){
      .group = group,
      .epoch = group->epoch,
      .authenticator = cv_span_dup (cv_mls_group_get_epoch_authenticator (group)),
      .tree = cv_mls_group_encode_tree (group->epoch->tree),
      .n_pending = group->pending->len,
      .digest = has_digest ? group_digest_dup (group) : NULL,
      .fixed_digest = has_digest ? group_digest_dup_but_ratchets (group) : NULL,
  };
}

void
fuzz_snapshot_assert_same (const FuzzSnapshot *snapshot, const Member *member)
{
  const CvMlsGroup *group = member->group;
  g_autoptr (GBytes) tree = cv_mls_group_encode_tree (group->epoch->tree);

  g_assert_true (group == snapshot->group && group->epoch == snapshot->epoch);
  g_assert_true (cv_span_equal (cv_mls_group_get_epoch_authenticator (group),
                                cv_span_from_bytes (snapshot->authenticator)));
  g_assert_true (g_bytes_equal (tree, snapshot->tree));
  g_assert_cmpuint (group->pending->len, ==, snapshot->n_pending);
}

void
fuzz_snapshot_assert_same_secrets (const FuzzSnapshot *snapshot, const Member *member,
                                   gboolean has_used_key)
{
  g_autoptr (GBytes) digest = NULL;

  if (!snapshot->digest)
    return;
  digest = has_used_key ? group_digest_dup_but_ratchets (member->group)
                        : group_digest_dup (member->group);
  g_assert_true (g_bytes_equal (digest, has_used_key ? snapshot->fixed_digest : snapshot->digest));
}

void
fuzz_snapshot_clear (FuzzSnapshot *snapshot)
{
  g_clear_pointer (&snapshot->fixed_digest, g_bytes_unref);
  g_clear_pointer (&snapshot->digest, g_bytes_unref);
  g_clear_pointer (&snapshot->authenticator, g_bytes_unref);
  g_clear_pointer (&snapshot->tree, g_bytes_unref);
}

void
fuzz_room_assert_alive (FuzzRoom *room, Member *member)
{
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  member_try_receive (member, cv_span_from_bytes (room->good_commit), &received, &error);
  g_assert_no_error (error);
  g_assert_true (cv_span_equal (cv_mls_group_get_epoch_authenticator (received.next),
                                cv_span_from_bytes (room->good_authenticator)));
}

void
fuzz_room_assert_usable (CvMlsGroup *group)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GBytes) hello = NULL;
  g_autoptr (GError) error = NULL;

  hello = cv_mls_group_protect (group, CV_SPAN_LITERAL ("hello"), CV_SPAN_EMPTY, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_group_commit (group, &params, &result, &error) || error);
  g_assert_no_error (error);
}
