/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A bounded queue of pointers between threads, with a stated drop policy and counters.
 *
 * Any number of threads on both ends. No allocation after cv_ring_new. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CvRing CvRing;

typedef enum {
  CV_RING_DROP_NEWEST, /* a full ring refuses: for messages whose order tells */
  CV_RING_DROP_OLDEST, /* a full ring forgets its oldest: for media, where late is useless */
} CvRingPolicy;

typedef struct {
  guint64 pushed; /* accepted */
  guint64 dropped; /* refused or forgotten, by the policy or after close */
  guint64 popped;
  guint high_water; /* the most items it ever held */
} CvRingStats;

/* 1 ≤ capacity. free_item: called for every dropped item, on the pushing thread and without a lock
 * held, and for the items left at the end. */
CvRing *cv_ring_new (guint capacity, CvRingPolicy policy, GDestroyNotify free_item);
void cv_ring_free (CvRing *self); /* NULL is allowed; nobody may use it any more */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvRing, cv_ring_free)

/* Takes item, always. TRUE when the ring was empty before and now is not: then, and only then,
 * the pushing side has to wake the popping side. item is not NULL. */
gboolean cv_ring_push (CvRing *self, gpointer item);

/* Full; NULL when the ring is empty. */
gpointer cv_ring_pop (CvRing *self);

/* Drops what is in the ring and whatever is pushed later. */
void cv_ring_close (CvRing *self);

guint cv_ring_get_len (CvRing *self);
CvRingStats cv_ring_get_stats (CvRing *self);

G_END_DECLS
