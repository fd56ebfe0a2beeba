/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the server is told of a commit: the connections whose leaves it adds and removes. Whoever says
 * something else, the author or the server, gets nothing by it. Costs 1 s under sanitizers. */
#include "e2ee/hostile-meeting.h"

#define SECOND G_USEC_PER_SEC

/* By Bob, who is heard no more by his own program. */
static void
order (HostileMeeting *meeting, CvMlsCommitParams *params, const char *const *adds,
       const char *const *removes)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  params->now_s = (guint64)(meeting->world->clock.wall_us / SECOND);
  g_assert_true (cv_mls_group_commit (meeting->bob->driver->group, params, &result, &error));
  g_assert_no_error (error);
  g_autoptr (CvE2eeCommit) commit =
      cv_e2ee_commit_new (result.commit, (char *const *)adds, (char *const *)removes);
  meeting->bob->no_ordered = TRUE;
  world_order (meeting->world, meeting->bob, commit);
}

/* Nobody followed, the server threw Bob out, the others go on; nobody is blamed, as it could have been
 * the server. */
static void
assert_refused (HostileMeeting *meeting)
{
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (meeting->world->n_voided, ==, 1);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_FORBIDDEN_COMMIT),
      ==, 1);
  g_assert_false (world_has_reason (meeting->alice, CV_E2EE_REASON_REJECTED_COMMIT));
  world_run_until_members (meeting->world, 2, 25 * SECOND);
  world_assert_agree (meeting->world);
}

static void
add (HostileMeeting *meeting, const char *const *adds, const char *const *removes)
{
  HostileGuest guest = hostile_make_guest (meeting);
  guest.connection = "mallory";
  g_autoptr (GBytes) key_package = hostile_make_key_package (meeting->world, &guest);
  CvSpan span = cv_span_from_bytes (key_package);
  CvMlsPsk psk = {
      .id = cv_e2ee_room_keys_get_psk_id (meeting->bob->keys),
      .secret = cv_e2ee_room_keys_get_psk (meeting->bob->keys),
  };
  order (meeting, &(CvMlsCommitParams){.adds = &span, .n_adds = 1, .psks = &psk, .n_psks = 1}, adds,
         removes);
}

typedef struct {
  const char *name;
  const char *adds[4];
} Lie;

static const Lie lies[] = {
    {"of-nobody", {NULL}},
    {"of-another", {"sybil", NULL}},
    {"of-one-more", {"mallory", "sybil", NULL}},
    {"of-one-twice", {"mallory", "mallory", NULL}},
};

static void
test_adds (HostileMeeting *meeting, gconstpointer data)
{
  add (meeting, ((const Lie *)data)->adds, NULL);
  assert_refused (meeting);
}

static void
test_adds_truly (HostileMeeting *meeting, gconstpointer data)
{
  add (meeting, (const char *const[]){"mallory", NULL}, NULL);
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (meeting->world->n_voided, ==, 0);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->alice->driver), ==, 4);
}

/* A commit that renews Bob's keys, and is to let somebody in, or to put Carol out. */
static void
test_adds_without_a_leaf (HostileMeeting *meeting, gconstpointer data)
{
  order (meeting, &(CvMlsCommitParams){0}, (const char *const[]){"sybil", NULL}, NULL);
  assert_refused (meeting);
}

static void
test_removes_without_a_leaf (HostileMeeting *meeting, gconstpointer data)
{
  order (meeting, &(CvMlsCommitParams){0}, NULL, (const char *const[]){meeting->carol->id, NULL});
  assert_refused (meeting);
}

/* Dave has left: Bob may remove his leaf, but not in silence, nor in Carol's name. */
static void
test_removes (HostileMeeting *meeting, gconstpointer in_carols_name)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  world_join (meeting->world, dave);
  world_run_for (meeting->world, SECOND);
  CvMlsLeaf leaf = world_leaf (dave);
  const char *removes[] = {in_carols_name != NULL ? meeting->carol->id : NULL, NULL};
  meeting->alice->holds_commits = meeting->carol->holds_commits = TRUE;
  world_leave (meeting->world, dave);
  cv_e2ee_group_driver_on_member_gone (meeting->alice->driver, dave->id, TRUE);
  cv_e2ee_group_driver_on_member_gone (meeting->carol->driver, dave->id, TRUE);
  order (meeting, &(CvMlsCommitParams){.removes = &leaf, .n_removes = 1}, NULL, removes);
  meeting->alice->holds_commits = meeting->carol->holds_commits = FALSE;
  world_release (meeting->world);
  assert_refused (meeting);
}

/* The server changes what Alice said of her own commit. */
static void
test_own_comes_back_changed (HostileMeeting *meeting, gconstpointer data)
{
  guint64 epoch = meeting->world->epoch;
  g_autoptr (GError) error = NULL;
  meeting->alice->holds_commits = TRUE;
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->alice->driver, TRUE, &error));
  world_run_for (meeting->world, SECOND);
  const char *removes[] = {meeting->carol->id, NULL};
  g_autoptr (CvE2eeCommit) changed =
      cv_e2ee_commit_new (meeting->alice->last_commit->bytes, NULL, (char *const *)removes);
  world_order (meeting->world, meeting->alice, changed);
  world_run_for (meeting->world, SECOND / 10);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->alice->driver), ==, epoch);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->carol->driver), ==, epoch);
  g_assert_cmpuint (meeting->world->n_voided, ==, 1);
}

/* What honest programs say, when one comes, comes again by another connection, and goes. */
static void
test_honest (HostileMeeting *meeting, gconstpointer data)
{
  World *world = meeting->world;
  Person *dave = world_add (world, "Dave", "");
  world_join (world, dave);
  g_autofree char *first = g_strdup (dave->id);
  const CvE2eeCommit *last = g_ptr_array_index (world->log, world->log->len - 1);
  g_assert_cmpstr (last->adds[0], ==, first);
  g_assert_null (last->removes[0]);
  world_cut (world, dave);
  world_run_for (world, SECOND);
  world_knock (world, dave);
  world_run_for (world, 3 * SECOND);
  last = g_ptr_array_index (world->log, world->log->len - 1);
  g_assert_cmpstr (last->adds[0], ==, dave->id);
  g_assert_cmpstr (last->removes[0], ==, first);
  world_leave (world, dave);
  world_run_until_members (world, 3, 10 * SECOND);
  last = g_ptr_array_index (world->log, world->log->len - 1);
  g_assert_null (last->adds[0]);
  g_assert_cmpstr (last->removes[0], ==, dave->id);
  g_assert_null (last->removes[1]);
}

#define ADD(path, data, test_fn)                                                                   \
  g_test_add ("/e2ee/connections/" path, HostileMeeting, data, hostile_set_up, test_fn,            \
              hostile_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++) {
    g_autofree char *path = g_strdup_printf ("/e2ee/connections/adds-%s", lies[i].name);
    g_test_add (path, HostileMeeting, &lies[i], hostile_set_up, test_adds, hostile_tear_down);
  }
  ADD ("adds-truly", NULL, test_adds_truly);
  ADD ("adds-without-a-leaf", NULL, test_adds_without_a_leaf);
  ADD ("removes-without-a-leaf", NULL, test_removes_without_a_leaf);
  ADD ("removes-in-silence", NULL, test_removes);
  ADD ("removes-in-carols-name", GINT_TO_POINTER (1), test_removes);
  ADD ("own-comes-back-changed", NULL, test_own_comes_back_changed);
  ADD ("honest", NULL, test_honest);
  return g_test_run ();
}
