/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The next epoch while it is being made from a commit, sent or received (RFC 9420 §12.4).
 *
 *   begin ─▶ (path: treekem renew or merge) ─▶ fix_tree ─▶ (path: seal or open) ─▶ close ─▶ epoch
 *
 * Nothing here touches the epoch it starts from. */
#pragma once

#include "mls/epoch.h"
#include "mls/proposal-rules.h"
#include "mls/treekem.h"

G_BEGIN_DECLS

typedef struct {
  const CvMlsEpoch *before; /* borrowed */
  CvMlsRatchetTree *tree;
  CvMlsTreeKeys *keys; /* NULL until an external joiner has its leaf */
  CvSecret *signature_private; /* of the own new leaf; NULL: the one before */
  GPtrArray *items; /* CvMlsProposalItem, which `effects` borrows from */
  CvMlsProposalEffects effects;
  CvMlsGroupContext context; /* of the next epoch; its transcript hash is set by close */
  GBytes *encoded_context; /* after fix_tree: what path secrets are bound to */
  CvSecret *commit_secret; /* set by who handles the path; NULL: none */
  CvSecret *init_secret; /* of an external commit; NULL: the one of the epoch before */
  CvSecret *psk_secret;
  CvSecret *joiner_secret; /* after close */
} CvMlsStagedCommit;

void cv_mls_staged_commit_clear (CvMlsStagedCommit *staged);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvMlsStagedCommit, cv_mls_staged_commit_clear)

/* Checks the proposals and applies them to a copy of the tree. keys: the own ones, or NULL. */
gboolean cv_mls_staged_commit_begin (CvMlsStagedCommit *staged, const CvMlsEpoch *before,
                                     const CvMlsTreeKeys *keys, const CvMlsProposalRules *rules,
                                     GPtrArray *items, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The tree is final, and no longer than newcomers read: its hash goes into the context. */
gboolean
cv_mls_staged_commit_fix_tree (CvMlsStagedCommit *staged, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* commit: signed; its tag is not read. psk_secret must be set. Full; its tag is still missing. */
CvMlsEpoch *
cv_mls_staged_commit_close (CvMlsStagedCommit *staged, const CvMlsAuthenticatedContent *commit,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
