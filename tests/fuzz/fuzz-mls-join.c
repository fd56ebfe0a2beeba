/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What an inviter with a changed client may show to who comes in, and a newcomer to who invites:
 * Welcomes sealed to the joiner's real key, GroupInfos and trees behind valid signatures, and
 * KeyPackages.
 *
 * GroupInfos are also for who comes in by an external commit, and for a member that lost its state.
 *
 * Promises: nobody crashes; who is in after any of it can talk and commit; a group that says it
 * follows the newcomer's own is what RFC 9420 §11.2 or §11.3 lets follow it; our own Welcome,
 * GroupInfo and KeyPackage are taken.
 *
 *   input = flags (1) kind (1) arguments, see the functions below */
#include "fuzz/fuzz.h"
#include "fuzz/mls-door.h"
#include "fuzz/mls-omniscience.h"
#include "mls/tree-hash.h"
#include "mls/tree-validation.h"

/* FITS: what the adversary would make fit (group id, tree hash, signer) is made to fit. BRANCH and
 * REINIT: the newcomer is in the room and expects a group that follows it. */
enum {
  FLAG_HOLDS_KEYS = 1,
  FLAG_POST_QUANTUM = 2,
  FLAG_FITS = 4,
  FLAG_TREE_BESIDE = 8,
  FLAG_BRANCH = 16,
  FLAG_REINIT = 32,
};

typedef enum {
  KIND_WELCOME,
  KIND_RAW_WELCOME,
  KIND_RESYNC,
  KIND_TREE,
  KIND_OFFER,
  KIND_EXTERNAL,
  N_KINDS
} Kind;

static FuzzDoorKind
find_door_kind (guint8 flags)
{
  if (flags & FLAG_REINIT)
    return FUZZ_DOOR_REINIT;
  return flags & FLAG_BRANCH ? FUZZ_DOOR_BRANCH : FUZZ_DOOR_PLAIN;
}

static const FuzzDoor *
get_door (guint8 flags)
{
  return fuzz_door_get (flags & FLAG_POST_QUANTUM ? 0xF001 : 0x0001, find_door_kind (flags));
}

/* ---- inputs ---- */

static CvSpan
find_tree (const CvMlsGroupInfo *info)
{
  CvSpan tree = CV_SPAN_EMPTY;

  if (!cv_mls_extension_list_find (info->extensions, CV_MLS_EXTENSION_RATCHET_TREE, &tree))
    return CV_SPAN_EMPTY;
  return tree;
}

/* The tree's real hash, so that the tree itself is looked at. */
static void
fit_tree_hash (const CvMlsCipher *cipher, CvMlsGroupInfo *info, CvSpan encoded)
{
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_parse (encoded, NULL);
  CvSpan hash = CV_SPAN_EMPTY;

  if (tree)
    hash = cv_mls_tree_hash_update (cipher, tree, NULL);
  if (hash.len == 0)
    return;
  g_bytes_unref (info->context.tree_hash);
  info->context.tree_hash = cv_span_dup (hash);
}

/* The list without the tree, which then comes beside it. */
static void
drop_tree (CvMlsGroupInfo *info)
{
  GPtrArray *rest = cv_mls_extension_list_new ();

  for (guint i = 0; i < info->extensions->len; i++) {
    const CvMlsExtension *extension = g_ptr_array_index (info->extensions, i);

    if (extension->type != CV_MLS_EXTENSION_RATCHET_TREE)
      cv_mls_extension_list_add (rest, extension->type, cv_span_from_bytes (extension->data));
  }
  g_ptr_array_unref (info->extensions);
  info->extensions = rest;
}

static gboolean
has_identity (const CvMlsGroup *group, CvSpan identity)
{
  for (guint32 i = 0; i < cv_mls_group_get_leaf_count (group); i++) {
    CvMlsMember member;

    if (cv_mls_group_get_member (group, (CvMlsLeaf){i}, &member)
        && cv_span_equal (member.identity, identity))
      return TRUE;
  }
  return FALSE;
}

static void
assert_all_are_in (const CvMlsGroup *of, const CvMlsGroup *group)
{
  for (guint32 i = 0; i < cv_mls_group_get_leaf_count (of); i++) {
    CvMlsMember member;

    if (cv_mls_group_get_member (of, (CvMlsLeaf){i}, &member))
      g_assert_true (has_identity (group, member.identity));
  }
}

/* What RFC 9420 §11.2, §11.3 and §12.4.3.1 ask of a group whose Welcome names its parent's PSK. */
static void
assert_follows (const FuzzDoor *door, const CvMlsPskId *id, const CvMlsGroup *group)
{
  const CvMlsGroup *parent = door->parent;
  CvMlsReinit reinit;

  if (id->type != CV_MLS_PSK_RESUMPTION || id->usage == CV_MLS_PSK_USAGE_APPLICATION)
    return;
  g_assert_nonnull (parent);
  g_assert_true (cv_span_equal (cv_span_from_bytes (id->group_id), cv_mls_group_get_id (parent)));
  g_assert_cmpuint (id->epoch, ==, cv_mls_group_get_epoch (parent));
  g_assert_cmpuint (cv_mls_group_get_epoch (group), ==, 1);
  if (id->usage == CV_MLS_PSK_USAGE_BRANCH) {
    assert_all_are_in (group, parent);
    return;
  }
  g_assert_true (cv_mls_group_get_reinit (parent, &reinit));
  g_assert_true (cv_span_equal (cv_mls_group_get_id (group), reinit.group_id));
  g_assert_true (cv_span_equal (cv_mls_group_get_extension (group, TEST_POLICY_TYPE),
                                CV_SPAN_LITERAL (FUZZ_DOOR_POLICY)));
  assert_all_are_in (parent, group);
}

/* psks: what the Welcome names; NULL: not known. */
static void
join (const FuzzDoor *door, GBytes *welcome, CvSpan tree, const GPtrArray *psks)
{
  CvMlsJoinParams params = {.welcome = cv_span_from_bytes (welcome),
                            .ratchet_tree = tree,
                            .find_psk = members_find_psk,
                            .find_resumption = fuzz_room_find_resumption,
                            .parent = door->parent,
                            .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsGroup) group =
      cv_mls_group_join (members_get_crypto (), door->joiner->joiner, &params, &error);

  g_assert_true ((group != NULL) == !error);
  fuzz_omniscience.holds_keys = FALSE;
  if (!group)
    return;
  for (guint i = 0; psks && i < psks->len; i++)
    assert_follows (door, g_ptr_array_index (psks, i), group);
  fuzz_room_assert_usable (group);
}

/* Seals GroupSecrets and GroupInfo as a real inviter does. */
static GBytes *
seal (const FuzzDoor *door, const CvMlsCipher *cipher, const CvMlsGroupSecrets *secrets,
      const CvMlsGroupInfo *info)
{
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (
      cv_span_from_bytes (cv_mls_joiner_get_key_package (door->joiner->joiner)), NULL);
  CvMlsPskLookup lookup = fuzz_door_lookup (door);
  g_autoptr (CvSecret) psk_secret = cv_mls_psk_lookup_secret (cipher, &lookup, secrets->psks, NULL);
  g_autoptr (CvSecret) welcome_secret = NULL;
  g_auto (CvMlsWelcome) welcome = {0};

  if (!psk_secret)
    psk_secret = cv_mls_psk_secret (cipher, NULL, 0, NULL);
  welcome_secret = cv_mls_key_schedule_welcome (cipher, cv_secret_span (secrets->joiner_secret),
                                                cv_secret_span (psk_secret), NULL);
  if (!welcome_secret
      || !cv_mls_welcome_seal_group_info (cipher, info, cv_secret_span (welcome_secret), &welcome,
                                          NULL)
      || !cv_mls_welcome_add (cipher, &welcome, package, secrets, NULL))
    return NULL;
  return cv_mls_message_wrap_welcome (&welcome);
}

/* GroupSecrets (long), GroupInfo (rest). */
static void
feed_welcome (const FuzzDoor *door, CvReader *input, guint8 flags)
{
  const CvMlsCipher *cipher = &door->room->members[0]->group->epoch->cipher;
  g_auto (CvMlsGroupSecrets) secrets = {0};
  g_auto (CvMlsGroupInfo) info = {0};
  g_autoptr (GBytes) welcome = NULL;
  g_autoptr (GBytes) tree = NULL;
  CvReader reader;

  cv_reader_init (&reader, fuzz_read_long (input));
  if (!cv_mls_group_secrets_read (&reader, &secrets) || !cv_mls_group_info_read (input, &info))
    return;
  tree = cv_span_dup (find_tree (&info));
  if (flags & FLAG_FITS)
    fit_tree_hash (cipher, &info, cv_span_from_bytes (tree));
  if (flags & FLAG_TREE_BESIDE)
    drop_tree (&info);
  welcome = seal (door, cipher, &secrets, &info);
  if (!welcome)
    return;
  fuzz_omniscience.holds_keys = flags & FLAG_HOLDS_KEYS;
  join (door, welcome, flags & FLAG_TREE_BESIDE ? cv_span_from_bytes (tree) : CV_SPAN_EMPTY,
        secrets.psks);
}

/* MLSMessage (long), tree beside it (rest). */
static void
feed_raw_welcome (const FuzzDoor *door, CvReader *input, guint8 flags)
{
  g_autoptr (GBytes) welcome = cv_span_dup (fuzz_read_long (input));

  fuzz_omniscience.holds_keys = flags & FLAG_HOLDS_KEYS;
  join (door, welcome, cv_reader_take (input, cv_reader_remaining (input)), NULL);
}

/* GroupInfo (rest) as a message; its tree also by itself, when the flags want it beside. */
static GBytes *
read_info (const FuzzDoor *door, CvReader *input, guint8 flags, GBytes **tree)
{
  const CvMlsEpoch *epoch = door->room->members[2]->group->epoch;
  g_auto (CvMlsGroupInfo) info = {0};

  if (!cv_mls_group_info_read (input, &info))
    return NULL;
  *tree = cv_span_dup (find_tree (&info));
  if (flags & FLAG_FITS) {
    fit_tree_hash (&epoch->cipher, &info, cv_span_from_bytes (*tree));
    g_bytes_unref (info.context.group_id);
    info.context.group_id = g_bytes_ref (epoch->context.group_id);
  }
  if (flags & FLAG_TREE_BESIDE)
    drop_tree (&info);
  return cv_mls_message_wrap_group_info (&info);
}

/* GroupInfo (rest) for a member that lost its state. */
static void
feed_resync (const FuzzDoor *door, CvReader *input, guint8 flags)
{
  CvMlsGroup *old = door->room->members[2]->group;
  g_autoptr (GBytes) tree = NULL;
  g_autoptr (GBytes) info = read_info (door, input, flags & ~FLAG_TREE_BESIDE, &tree);
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  gboolean is_made;

  if (!info)
    return;
  fuzz_omniscience.holds_keys = flags & FLAG_HOLDS_KEYS;
  is_made = cv_mls_group_resync (old, cv_span_from_bytes (info), TEST_NOW_S, &result, &error);
  fuzz_omniscience.holds_keys = FALSE;
  g_assert_true (is_made == !error && is_made == (result.next != NULL));
  if (is_made)
    fuzz_room_assert_usable (result.next);
}

/* GroupInfo (rest) for somebody who never was inside. */
static void
feed_external (const FuzzDoor *door, CvReader *input, guint8 flags)
{
  g_autoptr (GBytes) tree = NULL;
  g_autoptr (GBytes) info = read_info (door, input, flags, &tree);
  CvMlsLeafParams leaf = member_leaf_params (door->joiner);
  CvMlsExternalJoinParams params = {
      .group_info = cv_span_from_bytes (info),
      .ratchet_tree = flags & FLAG_TREE_BESIDE ? cv_span_from_bytes (tree) : CV_SPAN_EMPTY,
      .leaf = &leaf,
      .now_s = TEST_NOW_S,
  };
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  gboolean is_made;

  if (!info)
    return;
  fuzz_omniscience.holds_keys = flags & FLAG_HOLDS_KEYS;
  is_made = cv_mls_group_external_join (members_get_crypto (), &params, &result, &error);
  fuzz_omniscience.holds_keys = FALSE;
  g_assert_true (is_made == !error && is_made == (result.next != NULL));
  if (is_made)
    fuzz_room_assert_usable (result.next);
}

/* The content of ratchet_tree (rest), as a newcomer checks it. */
static void
feed_tree (const FuzzDoor *door, CvReader *input, guint8 flags)
{
  const CvMlsEpoch *epoch = door->room->members[0]->group->epoch;
  g_autoptr (CvMlsRatchetTree) tree =
      cv_mls_ratchet_tree_parse (cv_reader_take (input, cv_reader_remaining (input)), NULL);
  CvSpan hash;

  if (!tree)
    return;
  fuzz_omniscience.holds_keys = flags & FLAG_HOLDS_KEYS;
  hash = cv_mls_tree_hash_update (&epoch->cipher, tree, NULL);
  g_assert_cmpuint (hash.len, ==, epoch->cipher.suite->hash_len);
  if (cv_mls_tree_validation_check_tree (&epoch->cipher, tree,
                                         cv_span_from_bytes (epoch->context.group_id),
                                         epoch->context.extensions, NULL))
    g_assert_cmpuint (cv_mls_ratchet_tree_get_n_members (tree), >, 0);
}

/* KeyPackage (rest), as who invites takes it: what inspecting accepts can be added, and the others
 * follow. */
static void
feed_offer (const FuzzDoor *door, CvReader *input, guint8 flags)
{
  Member *inviter = door->room->members[0];
  CvSpan offer = cv_reader_take (input, cv_reader_remaining (input));
  CvMlsCommitParams params = {.adds = &offer, .n_adds = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsKeyPackageInfo) info = {0};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  fuzz_omniscience.holds_keys = flags & FLAG_HOLDS_KEYS;
  if (!cv_mls_key_package_inspect (members_get_crypto (), inviter->suite, offer, TEST_NOW_S, &info,
                                   NULL))
    g_assert_true (!info.ref && !info.identity);
  if (!cv_mls_group_commit (inviter->group, &params, &result, NULL))
    return;
  g_assert_true (member_try_receive (door->room->members[1], cv_span_from_bytes (result.commit),
                                     &received, &error)
                 || error);
  g_assert_no_error (error);
  fuzz_omniscience.holds_keys = FALSE;
  fuzz_room_assert_usable (received.next);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  CvReader input;
  guint8 flags;
  Kind kind;
  const FuzzDoor *door;

  cv_reader_init (&input, cv_span (data, len));
  flags = cv_reader_u8 (&input);
  kind = (Kind)(cv_reader_u8 (&input) % N_KINDS);
  if (!cv_reader_is_ok (&input))
    return 0;
  door = get_door (flags);
  fuzz_random_restart ((guint64)len << 32);
  fuzz_room_reset (door->room);
  if (kind == KIND_WELCOME)
    feed_welcome (door, &input, flags);
  else if (kind == KIND_RAW_WELCOME)
    feed_raw_welcome (door, &input, flags);
  else if (kind == KIND_RESYNC)
    feed_resync (door, &input, flags);
  else if (kind == KIND_TREE)
    feed_tree (door, &input, flags);
  else if (kind == KIND_OFFER)
    feed_offer (door, &input, flags);
  else
    feed_external (door, &input, flags);
  fuzz_omniscience = (FuzzOmniscience){0};
  return 0;
}

/* ---- seeds ---- */

static void
add_seed (GPtrArray *seeds, guint8 flags, Kind kind, CvSpan first, CvSpan rest)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_u8 (&writer, flags);
  cv_writer_u8 (&writer, (guint8)kind);
  if (first.data) {
    cv_writer_u16 (&writer, (guint16)MIN (first.len, G_MAXUINT16));
    cv_writer_put (&writer, first);
  }
  cv_writer_put (&writer, rest);
  fuzz_seeds_take (seeds, cv_writer_take (&writer));
}

static void
add_welcomes (GPtrArray *seeds, guint8 flags)
{
  const FuzzDoor *door = get_door (flags);
  CvSpan secrets = cv_span_from_bytes (door->secrets);
  CvSpan info = cv_span_from_bytes (door->info);

  add_seed (seeds, flags, KIND_WELCOME, secrets, info);
  add_seed (seeds, flags | FLAG_TREE_BESIDE, KIND_WELCOME, secrets, info);
  add_seed (seeds, flags, KIND_RAW_WELCOME, cv_span_from_bytes (door->welcome), CV_SPAN_EMPTY);
}

/* A Welcome that names one PSK more, of a group that the newcomer was in. */
static void
add_resumption (GPtrArray *seeds, guint8 flags)
{
  const FuzzDoor *door = get_door (flags);
  g_autoptr (GBytes) secrets = fuzz_door_dup_secrets_with_resumption (door);

  add_seed (seeds, flags, KIND_WELCOME, cv_span_from_bytes (secrets),
            cv_span_from_bytes (door->info));
}

/* Groups that follow the room: as they should be, and with what the other kind expects. */
static void
add_successors (GPtrArray *seeds, guint8 flags)
{
  const FuzzDoor *branch = get_door (flags | FLAG_BRANCH);
  const FuzzDoor *reinit = get_door (flags | FLAG_REINIT);

  add_welcomes (seeds, flags | FLAG_BRANCH);
  add_welcomes (seeds, flags | FLAG_REINIT);
  add_resumption (seeds, flags | FLAG_BRANCH);
  add_seed (seeds, flags | FLAG_BRANCH, KIND_WELCOME, cv_span_from_bytes (branch->secrets),
            cv_span_from_bytes (reinit->info));
  add_seed (seeds, flags | FLAG_REINIT, KIND_WELCOME, cv_span_from_bytes (reinit->secrets),
            cv_span_from_bytes (branch->info));
}

static void
add_door (GPtrArray *seeds, guint8 flags)
{
  const FuzzDoor *door = get_door (flags);
  const CvMlsGroup *group = door->room->members[0]->group;
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (group, NULL);
  g_autoptr (GBytes) tree = cv_mls_group_encode_tree (group->epoch->tree);
  g_auto (CvMlsMessage) message = {0};
  g_autoptr (GBytes) inside = NULL;

  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (info), &message, NULL));
  inside = fuzz_door_encode_info (&message.group_info);
  add_welcomes (seeds, flags);
  add_resumption (seeds, flags);
  add_seed (seeds, flags, KIND_RESYNC, CV_SPAN_EMPTY, cv_span_from_bytes (inside));
  add_seed (seeds, flags, KIND_EXTERNAL, CV_SPAN_EMPTY, cv_span_from_bytes (inside));
  add_seed (seeds, flags | FLAG_TREE_BESIDE, KIND_EXTERNAL, CV_SPAN_EMPTY,
            cv_span_from_bytes (inside));
  add_seed (seeds, flags, KIND_TREE, CV_SPAN_EMPTY, cv_span_from_bytes (tree));
  add_seed (seeds, flags, KIND_OFFER, CV_SPAN_EMPTY,
            cv_span_from_bytes (cv_mls_joiner_get_key_package (door->joiner->joiner)));
}

GPtrArray *
fuzz_dup_seeds (void)
{
  GPtrArray *seeds = fuzz_seeds_new ();

  add_door (seeds, 0);
  add_door (seeds, FLAG_HOLDS_KEYS | FLAG_FITS);
  add_door (seeds, FLAG_POST_QUANTUM | FLAG_HOLDS_KEYS | FLAG_FITS);
  add_successors (seeds, 0);
  add_successors (seeds, FLAG_HOLDS_KEYS | FLAG_FITS);
  add_successors (seeds, FLAG_POST_QUANTUM | FLAG_HOLDS_KEYS | FLAG_FITS);
  return seeds;
}
