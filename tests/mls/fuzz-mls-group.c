/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Commits and ratchet trees from outside into the group's own checks, past signatures and keys: what
 * a member with a changed client could send, and what an inviter could show.
 *
 * The first byte of an input chooses: commit of a member, external commit, or tree. Built with
 * -fsanitize=fuzzer it is a libFuzzer target; alone it changes real inputs, as many times as its
 * argument says, from a fixed seed so that a failure can be repeated. */
#include "mls/group-private.h"
#include "mls/members.h"

#include <stdlib.h>
#include <string.h>

#define N_MEMBERS 5

enum { INPUT_MEMBER, INPUT_EXTERNAL, INPUT_TREE, N_INPUTS };

typedef struct {
  Member *members[N_MEMBERS];
  GPtrArray *seeds; /* GBytes */
} World;

int LLVMFuzzerTestOneInput (const guint8 *data, size_t len);

static void
add_seed (World *world, guint8 kind, CvSpan bytes)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_writer_u8 (&writer, kind);
  cv_writer_put (&writer, bytes);
  g_ptr_array_add (world->seeds, cv_writer_take (&writer));
}

static void
add_commit (World *world, guint8 kind, const CvMlsCommit *commit)
{
  g_auto (CvWriter) writer = {0};

  cv_writer_init (&writer);
  cv_mls_commit_write (&writer, commit);
  add_seed (world, kind, cv_writer_span (&writer));
}

/* A commit of member 0 with everything in it, opened again with member 1's keys. */
static void
add_member_seed (World *world)
{
  CvMlsGroup *reader = world->members[1]->group;
  g_autoptr (Member) newcomer = member_new (world->members[0]->suite, "newcomer");
  CvSpan offer = member_offer (newcomer);
  CvSpan policy = CV_SPAN_LITERAL ("policy 1");
  CvMlsLeaf removed = {3};
  CvMlsPsk psk = members_get_psk ();
  CvMlsCommitParams params = {.adds = &offer,
                              .n_adds = 1,
                              .removes = &removed,
                              .n_removes = 1,
                              .policy = &policy,
                              .policy_type = TEST_POLICY_TYPE,
                              .psks = &psk,
                              .n_psks = 1,
                              .now_s = TEST_NOW_S};
  CvMlsPrivateOpenParams open = {
      .keys = cv_mls_group_message_keys (reader),
      .group_context = cv_span_from_bytes (reader->epoch->encoded_context),
      .find_key = cv_mls_group_find_signature_key,
      .find_data = reader,
  };
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsMessage) message = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_group_commit (world->members[0]->group, &params, &result, &error));
  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (result.commit), &message, &error));
  g_assert_true (cv_mls_private_message_open (&open, &message.private_message, &auth, &error));
  add_commit (world, INPUT_MEMBER, auth.content.commit);
}

static void
add_external_seed (World *world)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (world->members[0]->group, &error);
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsMessage) message = {0};

  g_assert_true (cv_mls_group_resync (world->members[2]->group, cv_span_from_bytes (info),
                                      TEST_NOW_S, &result, &error));
  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (result.commit), &message, &error));
  add_commit (world, INPUT_EXTERNAL, message.public_message.auth.content.commit);
}

static World *
get_world (void)
{
  static World *world;
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GBytes) tree = NULL;

  if (world)
    return world;
  world = g_new0 (World, 1);
  world->seeds = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < N_MEMBERS; i++)
    world->members[i] = member_new (members_get_suite (0x0001), "somebody");
  member_create (world->members[0]);
  for (guint i = 1; i < N_MEMBERS; i++)
    member_add (world->members[i - 1], world->members[i], world->members, i);
  member_commit (world->members[2], &params, &result);
  for (guint i = 0; i < N_MEMBERS; i++)
    if (i != 2)
      member_follow (world->members[i], result.commit);
  add_member_seed (world);
  add_external_seed (world);
  tree = cv_mls_group_encode_tree (world->members[0]->group->epoch->tree);
  add_seed (world, INPUT_TREE, cv_span_from_bytes (tree));
  return world;
}

static void
feed_commit (const World *world, CvSpan input, CvMlsSenderType sender)
{
  static const guint8 zeroes[64];
  CvMlsGroup *group = world->members[1]->group;
  CvMlsReceiveParams params = {.find_psk = members_find_psk, .now_s = TEST_NOW_S};
  g_auto (CvMlsReceived) received = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  CvReader reader;

  cv_reader_init (&reader, input);
  auth.content.commit = cv_mls_commit_read (&reader);
  if (!auth.content.commit)
    return;
  auth.wire_format = CV_MLS_WIRE_PRIVATE_MESSAGE;
  auth.content.group_id = g_bytes_ref (group->epoch->context.group_id);
  auth.content.epoch = group->epoch->context.epoch;
  auth.content.sender.type = sender;
  auth.content.authenticated_data = cv_span_dup (CV_SPAN_EMPTY);
  auth.content.type = CV_MLS_CONTENT_COMMIT;
  auth.signature = cv_span_dup (CV_SPAN_ARRAY (zeroes));
  auth.confirmation_tag = cv_span_dup (cv_span (zeroes, 32));
  /* The tag is wrong, so all that may pass is a commit that removes the reader. */
  if (cv_mls_group_process_commit (group, &auth, &params, &received, NULL))
    g_assert_true (received.summary.removes_self && !received.next);
}

static void
feed_tree (const World *world, CvSpan input)
{
  const CvMlsEpoch *epoch = world->members[0]->group->epoch;
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_parse (input, NULL);
  CvSpan hash;

  if (!tree)
    return;
  hash = cv_mls_tree_hash_update (&epoch->cipher, tree, NULL);
  g_assert_cmpuint (hash.len, ==, 32);
  if (cv_mls_tree_validation_check_tree (&epoch->cipher, tree,
                                         cv_span_from_bytes (epoch->context.group_id),
                                         epoch->context.extensions, NULL))
    g_assert_cmpuint (cv_mls_ratchet_tree_get_n_members (tree), >, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t len)
{
  const World *world = get_world ();
  CvSpan rest;

  if (len == 0)
    return 0;
  rest = cv_span (data + 1, len - 1);
  if (data[0] % N_INPUTS == INPUT_MEMBER)
    feed_commit (world, rest, CV_MLS_SENDER_MEMBER);
  else if (data[0] % N_INPUTS == INPUT_EXTERNAL)
    feed_commit (world, rest, CV_MLS_SENDER_NEW_MEMBER_COMMIT);
  else
    feed_tree (world, rest);
  return 0;
}

#ifndef CV_LIBFUZZER
static gint n_runs;

/* Few bytes change, and mostly to small numbers: lengths, types, indices. */
static guint8 *
mutate (GRand *rand, const World *world, gsize *len)
{
  GBytes *seed =
      g_ptr_array_index (world->seeds, g_rand_int_range (rand, 0, (gint32)world->seeds->len));
  guint8 *out = g_memdup2 (g_bytes_get_data (seed, NULL), g_bytes_get_size (seed));

  *len = g_bytes_get_size (seed);
  for (gint i = g_rand_int_range (rand, 1, 4); i > 0; i--) {
    gsize at = (gsize)g_rand_int_range (rand, 1, (gint32)*len);
    gint dice = g_rand_int_range (rand, 0, 3);

    if (dice == 0)
      out[at] ^= (guint8)(1u << g_rand_int_range (rand, 0, 8));
    else if (dice == 1)
      out[at] = (guint8)g_rand_int_range (rand, 0, 10);
    else
      out[at] = (guint8)(out[at] + g_rand_int_range (rand, -2, 3));
  }
  return out;
}

static void
test_mutations (void)
{
  World *world = get_world ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (9420);

  for (guint i = 0; i < world->seeds->len; i++) {
    CvSpan seed = cv_span_from_bytes (g_ptr_array_index (world->seeds, i));

    LLVMFuzzerTestOneInput (seed.data, seed.len);
  }
  for (gint i = 0; i < n_runs; i++) {
    gsize len;
    g_autofree guint8 *input = mutate (rand, world, &len);

    LLVMFuzzerTestOneInput (input, len);
  }
  for (guint i = 0; i < N_MEMBERS; i++)
    member_free (world->members[i]);
  g_ptr_array_unref (world->seeds);
  g_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  n_runs = argc > 1 ? atoi (argv[1]) : 6000;
  g_test_add_func ("/mls/fuzz/group-mutations", test_mutations);
  return g_test_run ();
}
#endif
