/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "bench/mls-room.h"

#include "bench/mls-raw.h"
#include "mls/members.h"

#include <stdio.h>
#include <string.h>

/* A field of /proc/self/status in KiB. */
static double
read_status_mib (const char *field)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, field);
  return line ? (double)g_ascii_strtoull (line + strlen (field), NULL, 10) / 1024 : 0;
}

static double
seconds_since (gint64 start_us)
{
  return (double)(g_get_monotonic_time () - start_us) / 1e6;
}

/* The founder adds everybody at once, and each joins with the one Welcome. */
static void
build (Member **members, const CvMlsSuite *suite, guint n_members)
{
  g_autofree CvSpan *offers = g_new (CvSpan, n_members);
  CvMlsCommitParams params = {
      .adds = offers, .n_adds = n_members - 1, .is_pathless = TRUE, .now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  for (guint i = 0; i < n_members; i++) {
    g_autofree char *name = g_strdup_printf ("member %u", i);

    members[i] = member_new (suite, name);
    if (i > 0)
      offers[i - 1] = member_offer (members[i]);
  }
  member_create (members[0]);
  member_commit (members[0], &params, &result);
  for (guint i = 1; i < n_members; i++) {
    member_join (members[i], result.welcome);
    g_clear_pointer (&members[i]->joiner, cv_mls_joiner_free);
    if (i % 64 == 0)
      fprintf (stderr, "room: %u of %u joined\n", i, n_members);
  }
}

static gsize
rotate (Member *const *members, guint n_members, guint committer)
{
  CvMlsCommitParams params = {.now_s = TEST_NOW_S};
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (members[committer], &params, &result);
  for (guint i = 0; i < n_members; i++)
    if (i != committer)
      member_follow (members[i], result.commit);
  return g_bytes_get_size (result.commit);
}

MlsRoomCosts
mls_room_measure (const CvMlsSuite *suite, guint n_members, guint n_commits)
{
  g_autofree Member **members = g_new0 (Member *, n_members);
  MlsRoomCosts costs = {.n_processed = n_commits * (n_members - 1)};
  gint64 start_us = g_get_monotonic_time ();
  double start_cpu_us;

  build (members, suite, n_members);
  costs.build_s = seconds_since (start_us);
  start_us = g_get_monotonic_time ();
  start_cpu_us = mls_raw_now_us ();
  for (guint i = 0; i < n_commits; i++) {
    gint64 commit_us = g_get_monotonic_time ();
    /* Spread over the tree: the odd step meets every leaf before one comes again. */
    gsize bytes = rotate (members, n_members, i * (n_members / 5 | 1) % n_members);

    costs.last_ms = 1000 * seconds_since (commit_us);
    costs.last_bytes = bytes;
    if (i == 0) {
      costs.first_ms = costs.last_ms;
      costs.first_bytes = bytes;
    }
    if (i % 10 == 9)
      fprintf (stderr, "room: %u of %u commits\n", i + 1, n_commits);
  }
  costs.rotate_s = seconds_since (start_us);
  costs.rotate_cpu_s = (mls_raw_now_us () - start_cpu_us) / 1e6;
  members_assert_agree (members, n_members);
  costs.peak_mib = read_status_mib ("VmHWM:");
  costs.locked_mib = read_status_mib ("VmLck:");
  for (guint i = 0; i < n_members; i++)
    member_free (members[i]);
  return costs;
}
