/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Proposals: changes a commit may make (RFC 9420 §12.1). Encoding only; rules are elsewhere. */
#pragma once

#include "mls/key-package.h"
#include "mls/psk.h"

G_BEGIN_DECLS

/* Reference-counted and immutable; only the fields of its type are set. */
typedef struct {
  CvMlsProposalType type;
  CvMlsKeyPackage *key_package; /* add */
  CvMlsLeafNode *leaf_node; /* update */
  CvMlsLeaf removed; /* remove; any value, may be outside the tree */
  CvMlsPskId psk; /* psk */
  GBytes *group_id; /* reinit */
  guint16 version; /* reinit */
  CvMlsSuiteId suite; /* reinit */
  GBytes *kem_output; /* external init */
  GPtrArray *extensions; /* reinit, group context extensions */
} CvMlsProposal;

CvMlsProposal *cv_mls_proposal_new_add (CvMlsKeyPackage *package); /* adds a reference */
CvMlsProposal *cv_mls_proposal_new_update (CvMlsLeafNode *node); /* adds a reference */
CvMlsProposal *cv_mls_proposal_new_remove (CvMlsLeaf removed);
CvMlsProposal *cv_mls_proposal_new_psk (const CvMlsPskId *psk); /* copies */
CvMlsProposal *cv_mls_proposal_new_external_init (CvSpan kem_output);
CvMlsProposal *
cv_mls_proposal_new_group_context_extensions (GPtrArray *extensions); /* adds a reference */
CvMlsProposal *cv_mls_proposal_new_reinit (const CvMlsReinit *reinit); /* copies */

CvMlsProposal *cv_mls_proposal_ref (CvMlsProposal *proposal);
void cv_mls_proposal_unref (CvMlsProposal *proposal); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsProposal, cv_mls_proposal_unref)

/* Full; NULL when the reader failed, as on unknown types: their length is unknown. */
CvMlsProposal *cv_mls_proposal_read (CvReader *reader);
void cv_mls_proposal_write (CvWriter *writer, const CvMlsProposal *proposal);

/* Inside a commit: exactly one of both. */
typedef struct {
  CvMlsProposal *proposal;
  GBytes *reference; /* ProposalRef: cv_mls_framing_dup_proposal_ref */
} CvMlsProposalOrRef;

void cv_mls_proposal_or_ref_free (CvMlsProposalOrRef *item); /* NULL is allowed */
CvMlsProposalOrRef *cv_mls_proposal_or_ref_new (CvMlsProposal *proposal); /* adds a reference */
CvMlsProposalOrRef *cv_mls_proposal_or_ref_new_reference (CvSpan reference);
CvMlsProposalOrRef *cv_mls_proposal_or_ref_read (CvReader *reader); /* full; NULL on failure */
void cv_mls_proposal_or_ref_write (CvWriter *writer, const CvMlsProposalOrRef *item);

G_END_DECLS
