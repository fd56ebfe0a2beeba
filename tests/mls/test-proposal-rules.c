/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Each rule of RFC 9420 §12.1, §12.2 and §12.4 about the list of a member's commit, named by its
 * words: a list that keeps all the others. Costs 1 s under sanitizers. */
#include "mls/proposal-list.h"
#include "mls/required-capabilities.h"

static void
list_good (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_remove (2));
  proposal_list_add (list, proposal_list_new_add (list->dave));
  proposal_list_add (list, proposal_list_new_psk (0, 1, 32));
  proposal_list_add (list, proposal_list_new_psk (0, 2, 32)); /* another PreSharedKeyID */
  proposal_list_add (list,
                     proposal_list_new_extensions (TEST_POLICY_TYPE, CV_SPAN_LITERAL ("policy")));
  proposal_list_refer (list, 1, proposal_list_new_good_update (list));
}

static void
list_own_update (ProposalList *list)
{
  proposal_list_refer (list, 0, proposal_list_new_good_update (list));
}

static void
list_update_by_value (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_good_update (list))->proposer.index = 1;
}

static void
list_update_of_commit (ProposalList *list)
{
  proposal_list_refer (
      list, 1,
      proposal_list_new_update (list, CV_MLS_LEAF_SOURCE_COMMIT, FALSE, CV_SPAN_LITERAL ("group")));
}

static void
list_update_with_old_key (ProposalList *list)
{
  proposal_list_refer (
      list, 1,
      proposal_list_new_update (list, CV_MLS_LEAF_SOURCE_UPDATE, TRUE, CV_SPAN_LITERAL ("group")));
}

static void
list_update_of_other_group (ProposalList *list)
{
  proposal_list_refer (list, 1,
                       proposal_list_new_update (list, CV_MLS_LEAF_SOURCE_UPDATE, FALSE,
                                                 CV_SPAN_LITERAL ("another")));
}

static void
list_update_of_other_place (ProposalList *list)
{
  proposal_list_refer (list, 2, proposal_list_new_good_update (list));
}

static void
list_removes_committer (ProposalList *list)
{
  proposal_list_refer (list, 1, proposal_list_new_remove (0));
}

static void
list_removes_blank (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_remove (3));
}

static void
list_removes_outside (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_remove (G_MAXUINT32));
}

static void
list_removes_twice (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_remove (2));
  proposal_list_refer (list, 1, proposal_list_new_remove (2));
}

static void
list_updates_and_removes (ProposalList *list)
{
  proposal_list_refer (list, 1, proposal_list_new_good_update (list));
  proposal_list_add (list, proposal_list_new_remove (1));
}

static void
list_updates_twice (ProposalList *list)
{
  proposal_list_refer (list, 1, proposal_list_new_good_update (list));
  proposal_list_refer (list, 1, proposal_list_new_good_update (list));
}

static void
list_adds_twice (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_add (list->dave));
  proposal_list_add (list, proposal_list_new_add (list->dave));
}

static void
list_adds_late (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_add (list->dave));
  list->rules.now_s = TEST_NOW_S + 3601;
}

static void
list_adds_early (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_add (list->dave));
  list->rules.now_s = TEST_NOW_S - 61;
}

/* Who gets the commit late takes what was good at any time of its absence. */
static void
list_added_while_away (ProposalList *list)
{
  list_adds_late (list);
  list->rules.oldest_s = TEST_NOW_S + 3600;
}

static void
list_added_after_its_end (ProposalList *list)
{
  list_adds_late (list);
  list->rules.now_s++;
  list->rules.oldest_s = TEST_NOW_S + 3601;
}

static void
list_began_while_away (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_add (list->dave));
  list->rules.oldest_s = TEST_NOW_S - 61;
}

static void
list_not_begun_yet (ProposalList *list)
{
  list_adds_early (list);
  list->rules.oldest_s = TEST_NOW_S - 3600;
}

static void
list_psk_twice (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_psk (0, 1, 32));
  proposal_list_add (list, proposal_list_new_psk (0, 1, 32));
}

static void
list_psk_short_nonce (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_psk (0, 1, 31));
}

static void
list_psk_long_nonce (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_psk (0, 1, 33));
}

static void
list_psk_reinit (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_psk (CV_MLS_PSK_USAGE_REINIT, 1, 32));
}

static void
list_psk_branch (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_psk (CV_MLS_PSK_USAGE_BRANCH, 1, 32));
}

static void
list_psk_of_other_successor (ProposalList *list)
{
  list->rules.successor_usage = CV_MLS_PSK_USAGE_REINIT;
  proposal_list_add (list, proposal_list_new_psk (CV_MLS_PSK_USAGE_BRANCH, 1, 32));
}

static void
list_two_successors (ProposalList *list)
{
  list->rules.successor_usage = CV_MLS_PSK_USAGE_BRANCH;
  proposal_list_add (list, proposal_list_new_psk (CV_MLS_PSK_USAGE_BRANCH, 1, 32));
  proposal_list_add (list, proposal_list_new_psk (CV_MLS_PSK_USAGE_BRANCH, 2, 32));
}

static void
list_good_successor (ProposalList *list)
{
  list->rules.successor_usage = CV_MLS_PSK_USAGE_BRANCH;
  proposal_list_add (list, proposal_list_new_psk (CV_MLS_PSK_USAGE_BRANCH, 1, 32));
  proposal_list_add (list, proposal_list_new_psk (CV_MLS_PSK_USAGE_APPLICATION, 1, 32));
}

static void
list_extensions_twice (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_extensions (TEST_POLICY_TYPE, CV_SPAN_LITERAL ("1")));
  proposal_list_refer (list, 1,
                       proposal_list_new_extensions (TEST_POLICY_TYPE, CV_SPAN_LITERAL ("2")));
}

static void
list_bad_requirements (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_extensions (CV_MLS_EXTENSION_REQUIRED_CAPABILITIES,
                                                         CV_SPAN_LITERAL ("x")));
}

static void
list_bad_senders (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_extensions (CV_MLS_EXTENSION_EXTERNAL_SENDERS,
                                                         CV_SPAN_LITERAL ("x")));
}

static void
list_reinit (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_reinit (1));
}

static void
list_reinit_later_version (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_reinit (2));
}

static void
list_reinit_older (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_reinit (0));
}

static void
list_reinit_and_psk (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_reinit (1));
  proposal_list_add (list, proposal_list_new_psk (0, 1, 32));
}

static void
list_reinit_twice (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_reinit (1));
  proposal_list_refer (list, 1, proposal_list_new_reinit (1));
}

static void
list_external_init (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_init ());
}

static void
list_service_updates (ProposalList *list)
{
  proposal_list_refer (list, 1, proposal_list_new_good_update (list))->sender_type =
      CV_MLS_SENDER_EXTERNAL;
}

static void
list_service_inits (ProposalList *list)
{
  proposal_list_refer (list, 1, proposal_list_new_init ())->sender_type = CV_MLS_SENDER_EXTERNAL;
}

static void
list_newcomer_removes (ProposalList *list)
{
  proposal_list_refer (list, 1, proposal_list_new_remove (2))->sender_type =
      CV_MLS_SENDER_NEW_MEMBER_PROPOSAL;
}

static void
list_too_long (ProposalList *list)
{
  for (guint i = 0; i <= CV_MLS_LIMIT_ENTRIES; i++)
    proposal_list_add (list, proposal_list_new_psk (0, 1, 32));
}

static const ProposalListCase cases[] = {
    {"everything", list_good, NULL},
    {"own-update", list_own_update, "committer cannot update itself by proposal"},
    {"update-by-value", list_update_by_value, "committer cannot update itself by proposal"},
    {"update-of-a-commit", list_update_of_commit, "update proposal has the wrong leaf node source"},
    {"update-with-the-old-key", list_update_with_old_key, "update proposal repeats the old key"},
    {"update-of-another-group", list_update_of_other_group, "message did not authenticate"},
    {"update-of-another-place", list_update_of_other_place, "message did not authenticate"},
    {"removes-committer", list_removes_committer, "committer cannot remove itself"},
    {"removes-blank", list_removes_blank, "remove proposal is for a blank leaf"},
    {"removes-outside", list_removes_outside, "remove proposal is for a blank leaf"},
    {"removes-twice", list_removes_twice, "two proposals for one leaf"},
    {"updates-and-removes", list_updates_and_removes, "two proposals for one leaf"},
    {"updates-twice", list_updates_twice, "two proposals for one leaf"},
    {"adds-twice", list_adds_twice, "two adds for one client"},
    {"adds-late", list_adds_late, "leaf is outside its lifetime"},
    {"adds-early", list_adds_early, "leaf is outside its lifetime"},
    {"added-while-away", list_added_while_away, NULL},
    {"added-after-its-end", list_added_after_its_end, "leaf is outside its lifetime"},
    {"began-while-away", list_began_while_away, NULL},
    {"not-begun-yet", list_not_begun_yet, "leaf is outside its lifetime"},
    {"psk-twice", list_psk_twice, "one psk twice"},
    {"psk-with-short-nonce", list_psk_short_nonce, "psk nonce has the wrong length"},
    {"psk-with-long-nonce", list_psk_long_nonce, "psk nonce has the wrong length"},
    {"psk-for-reinit", list_psk_reinit, "resumption psk of a commit is not for application use"},
    {"psk-for-branch", list_psk_branch, "resumption psk of a commit is not for application use"},
    {"psk-for-the-wrong-one", list_psk_of_other_successor,
     "resumption psk of a commit is not for application use"},
    {"psk-for-branch-in-a-branch", list_good_successor, NULL},
    {"psk-for-branch-twice", list_two_successors, "two psks of the group before"},
    {"extensions-twice", list_extensions_twice, "extensions are changed twice in one commit"},
    {"bad-requirements", list_bad_requirements, "malformed required_capabilities"},
    {"bad-external-senders", list_bad_senders, "malformed external_senders"},
    {"reinit", list_reinit, NULL},
    {"reinit-to-a-later-version", list_reinit_later_version, NULL},
    {"reinit-to-an-older-version", list_reinit_older, "reinit goes back to an older version"},
    {"reinit-and-psk", list_reinit_and_psk, "reinit together with another proposal"},
    {"reinit-twice", list_reinit_twice, "reinit together with another proposal"},
    {"external-init", list_external_init, "external init in a member's commit"},
    {"external-sender-updates", list_service_updates, "external senders cannot propose this"},
    {"external-sender-inits", list_service_inits, "external senders cannot propose this"},
    {"newcomer-removes", list_newcomer_removes, "newcomers can propose an add only"},
    {"too-long", list_too_long, "too many proposals in one commit"},
};

static void
test_case (ProposalList *list, gconstpointer test)
{
  proposal_list_check (list, test);
}

/* ---- what the tree says, and the path ---- */

static gboolean
apply (ProposalList *list, CvMlsProposalEffects *effects, GError **error)
{
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_copy (list->rules.tree);

  return cv_mls_proposal_rules_apply (&list->rules, list->items, tree, effects, error);
}

/* §12.2: a client that is here is added only when it is removed in the same commit. */
static void
test_add_of_member (ProposalList *list, gconstpointer data)
{
  g_auto (CvMlsProposalEffects) refused = {0};
  g_auto (CvMlsProposalEffects) effects = {0};
  g_autoptr (GError) error = NULL;

  proposal_list_add (list, proposal_list_new_add (list->carol));
  g_assert_false (apply (list, &refused, &error));
  g_assert_error (error, CV_MLS_ERROR, CV_MLS_ERROR_INVALID);
  g_clear_error (&error);
  proposal_list_add (list, proposal_list_new_remove (2));
  g_assert_true (apply (list, &effects, &error));
  g_assert_no_error (error);
}

/* §12.3: the new extensions count for who is added by the same commit. */
static void
test_add_under_new_extensions (ProposalList *list, gconstpointer data)
{
  g_auto (CvMlsProposalEffects) refused = {0};
  g_auto (CvMlsRequiredCapabilities) required = {0};
  const guint16 x509 = CV_MLS_CREDENTIAL_X509;
  g_auto (CvWriter) writer = {0};
  g_autoptr (GError) error = NULL;

  required.extensions = cv_mls_type_list_new (NULL, 0);
  required.proposals = cv_mls_type_list_new (NULL, 0);
  required.credentials = cv_mls_type_list_new (&x509, 1);
  cv_writer_init (&writer);
  cv_mls_required_capabilities_write (&writer, &required);
  proposal_list_add (list, proposal_list_new_add (list->dave));
  proposal_list_add (list, proposal_list_new_extensions (CV_MLS_EXTENSION_REQUIRED_CAPABILITIES,
                                                         cv_writer_span (&writer)));
  g_assert_false (apply (list, &refused, &error));
  g_assert_cmpstr (error->message, ==, "leaf lacks required credential 0x0002");
}

/* §12.4: which lists do without a path. */
static void
test_path_required (ProposalList *list, gconstpointer data)
{
  CvMlsProposal *proposals[] = {
      proposal_list_new_add (list->dave),
      proposal_list_new_psk (0, 1, 32),
      proposal_list_new_reinit (1),
      proposal_list_new_remove (2),
      proposal_list_new_good_update (list),
      proposal_list_new_extensions (TEST_POLICY_TYPE, CV_SPAN_LITERAL ("policy")),
      proposal_list_new_init (),
  };

  for (gsize i = 0; i <= G_N_ELEMENTS (proposals); i++) {
    g_auto (CvMlsProposalEffects) effects = {0};

    g_ptr_array_set_size (list->items, 0);
    if (i < G_N_ELEMENTS (proposals))
      proposal_list_refer (list, 1, proposals[i]);
    g_assert_true (apply (list, &effects, NULL));
    g_assert_cmpint (effects.needs_path, ==, i >= 3);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  proposal_list_add_cases ("member", cases, G_N_ELEMENTS (cases), test_case);
  g_test_add ("/mls/proposal-rules/add-of-a-member", ProposalList, NULL, proposal_list_set_up,
              test_add_of_member, proposal_list_tear_down);
  g_test_add ("/mls/proposal-rules/add-under-new-extensions", ProposalList, NULL,
              proposal_list_set_up, test_add_under_new_extensions, proposal_list_tear_down);
  g_test_add ("/mls/proposal-rules/path-required", ProposalList, NULL, proposal_list_set_up,
              test_path_required, proposal_list_tear_down);
  return g_test_run ();
}
