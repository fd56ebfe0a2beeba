/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* At most one key for each level of the tree, so an array and a linear search. */
#include "mls/tree-keys.h"

typedef struct {
  CvMlsNode node;
  CvSecret *private_key;
} Entry;

struct CvMlsTreeKeys {
  CvMlsLeaf own;
  GArray *entries; /* Entry */
};

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->private_key, cv_secret_unref);
}

static CvMlsTreeKeys *
keys_alloc (CvMlsLeaf own)
{
  CvMlsTreeKeys *keys = g_new0 (CvMlsTreeKeys, 1);

  keys->own = own;
  keys->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (keys->entries, entry_clear);
  return keys;
}

CvMlsTreeKeys *
cv_mls_tree_keys_new (CvMlsLeaf own, CvSecret *leaf_private)
{
  CvMlsTreeKeys *keys = keys_alloc (own);

  if (leaf_private)
    cv_mls_tree_keys_set (keys, cv_mls_tree_math_from_leaf (own), leaf_private);
  return keys;
}

CvMlsTreeKeys *
cv_mls_tree_keys_copy (const CvMlsTreeKeys *keys)
{
  CvMlsTreeKeys *copy = keys_alloc (keys->own);

  for (guint i = 0; i < keys->entries->len; i++) {
    const Entry *entry = &g_array_index (keys->entries, Entry, i);

    cv_mls_tree_keys_set (copy, entry->node, entry->private_key);
  }
  return copy;
}

void
cv_mls_tree_keys_free (CvMlsTreeKeys *keys)
{
  if (!keys)
    return;
  g_clear_pointer (&keys->entries, g_array_unref);
  g_free (keys);
}

CvMlsLeaf
cv_mls_tree_keys_get_own (const CvMlsTreeKeys *keys)
{
  return keys->own;
}

CvSecret *
cv_mls_tree_keys_get (const CvMlsTreeKeys *keys, CvMlsNode node)
{
  for (guint i = 0; i < keys->entries->len; i++) {
    const Entry *entry = &g_array_index (keys->entries, Entry, i);

    if (entry->node.index == node.index)
      return entry->private_key;
  }
  return NULL;
}

void
cv_mls_tree_keys_set (CvMlsTreeKeys *keys, CvMlsNode node, CvSecret *private_key)
{
  Entry entry = {node, cv_secret_ref (private_key)};

  for (guint i = 0; i < keys->entries->len; i++)
    if (g_array_index (keys->entries, Entry, i).node.index == node.index) {
      g_array_remove_index_fast (keys->entries, i);
      break;
    }
  g_array_append_val (keys->entries, entry);
}

void
cv_mls_tree_keys_prune (CvMlsTreeKeys *keys, const CvMlsRatchetTree *tree)
{
  for (guint i = keys->entries->len; i > 0; i--)
    if (cv_mls_ratchet_tree_is_blank (tree, g_array_index (keys->entries, Entry, i - 1).node))
      g_array_remove_index_fast (keys->entries, i - 1);
}
