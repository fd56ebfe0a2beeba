/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Tries every number of columns and keeps the one with the largest tile. With at most a few dozen
 * tiles this is cheaper than being clever, and it is plainly right. */
#include "ui/tile-layout.h"

static gboolean
fit_columns (int n_tiles, int columns, int width, int height, int spacing, CvTileFit *fit)
{
  gboolean is_tall = height > width;
  int rows = (n_tiles + columns - 1) / columns;
  gint64 room_width = ((gint64)width - (gint64)spacing * (columns - 1)) / columns;
  gint64 room_height = ((gint64)height - (gint64)spacing * (rows - 1)) / rows;

  if (room_width < 1 || room_height < 1)
    return FALSE;

  /* As wide as the widest shape allows, then as high as the highest one. */
  gint64 tile_width =
      MIN (room_width, MAX (1, is_tall ? room_height * 4 / 3 : room_height * 16 / 9));
  gint64 tile_height = MIN (room_height, MAX (1, is_tall ? tile_width : tile_width * 9 / 16));

  *fit = (CvTileFit){columns, rows, (int)tile_width, (int)tile_height};
  return TRUE;
}

static gint64
area (const CvTileFit *fit)
{
  return (gint64)fit->tile_width * fit->tile_height;
}

CvTileFit
cv_tile_layout_fit (int n_tiles, int width, int height, int spacing)
{
  CvTileFit best = {0};

  for (int columns = 1; columns <= n_tiles; columns++) {
    CvTileFit fit;

    if (!fit_columns (n_tiles, columns, width, height, spacing, &fit))
      continue;
    /* Equal tiles: the fuller grid, so that two people do not stand in a grid of three. */
    if (area (&fit) > area (&best)
        || (area (&fit) == area (&best) && fit.columns * fit.rows < best.columns * best.rows))
      best = fit;
  }
  return best;
}

CvTilePlace
cv_tile_layout_place (const CvTileFit *fit, int n_tiles, int index, int width, int height,
                      int spacing)
{
  g_return_val_if_fail (fit->columns > 0 && index >= 0 && index < n_tiles, (CvTilePlace){0});

  int row = index / fit->columns;
  int column = index % fit->columns;
  int in_row = MIN (fit->columns, n_tiles - row * fit->columns);
  int row_width = in_row * fit->tile_width + (in_row - 1) * spacing;
  int grid_height = fit->rows * fit->tile_height + (fit->rows - 1) * spacing;

  return (CvTilePlace){
      (width - row_width) / 2 + column * (fit->tile_width + spacing),
      (height - grid_height) / 2 + row * (fit->tile_height + spacing),
  };
}
