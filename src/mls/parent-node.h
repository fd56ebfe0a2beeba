/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* An inner node of the ratchet tree, immutable and shared by epochs (RFC 9420 §7.1). */
#pragma once

#include "mls/group.h"

G_BEGIN_DECLS

typedef struct {
  gatomicrefcount ref_count;
  GBytes *encryption_key;
  GBytes *parent_hash;
  GArray *unmerged; /* guint32 leaf indices, strictly ascending */
} CvMlsParentNode;

/* No unmerged leaves. */
CvMlsParentNode *cv_mls_parent_node_new (CvSpan encryption_key, CvSpan parent_hash);
/* A copy with one more unmerged leaf. */
CvMlsParentNode *cv_mls_parent_node_add_unmerged (const CvMlsParentNode *node, CvMlsLeaf leaf);

CvMlsParentNode *cv_mls_parent_node_ref (CvMlsParentNode *node);
void cv_mls_parent_node_unref (CvMlsParentNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvMlsParentNode, cv_mls_parent_node_unref)

gboolean cv_mls_parent_node_has_unmerged (const CvMlsParentNode *node, CvMlsLeaf leaf);

/* NULL on a malformed node, with the reader failed. */
CvMlsParentNode *cv_mls_parent_node_read (CvReader *reader);
void cv_mls_parent_node_write (CvWriter *writer, const CvMlsParentNode *node);
/* The same without the unmerged leaves that are in `left_out` too (guint32, ascending; NULL: none),
 * for the original sibling tree hash of §7.9. */
void cv_mls_parent_node_write_without (CvWriter *writer, const CvMlsParentNode *node,
                                       const GArray *left_out);

/* Whether an ascending list of leaf indices has one in from … to − 1. */
gboolean cv_mls_parent_node_is_any_in (const GArray *leaves, guint32 from, guint32 to);

G_END_DECLS
