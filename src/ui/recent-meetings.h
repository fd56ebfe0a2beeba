/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The short list of meetings that the welcome page shows again. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define CV_RECENT_MEETINGS_MAX 8
#define CV_RECENT_MEETINGS_MAX_HOST 255

typedef struct {
  char *host; /* a name or an address, no port */
  gint64 time; /* seconds since 1970 */
} CvRecentMeeting;

void cv_recent_meeting_free (CvRecentMeeting *meeting);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvRecentMeeting, cv_recent_meeting_free)

/* Newest first; full: elements CvRecentMeeting. */
GPtrArray *cv_recent_meetings_list (GSettings *settings);

/* Does nothing when the user does not want it or the link has no host. `link` may hold the secret:
 * only its host is kept. */
void cv_recent_meetings_add (GSettings *settings, const char *link, gint64 now);

void cv_recent_meetings_clear (GSettings *settings);

G_END_DECLS
