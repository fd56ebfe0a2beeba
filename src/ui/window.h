/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The one window: which page is shown when, and the session behind it. */
#pragma once

#include "call/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Source words for the media, as in CvSessionOptions; "device" without an option. Borrowed. */
typedef struct {
  const char *video;
  const char *audio;
} CvWindowMedia;

#define CV_TYPE_WINDOW (cv_window_get_type ())
G_DECLARE_FINAL_TYPE (CvWindow, cv_window, CV, WINDOW, AdwApplicationWindow)

CvWindow *cv_window_new (GtkApplication *application, const CvWindowMedia *media);

/* To the lobby: with a link, or for a new meeting. While in a call they only say so. */
void cv_window_open_link (CvWindow *self, const char *link);
void cv_window_new_meeting (CvWindow *self);

/* FIPS mode was turned on or off: it counts from the next meeting on, and one whose lobby is open
 * has not begun. */
void cv_window_follow_fips (CvWindow *self);

/* Shows the pages for a session made elsewhere (tests); cv_window_open_link and
 * cv_window_new_meeting make their own. */
void cv_window_set_session (CvWindow *self, CvSession *session, gboolean is_hosting);

CvSession *cv_window_get_session (CvWindow *self); /* borrowed, NULL outside of a meeting */
/* TRUE from Join on until the meeting has ended. */
gboolean cv_window_is_busy (CvWindow *self);

G_END_DECLS
