/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Welcomes, GroupInfos, external commits and messages that somebody outside of the group changed,
 * replayed or made up; and callers that ask for what cannot be. */
#include "mls/forgery.h"
#include "mls/group-private.h"
#include "mls/members.h"

#include <string.h>

typedef struct {
  Member *alice;
  Member *bob;
  Member *eve; /* outside */
  Member *all[3];
} World;

static void
world_set_up (World *world, gconstpointer data)
{
  const CvMlsSuite *suite = members_get_suite (0x0001);

  world->alice = world->all[0] = member_new (suite, "alice");
  world->bob = world->all[1] = member_new (suite, "bob");
  world->eve = world->all[2] = member_new (suite, "eve");
  member_create (world->alice);
  member_add (world->alice, world->bob, world->all, 3);
}

static void
world_tear_down (World *world, gconstpointer data)
{
  for (gsize i = 0; i < 3; i++)
    member_free (world->all[i]);
}

static void
assert_commit_fails (Member *member, const CvMlsCommitParams *params, CvMlsError code)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_mls_group_commit (member->group, params, &result, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
  g_assert_null (result.next);
  g_assert_null (result.commit);
}

static void
assert_receive_fails (Member *member, CvSpan message, CvMlsError code)
{
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (member_try_receive (member, message, &received, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
  g_assert_null (received.data);
  g_assert_null (received.next);
}

static void
assert_join_fails (Member *member, CvSpan welcome, CvMlsError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (member_try_join (member, welcome, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
  g_assert_null (member->group);
}

static CvMlsCommitParams
add_params (const CvSpan *offer)
{
  return (CvMlsCommitParams){.adds = offer, .n_adds = 1, .now_s = TEST_NOW_S};
}

/* ---- Welcome ---- */

static GBytes *
welcome_eve (World *world)
{
  CvSpan offer = member_offer (world->eve);
  CvMlsPsk psk = members_get_psk ();
  CvMlsCommitParams params = add_params (&offer);
  g_auto (CvMlsCommitResult) result = {0};

  params.psks = &psk;
  params.n_psks = 1;
  member_commit (world->alice, &params, &result);
  member_follow (world->bob, result.commit);
  return g_steal_pointer (&result.welcome);
}

static void
test_welcome_damaged (World *world, gconstpointer data)
{
  g_autoptr (GBytes) welcome = welcome_eve (world);
  CvSpan span = cv_span_from_bytes (welcome);
  g_autofree guint8 *copy = g_memdup2 (span.data, span.len);

  for (gsize at = 0; at < span.len; at += 1 + at / 64) {
    copy[at] ^= 0x08;
    g_assert_false (member_try_join (world->eve, cv_span (copy, span.len), NULL));
    copy[at] ^= 0x08;
    g_assert_false (member_try_join (world->eve, cv_span (copy, at), NULL));
  }
  member_join (world->eve, welcome);
  members_assert_agree (world->all, 3);
}

static void
test_welcome_for_another (World *world, gconstpointer data)
{
  g_autoptr (GBytes) welcome = welcome_eve (world);
  g_autoptr (Member) stranger = member_new (world->eve->suite, "stranger");

  member_offer (stranger);
  assert_join_fails (stranger, cv_span_from_bytes (welcome), CV_MLS_ERROR_INVALID);
}

static void
test_welcome_with_other_keys (World *world, gconstpointer data)
{
  g_autoptr (GBytes) welcome = welcome_eve (world);

  /* The same client, but a KeyPackage that was not the one invited. */
  member_offer (world->eve);
  assert_join_fails (world->eve, cv_span_from_bytes (welcome), CV_MLS_ERROR_INVALID);
}

static CvSecret *
find_no_psk (gpointer data, CvSpan psk_id)
{
  return NULL;
}

static CvSecret *
find_wrong_psk (gpointer data, CvSpan psk_id)
{
  return cv_secret_new_from (CV_SPAN_LITERAL ("guessed"));
}

static void
test_welcome_psk (World *world, gconstpointer data)
{
  g_autoptr (GBytes) welcome = welcome_eve (world);
  CvMlsJoinParams params = {.welcome = cv_span_from_bytes (welcome), .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;

  params.find_psk = find_no_psk;
  g_assert_null (cv_mls_group_join (members_get_crypto (), world->eve->joiner, &params, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  g_clear_error (&error);
  params.find_psk = find_wrong_psk;
  g_assert_null (cv_mls_group_join (members_get_crypto (), world->eve->joiner, &params, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_welcome_is_no_message (World *world, gconstpointer data)
{
  g_autoptr (GBytes) welcome = welcome_eve (world);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message =
      cv_mls_group_protect (world->alice->group, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error);

  g_assert_no_error (error);
  assert_receive_fails (world->bob, cv_span_from_bytes (welcome), CV_MLS_ERROR_INVALID);
  assert_join_fails (world->eve, cv_span_from_bytes (message), CV_MLS_ERROR_INVALID);
  assert_join_fails (world->eve, CV_SPAN_EMPTY, CV_MLS_ERROR_MALFORMED);
}

/* ---- messages ---- */

static void
test_message_replayed (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message =
      cv_mls_group_protect (world->alice->group, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error);
  g_auto (CvMlsReceived) received = {0};

  g_assert_true (member_try_receive (world->bob, cv_span_from_bytes (message), &received, &error));
  assert_receive_fails (world->bob, cv_span_from_bytes (message), CV_MLS_ERROR_GENERATION);
}

static void
test_message_reflected (World *world, gconstpointer data)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message =
      cv_mls_group_protect (world->alice->group, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error);

  assert_receive_fails (world->alice, cv_span_from_bytes (message), CV_MLS_ERROR_STATE);
  g_assert_true (cv_mls_group_commit (world->alice->group, &params, &result, &error));
  assert_receive_fails (world->alice, cv_span_from_bytes (result.commit), CV_MLS_ERROR_STATE);
}

static void
test_message_of_other_group (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  CvMlsLeafParams params = member_leaf_params (world->eve);
  g_autoptr (GBytes) message = NULL;

  world->eve->group =
      cv_mls_group_new (members_get_crypto (), &params, CV_SPAN_LITERAL ("elsewhere"),
                        TEST_POLICY_TYPE, CV_SPAN_LITERAL ("p"), &error);
  g_assert_no_error (error);
  message = cv_mls_group_protect (world->eve->group, CV_SPAN_LITERAL ("x"), CV_SPAN_EMPTY, &error);
  assert_receive_fails (world->bob, cv_span_from_bytes (message), CV_MLS_ERROR_EPOCH);
}

static void
test_message_too_long (World *world, gconstpointer data)
{
  gsize len = CV_MLS_LIMIT_CONTENT;
  g_autofree guint8 *bytes = g_malloc0 (len);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      cv_mls_group_protect (world->bob->group, cv_span (bytes, len), CV_SPAN_EMPTY, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
}

/* ---- what a caller cannot commit ---- */

static void
test_commit_removes (World *world, gconstpointer data)
{
  CvMlsLeaf leaves[] = {{1}, {1}};
  CvMlsCommitParams params = {.removes = leaves, .n_removes = 2, .now_s = TEST_NOW_S};

  assert_commit_fails (world->alice, &params, CV_MLS_ERROR_INVALID);
  params.n_removes = 1;
  leaves[0].index = 0;
  assert_commit_fails (world->alice, &params, CV_MLS_ERROR_INVALID);
  leaves[0].index = 1000;
  assert_commit_fails (world->alice, &params, CV_MLS_ERROR_INVALID);
}

static void
test_commit_adds (World *world, gconstpointer data)
{
  CvSpan offer = CV_SPAN_LITERAL ("no key package");
  CvMlsCommitParams params = add_params (&offer);
  g_autoptr (Member) other_suite = member_new (members_get_suite (0x0007), "other suite");

  assert_commit_fails (world->alice, &params, CV_MLS_ERROR_MALFORMED);
  offer = member_offer (other_suite);
  g_assert_false (
      cv_mls_group_commit (world->alice->group, &params, &(CvMlsCommitResult){0}, NULL));
  offer = member_offer (world->bob);
  assert_commit_fails (world->alice, &params, CV_MLS_ERROR_INVALID);
  offer = member_offer (world->eve);
  params.now_s = TEST_NOW_S + 3601;
  assert_commit_fails (world->alice, &params, CV_MLS_ERROR_INVALID);
  params.now_s = TEST_NOW_S - 61;
  assert_commit_fails (world->alice, &params, CV_MLS_ERROR_INVALID);
}

static void
test_commit_adds_for_ever (World *world, gconstpointer data)
{
  const CvMlsCipher *cipher = &world->alice->group->epoch->cipher;
  CvSpan signature_private = cv_secret_span (world->eve->signature.private_key);
  g_autoptr (GError) error = NULL;
  CvSpan offer = member_offer (world->eve);
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (offer, &error);
  CvMlsLeafNode like = *package->leaf_node;
  g_autoptr (GBytes) leaf = NULL;
  g_autoptr (GBytes) forged = NULL;
  CvMlsCommitParams params = add_params (&offer);

  like.not_before_s = 0;
  like.not_after_s = G_MAXUINT64;
  leaf = forgery_sign_leaf (cipher, signature_private, &like);
  forged = forgery_sign_package (cipher, signature_private, package, cv_span_from_bytes (leaf));
  offer = cv_span_from_bytes (forged);
  assert_commit_fails (world->alice, &params, CV_MLS_ERROR_INVALID);
}

static void
test_commit_adds_without_policy_support (World *world, gconstpointer data)
{
  CvMlsLeafParams leaf = member_leaf_params (world->eve);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsJoiner) joiner = NULL;
  CvSpan offer;
  CvMlsCommitParams params = add_params (&offer);

  leaf.n_extension_types = 0;
  joiner = cv_mls_joiner_new (members_get_crypto (), &leaf, &error);
  g_assert_no_error (error);
  offer = cv_span_from_bytes (cv_mls_joiner_get_key_package (joiner));
  assert_commit_fails (world->alice, &params, CV_MLS_ERROR_INVALID);
}

static void
test_commit_damaged_offer (World *world, gconstpointer data)
{
  CvSpan offer = member_offer (world->eve);
  g_autofree guint8 *copy = g_memdup2 (offer.data, offer.len);
  CvSpan damaged = cv_span (copy, offer.len);
  CvMlsCommitParams params = add_params (&damaged);

  for (gsize at = 0; at < offer.len; at++) {
    g_auto (CvMlsCommitResult) result = {0};

    copy[at] ^= 0x01;
    g_assert_false (cv_mls_group_commit (world->alice->group, &params, &result, NULL));
    copy[at] ^= 0x01;
  }
}

static void
test_commit_unsupported_policy (World *world, gconstpointer data)
{
  CvSpan policy = CV_SPAN_LITERAL ("x");
  CvMlsCommitParams params = {
      .policy = &policy, .policy_type = TEST_POLICY_TYPE + 1, .now_s = TEST_NOW_S};

  assert_commit_fails (world->alice, &params, CV_MLS_ERROR_INVALID);
}

/* ---- resync ---- */

static void
test_resync_damaged (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (world->alice->group, &error);
  CvSpan span = cv_span_from_bytes (info);
  g_autofree guint8 *copy = g_memdup2 (span.data, span.len);

  for (gsize at = 0; at < span.len; at++) {
    g_auto (CvMlsCommitResult) result = {0};

    copy[at] ^= 0x10;
    g_assert_false (cv_mls_group_resync (world->bob->group, cv_span (copy, span.len), TEST_NOW_S,
                                         &result, NULL));
    copy[at] ^= 0x10;
  }
}

static void
test_resync_backwards (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (world->alice->group, &error);
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) newer = {0};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (world->alice, &params, &newer);
  member_follow (world->bob, newer.commit);
  g_assert_false (cv_mls_group_resync (world->bob->group, cv_span_from_bytes (info), TEST_NOW_S,
                                       &result, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_EPOCH);
}

static void
test_resync_of_removed (World *world, gconstpointer data)
{
  CvMlsLeaf bob = {1};
  CvMlsCommitParams params = {.removes = &bob, .n_removes = 1, .now_s = TEST_NOW_S};
  g_autoptr (CvMlsGroup) old = cv_mls_group_ref (world->bob->group);
  g_auto (CvMlsCommitResult) removal = {0};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GBytes) info = NULL;
  g_autoptr (GError) error = NULL;

  member_commit (world->alice, &params, &removal);
  info = cv_mls_group_dup_group_info (world->alice->group, &error);
  g_assert_no_error (error);
  g_assert_false (
      cv_mls_group_resync (old, cv_span_from_bytes (info), TEST_NOW_S, &result, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
}

typedef void (*Spoil) (World *world, CvMlsFramedContent *content);

/* Bob's external commit, changed and signed again with his own key. */
static void
assert_external_refused (World *world, Spoil spoil, CvMlsError code)
{
  const CvMlsEpoch *epoch = world->alice->group->epoch;
  CvSpan context = cv_span_from_bytes (epoch->encoded_context);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (world->alice->group, &error);
  g_auto (CvMlsCommitResult) result = {0};
  g_auto (CvMlsMessage) message = {0};
  CvMlsAuthenticatedContent *auth = &message.public_message.auth;
  g_autoptr (GBytes) forged = NULL;
  guint64 before = cv_mls_group_get_epoch (world->alice->group);

  g_assert_true (cv_mls_group_resync (world->bob->group, cv_span_from_bytes (info), TEST_NOW_S,
                                      &result, &error));
  g_assert_true (cv_mls_message_parse (cv_span_from_bytes (result.commit), &message, &error));
  spoil (world, &auth->content);
  g_clear_pointer (&auth->signature, g_bytes_unref);
  g_assert_true (cv_mls_framing_sign (&epoch->cipher, auth, context,
                                      cv_secret_span (world->bob->signature.private_key), &error));
  forged = cv_mls_public_message_protect (&epoch->cipher, auth, context,
                                          cv_secret_span (epoch->secrets.membership_key), &error);
  g_assert_no_error (error);
  assert_receive_fails (world->alice, cv_span_from_bytes (forged), code);
  g_assert_cmpuint (cv_mls_group_get_epoch (world->alice->group), ==, before);
  /* The untouched one is taken. */
  member_follow (world->alice, result.commit);
}

static void
replace_proposal (CvMlsFramedContent *content, CvMlsProposalType type, CvMlsProposal *with)
{
  GPtrArray *proposals = content->commit->proposals;

  for (guint i = 0; i < proposals->len; i++) {
    const CvMlsProposalOrRef *entry = g_ptr_array_index (proposals, i);

    if (entry->proposal->type != type)
      continue;
    g_ptr_array_remove_index (proposals, i);
    break;
  }
  if (with) {
    g_ptr_array_add (proposals, cv_mls_proposal_or_ref_new (with));
    cv_mls_proposal_unref (with);
  }
}

static void
spoil_nothing_but_data (World *world, CvMlsFramedContent *content)
{
  g_bytes_unref (content->authenticated_data);
  content->authenticated_data = g_bytes_new ("x", 1);
}

static void
spoil_no_init (World *world, CvMlsFramedContent *content)
{
  replace_proposal (content, CV_MLS_PROPOSAL_EXTERNAL_INIT, NULL);
}

static void
spoil_two_inits (World *world, CvMlsFramedContent *content)
{
  replace_proposal (content, CV_MLS_PROPOSAL_PSK,
                    cv_mls_proposal_new_external_init (CV_SPAN_LITERAL ("x")));
}

static void
spoil_bad_init (World *world, CvMlsFramedContent *content)
{
  replace_proposal (content, CV_MLS_PROPOSAL_EXTERNAL_INIT,
                    cv_mls_proposal_new_external_init (CV_SPAN_LITERAL ("x")));
}

static void
spoil_removes_other (World *world, CvMlsFramedContent *content)
{
  replace_proposal (content, CV_MLS_PROPOSAL_REMOVE, cv_mls_proposal_new_remove ((CvMlsLeaf){0}));
}

/* Then the own old leaf stays, and the new one is signed for a place that is not free. */
static void
spoil_no_remove (World *world, CvMlsFramedContent *content)
{
  replace_proposal (content, CV_MLS_PROPOSAL_REMOVE, NULL);
}

static void
spoil_adds (World *world, CvMlsFramedContent *content)
{
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (member_offer (world->eve), NULL);

  replace_proposal (content, CV_MLS_PROPOSAL_PSK, cv_mls_proposal_new_add (package));
}

static void
spoil_reference (World *world, CvMlsFramedContent *content)
{
  g_ptr_array_add (content->commit->proposals,
                   cv_mls_proposal_or_ref_new_reference (CV_SPAN_LITERAL ("x")));
}

static void
spoil_no_path (World *world, CvMlsFramedContent *content)
{
  g_clear_pointer (&content->commit->path, cv_mls_update_path_free);
}

static void
spoil_sender_external (World *world, CvMlsFramedContent *content)
{
  content->sender.type = CV_MLS_SENDER_EXTERNAL;
}

typedef struct {
  const char *name;
  Spoil spoil;
  CvMlsError code;
} ExternalCase;

static const ExternalCase external_cases[] = {
    {"data-changed-fails-at-its-tag", spoil_nothing_but_data, CV_MLS_ERROR_AUTHENTICATION},
    {"no-external-init", spoil_no_init, CV_MLS_ERROR_INVALID},
    {"two-external-inits", spoil_two_inits, CV_MLS_ERROR_INVALID},
    {"bad-kem-output", spoil_bad_init, CV_MLS_ERROR_INVALID},
    {"removes-somebody-else", spoil_removes_other, CV_MLS_ERROR_INVALID},
    {"stays-twice", spoil_no_remove, CV_MLS_ERROR_AUTHENTICATION},
    {"adds", spoil_adds, CV_MLS_ERROR_INVALID},
    {"reference", spoil_reference, CV_MLS_ERROR_STATE},
    {"no-path", spoil_no_path, CV_MLS_ERROR_INVALID},
    {"external-sender", spoil_sender_external, CV_MLS_ERROR_INVALID},
};

static void
test_external (World *world, gconstpointer data)
{
  const ExternalCase *test = data;

  assert_external_refused (world, test->spoil, test->code);
}

typedef struct {
  const char *name;
  void (*run) (World *world, gconstpointer data);
} Claim;

static const Claim claims[] = {
    {"welcome/damaged", test_welcome_damaged},
    {"welcome/for-another", test_welcome_for_another},
    {"welcome/with-other-keys", test_welcome_with_other_keys},
    {"welcome/psk", test_welcome_psk},
    {"welcome/is-no-message", test_welcome_is_no_message},
    {"message/replayed", test_message_replayed},
    {"message/reflected", test_message_reflected},
    {"message/of-other-group", test_message_of_other_group},
    {"message/too-long", test_message_too_long},
    {"commit/removes", test_commit_removes},
    {"commit/adds", test_commit_adds},
    {"commit/adds-for-ever", test_commit_adds_for_ever},
    {"commit/adds-without-policy-support", test_commit_adds_without_policy_support},
    {"commit/damaged-offer", test_commit_damaged_offer},
    {"commit/unsupported-policy", test_commit_unsupported_policy},
    {"resync/damaged", test_resync_damaged},
    {"resync/backwards", test_resync_backwards},
    {"resync/of-removed", test_resync_of_removed},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/outsider/%s", claims[i].name);

    g_test_add (path, World, NULL, world_set_up, claims[i].run, world_tear_down);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (external_cases); i++) {
    g_autofree char *path =
        g_strdup_printf ("/mls/group/outsider/external/%s", external_cases[i].name);

    g_test_add (path, World, &external_cases[i], world_set_up, test_external, world_tear_down);
  }
  return g_test_run ();
}
