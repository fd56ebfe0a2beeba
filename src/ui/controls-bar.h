/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The row of buttons under the tiles: microphone, camera, chat, people, leave. */
#pragma once

#include "call/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_CONTROLS_BAR (cv_controls_bar_get_type ())
G_DECLARE_FINAL_TYPE (CvControlsBar, cv_controls_bar, CV, CONTROLS_BAR, AdwBin)

/* Properties: session, is-compact, n-knocks (uint, badge on people), n-unread (uint, badge on
 * chat). */

G_END_DECLS
