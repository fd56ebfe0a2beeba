/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The meeting itself. */
#pragma once

#include "call/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_CALL_PAGE (cv_call_page_get_type ())
G_DECLARE_FINAL_TYPE (CvCallPage, cv_call_page, CV, CALL_PAGE, AdwNavigationPage)

/* Properties: session, show-people and show-chat (rw; at most one is TRUE). */
CvCallPage *cv_call_page_new (CvSession *session);

/* A passing sentence; plain text. */
void cv_call_page_add_toast (CvCallPage *self, const char *sentence);

G_END_DECLS
