/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A member who waits for, or brings about, the moment when others judge mildly: because they think
 * that they are behind, because somebody has only just come, because an epoch is long gone. */
#include "e2ee/hostile-meeting.h"
#include "mls/group-private.h"
#include "sframe/header.h"

#define SECOND G_USEC_PER_SEC

/* An application message of the next epoch, as far as its header says. */
static GBytes *
make_future_message (const CvMlsGroup *group)
{
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_u16 (&writer, 1); /* mls10 */
  cv_writer_u16 (&writer, 2); /* PrivateMessage */
  cv_writer_vector (&writer, cv_mls_group_get_id (group));
  cv_writer_u64 (&writer, cv_mls_group_get_epoch (group) + 1);
  cv_writer_u8 (&writer, 1); /* application */
  for (guint i = 0; i < 3; i++)
    cv_writer_vector (&writer, CV_SPAN_LITERAL ("rubbish"));
  return cv_writer_take (&writer);
}

/* Who is told of an epoch to come asks for what it missed, and judges as strictly as before. */
static void
test_pretended_gap (HostileMeeting *meeting, gconstpointer data)
{
  CvMlsLeaf carol = world_leaf (meeting->carol);
  g_autoptr (GBytes) message = make_future_message (meeting->bob->driver->group);
  cv_e2ee_group_driver_on_application (meeting->alice->driver, meeting->bob->id, message);
  cv_e2ee_group_driver_on_application (meeting->carol->driver, meeting->bob->id, message);
  world_run_for (meeting->world, 5 * SECOND);
  hostile_commit (meeting, &(CvMlsCommitParams){.removes = &carol, .n_removes = 1});
  hostile_assert_refused (meeting);
  g_assert_cmpuint (meeting->carol->n_ended, ==, 0);
}

static HostileGuest
make_guest_with_times (HostileMeeting *meeting, const HostileGuest *times)
{
  HostileGuest guest = hostile_make_guest (meeting);
  guest.begun_s = times->begun_s;
  guest.statement_left_s = times->statement_left_s;
  guest.leaf_left_s = times->leaf_left_s;
  return guest;
}

static const HostileGuest leaf_ends = {.leaf_left_s = 3};
static const HostileGuest statement_ends = {.statement_left_s = 3};
static const HostileGuest begins = {.begun_s = 1};

/* Added in time, as Alice sees, while Carol is away; she hears of it when it is not in time any more, or
 * was not yet when she left. */
static void
test_in_time_while_away (HostileMeeting *meeting, gconstpointer times)
{
  HostileGuest guest = make_guest_with_times (meeting, times);
  meeting->bob->no_ordered = TRUE; /* his own program would wonder at his commit */
  meeting->carol->is_forgotten = TRUE;
  world_cut (meeting->world, meeting->carol);
  world_run_for (meeting->world, 3 * SECOND);
  hostile_add (meeting, &guest, TRUE);
  world_run_for (meeting->world, 5 * SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->alice->driver), ==, 4);
  world_resume (meeting->world, meeting->carol);
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->carol->driver), ==, 4);
  g_assert_cmpuint (
      cv_e2ee_group_driver_get_n_notices (meeting->carol->driver, CV_E2EE_NOTICE_BAD_COMMIT), ==,
      0);
  g_assert_cmpuint (meeting->world->n_voided, ==, 0);
}

/* What ended before Carol went is no more in time for her than for those who stayed. */
static void
test_ended_before (HostileMeeting *meeting, gconstpointer was_away)
{
  HostileGuest guest = make_guest_with_times (meeting, &statement_ends);
  g_autoptr (GBytes) key_package = hostile_make_key_package (meeting->world, &guest);
  g_autoptr (GBytes) message = make_future_message (meeting->bob->driver->group);
  world_run_for (meeting->world, 10 * SECOND);
  if (was_away != NULL) {
    world_cut (meeting->world, meeting->carol);
    world_run_for (meeting->world, SECOND);
    world_resume (meeting->world, meeting->carol);
  }
  cv_e2ee_group_driver_on_application (meeting->alice->driver, meeting->bob->id, message);
  hostile_add_package (meeting, key_package, TRUE);
  hostile_assert_refused (meeting);
}

/* Dave is inside, and nobody has heard him yet. */
static Person *
let_dave_in (HostileMeeting *meeting)
{
  Person *dave = world_add (meeting->world, "Dave", "");
  dave->is_silenced = TRUE;
  world_knock (meeting->world, dave);
  world_run_until_members (meeting->world, 4, 10 * SECOND);
  return dave;
}

static void
test_removes_who_has_just_come (HostileMeeting *meeting, gconstpointer data)
{
  Person *dave = let_dave_in (meeting);
  CvMlsLeaf leaf = world_leaf (dave);
  guint64 epoch = cv_e2ee_group_driver_get_epoch (meeting->alice->driver);
  hostile_commit (meeting, &(CvMlsCommitParams){.removes = &leaf, .n_removes = 1});
  world_run_for (meeting->world, SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->alice->driver), ==, epoch);
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->carol->driver), ==, epoch);
  g_assert_cmpuint (meeting->world->n_voided, ==, 1);
  g_assert_cmpuint (dave->n_ended, ==, 0);
}

/* Dave came while Carol was away, and is never heard. Who saw him come gives him up before Carol would,
 * who heard of him eight seconds later. */
static void
test_gives_up_who_came_meanwhile (HostileMeeting *meeting, gconstpointer data)
{
  World *world = meeting->world;
  Person *people[] = {meeting->alice, meeting->bob, meeting->carol};
  meeting->carol->is_forgotten = TRUE;
  world_cut (world, meeting->carol);
  world_run_for (world, SECOND);
  Person *dave = world_add (world, "Dave", "");
  dave->is_silenced = TRUE;
  world_knock (world, dave);
  world_run_for (world, 8 * SECOND);
  world_resume (world, meeting->carol);
  world_run_for (world, SECOND);
  g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (meeting->carol->driver), ==, 4);
  world_run_for (world, 25 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (people); i++) {
    g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (people[i]->driver), ==, 3);
    g_assert_cmpuint (
        cv_e2ee_group_driver_get_n_notices (people[i]->driver, CV_E2EE_NOTICE_FORBIDDEN_COMMIT), ==,
        0);
  }
}

/* Bob comes back from an epoch before Dave's, whose secret Dave never had. */
static void
come_back_from (HostileMeeting *meeting, const CvMlsResumption *resumption)
{
  g_auto (CvMlsCommitResult) result = {0};
  g_autoptr (GError) error = NULL;
  static const guint16 types[] = {CV_E2EE_POLICY_TYPE};
  CvMlsGroup *bobs = meeting->bob->driver->group;
  CvMlsMember bob;
  g_assert_true (cv_mls_group_get_member (bobs, world_leaf (meeting->bob), &bob));
  g_autoptr (GBytes) info = cv_mls_group_dup_group_info (bobs, &error);
  const CvMlsLeafParams leaf = {
      .suite = meeting->world->suite,
      .signature_private = cv_secret_span (bobs->signature_private),
      .signature_public = bob.signature_public,
      .identity = bob.identity,
      .application_id = bob.application_id,
      .extension_types = types,
      .n_extension_types = 1,
  };
  const CvMlsExternalJoinParams params = {
      .group_info = cv_span_from_bytes (info),
      .leaf = &leaf,
      .replaces_own_leaf = TRUE,
      .resumptions = resumption,
      .n_resumptions = 1,
      .now_s = (guint64)(meeting->world->clock.wall_us / G_USEC_PER_SEC),
  };
  g_assert_true (cv_mls_group_external_join (meeting->world->crypto, &params, &result, &error)
                 || error);
  g_assert_no_error (error);
  g_autoptr (CvE2eeCommit) commit = cv_e2ee_commit_new (result.commit, NULL, NULL);
  world_order (meeting->world, meeting->bob, commit);
}

static void
test_old_epoch_from_outside (HostileMeeting *meeting, gconstpointer is_before)
{
  CvMlsGroup *bobs = meeting->bob->driver->group;
  CvMlsResumption resumption = {cv_mls_group_get_id (bobs), cv_mls_group_get_epoch (bobs), NULL};
  g_autoptr (CvSecret) old = cv_mls_group_dup_resumption_psk (bobs, resumption.epoch);
  g_autoptr (CvSecret) current = NULL;
  Person *dave = world_add (meeting->world, "Dave", "");
  world_join (meeting->world, dave);
  world_run_for (meeting->world, SECOND);
  bobs = meeting->bob->driver->group;
  guint64 epoch = cv_mls_group_get_epoch (bobs);
  current = cv_mls_group_dup_resumption_psk (bobs, epoch);
  resumption.group_id = cv_mls_group_get_id (bobs);
  resumption.secret = is_before ? old : current;
  if (!is_before)
    resumption.epoch = epoch;
  meeting->bob->no_ordered = TRUE; /* his own program would wonder at his commit */
  come_back_from (meeting, &resumption);
  world_run_for (meeting->world, SECOND);
  Person *others[] = {meeting->alice, meeting->carol, dave};
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (others[i]->driver), ==,
                      is_before ? epoch : epoch + 1);
  g_assert_cmpuint (meeting->world->n_voided, ==, is_before ? 1 : 0);
}

/* So many at once that honest commits after them would be too large. */
static void
test_adds_a_crowd (HostileMeeting *meeting, gconstpointer data)
{
  HostileGuest guest = hostile_make_guest (meeting);
  g_autoptr (GPtrArray) packages = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  CvSpan adds[CV_E2EE_DRIVER_BATCH_MAX + 1];
  CvMlsPsk psk = {
      .id = cv_e2ee_room_keys_get_psk_id (meeting->bob->keys),
      .secret = cv_e2ee_room_keys_get_psk (meeting->bob->keys),
  };
  for (guint i = 0; i < G_N_ELEMENTS (adds); i++) {
    g_ptr_array_add (packages, hostile_make_key_package (meeting->world, &guest));
    adds[i] = cv_span_from_bytes (g_ptr_array_index (packages, i));
  }
  hostile_commit (meeting, &(CvMlsCommitParams){
                               .adds = adds, .n_adds = packages->len, .psks = &psk, .n_psks = 1});
  hostile_assert_refused (meeting);
}

/* However much of it is somebody's ballast, the next Welcome can be relayed. */
static void
test_room_is_bounded (void)
{
  const CvMlsSuite *pq = cv_crypto_suites_find_mls ((CvMlsSuiteId){0xF001});
  const CvMlsSuite *strict = cv_crypto_suites_find_mls ((CvMlsSuiteId){0xF002});
  const CvMlsSuite *small = cv_crypto_suites_find_mls ((CvMlsSuiteId){0x0001});
  g_assert_true (cv_e2ee_driver_rules_can_carry (small, 1000, 1000 * 600));
  g_assert_false (cv_e2ee_driver_rules_can_carry (small, 1001, 1001 * 600));
  g_assert_true (cv_e2ee_driver_rules_can_carry (pq, 850, 850 * 1800));
  g_assert_false (cv_e2ee_driver_rules_can_carry (pq, 850, 850 * CV_E2EE_LEAF_MAX_LEN));
  g_assert_true (cv_e2ee_driver_rules_can_carry (strict, 600, 600 * 2400));
  g_assert_false (cv_e2ee_driver_rules_can_carry (strict, 700, 700 * 2400));
}

/* Bob adds somebody who was here and left, by the KeyPackage of then. Who came in between cannot
 * know that: everybody takes it, so that nobody is split off, and it is soon gone again. */
static void
test_adds_who_was_here (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  World *world = meeting->world;
  Person *erin = world_add (world, "Erin", "");
  Person *dave = world_add (world, "Dave", "");
  world_join (world, erin);
  g_autoptr (CvE2eeKnock) knock = cv_e2ee_knock_open (
      world->crypto, meeting->bob->keys, world->suite, cv_span_from_bytes (erin->last_knock),
      (guint64)(world->clock.wall_us / G_USEC_PER_SEC), &error);
  g_assert_no_error (error);
  world_leave (world, erin);
  world_run_until_members (world, 3, 10 * SECOND);
  world_join (world, dave);
  world_run_for (world, SECOND);
  meeting->bob->no_ordered = TRUE; /* his own program would wonder at his commit */
  hostile_add_package (meeting, knock->key_package, TRUE);
  world_run_for (world, SECOND);
  Person *others[] = {meeting->alice, meeting->carol, dave};
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (others[i]->driver), ==, 5);
  g_assert_cmpuint (world->n_voided, ==, 0);
  world_run_for (world, 60 * SECOND);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_cmpuint (cv_e2ee_group_driver_get_n_members (others[i]->driver), <, 5);
}

/* Epoch after epoch, each before the half second of the one before is over. Carol acknowledges
 * none. */
static void
test_epochs_in_a_hurry (HostileMeeting *meeting, gconstpointer data)
{
  g_autoptr (CvMlsGroup) group = cv_mls_group_ref (meeting->bob->driver->group);
  guint64 first = cv_mls_group_get_epoch (group);
  CvSframeHeader header;
  meeting->bob->no_ordered = TRUE;
  meeting->carol->is_silenced = TRUE;
  for (guint i = 0; i < 8; i++) {
    CvMlsCommitParams params = {.now_s = (guint64)(meeting->world->clock.wall_us / SECOND)};
    g_auto (CvMlsCommitResult) result = {0};
    g_assert_true (cv_mls_group_commit (group, &params, &result, NULL));
    g_autoptr (CvE2eeCommit) commit = cv_e2ee_commit_new (result.commit, NULL, NULL);
    world_order (meeting->world, meeting->bob, commit);
    cv_mls_group_unref (group);
    group = cv_mls_group_ref (result.next);
    world_run_for (meeting->world, 3 * SECOND / 10);
  }
  g_assert_cmpuint (cv_e2ee_group_driver_get_epoch (meeting->alice->driver), ==, first + 8);
  g_autoptr (GBytes) frame = world_seal_frame (meeting->alice, CV_E2EE_TRACK_MICROPHONE);
  g_assert_cmpuint (cv_sframe_header_parse (cv_span_from_bytes (frame), &header), >, 0);
  g_assert_cmpuint (header.kid & 15, >=, (first + 6) & 15);
}

#define ADD(path, data, test_fn)                                                                   \
  g_test_add ("/e2ee/hostile-timing/" path, HostileMeeting, data, hostile_set_up, test_fn,         \
              hostile_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("pretended-gap", NULL, test_pretended_gap);
  ADD ("leaf-ended-while-away", &leaf_ends, test_in_time_while_away);
  ADD ("statement-ended-while-away", &statement_ends, test_in_time_while_away);
  ADD ("began-while-away", &begins, test_in_time_while_away);
  ADD ("ended-before", NULL, test_ended_before);
  ADD ("ended-before-one-was-away", GINT_TO_POINTER (TRUE), test_ended_before);
  ADD ("removes-who-has-just-come", NULL, test_removes_who_has_just_come);
  ADD ("gives-up-who-came-meanwhile", NULL, test_gives_up_who_came_meanwhile);
  ADD ("old-epoch-from-outside", GINT_TO_POINTER (TRUE), test_old_epoch_from_outside);
  ADD ("newest-epoch-from-outside", GINT_TO_POINTER (FALSE), test_old_epoch_from_outside);
  ADD ("adds-a-crowd", NULL, test_adds_a_crowd);
  g_test_add_func ("/e2ee/hostile-timing/room-is-bounded", test_room_is_bounded);
  ADD ("epochs-in-a-hurry", NULL, test_epochs_in_a_hurry);
  ADD ("adds-who-was-here", NULL, test_adds_who_was_here);
  return g_test_run ();
}
