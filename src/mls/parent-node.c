/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* ParentNode of RFC 9420 §7.1. A change makes a new node, because the old epoch's tree goes on
 * holding the old one. */
#include "mls/parent-node.h"

#include "mls/limits.h"
#include "mls/tree-math.h"

#define UNMERGED_MAX (CV_MLS_LEAVES_MAX * sizeof (guint32))

static CvMlsParentNode *
parent_node_alloc (void)
{
  CvMlsParentNode *node = g_new0 (CvMlsParentNode, 1);

  g_atomic_ref_count_init (&node->ref_count);
  node->unmerged = g_array_new (FALSE, FALSE, sizeof (guint32));
  return node;
}

static guint32
unmerged_at (const CvMlsParentNode *node, guint i)
{
  return g_array_index (node->unmerged, guint32, i);
}

static void
read_unmerged (CvReader *reader, GArray *unmerged)
{
  CvReader inner;

  cv_reader_open_vector (reader, UNMERGED_MAX, &inner);
  while (cv_reader_remaining (&inner) > 0) {
    guint32 leaf = cv_reader_u32 (&inner);

    /* RFC 9420 §7.1: the list is sorted; a doubled entry would not be. */
    if (unmerged->len > 0 && leaf <= g_array_index (unmerged, guint32, unmerged->len - 1))
      cv_reader_fail (&inner);
    g_array_append_val (unmerged, leaf);
  }
  if (!cv_reader_finish (&inner))
    cv_reader_fail (reader);
}

/* How many of an ascending list are below `leaf`: where it is, or belongs. */
static guint
position_of (const GArray *leaves, guint32 leaf)
{
  guint low = 0;
  guint high = leaves->len;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (g_array_index (leaves, guint32, middle) < leaf)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

CvMlsParentNode *
cv_mls_parent_node_new (CvSpan encryption_key, CvSpan parent_hash)
{
  CvMlsParentNode *node = parent_node_alloc ();

  node->encryption_key = cv_span_dup (encryption_key);
  node->parent_hash = cv_span_dup (parent_hash);
  return node;
}

CvMlsParentNode *
cv_mls_parent_node_add_unmerged (const CvMlsParentNode *node, CvMlsLeaf leaf)
{
  CvMlsParentNode *copy = parent_node_alloc ();
  guint at = position_of (node->unmerged, leaf.index);

  copy->encryption_key = g_bytes_ref (node->encryption_key);
  copy->parent_hash = g_bytes_ref (node->parent_hash);
  g_array_append_vals (copy->unmerged, node->unmerged->data, node->unmerged->len);
  if (at == copy->unmerged->len || unmerged_at (copy, at) != leaf.index)
    g_array_insert_val (copy->unmerged, at, leaf.index);
  return copy;
}

CvMlsParentNode *
cv_mls_parent_node_ref (CvMlsParentNode *node)
{
  g_atomic_ref_count_inc (&node->ref_count);
  return node;
}

void
cv_mls_parent_node_unref (CvMlsParentNode *node)
{
  if (!node || !g_atomic_ref_count_dec (&node->ref_count))
    return;
  g_clear_pointer (&node->unmerged, g_array_unref);
  g_clear_pointer (&node->parent_hash, g_bytes_unref);
  g_clear_pointer (&node->encryption_key, g_bytes_unref);
  g_free (node);
}

gboolean
cv_mls_parent_node_has_unmerged (const CvMlsParentNode *node, CvMlsLeaf leaf)
{
  return cv_mls_parent_node_is_any_in (node->unmerged, leaf.index, leaf.index + 1);
}

CvMlsParentNode *
cv_mls_parent_node_read (CvReader *reader)
{
  g_autoptr (CvMlsParentNode) node = parent_node_alloc ();

  node->encryption_key = cv_reader_dup_vector (reader, CV_MLS_LIMIT_KEY);
  node->parent_hash = cv_reader_dup_vector (reader, CV_MLS_LIMIT_HASH);
  read_unmerged (reader, node->unmerged);
  if (!cv_reader_is_ok (reader))
    return NULL;
  return g_steal_pointer (&node);
}

void
cv_mls_parent_node_write (CvWriter *writer, const CvMlsParentNode *node)
{
  cv_mls_parent_node_write_without (writer, node, NULL);
}

void
cv_mls_parent_node_write_without (CvWriter *writer, const CvMlsParentNode *node,
                                  const GArray *left_out)
{
  gsize mark;

  cv_writer_vector (writer, cv_span_from_bytes (node->encryption_key));
  cv_writer_vector (writer, cv_span_from_bytes (node->parent_hash));
  mark = cv_writer_begin_vector (writer);
  for (guint i = 0; i < node->unmerged->len; i++) {
    guint32 leaf = unmerged_at (node, i);

    if (!left_out || !cv_mls_parent_node_is_any_in (left_out, leaf, leaf + 1))
      cv_writer_u32 (writer, leaf);
  }
  cv_writer_end_vector (writer, mark);
}

gboolean
cv_mls_parent_node_is_any_in (const GArray *leaves, guint32 from, guint32 to)
{
  guint at = position_of (leaves, from);

  return at < leaves->len && g_array_index (leaves, guint32, at) < to;
}
