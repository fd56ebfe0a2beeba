/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What no receiver would take is not made: the bounds of limits.h hold for own messages too. Costs
 * 2 s under sanitizers. */
#include "mls/group-private.h"
#include "mls/members.h"

typedef struct {
  Member *alice;
  Member *bob;
  Member *all[2];
  guint8 *long_bytes; /* longer than any bound here */
  CvMlsGroup *alone; /* Alice's, whose leaf there supports all of `many` */
  guint16 types[CV_MLS_LIMIT_EXTENSIONS + 1];
  CvMlsExtensionValue many[CV_MLS_LIMIT_EXTENSIONS + 1];
} World;

static CvMlsGroup *
create_alone (World *world, const CvMlsExtensionValue *extensions, gsize n_extensions,
              GError **error)
{
  CvMlsLeafParams leaf = member_leaf_params (world->alice);
  CvMlsCreateParams create = {.leaf = &leaf,
                              .group_id = CV_SPAN_LITERAL ("alone"),
                              .extensions = extensions,
                              .n_extensions = n_extensions};

  leaf.extension_types = world->types;
  leaf.n_extension_types = G_N_ELEMENTS (world->types);
  return cv_mls_group_create (members_get_crypto (), &create, error);
}

static void
world_set_up (World *world, gconstpointer data)
{
  const CvMlsSuite *suite = members_get_suite (0x0001);
  g_autoptr (GError) error = NULL;

  world->alice = world->all[0] = member_new (suite, "alice");
  world->bob = world->all[1] = member_new (suite, "bob");
  world->long_bytes = g_malloc0 (CV_MLS_LIMIT_OPAQUE + 1);
  for (guint i = 0; i < G_N_ELEMENTS (world->types); i++)
    world->many[i].type = world->types[i] = (guint16)(0xE000 + i);
  world->alone = create_alone (world, world->many, CV_MLS_LIMIT_EXTENSIONS, &error);
  g_assert_no_error (error);
  member_create (world->alice);
  member_add (world->alice, world->bob, NULL, 0);
}

static void
world_tear_down (World *world, gconstpointer data)
{
  member_free (world->alice);
  member_free (world->bob);
  cv_mls_group_unref (world->alone);
  g_free (world->long_bytes);
}

static void
assert_not_made (const void *made, GError **error, CvMlsError code)
{
  g_assert_null (made);
  g_assert_error (*error, CV_MLS_ERROR, (gint)code);
  g_clear_error (error);
}

static void
assert_no_commit (const CvMlsGroup *group, const CvMlsCommitParams *params, CvMlsError code)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_mls_group_commit (group, params, &result, &error));
  assert_not_made (result.commit, &error, code);
}

static void
assert_commit (World *world, const CvMlsCommitParams *params)
{
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (world->alice, params, &result);
  member_follow (world->bob, result.commit);
  members_assert_talk (world->all, 2);
}

/* What is at the bound arrives, what is over it is not sent. */
static void
test_authenticated_data (World *world, gconstpointer data)
{
  CvSpan longest = cv_span (world->long_bytes, CV_MLS_LIMIT_OPAQUE);
  CvSpan too_long = cv_span (world->long_bytes, CV_MLS_LIMIT_OPAQUE + 1);
  CvMlsCommitParams commit = {.authenticated_data = longest, .now_s = TEST_NOW_S};
  CvMlsProposeParams propose = {
      .type = CV_MLS_PROPOSAL_UPDATE, .authenticated_data = too_long, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;

  for (guint is_public = 0; is_public < 2; is_public++) {
    commit.is_public = propose.is_public = is_public;
    commit.authenticated_data = longest;
    assert_commit (world, &commit);
    commit.authenticated_data = too_long;
    assert_no_commit (world->alice->group, &commit, CV_MLS_ERROR_STATE);
    assert_not_made (cv_mls_group_propose (world->alice->group, &propose, &error), &error,
                     CV_MLS_ERROR_STATE);
    g_assert_cmpuint (cv_mls_group_get_n_pending (world->alice->group), ==, 0);
  }
  assert_not_made (
      cv_mls_group_protect (world->alice->group, CV_SPAN_LITERAL ("x"), too_long, &error), &error,
      CV_MLS_ERROR_STATE);
  members_assert_talk (world->all, 2);
}

static void
test_authenticated_data_from_outside (World *world, gconstpointer data)
{
  CvSpan too_long = cv_span (world->long_bytes, CV_MLS_LIMIT_OPAQUE + 1);
  g_autoptr (Member) carol = member_new (world->bob->suite, "carol");
  CvMlsLeafParams leaf = member_leaf_params (carol);
  CvMlsExternalProposeParams propose = {
      .suite = carol->suite,
      .group_id = CV_SPAN_LITERAL ("group"),
      .signature_private = leaf.signature_private,
      .proposal = {.type = CV_MLS_PROPOSAL_REMOVE, .authenticated_data = too_long},
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (world->alice->group, &error);
  CvMlsExternalJoinParams join = {.group_info = cv_span_from_bytes (info),
                                  .leaf = &leaf,
                                  .authenticated_data = too_long,
                                  .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  g_assert_no_error (error);
  assert_not_made (cv_mls_external_propose (members_get_crypto (), &propose, &error), &error,
                   CV_MLS_ERROR_STATE);
  g_assert_false (cv_mls_group_external_join (members_get_crypto (), &join, &result, &error));
  assert_not_made (result.commit, &error, CV_MLS_ERROR_STATE);
}

static void
test_ids (World *world, gconstpointer data)
{
  CvSpan longest = cv_span (world->long_bytes, CV_MLS_LIMIT_GROUP_ID);
  CvSpan too_long = cv_span (world->long_bytes, CV_MLS_LIMIT_GROUP_ID + 1);
  CvMlsLeafParams leaf = member_leaf_params (world->alice);
  CvMlsCreateParams create = {.leaf = &leaf, .group_id = longest};
  CvMlsReinit reinit = {.group_id = too_long, .suite = leaf.suite->id};
  CvMlsCommitParams commit = {.reinit = &reinit, .now_s = TEST_NOW_S};
  CvMlsProposeParams propose = {.type = CV_MLS_PROPOSAL_PSK, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsGroup) made = cv_mls_group_create (members_get_crypto (), &create, &error);

  g_assert_no_error (error);
  create.group_id = too_long;
  assert_not_made (cv_mls_group_create (members_get_crypto (), &create, &error), &error,
                   CV_MLS_ERROR_STATE);
  assert_no_commit (world->alice->group, &commit, CV_MLS_ERROR_STATE);
  propose.psk_id = cv_span (world->long_bytes, CV_MLS_LIMIT_IDENTITY + 1);
  assert_not_made (cv_mls_group_propose (world->alice->group, &propose, &error), &error,
                   CV_MLS_ERROR_STATE);
}

static void
assert_no_list (World *world, const CvMlsExtensionValue *extensions, gsize n_extensions)
{
  CvMlsLeafParams leaf = member_leaf_params (world->alice);
  CvMlsReinit reinit = {.group_id = CV_SPAN_LITERAL ("next"),
                        .suite = leaf.suite->id,
                        .extensions = extensions,
                        .n_extensions = n_extensions};
  CvMlsCommitParams by_list = {.has_extensions = TRUE,
                               .extensions = extensions,
                               .n_extensions = n_extensions,
                               .now_s = TEST_NOW_S};
  CvMlsCommitParams by_reinit = {.reinit = &reinit, .now_s = TEST_NOW_S};
  CvMlsExternalProposeParams outside = {
      .suite = leaf.suite,
      .group_id = CV_SPAN_LITERAL ("group"),
      .signature_private = leaf.signature_private,
      .proposal = {.reinit = &reinit,
                   .extensions = extensions,
                   .n_extensions = n_extensions,
                   .now_s = TEST_NOW_S},
  };
  static const CvMlsProposalType types[] = {CV_MLS_PROPOSAL_REINIT,
                                            CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS};
  g_autoptr (GError) error = NULL;

  assert_not_made (create_alone (world, extensions, n_extensions, &error), &error,
                   CV_MLS_ERROR_INVALID);
  assert_no_commit (world->alone, &by_list, CV_MLS_ERROR_INVALID);
  assert_no_commit (world->alone, &by_reinit, CV_MLS_ERROR_INVALID);
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
    outside.proposal.type = types[i];
    assert_not_made (cv_mls_group_propose (world->alone, &outside.proposal, &error), &error,
                     CV_MLS_ERROR_INVALID);
    assert_not_made (cv_mls_external_propose (members_get_crypto (), &outside, &error), &error,
                     CV_MLS_ERROR_INVALID);
  }
}

/* One too many, then one type twice. As many as there may be arrive. */
static void
test_extensions (World *world, gconstpointer data)
{
  const CvMlsExtensionValue twice[] = {world->many[0], world->many[0]};
  CvMlsReinit reinit = {.group_id = CV_SPAN_LITERAL ("next"),
                        .suite = world->alice->suite->id,
                        .extensions = world->many,
                        .n_extensions = CV_MLS_LIMIT_EXTENSIONS};
  CvMlsCommitParams commit = {.reinit = &reinit, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  assert_no_list (world, world->many, CV_MLS_LIMIT_EXTENSIONS + 1);
  assert_no_list (world, twice, G_N_ELEMENTS (twice));
  member_commit (world->alice, &commit, &result);
  member_follow (world->bob, result.commit);
  g_assert_true (cv_mls_group_get_reinit (world->bob->group, &reinit));
}

/* ---- lists of long entries: external PSKs with ids as long as there may be ---- */

#define N_PSKS_MAX 128
#define N_NEWCOMERS_MAX 9

typedef struct {
  guint8 *ids;
  CvSecret *secret;
  CvMlsPsk psks[N_PSKS_MAX];
} LongPsks;

static void
long_psks_init (LongPsks *psks)
{
  psks->ids = g_malloc0 (N_PSKS_MAX * CV_MLS_LIMIT_IDENTITY);
  psks->secret = cv_secret_new_from (CV_SPAN_LITERAL ("the same for all"));
  for (guint i = 0; i < N_PSKS_MAX; i++) {
    guint8 *id = psks->ids + i * CV_MLS_LIMIT_IDENTITY;

    id[0] = (guint8)i;
    psks->psks[i] = (CvMlsPsk){cv_span (id, CV_MLS_LIMIT_IDENTITY), psks->secret};
  }
}

static void
long_psks_clear (LongPsks *psks)
{
  g_clear_pointer (&psks->ids, g_free);
  g_clear_pointer (&psks->secret, cv_secret_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LongPsks, long_psks_clear)

static CvSecret *
find_long_psk (gpointer data, CvSpan psk_id)
{
  const LongPsks *psks = data;

  return cv_secret_ref (psks->secret);
}

/* What a commit has by value: 127 such PSKs are just below what its reader takes, 128 are over it. */
static void
test_proposals_by_value (World *world, gconstpointer data)
{
  g_auto (LongPsks) psks = {0};
  CvMlsCommitParams commit = {.psks = psks.psks, .n_psks = N_PSKS_MAX, .now_s = TEST_NOW_S};
  CvMlsReceiveParams receive = {.find_psk = find_long_psk, .psk_data = &psks, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  long_psks_init (&psks);
  for (guint is_public = 0; is_public < 2; is_public++) {
    commit.is_public = is_public;
    assert_no_commit (world->alice->group, &commit, CV_MLS_ERROR_STATE);
  }
  commit.n_psks = N_PSKS_MAX - 1;
  g_assert_true (cv_mls_group_commit (world->alice->group, &commit, &result, &error));
  receive.message = cv_span_from_bytes (result.commit);
  g_assert_true (cv_mls_group_receive (world->bob->group, &receive, &received, &error));
  g_assert_true (cv_span_equal (cv_mls_group_get_epoch_authenticator (received.next),
                                cv_mls_group_get_epoch_authenticator (result.next)));
}

/* Each newcomer gets the ids of all PSKs: 15 are below what a reader takes, 16 are over it, and so is
 * a list of nine who get 15. */
static void
test_welcome (World *world, gconstpointer data)
{
  static const struct {
    guint n_psks;
    guint n_newcomers;
    gboolean is_made;
  } table[] = {
      {16, 1, FALSE},
      {15, 9, FALSE},
      {15, 8, TRUE},
  };
  g_auto (LongPsks) psks = {0};
  Member *newcomers[N_NEWCOMERS_MAX];
  CvSpan offers[N_NEWCOMERS_MAX];
  g_auto (CvMlsCommitResult) result = {0};
  CvMlsJoinParams join = {.find_psk = find_long_psk, .psk_data = &psks, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;

  long_psks_init (&psks);
  for (guint i = 0; i < N_NEWCOMERS_MAX; i++) {
    newcomers[i] = member_new (world->alice->suite, "newcomer");
    offers[i] = member_offer (newcomers[i]);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    const CvMlsCommitParams commit = {.adds = offers,
                                      .n_adds = table[i].n_newcomers,
                                      .psks = psks.psks,
                                      .n_psks = table[i].n_psks,
                                      .now_s = TEST_NOW_S};

    if (table[i].is_made)
      member_commit (world->alice, &commit, &result);
    else
      assert_no_commit (world->alice->group, &commit, CV_MLS_ERROR_STATE);
  }
  join.welcome = cv_span_from_bytes (result.welcome);
  for (guint i = 0; i < N_NEWCOMERS_MAX; i++) {
    if (i < 8)
      newcomers[i]->group =
          cv_mls_group_join (members_get_crypto (), newcomers[i]->joiner, &join, &error);
    g_assert_no_error (error);
  }
  members_assert_agree ((Member *[]){world->alice, newcomers[0], newcomers[7]}, 3);
  for (guint i = 0; i < N_NEWCOMERS_MAX; i++)
    member_free (newcomers[i]);
}

/* All that a GroupContext has, which stands beside the tree in each Welcome. */
static void
test_context (World *world, gconstpointer data)
{
  CvMlsExtensionValue extensions[] = {
      {world->types[0], cv_span (world->long_bytes, CV_MLS_LIMIT_CONTEXT / 2)},
      {world->types[1], cv_span (world->long_bytes, CV_MLS_LIMIT_CONTEXT / 2)},
  };
  CvMlsCommitParams commit = {.has_extensions = TRUE,
                              .extensions = extensions,
                              .n_extensions = G_N_ELEMENTS (extensions),
                              .now_s = TEST_NOW_S};
  CvMlsProposeParams propose = {.type = CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS,
                                .extensions = extensions,
                                .n_extensions = G_N_ELEMENTS (extensions),
                                .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsGroup) made = create_alone (world, extensions, G_N_ELEMENTS (extensions), &error);
  g_auto (CvMlsCommitResult) result = {0};

  g_assert_no_error (error);
  g_assert_true (cv_mls_group_commit (world->alone, &commit, &result, &error));
  extensions[1].data.len++;
  assert_not_made (create_alone (world, extensions, G_N_ELEMENTS (extensions), &error), &error,
                   CV_MLS_ERROR_INVALID);
  assert_no_commit (world->alone, &commit, CV_MLS_ERROR_INVALID);
  assert_not_made (cv_mls_group_propose (world->alone, &propose, &error), &error,
                   CV_MLS_ERROR_INVALID);
}

typedef struct {
  const char *name;
  void (*run) (World *world, gconstpointer data);
} Claim;

static const Claim claims[] = {
    {"authenticated-data", test_authenticated_data},
    {"authenticated-data-from-outside", test_authenticated_data_from_outside},
    {"ids", test_ids},
    {"extensions", test_extensions},
    {"proposals-by-value", test_proposals_by_value},
    {"welcome", test_welcome},
    {"context", test_context},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/limits/%s", claims[i].name);

    g_test_add (path, World, NULL, world_set_up, claims[i].run, world_tear_down);
  }
  return g_test_run ();
}
