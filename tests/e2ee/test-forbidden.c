/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A commit that breaks the rules and is not voided, because half of the others are its author's, or
 * the server is. Who refused it stays where it was, warned, and is led there by no other way. */
#include "e2ee/hostile-meeting.h"
#include "mls/group-private.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

/* Junk that the server calls the commit of this epoch. */
static GBytes *
make_junk_commit (Person *person)
{
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_u16 (&writer, 1); /* mls10 */
  cv_writer_u16 (&writer, 2); /* PrivateMessage */
  cv_writer_vector (&writer, cv_e2ee_group_driver_get_group_id (person->driver));
  cv_writer_u64 (&writer, cv_e2ee_group_driver_get_epoch (person->driver));
  cv_writer_u8 (&writer, CV_MLS_CONTENT_COMMIT);
  for (guint i = 0; i < 3; i++)
    cv_writer_vector (&writer, CV_SPAN_LITERAL ("rubbish"));
  return cv_writer_take (&writer);
}

static guint
count (Person *person, CvE2eeNotice notice)
{
  return (guint)cv_e2ee_group_driver_get_n_notices (person->driver, notice);
}

/* Bob in the creator's place. */
static GBytes *
make_usurpers_policy (HostileMeeting *meeting)
{
  CvE2eePolicy policy = *cv_e2ee_group_driver_get_policy (meeting->alice->driver);
  memcpy (policy.moderators[0].hash, meeting->bob->driver->own_hash, CV_IDENTITY_HASH_LEN);
  return cv_e2ee_policy_write (&policy);
}

/* Bob beside her. */
static GBytes *
make_climbers_policy (HostileMeeting *meeting)
{
  CvE2eePolicy policy = *cv_e2ee_group_driver_get_policy (meeting->alice->driver);
  memcpy (policy.moderators[policy.n_moderators++].hash, meeting->bob->driver->own_hash,
          CV_IDENTITY_HASH_LEN);
  return cv_e2ee_policy_write (&policy);
}

/* Bob's commit is ordered, and he goes on with it. */
static void
commit_and_follow (HostileMeeting *meeting, CvMlsCommitParams *params)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  CvE2eeGroupDriver *bob = meeting->bob->driver;
  params->now_s = (guint64)(meeting->world->clock.wall_us / SECOND);
  g_assert_true (cv_mls_group_commit (bob->group, params, &result, &error));
  g_assert_no_error (error);
  meeting->bob->no_ordered = TRUE;
  g_autoptr (CvE2eeCommit) commit = world_name_commit (meeting->bob, params, result.commit);
  world_order (meeting->world, meeting->bob, commit);
  cv_e2ee_driver_enter (bob);
  g_assert_true (cv_e2ee_driver_epoch_install (bob, result.next, params->n_removes > 0));
  cv_e2ee_driver_leave (bob);
  meeting->bob->no_ordered = FALSE;
}

static void
commit_policy (HostileMeeting *meeting, GBytes *policy)
{
  CvSpan span = cv_span_from_bytes (policy);
  commit_and_follow (meeting,
                     &(CvMlsCommitParams){.policy = &span, .policy_type = CV_E2EE_POLICY_TYPE});
}

static void
usurp (HostileMeeting *meeting)
{
  g_autoptr (GBytes) policy = make_usurpers_policy (meeting);
  commit_policy (meeting, policy);
}

/* Dan and Dora are Bob's: they say nothing against what he does, so nothing is voided. */
static void
bring_friends (HostileMeeting *meeting)
{
  Person *friends[] = {world_add (meeting->world, "Dan", ""),
                       world_add (meeting->world, "Dora", "")};
  for (guint i = 0; i < G_N_ELEMENTS (friends); i++)
    world_join (meeting->world, friends[i]);
  world_run_for (meeting->world, SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (friends); i++)
    friends[i]->no_ordered = friends[i]->is_silenced = TRUE;
}

typedef struct {
  guint64 epoch;
  guint n_members;
} Before;

static Before
look (Person *person)
{
  return (Before){cv_e2ee_group_driver_get_epoch (person->driver),
                  cv_e2ee_group_driver_get_n_members (person->driver)};
}

/* In the same epoch, warned of Bob by name, and saying nothing to whoever agrees no more. */
static void
assert_stayed (HostileMeeting *meeting, Person *person, Before before)
{
  CvE2eeReason first =
      g_array_index (cv_e2ee_group_driver_get_trust (person->driver)->reasons, CvE2eeReason, 0);
  g_assert_cmpint (cv_e2ee_group_driver_get_phase (person->driver), ==, CV_E2EE_PHASE_MEMBER);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (person->driver), ==, before.epoch);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (person->driver), ==, before.n_members);
  g_assert_cmpint (cv_e2ee_group_driver_get_trust (person->driver)->state, ==,
                   CV_E2EE_SHIELD_WARNING);
  g_assert_true (first.kind == CV_E2EE_REASON_ALONE
                 || first.kind == CV_E2EE_REASON_REJECTED_COMMIT);
  g_assert_true (world_has_reason (person, CV_E2EE_REASON_REJECTED_COMMIT));
  g_assert_cmpint (count (person, CV_E2EE_NOTICE_FORBIDDEN_COMMIT), >, 0);
  g_assert_cmpint (count (person, CV_E2EE_NOTICE_BAD_WELCOME), ==, 0);
}

/* Others' heartbeats tell of the next epoch, and the gap's answer is the same commit again. */
static void
test_is_not_followed_later (HostileMeeting *meeting, gconstpointer data)
{
  bring_friends (meeting);
  Before before = look (meeting->alice);
  usurp (meeting);
  world_run_for (meeting->world, 60 * SECOND);
  g_assert_cmpuint (meeting->world->n_voided, ==, 0);
  assert_stayed (meeting, meeting->alice, before);
  assert_stayed (meeting, meeting->carol, before);
  g_assert_true (cv_e2ee_group_driver_is_moderator (meeting->alice->driver));
  g_assert_cmpuint (count (meeting->alice, CV_E2EE_NOTICE_FORBIDDEN_COMMIT), >, 1);
  g_assert_cmpuint (count (meeting->alice, CV_E2EE_NOTICE_BAD_COMMIT), ==, 0);
}

static void
test_removal_is_not_followed_later (HostileMeeting *meeting, gconstpointer data)
{
  CvMlsLeaf carol = world_leaf (meeting->carol);
  bring_friends (meeting);
  Before before = look (meeting->alice);
  commit_and_follow (meeting, &(CvMlsCommitParams){.removes = &carol, .n_removes = 1});
  world_run_for (meeting->world, 60 * SECOND);
  assert_stayed (meeting, meeting->alice, before);
  assert_stayed (meeting, meeting->carol, before);
  g_assert_false (world_has_reason (meeting->alice, CV_E2EE_REASON_ALONE)); /* Carol agrees */
}

/* Alice alone refuses, everybody else goes on: she says nothing more. */
static void
test_alone_says_nothing (HostileMeeting *meeting, gconstpointer data)
{
  bring_friends (meeting);
  Before before = look (meeting->alice);
  meeting->carol->no_ordered = meeting->carol->is_silenced = TRUE;
  usurp (meeting);
  world_run_for (meeting->world, 60 * SECOND);
  assert_stayed (meeting, meeting->alice, before);
  g_assert_true (world_has_reason (meeting->alice, CV_E2EE_REASON_ALONE));
  g_autoptr (GBytes) frame = world_seal_frame (meeting->alice, CV_E2EE_TRACK_MICROPHONE);
  g_assert_null (frame);
}

/* A server that is Bob's says that the gap is gone, that the commit was voided, that junk is the
 * commit instead. */
static void
test_servers_words_lead_nowhere (HostileMeeting *meeting, gconstpointer data)
{
  CvE2eeGroupDriver *alice = meeting->alice->driver;
  bring_friends (meeting);
  Before before = look (meeting->alice);
  g_autoptr (GBytes) junk = make_junk_commit (meeting->alice);
  usurp (meeting);
  world_run_for (meeting->world, SECOND);
  cv_e2ee_group_driver_on_gap_unavailable (alice);
  world_run_for (meeting->world, 20 * SECOND);
  assert_stayed (meeting, meeting->alice, before);
  cv_e2ee_group_driver_on_commit_voided (alice, before.epoch);
  cv_e2ee_group_driver_on_gap_unavailable (alice);
  world_tell_ordered (meeting->alice, junk);
  g_assert_cmpuint (count (meeting->alice, CV_E2EE_NOTICE_BAD_COMMIT), ==, 1);
  meeting->alice->has_no_log = TRUE;
  world_run_for (meeting->world, 60 * SECOND);
  assert_stayed (meeting, meeting->alice, before);
}

/* She was on her way back already. */
static void
test_ends_the_way_back (HostileMeeting *meeting, gconstpointer data)
{
  bring_friends (meeting);
  Before before = look (meeting->alice);
  meeting->alice->no_applications = TRUE;
  cv_e2ee_group_driver_on_gap_unavailable (meeting->alice->driver);
  g_assert_cmpint (cv_e2ee_group_driver_get_phase (meeting->alice->driver), ==,
                   CV_E2EE_PHASE_RESYNC);
  meeting->alice->holds_commits = TRUE; /* her external commit, too */
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (meeting->alice->driver->own_commits->len, ==, 1);
  usurp (meeting);
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (meeting->alice->driver->own_commits->len, ==, 0);
  meeting->alice->no_applications = FALSE;
  world_run_for (meeting->world, 60 * SECOND);
  assert_stayed (meeting, meeting->alice, before);
}

/* When most refuse, the meeting goes on in the same epoch, and what was refused is in nobody's way. */
static void
test_voided_is_in_nobodys_way (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) policy = make_usurpers_policy (meeting);
  CvSpan span = cv_span_from_bytes (policy);
  hostile_commit (meeting,
                  &(CvMlsCommitParams){.policy = &span, .policy_type = CV_E2EE_POLICY_TYPE});
  g_autoptr (CvE2eeCommit) refused =
      cv_e2ee_commit_ref (g_ptr_array_index (meeting->world->log, meeting->world->log->len - 1));
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (meeting->world->n_voided, ==, 1);
  /* The same once more is refused once more. */
  world_order (meeting->world, meeting->bob, refused);
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (meeting->world->n_voided, ==, 2);
  g_assert_cmpuint (count (meeting->alice, CV_E2EE_NOTICE_FORBIDDEN_COMMIT), ==, 2);
  g_assert_cmpuint (count (meeting->alice, CV_E2EE_NOTICE_BAD_COMMIT), ==, 0);
  /* Another one is followed at once. */
  guint64 epoch = cv_e2ee_group_driver_get_epoch (meeting->carol->driver);
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->alice->driver, TRUE, &error));
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->carol->driver), ==, epoch + 1);
  g_assert_null (meeting->carol->driver->refused_commit);
  world_run_until_members (meeting->world, 2, 25 * SECOND);
  world_assert_agree (meeting->world);
}

/* ---- what a way back may lead to ---- */

/* The server withholds the commit, and Bob, the only other one, tells where the meeting is now: he is
 * its creator, or has become a moderator by himself. */
static void
test_usurper_tells_the_way_back (HostileMeeting *meeting, gconstpointer is_climber)
{
  g_autoptr (GBytes) policy =
      is_climber != NULL ? make_climbers_policy (meeting) : make_usurpers_policy (meeting);
  world_leave (meeting->world, meeting->carol);
  world_run_until_members (meeting->world, 2, 10 * SECOND);
  world_run_for (meeting->world, SECOND);
  Before before = look (meeting->alice);
  meeting->alice->no_ordered = meeting->alice->has_no_log = TRUE;
  commit_policy (meeting, policy);
  for (guint i = 0; i < 40 && meeting->alice->n_ended == 0; i++) {
    world_run_for (meeting->world, SECOND);
    if (meeting->alice->n_ended == 0)
      g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->alice->driver), ==, before.epoch);
  }
  g_assert_cmpuint (meeting->world->n_group_infos, >, 0);
  g_assert_cmpuint (count (meeting->alice, CV_E2EE_NOTICE_BAD_WELCOME), >, 0);
  g_assert_cmpuint (meeting->alice->n_ended, ==, 1);
  g_assert_cmpint (meeting->alice->end, ==, CV_E2EE_END_GROUP_GONE);
}

/* What moderators may change is followed: who may do so, the lock, the door. */
static void
test_moderators_changes_are_followed (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  CvE2eeGroupDriver *alice = meeting->alice->driver;
  meeting->carol->no_ordered = TRUE;
  g_assert_true (
      cv_e2ee_group_driver_set_moderator (alice, world_leaf (meeting->bob), TRUE, &error));
  world_run_for (meeting->world, SECOND);
  g_assert_true (cv_e2ee_group_driver_set_locked (meeting->bob->driver, TRUE, &error));
  g_assert_true (cv_e2ee_group_driver_set_admission (alice, CV_E2EE_ADMISSION_MODERATOR, &error));
  world_run_for (meeting->world, 2 * SECOND);
  meeting->carol->no_ordered = FALSE;
  meeting->carol->has_no_log = TRUE;
  world_run_for (meeting->world, 15 * SECOND);
  g_assert_cmpuint (count (meeting->alice, CV_E2EE_NOTICE_RESYNCED), ==, 1);
  const CvE2eePolicy *policy = cv_e2ee_group_driver_get_policy (meeting->carol->driver);
  g_assert_cmpuint (policy->n_moderators, ==, 2);
  g_assert_true (policy->is_locked);
  g_assert_cmpint (policy->admission, ==, CV_E2EE_ADMISSION_MODERATOR);
  world_assert_agree (meeting->world);
}

#define ADD(path, test_fn)                                                                         \
  g_test_add ("/e2ee/forbidden/" path, HostileMeeting, NULL, hostile_set_up, test_fn,              \
              hostile_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("is-not-followed-later", test_is_not_followed_later);
  ADD ("removal-is-not-followed-later", test_removal_is_not_followed_later);
  ADD ("alone-says-nothing", test_alone_says_nothing);
  ADD ("servers-words-lead-nowhere", test_servers_words_lead_nowhere);
  ADD ("ends-the-way-back", test_ends_the_way_back);
  ADD ("voided-is-in-nobodys-way", test_voided_is_in_nobodys_way);
  ADD ("usurper-tells-the-way-back", test_usurper_tells_the_way_back);
  g_test_add ("/e2ee/forbidden/climber-tells-the-way-back", HostileMeeting, GINT_TO_POINTER (TRUE),
              hostile_set_up, test_usurper_tells_the_way_back, hostile_tear_down);
  ADD ("moderators-changes-are-followed", test_moderators_changes_are_followed);
  return g_test_run ();
}
