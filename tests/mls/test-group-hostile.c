/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Commits whose proposals break a rule of RFC 9420 §12. See mallory.h for how to read the codes. */
#include "mls/mallory.h"

#include <string.h>

/* A commit of these proposals without a path; takes them. */
static void
assert_proposals_refused (MalloryWorld *world, CvMlsProposal *const *proposals, gsize n_proposals,
                          CvMlsError code)
{
  CvMlsCommit *commit = cv_mls_commit_new ();
  g_autoptr (GBytes) message = NULL;

  for (gsize i = 0; i < n_proposals; i++) {
    g_ptr_array_add (commit->proposals, cv_mls_proposal_or_ref_new (proposals[i]));
    cv_mls_proposal_unref (proposals[i]);
  }
  message = mallory_forge (world, commit);
  mallory_assert_refused (world, message, code);
}

static CvMlsProposal *
new_psk (const char *id, gsize nonce_len)
{
  g_auto (CvMlsPskId) psk = {
      .type = CV_MLS_PSK_EXTERNAL,
      .id = g_bytes_new (id, strlen (id)),
      .nonce = g_bytes_new_take (g_malloc0 (nonce_len), nonce_len),
  };

  return cv_mls_proposal_new_psk (&psk);
}

static CvMlsProposal *
new_resumption (CvMlsPskUsage usage, guint64 epoch)
{
  g_auto (CvMlsPskId) psk = {
      .type = CV_MLS_PSK_RESUMPTION,
      .usage = usage,
      .group_id = g_bytes_new ("group", 5),
      .epoch = epoch,
      .nonce = g_bytes_new_take (g_malloc0 (32), 32),
  };

  return cv_mls_proposal_new_psk (&psk);
}

static CvMlsProposal *
new_add (Member *newcomer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (member_offer (newcomer), &error);

  g_assert_no_error (error);
  return cv_mls_proposal_new_add (package);
}

static CvMlsProposal *
new_extensions (guint16 type, CvSpan data)
{
  g_autoptr (GPtrArray) list = cv_mls_extension_list_new ();

  cv_mls_extension_list_add (list, type, data);
  return cv_mls_proposal_new_group_context_extensions (list);
}

/* The control: a forged commit that keeps all rules fails at its tag and nowhere else. */
static void
test_wrong_tag (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *good = new_psk ("room", 32);

  assert_proposals_refused (world, &good, 1, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_without_path (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *remove = cv_mls_proposal_new_remove ((CvMlsLeaf){2});

  assert_proposals_refused (world, &remove, 1, CV_MLS_ERROR_INVALID);
}

static void
test_empty_without_path (MalloryWorld *world, gconstpointer data)
{
  assert_proposals_refused (world, NULL, 0, CV_MLS_ERROR_INVALID);
}

static void
test_policy_without_path (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *policy = new_extensions (TEST_POLICY_TYPE, CV_SPAN_LITERAL ("mine"));

  assert_proposals_refused (world, &policy, 1, CV_MLS_ERROR_INVALID);
}

static void
test_update_by_value (MalloryWorld *world, gconstpointer data)
{
  CvMlsLeafNode *own =
      cv_mls_ratchet_tree_get_leaf (world->mallory->group->epoch->tree, (CvMlsLeaf){0});
  CvMlsProposal *update = cv_mls_proposal_new_update (own);

  assert_proposals_refused (world, &update, 1, CV_MLS_ERROR_INVALID);
}

static void
test_removes_itself (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *remove = cv_mls_proposal_new_remove ((CvMlsLeaf){0});

  assert_proposals_refused (world, &remove, 1, CV_MLS_ERROR_INVALID);
}

static void
test_removes_blank (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *remove = cv_mls_proposal_new_remove ((CvMlsLeaf){3});

  assert_proposals_refused (world, &remove, 1, CV_MLS_ERROR_INVALID);
}

static void
test_removes_outside (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *remove = cv_mls_proposal_new_remove ((CvMlsLeaf){G_MAXUINT32});

  assert_proposals_refused (world, &remove, 1, CV_MLS_ERROR_INVALID);
}

static void
test_removes_twice (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *removes[] = {cv_mls_proposal_new_remove ((CvMlsLeaf){2}),
                              cv_mls_proposal_new_remove ((CvMlsLeaf){2})};

  assert_proposals_refused (world, removes, 2, CV_MLS_ERROR_INVALID);
}

static void
test_external_init_of_member (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *init = cv_mls_proposal_new_external_init (CV_SPAN_LITERAL ("kem output"));

  assert_proposals_refused (world, &init, 1, CV_MLS_ERROR_INVALID);
}

static void
test_psk_twice (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *psks[] = {new_psk ("room", 32), new_psk ("room", 32)};

  assert_proposals_refused (world, psks, 2, CV_MLS_ERROR_INVALID);
}

static void
test_psk_nonce_length (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *psk = new_psk ("room", 31);

  assert_proposals_refused (world, &psk, 1, CV_MLS_ERROR_INVALID);
}

static void
test_psk_unknown (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *psk = new_psk ("cellar", 32);

  assert_proposals_refused (world, &psk, 1, CV_MLS_ERROR_STATE);
}

static void
test_psk_of_unknown_epoch (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *psk = new_resumption (CV_MLS_PSK_USAGE_APPLICATION, 0);

  assert_proposals_refused (world, &psk, 1, CV_MLS_ERROR_STATE);
}

static void
test_psk_for_branch (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *psk = new_resumption (CV_MLS_PSK_USAGE_BRANCH, 2);

  assert_proposals_refused (world, &psk, 1, CV_MLS_ERROR_INVALID);
}

static void
test_extensions_twice (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *both[] = {new_extensions (TEST_POLICY_TYPE, CV_SPAN_LITERAL ("a")),
                           new_extensions (TEST_POLICY_TYPE, CV_SPAN_LITERAL ("b"))};

  assert_proposals_refused (world, both, 2, CV_MLS_ERROR_INVALID);
}

static void
test_unsupported_extension (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *extensions = new_extensions (0xF0FF, CV_SPAN_LITERAL ("a"));

  assert_proposals_refused (world, &extensions, 1, CV_MLS_ERROR_INVALID);
}

static void
test_malformed_requirements (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *extensions =
      new_extensions (CV_MLS_EXTENSION_REQUIRED_CAPABILITIES, CV_SPAN_LITERAL ("\x3f"));

  assert_proposals_refused (world, &extensions, 1, CV_MLS_ERROR_MALFORMED);
}

static void
test_add_twice (MalloryWorld *world, gconstpointer data)
{
  g_autoptr (Member) newcomer = member_new (world->victim->suite, "newcomer");
  CvMlsProposal *adds[] = {new_add (newcomer), new_add (newcomer)};

  assert_proposals_refused (world, adds, 2, CV_MLS_ERROR_INVALID);
}

static void
test_add_of_member (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *add = new_add (world->other);

  assert_proposals_refused (world, &add, 1, CV_MLS_ERROR_INVALID);
}

static void
test_unknown_reference (MalloryWorld *world, gconstpointer data)
{
  CvMlsCommit *commit = cv_mls_commit_new ();
  g_autoptr (GBytes) message = NULL;

  g_ptr_array_add (commit->proposals,
                   cv_mls_proposal_or_ref_new_reference (CV_SPAN_LITERAL ("nothing")));
  message = mallory_forge (world, commit);
  mallory_assert_refused (world, message, CV_MLS_ERROR_STATE);
}

/* ---- proposals by reference ---- */

/* Mallory sends the proposal by itself and it is kept; gives its reference. Takes it. */
static GBytes *
send_proposal (MalloryWorld *world, CvMlsProposal *proposal)
{
  const CvMlsGroup *group = world->mallory->group;
  CvMlsMessageKeys keys = cv_mls_group_message_keys (group);
  g_auto (CvMlsAuthenticatedContent) auth = {
      .wire_format = CV_MLS_WIRE_PRIVATE_MESSAGE,
      .content =
          {
              .group_id = g_bytes_ref (group->epoch->context.group_id),
              .epoch = group->epoch->context.epoch,
              .sender = {.type = CV_MLS_SENDER_MEMBER, .leaf = cv_mls_group_get_own_leaf (group)},
              .authenticated_data = cv_span_dup (CV_SPAN_EMPTY),
              .type = CV_MLS_CONTENT_PROPOSAL,
              .proposal = proposal,
          },
  };
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *reference;

  g_assert_true (cv_mls_framing_sign (&keys.cipher, &auth,
                                      cv_span_from_bytes (group->epoch->encoded_context),
                                      cv_secret_span (group->signature_private), &error));
  message = cv_mls_private_message_protect (&keys, &auth, &error);
  g_assert_no_error (error);
  g_assert_true (
      member_try_receive (world->victim, cv_span_from_bytes (message), &received, &error));
  g_assert_no_error (error);
  g_assert_cmpint (received.type, ==, CV_MLS_CONTENT_PROPOSAL);
  reference = cv_mls_framing_dup_proposal_ref (&keys.cipher, &auth, &error);
  g_assert_no_error (error);
  return reference;
}

/* Without a path; takes the proposals. */
static void
assert_references_refused (MalloryWorld *world, CvMlsProposal *const *proposals, gsize n_proposals,
                           CvMlsError code)
{
  CvMlsCommit *commit = cv_mls_commit_new ();
  g_autoptr (GBytes) message = NULL;

  for (gsize i = 0; i < n_proposals; i++) {
    g_autoptr (GBytes) reference = send_proposal (world, proposals[i]);

    g_ptr_array_add (commit->proposals,
                     cv_mls_proposal_or_ref_new_reference (cv_span_from_bytes (reference)));
  }
  message = mallory_forge (world, commit);
  mallory_assert_refused (world, message, code);
}

static void
test_reference_control (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *psk = new_psk ("room", 32);

  assert_references_refused (world, &psk, 1, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_reference_needs_path (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *remove = cv_mls_proposal_new_remove ((CvMlsLeaf){2});

  assert_references_refused (world, &remove, 1, CV_MLS_ERROR_INVALID);
}

static void
test_reference_removes_committer (MalloryWorld *world, gconstpointer data)
{
  CvMlsProposal *remove = cv_mls_proposal_new_remove ((CvMlsLeaf){0});

  assert_references_refused (world, &remove, 1, CV_MLS_ERROR_INVALID);
}

/* Its author may not commit an Update, however good it is. */
static void
test_reference_updates_committer (MalloryWorld *world, gconstpointer data)
{
  const CvMlsGroup *group = world->mallory->group;
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (CvMlsLeafNode) node = NULL;
  CvMlsLeafRenewal renewal = {
      .source = CV_MLS_LEAF_SOURCE_UPDATE,
      .group_id = cv_mls_group_get_id (group),
      .signature_private = cv_secret_span (group->signature_private),
  };
  CvMlsProposal *update;

  g_assert_true (
      cv_crypto_kem_generate (members_get_crypto (), group->epoch->cipher.suite->kem, &pair, NULL));
  renewal.encryption_key = cv_span_from_bytes (pair.public_key);
  node = cv_mls_leaf_node_renew (&group->epoch->cipher,
                                 cv_mls_ratchet_tree_get_leaf (group->epoch->tree, (CvMlsLeaf){0}),
                                 &renewal, NULL);
  g_assert_nonnull (node);
  update = cv_mls_proposal_new_update (node);
  assert_references_refused (world, &update, 1, CV_MLS_ERROR_INVALID);
}

static void
test_reference_and_value (MalloryWorld *world, gconstpointer data)
{
  CvMlsCommit *commit = cv_mls_commit_new ();
  g_autoptr (GBytes) reference = send_proposal (world, cv_mls_proposal_new_remove ((CvMlsLeaf){2}));
  g_autoptr (CvMlsProposal) same = cv_mls_proposal_new_remove ((CvMlsLeaf){2});
  g_autoptr (GBytes) message = NULL;

  g_ptr_array_add (commit->proposals,
                   cv_mls_proposal_or_ref_new_reference (cv_span_from_bytes (reference)));
  g_ptr_array_add (commit->proposals, cv_mls_proposal_or_ref_new (same));
  message = mallory_forge (world, commit);
  mallory_assert_refused (world, message, CV_MLS_ERROR_INVALID);
}

/* A PublicMessage proposal that a bystander repeats is one proposal, and there is a last one: Mallory's
 * share is full then, also when all of it is forgotten, and another member's is not. */
static void
test_pending_is_bounded (MalloryWorld *world, gconstpointer data)
{
  const CvMlsProposeParams update = {.type = CV_MLS_PROPOSAL_UPDATE, .now_s = TEST_NOW_S};
  g_autoptr (GBytes) others = NULL;
  g_auto (CvMlsReceived) heard = {0};
  g_autoptr (GError) error = NULL;
  const CvMlsEpoch *epoch = world->mallory->group->epoch;
  CvSpan context = cv_span_from_bytes (epoch->encoded_context);
  gboolean is_taken = TRUE;
  guint n_sent = 0;

  while (is_taken && n_sent < 2 * CV_MLS_LIMIT_ENTRIES) {
    g_auto (CvMlsAuthenticatedContent) auth = {
        .wire_format = CV_MLS_WIRE_PUBLIC_MESSAGE,
        .content =
            {
                .group_id = g_bytes_ref (epoch->context.group_id),
                .epoch = epoch->context.epoch,
                .sender = {.type = CV_MLS_SENDER_MEMBER},
                .authenticated_data = cv_span_dup (cv_span (&n_sent, sizeof n_sent)),
                .type = CV_MLS_CONTENT_PROPOSAL,
                .proposal = cv_mls_proposal_new_remove ((CvMlsLeaf){2}),
            },
    };
    g_autoptr (GBytes) message = NULL;

    g_assert_true (cv_mls_framing_sign (&epoch->cipher, &auth, context,
                                        cv_secret_span (world->mallory->signature.private_key),
                                        NULL));
    message = cv_mls_public_message_protect (&epoch->cipher, &auth, context,
                                             cv_secret_span (epoch->secrets.membership_key), NULL);
    for (guint i = 0; i < 2; i++) {
      g_auto (CvMlsReceived) received = {0};

      is_taken = member_try_receive (world->victim, cv_span_from_bytes (message), &received, NULL);
    }
    n_sent += is_taken ? 1 : 0;
    if (n_sent == CV_MLS_LIMIT_ENTRIES_SHARE && is_taken)
      cv_mls_group_forget_proposals (world->victim->group, CV_SPAN_EMPTY);
  }
  g_assert_cmpuint (n_sent, ==, CV_MLS_LIMIT_ENTRIES_SHARE);
  g_assert_cmpuint (world->victim->group->forgotten->len, ==, CV_MLS_LIMIT_ENTRIES_SHARE);
  others = cv_mls_group_propose (world->other->group, &update, &error);
  g_assert_no_error (error);
  member_try_receive (world->victim, cv_span_from_bytes (others), &heard, &error);
  g_assert_no_error (error);
}

typedef struct {
  const char *name;
  void (*run) (MalloryWorld *world, gconstpointer data);
} Claim;

static const Claim claims[] = {
    {"wrong-tag", test_wrong_tag},
    {"remove-without-path", test_without_path},
    {"empty-without-path", test_empty_without_path},
    {"policy-without-path", test_policy_without_path},
    {"update-by-value", test_update_by_value},
    {"removes-itself", test_removes_itself},
    {"removes-blank-leaf", test_removes_blank},
    {"removes-outside-of-tree", test_removes_outside},
    {"removes-twice", test_removes_twice},
    {"external-init-of-member", test_external_init_of_member},
    {"psk-twice", test_psk_twice},
    {"psk-nonce-length", test_psk_nonce_length},
    {"psk-unknown", test_psk_unknown},
    {"psk-of-unknown-epoch", test_psk_of_unknown_epoch},
    {"psk-for-branch", test_psk_for_branch},
    {"extensions-twice", test_extensions_twice},
    {"unsupported-extension", test_unsupported_extension},
    {"malformed-requirements", test_malformed_requirements},
    {"adds-one-client-twice", test_add_twice},
    {"adds-a-member", test_add_of_member},
    {"unknown-reference", test_unknown_reference},
    {"reference/control-fails-at-its-tag", test_reference_control},
    {"reference/needs-path", test_reference_needs_path},
    {"reference/removes-committer", test_reference_removes_committer},
    {"reference/updates-committer", test_reference_updates_committer},
    {"reference/and-value", test_reference_and_value},
    {"reference/pending-is-bounded", test_pending_is_bounded},
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/rejects/%s", claims[i].name);

    g_test_add (path, MalloryWorld, NULL, mallory_set_up, claims[i].run, mallory_tear_down);
  }
  return g_test_run ();
}
