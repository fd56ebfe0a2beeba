/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The application's GSettings. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GSettings *cv_settings_new (void); /* full */

/* FIPS mode for the meetings that begin from now on: the key fips-mode, CONCLAVE_FIPS, or forced. */
gboolean cv_settings_is_fips (GSettings *settings);
/* The command line or the environment has decided, whatever the key says. */
gboolean cv_settings_is_fips_forced (void);
void cv_settings_force_fips (void); /* until the program ends */

G_END_DECLS
