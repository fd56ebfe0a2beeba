/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A proposal with who made it: one that waits for a commit, or one of a commit's list. */
#pragma once

#include "mls/framing.h"

G_BEGIN_DECLS

typedef struct {
  CvMlsProposal *proposal;
  CvMlsSenderType sender_type;
  CvMlsLeaf proposer; /* of sender type MEMBER */
  GBytes *reference; /* ProposalRef; NULL: by value */
  gsize size_bytes; /* of the proposal that waits; 0: by value */
  CvSecret *leaf_private; /* of an own Update; else NULL */
  CvSecret *signature_private; /* of an own Update that changes it; else NULL */
} CvMlsProposalItem;

/* By value, of a member; takes a reference. */
CvMlsProposalItem *cv_mls_proposal_item_new (CvMlsProposal *proposal, CvMlsLeaf proposer);
/* From a message of its own. */
CvMlsProposalItem *
cv_mls_proposal_item_new_sent (const CvMlsFramedContent *content, GBytes *reference);
CvMlsProposalItem *cv_mls_proposal_item_copy (const CvMlsProposalItem *item);
void cv_mls_proposal_item_free (CvMlsProposalItem *item); /* NULL is allowed; wipes */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsProposalItem, cv_mls_proposal_item_free)

/* Lists: GPtrArray of CvMlsProposalItem. */
GPtrArray *cv_mls_proposal_items_new (void);
/* Borrowed; NULL: none has that reference. */
const CvMlsProposalItem *cv_mls_proposal_items_find (const GPtrArray *items, CvSpan reference);
/* A commit's `proposals` for the list: references where there are some. */
void cv_mls_proposal_items_name (const GPtrArray *items, CvMlsCommit *commit);

G_END_DECLS
