/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* TreeKEM: path secrets, making and taking an UpdatePath (RFC 9420 §7.4 to §7.6).
 *
 * Both sides work in two steps, because the encryption is bound to a GroupContext that holds the
 * new tree's hash: first the public tree changes, then the secrets are sealed or opened. */
#pragma once

#include "mls/tree-hash.h"
#include "mls/tree-keys.h"
#include "mls/update-path.h"

G_BEGIN_DECLS

/* ---- committing ---- */

/* The secrets of one new path, wiped by _free. */
typedef struct CvMlsTreekemPath CvMlsTreekemPath;

void cv_mls_treekem_path_free (CvMlsTreekemPath *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsTreekemPath, cv_mls_treekem_path_free)

/* Borrowed. */
typedef struct {
  CvSpan group_id;
  CvMlsLeafNode *from; /* whose identity, capabilities and extensions go on */
  CvSpan signature_private;
} CvMlsTreekemRenew;

/* Gives the leaf of `keys` a new key and its direct path new nodes; `keys` learns the private ones.
 * The leaf must not be blank. All hashes of the tree are filled afterwards. */
CvMlsTreekemPath *
cv_mls_treekem_renew (const CvMlsCipher *cipher, CvMlsRatchetTree *tree, CvMlsTreeKeys *keys,
                      const CvMlsTreekemRenew *renew, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Seals each path secret for those who need it, except the leaves in `added` (CvMlsLeaf,
 * ascending). */
CvMlsUpdatePath *
cv_mls_treekem_seal (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree,
                     const CvMlsTreekemPath *path, const GArray *added, CvSpan group_context,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

CvSecret *cv_mls_treekem_path_get_commit_secret (const CvMlsTreekemPath *path); /* borrowed */
/* The path secret that a new member at `leaf` gets (§12.4.3.1): borrowed. */
CvSecret *cv_mls_treekem_path_get_secret_for (const CvMlsTreekemPath *path, CvMlsLeaf leaf);

/* ---- receiving ---- */

/* Puts the sender's path into the tree and checks its shape, its keys and the parent hash. INVALID
 * otherwise.
 * All hashes of the tree are filled afterwards. */
gboolean
cv_mls_treekem_merge (const CvMlsCipher *cipher, CvMlsRatchetTree *tree, CvMlsLeaf sender,
                      const CvMlsUpdatePath *update, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Borrowed. */
typedef struct {
  CvMlsLeaf sender;
  const CvMlsUpdatePath *update;
  const GArray *added; /* CvMlsLeaf, ascending: the leaves of this commit's Adds */
  CvSpan group_context;
} CvMlsTreekemOpen;

/* After merge: opens the path secret meant for us, checks every public key above, lets `keys`
 * learn the private ones, gives the commit secret. */
CvSecret *
cv_mls_treekem_open (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree, CvMlsTreeKeys *keys,
                     const CvMlsTreekemOpen *open, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A path secret for the common ancestor with `sender`, as a Welcome has it: checks every public key
 * from there up and lets `keys` learn the private ones. Gives the commit secret, full. */
CvSecret *cv_mls_treekem_implant (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree,
                                  CvMlsTreeKeys *keys, CvMlsLeaf sender, CvSecret *path_secret,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
