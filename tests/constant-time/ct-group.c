/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A whole group with every drawn secret hidden: create, add, join, commit, talk, remove, export. */
#include "ct.h"

#include "mls/members.h"

#define N_MEMBERS 3

static void
assert_agree (Member *const *members)
{
  CvSpan first = cv_mls_group_get_epoch_authenticator (members[0]->group);

  for (guint i = 1; i < N_MEMBERS; i++)
    if (members[i]->group)
      g_assert_true (
          cv_secret_span_equal (first, cv_mls_group_get_epoch_authenticator (members[i]->group)));
}

static void
commit (Member *const *members, const CvMlsCommitParams *params)
{
  g_auto (CvMlsCommitResult) result = {0};

  member_commit (members[0], params, &result);
  for (guint i = 1; i < N_MEMBERS; i++)
    member_follow (members[i], result.commit);
  assert_agree (members);
}

static void
run_group (guint16 suite)
{
  static const char *const names[N_MEMBERS] = {"Anna", "Bela", "Cleo"};
  CvMlsLeaf removed = {N_MEMBERS - 1};
  CvMlsCommitParams refresh = {.now_s = TEST_NOW_S};
  CvMlsCommitParams remove = {.removes = &removed, .n_removes = 1, .now_s = TEST_NOW_S};
  Member *members[N_MEMBERS];
  g_autoptr (CvSecret) exported = NULL;

  for (guint i = 0; i < N_MEMBERS; i++)
    members[i] = member_new (members_get_suite (suite), names[i]);
  member_create (members[0]);
  for (guint i = 1; i < N_MEMBERS; i++)
    member_add (members[0], members[i], members, i);
  commit (members, &refresh);
  members_assert_talk (members, N_MEMBERS);
  commit (members, &remove);
  g_assert_null (members[N_MEMBERS - 1]->group);
  exported =
      cv_mls_group_export (members[1]->group, "SFrame 1.0 Base Key", CV_SPAN_EMPTY, 32, NULL);
  g_assert_true (ct_is_hidden (cv_secret_span (exported)));
  for (guint i = 0; i < N_MEMBERS; i++)
    member_free (members[i]);
}

static void
test_pq (void)
{
  run_group (0xF001);
}

static void
test_fips (void)
{
  run_group (0x0007);
}

void
ct_add_group (void)
{
  ct_add ("/constant-time/group/pq", test_pq);
  ct_add ("/constant-time/group/fips", test_fips);
}
