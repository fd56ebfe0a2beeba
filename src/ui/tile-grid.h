/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The room of the call: a tile for each person, as large as the space allows. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CV_TYPE_TILE_GRID (cv_tile_grid_get_type ())
G_DECLARE_FINAL_TYPE (CvTileGrid, cv_tile_grid, CV, TILE_GRID, GtkWidget)

/* Properties: model (GListModel of CvParticipant), n-hidden (r, uint): people without a tile. */

G_END_DECLS
