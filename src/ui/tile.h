/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One person in the grid: picture or avatar, name, what is known of their key. */
#pragma once

#include "call/participant.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CV_TYPE_TILE (cv_tile_get_type ())
G_DECLARE_FINAL_TYPE (CvTile, cv_tile, CV, TILE, GtkWidget)

/* Property: participant (construct only). Tells the participant how large it is shown. */
CvTile *cv_tile_new (CvParticipant *participant);

G_END_DECLS
