/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The first page: open a meeting, or enter one with its link. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define CV_TYPE_WELCOME_PAGE (cv_welcome_page_get_type ())
G_DECLARE_FINAL_TYPE (CvWelcomePage, cv_welcome_page, CV, WELCOME_PAGE, AdwNavigationPage)

/* Activates "win.new-meeting" and "win.join". For the latter the window asks for the link here,
 * so that it never is an action's parameter. */
char *cv_welcome_page_dup_link (CvWelcomePage *self);
void cv_welcome_page_clear_link (CvWelcomePage *self);
void cv_welcome_page_focus_link (CvWelcomePage *self);
void cv_welcome_page_focus_start (CvWelcomePage *self); /* the name, or New Meeting */
/* Shows why the link was not taken, under the entry. NULL: nothing. */
void cv_welcome_page_set_link_error (CvWelcomePage *self, const char *sentence);

G_END_DECLS
