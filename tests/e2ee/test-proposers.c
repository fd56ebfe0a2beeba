/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Who commits something that the others refuse is thrown out by the server: nobody at the door or
 * inside may bring an honest member to do so, nor keep it from committing what must be. */
#include "crypto/signature.h"
#include "e2ee/hostile-meeting.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

static guint
count_members (Person *person)
{
  return cv_e2ee_group_driver_get_n_members (person->driver);
}

/* Nobody was brought to commit what others refuse. */
static void
assert_all_here (HostileMeeting *meeting, guint n_members)
{
  Person *people[] = {meeting->alice, meeting->bob, meeting->carol};
  for (guint i = 0; i < G_N_ELEMENTS (people); i++) {
    g_assert_false (people[i]->is_cut);
    g_assert_cmpuint (count_members (people[i]), ==, n_members);
  }
  g_assert_cmpuint (meeting->world->n_voided, ==, 0);
}

/* ---- times ---- */

static void
knock_with_times (HostileMeeting *meeting, const HostileGuest *times)
{
  HostileGuest guest = hostile_make_guest (meeting);
  guest.connection = "visitor";
  guest.begun_s = times->begun_s;
  guest.statement_left_s = times->statement_left_s;
  guest.leaf_left_s = times->leaf_left_s;
  g_autoptr (GBytes) key_package = hostile_make_key_package (meeting->world, &guest);
  hostile_knock (meeting, "visitor", key_package);
}

/* What is in time by one clock only must not be committed. */
static void
test_hardly_in_time (HostileMeeting *meeting, gconstpointer data)
{
  knock_with_times (meeting, data);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_BAD_KNOCK), ==, 1);
  world_run_for (meeting->world, 5 * SECOND);
  assert_all_here (meeting, 3);
}

static void
test_in_time (HostileMeeting *meeting, gconstpointer data)
{
  knock_with_times (meeting, data);
  world_run_for (meeting->world, 5 * SECOND);
  assert_all_here (meeting, 4);
}

/* In time at the door, and not any more when a moderator says yes. */
static void
test_runs_out_at_the_door (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  knock_with_times (meeting, data);
  world_run_for (meeting->world, 60 * SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_visitors (meeting->alice->driver), ==, 1);
  world_run_for (meeting->world, 130 * SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_visitors (meeting->alice->driver), ==, 0);
  g_assert_false (cv_e2ee_group_driver_admit (meeting->alice->driver, "visitor", &error));
  world_run_for (meeting->world, 5 * SECOND);
  assert_all_here (meeting, 3);
}

static const HostileGuest begins_now = {.begun_s = 1};
static const HostileGuest statement_ends = {.statement_left_s = 90};
static const HostileGuest leaf_ends = {.leaf_left_s = 90};
static const HostileGuest ends_later = {.statement_left_s = 300, .leaf_left_s = 300};

/* ---- admissions of those who are no moderators any more ---- */

static void
promote_bob (HostileMeeting *meeting)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_e2ee_group_driver_set_moderator (meeting->alice->driver,
                                                     world_leaf (meeting->bob), TRUE, &error));
  world_run_for (meeting->world, 2 * SECOND);
  g_assert_true (cv_e2ee_group_driver_is_moderator (meeting->bob->driver));
}

/* Bob's admission, and before anybody is added by it he is no moderator any more, or not there any more. */
static void
test_stale_admission (HostileMeeting *meeting, gconstpointer is_removed)
{
  g_autoptr (GError) error = NULL;
  HostileGuest guest = hostile_make_guest (meeting);
  guest.connection = "visitor";
  g_autoptr (GBytes) key_package = hostile_make_key_package (meeting->world, &guest);
  promote_bob (meeting);
  guint n_left = is_removed != NULL ? 2 : 3;
  hostile_knock (meeting, "visitor", key_package);
  g_assert_true (cv_e2ee_group_driver_admit (meeting->bob->driver, "visitor", &error));
  /* Everybody has it, and nobody has committed yet. */
  world_run_for (meeting->world, SECOND / 100);
  g_assert_true (cv_e2ee_group_driver_get_visitor (meeting->carol->driver, 0)->is_admitted);
  /* Alice's next commit would add whom Bob admits while he may. */
  cv_e2ee_group_driver_on_knock_gone (meeting->alice->driver, "visitor");
  if (is_removed != NULL)
    g_assert_true (
        cv_e2ee_group_driver_remove (meeting->alice->driver, world_leaf (meeting->bob), &error));
  else
    g_assert_true (cv_e2ee_group_driver_set_moderator (meeting->alice->driver,
                                                       world_leaf (meeting->bob), FALSE, &error));
  world_run_for (meeting->world, 10 * SECOND);
  g_assert_cmpuint (count_members (meeting->alice), ==, n_left);
  g_assert_cmpuint (count_members (meeting->carol), ==, n_left);
  g_assert_cmpuint (meeting->world->n_voided, ==, 0);
  g_assert_false (meeting->alice->is_cut || meeting->carol->is_cut);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_visitors (meeting->carol->driver), ==, 1);
  g_assert_false (cv_e2ee_group_driver_get_visitor (meeting->carol->driver, 0)->is_admitted);
}

/* ---- others' KeyPackages at the door ---- */

/* Somebody inside seals Dave's knock again and knocks with it by other connections, before him and
 * after him: Dave gets his Welcome. */
static void
test_resealed_knock (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  World *world = meeting->world;
  Person *dave = world_add (world, "Dave", "");
  Person *inside[] = {meeting->alice, meeting->bob, meeting->carol};
  world_knock (world, dave);
  g_autoptr (CvE2eeKnock) knock = cv_e2ee_knock_open (
      world->crypto, meeting->bob->keys, world->suite, cv_span_from_bytes (dave->last_knock),
      (guint64)(world->clock.wall_us / G_USEC_PER_SEC), &error);
  g_assert_no_error (error);
  hostile_knock (meeting, "before", knock->key_package);
  world_run_for (world, SECOND / 1000);
  for (guint i = 0; i < 40; i++) {
    g_autofree char *id = g_strdup_printf ("after %u", i);
    hostile_knock (meeting, id, knock->key_package);
  }
  world_run_for (world, 3 * SECOND);
  g_assert_cmpuint (dave->n_joined, ==, 1);
  assert_all_here (meeting, 4);
  for (guint i = 0; i < G_N_ELEMENTS (inside); i++) {
    g_assert_cmpuint (cv_e2ee_group_driver_get_n_visitors (inside[i]->driver), ==, 0);
    g_assert_cmpuint (
        cv_e2ee_group_driver_get_n_notices (inside[i]->driver, CV_E2EE_NOTICE_BAD_KNOCK), ==, 41);
  }
}

/* Dave starts his program again, and his first knock is played again after his second one. */
static void
test_earlier_knock_again (HostileMeeting *meeting, gconstpointer data)
{
  World *world = meeting->world;
  Person *dave = world_add (world, "Dave", "");
  Person *inside[] = {meeting->alice, meeting->bob, meeting->carol};
  guint64 epoch = world->epoch;
  world_knock (world, dave);
  g_autoptr (GBytes) first = g_bytes_ref (dave->last_knock);
  world_run_for (world, SECOND / 100);
  /* Nobody has let him in yet; the clock has gone on. */
  cv_fake_clock_advance_us (&world->clock, SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (inside); i++)
    cv_e2ee_group_driver_on_knock_gone (inside[i]->driver, dave->id);
  world_knock (world, dave);
  world_run_for (world, SECOND / 1000);
  for (guint i = 0; i < G_N_ELEMENTS (inside); i++)
    cv_e2ee_group_driver_on_knock (inside[i]->driver, "again", first);
  world_run_for (world, 3 * SECOND);
  g_assert_cmpuint (dave->n_joined, ==, 1);
  g_assert_cmpuint (world->epoch, ==, epoch + 1);
  assert_all_here (meeting, 4);
}

/* ---- who was away ---- */

/* Carol is back when Alice heard 14 s ago that she is gone; somebody who heard of it 1.5 s earlier
 * has removed her already. */
static void
test_back_too_late (HostileMeeting *meeting, gconstpointer data)
{
  CvMlsLeaf carol = world_leaf (meeting->carol);
  cv_e2ee_group_driver_on_member_gone (meeting->alice->driver, meeting->carol->id, FALSE);
  meeting->carol->is_silenced = TRUE;
  world_run_for (meeting->world, 14 * SECOND);
  cv_e2ee_group_driver_on_member_back (meeting->alice->driver, meeting->carol->id);
  meeting->carol->no_ordered = TRUE;
  meeting->bob->no_ordered = TRUE; /* his own program would wonder at his commit */
  hostile_commit (meeting, &(CvMlsCommitParams){.removes = &carol, .n_removes = 1});
  world_run_for (meeting->world, SECOND / 10);
  g_assert_cmpuint (count_members (meeting->alice), ==, 2);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_FORBIDDEN_COMMIT),
      ==, 0);
}

/* In a locked meeting: Carol's return is taken for longer than it is proposed. */
static void
test_return_window (HostileMeeting *meeting, gconstpointer data)
{
  CvE2eeGroupDriver *alice = meeting->alice->driver;
  const guint8 *hash =
      cv_e2ee_driver_roster_find (alice, world_leaf (meeting->carol))->statement->identity_hash;
  guint8 carol[CV_IDENTITY_HASH_LEN];
  memcpy (carol, hash, sizeof carol);
  for (guint i = 0; i < 3; i++) {
    cv_e2ee_group_driver_on_member_gone (alice, meeting->carol->id, FALSE);
    cv_e2ee_group_driver_on_member_back (alice, meeting->carol->id);
  }
  g_assert_cmpuint (alice->departed->len, ==, 1);
  world_run_for (meeting->world, 59 * SECOND);
  g_assert_true (cv_e2ee_driver_returns_is_expected (alice, carol));
  world_run_for (meeting->world, 2 * SECOND);
  g_assert_false (cv_e2ee_driver_returns_is_expected (alice, carol));
  g_assert_true (cv_e2ee_driver_returns_is_allowed (alice, carol));
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_false (cv_e2ee_driver_returns_is_allowed (alice, carol));
  g_assert_cmpuint (alice->departed->len, ==, 0);
}

/* The list of used KeyPackages does not grow for ever. */
static void
test_used_are_forgotten (HostileMeeting *meeting, gconstpointer data)
{
  CvE2eeGroupDriver *alice = meeting->alice->driver;
  g_assert_cmpuint (g_hash_table_size (alice->used_refs), ==, 2);
  cv_fake_clock_advance_us (&meeting->world->clock, (gint64)23 * 3600 * SECOND);
  cv_e2ee_group_driver_tick (alice);
  g_assert_cmpuint (g_hash_table_size (alice->used_refs), ==, 2);
  cv_fake_clock_advance_us (&meeting->world->clock, (gint64)2 * 3600 * SECOND);
  cv_e2ee_group_driver_tick (alice);
  g_assert_cmpuint (g_hash_table_size (alice->used_refs), ==, 0);
}

/* ---- the last one ---- */

/* Bob says goodbye inside and keeps his connection, so that the server refuses a fresh group: Alice
 * locks him out and lets Dave in all the same. */
static void
test_goodbye_without_leaving (HostileMeeting *meeting, gconstpointer data)
{
  World *world = meeting->world;
  Person *dave = world_add (world, "Dave", "");
  world_leave (world, meeting->carol);
  world_run_for (world, 3 * SECOND);
  g_assert_cmpuint (count_members (meeting->alice), ==, 2);
  guint64 epoch = world->epoch;
  cv_e2ee_group_driver_leave (meeting->bob->driver);
  world_run_for (world, SECOND);
  g_assert_cmpuint (count_members (meeting->alice), ==, 1);
  g_assert_cmpuint (world->epoch, ==, epoch + 1);
  meeting->bob->no_ordered = TRUE;
  world_knock (world, dave);
  world_run_until_members (world, 2, 5 * SECOND);
  world_run_for (world, SECOND);
  world_assert_media (dave, meeting->alice, CV_E2EE_OPENED);
  /* Alone again, and still refused; then Bob's connection ends. */
  g_autoptr (GBytes) group_id =
      cv_span_dup (cv_e2ee_group_driver_get_group_id (meeting->alice->driver));
  world_leave (world, dave);
  world_run_for (world, 3 * SECOND);
  g_assert_true (cv_span_equal (cv_e2ee_group_driver_get_group_id (meeting->alice->driver),
                                cv_span_from_bytes (group_id)));
  meeting->bob->is_member = FALSE;
  world_run_for (world, 3 * SECOND);
  g_assert_false (cv_span_equal (cv_e2ee_group_driver_get_group_id (meeting->alice->driver),
                                 cv_span_from_bytes (group_id)));
  g_assert_cmpuint (count_members (meeting->alice), ==, 1);
}

/* ---- what moderators ask for ---- */

static const CvE2eePolicy *
get_policy (Person *person)
{
  return cv_e2ee_group_driver_get_policy (person->driver);
}

static gboolean
is_moderator (Person *who, Person *seen_by)
{
  const CvE2eeMember *member = cv_e2ee_group_driver_find_member (seen_by->driver, world_leaf (who));
  return member != NULL && member->is_moderator;
}

/* Each thing asked while the commit of the one before is under way. */
static void
test_wishes_under_way (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  CvE2eeGroupDriver *alice = meeting->alice->driver;
  meeting->alice->holds_commits = TRUE;
  g_assert_true (cv_e2ee_group_driver_set_locked (alice, TRUE, &error));
  g_assert_cmpuint (g_queue_get_length (&meeting->world->held), ==, 1);
  g_assert_true (cv_e2ee_group_driver_set_admission (alice, CV_E2EE_ADMISSION_MODERATOR, &error));
  g_assert_true (
      cv_e2ee_group_driver_set_moderator (alice, world_leaf (meeting->bob), TRUE, &error));
  meeting->alice->holds_commits = FALSE;
  world_release (meeting->world);
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_true (get_policy (meeting->carol)->is_locked);
  g_assert_cmpint (get_policy (meeting->carol)->admission, ==, CV_E2EE_ADMISSION_MODERATOR);
  g_assert_true (is_moderator (meeting->bob, meeting->carol));
}

/* The last word counts, although the commit of the first is under way. */
static void
test_changes_her_mind (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  CvE2eeGroupDriver *alice = meeting->alice->driver;
  meeting->alice->holds_commits = TRUE;
  g_assert_true (cv_e2ee_group_driver_set_locked (alice, TRUE, &error));
  g_assert_true (cv_e2ee_group_driver_set_locked (alice, FALSE, &error));
  meeting->alice->holds_commits = FALSE;
  guint64 epoch = meeting->world->epoch;
  world_release (meeting->world);
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch + 2);
  g_assert_false (get_policy (meeting->carol)->is_locked);
}

/* Alice changes one thing, Bob another, and Bob's commit is first. */
static void
test_two_moderators (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  promote_bob (meeting);
  meeting->alice->holds_commits = TRUE;
  g_assert_true (cv_e2ee_group_driver_set_moderator (meeting->alice->driver,
                                                     world_leaf (meeting->carol), TRUE, &error));
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->bob->driver, TRUE, &error));
  world_run_for (meeting->world, SECOND / 10);
  meeting->alice->holds_commits = FALSE;
  world_release (meeting->world);
  world_run_for (meeting->world, 3 * SECOND);
  Person *people[] = {meeting->alice, meeting->bob, meeting->carol};
  for (guint i = 0; i < G_N_ELEMENTS (people); i++) {
    g_assert_true (get_policy (people[i])->is_locked);
    g_assert_true (is_moderator (meeting->carol, people[i]));
  }
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_LOST_RACE), >=, 1);
}

/* What holds already asks for nothing, now or later. */
static void
test_wish_that_holds (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  promote_bob (meeting);
  guint64 epoch = meeting->world->epoch;
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->alice->driver, FALSE, &error));
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch);
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->bob->driver, TRUE, &error));
  world_run_for (meeting->world, 3 * SECOND);
  g_assert_cmpuint (meeting->world->epoch, ==, epoch + 1);
  g_assert_true (get_policy (meeting->alice)->is_locked);
}

/* ---- what no server relays ---- */

/* Were it sent, the server would end Alice's session. */
static void
test_too_large (void)
{
  static const guint8 ballast[1024 * 1024];
  g_autoptr (GError) error = NULL;
  World *world = world_new ((CvMlsSuiteId){0x0001});
  Person *alice = world_add (world, "Alice", "");
  Person *bob = world_add (world, "Bob", "");
  alice->uses_jobs = TRUE;
  world_host (world, alice, CV_E2EE_ADMISSION_LINK);
  world_join (world, bob);
  world_run_for (world, 2 * SECOND);
  guint64 epoch = world->epoch;
  for (guint i = 0; i < 2; i++) {
    g_clear_pointer (&alice->last_commit, cv_e2ee_commit_unref);
    g_assert_true (cv_e2ee_group_driver_set_locked (alice->driver, TRUE, &error));
    g_assert_nonnull (alice->job);
    if (i == 0) {
      g_clear_pointer (&alice->job->plan->policy, g_bytes_unref);
      alice->job->plan->policy = g_bytes_new_static (ballast, sizeof ballast);
      alice->job->authenticated_data = g_bytes_new_static (ballast, sizeof ballast);
      g_log_set_always_fatal (G_LOG_FATAL_MASK); /* it is told in the log */
    }
    world_run_for (world, SECOND);
    g_assert_true ((alice->last_commit != NULL) == (i > 0));
    g_assert_cmpuint (world->epoch, ==, epoch + i);
  }
  g_assert_true (get_policy (bob)->is_locked);
  world_free (world);
}

/* ---- KeyPackages that no commit can add ---- */

static void
test_lacks_policy (HostileMeeting *meeting, gconstpointer data)
{
  HostileGuest guest = hostile_make_guest (meeting);
  guest.connection = "visitor";
  guest.lacks_policy = TRUE;
  g_autoptr (GBytes) key_package = hostile_make_key_package (meeting->world, &guest);
  Person *dave = world_add (meeting->world, "Dave", "");
  hostile_knock (meeting, "visitor", key_package);
  world_knock (meeting->world, dave);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->alice->driver, CV_E2EE_NOTICE_BAD_KNOCK), ==, 1);
  world_run_until_members (meeting->world, 4, 5 * SECOND);
  assert_all_here (meeting, 4);
}

/* Two that are good each, and cannot both be added: which of them is found by trying. */
static void
knock_as_twins (HostileMeeting *meeting)
{
  g_autoptr (GError) error = NULL;
  g_auto (CvCryptoKeyPair) key = {0};
  static const char *const ids[] = {"first", "second"};
  g_assert_true (cv_crypto_signature_generate (meeting->world->crypto,
                                               meeting->world->suite->signature, &key, &error));
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    HostileGuest guest = hostile_make_guest (meeting);
    guest.connection = ids[i];
    guest.key = &key;
    g_autoptr (GBytes) key_package = hostile_make_key_package (meeting->world, &guest);
    hostile_knock (meeting, ids[i], key_package);
  }
}

static void
test_twins (HostileMeeting *meeting, gconstpointer data)
{
  Person *honest[4];
  for (guint i = 0; i < 2; i++) {
    honest[i] = world_add (meeting->world, "Early", "");
    world_knock (meeting->world, honest[i]);
  }
  knock_as_twins (meeting);
  for (guint i = 2; i < 4; i++) {
    honest[i] = world_add (meeting->world, "Late", "");
    world_knock (meeting->world, honest[i]);
  }
  /* All the honest ones and one of the twins. */
  world_run_for (meeting->world, 10 * SECOND);
  assert_all_here (meeting, 8);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpuint (honest[i]->n_joined, ==, 1);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_visitors (meeting->alice->driver), ==, 0);
}

/* What a moderator asked for comes at once, whoever is at the door. */
static void
test_twins_and_a_removal (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  knock_as_twins (meeting);
  g_assert_true (
      cv_e2ee_group_driver_remove (meeting->alice->driver, world_leaf (meeting->carol), &error));
  world_run_for (meeting->world, SECOND / 10);
  g_assert_cmpint (meeting->carol->end, ==, CV_E2EE_END_REMOVED);
  g_assert_cmpuint (count_members (meeting->bob), ==, 2);
}

static void
test_twins_and_a_leaver (HostileMeeting *meeting, gconstpointer data)
{
  knock_as_twins (meeting);
  world_leave (meeting->world, meeting->carol);
  world_run_for (meeting->world, 2 * SECOND);
  g_assert_null (
      cv_e2ee_group_driver_find_by_member_id (meeting->alice->driver, meeting->carol->id));
}

/* Who has just come is told of all who knock, also of those whose commit was ordered meanwhile and who
 * wait for its Welcome: no word of a wrong passcode may be faster than that. */
static void
test_knock_of_who_was_added (HostileMeeting *meeting, gconstpointer data)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  Person *inside[] = {meeting->alice, meeting->bob, meeting->carol};
  world_join (meeting->world, dave);
  for (guint i = 0; i < G_N_ELEMENTS (inside); i++)
    cv_e2ee_group_driver_on_knock (inside[i]->driver, dave->id, dave->last_knock);
  world_run_for (meeting->world, 5 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (inside); i++) {
    const CvE2eeDriverVisitor *visitor = cv_e2ee_driver_door_find (inside[i]->driver, dave->id);
    g_assert_nonnull (visitor);
    g_assert_false (visitor->is_denied);
    g_assert_cmpuint (cv_e2ee_group_driver_get_n_visitors (inside[i]->driver), ==, 0);
  }
  /* Should the Welcome have been lost, the owner is told to begin anew. */
  world_run_for (meeting->world, 10 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (inside); i++)
    g_assert_null (cv_e2ee_driver_door_find (inside[i]->driver, dave->id));
  world_assert_agree (meeting->world);
}

#define ADD(path, data, test_fn)                                                                   \
  g_test_add ("/e2ee/proposers/" path, HostileMeeting, data, hostile_set_up, test_fn,              \
              hostile_tear_down)
#define ADD_MODERATED(path, data, test_fn)                                                         \
  g_test_add ("/e2ee/proposers/" path, HostileMeeting, data, hostile_set_up_moderated, test_fn,    \
              hostile_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("begins-now", &begins_now, test_hardly_in_time);
  ADD ("statement-ends", &statement_ends, test_hardly_in_time);
  ADD ("leaf-ends", &leaf_ends, test_hardly_in_time);
  ADD ("in-time", &ends_later, test_in_time);
  ADD ("lacks-policy", NULL, test_lacks_policy);
  ADD ("twins", NULL, test_twins);
  ADD ("twins-and-a-removal", NULL, test_twins_and_a_removal);
  ADD ("twins-and-a-leaver", NULL, test_twins_and_a_leaver);
  ADD_MODERATED ("runs-out-at-the-door", &ends_later, test_runs_out_at_the_door);
  ADD_MODERATED ("admission-of-one-demoted", NULL, test_stale_admission);
  ADD_MODERATED ("admission-of-one-removed", GINT_TO_POINTER (TRUE), test_stale_admission);
  ADD ("wishes-under-way", NULL, test_wishes_under_way);
  ADD ("changes-her-mind", NULL, test_changes_her_mind);
  ADD ("two-moderators", NULL, test_two_moderators);
  ADD ("wish-that-holds", NULL, test_wish_that_holds);
  ADD ("resealed-knock", NULL, test_resealed_knock);
  ADD ("earlier-knock-again", NULL, test_earlier_knock_again);
  ADD ("goodbye-without-leaving", NULL, test_goodbye_without_leaving);
  g_test_add_func ("/e2ee/proposers/too-large", test_too_large);
  ADD ("back-too-late", NULL, test_back_too_late);
  ADD ("return-window", NULL, test_return_window);
  ADD ("used-are-forgotten", NULL, test_used_are_forgotten);
  ADD ("knock-of-who-was-added", NULL, test_knock_of_who_was_added);
  return g_test_run ();
}
