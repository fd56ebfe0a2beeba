/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "fake-room.h"

static void
test_first_commit_of_an_epoch_wins (void)
{
  g_auto (Meeting) meeting = {0};
  CvMessage *ordered;

  meeting_init (&meeting, 3);
  g_assert_true (say_commit (meeting.people[1], 0, "QQ=="));
  g_assert_true (say_commit (meeting.people[2], 0, "Qg=="));
  g_assert_cmpuint (heard (meeting.people[1], CV_MESSAGE_ACCEPTED)->epoch.epoch, ==, 0);
  g_assert_cmpint (rejection (meeting.people[2]), ==, CV_MESSAGE_REASON_STALE_EPOCH);
  ordered = heard (meeting.people[2], CV_MESSAGE_ORDERED);
  g_assert_cmpstr (ordered->group_message.from, ==, meeting.people[1]->member->id);
  g_assert_nonnull (heard (meeting.people[0], CV_MESSAGE_ORDERED));
  g_assert_null (heard (meeting.people[0], CV_MESSAGE_ORDERED));
  g_assert_null (heard (meeting.people[1], CV_MESSAGE_ORDERED));
}

static void
test_rejects_commits_out_of_place (void)
{
  g_auto (Meeting) meeting = {0};
  Person *anna;

  meeting_init (&meeting, 2);
  anna = meeting.people[0];
  g_assert_true (say_commit (anna, 1, "QQ=="));
  g_assert_cmpint (rejection (anna), ==, CV_MESSAGE_REASON_STALE_EPOCH);
  g_assert_true (
      say (anna, "{\"type\":\"commit\",\"group\":\"Z3J4\",\"epoch\":0,\"payload\":\"QQ==\"}"));
  g_assert_cmpint (rejection (anna), ==, CV_MESSAGE_REASON_WRONG_GROUP);
  g_assert_cmpuint (meeting.people[1]->inbox->len, ==, 0);
}

static void
test_bounds_epochs_a_second (void)
{
  g_auto (Meeting) meeting = {0};
  Person *anna;

  meeting_init (&meeting, 1);
  anna = meeting.people[0];
  for (guint i = 0; i < 5; i++)
    g_assert_true (say_commit (anna, i, "QQ=="));
  g_assert_cmpint (rejection (anna), ==, -1);
  g_assert_true (say_commit (anna, 5, "QQ=="));
  g_assert_cmpint (rejection (anna), ==, CV_MESSAGE_REASON_TOO_FAST);
  cv_fake_clock_advance_us (&meeting.world->clock, G_USEC_PER_SEC / 2);
  g_assert_true (say_commit (anna, 5, "QQ=="));
  g_assert_cmpint (rejection (anna), ==, -1);
}

static void
test_relays_to_the_others (void)
{
  g_auto (Meeting) meeting = {0};

  meeting_init (&meeting, 3);
  g_assert_true (say_application (meeting.people[0], 0, "QQ=="));
  g_assert_nonnull (heard (meeting.people[1], CV_MESSAGE_RELAYED));
  g_assert_nonnull (heard (meeting.people[2], CV_MESSAGE_RELAYED));
  g_assert_null (heard (meeting.people[0], CV_MESSAGE_RELAYED));
}

static void
test_relays_nothing_out_of_place (void)
{
  g_auto (Meeting) meeting = {0};

  meeting_init (&meeting, 2);
  g_assert_false (say_application (meeting.people[0], 1, "QQ=="));
  g_assert_true (
      say (meeting.people[0],
           "{\"type\":\"application\",\"group\":\"Z3J4\",\"epoch\":0,\"payload\":\"QQ==\"}"));
  g_assert_cmpuint (meeting.people[1]->inbox->len, ==, 0);
}

static void
test_fills_gaps (void)
{
  g_auto (Meeting) meeting = {0};
  Person *anna, *berta;

  meeting_init (&meeting, 2);
  anna = meeting.people[0];
  berta = meeting.people[1];
  for (guint i = 0; i < 3; i++)
    g_assert_true (say_commit (anna, i, "QQ=="));
  forget (berta);
  g_assert_true (say (berta, "{\"type\":\"gap\",\"epoch\":1}"));
  g_assert_cmpuint (heard (berta, CV_MESSAGE_ORDERED)->group_message.epoch, ==, 1);
  g_assert_cmpuint (heard (berta, CV_MESSAGE_ORDERED)->group_message.epoch, ==, 2);
  g_assert_cmpuint (heard (berta, CV_MESSAGE_GAP_END)->epoch.epoch, ==, 3);
  g_assert_true (say (berta, "{\"type\":\"gap\",\"epoch\":3}"));
  g_assert_cmpuint (heard (berta, CV_MESSAGE_GAP_END)->epoch.epoch, ==, 3);
  g_assert_false (say (berta, "{\"type\":\"gap\",\"epoch\":4}"));
}

static void
test_says_when_a_gap_is_too_old (void)
{
  g_auto (Meeting) meeting = {0};

  meeting_init (&meeting, 1);
  for (guint i = 0; i <= CV_LIMITS_COMMIT_LOG; i++) {
    cv_fake_clock_advance_us (&meeting.world->clock, G_USEC_PER_SEC);
    g_assert_true (say_commit (meeting.people[0], i, "QQ=="));
    acknowledge (meeting.people[0]);
  }
  g_assert_true (say (meeting.people[0], "{\"type\":\"gap\",\"epoch\":0}"));
  g_assert_cmpint (heard_error (meeting.people[0]), ==, CV_MESSAGE_CODE_GAP_TOO_OLD);
}

static void
test_voids_what_most_refuse (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;

  meeting_init (&meeting, 4);
  g_assert_true (say_commit (people[0], 0, "QQ=="));
  g_assert_true (say (people[1], "{\"type\":\"reject\",\"epoch\":0}"));
  g_assert_true (say (people[1], "{\"type\":\"reject\",\"epoch\":0}"));
  g_assert_null (heard (people[1], CV_MESSAGE_VOIDED));
  g_assert_true (say (people[2], "{\"type\":\"reject\",\"epoch\":0}"));
  g_assert_cmpuint (heard (people[1], CV_MESSAGE_VOIDED)->epoch.epoch, ==, 0);
  g_assert_null (people[0]->member);
  g_assert_cmpint (heard_error (people[0]), ==, CV_MESSAGE_CODE_VOIDED);
  g_assert_nonnull (heard (people[3], CV_MESSAGE_MEMBER_LEFT));
  /* The epoch is free again. */
  g_assert_true (say_commit (people[3], 0, "Qg=="));
  g_assert_nonnull (heard (people[3], CV_MESSAGE_ACCEPTED));
}

static void
test_half_is_not_enough_to_void (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;

  meeting_init (&meeting, 3);
  g_assert_true (say_commit (people[0], 0, "QQ=="));
  g_assert_true (say (people[0], "{\"type\":\"reject\",\"epoch\":0}"));
  g_assert_true (say (people[1], "{\"type\":\"reject\",\"epoch\":0}"));
  g_assert_null (heard (people[1], CV_MESSAGE_VOIDED));
  g_assert_true (say_commit (people[1], 1, "QQ=="));
  g_assert_nonnull (heard (people[1], CV_MESSAGE_ACCEPTED));
  /* Late words about an older commit do nothing. */
  g_assert_true (say (people[2], "{\"type\":\"reject\",\"epoch\":0}"));
  g_assert_nonnull (people[0]->member);
}

/* Three sit inside; the two whom the commit brings in can neither save it nor bring it down. */
static void
test_whom_a_commit_brought_in_has_no_vote (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;
  Person *guests[2];

  meeting_init (&meeting, 3);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    guests[i] = person_new (meeting.world, "guest");
  g_assert_true (say_commit (people[0], 0, "QQ=="));
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++) {
    let_in (people[0], guests[i], 1);
    g_assert_true (say (guests[i], "{\"type\":\"reject\",\"epoch\":0}"));
  }
  g_assert_true (say (people[1], "{\"type\":\"reject\",\"epoch\":0}"));
  g_assert_null (heard (people[1], CV_MESSAGE_VOIDED));
  g_assert_true (say (people[2], "{\"type\":\"reject\",\"epoch\":0}"));
  g_assert_nonnull (heard (people[1], CV_MESSAGE_VOIDED));
  g_assert_null (people[0]->member);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    person_free (guests[i]);
}

static void
test_only_the_last_one_makes_the_group_anew (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;

  meeting_init (&meeting, 2);
  g_assert_true (say (people[0], "{\"type\":\"group\",\"group\":\"bmV3\"}"));
  g_assert_cmpint (heard_error (people[0]), ==, CV_MESSAGE_CODE_NOT_EMPTY);
  g_assert_true (say (people[1], "{\"type\":\"leave\"}"));
  g_assert_true (say_commit (people[0], 0, "QQ=="));
  g_assert_true (say (people[0], "{\"type\":\"group\",\"group\":\"bmV3\"}"));
  g_assert_nonnull (heard (people[0], CV_MESSAGE_OPENED));
  g_assert_true (
      say (people[0], "{\"type\":\"commit\",\"group\":\"bmV3\",\"epoch\":0,\"payload\":\"QQ==\"}"));
  g_assert_cmpint (rejection (people[0]), ==, -1);
}

static void
test_carries_group_info_between_members (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;

  meeting_init (&meeting, 2);
  g_assert_true (say (people[1], "{\"type\":\"group-info-request\"}"));
  g_assert_cmpstr (heard (people[0], CV_MESSAGE_GROUP_INFO_WANTED)->id.id, ==,
                   people[1]->member->id);
  g_assert_true (sayf (people[0], "{\"type\":\"group-info\",\"to\":\"%s\",\"payload\":\"QQ==\"}",
                       people[1]->member->id));
  g_assert_nonnull (heard (people[1], CV_MESSAGE_GROUP_INFO_GIVEN));
  g_assert_true (say (people[1], "{\"type\":\"leave\"}"));
  g_assert_true (say (people[0], "{\"type\":\"group-info-request\"}"));
  g_assert_cmpint (heard_error (people[0]), ==, CV_MESSAGE_CODE_NO_SUCH_MEMBER);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/room-group/first-commit-of-an-epoch-wins",
                   test_first_commit_of_an_epoch_wins);
  g_test_add_func ("/server/room-group/rejects-commits-out-of-place",
                   test_rejects_commits_out_of_place);
  g_test_add_func ("/server/room-group/bounds-epochs-a-second", test_bounds_epochs_a_second);
  g_test_add_func ("/server/room-group/relays-to-the-others", test_relays_to_the_others);
  g_test_add_func ("/server/room-group/relays-nothing-out-of-place",
                   test_relays_nothing_out_of_place);
  g_test_add_func ("/server/room-group/fills-gaps", test_fills_gaps);
  g_test_add_func ("/server/room-group/says-when-a-gap-is-too-old",
                   test_says_when_a_gap_is_too_old);
  g_test_add_func ("/server/room-group/voids-what-most-refuse", test_voids_what_most_refuse);
  g_test_add_func ("/server/room-group/half-is-not-enough-to-void",
                   test_half_is_not_enough_to_void);
  g_test_add_func ("/server/room-group/whom-a-commit-brought-in-has-no-vote",
                   test_whom_a_commit_brought_in_has_no_vote);
  g_test_add_func ("/server/room-group/only-the-last-one-makes-the-group-anew",
                   test_only_the_last_one_makes_the_group_anew);
  g_test_add_func ("/server/room-group/carries-group-info-between-members",
                   test_carries_group_info_between_members);
  return g_test_run ();
}
