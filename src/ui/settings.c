/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One place that names the schema. */
#include "ui/settings.h"

#include "call/session.h"

static gboolean is_forced;

GSettings *
cv_settings_new (void)
{
  return g_settings_new (CV_APPLICATION_ID);
}

gboolean
cv_settings_is_fips (GSettings *settings)
{
  return cv_settings_is_fips_forced () || g_settings_get_boolean (settings, "fips-mode");
}

gboolean
cv_settings_is_fips_forced (void)
{
  return cv_session_is_fips_wanted (is_forced);
}

void
cv_settings_force_fips (void)
{
  is_forced = TRUE;
}
