/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The grid's arithmetic: fills the room, stays inside of it, never overlaps. */
#include "ui/tile-layout.h"

#define SPACING 8

static void
test_known_rooms (void)
{
  const struct {
    int n, width, height, columns, rows;
  } rows[] = {
      {1, 1000, 560, 1, 1},  {2, 1000, 560, 2, 1}, {3, 1000, 560, 2, 2}, {4, 1000, 560, 2, 2},
      {5, 1000, 560, 3, 2},  {6, 1000, 560, 3, 2}, {9, 1000, 560, 3, 3}, {16, 1920, 1080, 4, 4},
      {25, 1000, 560, 5, 5}, {2, 344, 520, 1, 2},  {4, 344, 520, 2, 2},  {2, 2400, 300, 2, 1},
      {6, 2400, 300, 6, 1},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    CvTileFit fit = cv_tile_layout_fit (rows[i].n, rows[i].width, rows[i].height, SPACING);

    g_test_message ("%d in %d×%d: %d×%d", rows[i].n, rows[i].width, rows[i].height, fit.columns,
                    fit.rows);
    g_assert_cmpint (fit.columns, ==, rows[i].columns);
    g_assert_cmpint (fit.rows, ==, rows[i].rows);
  }
}

static void
assert_inside_and_apart (int n, int width, int height)
{
  CvTileFit fit = cv_tile_layout_fit (n, width, height, SPACING);
  CvTilePlace places[CV_TILE_LAYOUT_MAX_TILES];

  if (fit.columns == 0)
    return;
  g_assert_cmpint (fit.columns * fit.rows, >=, n);
  g_assert_cmpint (fit.columns * fit.rows - n, <, fit.columns);
  for (int i = 0; i < n; i++) {
    places[i] = cv_tile_layout_place (&fit, n, i, width, height, SPACING);
    g_assert_cmpint (places[i].x, >=, 0);
    g_assert_cmpint (places[i].y, >=, 0);
    g_assert_cmpint (places[i].x + fit.tile_width, <=, width);
    g_assert_cmpint (places[i].y + fit.tile_height, <=, height);
    for (int j = 0; j < i; j++)
      g_assert_true (places[i].x >= places[j].x + fit.tile_width + SPACING
                     || places[j].x >= places[i].x + fit.tile_width + SPACING
                     || places[i].y >= places[j].y + fit.tile_height + SPACING);
  }
}

static void
test_every_room (void)
{
  for (int n = 1; n <= CV_TILE_LAYOUT_MAX_TILES; n++)
    for (int width = 40; width < 2600; width += 173)
      for (int height = 40; height < 1500; height += 131)
        assert_inside_and_apart (n, width, height);
}

static void
test_shape (void)
{
  for (int n = 1; n <= CV_TILE_LAYOUT_MAX_TILES; n++) {
    CvTileFit wide = cv_tile_layout_fit (n, 1600, 900, SPACING);
    CvTileFit tall = cv_tile_layout_fit (n, 900, 1600, SPACING);

    g_assert_cmpint (ABS (wide.tile_width * 9 - wide.tile_height * 16), <=, 16);
    g_assert_cmpint (tall.tile_width, >=, tall.tile_height);
    g_assert_cmpint (tall.tile_width * 3, <=, tall.tile_height * 4 + 4);
  }
}

static void
test_short_row_is_centred (void)
{
  CvTileFit fit = cv_tile_layout_fit (3, 1000, 600, SPACING);
  CvTilePlace last = cv_tile_layout_place (&fit, 3, 2, 1000, 600, SPACING);

  g_assert_cmpint (fit.columns, ==, 2);
  g_assert_cmpint (last.x, ==, (1000 - fit.tile_width) / 2);
}

static void
test_nothing_to_show (void)
{
  const struct {
    int n, width, height;
  } rows[] = {{0, 800, 600}, {-1, 800, 600}, {3, 0, 600}, {3, 800, 0}, {3, -5, -5}, {2, 4, 4}};

  for (gsize i = 0; i < G_N_ELEMENTS (rows) - 1; i++) {
    CvTileFit fit = cv_tile_layout_fit (rows[i].n, rows[i].width, rows[i].height, SPACING);

    g_assert_cmpint (fit.columns, ==, 0);
    g_assert_cmpint (fit.tile_width, ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/tile-layout/picks-the-best-columns", test_known_rooms);
  g_test_add_func ("/ui/tile-layout/stays-inside-and-apart", test_every_room);
  g_test_add_func ("/ui/tile-layout/keeps-the-shape", test_shape);
  g_test_add_func ("/ui/tile-layout/centres-a-short-row", test_short_row_is_centred);
  g_test_add_func ("/ui/tile-layout/shows-nothing-without-room", test_nothing_to_show);
  return g_test_run ();
}
