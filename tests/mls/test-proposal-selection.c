/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What of the waiting proposals goes into a commit when there are too many of them. What is chosen
 * among a few is in test-group-propose.c. */
#include "mls/group-private.h"
#include "mls/members.h"

/* As many wait as one commit can hold: what the caller wants goes in, and the rest waits on. */
static void
test_leaves_room (gconstpointer is_public)
{
  const CvMlsSuite *suite = members_get_suite (0x0001);
  Member *alice = member_new (suite, "alice");
  Member *bob = member_new (suite, "bob");
  Member *carol = member_new (suite, "carol");
  Member *dave = member_new (suite, "dave");
  Member *all[] = {alice, bob, carol, dave};
  CvMlsProposeParams psk = {.type = CV_MLS_PROPOSAL_PSK,
                            .psk_id = CV_SPAN_LITERAL ("room"),
                            .is_public = is_public != NULL,
                            .now_s = TEST_NOW_S};
  CvMlsLeaf removed;
  CvMlsCommitParams params = {.removes = &removed,
                              .n_removes = 1,
                              .includes_pending = TRUE,
                              .is_public = is_public != NULL,
                              .find_psk = members_find_psk,
                              .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  member_create (alice);
  for (gsize i = 1; i < G_N_ELEMENTS (all); i++)
    member_add (alice, all[i], all, G_N_ELEMENTS (all));
  removed = cv_mls_group_get_own_leaf (carol->group);
  for (guint i = 0; i < CV_MLS_LIMIT_ENTRIES; i++) {
    Member *proposer = all[i / CV_MLS_LIMIT_ENTRIES_SHARE];
    g_autoptr (GBytes) message = cv_mls_group_propose (proposer->group, &psk, &error);

    g_assert_no_error (error);
    for (guint j = 0; j < 2; j++)
      if (all[j] != proposer) {
        g_auto (CvMlsReceived) received = {0};

        member_try_receive (all[j], cv_span_from_bytes (message), &received, &error);
        g_assert_no_error (error);
      }
  }
  g_assert_null (cv_mls_group_propose (bob->group, &psk, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  member_commit (alice, &params, &result);
  member_follow (bob, result.commit);
  g_assert_cmpuint (cv_mls_group_get_n_members (bob->group), ==, 3);
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    member_free (all[i]);
}

/* Bob asks for somebody whose KeyPackage is good from `begun_s` before now until `left_s` after it. */
static void
propose_add_for (Member *bob, Member *alice, guint64 begun_s, guint64 left_s)
{
  g_autoptr (Member) newcomer = member_new (alice->suite, "newcomer");
  CvMlsLeafParams leaf = member_leaf_params (newcomer);
  CvMlsProposeParams add = {.type = CV_MLS_PROPOSAL_ADD, .now_s = TEST_NOW_S};
  g_autoptr (CvMlsJoiner) joiner = NULL;
  g_autoptr (GBytes) message = NULL;
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  leaf.not_before_s = TEST_NOW_S - begun_s;
  leaf.not_after_s = TEST_NOW_S + left_s;
  joiner = cv_mls_joiner_new (members_get_crypto (), &leaf, &error);
  g_assert_no_error (error);
  add.key_package = cv_span_from_bytes (cv_mls_joiner_get_key_package (joiner));
  message = cv_mls_group_propose (bob->group, &add, &error);
  g_assert_no_error (error);
  member_try_receive (alice, cv_span_from_bytes (message), &received, &error);
  g_assert_no_error (error);
}

/* Whether a KeyPackage is good is for each member's own clock to say: what one of them could refuse is
 * left, when there is a time at all. */
static void
test_clocks_differ (void)
{
  static const struct {
    guint64 begun_s;
    guint64 left_s;
    gboolean is_taken;
  } cases[] = {{60, 60, TRUE},  {60, 59, FALSE},    {60, 1, FALSE},
               {59, 60, FALSE}, {3600, 3600, TRUE}, {0, 3600, FALSE}};
  g_autoptr (Member) alice = member_new (members_get_suite (0x0001), "alice");
  g_autoptr (Member) bob = member_new (alice->suite, "bob");

  member_create (alice);
  member_add (alice, bob, NULL, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    CvMlsCommitParams params = {.includes_pending = TRUE};
    g_auto (CvMlsCommitResult) by_clock = {0};
    g_auto (CvMlsCommitResult) without = {0};
    g_autoptr (GError) error = NULL;

    propose_add_for (bob, alice, cases[i].begun_s, cases[i].left_s);
    g_assert_true (cv_mls_group_commit (alice->group, &params, &without, &error));
    g_assert_nonnull (without.welcome);
    params.now_s = TEST_NOW_S;
    member_commit (alice, &params, &by_clock);
    g_assert_true ((by_clock.welcome != NULL) == cases[i].is_taken);
    member_follow (bob, by_clock.commit);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/mls/proposal-selection/leaves-room-for-what-is-wanted/private", NULL,
                        test_leaves_room);
  g_test_add_data_func ("/mls/proposal-selection/leaves-room-for-what-is-wanted/public",
                        GSIZE_TO_POINTER (1), test_leaves_room);
  g_test_add_func ("/mls/proposal-selection/leaves-what-another-clock-refuses", test_clocks_differ);
  return g_test_run ();
}
