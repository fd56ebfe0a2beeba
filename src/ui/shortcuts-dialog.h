/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the keyboard does. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_SHORTCUTS_DIALOG (cv_shortcuts_dialog_get_type ())
G_DECLARE_FINAL_TYPE (CvShortcutsDialog, cv_shortcuts_dialog, CV, SHORTCUTS_DIALOG, AdwDialog)

CvShortcutsDialog *cv_shortcuts_dialog_new (void);

G_END_DECLS
