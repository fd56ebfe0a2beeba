/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The steps of entering a meeting, and the way out of it. */
#pragma once

#include "call/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_PROGRESS_PAGE (cv_progress_page_get_type ())
G_DECLARE_FINAL_TYPE (CvProgressPage, cv_progress_page, CV, PROGRESS_PAGE, AdwNavigationPage)

/* Activates "win.cancel". A host reads no link and knocks at no door: those steps are left out. */
CvProgressPage *cv_progress_page_new (CvSession *session, gboolean is_hosting);

G_END_DECLS
