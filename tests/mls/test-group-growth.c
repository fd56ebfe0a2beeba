/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Processing a commit grows with log N, said without a clock: the operations are counted, the nodes
 * that two epochs share are compared by address, and what an epoch takes on the heap is measured.
 * Whoever copies or hashes the whole tree, or looks at every leaf's signature again, fails here. */
#include "mls/counts.h"
#include "mls/group-private.h"
#include "mls/members.h"

#include <malloc.h>

#define DEPTH_MAX 9 /* 512 members */

/* Only those are held whose commits fill the copath of leaf 0: the leaves 0, 1, 2, 4, 8 …
 *
 *              ●                  ● filled by the commit of
 *         ●         ●(4)
 *       ●   ●(2)  ·   ·
 *      0 1 2 3   4 5 6 7
 */
typedef struct {
  guint depth; /* N = 2^depth */
  Member *members[DEPTH_MAX + 1];
} Meeting;

static guint32
n_members (const Meeting *meeting)
{
  return 1u << meeting->depth;
}

static gboolean
is_held (guint32 leaf)
{
  return (leaf & (leaf - 1)) == 0;
}

/* Everybody at once, without a path; then each that is held commits once. */
static Meeting *
meeting_new (guint depth)
{
  Meeting *meeting = g_new0 (Meeting, 1);
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func ((GDestroyNotify)member_free);
  g_autofree CvSpan *offers = g_new (CvSpan, 1u << depth);
  CvMlsCommitParams add = {
      .adds = offers, .n_adds = (1u << depth) - 1, .is_pathless = TRUE, .now_s = TEST_NOW_S};
  CvMlsCommitParams rotate = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) added = {0};
  guint n_held = 1;

  meeting->depth = depth;
  meeting->members[0] = member_new (members_get_suite (0x0001), "member 0");
  for (guint32 i = 1; i < n_members (meeting); i++) {
    Member *member = member_new (members_get_suite (0x0001), "somebody");

    offers[i - 1] = member_offer (member);
    if (is_held (i))
      meeting->members[n_held++] = member;
    else
      g_ptr_array_add (others, member);
  }
  member_create (meeting->members[0]);
  member_commit (meeting->members[0], &add, &added);
  for (guint i = 1; i < n_held; i++)
    member_join (meeting->members[i], added.welcome);
  for (guint i = n_held; i > 0; i--) {
    g_auto (CvMlsCommitResult) result = {0};

    member_commit (meeting->members[i - 1], &rotate, &result);
    for (guint j = 0; j < n_held; j++)
      if (j != i - 1)
        member_follow (meeting->members[j], result.commit);
  }
  return meeting;
}

static void
meeting_free (Meeting *meeting)
{
  for (guint i = 0; i <= meeting->depth; i++)
    member_free (meeting->members[i]);
  g_free (meeting);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Meeting, meeting_free)

/* By the member at leaf 0. */
static GBytes *
make_commit (Meeting *meeting)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (meeting->members[0], &params, &result);
  return g_bytes_ref (result.commit);
}

/* Present in a build with the address sanitizer alone, which replaces malloc. */
extern size_t __sanitizer_get_current_allocated_bytes (void) __attribute__ ((weak));

static gsize
heap_bytes (void)
{
  struct mallinfo2 info;

  if (__sanitizer_get_current_allocated_bytes)
    return __sanitizer_get_current_allocated_bytes ();
  info = mallinfo2 ();
  return info.uordblks + info.hblkhd;
}

/* What one member does for one commit, with so many newcomers and so many nodes above who came or
 * went that are not on the committer's path. */
static void
assert_processing (const MlsCounts *counts, guint depth, guint n_newcomers, guint n_others)
{
  /* The message and the committer's new leaf; a KeyPackage and the leaf in it. */
  g_assert_cmpuint (counts->n[MLS_COUNT_VERIFY], ==, 2 + 2 * n_newcomers);
  g_assert_cmpuint (counts->n[MLS_COUNT_SIGN], ==, 0);
  g_assert_cmpuint (counts->n[MLS_COUNT_ENCAPSULATE], ==, 0);
  g_assert_cmpuint (counts->n[MLS_COUNT_DECAPSULATE], ==, 1);
  g_assert_cmpuint (counts->n[MLS_COUNT_KEY_PAIR], ==, depth);
  g_assert_cmpuint (counts->n[MLS_COUNT_CHECK_KEY], ==, depth + 1 + 2 * n_newcomers);
  /* Tree hashes with the path blank and with it new, a parent hash for each of its nodes. */
  g_assert_cmpuint (counts->n[MLS_COUNT_HASH], <=, 3 * depth + 2 + n_others);
}

/* The neighbour of the committer has the most to do: it derives every key of the path. */
static void
test_processing (gconstpointer data)
{
  Meeting *meeting = (Meeting *)data;
  g_autoptr (GBytes) commit = make_commit (meeting);
  MlsCounts counts;

  mls_counts_reset ();
  member_follow (meeting->members[1], commit);
  counts = mls_counts_get ();
  assert_processing (&counts, meeting->depth, 0, 0);
}

/* Log N path secrets are sealed, and nobody's signature is looked at. */
static void
test_making (gconstpointer data)
{
  Meeting *meeting = (Meeting *)data;
  guint depth = meeting->depth;
  g_autoptr (GBytes) commit = NULL;
  MlsCounts counts;

  mls_counts_reset ();
  commit = make_commit (meeting);
  counts = mls_counts_get ();
  g_assert_cmpuint (counts.n[MLS_COUNT_VERIFY], ==, 0);
  g_assert_cmpuint (counts.n[MLS_COUNT_SIGN], ==, 2);
  g_assert_cmpuint (counts.n[MLS_COUNT_ENCAPSULATE], ==, depth);
  g_assert_cmpuint (counts.n[MLS_COUNT_KEY_PAIR], ==, depth + 1);
  g_assert_cmpuint (counts.n[MLS_COUNT_HASH], <=, 3 * depth + 2);
  member_follow (meeting->members[1], commit);
}

/* Leaf 2 goes, and only its parent stays blank: the one at leaf 0 fills the others above it again.
 * Gives out what the neighbour did. */
static MlsCounts
measure_remove (Meeting *meeting)
{
  CvMlsLeaf leaf = {2};
  CvMlsCommitParams params = {.removes = &leaf, .n_removes = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (meeting->members[0], &params, &result);
  mls_counts_reset ();
  member_follow (meeting->members[1], result.commit);
  return mls_counts_get ();
}

/* Somebody comes to leaf 2 and fills the parent, so that the tree is as it was. */
static MlsCounts
measure_add (Meeting *meeting)
{
  g_autoptr (Member) newcomer = member_new (members_get_suite (0x0001), "newcomer");
  CvSpan offer = member_offer (newcomer);
  CvMlsCommitParams params = {.adds = &offer, .n_adds = 1, .now_s = TEST_NOW_S};
  CvMlsCommitParams rotate = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) added = {0};
  g_auto (CvMlsCommitResult) rotated = {0};
  MlsCounts counts;

  member_commit (meeting->members[0], &params, &added);
  mls_counts_reset ();
  member_follow (meeting->members[1], added.commit);
  counts = mls_counts_get ();
  member_join (newcomer, added.welcome);
  g_assert_cmpuint (cv_mls_group_get_own_leaf (newcomer->group).index, ==, 2);
  member_commit (newcomer, &rotate, &rotated);
  member_follow (meeting->members[0], rotated.commit);
  member_follow (meeting->members[1], rotated.commit);
  return counts;
}

/* A removal costs what an empty commit does and two hashes, of leaf 2 and of its parent; an Add two
 * signatures and two keys more, however many are there. */
static void
test_members_change (gconstpointer data)
{
  Meeting *meeting = (Meeting *)data;
  MlsCounts removing = measure_remove (meeting);
  MlsCounts adding = measure_add (meeting);

  assert_processing (&removing, meeting->depth, 0, 2);
  assert_processing (&adding, meeting->depth, 1, 2);
}

static void
test_shared_nodes (gconstpointer data)
{
  Meeting *meeting = (Meeting *)data;
  Member *reader = meeting->members[1];
  g_autoptr (CvMlsGroup) before = cv_mls_group_ref (reader->group);
  g_autoptr (GBytes) commit = make_commit (meeting);
  guint32 n_nodes = cv_mls_tree_math_n_nodes (n_members (meeting));
  guint32 n_own = 0;

  member_follow (reader, commit);
  for (guint32 i = 0; i < n_nodes; i++) {
    CvMlsNode node = {i};

    n_own += cv_mls_ratchet_tree_get_subtree (before->epoch->tree, node)
                     != cv_mls_ratchet_tree_get_subtree (reader->group->epoch->tree, node)
                 ? 1
                 : 0;
  }
  g_assert_cmpuint (n_own, ==, meeting->depth + 1);
}

/* Heap bytes of an epoch that is held beside the one before it; the mean of four. */
static gsize
measure_epoch (Meeting *meeting)
{
  Member *reader = meeting->members[1];
  CvMlsGroup *held[4];
  GBytes *commits[4];
  gsize before;
  gsize bytes;

  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    commits[i] = make_commit (meeting);
  before = heap_bytes ();
  for (guint i = 0; i < G_N_ELEMENTS (held); i++) {
    held[i] = cv_mls_group_ref (reader->group);
    member_follow (reader, commits[i]);
  }
  bytes = (heap_bytes () - before) / G_N_ELEMENTS (held);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++) {
    cv_mls_group_unref (held[i]);
    g_bytes_unref (commits[i]);
  }
  return bytes;
}

/* 64 times the members. An array of node pointers alone would be 8 KiB more, copied nodes 150 KiB;
 * the paths in the set of keys make it log² N and not log N. */
static void
test_memory (gconstpointer data)
{
  Meeting *const *meetings = data;
  gsize small = measure_epoch (meetings[0]);
  gsize large = measure_epoch (meetings[1]);

  g_test_message ("an epoch of 8 takes %zu bytes, one of 512 takes %zu", small, large);
  g_assert_cmpuint (small, >, 1000);
  g_assert_cmpuint (large, <, 5 * small);
}

/* Who cannot be in the group, or is not in its tree, does not look at everybody's signature first: the
 * GroupInfo's is enough. */
static void
test_refused_join (gconstpointer data)
{
  Meeting *meeting = (Meeting *)data;
  g_autoptr (Member) newcomer = member_new (members_get_suite (0x0001), "newcomer");
  CvSpan offer = member_offer (newcomer);
  CvMlsCommitParams params = {.adds = &offer, .n_adds = 1, .now_s = TEST_NOW_S};
  CvMlsLeafNode *leaf = newcomer->joiner->package->leaf_node;
  GBytes *encoded = leaf->encoded;
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_group_commit (meeting->members[0]->group, &params, &result, &error));
  leaf->encoded = g_bytes_new_static ("another", 7);
  mls_counts_reset ();
  g_assert_false (member_try_join (newcomer, cv_span_from_bytes (result.welcome), &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_assert_cmpuint (mls_counts_get ().n[MLS_COUNT_VERIFY], ==, 1);
  g_clear_error (&error);
  g_bytes_unref (leaf->encoded);
  leaf->encoded = encoded;

  g_array_set_size (leaf->capabilities.extensions, 0);
  mls_counts_reset ();
  g_assert_false (member_try_join (newcomer, cv_span_from_bytes (result.welcome), &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_assert_cmpuint (mls_counts_get ().n[MLS_COUNT_VERIFY], ==, 1);
}

#define N_ROUNDS 24

static gpointer
commit_again_and_again (gpointer data)
{
  const CvMlsGroup *group = data;
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};

  for (guint i = 0; i < N_ROUNDS; i++) {
    g_auto (CvMlsCommitResult) result = {0};
    g_autoptr (GError) error = NULL;

    g_assert_true (cv_mls_group_commit (group, &params, &result, &error) || error);
    g_assert_no_error (error);
  }
  return NULL;
}

/* A worker makes commits of an epoch while this thread takes others to the next one and drops them:
 * each holds and lets go of nodes of the one tree, and nobody may write into it. */
static void
test_worker (gconstpointer data)
{
  Meeting *meeting = (Meeting *)data;
  Member *reader = meeting->members[1];
  g_autoptr (GBytes) before = cv_mls_group_encode_tree (reader->group->epoch->tree);
  g_autoptr (GBytes) after = NULL;
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  GBytes *commits[N_ROUNDS];
  GThread *thread;

  for (guint i = 0; i < N_ROUNDS; i++) {
    g_auto (CvMlsCommitResult) result = {0};
    g_autoptr (GError) error = NULL;

    g_assert_true (cv_mls_group_commit (meeting->members[0]->group, &params, &result, &error));
    commits[i] = g_bytes_ref (result.commit);
  }
  thread = g_thread_new ("commit", commit_again_and_again, reader->group);
  for (guint i = 0; i < N_ROUNDS; i++) {
    g_auto (CvMlsReceived) received = {0};
    g_autoptr (GError) error = NULL;

    member_try_receive (reader, cv_span_from_bytes (commits[i]), &received, &error);
    g_assert_no_error (error);
    g_bytes_unref (commits[i]);
  }
  g_thread_join (thread);
  after = cv_mls_group_encode_tree (reader->group->epoch->tree);
  g_assert_true (g_bytes_equal (before, after));
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    GTestDataFunc run;
  } claims[] = {
      {"processing", test_processing},
      {"making", test_making},
      {"members-change", test_members_change},
      {"shared-nodes", test_shared_nodes},
      {"worker", test_worker},
      {"refused-join", test_refused_join},
  };
  Meeting *meetings[] = {meeting_new (3), meeting_new (9)};
  int result;

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (meetings); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (claims); j++) {
      g_autofree char *path =
          g_strdup_printf ("/mls/group-growth/%s-of-%u", claims[j].name, n_members (meetings[i]));

      g_test_add_data_func (path, meetings[i], claims[j].run);
    }
  g_test_add_data_func ("/mls/group-growth/memory", meetings, test_memory);
  result = g_test_run ();
  for (gsize i = 0; i < G_N_ELEMENTS (meetings); i++)
    meeting_free (meetings[i]);
  return result;
}
