/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A bounded queue of pointers. A plain lock and not a lock-free ring: it is held for a handful of
 * instructions, uncontended it costs about 20 ns, and both drop policies stay obvious. */
#include "base/ring.h"

struct CvRing {
  GMutex lock;
  GDestroyNotify free_item;
  CvRingPolicy policy;
  guint capacity;
  guint first;
  guint len;
  gboolean is_closed;
  CvRingStats stats;
  gpointer items[];
};

CvRing *
cv_ring_new (guint capacity, CvRingPolicy policy, GDestroyNotify free_item)
{
  CvRing *self;

  g_return_val_if_fail (capacity > 0, NULL);
  self = g_malloc0 (sizeof *self + (gsize)capacity * sizeof (gpointer));
  g_mutex_init (&self->lock);
  self->capacity = capacity;
  self->policy = policy;
  self->free_item = free_item;
  return self;
}

static void
drop (CvRing *self, gpointer item)
{
  if (item && self->free_item)
    self->free_item (item);
}

void
cv_ring_free (CvRing *self)
{
  if (!self)
    return;
  cv_ring_close (self);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* With the lock held and len > 0. */
static gpointer
take_first (CvRing *self)
{
  gpointer item = self->items[self->first];

  self->items[self->first] = NULL;
  self->first = (self->first + 1) % self->capacity;
  self->len--;
  return item;
}

gboolean
cv_ring_push (CvRing *self, gpointer item)
{
  gpointer dropped = NULL;
  gboolean was_empty = FALSE;

  g_return_val_if_fail (item, FALSE);

  g_mutex_lock (&self->lock);
  if (self->is_closed || (self->len == self->capacity && self->policy == CV_RING_DROP_NEWEST))
    dropped = item;
  else {
    if (self->len == self->capacity)
      dropped = take_first (self);
    was_empty = self->len == 0 && !dropped;
    self->items[(self->first + self->len) % self->capacity] = item;
    self->len++;
    self->stats.pushed++;
    self->stats.high_water = MAX (self->stats.high_water, self->len);
  }
  if (dropped)
    self->stats.dropped++;
  g_mutex_unlock (&self->lock);
  drop (self, dropped);
  return was_empty;
}

gpointer
cv_ring_pop (CvRing *self)
{
  gpointer item = NULL;

  g_mutex_lock (&self->lock);
  if (self->len > 0) {
    item = take_first (self);
    self->stats.popped++;
  }
  g_mutex_unlock (&self->lock);
  return item;
}

void
cv_ring_close (CvRing *self)
{
  gpointer item;

  do {
    item = NULL;
    g_mutex_lock (&self->lock);
    self->is_closed = TRUE;
    if (self->len > 0) {
      item = take_first (self);
      self->stats.dropped++;
    }
    g_mutex_unlock (&self->lock);
    drop (self, item);
  } while (item);
}

guint
cv_ring_get_len (CvRing *self)
{
  guint len;

  g_mutex_lock (&self->lock);
  len = self->len;
  g_mutex_unlock (&self->lock);
  return len;
}

CvRingStats
cv_ring_get_stats (CvRing *self)
{
  CvRingStats stats;

  g_mutex_lock (&self->lock);
  stats = self->stats;
  g_mutex_unlock (&self->lock);
  return stats;
}
