/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The ratchet tree: nodes, blanks, unmerged leaves, resolutions (RFC 9420 §4, §7.7, §12.4.3.3).
 *
 * A copy shares everything and costs nothing; a change of a leaf copies the nodes above it (see
 * subtree.h). Looking a node up is a walk of log N steps. A tree is written by who made it and only
 * read once it belongs to an epoch: reading never fills a cache, so any thread may read. */
#pragma once

#include "mls/subtree.h"
#include "mls/tree-math.h"

G_BEGIN_DECLS

typedef struct CvMlsRatchetTree CvMlsRatchetTree;

CvMlsRatchetTree *cv_mls_ratchet_tree_new (void); /* one blank leaf */
CvMlsRatchetTree *cv_mls_ratchet_tree_copy (const CvMlsRatchetTree *tree);
void cv_mls_ratchet_tree_free (CvMlsRatchetTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsRatchetTree, cv_mls_ratchet_tree_free)

/* The ratchet_tree extension's content: optional<Node> ratchet_tree<V>. MALFORMED or INVALID. */
CvMlsRatchetTree *
cv_mls_ratchet_tree_parse (CvSpan encoded, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_mls_ratchet_tree_write (const CvMlsRatchetTree *tree, CvWriter *writer);

guint32 cv_mls_ratchet_tree_get_leaf_count (const CvMlsRatchetTree *tree); /* a power of two */
guint32 cv_mls_ratchet_tree_get_n_members (const CvMlsRatchetTree *tree);
/* §7.3, each kept with the tree and answered at once: no HPKE key is in two nodes and no signature
 * key in two leaves; every member supports the credential types of all the others. */
gboolean cv_mls_ratchet_tree_has_unique_keys (const CvMlsRatchetTree *tree);
/* How many nodes have that HPKE key, in log N. */
guint cv_mls_ratchet_tree_count_key (const CvMlsRatchetTree *tree, GBytes *key);
gboolean cv_mls_ratchet_tree_has_shared_credentials (const CvMlsRatchetTree *tree);

/* Borrowed; NULL when blank or outside. */
CvMlsLeafNode *cv_mls_ratchet_tree_get_leaf (const CvMlsRatchetTree *tree, CvMlsLeaf leaf);
CvMlsParentNode *cv_mls_ratchet_tree_get_parent (const CvMlsRatchetTree *tree, CvMlsNode node);
gboolean cv_mls_ratchet_tree_is_blank (const CvMlsRatchetTree *tree, CvMlsNode node);
/* HPKE public key of a node; empty when blank. */
CvSpan cv_mls_ratchet_tree_get_key (const CvMlsRatchetTree *tree, CvMlsNode node);

/* Puts a node; NULL blanks it. Takes a reference. The caches above it go stale. */
void cv_mls_ratchet_tree_set_leaf (CvMlsRatchetTree *tree, CvMlsLeaf leaf, CvMlsLeafNode *node);
void cv_mls_ratchet_tree_set_parent (CvMlsRatchetTree *tree, CvMlsNode at, CvMlsParentNode *node);
void cv_mls_ratchet_tree_blank_path (CvMlsRatchetTree *tree, CvMlsLeaf leaf);

/* Leftmost blank leaf, or a wider tree; unmerged in every non-blank ancestor. FALSE: too wide. */
gboolean cv_mls_ratchet_tree_add (CvMlsRatchetTree *tree, CvMlsLeafNode *node, CvMlsLeaf *leaf);
/* Of a leaf that is there: replaces it and blanks its direct path (§12.1.2). */
void cv_mls_ratchet_tree_update (CvMlsRatchetTree *tree, CvMlsLeaf leaf, CvMlsLeafNode *node);
/* Of a leaf that is there: blanks it and its direct path, truncates (§12.1.3). */
void cv_mls_ratchet_tree_remove (CvMlsRatchetTree *tree, CvMlsLeaf leaf);

/* CvMlsNode in order, appended to `nodes` (§4.1.1). */
void cv_mls_ratchet_tree_resolve (const CvMlsRatchetTree *tree, CvMlsNode node, GArray *nodes);

typedef struct {
  CvMlsNode node;
  CvMlsNode copath; /* its child that is off the path */
} CvMlsPathStep;

/* The filtered direct path, from the leaf upwards: full array of CvMlsPathStep (§4.1.2). */
GArray *cv_mls_ratchet_tree_dup_filtered_path (const CvMlsRatchetTree *tree, CvMlsLeaf leaf);

/* The cached tree hash; empty when stale. For tree-hash.c. */
CvSpan cv_mls_ratchet_tree_get_hash (const CvMlsRatchetTree *tree, CvMlsNode node);
void cv_mls_ratchet_tree_store_hash (CvMlsRatchetTree *tree, CvMlsNode node, CvSpan hash);

/* What is at and below a node, borrowed; NULL outside. Two trees that give the same one share it. */
const CvMlsSubtree *cv_mls_ratchet_tree_get_subtree (const CvMlsRatchetTree *tree, CvMlsNode node);

G_END_DECLS
