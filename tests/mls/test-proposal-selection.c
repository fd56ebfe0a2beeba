/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What of the waiting proposals goes into a commit when there are many of them, or bad ones. What is
 * chosen among a few good ones is in test-group-propose.c. Costs 5 s under sanitizers. */
#include "mls/forgery.h"
#include "mls/proposal-list.h"
#include "mls/proposal-selection.h"

/* Adds to any tree: the linker puts this before the library's own (--wrap). */
static guint n_tree_adds;

gboolean
__real_cv_mls_ratchet_tree_add (CvMlsRatchetTree *tree, CvMlsLeafNode *node, CvMlsLeaf *leaf);
gboolean
__wrap_cv_mls_ratchet_tree_add (CvMlsRatchetTree *tree, CvMlsLeafNode *node, CvMlsLeaf *leaf);
gboolean
__wrap_cv_mls_ratchet_tree_add (CvMlsRatchetTree *tree, CvMlsLeafNode *node, CvMlsLeaf *leaf)
{
  n_tree_adds++;
  return __real_cv_mls_ratchet_tree_add (tree, node, leaf);
}

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

/* ---- what only the tree shows ---- */

/* A newcomer's Add, whose leaf has that HPKE key; NULL: one of its own. */
static CvMlsProposal *
new_add (const ProposalList *list, GBytes *encryption_key)
{
  g_autoptr (Member) newcomer = member_new (list->alice->suite, "newcomer");
  CvSpan signature_private = cv_secret_span (newcomer->signature.private_key);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsKeyPackage) good = cv_mls_key_package_parse (member_offer (newcomer), &error);
  g_autoptr (CvMlsKeyPackage) forged = NULL;
  g_autoptr (GBytes) leaf = NULL;
  g_autoptr (GBytes) encoded = NULL;
  CvMlsLeafNode like;

  g_assert_no_error (error);
  if (!encryption_key)
    return cv_mls_proposal_new_add (good);
  like = *good->leaf_node;
  like.encryption_key = encryption_key;
  leaf = forgery_sign_leaf (list->rules.cipher, signature_private, &like);
  encoded =
      forgery_sign_package (list->rules.cipher, signature_private, good, cv_span_from_bytes (leaf));
  forged = cv_mls_key_package_parse (cv_span_from_bytes (encoded), &error);
  g_assert_no_error (error);
  return cv_mls_proposal_new_add (forged);
}

static GBytes *
key_of (const ProposalList *list, guint32 leaf)
{
  return cv_mls_ratchet_tree_get_leaf (list->rules.tree, (CvMlsLeaf){leaf})->encryption_key;
}

static CvMlsProposal *
new_update (const ProposalList *list, Member *member, GBytes *encryption_key)
{
  CvMlsLeafRenewal renewal = {
      .source = CV_MLS_LEAF_SOURCE_UPDATE,
      .encryption_key = cv_span_from_bytes (encryption_key),
      .group_id = cv_mls_group_get_id (member->group),
      .leaf = cv_mls_group_get_own_leaf (member->group),
      .signature_private = cv_secret_span (member->signature.private_key),
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsLeafNode) node = cv_mls_leaf_node_renew (
      list->rules.cipher, cv_mls_ratchet_tree_get_leaf (list->rules.tree, renewal.leaf), &renewal,
      &error);

  g_assert_no_error (error);
  return cv_mls_proposal_new_update (node);
}

/* Of list->items, which wait, these are taken, in this order; and a commit may hold them. */
static void
assert_taken (ProposalList *list, const CvMlsProposal *const *wanted, guint n_wanted)
{
  const CvMlsPskLookup lookup = {.find = members_find_psk};
  g_autoptr (GPtrArray) taken = cv_mls_proposal_items_new ();
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_copy (list->rules.tree);
  g_auto (CvMlsProposalEffects) effects = {0};
  g_autoptr (GError) error = NULL;

  n_tree_adds = 0;
  cv_mls_proposal_selection_add (&list->rules, &lookup, list->items, taken);
  /* All at once, and then each by itself. */
  g_assert_cmpuint (n_tree_adds, <=, 2 * list->items->len);
  g_assert_cmpuint (taken->len, ==, n_wanted);
  for (guint i = 0; i < n_wanted; i++)
    g_assert_true (((CvMlsProposalItem *)g_ptr_array_index (taken, i))->proposal == wanted[i]);
  g_assert_true (cv_mls_proposal_rules_check (&list->rules, taken, &error)
                 && cv_mls_proposal_rules_apply (&list->rules, taken, tree, &effects, &error));
}

/* Every second one has a key that is in the tree, or one of somebody who wants in as well, before it.
 * Each by itself is a good proposal. */
static void
test_bad_half (ProposalList *list, gconstpointer repeats_each_other)
{
  const CvMlsProposal *good[CV_MLS_LIMIT_ENTRIES / 2];

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    CvMlsProposal *add = new_add (list, NULL);
    GBytes *key =
        repeats_each_other ? add->key_package->leaf_node->encryption_key : key_of (list, 1);

    good[i] = add;
    proposal_list_refer (list, 1, add);
    proposal_list_refer (list, 1, new_add (list, key));
  }
  assert_taken (list, good, G_N_ELEMENTS (good));
}

/* Whose key it is may go, and what is asked of everybody may change, with what is taken before. */
static void
test_one_after_the_other (ProposalList *list, gconstpointer data)
{
  CvMlsProposal *remove = proposal_list_new_remove (2);
  CvMlsProposal *of_gone = new_add (list, key_of (list, 2));
  CvMlsProposal *psk = proposal_list_new_psk (0, 1, 32);
  CvMlsProposal *extensions =
      proposal_list_new_extensions (TEST_POLICY_TYPE, CV_SPAN_LITERAL ("2"));
  CvMlsProposal *last = new_add (list, NULL);
  const CvMlsProposal *wanted[] = {remove, of_gone, psk, extensions, last};

  proposal_list_refer (list, 1, new_update (list, list->bob, key_of (list, 0)));
  proposal_list_refer (list, 1, of_gone);
  proposal_list_refer (list, 1, new_add (list, key_of (list, 2)));
  proposal_list_refer (list, 1, psk);
  proposal_list_refer (list, 1, extensions);
  proposal_list_refer (list, 1, new_add (list, key_of (list, 1)));
  proposal_list_refer (list, 2, last);
  proposal_list_refer (list, 1, remove);
  assert_taken (list, wanted, G_N_ELEMENTS (wanted));
}

/* An extension that a member does not support keeps only itself out, and so does a newcomer who does
 * not support one that came before. */
static void
test_extensions_fall_away (ProposalList *list, gconstpointer data)
{
  CvMlsProposal *first = new_add (list, NULL);
  CvMlsProposal *second = new_add (list, NULL);
  const CvMlsProposal *wanted[] = {first, second};

  proposal_list_refer (list, 1, first);
  proposal_list_refer (list, 1, proposal_list_new_extensions (0xF0C5, CV_SPAN_LITERAL ("x")));
  proposal_list_refer (list, 1, second);
  assert_taken (list, wanted, G_N_ELEMENTS (wanted));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/mls/proposal-selection/leaves-room-for-what-is-wanted/private", NULL,
                        test_leaves_room);
  g_test_add_data_func ("/mls/proposal-selection/leaves-room-for-what-is-wanted/public",
                        GSIZE_TO_POINTER (1), test_leaves_room);
  g_test_add ("/mls/proposal-selection/takes-the-good-half/of-keys-in-the-tree", ProposalList, NULL,
              proposal_list_set_up, test_bad_half, proposal_list_tear_down);
  g_test_add ("/mls/proposal-selection/takes-the-good-half/of-keys-twice", ProposalList,
              GSIZE_TO_POINTER (1), proposal_list_set_up, test_bad_half, proposal_list_tear_down);
  g_test_add ("/mls/proposal-selection/takes-one-after-the-other", ProposalList, NULL,
              proposal_list_set_up, test_one_after_the_other, proposal_list_tear_down);
  g_test_add ("/mls/proposal-selection/leaves-unsupported-extensions", ProposalList, NULL,
              proposal_list_set_up, test_extensions_fall_away, proposal_list_tear_down);
  g_test_add_func ("/mls/proposal-selection/leaves-what-another-clock-refuses", test_clocks_differ);
  return g_test_run ();
}
