/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Why the meeting could not be entered or ended, and what one can do about it. */
#pragma once

#include "call/error.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_FAILURE_PAGE (cv_failure_page_get_type ())
G_DECLARE_FINAL_TYPE (CvFailurePage, cv_failure_page, CV, FAILURE_PAGE, AdwNavigationPage)

/* Activates "win.retry", "win.enter-passcode", "win.retry-without-camera", "win.retry-one-time" or
 * "win.back". */
CvFailurePage *cv_failure_page_new (CvCallError error);

G_END_DECLS
