/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Each rule of RFC 9420 §12.2 about the list of an external commit: Carol, of leaf 2, comes back.
 * Costs 1 s under sanitizers. */
#include "mls/proposal-list.h"

static CvMlsLeafNode *
renew_carol (ProposalList *list, gboolean is_same_key)
{
  const CvMlsCipher *cipher = list->rules.cipher;
  CvMlsLeafNode *old = cv_mls_ratchet_tree_get_leaf (list->rules.tree, (CvMlsLeaf){2});
  g_auto (CvCryptoKeyPair) pair = {0};
  CvMlsLeafRenewal renewal = {
      .source = CV_MLS_LEAF_SOURCE_COMMIT,
      .group_id = CV_SPAN_LITERAL ("group"),
      .leaf = {2},
      .signature_private = cv_secret_span (list->carol->signature.private_key),
  };

  g_assert_true (cv_crypto_kem_generate (cipher->crypto, cipher->suite->kem, &pair, NULL));
  renewal.encryption_key = cv_span_from_bytes (is_same_key ? old->encryption_key : pair.public_key);
  return cv_mls_leaf_node_renew (cipher, old, &renewal, NULL);
}

static void
external_good (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_psk (0, 1, 32));
  proposal_list_add (list, proposal_list_new_remove (2));
  proposal_list_add (list, proposal_list_new_init ());
}

static void
external_only_init (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_init ());
}

static void
external_no_init (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_remove (2));
}

static void
external_two_inits (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_init ());
  proposal_list_add (list, proposal_list_new_init ());
}

static void
external_two_removes (ProposalList *list)
{
  external_good (list);
  proposal_list_add (list, proposal_list_new_remove (1));
}

static void
external_removes_other (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_init ());
  proposal_list_add (list, proposal_list_new_remove (1));
}

static void
external_removes_blank (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_init ());
  proposal_list_add (list, proposal_list_new_remove (3));
}

static void
external_old_key (ProposalList *list)
{
  cv_mls_leaf_node_unref (list->rules.joiner);
  list->rules.joiner = renew_carol (list, TRUE);
  external_good (list);
}

static void
external_reference (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_init ());
  proposal_list_refer (list, 1, proposal_list_new_psk (0, 1, 32));
}

static void
external_adds (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_init ());
  proposal_list_add (list, proposal_list_new_add (list->dave));
}

static void
external_updates (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_init ());
  proposal_list_add (list, proposal_list_new_good_update (list))->proposer.index = 1;
}

static void
external_extensions (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_init ());
  proposal_list_add (list,
                     proposal_list_new_extensions (TEST_POLICY_TYPE, CV_SPAN_LITERAL ("mine")));
}

static void
external_reinit (ProposalList *list)
{
  proposal_list_add (list, proposal_list_new_init ());
  proposal_list_add (list, proposal_list_new_reinit (1));
}

static const ProposalListCase cases[] = {
    {"comes-back", external_good, NULL},
    {"comes", external_only_init, NULL},
    {"no-init", external_no_init, "external commit needs exactly one external init"},
    {"two-inits", external_two_inits, "external commit needs exactly one external init"},
    {"two-removes", external_two_removes, "external commit removes more than one leaf"},
    {"removes-somebody-else", external_removes_other, "external commit removes somebody else"},
    {"removes-blank", external_removes_blank, "external commit removes somebody else"},
    {"repeats-the-old-key", external_old_key, "external commit repeats the old leaf key"},
    {"by-reference", external_reference, "external commit with a proposal by reference"},
    {"adds", external_adds, "proposal is not allowed in an external commit"},
    {"updates", external_updates, "proposal is not allowed in an external commit"},
    {"extensions", external_extensions, "proposal is not allowed in an external commit"},
    {"reinit", external_reinit, "reinit together with another proposal"},
};

static void
test_case (ProposalList *list, gconstpointer test)
{
  list->rules.joiner = renew_carol (list, FALSE);
  proposal_list_check (list, test);
  g_clear_pointer (&list->rules.joiner, cv_mls_leaf_node_unref);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  proposal_list_add_cases ("external", cases, G_N_ELEMENTS (cases), test_case);
  return g_test_run ();
}
