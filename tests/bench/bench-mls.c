/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a commit that adds one costs its author, who receives it and who joins by it, as meetings
 * grow. Nobody but the author has committed yet, which is the dear case: a path secret is sealed
 * for each other leaf by itself. */
#include "mls/members.h"

#include <stdio.h>
#include <stdlib.h>

#define BATCH 32

typedef struct {
  Member *author;
  Member *reader;
  Member *joiner;
  GPtrArray *others; /* Member, who never follow */
} Meeting;

static double
ms_since (gint64 start_us)
{
  return (double)(g_get_monotonic_time () - start_us) / 1000.0;
}

static void
fill (Meeting *meeting, const CvMlsSuite *suite, guint n_members)
{
  while (cv_mls_group_get_n_members (meeting->author->group) + 1 < n_members) {
    guint room = n_members - 1 - cv_mls_group_get_n_members (meeting->author->group);
    CvSpan offers[BATCH];
    CvMlsCommitParams params = {.adds = offers, .is_pathless = TRUE, .now_s = TEST_NOW_S};
    g_auto (CvMlsCommitResult) result = {0};

    for (params.n_adds = 0; params.n_adds < MIN (room, BATCH); params.n_adds++) {
      Member *other = member_new (suite, "somebody");

      g_ptr_array_add (meeting->others, other);
      offers[params.n_adds] = member_offer (other);
    }
    member_commit (meeting->author, &params, &result);
    member_follow (meeting->reader, result.commit);
  }
}

static void
measure (const CvMlsSuite *suite, guint n_members)
{
  Meeting meeting = {
      .author = member_new (suite, "author"),
      .reader = member_new (suite, "reader"),
      .joiner = member_new (suite, "joiner"),
      .others = g_ptr_array_new_with_free_func ((GDestroyNotify)member_free),
  };
  CvSpan offer = member_offer (meeting.joiner);
  CvMlsCommitParams params = {.adds = &offer, .n_adds = 1, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};
  double commit_ms;
  double receive_ms;
  double join_ms;
  gint64 start_us;

  member_create (meeting.author);
  member_add (meeting.author, meeting.reader, NULL, 0);
  fill (&meeting, suite, n_members);
  start_us = g_get_monotonic_time ();
  member_commit (meeting.author, &params, &result);
  commit_ms = ms_since (start_us);
  start_us = g_get_monotonic_time ();
  member_follow (meeting.reader, result.commit);
  receive_ms = ms_since (start_us);
  start_us = g_get_monotonic_time ();
  member_join (meeting.joiner, result.welcome);
  join_ms = ms_since (start_us);
  members_assert_agree ((Member *[]){meeting.author, meeting.reader, meeting.joiner}, 3);
  printf ("%-10s %7u %10.1f %10.1f %10.1f %12zu %12zu\n", suite->room ? suite->room : "-",
          n_members, commit_ms, receive_ms, join_ms, g_bytes_get_size (result.commit),
          g_bytes_get_size (result.welcome));
  g_ptr_array_unref (meeting.others);
  member_free (meeting.joiner);
  member_free (meeting.reader);
  member_free (meeting.author);
}

int
main (void)
{
  static const guint16 suites[] = {0xF001, 0xF002, 0x0007};
  static const guint sizes[] = {3, 10, 50, 200, 500};

  printf ("%-10s %7s %10s %10s %10s %12s %12s\n", "suite", "members", "commit ms", "receive ms",
          "join ms", "commit bytes", "welcome bytes");
  for (gsize i = 0; i < G_N_ELEMENTS (suites); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (sizes); j++)
      measure (members_get_suite (suites[i]), sizes[j]);
  return EXIT_SUCCESS;
}
