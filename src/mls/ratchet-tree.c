/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The tree of subtrees, each node under its index of RFC 9420 appendix C:
 *
 *            3
 *        1       5        odd: parents, even: leaves
 *      0   2   4   6
 *
 * The width is always a power of two, so a node keeps its index when the tree grows or shrinks.
 * What is in the tree is not judged here: see tree-validation. */
#include "mls/ratchet-tree.h"

#include "mls/error.h"
#include "mls/key-set.h"

#include <string.h>

enum { NODE_TYPE_LEAF = 1, NODE_TYPE_PARENT = 2 };

struct CvMlsRatchetTree {
  guint32 n_leaves;
  CvMlsSubtree *root;
  CvMlsKeySet *encryption_keys;
  CvMlsKeySet *signature_keys;
  guint n_repeats; /* keys that are there already, each time that they come */
};

/* The nodes from the root down to one, all the tree's own, to be written. */
typedef struct {
  CvMlsSubtree *nodes[CV_MLS_TREE_DEPTH_MAX + 1];
  guint n_nodes;
} Way;

/* What a ratchet_tree vector has for a node. */
typedef struct {
  CvMlsLeafNode *leaf;
  CvMlsParentNode *parent;
} Entry;

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->leaf, cv_mls_leaf_node_unref);
  g_clear_pointer (&entry->parent, cv_mls_parent_node_unref);
}

static CvMlsNode
tree_root (const CvMlsRatchetTree *tree)
{
  return cv_mls_tree_math_root (tree->n_leaves);
}

/* Down one level; which child is below `from` on the way to `to`. */
static guint
step_down (CvMlsNode *from, CvMlsNode to)
{
  guint side = to.index > from->index ? 1 : 0;

  *from = side == 0 ? cv_mls_tree_math_left (*from) : cv_mls_tree_math_right (*from);
  return side;
}

/* Makes the nodes from the root to `at` the tree's own. close_way follows once they are written. */
static void
open_way (CvMlsRatchetTree *tree, CvMlsNode at, Way *way)
{
  CvMlsSubtree **place = &tree->root;
  CvMlsNode node = tree_root (tree);

  way->n_nodes = 0;
  way->nodes[way->n_nodes++] = cv_mls_subtree_own (place);
  while (node.index != at.index) {
    place = &(*place)->children[step_down (&node, at)];
    way->nodes[way->n_nodes++] = cv_mls_subtree_own (place);
  }
}

static CvMlsSubtree *
end_of (const Way *way)
{
  return way->nodes[way->n_nodes - 1];
}

/* Sums are renewed from below, and all hashes on the way are stale. */
static void
close_way (Way *way)
{
  for (guint i = way->n_nodes; i > 0; i--) {
    cv_mls_subtree_sum (way->nodes[i - 1]);
    way->nodes[i - 1]->hash_len = 0;
  }
}

/* Either may be NULL. */
static void
change_key (CvMlsRatchetTree *tree, CvMlsKeySet **keys, GBytes *from, GBytes *to)
{
  if (from && !cv_mls_key_set_remove (keys, from))
    tree->n_repeats--;
  if (to && !cv_mls_key_set_add (keys, to))
    tree->n_repeats++;
}

static void
put_leaf (CvMlsRatchetTree *tree, CvMlsSubtree *at, CvMlsLeafNode *node)
{
  CvMlsLeafNode *old = at->leaf;

  change_key (tree, &tree->encryption_keys, old ? old->encryption_key : NULL,
              node ? node->encryption_key : NULL);
  change_key (tree, &tree->signature_keys, old ? old->signature_key : NULL,
              node ? node->signature_key : NULL);
  at->leaf = node ? cv_mls_leaf_node_ref (node) : NULL;
  cv_mls_leaf_node_unref (old);
}

static void
put_parent (CvMlsRatchetTree *tree, CvMlsSubtree *at, CvMlsParentNode *node)
{
  CvMlsParentNode *old = at->parent;

  change_key (tree, &tree->encryption_keys, old ? old->encryption_key : NULL,
              node ? node->encryption_key : NULL);
  at->parent = node ? cv_mls_parent_node_ref (node) : NULL;
  cv_mls_parent_node_unref (old);
}

/* RFC 9420 §7.7: a new root over the old one and as many blank leaves. */
static void
widen (CvMlsRatchetTree *tree)
{
  guint level = cv_mls_tree_math_level (tree_root (tree));

  tree->root = cv_mls_subtree_join (tree->root, cv_mls_subtree_new (level));
  tree->n_leaves *= 2;
}

/* RFC 9420 §7.7: while the right half has only blank leaves, it goes, and the root's key with it. */
static void
truncate_tree (CvMlsRatchetTree *tree)
{
  while (tree->n_leaves > 1 && tree->root->children[1]->n_members == 0) {
    CvMlsSubtree *left = cv_mls_subtree_ref (tree->root->children[0]);

    if (tree->root->parent)
      put_parent (tree, cv_mls_subtree_own (&tree->root), NULL);
    cv_mls_subtree_unref (tree->root);
    tree->root = left;
    tree->n_leaves /= 2;
  }
}

/* Down to the left wherever there is room. */
static gboolean
find_blank_leaf (const CvMlsRatchetTree *tree, CvMlsLeaf *leaf)
{
  const CvMlsSubtree *subtree = tree->root;
  guint32 from = 0;

  if (subtree->n_members == tree->n_leaves)
    return FALSE;
  for (guint32 half = tree->n_leaves / 2; half > 0; half /= 2) {
    gboolean is_left_full = subtree->children[0]->n_members == half;

    subtree = subtree->children[is_left_full ? 1 : 0];
    from += is_left_full ? half : 0;
  }
  leaf->index = from;
  return TRUE;
}

/* One optional<Node>: the presence byte is 0 or 1 (§2.1.1), the type fits the place (§12.4.3.3). */
static gboolean
read_entry (CvReader *reader, guint32 index, Entry *entry)
{
  guint8 presence = cv_reader_u8 (reader);
  guint8 type;

  if (presence == 0)
    return cv_reader_is_ok (reader);
  if (presence != 1)
    return FALSE;
  type = cv_reader_u8 (reader);
  if (type != (index % 2 == 0 ? NODE_TYPE_LEAF : NODE_TYPE_PARENT))
    return FALSE;
  if (type == NODE_TYPE_LEAF)
    entry->leaf = cv_mls_leaf_node_read (reader);
  else
    entry->parent = cv_mls_parent_node_read (reader);
  return entry->leaf || entry->parent;
}

/* §12.4.3.3: all of the vector, in order, and nothing behind it. */
static GArray *
read_entries (CvSpan encoded, GError **error)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  CvReader outer;
  CvReader reader;

  g_array_set_clear_func (entries, entry_clear);
  cv_reader_init (&outer, encoded);
  cv_reader_open_vector (&outer, CV_MLS_LIMIT_TREE, &reader);
  while (cv_reader_remaining (&reader) > 0) {
    guint32 index = entries->len;

    if (index == 2 * CV_MLS_LEAVES_MAX - 1) {
      cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "ratchet tree is too wide");
      return NULL;
    }
    g_array_set_size (entries, index + 1);
    if (!read_entry (&reader, index, &g_array_index (entries, Entry, index))) {
      cv_reader_fail (&reader);
      break;
    }
  }
  if (!cv_reader_finish (&reader) || !cv_reader_finish (&outer) || entries->len == 0) {
    cv_mls_error_fail_malformed (error, "ratchet tree");
    return NULL;
  }
  return g_steal_pointer (&entries);
}

/* §7.1, §12.4.3.1: resolutions look leaves up by these entries, so none may point outside, whatever
 * comes. */
static gboolean
unmerged_fit (const GArray *entries, guint32 n_leaves)
{
  for (guint32 i = 1; i < entries->len; i += 2) {
    const CvMlsParentNode *parent = g_array_index (entries, Entry, i).parent;

    for (guint j = 0; parent && j < parent->unmerged->len; j++)
      if (g_array_index (parent->unmerged, guint32, j) >= n_leaves)
        return FALSE;
  }
  return TRUE;
}

/* The subtree of a node, from the vector; what lies behind its end is blank. */
static CvMlsSubtree *
build (CvMlsRatchetTree *tree, const GArray *entries, CvMlsNode node)
{
  const Entry *entry =
      node.index < entries->len ? &g_array_index (entries, Entry, node.index) : NULL;
  CvMlsSubtree *subtree;

  if (cv_mls_tree_math_is_leaf (node)) {
    subtree = cv_mls_subtree_new (0);
    if (entry)
      put_leaf (tree, subtree, entry->leaf);
  } else {
    CvMlsSubtree *left = build (tree, entries, cv_mls_tree_math_left (node));

    subtree = cv_mls_subtree_join (left, build (tree, entries, cv_mls_tree_math_right (node)));
    if (entry)
      put_parent (tree, subtree, entry->parent);
  }
  cv_mls_subtree_sum (subtree);
  return subtree;
}

static void
write_node (const CvMlsSubtree *subtree, CvWriter *writer)
{
  cv_writer_u8 (writer, subtree->leaf || subtree->parent ? 1 : 0);
  if (subtree->leaf) {
    cv_writer_u8 (writer, NODE_TYPE_LEAF);
    cv_mls_leaf_node_write (writer, subtree->leaf);
  } else if (subtree->parent) {
    cv_writer_u8 (writer, NODE_TYPE_PARENT);
    cv_mls_parent_node_write (writer, subtree->parent);
  }
}

/* In the order of the indices: what is left of a node, itself, what is right of it. n_filled: how
 * many nodes are to come; blank ones after the last of these are not written. */
static void
write_subtree (const CvMlsSubtree *subtree, CvWriter *writer, guint32 *n_filled)
{
  if (*n_filled == 0)
    return;
  if (subtree->children[0])
    write_subtree (subtree->children[0], writer, n_filled);
  if (*n_filled == 0)
    return;
  write_node (subtree, writer);
  *n_filled -= subtree->leaf || subtree->parent ? 1 : 0;
  if (subtree->children[1])
    write_subtree (subtree->children[1], writer, n_filled);
}

static void
resolve (const CvMlsSubtree *subtree, CvMlsNode node, GArray *nodes)
{
  if (subtree->n_filled == 0)
    return;
  if (subtree->leaf || subtree->parent)
    g_array_append_val (nodes, node);
  if (subtree->leaf)
    return;
  if (!subtree->parent) {
    resolve (subtree->children[0], cv_mls_tree_math_left (node), nodes);
    resolve (subtree->children[1], cv_mls_tree_math_right (node), nodes);
    return;
  }
  for (guint i = 0; i < subtree->parent->unmerged->len; i++) {
    CvMlsLeaf leaf = {g_array_index (subtree->parent->unmerged, guint32, i)};
    CvMlsNode unmerged = cv_mls_tree_math_from_leaf (leaf);

    g_array_append_val (nodes, unmerged);
  }
}

CvMlsRatchetTree *
cv_mls_ratchet_tree_new (void)
{
  CvMlsRatchetTree *tree = g_new0 (CvMlsRatchetTree, 1);

  tree->n_leaves = 1;
  tree->root = cv_mls_subtree_new (0);
  return tree;
}

CvMlsRatchetTree *
cv_mls_ratchet_tree_copy (const CvMlsRatchetTree *tree)
{
  CvMlsRatchetTree *copy = g_memdup2 (tree, sizeof *tree);

  cv_mls_subtree_ref (copy->root);
  cv_mls_key_set_ref (copy->encryption_keys);
  cv_mls_key_set_ref (copy->signature_keys);
  return copy;
}

void
cv_mls_ratchet_tree_free (CvMlsRatchetTree *tree)
{
  if (!tree)
    return;
  cv_mls_key_set_unref (tree->signature_keys);
  cv_mls_key_set_unref (tree->encryption_keys);
  cv_mls_subtree_unref (tree->root);
  g_free (tree);
}

CvMlsRatchetTree *
cv_mls_ratchet_tree_parse (CvSpan encoded, GError **error)
{
  g_autoptr (CvMlsRatchetTree) tree = NULL;
  g_autoptr (GArray) entries = read_entries (encoded, error);
  const Entry *last;
  guint32 n_leaves;

  if (!entries)
    return NULL;
  /* RFC 9420 §12.4.3.3: the last entry must not be blank. */
  last = &g_array_index (entries, Entry, entries->len - 1);
  if (!last->leaf && !last->parent) {
    cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "ratchet tree ends in a blank node");
    return NULL;
  }
  n_leaves = cv_mls_tree_math_n_leaves_for (entries->len);
  /* RFC 9420 §12.4.3.1: an unmerged leaf is one of the tree's. */
  if (!unmerged_fit (entries, n_leaves)) {
    cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "unmerged leaf outside of the tree");
    return NULL;
  }
  tree = g_new0 (CvMlsRatchetTree, 1);
  tree->n_leaves = n_leaves;
  tree->root = build (tree, entries, tree_root (tree));
  return g_steal_pointer (&tree);
}

void
cv_mls_ratchet_tree_write (const CvMlsRatchetTree *tree, CvWriter *writer)
{
  guint32 n_filled = tree->root->n_filled;
  gsize mark = cv_writer_begin_vector (writer);

  write_subtree (tree->root, writer, &n_filled);
  cv_writer_end_vector (writer, mark);
}

guint32
cv_mls_ratchet_tree_get_leaf_count (const CvMlsRatchetTree *tree)
{
  return tree->n_leaves;
}

guint32
cv_mls_ratchet_tree_get_n_members (const CvMlsRatchetTree *tree)
{
  return tree->root->n_members;
}

gboolean
cv_mls_ratchet_tree_has_unique_keys (const CvMlsRatchetTree *tree)
{
  return tree->n_repeats == 0;
}

guint
cv_mls_ratchet_tree_count_key (const CvMlsRatchetTree *tree, GBytes *key)
{
  return cv_mls_key_set_count (tree->encryption_keys, key);
}

gboolean
cv_mls_ratchet_tree_has_shared_credentials (const CvMlsRatchetTree *tree)
{
  CvMlsCredentialSums sums = tree->root->credentials;

  return (sums.used & sums.supported) == sums.used;
}

CvMlsLeafNode *
cv_mls_ratchet_tree_get_leaf (const CvMlsRatchetTree *tree, CvMlsLeaf leaf)
{
  if (leaf.index >= tree->n_leaves)
    return NULL;
  return cv_mls_ratchet_tree_get_subtree (tree, cv_mls_tree_math_from_leaf (leaf))->leaf;
}

CvMlsParentNode *
cv_mls_ratchet_tree_get_parent (const CvMlsRatchetTree *tree, CvMlsNode node)
{
  const CvMlsSubtree *subtree = cv_mls_ratchet_tree_get_subtree (tree, node);

  return subtree ? subtree->parent : NULL;
}

gboolean
cv_mls_ratchet_tree_is_blank (const CvMlsRatchetTree *tree, CvMlsNode node)
{
  const CvMlsSubtree *subtree = cv_mls_ratchet_tree_get_subtree (tree, node);

  return !subtree || (!subtree->leaf && !subtree->parent);
}

CvSpan
cv_mls_ratchet_tree_get_key (const CvMlsRatchetTree *tree, CvMlsNode node)
{
  const CvMlsSubtree *subtree = cv_mls_ratchet_tree_get_subtree (tree, node);

  if (!subtree || (!subtree->leaf && !subtree->parent))
    return CV_SPAN_EMPTY;
  return cv_span_from_bytes (subtree->leaf ? subtree->leaf->encryption_key
                                           : subtree->parent->encryption_key);
}

void
cv_mls_ratchet_tree_set_leaf (CvMlsRatchetTree *tree, CvMlsLeaf leaf, CvMlsLeafNode *node)
{
  Way way;

  open_way (tree, cv_mls_tree_math_from_leaf (leaf), &way);
  put_leaf (tree, end_of (&way), node);
  close_way (&way);
}

void
cv_mls_ratchet_tree_set_parent (CvMlsRatchetTree *tree, CvMlsNode at, CvMlsParentNode *node)
{
  Way way;

  open_way (tree, at, &way);
  put_parent (tree, end_of (&way), node);
  close_way (&way);
}

void
cv_mls_ratchet_tree_blank_path (CvMlsRatchetTree *tree, CvMlsLeaf leaf)
{
  Way way;

  open_way (tree, cv_mls_tree_math_from_leaf (leaf), &way);
  for (guint i = 0; i + 1 < way.n_nodes; i++)
    put_parent (tree, way.nodes[i], NULL);
  close_way (&way);
}

gboolean
cv_mls_ratchet_tree_add (CvMlsRatchetTree *tree, CvMlsLeafNode *node, CvMlsLeaf *leaf)
{
  Way way;

  if (!find_blank_leaf (tree, leaf)) {
    if (tree->n_leaves >= CV_MLS_LEAVES_MAX)
      return FALSE;
    leaf->index = tree->n_leaves;
    widen (tree);
  }
  open_way (tree, cv_mls_tree_math_from_leaf (*leaf), &way);
  put_leaf (tree, end_of (&way), node);
  for (guint i = 0; i + 1 < way.n_nodes; i++) {
    CvMlsParentNode *old = way.nodes[i]->parent;

    if (!old)
      continue;
    way.nodes[i]->parent = cv_mls_parent_node_add_unmerged (old, *leaf);
    cv_mls_parent_node_unref (old);
  }
  close_way (&way);
  return TRUE;
}

void
cv_mls_ratchet_tree_update (CvMlsRatchetTree *tree, CvMlsLeaf leaf, CvMlsLeafNode *node)
{
  cv_mls_ratchet_tree_set_leaf (tree, leaf, node);
  cv_mls_ratchet_tree_blank_path (tree, leaf);
}

void
cv_mls_ratchet_tree_remove (CvMlsRatchetTree *tree, CvMlsLeaf leaf)
{
  cv_mls_ratchet_tree_set_leaf (tree, leaf, NULL);
  cv_mls_ratchet_tree_blank_path (tree, leaf);
  truncate_tree (tree);
}

void
cv_mls_ratchet_tree_resolve (const CvMlsRatchetTree *tree, CvMlsNode node, GArray *nodes)
{
  resolve (cv_mls_ratchet_tree_get_subtree (tree, node), node, nodes);
}

GArray *
cv_mls_ratchet_tree_dup_filtered_path (const CvMlsRatchetTree *tree, CvMlsLeaf leaf)
{
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (CvMlsPathStep));
  CvMlsNode node = cv_mls_tree_math_from_leaf (leaf);
  CvMlsNode root = tree_root (tree);

  while (node.index != root.index) {
    CvMlsPathStep step = {cv_mls_tree_math_parent (node), cv_mls_tree_math_sibling (node)};

    /* A resolution is empty where everything is blank, and only there. */
    if (cv_mls_ratchet_tree_get_subtree (tree, step.copath)->n_filled > 0)
      g_array_append_val (steps, step);
    node = step.node;
  }
  return steps;
}

CvSpan
cv_mls_ratchet_tree_get_hash (const CvMlsRatchetTree *tree, CvMlsNode node)
{
  const CvMlsSubtree *subtree = cv_mls_ratchet_tree_get_subtree (tree, node);

  return cv_span (subtree->hash, subtree->hash_len);
}

void
cv_mls_ratchet_tree_store_hash (CvMlsRatchetTree *tree, CvMlsNode node, CvSpan hash)
{
  CvMlsSubtree *subtree;
  Way way;

  g_return_if_fail (hash.len > 0 && hash.len <= CV_MLS_SUBTREE_HASH_MAX);

  open_way (tree, node, &way);
  subtree = end_of (&way);
  memcpy (subtree->hash, hash.data, hash.len);
  subtree->hash_len = (guint8)hash.len;
}

const CvMlsSubtree *
cv_mls_ratchet_tree_get_subtree (const CvMlsRatchetTree *tree, CvMlsNode node)
{
  const CvMlsSubtree *subtree = tree->root;
  CvMlsNode at = tree_root (tree);

  if (node.index >= cv_mls_tree_math_n_nodes (tree->n_leaves))
    return NULL;
  while (at.index != node.index)
    subtree = subtree->children[step_down (&at, node)];
  return subtree;
}
