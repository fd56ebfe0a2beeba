/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Proposals sent by themselves, of every kind and in both wire formats, and the commits that name
 * them. Costs 2 s under sanitizers. */
#include "mls/group-private.h"
#include "mls/members.h"

typedef struct {
  Member *alice;
  Member *bob;
  Member *carol;
  Member *dave; /* outside */
  Member *all[4];
} World;

static void
world_set_up (World *world, gconstpointer is_public)
{
  const CvMlsSuite *suite = members_get_suite (0x0001);
  const char *names[] = {"alice", "bob", "carol", "dave"};

  for (gsize i = 0; i < 4; i++)
    world->all[i] = member_new (suite, names[i]);
  world->alice = world->all[0];
  world->bob = world->all[1];
  world->carol = world->all[2];
  world->dave = world->all[3];
  member_create (world->alice);
  member_add (world->alice, world->bob, world->all, 4);
  member_add (world->alice, world->carol, world->all, 4);
}

static void
world_tear_down (World *world, gconstpointer is_public)
{
  for (gsize i = 0; i < 4; i++)
    member_free (world->all[i]);
}

static void
hear (Member *member, GBytes *message, CvMlsReceived *received)
{
  g_autoptr (GError) error = NULL;

  member_try_receive (member, cv_span_from_bytes (message), received, &error);
  g_assert_no_error (error);
  g_assert_cmpint (received->type, ==, CV_MLS_CONTENT_PROPOSAL);
  g_assert_cmpint (received->sender_type, ==, CV_MLS_SENDER_MEMBER);
  g_assert_nonnull (received->proposal.reference);
}

/* Proposes, and the others in the group hear it. */
static void
propose (World *world, Member *from, CvMlsProposeParams params, gconstpointer is_public)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = NULL;
  CvMlsPeek peek;

  params.is_public = is_public != NULL;
  params.now_s = TEST_NOW_S;
  message = cv_mls_group_propose (from->group, &params, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_group_peek (cv_span_from_bytes (message), &peek, NULL));
  g_assert_cmpuint (peek.wire_format, ==, is_public ? 1 : 2);
  for (gsize i = 0; i < 4; i++) {
    g_auto (CvMlsReceived) received = {0};

    if (world->all[i] == from || !world->all[i]->group)
      continue;
    hear (world->all[i], message, &received);
    g_assert_cmpint (received.proposal.type, ==, params.type);
    g_assert_cmpuint (received.sender.index, ==, cv_mls_group_get_own_leaf (from->group).index);
  }
}

/* Commits all that waits; everybody follows and agrees. */
static void
commit_pending (World *world, Member *by, gconstpointer is_public, CvMlsCommitResult *result)
{
  CvMlsCommitParams params = {.includes_pending = TRUE,
                              .is_public = is_public != NULL,
                              .find_psk = members_find_psk,
                              .now_s = TEST_NOW_S};

  member_commit (by, &params, result);
  for (gsize i = 0; i < 4; i++)
    if (world->all[i] != by && world->all[i]->group)
      member_follow (world->all[i], result->commit);
}

static void
assert_all_well (World *world)
{
  members_assert_agree (world->all, 4);
  members_assert_talk (world->all, 4);
}

static CvMlsProposeParams
add_of (Member *newcomer)
{
  return (CvMlsProposeParams){.type = CV_MLS_PROPOSAL_ADD, .key_package = member_offer (newcomer)};
}

static CvMlsProposeParams
remove_of (Member *member)
{
  return (CvMlsProposeParams){.type = CV_MLS_PROPOSAL_REMOVE,
                              .removed = cv_mls_group_get_own_leaf (member->group)};
}

static const CvMlsProposeParams update = {.type = CV_MLS_PROPOSAL_UPDATE};

/* ---- what works ---- */

static void
test_add (World *world, gconstpointer is_public)
{
  g_auto (CvMlsCommitResult) result = {0};

  propose (world, world->bob, add_of (world->dave), is_public);
  commit_pending (world, world->carol, is_public, &result);
  member_join (world->dave, result.welcome);
  g_assert_cmpuint (cv_mls_group_get_n_members (world->alice->group), ==, 4);
  assert_all_well (world);
}

static void
test_update (World *world, gconstpointer is_public)
{
  g_auto (CvMlsCommitResult) first = {0};
  g_auto (CvMlsCommitResult) second = {0};
  g_auto (CvMlsCommitResult) third = {0};

  propose (world, world->bob, update, is_public);
  propose (world, world->carol, update, is_public);
  commit_pending (world, world->alice, is_public, &first);
  assert_all_well (world);
  /* The new keys are the ones that open the next paths. */
  commit_pending (world, world->alice, is_public, &second);
  commit_pending (world, world->bob, is_public, &third);
  assert_all_well (world);
}

static void
test_remove (World *world, gconstpointer is_public)
{
  g_auto (CvMlsCommitResult) result = {0};

  propose (world, world->bob, remove_of (world->carol), is_public);
  commit_pending (world, world->alice, is_public, &result);
  g_assert_null (world->carol->group);
  assert_all_well (world);
}

static void
test_leave (World *world, gconstpointer is_public)
{
  g_auto (CvMlsCommitResult) result = {0};

  propose (world, world->carol, remove_of (world->carol), is_public);
  commit_pending (world, world->bob, is_public, &result);
  g_assert_null (world->carol->group);
  assert_all_well (world);
}

static void
test_psk (World *world, gconstpointer is_public)
{
  CvMlsProposeParams psk = {.type = CV_MLS_PROPOSAL_PSK, .psk_id = CV_SPAN_LITERAL ("room")};
  g_auto (CvMlsCommitResult) result = {0};

  propose (world, world->bob, psk, is_public);
  commit_pending (world, world->alice, is_public, &result);
  assert_all_well (world);
}

/* §12.2 forbids one PreSharedKeyID twice; with two nonces they are two. */
static void
test_psk_with_two_nonces (World *world, gconstpointer is_public)
{
  CvMlsPsk psks[] = {members_get_psk (), members_get_psk ()};
  CvMlsCommitParams params = {
      .psks = psks, .n_psks = 2, .is_public = is_public != NULL, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (world->alice, &params, &result);
  member_follow (world->bob, result.commit);
  member_follow (world->carol, result.commit);
  assert_all_well (world);
}

static void
test_resumption (World *world, gconstpointer is_public)
{
  CvMlsResumption resumption = {.epoch = cv_mls_group_get_epoch (world->alice->group)};
  CvMlsProposeParams psk = {.type = CV_MLS_PROPOSAL_PSK, .resumption = &resumption};
  CvMlsCommitParams params = {.resumptions = &resumption, .n_resumptions = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) by_reference = {0};
  g_auto (CvMlsCommitResult) by_value = {0};

  propose (world, world->bob, psk, is_public);
  commit_pending (world, world->alice, is_public, &by_reference);
  params.is_public = is_public != NULL;
  member_commit (world->carol, &params, &by_value);
  member_follow (world->alice, by_value.commit);
  member_follow (world->bob, by_value.commit);
  assert_all_well (world);
}

static void
test_extensions (World *world, gconstpointer is_public)
{
  const CvMlsExtensionValue extensions[] = {{TEST_POLICY_TYPE, CV_SPAN_LITERAL ("policy 2")}};
  CvMlsProposeParams params = {.type = CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS,
                               .extensions = extensions,
                               .n_extensions = 1};
  g_auto (CvMlsCommitResult) result = {0};

  propose (world, world->bob, params, is_public);
  commit_pending (world, world->bob, is_public, &result);
  g_assert_true (cv_span_equal (cv_mls_group_get_extension (world->carol->group, TEST_POLICY_TYPE),
                                CV_SPAN_LITERAL ("policy 2")));
  /* A wholesale replacement: what is not named is gone. */
  g_assert_cmpuint (
      cv_mls_group_get_extension (world->carol->group, CV_MLS_EXTENSION_REQUIRED_CAPABILITIES).len,
      ==, 0);
  assert_all_well (world);
}

/* ---- which ones a commit names ---- */

static void
test_remove_before_update (World *world, gconstpointer is_public)
{
  g_auto (CvMlsCommitResult) result = {0};

  propose (world, world->carol, update, is_public);
  propose (world, world->bob, remove_of (world->carol), is_public);
  commit_pending (world, world->alice, is_public, &result);
  g_assert_null (world->carol->group);
  assert_all_well (world);
}

static void
test_last_update (World *world, gconstpointer is_public)
{
  const CvMlsProposalItem *last;
  g_autoptr (GBytes) key = NULL;
  g_auto (CvMlsCommitResult) result = {0};

  propose (world, world->carol, update, is_public);
  propose (world, world->carol, update, is_public);
  last = g_ptr_array_index (world->alice->group->pending, 1);
  key = g_bytes_ref (last->proposal->leaf_node->encryption_key);
  commit_pending (world, world->alice, is_public, &result);
  g_assert_true (g_bytes_equal (
      cv_mls_ratchet_tree_get_leaf (world->bob->group->epoch->tree, (CvMlsLeaf){2})->encryption_key,
      key));
  assert_all_well (world);
}

/* The own Update and the own removal are for others to commit: they fall away. */
static void
test_own_are_left (World *world, gconstpointer is_public)
{
  g_auto (CvMlsCommitResult) result = {0};

  propose (world, world->alice, update, is_public);
  propose (world, world->bob, remove_of (world->alice), is_public);
  commit_pending (world, world->alice, is_public, &result);
  g_assert_cmpuint (cv_mls_group_get_n_pending (world->alice->group), ==, 0);
  g_assert_cmpuint (cv_mls_group_get_n_members (world->bob->group), ==, 3);
  assert_all_well (world);
}

/* Somebody who cannot be in the group, and a PSK that nobody knows, do not stop the rest. */
static void
test_bad_are_left (World *world, gconstpointer is_public)
{
  CvMlsLeafParams leaf = member_leaf_params (world->dave);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsJoiner) joiner = NULL;
  CvMlsProposeParams bad = {.type = CV_MLS_PROPOSAL_ADD};
  CvMlsProposeParams psk = {.type = CV_MLS_PROPOSAL_PSK, .psk_id = CV_SPAN_LITERAL ("unknown")};
  g_auto (CvMlsCommitResult) result = {0};

  leaf.n_extension_types = 0;
  joiner = cv_mls_joiner_new (members_get_crypto (), &leaf, &error);
  g_assert_no_error (error);
  bad.key_package = cv_span_from_bytes (cv_mls_joiner_get_key_package (joiner));
  propose (world, world->bob, bad, is_public);
  propose (world, world->bob, psk, is_public);
  propose (world, world->bob, update, is_public);
  propose (world, world->bob, remove_of (world->carol), is_public);
  commit_pending (world, world->alice, is_public, &result);
  g_assert_null (world->carol->group);
  g_assert_null (result.welcome);
  g_assert_cmpuint (cv_mls_group_get_n_members (world->bob->group), ==, 2);
  assert_all_well (world);
}

static void
test_not_asked_for (World *world, gconstpointer is_public)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  propose (world, world->bob, remove_of (world->carol), is_public);
  member_commit (world->alice, &params, &result);
  member_follow (world->bob, result.commit);
  member_follow (world->carol, result.commit);
  assert_all_well (world);
}

/* ---- what is refused ---- */

static void
assert_proposes_nothing (Member *member, CvMlsProposeParams params, gconstpointer is_public,
                         CvMlsError code)
{
  g_autoptr (GError) error = NULL;

  params.is_public = is_public != NULL;
  params.now_s = TEST_NOW_S;
  g_assert_null (cv_mls_group_propose (member->group, &params, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
  g_assert_cmpuint (cv_mls_group_get_n_pending (member->group), ==, 0);
}

static void
test_makes_no_nonsense (World *world, gconstpointer is_public)
{
  const CvMlsExtensionValue twice[] = {{TEST_POLICY_TYPE, CV_SPAN_LITERAL ("a")},
                                       {TEST_POLICY_TYPE, CV_SPAN_LITERAL ("b")}};
  const CvMlsExtensionValue senders[] = {
      {CV_MLS_EXTENSION_EXTERNAL_SENDERS, CV_SPAN_LITERAL ("\x05")}};
  CvMlsReinit old = {.group_id = CV_SPAN_LITERAL ("next"), .suite = {1}};
  CvMlsProposeParams params = {.type = CV_MLS_PROPOSAL_EXTERNAL_INIT};

  assert_proposes_nothing (world->bob, params, is_public, CV_MLS_ERROR_STATE);
  params.type = CV_MLS_PROPOSAL_REINIT;
  assert_proposes_nothing (world->bob, params, is_public, CV_MLS_ERROR_STATE);
  params.reinit = &old;
  params.type = (CvMlsProposalType)99;
  assert_proposes_nothing (world->bob, params, is_public, CV_MLS_ERROR_STATE);
  params = (CvMlsProposeParams){.type = CV_MLS_PROPOSAL_REMOVE, .removed = {3}};
  assert_proposes_nothing (world->bob, params, is_public, CV_MLS_ERROR_INVALID);
  params = (CvMlsProposeParams){.type = CV_MLS_PROPOSAL_ADD, .key_package = CV_SPAN_LITERAL ("x")};
  assert_proposes_nothing (world->bob, params, is_public, CV_MLS_ERROR_MALFORMED);
  params = (CvMlsProposeParams){
      .type = CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS, .extensions = twice, .n_extensions = 2};
  assert_proposes_nothing (world->bob, params, is_public, CV_MLS_ERROR_INVALID);
  params.extensions = senders;
  params.n_extensions = 1;
  assert_proposes_nothing (world->bob, params, is_public, CV_MLS_ERROR_MALFORMED);
}

/* What nobody could commit does not wait: it would keep everybody from sending (§12.4). */
static void
test_takes_no_nonsense (World *world, gconstpointer is_public)
{
  CvMlsGroup *group = world->bob->group;
  const CvMlsEpoch *epoch = group->epoch;
  CvMlsLeafNode *leaf = cv_mls_ratchet_tree_get_leaf (epoch->tree, (CvMlsLeaf){1});
  CvMlsProposal *proposals[] = {
      cv_mls_proposal_new_remove ((CvMlsLeaf){3}),
      cv_mls_proposal_new_update (leaf),
      cv_mls_proposal_new_external_init (CV_SPAN_LITERAL ("kem output")),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (proposals); i++) {
    g_auto (CvMlsAuthenticatedContent) auth = {0};
    g_auto (CvMlsReceived) received = {0};
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) message = NULL;

    auth.wire_format = is_public ? CV_MLS_WIRE_PUBLIC_MESSAGE : CV_MLS_WIRE_PRIVATE_MESSAGE;
    cv_mls_group_start_content (group, CV_MLS_CONTENT_PROPOSAL, CV_SPAN_EMPTY, &auth.content);
    auth.content.proposal = proposals[i];
    g_assert_true (cv_mls_framing_sign (&epoch->cipher, &auth,
                                        cv_span_from_bytes (epoch->encoded_context),
                                        cv_secret_span (group->signature_private), &error));
    message = cv_mls_group_frame (group, &auth, &error);
    g_assert_no_error (error);
    g_assert_false (
        member_try_receive (world->alice, cv_span_from_bytes (message), &received, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
    g_assert_cmpuint (cv_mls_group_get_n_pending (world->alice->group), ==, 0);
  }
  assert_all_well (world);
}

/* What waits is bounded in bytes, too: of one member to a quarter of what there is. */
static void
test_pending_is_bounded (World *world, gconstpointer is_public)
{
  gsize len = 1024 * 1024;
  g_autofree guint8 *bytes = g_malloc0 (len);
  const CvMlsExtensionValue extension = {TEST_POLICY_TYPE, cv_span (bytes, len)};
  CvMlsProposeParams params = {.type = CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS,
                               .extensions = &extension,
                               .n_extensions = 1,
                               .is_public = is_public != NULL,
                               .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;

  /* Each is a little more than a quarter of what may wait of Bob's. */
  for (guint i = 0; i < 3; i++) {
    g_autoptr (GBytes) message = cv_mls_group_propose (world->bob->group, &params, &error);

    g_assert_no_error (error);
    bytes[0]++;
  }
  g_assert_null (cv_mls_group_propose (world->bob->group, &params, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  g_assert_cmpuint (cv_mls_group_get_n_pending (world->bob->group), ==, 3);
}

/* §12.4: no application data before the commit, but for proposals that were given up. */
static void
test_data_waits (World *world, gconstpointer is_public)
{
  const CvMlsProposalItem *item;
  g_autoptr (GError) error = NULL;

  propose (world, world->bob, remove_of (world->carol), is_public);
  for (gsize i = 0; i < 3; i++) {
    g_assert_null (
        cv_mls_group_protect (world->all[i]->group, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
    g_clear_error (&error);
    g_assert_false (
        cv_mls_group_forget_proposals (world->all[i]->group, CV_SPAN_LITERAL ("no reference")));
  }
  item = g_ptr_array_index (world->alice->group->pending, 0);
  g_assert_true (
      cv_mls_group_forget_proposals (world->alice->group, cv_span_from_bytes (item->reference)));
  g_assert_true (cv_mls_group_forget_proposals (world->bob->group, CV_SPAN_EMPTY));
  g_assert_true (cv_mls_group_forget_proposals (world->carol->group, CV_SPAN_EMPTY));
  g_assert_false (cv_mls_group_forget_proposals (world->carol->group, CV_SPAN_EMPTY));
  assert_all_well (world);
}

/* A commit that names what did not come yet cannot be followed. It leaves the epoch as it was, its own
 * key too, and is followed when the proposal came. */
static void
test_unheard (World *world, gconstpointer is_public)
{
  CvMlsProposeParams params = remove_of (world->carol);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = NULL;
  CvMlsCommitParams commit = {.includes_pending = TRUE, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsReceived) received = {0};
  g_auto (CvMlsReceived) heard = {0};

  params.is_public = is_public != NULL;
  commit.is_public = is_public != NULL;
  message = cv_mls_group_propose (world->alice->group, &params, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_group_commit (world->alice->group, &commit, &result, &error));
  g_assert_false (
      member_try_receive (world->bob, cv_span_from_bytes (result.commit), &received, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  g_assert_null (received.next);
  hear (world->bob, message, &heard);
  member_follow (world->bob, result.commit);
  g_assert_cmpuint (cv_mls_group_get_n_members (world->bob->group), ==, 2);
}

/* Any flipped bit of a proposal. */
static void
test_damaged (World *world, gconstpointer is_public)
{
  CvMlsProposeParams params = {
      .type = CV_MLS_PROPOSAL_UPDATE, .is_public = is_public != NULL, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = cv_mls_group_propose (world->bob->group, &params, &error);
  CvSpan span = cv_span_from_bytes (message);
  g_autofree guint8 *copy = g_memdup2 (span.data, span.len);

  g_assert_no_error (error);
  for (gsize at = 0; at < span.len; at++) {
    g_auto (CvMlsReceived) received = {0};

    copy[at] ^= (guint8)(1u << at % 8);
    g_assert_false (member_try_receive (world->alice, cv_span (copy, span.len), &received, NULL));
    g_assert_cmpuint (cv_mls_group_get_n_pending (world->alice->group), ==, 0);
    copy[at] ^= (guint8)(1u << at % 8);
  }
}

/* The private key of an Update goes with the epoch that did not commit it. */
static void
test_lost_update (World *world, gconstpointer is_public)
{
  g_auto (CvMlsCommitResult) lost = {0};
  g_auto (CvMlsCommitResult) next = {0};

  propose (world, world->bob, update, is_public);
  cv_mls_group_forget_proposals (world->alice->group, CV_SPAN_EMPTY);
  commit_pending (world, world->alice, is_public, &lost);
  commit_pending (world, world->carol, is_public, &next);
  assert_all_well (world);
}

/* What waits is tried on a tree together with what the caller wants, which may be nonsense. */
static void
test_refuses_nonsense_beside (World *world, gconstpointer is_public)
{
  const guint32 leaves[] = {3, 4, 128, G_MAXUINT32};

  propose (world, world->bob, update, is_public);
  for (gsize i = 0; i < G_N_ELEMENTS (leaves); i++) {
    CvMlsLeaf removed = {leaves[i]};
    CvMlsCommitParams params = {
        .removes = &removed, .n_removes = 1, .includes_pending = TRUE, .now_s = TEST_NOW_S};
    g_auto (CvMlsCommitResult) result = {0};
    g_autoptr (GError) error = NULL;

    g_assert_false (cv_mls_group_commit (world->alice->group, &params, &result, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  }
}

typedef struct {
  const char *name;
  void (*run) (World *world, gconstpointer is_public);
} Claim;

static const Claim claims[] = {
    {"add", test_add},
    {"update", test_update},
    {"remove", test_remove},
    {"leave", test_leave},
    {"psk", test_psk},
    {"psk-with-two-nonces", test_psk_with_two_nonces},
    {"resumption-psk", test_resumption},
    {"extensions", test_extensions},
    {"removes-go-before-updates", test_remove_before_update},
    {"the-last-update-counts", test_last_update},
    {"own-ones-are-left-to-others", test_own_are_left},
    {"bad-ones-are-left-out", test_bad_are_left},
    {"only-when-asked-for", test_not_asked_for},
    {"makes-no-nonsense", test_makes_no_nonsense},
    {"takes-no-nonsense", test_takes_no_nonsense},
    {"refuses-nonsense-beside-them", test_refuses_nonsense_beside},
    {"pending-is-bounded", test_pending_is_bounded},
    {"data-waits-for-the-commit", test_data_waits},
    {"rejects-what-was-not-heard", test_unheard},
    {"rejects-flipped-bits", test_damaged},
    {"uncommitted-update-is-forgotten", test_lost_update},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++)
    for (gsize is_public = 0; is_public < 2; is_public++) {
      g_autofree char *path = g_strdup_printf ("/mls/group/propose/%s/%s", claims[i].name,
                                               is_public ? "public" : "private");

      g_test_add (path, World, GSIZE_TO_POINTER (is_public), world_set_up, claims[i].run,
                  world_tear_down);
    }
  return g_test_run ();
}
