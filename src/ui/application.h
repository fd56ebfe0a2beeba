/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The program: one instance, one window, conclave:// links. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_APPLICATION (cv_application_get_type ())
G_DECLARE_FINAL_TYPE (CvApplication, cv_application, CV, APPLICATION, AdwApplication)

CvApplication *cv_application_new (void);

/* Resources, icons and translations, for programs that show the widgets without a CvApplication.
 * Call once GTK is initialised. */
void cv_application_init_resources (void);

G_END_DECLS
