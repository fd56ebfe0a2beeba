/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The shield at the upper left of the call: how safe the meeting is, in an icon and in words. */
#pragma once

#include "call/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CV_TYPE_SHIELD (cv_shield_get_type ())
G_DECLARE_FINAL_TYPE (CvShield, cv_shield, CV, SHIELD, GtkButton)

/* Properties: session, is-compact (one word instead of the sentence; the sentence stays the
 * accessible description and the tooltip). */

G_END_DECLS
