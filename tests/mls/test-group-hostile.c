/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A member who breaks the rules with valid signatures. Every forged commit carries a wrong
 * confirmation tag, so AUTHENTICATION means that all rules before it were kept, and INVALID that
 * the rule itself was enforced. */
#include "mls/group-private.h"
#include "mls/members.h"

#include <string.h>

typedef struct {
  Member *mallory;
  Member *victim;
  Member *other;
  Member *all[3];
} World;

static void
world_set_up (World *world, gconstpointer data)
{
  const CvMlsSuite *suite = members_get_suite (0x0001);

  world->mallory = world->all[0] = member_new (suite, "mallory");
  world->victim = world->all[1] = member_new (suite, "victim");
  world->other = world->all[2] = member_new (suite, "other");
  member_create (world->mallory);
  member_add (world->mallory, world->victim, world->all, 3);
  member_add (world->mallory, world->other, world->all, 3);
}

static void
world_tear_down (World *world, gconstpointer data)
{
  for (gsize i = 0; i < 3; i++)
    member_free (world->all[i]);
}

/* Mallory's commit, not signed yet. Takes commit. */
static void
start_commit (const World *world, CvMlsCommit *commit, CvMlsAuthenticatedContent *auth)
{
  const CvMlsGroup *group = world->mallory->group;

  *auth = (CvMlsAuthenticatedContent){
      .wire_format = CV_MLS_WIRE_PRIVATE_MESSAGE,
      .content =
          {
              .group_id = g_bytes_ref (group->epoch->context.group_id),
              .epoch = group->epoch->context.epoch,
              .sender = {.type = CV_MLS_SENDER_MEMBER, .leaf = cv_mls_group_get_own_leaf (group)},
              .authenticated_data = cv_span_dup (CV_SPAN_EMPTY),
              .type = CV_MLS_CONTENT_COMMIT,
              .commit = commit,
          },
  };
}

/* Mallory's message, signed and encrypted as it should be, with a tag of zeroes. Takes commit. */
static GBytes *
forge (const World *world, CvMlsCommit *commit)
{
  const CvMlsGroup *group = world->mallory->group;
  CvMlsMessageKeys keys = cv_mls_group_message_keys (group);
  static const guint8 zeroes[32];
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  g_autoptr (GError) error = NULL;
  GBytes *message;

  start_commit (world, commit, &auth);
  g_assert_true (cv_mls_framing_sign (&keys.cipher, &auth,
                                      cv_span_from_bytes (group->epoch->encoded_context),
                                      cv_secret_span (group->signature_private), &error));
  auth.confirmation_tag = cv_span_dup (CV_SPAN_ARRAY (zeroes));
  message = cv_mls_private_message_protect (&keys, &auth, &error);
  g_assert_no_error (error);
  return message;
}

static void
assert_refused (World *world, GBytes *message, CvMlsError code)
{
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) good = {0};

  g_assert_false (
      member_try_receive (world->victim, cv_span_from_bytes (message), &received, &error));
  g_assert_error (error, CV_MLS_ERROR, (gint)code);
  g_assert_null (received.next);
  g_assert_null (received.summary.added);

  /* And the group goes on as if nothing had come. */
  member_commit (world->other, &params, &good);
  member_follow (world->victim, good.commit);
  members_assert_agree (&world->all[1], 2);
  members_assert_talk (&world->all[1], 2);
}

/* A commit of these proposals without a path; takes them. */
static void
assert_proposals_refused (World *world, CvMlsProposal *const *proposals, gsize n_proposals,
                          CvMlsError code)
{
  CvMlsCommit *commit = cv_mls_commit_new ();
  g_autoptr (GBytes) message = NULL;

  for (gsize i = 0; i < n_proposals; i++) {
    g_ptr_array_add (commit->proposals, cv_mls_proposal_or_ref_new (proposals[i]));
    cv_mls_proposal_unref (proposals[i]);
  }
  message = forge (world, commit);
  assert_refused (world, message, code);
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
test_wrong_tag (World *world, gconstpointer data)
{
  CvMlsProposal *good = new_psk ("room", 32);

  assert_proposals_refused (world, &good, 1, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_without_path (World *world, gconstpointer data)
{
  CvMlsProposal *remove = cv_mls_proposal_new_remove ((CvMlsLeaf){2});

  assert_proposals_refused (world, &remove, 1, CV_MLS_ERROR_INVALID);
}

static void
test_empty_without_path (World *world, gconstpointer data)
{
  assert_proposals_refused (world, NULL, 0, CV_MLS_ERROR_INVALID);
}

static void
test_policy_without_path (World *world, gconstpointer data)
{
  CvMlsProposal *policy = new_extensions (TEST_POLICY_TYPE, CV_SPAN_LITERAL ("mine"));

  assert_proposals_refused (world, &policy, 1, CV_MLS_ERROR_INVALID);
}

static void
test_update_by_value (World *world, gconstpointer data)
{
  CvMlsLeafNode *own =
      cv_mls_ratchet_tree_get_leaf (world->mallory->group->epoch->tree, (CvMlsLeaf){0});
  CvMlsProposal *update = cv_mls_proposal_new_update (own);

  assert_proposals_refused (world, &update, 1, CV_MLS_ERROR_INVALID);
}

static void
test_removes_itself (World *world, gconstpointer data)
{
  CvMlsProposal *remove = cv_mls_proposal_new_remove ((CvMlsLeaf){0});

  assert_proposals_refused (world, &remove, 1, CV_MLS_ERROR_INVALID);
}

static void
test_removes_blank (World *world, gconstpointer data)
{
  CvMlsProposal *remove = cv_mls_proposal_new_remove ((CvMlsLeaf){3});

  assert_proposals_refused (world, &remove, 1, CV_MLS_ERROR_INVALID);
}

static void
test_removes_outside (World *world, gconstpointer data)
{
  CvMlsProposal *remove = cv_mls_proposal_new_remove ((CvMlsLeaf){G_MAXUINT32});

  assert_proposals_refused (world, &remove, 1, CV_MLS_ERROR_INVALID);
}

static void
test_removes_twice (World *world, gconstpointer data)
{
  CvMlsProposal *removes[] = {cv_mls_proposal_new_remove ((CvMlsLeaf){2}),
                              cv_mls_proposal_new_remove ((CvMlsLeaf){2})};

  assert_proposals_refused (world, removes, 2, CV_MLS_ERROR_INVALID);
}

static void
test_external_init_of_member (World *world, gconstpointer data)
{
  CvMlsProposal *init = cv_mls_proposal_new_external_init (CV_SPAN_LITERAL ("kem output"));

  assert_proposals_refused (world, &init, 1, CV_MLS_ERROR_INVALID);
}

static void
test_psk_twice (World *world, gconstpointer data)
{
  CvMlsProposal *psks[] = {new_psk ("room", 32), new_psk ("room", 32)};

  assert_proposals_refused (world, psks, 2, CV_MLS_ERROR_INVALID);
}

static void
test_psk_nonce_length (World *world, gconstpointer data)
{
  CvMlsProposal *psk = new_psk ("room", 31);

  assert_proposals_refused (world, &psk, 1, CV_MLS_ERROR_INVALID);
}

static void
test_psk_unknown (World *world, gconstpointer data)
{
  CvMlsProposal *psk = new_psk ("cellar", 32);

  assert_proposals_refused (world, &psk, 1, CV_MLS_ERROR_STATE);
}

static void
test_psk_of_unknown_epoch (World *world, gconstpointer data)
{
  CvMlsProposal *psk = new_resumption (CV_MLS_PSK_USAGE_APPLICATION, 0);

  assert_proposals_refused (world, &psk, 1, CV_MLS_ERROR_STATE);
}

static void
test_psk_for_branch (World *world, gconstpointer data)
{
  CvMlsProposal *psk = new_resumption (CV_MLS_PSK_USAGE_BRANCH, 2);

  assert_proposals_refused (world, &psk, 1, CV_MLS_ERROR_INVALID);
}

static void
test_extensions_twice (World *world, gconstpointer data)
{
  CvMlsProposal *both[] = {new_extensions (TEST_POLICY_TYPE, CV_SPAN_LITERAL ("a")),
                           new_extensions (TEST_POLICY_TYPE, CV_SPAN_LITERAL ("b"))};

  assert_proposals_refused (world, both, 2, CV_MLS_ERROR_INVALID);
}

static void
test_unsupported_extension (World *world, gconstpointer data)
{
  CvMlsProposal *extensions = new_extensions (0xF0FF, CV_SPAN_LITERAL ("a"));

  assert_proposals_refused (world, &extensions, 1, CV_MLS_ERROR_INVALID);
}

static void
test_malformed_requirements (World *world, gconstpointer data)
{
  CvMlsProposal *extensions =
      new_extensions (CV_MLS_EXTENSION_REQUIRED_CAPABILITIES, CV_SPAN_LITERAL ("\x3f"));

  assert_proposals_refused (world, &extensions, 1, CV_MLS_ERROR_MALFORMED);
}

static void
test_add_twice (World *world, gconstpointer data)
{
  g_autoptr (Member) newcomer = member_new (world->victim->suite, "newcomer");
  CvMlsProposal *adds[] = {new_add (newcomer), new_add (newcomer)};

  assert_proposals_refused (world, adds, 2, CV_MLS_ERROR_INVALID);
}

static void
test_add_of_member (World *world, gconstpointer data)
{
  CvMlsProposal *add = new_add (world->other);

  assert_proposals_refused (world, &add, 1, CV_MLS_ERROR_INVALID);
}

static void
test_unknown_reference (World *world, gconstpointer data)
{
  CvMlsCommit *commit = cv_mls_commit_new ();
  g_autoptr (GBytes) message = NULL;

  g_ptr_array_add (commit->proposals,
                   cv_mls_proposal_or_ref_new_reference (CV_SPAN_LITERAL ("nothing")));
  message = forge (world, commit);
  assert_refused (world, message, CV_MLS_ERROR_STATE);
}

/* ---- proposals by reference ---- */

/* Mallory sends the proposal by itself and it is kept; gives its reference. Takes it. */
static GBytes *
send_proposal (World *world, CvMlsProposal *proposal)
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
assert_references_refused (World *world, CvMlsProposal *const *proposals, gsize n_proposals,
                           CvMlsError code)
{
  CvMlsCommit *commit = cv_mls_commit_new ();
  g_autoptr (GBytes) message = NULL;

  for (gsize i = 0; i < n_proposals; i++) {
    g_autoptr (GBytes) reference = send_proposal (world, proposals[i]);

    g_ptr_array_add (commit->proposals,
                     cv_mls_proposal_or_ref_new_reference (cv_span_from_bytes (reference)));
  }
  message = forge (world, commit);
  assert_refused (world, message, code);
}

static void
test_reference_control (World *world, gconstpointer data)
{
  CvMlsProposal *psk = new_psk ("room", 32);

  assert_references_refused (world, &psk, 1, CV_MLS_ERROR_AUTHENTICATION);
}

static void
test_reference_needs_path (World *world, gconstpointer data)
{
  CvMlsProposal *remove = cv_mls_proposal_new_remove ((CvMlsLeaf){2});

  assert_references_refused (world, &remove, 1, CV_MLS_ERROR_INVALID);
}

static void
test_reference_removes_committer (World *world, gconstpointer data)
{
  CvMlsProposal *remove = cv_mls_proposal_new_remove ((CvMlsLeaf){0});

  assert_references_refused (world, &remove, 1, CV_MLS_ERROR_INVALID);
}

/* Its author may not commit an Update; and this one is not even of source update. */
static void
test_reference_updates_committer (World *world, gconstpointer data)
{
  CvMlsProposal *update = cv_mls_proposal_new_update (
      cv_mls_ratchet_tree_get_leaf (world->mallory->group->epoch->tree, (CvMlsLeaf){0}));

  assert_references_refused (world, &update, 1, CV_MLS_ERROR_INVALID);
}

static void
test_reference_and_value (World *world, gconstpointer data)
{
  CvMlsCommit *commit = cv_mls_commit_new ();
  g_autoptr (GBytes) reference = send_proposal (world, cv_mls_proposal_new_remove ((CvMlsLeaf){2}));
  g_autoptr (CvMlsProposal) same = cv_mls_proposal_new_remove ((CvMlsLeaf){2});
  g_autoptr (GBytes) message = NULL;

  g_ptr_array_add (commit->proposals,
                   cv_mls_proposal_or_ref_new_reference (cv_span_from_bytes (reference)));
  g_ptr_array_add (commit->proposals, cv_mls_proposal_or_ref_new (same));
  message = forge (world, commit);
  assert_refused (world, message, CV_MLS_ERROR_INVALID);
}

/* A PublicMessage proposal that a bystander repeats is one proposal, and there is a last one. */
static void
test_pending_is_bounded (World *world, gconstpointer data)
{
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
  }
  g_assert_cmpuint (n_sent, ==, CV_MLS_LIMIT_ENTRIES);
  g_assert_cmpuint (world->victim->group->pending->len, ==, CV_MLS_LIMIT_ENTRIES);
}

/* ---- paths ---- */

typedef void (*Spoil) (World *world, CvMlsUpdatePath *path);

static void
assert_path_refused (World *world, Spoil spoil, CvMlsError code)
{
  const CvMlsGroup *group = world->mallory->group;
  const CvMlsCipher *cipher = &group->epoch->cipher;
  CvMlsLeaf own = cv_mls_group_get_own_leaf (group);
  CvMlsProposalRules rules = {cipher,    &group->epoch->context, group->epoch->tree, own, NULL,
                              TEST_NOW_S};
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  g_auto (CvMlsStagedCommit) staged = {0};
  CvMlsTreekemRenew renew = {
      .group_id = cv_mls_group_get_id (group),
      .from = cv_mls_ratchet_tree_get_leaf (group->epoch->tree, own),
      .signature_private = cv_secret_span (group->signature_private),
  };
  g_autoptr (CvMlsTreekemPath) made = NULL;
  g_autoptr (GError) error = NULL;
  CvMlsCommit *commit = cv_mls_commit_new ();
  g_autoptr (GBytes) message = NULL;

  g_assert_true (
      cv_mls_staged_commit_begin (&staged, group->epoch, group->keys, &rules, items, &error));
  made = cv_mls_treekem_renew (cipher, staged.tree, staged.keys, &renew, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_staged_commit_fix_tree (&staged, &error));
  commit->path = cv_mls_treekem_seal (cipher, staged.tree, made, staged.effects.added,
                                      cv_span_from_bytes (staged.encoded_context), &error);
  g_assert_no_error (error);
  if (spoil)
    spoil (world, commit->path);
  message = forge (world, commit);
  assert_refused (world, message, code);
}

static CvMlsUpdatePathNode *
path_node (CvMlsUpdatePath *path, guint i)
{
  return g_ptr_array_index (path->nodes, i);
}

static void
spoil_drop_node (World *world, CvMlsUpdatePath *path)
{
  g_ptr_array_set_size (path->nodes, (gint)path->nodes->len - 1);
}

static void
spoil_extra_node (World *world, CvMlsUpdatePath *path)
{
  g_ptr_array_add (path->nodes, cv_mls_update_path_node_new (
                                    cv_span_from_bytes (path_node (path, 0)->encryption_key)));
}

static void
spoil_node_key (World *world, CvMlsUpdatePath *path)
{
  CvMlsUpdatePathNode *node = path_node (path, path->nodes->len - 1);

  g_bytes_unref (node->encryption_key);
  node->encryption_key = g_bytes_new_take (g_malloc0 (32), 32);
}

static void
spoil_drop_secret (World *world, CvMlsUpdatePath *path)
{
  g_ptr_array_set_size (path_node (path, 0)->secrets, 0);
}

/* At a node that the victim does not even read: all must judge alike. */
static void
spoil_secret_elsewhere (World *world, CvMlsUpdatePath *path)
{
  g_ptr_array_set_size (path_node (path, 1)->secrets, 0);
}

static void
spoil_secret_itself (World *world, CvMlsUpdatePath *path)
{
  CvMlsHpkeCiphertext *sealed = g_ptr_array_index (path_node (path, 0)->secrets, 0);

  g_bytes_unref (sealed->ciphertext);
  sealed->ciphertext = g_bytes_new_take (g_malloc0 (48), 48);
}

/* Another path secret than the public keys come from. */
static void
spoil_secret_value (World *world, CvMlsUpdatePath *path)
{
  CvMlsUpdatePathNode *node = path_node (path, 0);
  const CvMlsGroup *group = world->mallory->group;
  static const guint8 secret[32] = {1};
  g_auto (CvMlsHpkeCiphertext) sealed = {0};
  g_auto (CvMlsGroupContext) context = {0};
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_copy (group->epoch->tree);
  g_autoptr (GBytes) encoded = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_mls_treekem_merge (&group->epoch->cipher, tree, (CvMlsLeaf){0}, path, &error));
  cv_mls_group_context_copy (&context, &group->epoch->context);
  context.epoch++;
  g_bytes_unref (context.tree_hash);
  context.tree_hash = cv_span_dup (cv_mls_tree_hash_update (&group->epoch->cipher, tree, &error));
  encoded = cv_mls_group_context_encode (&context);
  g_assert_true (cv_mls_labels_encrypt (
      &group->epoch->cipher,
      cv_mls_ratchet_tree_get_key (tree, cv_mls_tree_math_from_leaf ((CvMlsLeaf){1})),
      "UpdatePathNode", cv_span_from_bytes (encoded), CV_SPAN_ARRAY (secret), &sealed, &error));
  g_ptr_array_set_size (node->secrets, 0);
  cv_mls_update_path_node_take (node, &sealed);
}

static void
replace_leaf (World *world, CvMlsUpdatePath *path, CvMlsLeafSource source, CvMlsLeaf place,
              CvSpan key)
{
  const CvMlsGroup *group = world->mallory->group;
  CvMlsLeafRenewal renewal = {
      .source = source,
      .encryption_key = key,
      .parent_hash = cv_span_from_bytes (path->leaf_node->parent_hash),
      .group_id = cv_mls_group_get_id (group),
      .leaf = place,
      .signature_private = cv_secret_span (group->signature_private),
  };
  g_autoptr (GError) error = NULL;
  CvMlsLeafNode *node =
      cv_mls_leaf_node_renew (&group->epoch->cipher, path->leaf_node, &renewal, &error);

  g_assert_no_error (error);
  cv_mls_leaf_node_unref (path->leaf_node);
  path->leaf_node = node;
}

static void
spoil_leaf_source (World *world, CvMlsUpdatePath *path)
{
  g_autoptr (GBytes) key = g_bytes_ref (path->leaf_node->encryption_key);

  replace_leaf (world, path, CV_MLS_LEAF_SOURCE_UPDATE, (CvMlsLeaf){0}, cv_span_from_bytes (key));
}

static void
spoil_leaf_place (World *world, CvMlsUpdatePath *path)
{
  g_autoptr (GBytes) key = g_bytes_ref (path->leaf_node->encryption_key);

  replace_leaf (world, path, CV_MLS_LEAF_SOURCE_COMMIT, (CvMlsLeaf){1}, cv_span_from_bytes (key));
}

static void
spoil_leaf_old_key (World *world, CvMlsUpdatePath *path)
{
  CvSpan key = cv_mls_ratchet_tree_get_key (world->mallory->group->epoch->tree, (CvMlsNode){0});

  replace_leaf (world, path, CV_MLS_LEAF_SOURCE_COMMIT, (CvMlsLeaf){0}, key);
}

static void
spoil_leaf_stolen_key (World *world, CvMlsUpdatePath *path)
{
  CvSpan key = cv_mls_ratchet_tree_get_key (world->mallory->group->epoch->tree, (CvMlsNode){2});

  replace_leaf (world, path, CV_MLS_LEAF_SOURCE_COMMIT, (CvMlsLeaf){0}, key);
}

/* Nothing in MLS forbids it, so the application must hear of it. */
static void
test_other_identity_in_path (World *world, gconstpointer data)
{
  const CvMlsGroup *group = world->mallory->group;
  const CvMlsCipher *cipher = &group->epoch->cipher;
  CvMlsMessageKeys keys = cv_mls_group_message_keys (group);
  CvMlsLeafParams params = member_leaf_params (world->mallory);
  CvMlsProposalRules rules = {cipher,    &group->epoch->context, group->epoch->tree, {0}, NULL,
                              TEST_NOW_S};
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  g_auto (CvMlsStagedCommit) staged = {0};
  g_auto (CvMlsAuthenticatedContent) auth = {0};
  CvMlsTreekemRenew renew = {.group_id = cv_mls_group_get_id (group),
                             .signature_private = params.signature_private};
  g_autoptr (CvMlsLeafNode) from = NULL;
  g_autoptr (CvMlsTreekemPath) path = NULL;
  g_autoptr (CvMlsEpoch) next = NULL;
  g_autoptr (GBytes) message = NULL;
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;

  params.identity = CV_SPAN_LITERAL ("other");
  from = cv_mls_leaf_node_new (cipher, &params, CV_SPAN_LITERAL ("unused"), &error);
  renew.from = from;
  g_assert_true (
      cv_mls_staged_commit_begin (&staged, group->epoch, group->keys, &rules, items, &error));
  path = cv_mls_treekem_renew (cipher, staged.tree, staged.keys, &renew, &error);
  g_assert_no_error (error);
  g_assert_true (cv_mls_staged_commit_fix_tree (&staged, &error));
  start_commit (world, cv_mls_commit_new (), &auth);
  auth.content.commit->path =
      cv_mls_treekem_seal (cipher, staged.tree, path, staged.effects.added,
                           cv_span_from_bytes (staged.encoded_context), &error);
  staged.commit_secret = cv_secret_ref (cv_mls_treekem_path_get_commit_secret (path));
  staged.psk_secret = cv_mls_key_schedule_zero (cipher);
  next = cv_mls_group_sign_commit (&staged, &auth, params.signature_private, &error);
  g_assert_no_error (error);
  message = cv_mls_private_message_protect (&keys, &auth, &error);
  g_assert_true (
      member_try_receive (world->victim, cv_span_from_bytes (message), &received, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (received.summary.updated->len, ==, 1);
  g_assert_cmpuint (g_array_index (received.summary.updated, CvMlsLeaf, 0).index, ==, 0);
}

typedef struct {
  const char *name;
  Spoil spoil;
  CvMlsError code;
} PathCase;

static const PathCase path_cases[] = {
    {"unspoilt-fails-at-its-tag", NULL, CV_MLS_ERROR_AUTHENTICATION},
    {"node-missing", spoil_drop_node, CV_MLS_ERROR_INVALID},
    {"node-too-many", spoil_extra_node, CV_MLS_ERROR_INVALID},
    {"node-key-outside-parent-hash", spoil_node_key, CV_MLS_ERROR_INVALID},
    {"secret-missing", spoil_drop_secret, CV_MLS_ERROR_INVALID},
    {"secret-missing-elsewhere", spoil_secret_elsewhere, CV_MLS_ERROR_INVALID},
    {"secret-damaged", spoil_secret_itself, CV_MLS_ERROR_AUTHENTICATION},
    {"secret-of-other-keys", spoil_secret_value, CV_MLS_ERROR_INVALID},
    {"leaf-of-update", spoil_leaf_source, CV_MLS_ERROR_INVALID},
    {"leaf-signed-for-elsewhere", spoil_leaf_place, CV_MLS_ERROR_AUTHENTICATION},
    {"leaf-repeats-old-key", spoil_leaf_old_key, CV_MLS_ERROR_INVALID},
    {"leaf-repeats-others-key", spoil_leaf_stolen_key, CV_MLS_ERROR_INVALID},
};

static void
test_path (World *world, gconstpointer data)
{
  const PathCase *test = data;

  assert_path_refused (world, test->spoil, test->code);
}

typedef struct {
  const char *name;
  void (*run) (World *world, gconstpointer data);
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
    {"tells-of-other-identity-in-path", test_other_identity_in_path},
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

    g_test_add (path, World, NULL, world_set_up, claims[i].run, world_tear_down);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (path_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/mls/group/rejects/path/%s", path_cases[i].name);

    g_test_add (path, World, &path_cases[i], world_set_up, test_path, world_tear_down);
  }
  return g_test_run ();
}
