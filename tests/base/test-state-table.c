/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "base/state-table.h"

#include <string.h>

enum { CLOSED, OPENING, OPEN, N_DOORS };

static const char *
door_to_string (guint state)
{
  static const char *const names[N_DOORS] = {"closed", "opening", "open"};

  return state < N_DOORS ? names[state] : NULL;
}

static const CvStateEdge edges[] = {{CLOSED, OPENING}, {OPENING, OPEN}, {OPEN, CLOSED}};
static const CvStateTable doors = {"door", door_to_string, edges, G_N_ELEMENTS (edges), N_DOORS};

static void
test_moves (void)
{
  guint state = CLOSED;

  g_assert_false (cv_state_table_move (&doors, &state, OPEN));
  g_assert_cmpuint (state, ==, CLOSED);
  g_assert_false (cv_state_table_move (&doors, &state, CLOSED));
  g_assert_true (cv_state_table_move (&doors, &state, OPENING));
  g_assert_true (cv_state_table_move (&doors, &state, OPEN));
  g_assert_true (cv_state_table_move (&doors, &state, CLOSED));
  g_assert_false (cv_state_table_move (&doors, &state, 200));
}

static void
test_check (void)
{
  static const CvStateEdge astray[] = {{CLOSED, 7}};
  CvStateTable broken = doors;
  g_autofree char *none = cv_state_table_check (&doors);
  g_autofree char *unreachable = NULL;
  g_autofree char *outside = NULL;

  g_assert_null (none);
  broken.n_edges = 1;
  unreachable = cv_state_table_check (&broken);
  g_assert_cmpstr (unreachable, ==, "door: open cannot be reached");
  broken.edges = astray;
  outside = cv_state_table_check (&broken);
  g_assert_cmpstr (outside, ==, "door: edge 0 leaves the table");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/state-table/moves", test_moves);
  g_test_add_func ("/base/state-table/check", test_check);
  return g_test_run ();
}
