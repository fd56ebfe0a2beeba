/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The sums answer in one look what else every commit would ask of all N members. */
#include "mls/subtree.h"

#include <string.h>

/* The types that a leaf can be read with; no other credential gets this far. */
static const guint16 credential_types[] = {CV_MLS_CREDENTIAL_BASIC, CV_MLS_CREDENTIAL_X509};

static CvMlsSubtree *
subtree_alloc (void)
{
  CvMlsSubtree *subtree = g_new0 (CvMlsSubtree, 1);

  g_atomic_ref_count_init (&subtree->ref_count);
  subtree->credentials.supported = G_MAXUINT8;
  return subtree;
}

static void
sum_leaf (CvMlsSubtree *subtree)
{
  const CvMlsLeafNode *leaf = subtree->leaf;

  subtree->n_members = subtree->n_filled = leaf ? 1 : 0;
  subtree->leaf_bytes = leaf ? g_bytes_get_size (leaf->encoded) : 0;
  subtree->credentials = (CvMlsCredentialSums){.supported = leaf ? 0 : G_MAXUINT8};
  for (guint i = 0; leaf && i < G_N_ELEMENTS (credential_types); i++) {
    guint8 bit = (guint8)(1u << i);

    if (leaf->credential.type == credential_types[i])
      subtree->credentials.used |= bit;
    if (cv_mls_type_list_contain (leaf->capabilities.credentials, credential_types[i]))
      subtree->credentials.supported |= bit;
  }
}

CvMlsSubtree *
cv_mls_subtree_new (guint level)
{
  CvMlsSubtree *half;

  if (level == 0)
    return subtree_alloc ();
  /* Both halves are one until something is put in them. */
  half = cv_mls_subtree_new (level - 1);
  return cv_mls_subtree_join (half, cv_mls_subtree_ref (half));
}

CvMlsSubtree *
cv_mls_subtree_join (CvMlsSubtree *left, CvMlsSubtree *right)
{
  CvMlsSubtree *subtree = subtree_alloc ();

  subtree->children[0] = left;
  subtree->children[1] = right;
  cv_mls_subtree_sum (subtree);
  return subtree;
}

CvMlsSubtree *
cv_mls_subtree_ref (CvMlsSubtree *subtree)
{
  g_atomic_ref_count_inc (&subtree->ref_count);
  return subtree;
}

void
cv_mls_subtree_unref (CvMlsSubtree *subtree)
{
  if (!subtree || !g_atomic_ref_count_dec (&subtree->ref_count))
    return;
  g_clear_pointer (&subtree->leaf, cv_mls_leaf_node_unref);
  g_clear_pointer (&subtree->parent, cv_mls_parent_node_unref);
  for (guint i = 0; i < 2; i++)
    g_clear_pointer (&subtree->children[i], cv_mls_subtree_unref);
  g_free (subtree);
}

CvMlsSubtree *
cv_mls_subtree_own (CvMlsSubtree **place)
{
  CvMlsSubtree *shared = *place;
  CvMlsSubtree *copy;

  if (g_atomic_ref_count_compare (&shared->ref_count, 1))
    return shared;
  /* Field by field, because other threads count references meanwhile. */
  copy = subtree_alloc ();
  copy->n_members = shared->n_members;
  copy->n_filled = shared->n_filled;
  copy->leaf_bytes = shared->leaf_bytes;
  copy->credentials = shared->credentials;
  copy->hash_len = shared->hash_len;
  memcpy (copy->hash, shared->hash, shared->hash_len);
  copy->leaf = shared->leaf ? cv_mls_leaf_node_ref (shared->leaf) : NULL;
  copy->parent = shared->parent ? cv_mls_parent_node_ref (shared->parent) : NULL;
  for (guint i = 0; i < 2; i++)
    copy->children[i] = shared->children[i] ? cv_mls_subtree_ref (shared->children[i]) : NULL;
  cv_mls_subtree_unref (shared);
  *place = copy;
  return copy;
}

void
cv_mls_subtree_sum (CvMlsSubtree *subtree)
{
  const CvMlsSubtree *left = subtree->children[0];
  const CvMlsSubtree *right = subtree->children[1];

  if (!left) {
    sum_leaf (subtree);
    return;
  }
  subtree->n_members = left->n_members + right->n_members;
  subtree->n_filled = left->n_filled + right->n_filled + (subtree->parent ? 1 : 0);
  subtree->leaf_bytes = left->leaf_bytes + right->leaf_bytes;
  subtree->credentials = (CvMlsCredentialSums){
      .used = left->credentials.used | right->credentials.used,
      .supported = left->credentials.supported & right->credentials.supported,
  };
}
