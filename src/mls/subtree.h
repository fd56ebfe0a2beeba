/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A node of the ratchet tree with all that is below it, and sums over that.
 *
 * Epochs share subtrees. One that has a single holder may be written by it; every other one is
 * copied first, a level at a time, so that a change of one leaf costs the nodes above it:
 *
 *     epoch n     3          epoch n + 1     3'       leaf 2 (node 4) has changed
 *               /   \                      /   \
 *              1     5               (1) of n   5'
 *             / \   / \                        /  \
 *            0   2 4   6                      4'   (6) of n
 */
#pragma once

#include "mls/leaf-node.h"
#include "mls/parent-node.h"

G_BEGIN_DECLS

#define CV_MLS_SUBTREE_HASH_MAX 64

/* Credential types as bits. */
typedef struct {
  guint8 used; /* by any member below */
  guint8 supported; /* by all members below */
} CvMlsCredentialSums;

typedef struct CvMlsSubtree CvMlsSubtree;
struct CvMlsSubtree {
  gatomicrefcount ref_count;
  guint32 n_members; /* leaves that are not blank */
  guint32 n_filled; /* nodes that are not blank, this one included */
  gsize leaf_bytes; /* of all encoded leaves */
  CvMlsCredentialSums credentials;
  guint8 hash_len; /* 0: stale */
  guint8 hash[CV_MLS_SUBTREE_HASH_MAX];
  CvMlsLeafNode *leaf; /* of a leaf; NULL when blank */
  CvMlsParentNode *parent; /* of a parent; NULL when blank */
  CvMlsSubtree *children[2]; /* of a parent */
};

/* All blank. level 0: a leaf. */
CvMlsSubtree *cv_mls_subtree_new (guint level);
/* Takes both. */
CvMlsSubtree *cv_mls_subtree_join (CvMlsSubtree *left, CvMlsSubtree *right);
CvMlsSubtree *cv_mls_subtree_ref (CvMlsSubtree *subtree);
void cv_mls_subtree_unref (CvMlsSubtree *subtree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsSubtree, cv_mls_subtree_unref)

/* What is in this place, held by nobody else: itself, or a copy of its topmost node that took its
 * place. Only in a place that is the caller's own. */
CvMlsSubtree *cv_mls_subtree_own (CvMlsSubtree **place);
/* Renews the sums from the own node and the children's sums. */
void cv_mls_subtree_sum (CvMlsSubtree *subtree);

G_END_DECLS
