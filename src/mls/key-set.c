/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A balanced tree in the order of the keys' bytes, because others choose those bytes: a hash table
 * or a trie would let them choose its depth. Two sides differ by one level at most (AVL).
 *
 * A node that only one set holds is changed in place, one that is shared is copied first; so what
 * another set sees never changes, and a batch of changes copies a node only once. */
#include "mls/key-set.h"

struct CvMlsKeySet {
  gatomicrefcount ref_count;
  guint32 count; /* how often the key came */
  guint32 height;
  GBytes *key;
  CvMlsKeySet *sides[2];
};

static CvMlsKeySet *
node_new (GBytes *key)
{
  CvMlsKeySet *node = g_new0 (CvMlsKeySet, 1);

  g_atomic_ref_count_init (&node->ref_count);
  node->count = 1;
  node->height = 1;
  node->key = g_bytes_ref (key);
  return node;
}

/* The node in this place, held by nobody else. */
static CvMlsKeySet *
own (CvMlsKeySet **place)
{
  CvMlsKeySet *shared = *place;
  CvMlsKeySet *copy;

  if (g_atomic_ref_count_compare (&shared->ref_count, 1))
    return shared;
  copy = node_new (shared->key);
  copy->count = shared->count;
  copy->height = shared->height;
  for (guint i = 0; i < 2; i++)
    copy->sides[i] = cv_mls_key_set_ref (shared->sides[i]);
  cv_mls_key_set_unref (shared);
  *place = copy;
  return copy;
}

static void
measure (CvMlsKeySet *node)
{
  node->height =
      1 + MAX (cv_mls_key_set_height (node->sides[0]), cv_mls_key_set_height (node->sides[1]));
}

/*      node             child
 *     /    \           /     \
 *  child    c   ──▶   a      node      for side 0; its mirror for side 1
 *  /   \                    /    \
 * a     b                  b      c  */
static void
rotate (CvMlsKeySet **place, guint side)
{
  CvMlsKeySet *node = own (place);
  CvMlsKeySet *child = own (&node->sides[side]);

  node->sides[side] = child->sides[1 - side];
  child->sides[1 - side] = node;
  *place = child;
  measure (node);
  measure (child);
}

static void
balance (CvMlsKeySet **place)
{
  CvMlsKeySet *node = *place;

  for (guint side = 0; side < 2; side++) {
    CvMlsKeySet *child = node->sides[side];

    if (cv_mls_key_set_height (child) <= cv_mls_key_set_height (node->sides[1 - side]) + 1)
      continue;
    if (cv_mls_key_set_height (child->sides[1 - side]) > cv_mls_key_set_height (child->sides[side]))
      rotate (&node->sides[side], 1 - side);
    rotate (place, side);
    return;
  }
  measure (node);
}

/* Takes the first node out, whole. */
static CvMlsKeySet *
steal_first (CvMlsKeySet **place)
{
  CvMlsKeySet *node = own (place);
  CvMlsKeySet *first;

  if (!node->sides[0]) {
    *place = g_steal_pointer (&node->sides[1]);
    return node;
  }
  first = steal_first (&node->sides[0]);
  balance (place);
  return first;
}

/* The node goes; the next one in order takes its place when both sides are there. */
static void
drop (CvMlsKeySet **place)
{
  CvMlsKeySet *node = own (place);

  if (node->sides[0] && node->sides[1]) {
    CvMlsKeySet *next = steal_first (&node->sides[1]);

    for (guint i = 0; i < 2; i++)
      next->sides[i] = g_steal_pointer (&node->sides[i]);
    *place = next;
    balance (place);
  } else
    *place = g_steal_pointer (&node->sides[node->sides[0] ? 0 : 1]);
  cv_mls_key_set_unref (node);
}

CvMlsKeySet *
cv_mls_key_set_ref (CvMlsKeySet *set)
{
  if (set)
    g_atomic_ref_count_inc (&set->ref_count);
  return set;
}

void
cv_mls_key_set_unref (CvMlsKeySet *set)
{
  if (!set || !g_atomic_ref_count_dec (&set->ref_count))
    return;
  for (guint i = 0; i < 2; i++)
    cv_mls_key_set_unref (set->sides[i]);
  g_bytes_unref (set->key);
  g_free (set);
}

gboolean
cv_mls_key_set_add (CvMlsKeySet **set, GBytes *key)
{
  CvMlsKeySet *node;
  gboolean is_new;
  gint order;

  if (!*set) {
    *set = node_new (key);
    return TRUE;
  }
  node = own (set);
  order = g_bytes_compare (key, node->key);
  if (order == 0) {
    node->count++;
    return FALSE;
  }
  is_new = cv_mls_key_set_add (&node->sides[order > 0 ? 1 : 0], key);
  balance (set);
  return is_new;
}

gboolean
cv_mls_key_set_remove (CvMlsKeySet **set, GBytes *key)
{
  CvMlsKeySet *node;
  gboolean is_gone;
  gint order;

  g_return_val_if_fail (*set, TRUE);
  node = own (set);
  order = g_bytes_compare (key, node->key);
  if (order != 0) {
    is_gone = cv_mls_key_set_remove (&node->sides[order > 0 ? 1 : 0], key);
    balance (set);
    return is_gone;
  }
  node->count--;
  if (node->count > 0)
    return FALSE;
  drop (set);
  return TRUE;
}

guint
cv_mls_key_set_count (const CvMlsKeySet *set, GBytes *key)
{
  while (set) {
    gint order = g_bytes_compare (key, set->key);

    if (order == 0)
      return set->count;
    set = set->sides[order > 0 ? 1 : 0];
  }
  return 0;
}

guint
cv_mls_key_set_height (const CvMlsKeySet *set)
{
  return set ? set->height : 0;
}
