/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The encoding of an update path. Bounds matter most here: it is the largest part of what a member
 * sends to all others. */
#include "mls/update-path.h"

#include "mls/tree-math.h"

static void
sealed_free (CvMlsHpkeCiphertext *sealed)
{
  cv_mls_hpke_ciphertext_clear (sealed);
  g_free (sealed);
}

CvMlsUpdatePathNode *
cv_mls_update_path_node_new (CvSpan encryption_key)
{
  CvMlsUpdatePathNode *node = g_new0 (CvMlsUpdatePathNode, 1);

  node->encryption_key = cv_span_dup (encryption_key);
  node->secrets = g_ptr_array_new_with_free_func ((GDestroyNotify)sealed_free);
  return node;
}

void
cv_mls_update_path_node_free (CvMlsUpdatePathNode *node)
{
  if (!node)
    return;
  g_clear_pointer (&node->encryption_key, g_bytes_unref);
  g_clear_pointer (&node->secrets, g_ptr_array_unref);
  g_free (node);
}

void
cv_mls_update_path_node_take (CvMlsUpdatePathNode *node, CvMlsHpkeCiphertext *sealed)
{
  CvMlsHpkeCiphertext *owned = g_new0 (CvMlsHpkeCiphertext, 1);

  *owned = *sealed;
  *sealed = (CvMlsHpkeCiphertext){0};
  g_ptr_array_add (node->secrets, owned);
}

static CvMlsUpdatePathNode *
read_path_node (CvReader *reader)
{
  CvMlsUpdatePathNode *node =
      cv_mls_update_path_node_new (cv_reader_vector (reader, CV_MLS_LIMIT_KEY));
  CvReader inner;

  cv_reader_open_vector (reader, CV_MLS_LIMIT_LIST, &inner);
  while (cv_reader_remaining (&inner) > 0) {
    CvMlsHpkeCiphertext sealed = {0};

    if (node->secrets->len >= CV_MLS_LEAVES_MAX)
      cv_reader_fail (&inner);
    if (cv_mls_hpke_ciphertext_read (&inner, &sealed))
      cv_mls_update_path_node_take (node, &sealed);
  }
  if (!cv_reader_finish (&inner))
    cv_reader_fail (reader);
  return node;
}

static void
write_path_node (CvWriter *writer, const CvMlsUpdatePathNode *node)
{
  gsize mark;

  cv_writer_vector (writer, cv_span_from_bytes (node->encryption_key));
  mark = cv_writer_begin_vector (writer);
  for (guint i = 0; i < node->secrets->len; i++)
    cv_mls_hpke_ciphertext_write (writer, g_ptr_array_index (node->secrets, i));
  cv_writer_end_vector (writer, mark);
}

CvMlsUpdatePath *
cv_mls_update_path_new (CvMlsLeafNode *leaf_node)
{
  CvMlsUpdatePath *path = g_new0 (CvMlsUpdatePath, 1);

  path->leaf_node = leaf_node ? cv_mls_leaf_node_ref (leaf_node) : NULL;
  path->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_mls_update_path_node_free);
  return path;
}

void
cv_mls_update_path_free (CvMlsUpdatePath *path)
{
  if (!path)
    return;
  g_clear_pointer (&path->leaf_node, cv_mls_leaf_node_unref);
  g_clear_pointer (&path->nodes, g_ptr_array_unref);
  g_free (path);
}

CvMlsUpdatePath *
cv_mls_update_path_read (CvReader *reader)
{
  g_autoptr (CvMlsUpdatePath) path = cv_mls_update_path_new (NULL);
  CvReader inner;

  path->leaf_node = cv_mls_leaf_node_read (reader);
  cv_reader_open_vector (reader, CV_MLS_LIMIT_CONTENT, &inner);
  while (cv_reader_remaining (&inner) > 0) {
    if (path->nodes->len >= CV_MLS_TREE_DEPTH_MAX)
      cv_reader_fail (&inner);
    g_ptr_array_add (path->nodes, read_path_node (&inner));
  }
  if (!cv_reader_finish (&inner))
    cv_reader_fail (reader);
  return cv_reader_is_ok (reader) ? g_steal_pointer (&path) : NULL;
}

void
cv_mls_update_path_write (CvWriter *writer, const CvMlsUpdatePath *path)
{
  gsize mark;

  cv_mls_leaf_node_write (writer, path->leaf_node);
  mark = cv_writer_begin_vector (writer);
  for (guint i = 0; i < path->nodes->len; i++)
    write_path_node (writer, g_ptr_array_index (path->nodes, i));
  cv_writer_end_vector (writer, mark);
}
