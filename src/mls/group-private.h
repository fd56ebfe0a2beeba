/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Inside of CvMlsGroup, for the files group-*.c. */
#pragma once

#include "mls/message.h"
#include "mls/psk-lookup.h"
#include "mls/staged-commit.h"

G_BEGIN_DECLS

struct CvMlsGroup {
  gatomicrefcount ref_count;
  CvCrypto *crypto;
  CvMlsEpoch *epoch;
  CvMlsTreeKeys *keys;
  CvSecret *signature_private;
  CvMlsSecretTree *secret_tree; /* mutable: message keys are used up */
  CvMlsPastPsks *past; /* this epoch's included */
  GPtrArray *pending; /* CvMlsProposalItem with references: wait for a commit; mutable */
  GPtrArray *forgotten; /* the same: only another's commit may still name them; mutable */
  CvMlsProposal *reinit; /* this epoch is the last: nothing is sent or taken; else NULL */
  gboolean is_retired; /* only late application messages are opened */
};

/* Borrowed, but what is marked taken: that is empty after success. */
typedef struct {
  const CvCrypto *crypto;
  CvMlsEpoch **epoch; /* taken */
  CvMlsTreeKeys **keys; /* taken */
  CvSecret *signature_private;
  const CvMlsPastPsks *past; /* of the epochs before; NULL at first */
  CvMlsProposal *reinit; /* of the commit that made the epoch; or NULL */
} CvMlsGroupParts;

/* Makes the secret tree and drops the encryption secret. */
CvMlsGroup *
cv_mls_group_assemble (const CvMlsGroupParts *parts, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* STATE when the group was re-initialised (RFC 9420 §11.2) or the epoch is retired. */
gboolean
cv_mls_group_check_open (const CvMlsGroup *group, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* FramedContent of this member in this epoch; the body is for the caller. */
void cv_mls_group_start_content (const CvMlsGroup *group, CvMlsContentType type,
                                 CvSpan authenticated_data, CvMlsFramedContent *content);
/* Full MLSMessage of a complete auth, in its wire format. */
GBytes *cv_mls_group_frame (const CvMlsGroup *group, const CvMlsAuthenticatedContent *auth,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

CvMlsMessageKeys cv_mls_group_message_keys (const CvMlsGroup *group);
gboolean cv_mls_group_find_signature_key (gpointer group, CvMlsLeaf leaf, CvSpan *public_key);

/* The ratchet_tree extension's content. */
GBytes *cv_mls_group_encode_tree (const CvMlsRatchetTree *tree);

/* What a GroupInfo is to be; borrowed. */
typedef struct {
  const CvMlsEpoch *epoch;
  CvMlsLeaf signer;
  CvSpan signature_private;
  gboolean has_tree;
  GBytes *external_pub; /* NULL for a Welcome */
} CvMlsInfoPlan;

gboolean cv_mls_group_make_info (const CvMlsInfoPlan *plan, CvMlsGroupInfo *info,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- proposals (group-propose.c, group-external-propose.c) ---- */

/* All but UPDATE, which needs the proposer's leaf. own_id: for a resumption PSK without a group id.
 * Full. */
CvMlsProposal *
cv_mls_group_make_proposal (const CvMlsCipher *cipher, const CvMlsProposeParams *params,
                            CvSpan own_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The private keys of an own Update. */
typedef struct {
  CvSecret *leaf_private;
  CvSecret *signature_private; /* NULL: the one that the group has */
} CvMlsOwnUpdate;

/* What the own next leaf goes on from: the present one, or a new one of `leaf`. Its encryption key
 * is the present one, which must be replaced. */
CvMlsLeafNode *cv_mls_group_dup_own_leaf (const CvMlsGroup *group, const CvMlsLeafParams *leaf,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- proposals that wait (group-pending.c) ---- */

/* A proposal whose signature was checked, ready to wait: somebody could commit it and there is room,
 * or it waits already. Changes nothing. Full. */
CvMlsProposalItem *
cv_mls_group_judge_proposal (const CvMlsGroup *group, const CvMlsAuthenticatedContent *auth,
                             guint64 now_s, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Takes what was judged; it waits from now on, once, also when it was forgotten before. */
void cv_mls_group_keep_proposal (CvMlsGroup *group, CvMlsProposalItem *item);
/* For another member's commit: what waits or was forgotten. Borrowed; NULL: it did not come. */
const CvMlsProposalItem *cv_mls_group_find_proposal (const CvMlsGroup *group, CvSpan reference);

/* ---- a commit being made (group-commit.c, group-external.c, group-successor.c) ---- */

/* Borrowed. */
typedef struct {
  CvMlsPskLookup lookup;
  CvSpan authenticated_data;
  gboolean is_pathless;
  gboolean is_public;
  gboolean is_tree_beside;
  CvMlsPskUsage successor_usage;
  const CvMlsLeafParams *leaf; /* new credential and signature key; NULL: as before */
  guint64 now_s;
} CvMlsCommitOptions;

/* A member's commit of that list. */
gboolean cv_mls_group_commit_items (const CvMlsGroup *group, GPtrArray *items,
                                    const CvMlsCommitOptions *options, CvMlsCommitResult *result,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Signs the commit, closes the staged epoch and makes its tag; `auth` is complete then. */
CvMlsEpoch *
cv_mls_group_sign_commit (CvMlsStagedCommit *staged, CvMlsAuthenticatedContent *auth,
                          CvSpan signature_private, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- a commit that came (group-process.c) ---- */

/* auth: opened, its signature checked. Fills received->summary and ->next. */
gboolean
cv_mls_group_process_commit (const CvMlsGroup *group, const CvMlsAuthenticatedContent *auth,
                             const CvMlsReceiveParams *params, CvMlsReceived *received,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_mls_commit_summary_clear (CvMlsCommitSummary *summary);

/* ---- joining ---- */

/* RFC 9420 §12.4.3: a group id is of one group only among those that the caller is in. */
gboolean cv_mls_group_check_new_id (GBytes *group_id, const CvSpan *group_ids, gsize n_group_ids,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Checks a GroupInfo from outside: signature, extensions, and that the tree is the one it was signed
 * for; the tree itself is for cv_mls_tree_validation_check_tree. It is that of the ratchet_tree
 * extension, or `tree` when there is none. Full; hashes filled. */
CvMlsRatchetTree *cv_mls_group_check_info (const CvMlsCipher *cipher, const CvMlsGroupInfo *info,
                                           CvSpan tree, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a group that follows `parent` has to be (§11.2, §11.3, §12.4.3.1). */
gboolean
cv_mls_group_check_successor (const CvMlsGroup *parent, CvMlsPskUsage usage,
                              const CvMlsGroupContext *context, const CvMlsRatchetTree *tree,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

struct CvMlsJoiner {
  const CvMlsSuite *suite;
  CvMlsKeyPackage *package;
  CvMlsKeyPackageKeys keys;
  CvSecret *signature_private;
};

/* A joiner whose KeyPackage was made before: keys are shared, nothing is checked. */
CvMlsJoiner *cv_mls_joiner_restore (const CvMlsSuite *suite, CvMlsKeyPackage *package,
                                    const CvMlsKeyPackageKeys *keys, CvSpan signature_private);

G_END_DECLS
