/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A commit's list of proposals, kept rule by rule or broken, for the tests of proposal-rules. */
#pragma once

#include "mls/group-private.h"
#include "mls/members.h"

G_BEGIN_DECLS

typedef struct {
  Member *alice; /* commits; leaf 0 */
  Member *bob; /* leaf 1 */
  Member *carol; /* leaf 2 */
  Member *dave; /* outside */
  Member *all[4];
  CvMlsProposalRules rules;
  GPtrArray *items;
} ProposalList; /* g_test_add fixture */

void proposal_list_set_up (ProposalList *list, gconstpointer data);
void proposal_list_tear_down (ProposalList *list, gconstpointer data);

/* Items of the committer by value, and of somebody by reference; both take the proposal. */
CvMlsProposalItem *proposal_list_add (ProposalList *list, CvMlsProposal *proposal);
CvMlsProposalItem *
proposal_list_refer (ProposalList *list, guint32 proposer, CvMlsProposal *proposal);

CvMlsProposal *proposal_list_new_remove (guint32 leaf);
CvMlsProposal *proposal_list_new_add (Member *member);
/* usage 0: external; the nonce's first byte. */
CvMlsProposal *proposal_list_new_psk (CvMlsPskUsage usage, guint8 nonce, gsize nonce_len);
/* Bob's leaf with a new key, or with the one it has. */
CvMlsProposal *proposal_list_new_update (ProposalList *list, CvMlsLeafSource source,
                                         gboolean is_same_key, CvSpan group_id);
CvMlsProposal *proposal_list_new_good_update (ProposalList *list);
CvMlsProposal *proposal_list_new_extensions (guint16 type, CvSpan data);
CvMlsProposal *proposal_list_new_reinit (guint16 version);
CvMlsProposal *proposal_list_new_init (void);

typedef struct {
  const char *name;
  void (*make) (ProposalList *list);
  const char *words; /* of the refusal; NULL: good */
} ProposalListCase;

void proposal_list_check (ProposalList *list, const ProposalListCase *test);
/* As /mls/proposal-rules/PREFIX/takes-NAME or rejects-NAME. */
void proposal_list_add_cases (const char *prefix, const ProposalListCase *cases, gsize n_cases,
                              void (*run) (ProposalList *list, gconstpointer test));

G_END_DECLS
