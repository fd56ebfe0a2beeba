/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "bench/mls-meeting.h"

#define BATCH 64

MlsMeeting *
mls_meeting_new (const CvMlsSuite *suite)
{
  MlsMeeting *meeting = g_new0 (MlsMeeting, 1);

  meeting->suite = suite;
  meeting->author = member_new (suite, "author");
  member_create (meeting->author);
  return meeting;
}

void
mls_meeting_free (MlsMeeting *meeting)
{
  if (!meeting)
    return;
  g_clear_pointer (&meeting->reader, member_free);
  g_clear_pointer (&meeting->author, member_free);
  g_free (meeting);
}

guint
mls_meeting_get_size (const MlsMeeting *meeting)
{
  return cv_mls_group_get_n_members (meeting->author->group);
}

/* Adds so many at once and gives the last of them, in the group when `has_path`. */
static Member *
add (MlsMeeting *meeting, guint n_members, gboolean has_path)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func ((GDestroyNotify)member_free);
  CvSpan offers[BATCH];
  CvMlsCommitParams params = {
      .adds = offers, .n_adds = n_members, .is_pathless = !has_path, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  Member *last;

  for (guint i = 0; i < n_members; i++) {
    Member *member = member_new (meeting->suite, "somebody");

    g_ptr_array_add (members, member);
    offers[i] = member_offer (member);
  }
  member_commit (meeting->author, &params, &result);
  if (meeting->reader)
    member_follow (meeting->reader, result.commit);
  last = g_ptr_array_steal_index (members, n_members - 1);
  if (has_path || !meeting->reader)
    member_join (last, result.welcome);
  return last;
}

void
mls_meeting_grow_cold (MlsMeeting *meeting, guint n_members)
{
  if (!meeting->reader && n_members > 1)
    meeting->reader = add (meeting, 1, FALSE);
  while (mls_meeting_get_size (meeting) < n_members) {
    guint room = n_members - mls_meeting_get_size (meeting);

    member_free (add (meeting, MIN (room, BATCH), FALSE));
  }
}

/* The newcomer's path fills every node above it. */
static void
commit_once (MlsMeeting *meeting, Member *member)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (member, &params, &result);
  member_follow (meeting->author, result.commit);
  if (meeting->reader)
    member_follow (meeting->reader, result.commit);
}

/* Two by two: a path of either of a pair fills the same nodes. */
void
mls_meeting_grow_warm (MlsMeeting *meeting, guint n_members)
{
  while (mls_meeting_get_size (meeting) < n_members) {
    guint n = mls_meeting_get_size (meeting);
    guint n_new = n % 2 == 1 ? 1 : MIN (2, n_members - n);
    g_autoptr (Member) last = add (meeting, n_new, TRUE);

    commit_once (meeting, last);
    if (!meeting->reader)
      meeting->reader = g_steal_pointer (&last);
  }
}
