/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Somebody at the door, with the two answers. */
#pragma once

#include "call/knock.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CV_TYPE_KNOCK_ROW (cv_knock_row_get_type ())
G_DECLARE_FINAL_TYPE (CvKnockRow, cv_knock_row, CV, KNOCK_ROW, GtkListBoxRow)

/* The buttons run "call.admit" and "call.deny" with the knock's id. */
CvKnockRow *cv_knock_row_new (CvKnock *knock);

G_END_DECLS
