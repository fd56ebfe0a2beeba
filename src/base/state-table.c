/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The legal moves of a state machine. */
#include "base/state-table.h"

gboolean
cv_state_table_allows (const CvStateTable *table, guint from, guint to)
{
  for (gsize i = 0; i < table->n_edges; i++)
    if (table->edges[i].from == from && table->edges[i].to == to)
      return TRUE;
  return FALSE;
}

gboolean
cv_state_table_move (const CvStateTable *table, guint *state, guint to)
{
  if (!cv_state_table_allows (table, *state, to))
    return FALSE;
  *state = to;
  return TRUE;
}

static void
mark_reachable (const CvStateTable *table, gboolean *is_reached)
{
  gboolean has_changed = TRUE;

  is_reached[0] = TRUE;
  while (has_changed) {
    has_changed = FALSE;
    for (gsize i = 0; i < table->n_edges; i++) {
      const CvStateEdge *edge = &table->edges[i];

      if (is_reached[edge->from] && !is_reached[edge->to])
        has_changed = is_reached[edge->to] = TRUE;
    }
  }
}

char *
cv_state_table_check (const CvStateTable *table)
{
  gboolean is_reached[256] = {FALSE};

  for (gsize i = 0; i < table->n_edges; i++)
    if (table->edges[i].from >= table->n_states || table->edges[i].to >= table->n_states)
      return g_strdup_printf ("%s: edge %" G_GSIZE_FORMAT " leaves the table", table->name, i);
  mark_reachable (table, is_reached);
  for (guint state = 0; state < table->n_states; state++) {
    if (!table->to_string || !table->to_string (state))
      return g_strdup_printf ("%s: state %u has no name", table->name, state);
    if (!is_reached[state])
      return g_strdup_printf ("%s: %s cannot be reached", table->name, table->to_string (state));
  }
  return NULL;
}
