/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The application's GSettings. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GSettings *cv_settings_new (void); /* full */

G_END_DECLS
