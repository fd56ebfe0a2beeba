/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Groups that follow another one: ReInit into another suite, and subgroups (RFC 9420 §11.2, §11.3).
 * Costs 2 s under sanitizers. */
#include "mls/group-private.h"
#include "mls/members.h"

#define N_MEMBERS 3

typedef struct {
  Member *old[N_MEMBERS]; /* in the group that is followed */
  Member *new[N_MEMBERS]; /* the same people, with keys of the new suite */
  CvMlsLeafParams leaf; /* of new[0] */
  CvSpan offers[N_MEMBERS]; /* of new[1] and on */
  CvMlsSuccessorParams params;
} World;

static const CvMlsExtensionValue next_extensions[] = {
    {TEST_POLICY_TYPE, CV_SPAN_LITERAL ("policy of the next")}};
static const CvMlsReinit reinit = {
    .group_id = CV_SPAN_LITERAL ("next"),
    .suite = {0x0007},
    .extensions = next_extensions,
    .n_extensions = 1,
};

static void
set_up (World *world, guint16 next_suite)
{
  static const char *const names[] = {"alice", "bob", "carol"};

  for (gsize i = 0; i < N_MEMBERS; i++) {
    world->old[i] = member_new (members_get_suite (0x0001), names[i]);
    world->new[i] = member_new (members_get_suite (next_suite), names[i]);
  }
  member_create (world->old[0]);
  member_add (world->old[0], world->old[1], world->old, N_MEMBERS);
  member_add (world->old[0], world->old[2], world->old, N_MEMBERS);
  world->leaf = member_leaf_params (world->new[0]);
  for (gsize i = 1; i < N_MEMBERS; i++)
    world->offers[i] = member_offer (world->new[i]);
  world->params = (CvMlsSuccessorParams){.leaf = &world->leaf,
                                         .adds = &world->offers[1],
                                         .n_adds = N_MEMBERS - 1,
                                         .now_s = TEST_NOW_S};
}

static void
reinit_set_up (World *world, gconstpointer data)
{
  CvMlsCommitParams params = {.reinit = &reinit, .is_pathless = TRUE, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  set_up (world, 0x0007);
  member_commit (world->old[1], &params, &result);
  member_follow (world->old[0], result.commit);
  member_follow (world->old[2], result.commit);
}

static void
branch_set_up (World *world, gconstpointer data)
{
  set_up (world, 0x0001);
  world->params.group_id = CV_SPAN_LITERAL ("side room");
  world->params.extensions = next_extensions;
  world->params.n_extensions = 1;
}

static void
tear_down (World *world, gconstpointer data)
{
  for (gsize i = 0; i < N_MEMBERS; i++) {
    member_free (world->old[i]);
    member_free (world->new[i]);
  }
}

static gboolean
try_join (World *world, gsize who, GBytes *welcome, const CvMlsGroup *parent, GError **error)
{
  CvMlsJoinParams params = {.welcome = cv_span_from_bytes (welcome),
                            .parent = parent,
                            .find_psk = members_find_psk,
                            .now_s = TEST_NOW_S};

  world->new[who]->group =
      cv_mls_group_join (members_get_crypto (), world->new[who]->joiner, &params, error);
  return world->new[who]->group != NULL;
}

static void
assert_not_joined (World *world, gsize who, GBytes *welcome, const CvMlsGroup *parent,
                   CvMlsError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (try_join (world, who, welcome, parent, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
}

static void
assert_all_joined (World *world, CvMlsCommitResult *result)
{
  g_assert_null (result->commit);
  world->new[0]->group = cv_mls_group_ref (result->next);
  for (gsize i = 1; i <= world->params.n_adds; i++) {
    g_autoptr (GError) error = NULL;

    try_join (world, i, result->welcome, world->old[i]->group, &error);
    g_assert_no_error (error);
  }
  g_assert_cmpuint (cv_mls_group_get_epoch (result->next), ==, 1);
  g_assert_true (cv_span_equal (cv_mls_group_get_extension (result->next, TEST_POLICY_TYPE),
                                next_extensions[0].data));
  members_assert_agree (world->new, N_MEMBERS);
  members_assert_talk (world->new, N_MEMBERS);
}

static void
assert_not_made (gboolean is_made, CvMlsCommitResult *result, GError **error, CvMlsError code)
{
  g_assert_false (is_made);
  g_assert_error (*error, CV_MLS_ERROR, (gint)code);
  g_assert_null (result->next);
  g_assert_null (result->welcome);
  g_clear_error (error);
}

/* ---- ReInit ---- */

static void
test_reinit (World *world, gconstpointer data)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  CvMlsReinit said;

  g_assert_true (cv_mls_group_get_reinit (world->old[0]->group, &said));
  g_assert_true (cv_span_equal (said.group_id, reinit.group_id));
  g_assert_cmpuint (said.suite.value, ==, 0x0007);
  g_assert_cmpuint (said.version, ==, CV_MLS_VERSION_10);
  g_assert_true (cv_mls_group_reinit (world->old[0]->group, &world->params, &result, &error)
                 || error);
  g_assert_no_error (error);
  g_assert_cmpuint (cv_mls_group_get_suite (result.next)->id.value, ==, 0x0007);
  assert_all_joined (world, &result);
  g_assert_false (cv_mls_group_get_reinit (result.next, &said));
}

/* §12.4.2: nothing more is sent in the old group, and nothing taken. */
static void
test_old_group_is_shut (World *world, gconstpointer data)
{
  CvMlsGroup *group = world->old[0]->group;
  CvMlsCommitParams commit = {.now_s = TEST_NOW_S};
  CvMlsProposeParams update = {.type = CV_MLS_PROPOSAL_UPDATE};
  CvMlsReceiveParams receive = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GError) error = NULL;

  assert_not_made (cv_mls_group_commit (group, &commit, &result, &error), &result, &error,
                   CV_MLS_ERROR_STATE);
  assert_not_made (cv_mls_group_branch (group, &world->params, &result, &error), &result, &error,
                   CV_MLS_ERROR_STATE);
  g_assert_null (cv_mls_group_propose (group, &update, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_null (cv_mls_group_protect (group, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  g_clear_error (&error);
  g_assert_null (cv_mls_group_dup_group_info (group, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  g_clear_error (&error);
  /* Bob's program has no manners. */
  g_clear_pointer (&world->old[1]->group->reinit, cv_mls_proposal_unref);
  message = cv_mls_group_propose (world->old[1]->group, &update, &error);
  g_assert_no_error (error);
  receive.message = cv_span_from_bytes (message);
  g_assert_false (cv_mls_group_receive (group, &receive, &received, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
}

static void
test_reinit_without_somebody (World *world, gconstpointer data)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  world->params.n_adds--;
  assert_not_made (cv_mls_group_reinit (world->old[0]->group, &world->params, &result, &error),
                   &result, &error, CV_MLS_ERROR_INVALID);
}

static void
test_reinit_of_other_suite (World *world, gconstpointer data)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  world->leaf = member_leaf_params (world->old[0]);
  assert_not_made (cv_mls_group_reinit (world->old[0]->group, &world->params, &result, &error),
                   &result, &error, CV_MLS_ERROR_STATE);
}

static void
test_reinit_not_said (World *world, gconstpointer data)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  assert_not_made (cv_mls_group_reinit (world->old[0]->group, &world->params, &result, &error),
                   &result, &error, CV_MLS_ERROR_STATE);
}

/* What the newcomer believes its parent to be has to be what the Welcome follows. */
static void
test_reinit_of_other_parent (World *world, gconstpointer data)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (Member) stranger = member_new (members_get_suite (0x0001), "stranger");

  g_assert_true (cv_mls_group_reinit (world->old[0]->group, &world->params, &result, &error));
  member_create (stranger);
  assert_not_joined (world, 1, result.welcome, NULL, CV_MLS_ERROR_STATE);
  assert_not_joined (world, 1, result.welcome, stranger->group, CV_MLS_ERROR_INVALID);
}

/* The group's maker keeps to the ReInit's words, another one does not: `spoil` changes what all
 * but the first think that was said. */
static void
reinit_otherwise (World *world, const CvMlsReinit *other)
{
  g_autoptr (CvMlsProposal) proposal = cv_mls_proposal_new_reinit (other);
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_group_reinit (world->old[0]->group, &world->params, &result, &error));
  cv_mls_proposal_unref (world->old[1]->group->reinit);
  world->old[1]->group->reinit = g_steal_pointer (&proposal);
  assert_not_joined (world, 1, result.welcome, world->old[1]->group, CV_MLS_ERROR_INVALID);
}

static void
test_reinit_other_id (World *world, gconstpointer data)
{
  CvMlsReinit other = reinit;

  other.group_id = CV_SPAN_LITERAL ("another");
  reinit_otherwise (world, &other);
}

static void
test_reinit_other_suite_said (World *world, gconstpointer data)
{
  CvMlsReinit other = reinit;

  other.suite.value = 0x0002;
  reinit_otherwise (world, &other);
}

static void
test_reinit_other_version (World *world, gconstpointer data)
{
  CvMlsReinit other = reinit;

  other.version = 2;
  reinit_otherwise (world, &other);
}

static void
test_reinit_other_extensions (World *world, gconstpointer data)
{
  CvMlsReinit other = reinit;

  other.n_extensions = 0;
  reinit_otherwise (world, &other);
}

static void
test_reinit_not_heard_of (World *world, gconstpointer data)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_group_reinit (world->old[0]->group, &world->params, &result, &error));
  g_clear_pointer (&world->old[1]->group->reinit, cv_mls_proposal_unref);
  assert_not_joined (world, 1, result.welcome, world->old[1]->group, CV_MLS_ERROR_INVALID);
}

/* ---- the proposal itself ---- */

static void
test_reinit_is_alone (World *world, gconstpointer data)
{
  const CvMlsLeaf carol = {2};
  CvMlsProposeParams propose = {
      .type = CV_MLS_PROPOSAL_REINIT, .reinit = &reinit, .now_s = TEST_NOW_S};
  CvMlsCommitParams params = {
      .reinit = &reinit, .removes = &carol, .n_removes = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsCommitResult) preferred = {0};
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GError) error = NULL;
  CvMlsReinit said;

  assert_not_made (cv_mls_group_commit (world->old[0]->group, &params, &result, &error), &result,
                   &error, CV_MLS_ERROR_INVALID);
  /* Of what waits, the other proposals are preferred (§12.2). */
  message = cv_mls_group_propose (world->old[0]->group, &propose, &error);
  g_assert_no_error (error);
  params.reinit = NULL;
  params.includes_pending = TRUE;
  member_commit (world->old[0], &params, &preferred);
  member_follow (world->old[1], preferred.commit);
  g_assert_false (cv_mls_group_get_reinit (world->old[1]->group, &said));
}

static void
test_reinit_goes_not_back (World *world, gconstpointer data)
{
  g_autoptr (CvMlsProposal) proposal = cv_mls_proposal_new_reinit (&reinit);
  g_autoptr (CvMlsProposalItem) item = cv_mls_proposal_item_new (proposal, (CvMlsLeaf){0});
  const CvMlsEpoch *epoch = world->old[0]->group->epoch;
  const CvMlsProposalRules rules = {
      .cipher = &epoch->cipher, .context = &epoch->context, .tree = epoch->tree};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_proposal_rules_check_item (&rules, item, &error));
  proposal->version = 0;
  g_assert_false (cv_mls_proposal_rules_check_item (&rules, item, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
}

/* ---- subgroups ---- */

static void
test_branch (World *world, gconstpointer data)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  world->params.n_adds = 1;
  world->params.is_tree_beside = FALSE;
  g_assert_true (cv_mls_group_branch (world->old[0]->group, &world->params, &result, &error)
                 || error);
  g_assert_no_error (error);
  assert_all_joined (world, &result);
  g_assert_cmpuint (cv_mls_group_get_n_members (result.next), ==, 2);
  /* The group itself goes on. */
  members_assert_agree (world->old, N_MEMBERS);
  members_assert_talk (world->old, N_MEMBERS);
}

static void
test_branch_with_a_stranger (World *world, gconstpointer data)
{
  g_autoptr (Member) stranger = member_new (members_get_suite (0x0001), "stranger");
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  world->offers[2] = member_offer (stranger);
  assert_not_made (cv_mls_group_branch (world->old[0]->group, &world->params, &result, &error),
                   &result, &error, CV_MLS_ERROR_INVALID);
}

static void
test_branch_of_other_suite (World *world, gconstpointer data)
{
  g_autoptr (Member) other = member_new (members_get_suite (0x0002), "alice");
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  world->leaf = member_leaf_params (other);
  world->params.n_adds = 0;
  assert_not_made (cv_mls_group_branch (world->old[0]->group, &world->params, &result, &error),
                   &result, &error, CV_MLS_ERROR_INVALID);
}

/* Bob's group has gone on: what the Welcome follows is not what he has. */
static void
test_branch_of_other_epoch (World *world, gconstpointer data)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsCommitResult) moved = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_group_branch (world->old[0]->group, &world->params, &result, &error));
  member_commit (world->old[1], &params, &moved);
  assert_not_joined (world, 1, result.welcome, world->old[1]->group, CV_MLS_ERROR_INVALID);
  assert_not_joined (world, 2, result.welcome, NULL, CV_MLS_ERROR_STATE);
}

/* §12.4.3.1: the Welcome of a subgroup is for epoch 1. */
static void
test_branch_later (World *world, gconstpointer data)
{
  const CvMlsGroupContext *at_one;
  g_auto (CvMlsGroupContext) later = {0};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_group_branch (world->old[0]->group, &world->params, &result, &error));
  at_one = &result.next->epoch->context;
  g_assert_true (cv_mls_group_check_successor (world->old[1]->group, CV_MLS_PSK_USAGE_BRANCH,
                                               at_one, result.next->epoch->tree, &error));
  cv_mls_group_context_copy (&later, at_one);
  later.epoch = 2;
  g_assert_false (cv_mls_group_check_successor (world->old[1]->group, CV_MLS_PSK_USAGE_BRANCH,
                                                &later, result.next->epoch->tree, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
}

typedef struct {
  const char *name;
  void (*set_up) (World *world, gconstpointer data);
  void (*run) (World *world, gconstpointer data);
} Claim;

static const Claim claims[] = {
    {"reinit/into-another-suite", reinit_set_up, test_reinit},
    {"reinit/shuts-the-old-group", reinit_set_up, test_old_group_is_shut},
    {"reinit/rejects-without-somebody", reinit_set_up, test_reinit_without_somebody},
    {"reinit/rejects-other-suite", reinit_set_up, test_reinit_of_other_suite},
    {"reinit/rejects-other-parent", reinit_set_up, test_reinit_of_other_parent},
    {"reinit/rejects-other-id-than-said", reinit_set_up, test_reinit_other_id},
    {"reinit/rejects-other-suite-than-said", reinit_set_up, test_reinit_other_suite_said},
    {"reinit/rejects-other-version-than-said", reinit_set_up, test_reinit_other_version},
    {"reinit/rejects-other-extensions-than-said", reinit_set_up, test_reinit_other_extensions},
    {"reinit/rejects-what-was-not-said", reinit_set_up, test_reinit_not_heard_of},
    {"reinit/is-not-made-unsaid", branch_set_up, test_reinit_not_said},
    {"reinit/is-alone", branch_set_up, test_reinit_is_alone},
    {"reinit/goes-not-back", branch_set_up, test_reinit_goes_not_back},
    {"branch/with-some", branch_set_up, test_branch},
    {"branch/rejects-strangers", branch_set_up, test_branch_with_a_stranger},
    {"branch/rejects-other-suite", branch_set_up, test_branch_of_other_suite},
    {"branch/rejects-other-epoch", branch_set_up, test_branch_of_other_epoch},
    {"branch/rejects-later-epochs", branch_set_up, test_branch_later},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/successor/%s", claims[i].name);

    g_test_add (path, World, NULL, claims[i].set_up, claims[i].run, tear_down);
  }
  return g_test_run ();
}
