/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Inside of CvMlsGroup, for the files group-*.c. */
#pragma once

#include "mls/message.h"
#include "mls/psk-lookup.h"
#include "mls/staged-commit.h"

G_BEGIN_DECLS

/* A proposal that came by itself and waits for a commit to name it. */
typedef struct {
  GBytes *reference;
  CvMlsProposalItem *item;
} CvMlsPendingProposal;

struct CvMlsGroup {
  gatomicrefcount ref_count;
  CvCrypto *crypto;
  CvMlsEpoch *epoch;
  CvMlsTreeKeys *keys;
  CvSecret *signature_private;
  CvMlsSecretTree *secret_tree; /* mutable: message keys are used up */
  CvMlsPastPsks *past; /* this epoch's included */
  GPtrArray *pending; /* CvMlsPendingProposal; mutable */
};

/* Borrowed, but what is marked taken: that is empty after success. */
typedef struct {
  const CvCrypto *crypto;
  CvMlsEpoch **epoch; /* taken */
  CvMlsTreeKeys **keys; /* taken */
  CvSecret *signature_private;
  const CvMlsPastPsks *past; /* of the epochs before; NULL at first */
} CvMlsGroupParts;

/* Makes the secret tree and drops the encryption secret. */
CvMlsGroup *
cv_mls_group_assemble (const CvMlsGroupParts *parts, GError **error) G_GNUC_WARN_UNUSED_RESULT;

CvMlsMessageKeys cv_mls_group_message_keys (const CvMlsGroup *group);
gboolean cv_mls_group_find_signature_key (gpointer group, CvMlsLeaf leaf, CvSpan *public_key);

/* The ratchet_tree extension's content. */
GBytes *cv_mls_group_encode_tree (const CvMlsRatchetTree *tree);

/* ---- a commit being made (group-commit.c, group-resync.c) ---- */

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

/* Checks a GroupInfo from outside with its tree: signature, tree hash, tree. The tree is that of
 * the ratchet_tree extension, or `tree` when there is none. Full; hashes filled. */
CvMlsRatchetTree *cv_mls_group_check_info (const CvMlsCipher *cipher, const CvMlsGroupInfo *info,
                                           CvSpan tree, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A joiner whose KeyPackage was made before: keys are shared, nothing is checked. */
CvMlsJoiner *cv_mls_joiner_restore (const CvMlsSuite *suite, CvMlsKeyPackage *package,
                                    const CvMlsKeyPackageKeys *keys, CvSpan signature_private);

G_END_DECLS
