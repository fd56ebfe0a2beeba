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

/* ends_with_us: the meeting runs in this program, so leaving ends it for everybody. */
CvCallPage *cv_call_page_new (CvSession *session, gboolean ends_with_us);

/* Leaves, after asking when that would end the meeting of others. */
void cv_call_page_leave (CvCallPage *self);

/* A passing sentence; plain text. */
void cv_call_page_add_toast (CvCallPage *self, const char *sentence);

G_END_DECLS
