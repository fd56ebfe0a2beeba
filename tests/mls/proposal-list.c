/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Each maker gives a good proposal but for what its arguments say. */
#include "mls/proposal-list.h"

void
proposal_list_set_up (ProposalList *list, gconstpointer data)
{
  static const char *const names[] = {"alice", "bob", "carol", "dave"};
  const CvMlsEpoch *epoch;

  for (gsize i = 0; i < 4; i++)
    list->all[i] = member_new (members_get_suite (0x0001), names[i]);
  list->alice = list->all[0];
  list->bob = list->all[1];
  list->carol = list->all[2];
  list->dave = list->all[3];
  member_create (list->alice);
  member_add (list->alice, list->bob, list->all, 4);
  member_add (list->alice, list->carol, list->all, 4);
  epoch = list->alice->group->epoch;
  list->rules = (CvMlsProposalRules){.cipher = &epoch->cipher,
                                     .context = &epoch->context,
                                     .tree = epoch->tree,
                                     .now_s = TEST_NOW_S};
  list->items = cv_mls_proposal_items_new ();
}

void
proposal_list_tear_down (ProposalList *list, gconstpointer data)
{
  g_ptr_array_unref (list->items);
  for (gsize i = 0; i < 4; i++)
    member_free (list->all[i]);
}

CvMlsProposalItem *
proposal_list_add (ProposalList *list, CvMlsProposal *proposal)
{
  CvMlsProposalItem *item = cv_mls_proposal_item_new (proposal, list->rules.committer);

  g_ptr_array_add (list->items, item);
  cv_mls_proposal_unref (proposal);
  return item;
}

CvMlsProposalItem *
proposal_list_refer (ProposalList *list, guint32 proposer, CvMlsProposal *proposal)
{
  CvMlsProposalItem *item = proposal_list_add (list, proposal);

  item->proposer.index = proposer;
  item->reference = g_bytes_new ("reference", 9);
  return item;
}

CvMlsProposal *
proposal_list_new_remove (guint32 leaf)
{
  return cv_mls_proposal_new_remove ((CvMlsLeaf){leaf});
}

CvMlsProposal *
proposal_list_new_add (Member *member)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMlsKeyPackage) package = cv_mls_key_package_parse (member_offer (member), &error);

  g_assert_no_error (error);
  return cv_mls_proposal_new_add (package);
}

CvMlsProposal *
proposal_list_new_psk (CvMlsPskUsage usage, guint8 nonce, gsize nonce_len)
{
  guint8 bytes[64] = {nonce};
  g_auto (CvMlsPskId) id = {
      .type = usage ? CV_MLS_PSK_RESUMPTION : CV_MLS_PSK_EXTERNAL,
      .usage = usage,
      .id = usage ? NULL : g_bytes_new ("room", 4),
      .group_id = usage ? g_bytes_new ("group", 5) : NULL,
      .epoch = 1,
      .nonce = g_bytes_new (bytes, nonce_len),
  };

  return cv_mls_proposal_new_psk (&id);
}

CvMlsProposal *
proposal_list_new_update (ProposalList *list, CvMlsLeafSource source, gboolean is_same_key,
                          CvSpan group_id)
{
  const CvMlsCipher *cipher = list->rules.cipher;
  CvMlsLeafNode *old = cv_mls_ratchet_tree_get_leaf (list->rules.tree, (CvMlsLeaf){1});
  g_auto (CvCryptoKeyPair) pair = {0};
  g_autoptr (CvMlsLeafNode) node = NULL;
  g_autoptr (GError) error = NULL;
  CvMlsLeafRenewal renewal = {
      .source = source,
      .group_id = group_id,
      .leaf = {1},
      .parent_hash = CV_SPAN_EMPTY,
      .signature_private = cv_secret_span (list->bob->signature.private_key),
  };

  g_assert_true (cv_crypto_kem_generate (cipher->crypto, cipher->suite->kem, &pair, &error)
                 || error);
  g_assert_no_error (error);
  renewal.encryption_key = cv_span_from_bytes (is_same_key ? old->encryption_key : pair.public_key);
  node = cv_mls_leaf_node_renew (cipher, old, &renewal, &error);
  g_assert_no_error (error);
  return cv_mls_proposal_new_update (node);
}

CvMlsProposal *
proposal_list_new_good_update (ProposalList *list)
{
  return proposal_list_new_update (list, CV_MLS_LEAF_SOURCE_UPDATE, FALSE,
                                   CV_SPAN_LITERAL ("group"));
}

CvMlsProposal *
proposal_list_new_extensions (guint16 type, CvSpan data)
{
  const CvMlsExtensionValue extension = {type, data};
  g_autoptr (GPtrArray) list = cv_mls_extension_list_new_from (&extension, 1);

  return cv_mls_proposal_new_group_context_extensions (list);
}

CvMlsProposal *
proposal_list_new_reinit (guint16 version)
{
  const CvMlsReinit reinit = {.group_id = CV_SPAN_LITERAL ("next"), .suite = {1}};
  CvMlsProposal *proposal = cv_mls_proposal_new_reinit (&reinit);

  proposal->version = version;
  return proposal;
}

CvMlsProposal *
proposal_list_new_init (void)
{
  return cv_mls_proposal_new_external_init (CV_SPAN_LITERAL ("kem output"));
}

void
proposal_list_check (ProposalList *list, const ProposalListCase *test)
{
  g_autoptr (GError) error = NULL;
  gboolean is_good;

  test->make (list);
  is_good = cv_mls_proposal_rules_check (&list->rules, list->items, &error);
  g_assert_cmpstr (error ? error->message : NULL, ==, test->words);
  g_assert_cmpint (is_good, ==, test->words == NULL);
}

void
proposal_list_add_cases (const char *prefix, const ProposalListCase *cases, gsize n_cases,
                         void (*run) (ProposalList *list, gconstpointer test))
{
  for (gsize i = 0; i < n_cases; i++) {
    g_autofree char *path = g_strdup_printf ("/mls/proposal-rules/%s/%s-%s", prefix,
                                             cases[i].words ? "rejects" : "takes", cases[i].name);

    g_test_add (path, ProposalList, &cases[i], proposal_list_set_up, run, proposal_list_tear_down);
  }
}
