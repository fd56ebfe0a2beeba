/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* How many columns of tiles fill a rectangle best, and where each tile goes. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The grid shows at most so many people; the others are listed in the people panel. */
#define CV_TILE_LAYOUT_MAX_TILES 25

typedef struct {
  int columns;
  int rows;
  int tile_width; /* pixels, ≥ 1 when there is a tile and any room at all */
  int tile_height;
} CvTileFit;

typedef struct {
  int x;
  int y;
} CvTilePlace;

/* The largest equal tiles that fit: 16:9 in a wide area, between 4:3 and square in a tall one,
 * where faces would else be slivers. All zero when n_tiles is 0 or the area is empty. */
CvTileFit cv_tile_layout_fit (int n_tiles, int width, int height, int spacing);

/* The upper left corner of tile `index` (< n_tiles), left to right; a short last row is centred. */
CvTilePlace cv_tile_layout_place (const CvTileFit *fit, int n_tiles, int index, int width,
                                  int height, int spacing);

G_END_DECLS
