/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* GSettings is a plain file that backups and other programs read, and an invite link is a key: it
 * lets its reader in. So only the host and the time are kept here, and joining again asks for the
 * link. The room is left out as well: its number would tie this computer to one meeting on the
 * server, and would not help anybody to remember it. */
#include "ui/recent-meetings.h"

#include <string.h>

#define KEY_LIST "recent-meetings"
#define KEY_WANTED "remember-meetings"
#define MAX_LINK 2048

void
cv_recent_meeting_free (CvRecentMeeting *meeting)
{
  g_free (meeting->host);
  g_free (meeting);
}

GPtrArray *
cv_recent_meetings_list (GSettings *settings)
{
  GPtrArray *meetings = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_recent_meeting_free);
  g_autoptr (GVariant) stored = g_settings_get_value (settings, KEY_LIST);
  GVariantIter iter;
  const char *host;
  gint64 time;

  g_variant_iter_init (&iter, stored);
  while (meetings->len < CV_RECENT_MEETINGS_MAX
         && g_variant_iter_next (&iter, "(&sx)", &host, &time)) {
    if (*host == '\0' || strlen (host) > CV_RECENT_MEETINGS_MAX_HOST)
      continue;

    CvRecentMeeting *meeting = g_new0 (CvRecentMeeting, 1);

    meeting->host = g_strdup (host);
    meeting->time = time;
    g_ptr_array_add (meetings, meeting);
  }
  return meetings;
}

static char *
dup_host (const char *link)
{
  g_autoptr (GUri) uri = NULL;

  if (link == NULL || strnlen (link, MAX_LINK + 1) > MAX_LINK)
    return NULL;
  uri = g_uri_parse (link, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0'
      || strlen (g_uri_get_host (uri)) > CV_RECENT_MEETINGS_MAX_HOST)
    return NULL;
  return g_strdup (g_uri_get_host (uri));
}

void
cv_recent_meetings_add (GSettings *settings, const char *link, gint64 now)
{
  g_autofree char *host = dup_host (link);
  GVariantBuilder builder;

  if (host == NULL || !g_settings_get_boolean (settings, KEY_WANTED))
    return;

  g_autoptr (GPtrArray) old = cv_recent_meetings_list (settings);
  guint n = 1;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sx)"));
  g_variant_builder_add (&builder, "(sx)", host, now);
  for (guint i = 0; i < old->len && n < CV_RECENT_MEETINGS_MAX; i++) {
    CvRecentMeeting *meeting = g_ptr_array_index (old, i);

    if (g_str_equal (meeting->host, host))
      continue;
    g_variant_builder_add (&builder, "(sx)", meeting->host, meeting->time);
    n++;
  }
  g_settings_set_value (settings, KEY_LIST, g_variant_builder_end (&builder));
}

void
cv_recent_meetings_clear (GSettings *settings)
{
  g_settings_reset (settings, KEY_LIST);
}
