/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The legal moves of a state machine as data. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint8 from;
  guint8 to;
} CvStateEdge;

/* States are the numbers 0 … n_states − 1 of an enum; 0 is where it starts. */
typedef struct {
  const char *name; /* for the log */
  const char *(*to_string) (guint state);
  const CvStateEdge *edges;
  gsize n_edges;
  guint n_states;
} CvStateTable;

gboolean cv_state_table_allows (const CvStateTable *table, guint from, guint to);

/* Moves *state when the table lists the move, else leaves it and returns FALSE: a protocol error of
 * whoever caused it. Staying in a state is a move like any other. */
gboolean
cv_state_table_move (const CvStateTable *table, guint *state, guint to) G_GNUC_WARN_UNUSED_RESULT;

/* For tests: NULL when every state can be reached from 0, has a name and every edge is between
 * states of the table; else what is wrong (full). */
char *cv_state_table_check (const CvStateTable *table);

G_END_DECLS
