/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Who is here, who is at the door, and the lock. */
#pragma once

#include "call/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_PEOPLE_PANEL (cv_people_panel_get_type ())
G_DECLARE_FINAL_TYPE (CvPeoplePanel, cv_people_panel, CV, PEOPLE_PANEL, AdwBin)

/* Property: session. */

G_END_DECLS
