/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The HPKE private keys a member holds: its leaf's and those of nodes above it. */
#pragma once

#include "mls/ratchet-tree.h"

G_BEGIN_DECLS

/* Written by who made it; only read once it belongs to an epoch. */
typedef struct CvMlsTreeKeys CvMlsTreeKeys;

/* Takes a reference. leaf_private is NULL when the leaf is still to get its key. */
CvMlsTreeKeys *cv_mls_tree_keys_new (CvMlsLeaf own, CvSecret *leaf_private);
CvMlsTreeKeys *cv_mls_tree_keys_copy (const CvMlsTreeKeys *keys);
void cv_mls_tree_keys_free (CvMlsTreeKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsTreeKeys, cv_mls_tree_keys_free)

CvMlsLeaf cv_mls_tree_keys_get_own (const CvMlsTreeKeys *keys);
CvSecret *cv_mls_tree_keys_get (const CvMlsTreeKeys *keys, CvMlsNode node); /* borrowed or NULL */
void cv_mls_tree_keys_set (CvMlsTreeKeys *keys, CvMlsNode node, CvSecret *private_key);
/* Drops the keys of nodes that are blank in `tree` or outside of it. */
void cv_mls_tree_keys_prune (CvMlsTreeKeys *keys, const CvMlsRatchetTree *tree);

G_END_DECLS
