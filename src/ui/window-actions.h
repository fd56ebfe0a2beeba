/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The actions of the window that only open a dialog ("win.…"). */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void cv_window_actions_install (GtkWidgetClass *klass);

G_END_DECLS
