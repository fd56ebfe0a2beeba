/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Proposals of external senders and of newcomers (RFC 9420 §12.1.8). Costs 1 s under sanitizers. */
#include "mls/group-private.h"
#include "mls/members.h"

typedef struct {
  Member *alice;
  Member *bob;
  Member *carol; /* outside */
  Member *service; /* external sender 1 */
  Member *all[3];
} World;

static void
world_set_up (World *world, gconstpointer data)
{
  const CvMlsSuite *suite = members_get_suite (0x0001);
  CvMlsExternalSender senders[2];
  g_autoptr (GBytes) encoded = NULL;
  g_autoptr (GError) error = NULL;
  CvMlsExtensionValue extensions[] = {{.type = CV_MLS_EXTENSION_EXTERNAL_SENDERS}};
  CvMlsLeafParams leaf;
  CvMlsCreateParams create = {.leaf = &leaf, .group_id = CV_SPAN_LITERAL ("group")};

  world->alice = world->all[0] = member_new (suite, "alice");
  world->bob = world->all[1] = member_new (suite, "bob");
  world->carol = world->all[2] = member_new (suite, "carol");
  world->service = member_new (suite, "service");
  leaf = member_leaf_params (world->alice);
  senders[0] = (CvMlsExternalSender){cv_span_from_bytes (world->carol->signature.public_key),
                                     CV_SPAN_LITERAL ("another")};
  senders[1] = (CvMlsExternalSender){cv_span_from_bytes (world->service->signature.public_key),
                                     CV_SPAN_LITERAL ("service")};
  encoded = cv_mls_external_senders_encode (senders, 2);
  extensions[0].data = cv_span_from_bytes (encoded);
  create.extensions = extensions;
  create.n_extensions = 1;
  world->alice->group = cv_mls_group_create (members_get_crypto (), &create, &error);
  g_assert_no_error (error);
  member_add (world->alice, world->bob, world->all, 3);
}

static void
world_tear_down (World *world, gconstpointer data)
{
  for (gsize i = 0; i < 3; i++)
    member_free (world->all[i]);
  member_free (world->service);
}

static CvMlsExternalProposeParams
from_service (const World *world, const CvMlsProposeParams *proposal)
{
  return (CvMlsExternalProposeParams){
      .suite = world->service->suite,
      .group_id = cv_mls_group_get_id (world->alice->group),
      .epoch = cv_mls_group_get_epoch (world->alice->group),
      .sender_index = 1,
      .signature_private = cv_secret_span (world->service->signature.private_key),
      .proposal = *proposal,
  };
}

static GBytes *
make (const CvMlsExternalProposeParams *params)
{
  g_autoptr (GError) error = NULL;
  GBytes *message = cv_mls_external_propose (members_get_crypto (), params, &error);

  g_assert_no_error (error);
  return message;
}

/* Both hear it, Bob commits it, Alice follows. */
static void
take (World *world, GBytes *message, CvMlsSenderType sender_type, CvMlsCommitResult *result)
{
  CvMlsCommitParams params = {
      .includes_pending = TRUE, .find_psk = members_find_psk, .now_s = TEST_NOW_S};
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < 2; i++) {
    g_auto (CvMlsReceived) received = {0};

    member_try_receive (world->all[i], cv_span_from_bytes (message), &received, &error);
    g_assert_no_error (error);
    g_assert_cmpint (received.sender_type, ==, sender_type);
    g_assert_cmpuint (received.external_index, ==, sender_type == CV_MLS_SENDER_EXTERNAL ? 1 : 0);
  }
  member_commit (world->bob, &params, result);
  member_follow (world->alice, result->commit);
  members_assert_agree (world->all, 3);
}

static void
assert_refused (World *world, GBytes *message, CvMlsError code)
{
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  g_assert_false (
      member_try_receive (world->alice, cv_span_from_bytes (message), &received, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
  g_assert_cmpuint (cv_mls_group_get_n_pending (world->alice->group), ==, 0);
}

/* ---- what works ---- */

static void
test_add (World *world, gconstpointer data)
{
  CvMlsProposeParams add = {.type = CV_MLS_PROPOSAL_ADD,
                            .key_package = member_offer (world->carol)};
  CvMlsExternalProposeParams params = from_service (world, &add);
  g_autoptr (GBytes) message = make (&params);
  g_auto (CvMlsCommitResult) result = {0};

  take (world, message, CV_MLS_SENDER_EXTERNAL, &result);
  member_join (world->carol, result.welcome);
  members_assert_agree (world->all, 3);
  members_assert_talk (world->all, 3);
}

static void
test_remove (World *world, gconstpointer data)
{
  CvMlsProposeParams remove = {.type = CV_MLS_PROPOSAL_REMOVE,
                               .removed = cv_mls_group_get_own_leaf (world->alice->group)};
  CvMlsExternalProposeParams params = from_service (world, &remove);
  g_autoptr (GBytes) message = make (&params);
  g_auto (CvMlsCommitResult) result = {0};

  take (world, message, CV_MLS_SENDER_EXTERNAL, &result);
  g_assert_null (world->alice->group);
  g_assert_cmpuint (cv_mls_group_get_n_members (world->bob->group), ==, 1);
}

static void
test_psk (World *world, gconstpointer data)
{
  CvMlsProposeParams psk = {.type = CV_MLS_PROPOSAL_PSK, .psk_id = CV_SPAN_LITERAL ("room")};
  CvMlsExternalProposeParams params = from_service (world, &psk);
  g_autoptr (GBytes) message = make (&params);
  g_auto (CvMlsCommitResult) result = {0};

  take (world, message, CV_MLS_SENDER_EXTERNAL, &result);
}

static void
test_extensions (World *world, gconstpointer data)
{
  const CvMlsExtensionValue policy = {TEST_POLICY_TYPE, CV_SPAN_LITERAL ("policy")};
  CvMlsProposeParams extensions = {
      .type = CV_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS, .extensions = &policy, .n_extensions = 1};
  CvMlsExternalProposeParams params = from_service (world, &extensions);
  g_autoptr (GBytes) message = make (&params);
  g_auto (CvMlsCommitResult) result = {0};

  take (world, message, CV_MLS_SENDER_EXTERNAL, &result);
  /* The list of external senders went with the rest. */
  params.epoch++;
  g_bytes_unref (message);
  message = make (&params);
  assert_refused (world, message, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_reinit (World *world, gconstpointer data)
{
  const CvMlsReinit reinit = {.group_id = CV_SPAN_LITERAL ("next"), .suite = {0x0007}};
  CvMlsProposeParams proposal = {.type = CV_MLS_PROPOSAL_REINIT, .reinit = &reinit};
  CvMlsExternalProposeParams params = from_service (world, &proposal);
  g_autoptr (GBytes) message = make (&params);
  g_auto (CvMlsCommitResult) result = {0};
  CvMlsReinit said;

  take (world, message, CV_MLS_SENDER_EXTERNAL, &result);
  g_assert_true (cv_mls_group_get_reinit (world->alice->group, &said));
  g_assert_cmpuint (said.suite.value, ==, 0x0007);
}

static void
test_newcomer (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = NULL;
  g_auto (CvMlsCommitResult) result = {0};

  member_offer (world->carol);
  message = cv_mls_joiner_propose_add (members_get_crypto (), world->carol->joiner,
                                       cv_mls_group_get_id (world->alice->group),
                                       cv_mls_group_get_epoch (world->alice->group), &error);
  g_assert_no_error (error);
  take (world, message, CV_MLS_SENDER_NEW_MEMBER_PROPOSAL, &result);
  member_join (world->carol, result.welcome);
  members_assert_agree (world->all, 3);
  members_assert_talk (world->all, 3);
}

/* ---- what is refused ---- */

static const CvMlsProposeParams remove_bob = {.type = CV_MLS_PROPOSAL_REMOVE, .removed = {1}};

static void
test_index (World *world, gconstpointer data)
{
  CvMlsExternalProposeParams params = from_service (world, &remove_bob);

  for (guint32 index = 0; index < 4; index += 2) {
    g_autoptr (GBytes) message = NULL;

    params.sender_index = index;
    message = make (&params);
    assert_refused (world, message, CV_MLS_ERROR_AUTHENTICATION);
  }
}

static void
test_place (World *world, gconstpointer data)
{
  CvMlsExternalProposeParams params = from_service (world, &remove_bob);
  g_autoptr (GBytes) late = NULL;
  g_autoptr (GBytes) elsewhere = NULL;

  params.epoch++;
  late = make (&params);
  assert_refused (world, late, CV_MLS_ERROR_EPOCH);
  params.epoch--;
  params.group_id = CV_SPAN_LITERAL ("elsewhere");
  elsewhere = make (&params);
  assert_refused (world, elsewhere, CV_MLS_ERROR_EPOCH);
}

static void
test_makes_no_update (World *world, gconstpointer data)
{
  const CvMlsProposalType types[] = {CV_MLS_PROPOSAL_UPDATE, CV_MLS_PROPOSAL_EXTERNAL_INIT};

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
    const CvMlsProposeParams proposal = {.type = types[i]};
    CvMlsExternalProposeParams params = from_service (world, &proposal);
    g_autoptr (GError) error = NULL;

    g_assert_null (cv_mls_external_propose (members_get_crypto (), &params, &error));
    g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_STATE);
  }
}

/* A PublicMessage as somebody who keeps no rules would send it; takes proposal. */
static GBytes *
forge (World *world, CvMlsSenderType type, Member *signer, CvMlsProposal *proposal)
{
  const CvMlsEpoch *epoch = world->alice->group->epoch;
  g_auto (CvMlsAuthenticatedContent) auth = {
      .wire_format = CV_MLS_WIRE_PUBLIC_MESSAGE,
      .content =
          {
              .group_id = g_bytes_ref (epoch->context.group_id),
              .epoch = epoch->context.epoch,
              .sender = {.type = type, .external_index = 1},
              .authenticated_data = cv_span_dup (CV_SPAN_EMPTY),
              .type = proposal ? CV_MLS_CONTENT_PROPOSAL : CV_MLS_CONTENT_COMMIT,
              .proposal = proposal,
              .commit = proposal ? NULL : cv_mls_commit_new (),
          },
      .confirmation_tag = proposal ? NULL : cv_span_dup (CV_SPAN_LITERAL ("tag")),
  };
  g_autoptr (GError) error = NULL;
  GBytes *message;

  g_assert_true (cv_mls_framing_sign (&epoch->cipher, &auth, CV_SPAN_EMPTY,
                                      cv_secret_span (signer->signature.private_key), &error));
  message =
      cv_mls_public_message_protect (&epoch->cipher, &auth, CV_SPAN_EMPTY, CV_SPAN_EMPTY, &error);
  g_assert_no_error (error);
  return message;
}

static void
test_type (World *world, gconstpointer data)
{
  CvMlsLeafNode *leaf =
      cv_mls_ratchet_tree_get_leaf (world->alice->group->epoch->tree, (CvMlsLeaf){0});
  g_autoptr (GBytes) update =
      forge (world, CV_MLS_SENDER_EXTERNAL, world->service, cv_mls_proposal_new_update (leaf));
  g_autoptr (GBytes) init =
      forge (world, CV_MLS_SENDER_EXTERNAL, world->service,
             cv_mls_proposal_new_external_init (CV_SPAN_LITERAL ("kem output")));
  g_autoptr (GBytes) remove = forge (world, CV_MLS_SENDER_NEW_MEMBER_PROPOSAL, world->carol,
                                     cv_mls_proposal_new_remove ((CvMlsLeaf){1}));

  assert_refused (world, update, CV_MLS_ERROR_MALFORMED);
  assert_refused (world, init, CV_MLS_ERROR_MALFORMED);
  assert_refused (world, remove, CV_MLS_ERROR_INVALID);
}

static void
test_commits (World *world, gconstpointer data)
{
  const CvMlsSenderType types[] = {CV_MLS_SENDER_EXTERNAL, CV_MLS_SENDER_NEW_MEMBER_PROPOSAL,
                                   CV_MLS_SENDER_NEW_MEMBER_COMMIT};

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (GBytes) message = forge (world, types[i], world->service, NULL);

    assert_refused (world, message, CV_MLS_ERROR_INVALID);
  }
}

/* A newcomer's Add is signed by the newcomer and nobody else. */
static void
test_newcomer_of_another (World *world, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsKeyPackage) package =
      cv_mls_key_package_parse (member_offer (world->carol), &error);
  g_autoptr (GBytes) message = forge (world, CV_MLS_SENDER_NEW_MEMBER_PROPOSAL, world->service,
                                      cv_mls_proposal_new_add (package));

  g_assert_no_error (error);
  assert_refused (world, message, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_damaged (World *world, gconstpointer data)
{
  CvMlsExternalProposeParams params = from_service (world, &remove_bob);
  g_autoptr (GBytes) message = make (&params);
  CvSpan span = cv_span_from_bytes (message);
  g_autofree guint8 *copy = g_memdup2 (span.data, span.len);

  for (gsize at = 0; at < span.len; at++) {
    g_auto (CvMlsReceived) received = {0};

    copy[at] ^= (guint8)(1u << at % 8);
    g_assert_false (member_try_receive (world->alice, cv_span (copy, span.len), &received, NULL));
    copy[at] ^= (guint8)(1u << at % 8);
  }
  g_assert_cmpuint (cv_mls_group_get_n_pending (world->alice->group), ==, 0);
}

static void
test_no_senders (World *world, gconstpointer data)
{
  CvMlsExternalProposeParams params = from_service (world, &remove_bob);
  g_autoptr (GBytes) message = make (&params);

  g_clear_pointer (&world->alice->group, cv_mls_group_unref);
  member_create (world->alice);
  member_add (world->alice, world->carol, world->all, 1);
  assert_refused (world, message, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_malformed_senders (World *world, gconstpointer data)
{
  const CvMlsExtensionValue extensions[] = {
      {CV_MLS_EXTENSION_EXTERNAL_SENDERS, CV_SPAN_LITERAL ("\x03\x02\x01")}};
  CvMlsLeafParams leaf = member_leaf_params (world->carol);
  CvMlsCreateParams create = {.leaf = &leaf,
                              .group_id = CV_SPAN_LITERAL ("group"),
                              .extensions = extensions,
                              .n_extensions = 1};
  CvMlsCommitParams commit = {
      .has_extensions = TRUE, .extensions = extensions, .n_extensions = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;

  g_assert_null (cv_mls_group_create (members_get_crypto (), &create, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_MALFORMED);
  g_clear_error (&error);
  g_assert_false (cv_mls_group_commit (world->alice->group, &commit, &result, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_MALFORMED);
}

typedef struct {
  const char *name;
  void (*run) (World *world, gconstpointer data);
} Claim;

static const Claim claims[] = {
    {"add", test_add},
    {"remove", test_remove},
    {"psk", test_psk},
    {"extensions", test_extensions},
    {"reinit", test_reinit},
    {"newcomer", test_newcomer},
    {"makes-no-update", test_makes_no_update},
    {"rejects/wrong-index", test_index},
    {"rejects/wrong-place", test_place},
    {"rejects/wrong-type", test_type},
    {"rejects/commits", test_commits},
    {"rejects/newcomer-of-another", test_newcomer_of_another},
    {"rejects/flipped-bits", test_damaged},
    {"rejects/without-a-list", test_no_senders},
    {"rejects/malformed-list", test_malformed_senders},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/external-propose/%s", claims[i].name);

    g_test_add (path, World, NULL, world_set_up, claims[i].run, world_tear_down);
  }
  return g_test_run ();
}
