/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One place that names the schema. */
#include "ui/settings.h"

GSettings *
cv_settings_new (void)
{
  return g_settings_new (CV_APPLICATION_ID);
}
