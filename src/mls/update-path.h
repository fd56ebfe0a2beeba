/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* UpdatePath: a new leaf and new keys above it (RFC 9420 §7.6). Encoding only: see treekem. */
#pragma once

#include "mls/hpke-ciphertext.h"
#include "mls/leaf-node.h"

G_BEGIN_DECLS

typedef struct {
  GBytes *encryption_key;
  GPtrArray *secrets; /* CvMlsHpkeCiphertext: one per node of the copath's resolution */
} CvMlsUpdatePathNode;

CvMlsUpdatePathNode *cv_mls_update_path_node_new (CvSpan encryption_key);
void cv_mls_update_path_node_free (CvMlsUpdatePathNode *node);
/* Takes the fields of sealed, which is empty after it. */
void cv_mls_update_path_node_take (CvMlsUpdatePathNode *node, CvMlsHpkeCiphertext *sealed);

typedef struct {
  CvMlsLeafNode *leaf_node;
  GPtrArray *nodes; /* CvMlsUpdatePathNode: the filtered direct path, lowest first */
} CvMlsUpdatePath;

CvMlsUpdatePath *cv_mls_update_path_new (CvMlsLeafNode *leaf_node); /* adds a reference */
void cv_mls_update_path_free (CvMlsUpdatePath *path); /* NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsUpdatePath, cv_mls_update_path_free)
CvMlsUpdatePath *cv_mls_update_path_read (CvReader *reader); /* full; NULL on failure */
void cv_mls_update_path_write (CvWriter *writer, const CvMlsUpdatePath *path);

G_END_DECLS
