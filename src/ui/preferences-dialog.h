/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Name, devices, what is remembered, and FIPS mode. */
#pragma once

#include "call/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_PREFERENCES_DIALOG (cv_preferences_dialog_get_type ())
G_DECLARE_FINAL_TYPE (CvPreferencesDialog, cv_preferences_dialog, CV, PREFERENCES_DIALOG,
                      AdwPreferencesDialog)

/* session: the running call whose devices change at once, or NULL. */
CvPreferencesDialog *cv_preferences_dialog_new (CvSession *session);

G_END_DECLS
