/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* How often a peer may make us do something costly. Pure: time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Zeroed at first, which is full. */
typedef struct {
  guint n_used;
  gint64 given_at_us; /* when one was given back last */
} CvRoutingAllowance;

/* TRUE: do it. At most `most` at once, and one more each every_us (> 0). */
gboolean
cv_routing_allowance_take (CvRoutingAllowance *self, guint most, gint64 every_us, gint64 now_us);

G_END_DECLS
