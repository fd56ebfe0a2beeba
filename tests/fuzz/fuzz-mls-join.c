/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What an inviter with a changed client may show to who comes in, and a newcomer to who invites:
 * Welcomes sealed to the joiner's real key, GroupInfos and trees behind valid signatures, and
 * KeyPackages.
 *
 * GroupInfos are also for who comes in by an external commit, and for a member that lost its state.
 *
 * Promises: nobody crashes; who is in after any of it can talk and commit; our own Welcome,
 * GroupInfo and KeyPackage are taken.
 *
 *   input = flags (1) kind (1) arguments, see the functions below */
#include "fuzz/fuzz.h"
#include "fuzz/mls-omniscience.h"
#include "fuzz/mls-room.h"
#include "mls/tree-hash.h"
#include "mls/tree-validation.h"

/* FITS: what the adversary would make fit (group id, tree hash, signer) is made to fit. */
enum { FLAG_HOLDS_KEYS = 1, FLAG_POST_QUANTUM = 2, FLAG_FITS = 4, FLAG_TREE_BESIDE = 8 };

typedef enum {
  KIND_WELCOME,
  KIND_RAW_WELCOME,
  KIND_RESYNC,
  KIND_TREE,
  KIND_OFFER,
  KIND_EXTERNAL,
  N_KINDS
} Kind;

typedef struct {
  FuzzRoom *room;
  Member *joiner; /* its KeyPackage is in `info` and `secrets` of the real Welcome */
  GBytes *welcome;
  GBytes *secrets; /* GroupSecrets */
  GBytes *info; /* GroupInfo */
} Door;

static GBytes *
encode_secrets (const CvMlsGroupSecrets *secrets)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init_secret (&writer);
  cv_mls_group_secrets_write (&writer, secrets);
  return cv_span_dup (cv_writer_span (&writer));
}

static GBytes *
encode_info (const CvMlsGroupInfo *info)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_mls_group_info_write (&writer, info);
  return cv_writer_take (&writer);
}

/* ---- the world ---- */

/* The joiner's own keys open its Welcome again. */
static CvMlsJoiner *
restore_joiner (const Member *member, CvMlsKeyPackageKeys *keys, CvMlsKeyPackage *package)
{
  return cv_mls_joiner_restore (member->suite, package, keys,
                                cv_secret_span (member->signature.private_key));
}

static void
open_welcome (Door *door, const CvMlsCipher *cipher, const CvMlsKeyPackage *package,
              const CvMlsKeyPackageKeys *keys)
{
  g_autoptr (GBytes) ref = cv_mls_key_package_dup_ref_hash (cipher, package, NULL);
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvMlsGroupSecrets) secrets = {0};
  g_auto (CvMlsGroupInfo) info = {0};
  g_autoptr (CvSecret) psk_secret = cv_mls_psk_secret (cipher, NULL, 0, NULL);
  g_autoptr (CvSecret) welcome_secret = NULL;

  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (door->welcome), &message, NULL));
  g_assert_true (cv_mls_welcome_open_secrets (cipher, &message.welcome, cv_span_from_bytes (ref),
                                              cv_secret_span (keys->init_private), &secrets, NULL));
  welcome_secret = cv_mls_key_schedule_welcome (cipher, cv_secret_span (secrets.joiner_secret),
                                                cv_secret_span (psk_secret), NULL);
  g_assert_true (cv_mls_welcome_open_group_info (cipher, &message.welcome,
                                                 cv_secret_span (welcome_secret), &info, NULL));
  door->secrets = encode_secrets (&secrets);
  door->info = encode_info (&info);
}

static Door *
make_door (guint16 suite)
{
  Door *door = g_new0 (Door, 1);
  CvMlsLeafParams leaf;
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;
  g_auto (CvMlsCommitResult) result = {0};
  CvMlsCommitParams params = {.n_adds = 1, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;
  CvSpan offer;

  door->room = fuzz_room_get (suite);
  fuzz_random_restart (suite + 0x10000u); /* not the room's keys */
  door->joiner = member_new (members_get_suite (suite), "joiner");
  leaf = member_leaf_params (door->joiner);
  package = cv_mls_key_package_generate (members_get_crypto (), &leaf, &keys, NULL);
  g_assert_nonnull (package);
  door->joiner->joiner = restore_joiner (door->joiner, &keys, package);
  offer = cv_span_from_bytes (package->encoded);
  params.adds = &offer;
  g_assert_true (cv_mls_group_commit (door->room->members[0]->group, &params, &result, &error)
                 || error);
  g_assert_no_error (error);
  door->welcome = g_bytes_ref (result.welcome);
  open_welcome (door, &door->room->members[0]->group->epoch->cipher, package, &keys);
  return door;
}

static Door *
get_door (guint8 flags)
{
  static Door *doors[2];
  Door **door = &doors[flags & FLAG_POST_QUANTUM ? 1 : 0];

  if (!*door)
    *door = make_door (flags & FLAG_POST_QUANTUM ? 0xF001 : 0x0001);
  return *door;
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

static void
join (const Door *door, GBytes *welcome, CvSpan tree)
{
  CvMlsJoinParams params = {.welcome = cv_span_from_bytes (welcome),
                            .ratchet_tree = tree,
                            .find_psk = members_find_psk,
                            .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsGroup) group =
      cv_mls_group_join (members_get_crypto (), door->joiner->joiner, &params, &error);

  g_assert_true ((group != NULL) == !error);
  fuzz_omniscience.holds_keys = FALSE;
  if (group)
    fuzz_room_assert_usable (group);
}

/* Seals GroupSecrets and GroupInfo as a real inviter does. */
static GBytes *
seal (const Door *door, const CvMlsCipher *cipher, const CvMlsGroupSecrets *secrets,
      const CvMlsGroupInfo *info)
{
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (
      cv_span_from_bytes (cv_mls_joiner_get_key_package (door->joiner->joiner)), NULL);
  CvMlsPskLookup lookup = {.find = members_find_psk};
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
feed_welcome (const Door *door, CvReader *input, guint8 flags)
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
  join (door, welcome, flags & FLAG_TREE_BESIDE ? cv_span_from_bytes (tree) : CV_SPAN_EMPTY);
}

/* MLSMessage (long), tree beside it (rest). */
static void
feed_raw_welcome (const Door *door, CvReader *input, guint8 flags)
{
  g_autoptr (GBytes) welcome = cv_span_dup (fuzz_read_long (input));

  fuzz_omniscience.holds_keys = flags & FLAG_HOLDS_KEYS;
  join (door, welcome, cv_reader_take (input, cv_reader_remaining (input)));
}

/* GroupInfo (rest) as a message; its tree also by itself, when the flags want it beside. */
static GBytes *
read_info (const Door *door, CvReader *input, guint8 flags, GBytes **tree)
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
feed_resync (const Door *door, CvReader *input, guint8 flags)
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
feed_external (const Door *door, CvReader *input, guint8 flags)
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
feed_tree (const Door *door, CvReader *input, guint8 flags)
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
feed_offer (const Door *door, CvReader *input, guint8 flags)
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
  const Door *door;

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
add_door (GPtrArray *seeds, guint8 flags)
{
  const Door *door = get_door (flags);
  const CvMlsGroup *group = door->room->members[0]->group;
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (group, NULL);
  g_autoptr (GBytes) tree = cv_mls_group_encode_tree (group->epoch->tree);
  g_auto (CvMlsMessage) message = {0};
  g_autoptr (GBytes) inside = NULL;

  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (info), &message, NULL));
  inside = encode_info (&message.group_info);
  add_seed (seeds, flags, KIND_WELCOME, cv_span_from_bytes (door->secrets),
            cv_span_from_bytes (door->info));
  add_seed (seeds, flags | FLAG_TREE_BESIDE, KIND_WELCOME, cv_span_from_bytes (door->secrets),
            cv_span_from_bytes (door->info));
  add_seed (seeds, flags, KIND_RAW_WELCOME, cv_span_from_bytes (door->welcome), CV_SPAN_EMPTY);
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
  return seeds;
}
