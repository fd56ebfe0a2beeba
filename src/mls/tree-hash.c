/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Two hashes with opposite directions: the tree hash sums up what is below a node, the parent hash
 * ties a node to the one above it, so that nobody can put parents into a tree whose keys they chose
 * without being a member below them (RFC 9420 §7.9). */
#include "mls/tree-hash.h"

#include "crypto/hash.h"
#include "mls/error.h"

#include <string.h>

enum { NODE_TYPE_LEAF = 1, NODE_TYPE_PARENT = 2 };

typedef struct {
  const CvMlsCipher *cipher;
  const CvMlsRatchetTree *tree;
} Context;

static gboolean
digest_writer (const Context *context, const CvWriter *writer, guint8 *digest, GError **error)
{
  GError *local = NULL;

  if (cv_crypto_hash_digest (context->cipher->crypto, context->cipher->suite->hash,
                             cv_writer_span (writer), digest, &local))
    return TRUE;
  return cv_mls_error_adopt (error, local);
}

static void
write_leaf_input (CvWriter *writer, guint32 index, const CvMlsLeafNode *leaf)
{
  cv_writer_u8 (writer, NODE_TYPE_LEAF);
  cv_writer_u32 (writer, index);
  cv_writer_u8 (writer, leaf ? 1 : 0);
  if (leaf)
    cv_mls_leaf_node_write (writer, leaf);
}

static void
write_parent_input (CvWriter *writer, const CvMlsParentNode *parent, const GArray *out,
                    const CvSpan children[static 2])
{
  cv_writer_u8 (writer, NODE_TYPE_PARENT);
  cv_writer_u8 (writer, parent ? 1 : 0);
  if (parent)
    cv_mls_parent_node_write_without (writer, parent, out);
  cv_writer_vector (writer, children[0]);
  cv_writer_vector (writer, children[1]);
}

static gboolean
update_node (const Context *context, CvMlsRatchetTree *tree, CvMlsNode node, GError **error)
{
  guint8 digest[CV_CRYPTO_HASH_MAX];
  g_auto (CvWriter) writer = {0};

  if (cv_mls_ratchet_tree_get_hash (tree, node).len > 0)
    return TRUE;
  cv_writer_init (&writer);
  if (cv_mls_tree_math_is_leaf (node)) {
    CvMlsLeaf leaf = {node.index / 2};

    write_leaf_input (&writer, leaf.index, cv_mls_ratchet_tree_get_leaf (tree, leaf));
  } else {
    CvMlsNode left = cv_mls_tree_math_left (node);
    CvMlsNode right = cv_mls_tree_math_right (node);

    if (!update_node (context, tree, left, error) || !update_node (context, tree, right, error))
      return FALSE;
    write_parent_input (&writer, cv_mls_ratchet_tree_get_parent (tree, node), NULL,
                        (CvSpan[2]){cv_mls_ratchet_tree_get_hash (tree, left),
                                    cv_mls_ratchet_tree_get_hash (tree, right)});
  }
  if (!digest_writer (context, &writer, digest, error))
    return FALSE;
  cv_mls_ratchet_tree_store_hash (tree, node, cv_span (digest, context->cipher->suite->hash_len));
  return TRUE;
}

/* The leaves below a node are those of this half-open range. */
static void
leaf_range (CvMlsNode node, guint32 *from, guint32 *to)
{
  guint level = cv_mls_tree_math_level (node);
  guint32 width = 1u << level;

  *from = (node.index - (width - 1)) / 2;
  *to = *from + width;
}

/* The tree hash of `node` as it was before the left-out leaves came. */
static gboolean
hash_without (const Context *context, CvMlsNode node, const GArray *out, guint8 *digest,
              GError **error)
{
  const CvMlsRatchetTree *tree = context->tree;
  gsize len = context->cipher->suite->hash_len;
  g_auto (CvWriter) writer = {0};
  guint32 from;
  guint32 to;

  leaf_range (node, &from, &to);
  if (!cv_mls_parent_node_is_any_in (out, from, to)) {
    CvSpan cached = cv_mls_ratchet_tree_get_hash (tree, node);

    g_return_val_if_fail (cached.len == len, FALSE);
    memcpy (digest, cached.data, len);
    return TRUE;
  }
  cv_writer_init (&writer);
  if (cv_mls_tree_math_is_leaf (node))
    write_leaf_input (&writer, node.index / 2, NULL);
  else {
    guint8 children[2][CV_CRYPTO_HASH_MAX];

    if (!hash_without (context, cv_mls_tree_math_left (node), out, children[0], error)
        || !hash_without (context, cv_mls_tree_math_right (node), out, children[1], error))
      return FALSE;
    write_parent_input (&writer, cv_mls_ratchet_tree_get_parent (tree, node), out,
                        (CvSpan[2]){cv_span (children[0], len), cv_span (children[1], len)});
  }
  return digest_writer (context, &writer, digest, error);
}

static gboolean
parent_hash (const Context *context, CvMlsNode node, CvMlsNode sibling, guint8 *digest,
             GError **error)
{
  const CvMlsParentNode *parent = cv_mls_ratchet_tree_get_parent (context->tree, node);
  guint8 original[CV_CRYPTO_HASH_MAX];
  g_auto (CvWriter) writer = {0};

  if (!hash_without (context, sibling, parent->unmerged, original, error))
    return FALSE;
  cv_writer_init (&writer);
  cv_writer_vector (&writer, cv_span_from_bytes (parent->encryption_key));
  cv_writer_vector (&writer, cv_span_from_bytes (parent->parent_hash));
  cv_writer_vector (&writer, cv_span (original, context->cipher->suite->hash_len));
  return digest_writer (context, &writer, digest, error);
}

/* The parent hash that a node carries; empty when it carries none. */
static CvSpan
carried_hash (const CvMlsRatchetTree *tree, CvMlsNode node)
{
  const CvMlsLeafNode *leaf;
  const CvMlsParentNode *parent;

  if (!cv_mls_tree_math_is_leaf (node)) {
    parent = cv_mls_ratchet_tree_get_parent (tree, node);
    return parent ? cv_span_from_bytes (parent->parent_hash) : CV_SPAN_EMPTY;
  }
  leaf = cv_mls_ratchet_tree_get_leaf (tree, (CvMlsLeaf){node.index / 2});
  if (!leaf || leaf->source != CV_MLS_LEAF_SOURCE_COMMIT)
    return CV_SPAN_EMPTY;
  return cv_span_from_bytes (leaf->parent_hash);
}

/* How many of the parent's unmerged leaves are below the child. */
static guint
count_unmerged_below (const CvMlsParentNode *parent, CvMlsNode child)
{
  guint n_below = 0;
  guint32 from;
  guint32 to;

  leaf_range (child, &from, &to);
  for (guint i = 0; i < parent->unmerged->len; i++) {
    guint32 leaf = g_array_index (parent->unmerged, guint32, i);

    n_below += leaf >= from && leaf < to ? 1 : 0;
  }
  return n_below;
}

/* RFC 9420 §7.9.2: the child's resolution without D is exactly the parent's unmerged leaves below it,
 * so D is the one node of the resolution that is not unmerged. Looked for before any hash: all leaves
 * below may carry the right one, whoever made them. */
static gboolean
find_merged (const CvMlsParentNode *parent, CvMlsNode child, const GArray *resolution,
             CvMlsNode *merged)
{
  guint n_merged = 0;

  for (guint i = 0; i < resolution->len; i++) {
    CvMlsNode node = g_array_index (resolution, CvMlsNode, i);

    if (cv_mls_tree_math_is_leaf (node)
        && cv_mls_parent_node_has_unmerged (parent, (CvMlsLeaf){node.index / 2}))
      continue;
    *merged = node;
    n_merged++;
  }
  return n_merged == 1 && count_unmerged_below (parent, child) == resolution->len - 1;
}

static gboolean
is_chained_through (const Context *context, CvMlsNode node, CvMlsNode child, CvMlsNode sibling,
                    gboolean *is_chained, GError **error)
{
  const CvMlsParentNode *parent = cv_mls_ratchet_tree_get_parent (context->tree, node);
  g_autoptr (GArray) resolution = g_array_new (FALSE, FALSE, sizeof (CvMlsNode));
  guint8 digest[CV_CRYPTO_HASH_MAX];
  CvMlsNode merged;

  *is_chained = FALSE;
  cv_mls_ratchet_tree_resolve (context->tree, child, resolution);
  if (!find_merged (parent, child, resolution, &merged))
    return TRUE;
  if (!parent_hash (context, node, sibling, digest, error))
    return FALSE;
  *is_chained = cv_span_equal (carried_hash (context->tree, merged),
                               cv_span (digest, context->cipher->suite->hash_len));
  return TRUE;
}

CvSpan
cv_mls_tree_hash_update (const CvMlsCipher *cipher, CvMlsRatchetTree *tree, GError **error)
{
  Context context = {cipher, tree};
  CvMlsNode root = cv_mls_tree_math_root (cv_mls_ratchet_tree_get_leaf_count (tree));

  if (!update_node (&context, tree, root, error))
    return CV_SPAN_EMPTY;
  return cv_mls_ratchet_tree_get_hash (tree, root);
}

gboolean
cv_mls_tree_hash_parent (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree, CvMlsNode node,
                         CvMlsNode sibling, guint8 *out, GError **error)
{
  Context context = {cipher, tree};

  g_return_val_if_fail (cv_mls_ratchet_tree_get_parent (tree, node), FALSE);

  return parent_hash (&context, node, sibling, out, error);
}

gboolean
cv_mls_tree_hash_verify_parents (const CvMlsCipher *cipher, const CvMlsRatchetTree *tree,
                                 GError **error)
{
  Context context = {cipher, tree};
  guint32 n_nodes = 2 * cv_mls_ratchet_tree_get_leaf_count (tree) - 1;

  for (guint32 i = 1; i < n_nodes; i += 2) {
    CvMlsNode node = {i};
    CvMlsNode left = cv_mls_tree_math_left (node);
    CvMlsNode right = cv_mls_tree_math_right (node);
    gboolean is_chained;

    if (!cv_mls_ratchet_tree_get_parent (tree, node))
      continue;
    if (!is_chained_through (&context, node, left, right, &is_chained, error))
      return FALSE;
    if (!is_chained && !is_chained_through (&context, node, right, left, &is_chained, error))
      return FALSE;
    /* §7.9.2: each parent is vouched for, step by step, by a leaf below it. */
    if (!is_chained)
      return cv_mls_error_fail (error, CV_MLS_ERROR_INVALID,
                                "parent node %u has no valid parent hash below it", i);
  }
  return TRUE;
}
