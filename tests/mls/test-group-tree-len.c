/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The tree of a group stays one that newcomers can read, whoever adds or lengthens leaves. 4 s under
 * sanitizers. */
#include "mls/forgery.h"
#include "mls/mallory.h"

#include <string.h>

/* With the three who are there, 63 such leaves fit and 64 do not; by value 64 still do. */
#define LEAF_LEN 130000u
#define N_FITTING 63u
#define N_NEWCOMERS (N_FITTING + 1)

typedef struct {
  MalloryWorld world;
  Member *newcomers[N_NEWCOMERS];
  GBytes *packages[N_NEWCOMERS];
  CvSpan offers[N_NEWCOMERS];
} LongWorld;

static const CvMlsCipher *
cipher_of (const LongWorld *world)
{
  return &world->world.mallory->group->epoch->cipher;
}

/* The newcomer's own offer with a leaf of that length. */
static GBytes *
lengthen (const LongWorld *world, Member *newcomer, gsize leaf_len)
{
  g_autofree guint8 *zeroes = g_malloc0 (leaf_len);
  CvSpan signature_private = cv_secret_span (newcomer->signature.private_key);
  CvMlsKeyPackage *package;
  CvMlsLeafNode like;
  g_autoptr (GPtrArray) extensions = cv_mls_extension_list_new ();
  g_autoptr (GBytes) leaf = NULL;
  g_autoptr (GBytes) encoded = NULL;
  g_autoptr (GError) error = NULL;

  member_offer (newcomer);
  package = newcomer->joiner->package;
  like = *package->leaf_node;
  cv_mls_extension_list_add (
      extensions, CV_MLS_EXTENSION_APPLICATION_ID,
      cv_span (zeroes, leaf_len - g_bytes_get_size (package->leaf_node->encoded)));
  like.extensions = extensions;
  leaf = forgery_sign_leaf (cipher_of (world), signature_private, &like);
  encoded = forgery_sign_package (cipher_of (world), signature_private, package,
                                  cv_span_from_bytes (leaf));
  newcomer->joiner->package = cv_mls_key_package_parse (cv_span_from_bytes (encoded), &error);
  g_assert_no_error (error);
  cv_mls_key_package_unref (package);
  return g_steal_pointer (&encoded);
}

static void
long_set_up (LongWorld *world, gconstpointer data)
{
  mallory_set_up (&world->world, data);
  for (guint i = 0; i < N_NEWCOMERS; i++) {
    world->newcomers[i] = member_new (world->world.mallory->suite, "newcomer");
    world->packages[i] = lengthen (world, world->newcomers[i], LEAF_LEN);
    world->offers[i] = cv_span_from_bytes (world->packages[i]);
  }
}

static void
long_tear_down (LongWorld *world, gconstpointer data)
{
  for (guint i = 0; i < N_NEWCOMERS; i++) {
    g_bytes_unref (world->packages[i]);
    member_free (world->newcomers[i]);
  }
  mallory_tear_down (&world->world, data);
}

static GBytes *
forge_adds (const LongWorld *world, guint n_adds)
{
  CvMlsCommit *commit = cv_mls_commit_new ();

  for (guint i = 0; i < n_adds; i++) {
    g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (world->offers[i], NULL);
    g_autoptr (CvMlsProposal) add = cv_mls_proposal_new_add (package);

    g_ptr_array_add (commit->proposals, cv_mls_proposal_or_ref_new (add));
  }
  return mallory_forge (&world->world, commit);
}

static void
assert_no_commit (const Member *member, const CvMlsCommitParams *params)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_mls_group_commit (member->group, params, &result, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
}

static void
test_forged (LongWorld *world, gconstpointer data)
{
  g_autoptr (GBytes) message = forge_adds (world, N_NEWCOMERS);

  mallory_assert_refused (&world->world, message, CV_MLS_ERROR_INVALID);
}

/* AUTHENTICATION: but for the forged tag it would have been taken. */
static void
test_forged_fitting (LongWorld *world, gconstpointer data)
{
  g_autoptr (GBytes) message = forge_adds (world, N_FITTING);

  mallory_assert_refused (&world->world, message, CV_MLS_ERROR_AUTHENTICATION);
}

static void
commit_and_follow (LongWorld *world, Member *committer, const CvMlsCommitParams *params)
{
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (committer, params, &result);
  for (guint i = 0; i < 3; i++) {
    const Member *member = world->world.all[i];

    if (member != committer)
      member_follow (world->world.all[i], result.commit);
    g_assert_true (cv_span_equal (cv_mls_group_get_epoch_authenticator (member->group),
                                  cv_mls_group_get_epoch_authenticator (committer->group)));
  }
  if (result.welcome)
    member_join (world->newcomers[0], result.welcome);
  else if (world->newcomers[0]->group)
    member_follow (world->newcomers[0], result.commit);
}

/* As full as it gets, the group goes on: paths, short newcomers and removals are as before. */
static void
test_full (LongWorld *world, gconstpointer data)
{
  Member *mallory = world->world.mallory;
  g_autoptr (Member) late = member_new (mallory->suite, "late");
  g_autofree char *long_name = g_strnfill (60000, 'x');
  CvMlsLeafParams leaf = member_leaf_params (mallory);
  CvMlsLeafParams other_leaf = member_leaf_params (world->world.other);
  const CvMlsLeaf removed = {10};
  CvMlsCommitParams add = {.adds = world->offers, .n_adds = N_NEWCOMERS, .now_s = TEST_NOW_S};
  CvMlsCommitParams grow = {.leaf = &leaf, .now_s = TEST_NOW_S};
  const CvMlsCommitParams rotate = {.now_s = TEST_NOW_S};
  const CvMlsCommitParams shrink = {.removes = &removed, .n_removes = 1, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;

  assert_no_commit (mallory, &add);
  add.n_adds = N_FITTING;
  commit_and_follow (world, mallory, &add);
  g_assert_false (cv_mls_group_can_add (mallory->group, world->offers[N_FITTING], &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_assert_true (cv_mls_group_can_add (mallory->group, member_offer (late), NULL));
  for (guint i = 0; i < 3; i++)
    commit_and_follow (world, world->world.all[i], &rotate);
  leaf.identity = other_leaf.identity = cv_span (long_name, strlen (long_name));
  commit_and_follow (world, mallory, &grow);
  grow.leaf = &other_leaf;
  assert_no_commit (world->world.other, &grow);
  commit_and_follow (world, world->world.other, &shrink);
  commit_and_follow (world, world->world.other, &grow);
}

typedef struct {
  const char *name;
  void (*run) (LongWorld *world, gconstpointer data);
} Claim;

static const Claim claims[] = {
    {"forged-too-long", test_forged},
    {"forged-fitting", test_forged_fitting},
    {"goes-on-when-full", test_full},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/tree-len/%s", claims[i].name);

    g_test_add (path, LongWorld, NULL, long_set_up, claims[i].run, long_tear_down);
  }
  return g_test_run ();
}
