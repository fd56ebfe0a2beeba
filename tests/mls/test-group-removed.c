/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Who is removed can open nothing of the next epoch: not with every state, key and KeyPackage ever
 * held, not with every ciphertext, which a server that plays along hands over, and not by any use of
 * them that this library would not make. What must not open for her opens for those who stay, so
 * that each attempt is one that could have worked. Costs 3 s of processor under sanitizers. */
#include "crypto/aead.h"
#include "mls/group-private.h"
#include "mls/members.h"

#include <string.h>

#define N_PEOPLE 7
#define NEWCOMER (N_PEOPLE - 2)
#define LATECOMER (N_PEOPLE - 1)
/* Behind version, wire format and the one byte of length before "group". */
#define EPOCH_AT (2 + 2 + 1 + 5)

typedef struct {
  guint16 suite;
  guint mallory;
} Row;

typedef struct {
  const Row *row;
  Member *people[N_PEOPLE];
  Member *mallory;
  Member *remover;
  /* All that she ever held. */
  GPtrArray *epochs; /* CvMlsGroup */
  GPtrArray *keys; /* CvSecret, private HPKE keys */
  CvMlsJoiner *joiner;
  /* What happened after her last epoch. */
  GPtrArray *messages; /* GBytes */
  GBytes *commit; /* the one that removes her, public */
  GBytes *welcome;
  GBytes *info;
  GPtrArray *next_epochs; /* CvMlsGroup, of the remover */
} World;

static void
keep_key (World *world, CvSecret *key)
{
  if (key && !g_ptr_array_find (world->keys, key, NULL))
    g_ptr_array_add (world->keys, cv_secret_ref (key));
}

static void
keep_epoch (World *world)
{
  CvMlsGroup *group = world->mallory->group;
  guint32 n_nodes = group ? cv_mls_tree_math_n_nodes (cv_mls_group_get_leaf_count (group)) : 0;

  for (guint32 i = 0; i < n_nodes; i++)
    keep_key (world, cv_mls_tree_keys_get (group->keys, (CvMlsNode){i}));
  if (group)
    g_ptr_array_add (world->epochs, cv_mls_group_ref (group));
}

static void
commit (World *world, Member *committer, CvMlsCommitParams params, CvMlsCommitResult *result)
{
  params.now_s = TEST_NOW_S;
  member_commit (committer, &params, result);
  for (guint i = 0; i < N_PEOPLE; i++)
    if (world->people[i]->group && world->people[i] != committer)
      member_follow (world->people[i], result->commit);
  keep_epoch (world);
}

/* Hers is made by hand, so that its private keys are at hand. */
static CvSpan
offer (World *world, Member *person)
{
  CvMlsLeafParams params = member_leaf_params (person);
  g_auto (CvMlsKeyPackageKeys) keys = {0};
  g_autoptr (CvMlsKeyPackage) package = NULL;
  g_autoptr (GError) error = NULL;

  if (person != world->mallory)
    return member_offer (person);
  package = cv_mls_key_package_generate (members_get_crypto (), &params, &keys, &error);
  g_assert_no_error (error);
  keep_key (world, keys.init_private);
  keep_key (world, keys.encryption_private);
  g_clear_pointer (&person->joiner, cv_mls_joiner_free);
  person->joiner = cv_mls_joiner_restore (person->suite, package, &keys, params.signature_private);
  return cv_span_from_bytes (cv_mls_joiner_get_key_package (person->joiner));
}

/* Everybody but the newcomer comes in and refreshes, so that she knows keys all the way up. */
static void
world_init (World *world, const Row *row)
{
  *world = (World){
      .row = row,
      .epochs = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_mls_group_unref),
      .keys = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_secret_unref),
      .messages = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref),
      .next_epochs = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_mls_group_unref),
  };
  for (guint i = 0; i < N_PEOPLE; i++) {
    g_autofree char *name = g_strdup_printf ("person %u", i);

    world->people[i] = member_new (members_get_suite (row->suite), name);
  }
  world->mallory = world->people[row->mallory];
  world->remover = world->people[row->mallory == 0 ? 1 : 0];
  member_create (world->people[0]);
  keep_epoch (world);
  for (guint i = 1; i < NEWCOMER; i++) {
    g_auto (CvMlsCommitResult) result = {0};
    CvSpan package = offer (world, world->people[i]);

    commit (world, world->people[0], (CvMlsCommitParams){.adds = &package, .n_adds = 1}, &result);
    member_join (world->people[i], result.welcome);
    keep_epoch (world);
  }
  for (guint i = 0; i < NEWCOMER; i++) {
    g_auto (CvMlsCommitResult) result = {0};

    commit (world, world->people[i], (CvMlsCommitParams){0}, &result);
  }
}

static void
world_clear (World *world)
{
  for (guint i = 0; i < N_PEOPLE; i++)
    member_free (world->people[i]);
  g_ptr_array_unref (world->epochs);
  g_ptr_array_unref (world->keys);
  g_ptr_array_unref (world->messages);
  g_ptr_array_unref (world->next_epochs);
  g_bytes_unref (world->commit);
  g_bytes_unref (world->welcome);
  g_bytes_unref (world->info);
}

static void
overhear (World *world, GBytes *message)
{
  g_ptr_array_add (world->messages, g_bytes_ref (message));
}

static void
overhear_talk (World *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = cv_mls_group_protect (
      world->remover->group, CV_SPAN_LITERAL ("she is gone"), CV_SPAN_EMPTY, &error);

  g_assert_no_error (error);
  overhear (world, message);
  for (guint i = 0; i < N_PEOPLE; i++) {
    g_auto (CvMlsReceived) received = {0};

    if (world->people[i]->group && world->people[i] != world->remover)
      g_assert_true (
          member_try_receive (world->people[i], cv_span_from_bytes (message), &received, &error));
  }
  g_ptr_array_add (world->next_epochs, cv_mls_group_ref (world->remover->group));
}

/* The removal, with a newcomer in the same commit; then two epochs more, the last without a path,
 * which only additions and PSKs may have. */
static void
remove_mallory (World *world)
{
  CvMlsLeaf leaf = cv_mls_group_get_own_leaf (world->mallory->group);
  CvSpan package = member_offer (world->people[NEWCOMER]);
  g_auto (CvMlsCommitResult) removal = {0};
  g_auto (CvMlsCommitResult) refresh = {0};
  g_auto (CvMlsCommitResult) pathless = {0};
  g_autoptr (GError) error = NULL;

  /* RFC 9420 §12.4: a Remove needs a path, whatever the caller would like. */
  commit (world, world->remover,
          (CvMlsCommitParams){.removes = &leaf,
                              .n_removes = 1,
                              .adds = &package,
                              .n_adds = 1,
                              .is_public = TRUE,
                              .is_pathless = TRUE},
          &removal);
  g_assert_null (world->mallory->group);
  member_join (world->people[NEWCOMER], removal.welcome);
  world->commit = g_bytes_ref (removal.commit);
  world->welcome = g_bytes_ref (removal.welcome);
  overhear_talk (world);
  commit (world, world->people[NEWCOMER], (CvMlsCommitParams){0}, &refresh);
  overhear (world, refresh.commit);
  overhear_talk (world);
  package = member_offer (world->people[LATECOMER]);
  commit (world, world->remover,
          (CvMlsCommitParams){.adds = &package, .n_adds = 1, .is_pathless = TRUE}, &pathless);
  member_join (world->people[LATECOMER], pathless.welcome);
  overhear (world, pathless.commit);
  overhear_talk (world);
  world->info = cv_mls_group_dup_group_info (world->remover->group, &error);
  g_assert_no_error (error);
}

static gboolean
opens (CvMlsGroup *group, CvSpan message)
{
  CvMlsReceiveParams params = {
      .message = message, .find_psk = members_find_psk, .now_s = TEST_NOW_S};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  return cv_mls_group_receive (group, &params, &received, &error);
}

/* As they are, and as if they were of an epoch that she was in. */
static void
assert_no_message_opens (World *world)
{
  for (guint i = 0; i < world->messages->len; i++) {
    CvSpan message = cv_span_from_bytes (g_ptr_array_index (world->messages, i));
    g_autofree guint8 *copy = g_memdup2 (message.data, message.len);

    for (guint j = 0; j < world->epochs->len; j++) {
      CvMlsGroup *group = g_ptr_array_index (world->epochs, j);

      g_assert_false (opens (group, message));
      copy[EPOCH_AT + 7] = (guint8)cv_mls_group_get_epoch (group);
      g_assert_false (opens (group, cv_span (copy, message.len)));
    }
  }
}

/* How many of the sealed path secrets open with these keys. */
static guint
count_opened (const World *world, const CvMlsUpdatePath *path, CvSpan context,
              const GPtrArray *keys)
{
  const CvMlsCipher cipher = {members_get_crypto (), world->mallory->suite};
  guint count = 0;

  for (guint i = 0; i < path->nodes->len; i++) {
    const CvMlsUpdatePathNode *node = g_ptr_array_index (path->nodes, i);

    for (guint j = 0; j < node->secrets->len; j++)
      for (guint k = 0; k < keys->len; k++) {
        CvSecret *key = g_ptr_array_index (keys, k);
        g_autoptr (GError) error = NULL;
        GByteArray *opened =
            cv_mls_labels_decrypt (&cipher, cv_secret_span (key), "UpdatePathNode", context,
                                   g_ptr_array_index (node->secrets, j), &error);

        count += opened ? 1 : 0;
        cv_crypto_aead_free_plaintext (opened);
      }
  }
  return count;
}

static GPtrArray *
dup_keys_of (const CvMlsGroup *group)
{
  GPtrArray *keys = g_ptr_array_new ();

  for (guint32 i = 0; i < cv_mls_tree_math_n_nodes (cv_mls_group_get_leaf_count (group)); i++) {
    CvSecret *key = cv_mls_tree_keys_get (group->keys, (CvMlsNode){i});

    if (key)
      g_ptr_array_add (keys, key);
  }
  return keys;
}

/* stayed: an old epoch of somebody who stayed, for whom one of the secrets is. */
static void
assert_no_path_secret_opens (World *world, const CvMlsGroup *stayed)
{
  const CvMlsGroup *next = g_ptr_array_index (world->next_epochs, 0);
  const CvMlsGroup *last = g_ptr_array_index (world->epochs, world->epochs->len - 1);
  g_autoptr (GPtrArray) good_keys = dup_keys_of (stayed);
  g_auto (CvMlsGroupContext) context = {0};
  g_auto (CvMlsMessage) message = {0};
  g_autoptr (GBytes) encoded = NULL;
  g_autoptr (GError) error = NULL;
  const CvMlsCommit *parsed;

  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (world->commit), &message, &error));
  parsed = message.public_message.auth.content.commit;
  g_assert_nonnull (parsed->path);
  /* Sealed with the next epoch's context and the transcript as it was before (§12.4.1). */
  cv_mls_group_context_copy (&context, &next->epoch->context);
  g_bytes_unref (context.confirmed_transcript_hash);
  context.confirmed_transcript_hash = g_bytes_ref (last->epoch->context.confirmed_transcript_hash);
  encoded = cv_mls_group_context_encode (&context);
  g_assert_cmpuint (count_opened (world, parsed->path, cv_span_from_bytes (encoded), world->keys),
                    ==, 0);
  g_assert_cmpuint (count_opened (world, parsed->path, cv_span_from_bytes (encoded), good_keys), ==,
                    1);
}

static void
assert_no_welcome_opens (World *world)
{
  const CvMlsCipher cipher = {members_get_crypto (), world->mallory->suite};
  g_auto (CvMlsMessage) message = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (world->welcome), &message, &error));
  for (guint i = 0; i < message.welcome.secrets->len; i++) {
    const CvMlsEncryptedGroupSecrets *secrets = g_ptr_array_index (message.welcome.secrets, i);

    for (guint j = 0; j < world->keys->len; j++) {
      g_autoptr (GError) refused = NULL;

      g_assert_null (cv_mls_labels_decrypt (
          &cipher, cv_secret_span (g_ptr_array_index (world->keys, j)), "Welcome",
          cv_span_from_bytes (message.welcome.encrypted_group_info), &secrets->sealed, &refused));
    }
  }
  if (world->mallory->joiner)
    g_assert_false (member_try_join (world->mallory, cv_span_from_bytes (world->welcome), &error));
}

/* Whether an epoch follows from the init secret of one before it, had it no secret of its own. */
static gboolean
follows (const CvMlsGroup *before, const CvMlsGroup *next, CvSpan commit_secret)
{
  const CvMlsCipher *cipher = &next->epoch->cipher;
  CvSpan context = cv_span_from_bytes (next->epoch->encoded_context);
  g_autoptr (CvSecret) no_psk = cv_mls_key_schedule_zero (cipher);
  g_auto (CvMlsEpochSecrets) secrets = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) joiner = cv_mls_key_schedule_joiner (
      cipher, cv_secret_span (before->epoch->secrets.init_secret), commit_secret, context, &error);

  g_assert_no_error (error);
  g_assert_true (cv_mls_key_schedule_epoch (cipher, cv_secret_span (joiner),
                                            cv_secret_span (no_psk), context, &secrets, &error));
  return cv_span_equal (cv_secret_span (secrets.epoch_authenticator),
                        cv_mls_group_get_epoch_authenticator (next));
}

static void
assert_no_key_follows (World *world)
{
  GPtrArray *nexts = world->next_epochs;
  const CvMlsCipher cipher = {members_get_crypto (), world->mallory->suite};
  g_autoptr (CvSecret) none = cv_mls_key_schedule_zero (&cipher);
  CvSpan nothing = cv_secret_span (none);

  for (guint i = 0; i < world->epochs->len; i++)
    for (guint j = 0; j < nexts->len; j++) {
      const CvMlsGroup *old = g_ptr_array_index (world->epochs, i);
      const CvMlsGroup *next = g_ptr_array_index (nexts, j);
      g_autoptr (GError) error = NULL;
      g_autoptr (CvSecret) hers = cv_mls_group_export (old, "x", CV_SPAN_EMPTY, 32, &error);
      g_autoptr (CvSecret) theirs = cv_mls_group_export (next, "x", CV_SPAN_EMPTY, 32, &error);

      g_assert_no_error (error);
      g_assert_false (cv_span_equal (cv_secret_span (hers), cv_secret_span (theirs)));
      g_assert_false (follows (old, next, nothing));
      g_assert_false (follows (old, next, cv_secret_span (old->epoch->secrets.exporter_secret)));
    }
  /* Without a path it would: which is why a removal has one. */
  g_assert_true (follows (g_ptr_array_index (nexts, 1), g_ptr_array_index (nexts, 2), nothing));
}

/* Neither does she come back by herself, nor does coming back open what she missed. */
static void
assert_past_stays_shut (World *world)
{
  CvMlsGroup *last = g_ptr_array_index (world->epochs, world->epochs->len - 1);
  g_auto (CvMlsCommitResult) back = {0};
  g_auto (CvMlsCommitResult) again = {0};
  g_autoptr (GError) error = NULL;
  CvSpan package;

  g_assert_false (
      cv_mls_group_resync (last, cv_span_from_bytes (world->info), TEST_NOW_S, &back, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  package = offer (world, world->mallory);
  commit (world, world->remover, (CvMlsCommitParams){.adds = &package, .n_adds = 1}, &again);
  member_join (world->mallory, again.welcome);
  for (guint i = 0; i < world->messages->len; i++)
    g_assert_false (
        opens (world->mallory->group, cv_span_from_bytes (g_ptr_array_index (world->messages, i))));
}

static void
test_removed (gconstpointer row)
{
  World world;
  g_autoptr (CvMlsGroup) stayed = NULL;

  world_init (&world, row);
  stayed = cv_mls_group_ref (world.people[world.row->mallory == 2 ? 3 : 2]->group);
  remove_mallory (&world);
  g_assert_cmpuint (world.keys->len, >, 5);
  assert_no_message_opens (&world);
  assert_no_path_secret_opens (&world, stayed);
  assert_no_welcome_opens (&world);
  assert_no_key_follows (&world);
  assert_past_stays_shut (&world);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  static const Row rows[] = {{0x0001, 0}, {0x0001, 1}, {0x0001, 2}, {0x0001, 3}, {0x0001, 4},
                             {0x0002, 2}, {0x0003, 3}, {0x0007, 1}, {0xF001, 2}, {0xF002, 3}};

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/removed-opens-nothing/%04x/leaf-%u",
                                             rows[i].suite, rows[i].mallory);

    g_test_add_data_func (path, &rows[i], test_removed);
  }
  return g_test_run ();
}
