/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The actions of the call page ("call.…"): each finds its object and calls the session. */
#pragma once

#include "ui/call-page.h"

G_BEGIN_DECLS

void cv_call_page_actions_install (GtkWidgetClass *klass);

CvSession *cv_call_page_get_session (CvCallPage *self); /* borrowed */

G_END_DECLS
