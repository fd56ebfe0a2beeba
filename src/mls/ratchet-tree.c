/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The tree as an array of slots in the order of RFC 9420 appendix C:
 *
 *            3
 *        1       5        odd: parents, even: leaves
 *      0   2   4   6
 *
 * The width is always a power of two, so a node keeps its index when the tree grows or shrinks.
 * What is in the tree is not judged here: see tree-validation. */
#include "mls/ratchet-tree.h"

#include "mls/error.h"

#include <string.h>

#define HASH_MAX 64

enum { NODE_TYPE_LEAF = 1, NODE_TYPE_PARENT = 2 };

typedef struct {
  CvMlsLeafNode *leaf;
  CvMlsParentNode *parent;
  guint8 hash_len; /* 0: stale */
  guint8 hash[HASH_MAX];
} Slot;

struct CvMlsRatchetTree {
  guint32 n_leaves;
  guint32 n_members;
  Slot *slots; /* 2 × n_leaves − 1 */
};

static guint32
n_nodes (const CvMlsRatchetTree *tree)
{
  return 2 * tree->n_leaves - 1;
}

static void
slot_clear (Slot *slot)
{
  g_clear_pointer (&slot->leaf, cv_mls_leaf_node_unref);
  g_clear_pointer (&slot->parent, cv_mls_parent_node_unref);
  slot->hash_len = 0;
}

static CvMlsNode
tree_root (const CvMlsRatchetTree *tree)
{
  return cv_mls_tree_math_root (tree->n_leaves);
}

/* The node's own hash and those above it. */
static void
make_stale (CvMlsRatchetTree *tree, CvMlsNode node)
{
  CvMlsNode root = tree_root (tree);

  tree->slots[node.index].hash_len = 0;
  while (node.index != root.index) {
    node = cv_mls_tree_math_parent (node);
    tree->slots[node.index].hash_len = 0;
  }
}

static void
set_width (CvMlsRatchetTree *tree, guint32 n_leaves)
{
  guint32 old = n_nodes (tree);
  guint32 new = 2 * n_leaves - 1;

  for (guint32 i = new; i < old; i++)
    slot_clear (&tree->slots[i]);
  tree->slots = g_renew (Slot, tree->slots, new);
  if (new > old)
    memset (tree->slots + old, 0, (new - old) * sizeof (Slot));
  tree->n_leaves = n_leaves;
}

/* RFC 9420 §7.7: while the right half has only blank leaves, it goes. */
static void
truncate_tree (CvMlsRatchetTree *tree)
{
  guint32 last = tree->n_leaves;
  guint32 width = tree->n_leaves;

  while (last > 0 && !tree->slots[2 * (last - 1)].leaf)
    last--;
  while (width > 1 && last <= width / 2)
    width /= 2;
  if (width < tree->n_leaves)
    set_width (tree, width);
}

static gboolean
find_blank_leaf (const CvMlsRatchetTree *tree, CvMlsLeaf *leaf)
{
  for (guint32 i = 0; i < tree->n_leaves; i++)
    if (!tree->slots[2 * i].leaf) {
      leaf->index = i;
      return TRUE;
    }
  return FALSE;
}

/* One optional<Node>; the presence byte decides, the type must fit the place. */
static gboolean
read_slot (CvReader *reader, guint32 index, Slot *slot)
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
    slot->leaf = cv_mls_leaf_node_read (reader);
  else
    slot->parent = cv_mls_parent_node_read (reader);
  return slot->leaf || slot->parent;
}

/* Resolutions index the slots by these entries, so none may point outside, whatever comes. */
static gboolean
unmerged_fit (const CvMlsRatchetTree *tree)
{
  for (guint32 i = 1; i < n_nodes (tree); i += 2) {
    const CvMlsParentNode *parent = tree->slots[i].parent;

    for (guint j = 0; parent && j < parent->unmerged->len; j++)
      if (g_array_index (parent->unmerged, guint32, j) >= tree->n_leaves)
        return FALSE;
  }
  return TRUE;
}

CvMlsRatchetTree *
cv_mls_ratchet_tree_new (void)
{
  CvMlsRatchetTree *tree = g_new0 (CvMlsRatchetTree, 1);

  tree->n_leaves = 1;
  tree->slots = g_new0 (Slot, 1);
  return tree;
}

CvMlsRatchetTree *
cv_mls_ratchet_tree_copy (const CvMlsRatchetTree *tree)
{
  CvMlsRatchetTree *copy = g_new0 (CvMlsRatchetTree, 1);

  copy->n_leaves = tree->n_leaves;
  copy->n_members = tree->n_members;
  copy->slots = g_memdup2 (tree->slots, n_nodes (tree) * sizeof (Slot));
  for (guint32 i = 0; i < n_nodes (tree); i++) {
    if (copy->slots[i].leaf)
      cv_mls_leaf_node_ref (copy->slots[i].leaf);
    if (copy->slots[i].parent)
      cv_mls_parent_node_ref (copy->slots[i].parent);
  }
  return copy;
}

void
cv_mls_ratchet_tree_free (CvMlsRatchetTree *tree)
{
  if (!tree)
    return;
  for (guint32 i = 0; i < n_nodes (tree); i++)
    slot_clear (&tree->slots[i]);
  g_free (tree->slots);
  g_free (tree);
}

CvMlsRatchetTree *
cv_mls_ratchet_tree_parse (CvSpan encoded, GError **error)
{
  g_autoptr (CvMlsRatchetTree) tree = cv_mls_ratchet_tree_new ();
  CvReader outer;
  CvReader reader;
  guint32 index = 0;

  cv_reader_init (&outer, encoded);
  cv_reader_open_vector (&outer, CV_MLS_LIMIT_TREE, &reader);
  while (cv_reader_remaining (&reader) > 0) {
    if (index == 2 * CV_MLS_LEAVES_MAX - 1) {
      cv_mls_error_fail (error, CV_MLS_ERROR_UNSUPPORTED, "ratchet tree is too wide");
      return NULL;
    }
    if (index >= n_nodes (tree))
      set_width (tree, 2 * tree->n_leaves);
    if (!read_slot (&reader, index, &tree->slots[index])) {
      cv_reader_fail (&reader);
      break;
    }
    tree->n_members += tree->slots[index].leaf ? 1 : 0;
    index++;
  }
  if (!cv_reader_finish (&reader) || !cv_reader_finish (&outer) || index == 0) {
    cv_mls_error_fail_malformed (error, "ratchet tree");
    return NULL;
  }
  /* RFC 9420 §12.4.3.3: the last entry must not be blank. */
  if (!tree->slots[index - 1].leaf && !tree->slots[index - 1].parent) {
    cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "ratchet tree ends in a blank node");
    return NULL;
  }
  if (!unmerged_fit (tree)) {
    cv_mls_error_fail (error, CV_MLS_ERROR_INVALID, "unmerged leaf outside of the tree");
    return NULL;
  }
  return g_steal_pointer (&tree);
}

void
cv_mls_ratchet_tree_write (const CvMlsRatchetTree *tree, CvWriter *writer)
{
  guint32 count = n_nodes (tree);
  gsize mark = cv_writer_begin_vector (writer);

  while (count > 0 && !tree->slots[count - 1].leaf && !tree->slots[count - 1].parent)
    count--;
  for (guint32 i = 0; i < count; i++) {
    const Slot *slot = &tree->slots[i];

    cv_writer_u8 (writer, slot->leaf || slot->parent ? 1 : 0);
    if (slot->leaf) {
      cv_writer_u8 (writer, NODE_TYPE_LEAF);
      cv_mls_leaf_node_write (writer, slot->leaf);
    } else if (slot->parent) {
      cv_writer_u8 (writer, NODE_TYPE_PARENT);
      cv_mls_parent_node_write (writer, slot->parent);
    }
  }
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
  return tree->n_members;
}

CvMlsLeafNode *
cv_mls_ratchet_tree_get_leaf (const CvMlsRatchetTree *tree, CvMlsLeaf leaf)
{
  return leaf.index < tree->n_leaves ? tree->slots[2 * leaf.index].leaf : NULL;
}

CvMlsParentNode *
cv_mls_ratchet_tree_get_parent (const CvMlsRatchetTree *tree, CvMlsNode node)
{
  return node.index < n_nodes (tree) ? tree->slots[node.index].parent : NULL;
}

gboolean
cv_mls_ratchet_tree_is_blank (const CvMlsRatchetTree *tree, CvMlsNode node)
{
  return node.index >= n_nodes (tree)
         || (!tree->slots[node.index].leaf && !tree->slots[node.index].parent);
}

CvSpan
cv_mls_ratchet_tree_get_key (const CvMlsRatchetTree *tree, CvMlsNode node)
{
  const Slot *slot;

  if (cv_mls_ratchet_tree_is_blank (tree, node))
    return CV_SPAN_EMPTY;
  slot = &tree->slots[node.index];
  return cv_span_from_bytes (slot->leaf ? slot->leaf->encryption_key
                                        : slot->parent->encryption_key);
}

void
cv_mls_ratchet_tree_set_leaf (CvMlsRatchetTree *tree, CvMlsLeaf leaf, CvMlsLeafNode *node)
{
  CvMlsNode at = cv_mls_tree_math_from_leaf (leaf);
  Slot *slot = &tree->slots[at.index];

  tree->n_members += (node ? 1 : 0) - (slot->leaf ? 1 : 0);
  if (node)
    cv_mls_leaf_node_ref (node);
  g_clear_pointer (&slot->leaf, cv_mls_leaf_node_unref);
  slot->leaf = node;
  make_stale (tree, at);
}

void
cv_mls_ratchet_tree_set_parent (CvMlsRatchetTree *tree, CvMlsNode at, CvMlsParentNode *node)
{
  Slot *slot = &tree->slots[at.index];

  if (node)
    cv_mls_parent_node_ref (node);
  g_clear_pointer (&slot->parent, cv_mls_parent_node_unref);
  slot->parent = node;
  make_stale (tree, at);
}

void
cv_mls_ratchet_tree_blank_path (CvMlsRatchetTree *tree, CvMlsLeaf leaf)
{
  CvMlsNode node = cv_mls_tree_math_from_leaf (leaf);
  CvMlsNode root = tree_root (tree);

  make_stale (tree, node);
  while (node.index != root.index) {
    node = cv_mls_tree_math_parent (node);
    g_clear_pointer (&tree->slots[node.index].parent, cv_mls_parent_node_unref);
  }
}

gboolean
cv_mls_ratchet_tree_add (CvMlsRatchetTree *tree, CvMlsLeafNode *node, CvMlsLeaf *leaf)
{
  CvMlsNode at;
  CvMlsNode root;

  if (!find_blank_leaf (tree, leaf)) {
    if (tree->n_leaves >= CV_MLS_LEAVES_MAX)
      return FALSE;
    leaf->index = tree->n_leaves;
    set_width (tree, 2 * tree->n_leaves);
  }
  cv_mls_ratchet_tree_set_leaf (tree, *leaf, node);
  root = tree_root (tree);
  at = cv_mls_tree_math_from_leaf (*leaf);
  while (at.index != root.index) {
    Slot *slot;

    at = cv_mls_tree_math_parent (at);
    slot = &tree->slots[at.index];
    if (slot->parent) {
      CvMlsParentNode *old = slot->parent;

      slot->parent = cv_mls_parent_node_add_unmerged (old, *leaf);
      cv_mls_parent_node_unref (old);
    }
  }
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
  const Slot *slot = &tree->slots[node.index];

  if (slot->leaf) {
    g_array_append_val (nodes, node);
    return;
  }
  if (slot->parent) {
    g_array_append_val (nodes, node);
    for (guint i = 0; i < slot->parent->unmerged->len; i++) {
      CvMlsLeaf leaf = {g_array_index (slot->parent->unmerged, guint32, i)};
      CvMlsNode unmerged = cv_mls_tree_math_from_leaf (leaf);

      g_array_append_val (nodes, unmerged);
    }
    return;
  }
  if (node.index % 2 == 0)
    return;
  cv_mls_ratchet_tree_resolve (tree, cv_mls_tree_math_left (node), nodes);
  cv_mls_ratchet_tree_resolve (tree, cv_mls_tree_math_right (node), nodes);
}

GArray *
cv_mls_ratchet_tree_dup_filtered_path (const CvMlsRatchetTree *tree, CvMlsLeaf leaf)
{
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (CvMlsPathStep));
  g_autoptr (GArray) resolution = g_array_new (FALSE, FALSE, sizeof (CvMlsNode));
  CvMlsNode node = cv_mls_tree_math_from_leaf (leaf);
  CvMlsNode root = tree_root (tree);

  while (node.index != root.index) {
    CvMlsPathStep step = {cv_mls_tree_math_parent (node), cv_mls_tree_math_sibling (node)};

    g_array_set_size (resolution, 0);
    cv_mls_ratchet_tree_resolve (tree, step.copath, resolution);
    if (resolution->len > 0)
      g_array_append_val (steps, step);
    node = step.node;
  }
  return steps;
}

CvSpan
cv_mls_ratchet_tree_get_hash (const CvMlsRatchetTree *tree, CvMlsNode node)
{
  const Slot *slot = &tree->slots[node.index];

  return cv_span (slot->hash, slot->hash_len);
}

void
cv_mls_ratchet_tree_store_hash (CvMlsRatchetTree *tree, CvMlsNode node, CvSpan hash)
{
  Slot *slot = &tree->slots[node.index];

  g_return_if_fail (hash.len > 0 && hash.len <= HASH_MAX);
  memcpy (slot->hash, hash.data, hash.len);
  slot->hash_len = (guint8)hash.len;
}
