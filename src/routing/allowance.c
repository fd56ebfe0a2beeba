/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "routing/allowance.h"

gboolean
cv_routing_allowance_take (CvRoutingAllowance *self, guint most, gint64 every_us, gint64 now_us)
{
  gint64 n_given;

  if (self->n_used == 0)
    self->given_at_us = now_us;
  n_given = MAX (now_us - self->given_at_us, 0) / every_us;
  self->given_at_us += n_given * every_us;
  self->n_used -= (guint)MIN (n_given, (gint64)self->n_used);
  if (self->n_used >= most)
    return FALSE;
  self->n_used++;
  return TRUE;
}
