/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Which proposals a commit may hold, and what they do to the tree (RFC 9420 §12.1 to §12.3). */
#pragma once

#include "mls/proposal-item.h"
#include "mls/tree-validation.h"

G_BEGIN_DECLS

/* Borrowed. */
typedef struct {
  const CvMlsCipher *cipher;
  const CvMlsGroupContext *context;
  const CvMlsRatchetTree *tree;
  CvMlsLeaf committer; /* not for external commits */
  CvMlsLeafNode *joiner; /* external commits: the leaf of their path; else NULL */
  guint64 now_s; /* 0: lifetimes are not checked */
  guint64 oldest_s; /* Adds may be of any time from then to now; 0: now_s */
  /* The first commit of a group that follows another one: its PSK may be for this (§12.1.4). */
  CvMlsPskUsage successor_usage; /* 0: no such commit */
} CvMlsProposalRules;

/* What a proposal has to be whatever else is in the commit, its sender included (§12.1). */
gboolean
cv_mls_proposal_rules_check_item (const CvMlsProposalRules *rules, const CvMlsProposalItem *item,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether both can be in one commit. */
gboolean cv_mls_proposal_rules_check_pair (const CvMlsProposalItem *a, const CvMlsProposalItem *b,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The rules of §12.2 over the whole list (CvMlsProposalItem), before anything is applied. */
gboolean cv_mls_proposal_rules_check (const CvMlsProposalRules *rules, const GPtrArray *items,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the list does. All pointers are borrowed from the items. */
typedef struct {
  GArray *added; /* CvMlsLeaf */
  GPtrArray *packages; /* CvMlsKeyPackage of each added leaf */
  GArray *removed; /* CvMlsLeaf */
  GArray *updated; /* CvMlsLeaf */
  GPtrArray *psks; /* CvMlsPskId, in order */
  GPtrArray *extensions; /* GroupContext extensions that hold afterwards */
  GBytes *kem_output; /* ExternalInit, or NULL */
  CvMlsProposal *reinit; /* or NULL */
  gboolean changes_extensions;
  gboolean needs_path; /* §12.4 */
} CvMlsProposalEffects;

void cv_mls_proposal_effects_clear (CvMlsProposalEffects *effects);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsProposalEffects, cv_mls_proposal_effects_clear)

/* In the order of §12.3, on `tree`, a copy of rules->tree; then checks what the tree became. Only
 * after rules_check. The external joiner's leaf is not put yet. */
gboolean cv_mls_proposal_rules_apply (const CvMlsProposalRules *rules, const GPtrArray *items,
                                      CvMlsRatchetTree *tree, CvMlsProposalEffects *effects,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
