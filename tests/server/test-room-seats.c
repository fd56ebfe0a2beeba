/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Who is let in, and who has a vote: connections whose leaves the commits name. Costs 0.1 s. */
#include "fake-room.h"

#define N_SYBILS 4

static void
refuse (Person *person, guint epoch)
{
  g_assert_true (sayf (person, "{\"type\":\"reject\",\"epoch\":%u}", epoch));
}

static Person *
knock_as (World *world, const char *address)
{
  Person *person = person_new (world, address);

  g_assert_true (say (person, "{\"type\":\"knock\",\"payload\":\"AQID\"}"));
  return person;
}

/* Mallory's connections, in no group, would be more than the honest ones. */
static void
test_strangers_have_no_vote (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;
  Person *sybils[N_SYBILS];

  meeting_init (&meeting, 4);
  for (guint i = 0; i < N_SYBILS; i++) {
    g_autofree char *address = g_strdup_printf ("sybil %u", i);

    sybils[i] = knock_as (meeting.world, address);
  }
  g_autofree char *first = dup_quoted_id (sybils[0]);
  g_assert_true (say_commit_of (people[3], 0, first, ""));
  for (guint i = 0; i < N_SYBILS; i++) {
    g_assert_true (say_welcome (people[3], sybils[i], 1));
    g_assert_true (sybils[i]->is_promoted == (i == 0));
    g_assert_cmpint (heard_error (people[3]), ==, i == 0 ? -1 : CV_MESSAGE_CODE_NOT_ALLOWED);
  }
  g_assert_true (say_commit (people[1], 1, "QQ=="));
  refuse (people[3], 1);
  refuse (sybils[0], 1);
  g_assert_null (heard (people[0], CV_MESSAGE_VOIDED));
  g_assert_nonnull (people[1]->member);
  for (guint i = 0; i < N_SYBILS; i++)
    person_free (sybils[i]);
}

/* Everybody is told what the author said, and who asks later, too. */
static void
test_repeats_what_was_said (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;

  meeting_init (&meeting, 2);
  g_assert_true (say_commit_of (people[0], 0, "\"a\",\"b\"", "\"c\""));
  for (guint i = 0; i < 2; i++) {
    const CvMessageGroupMessage *ordered = &heard (people[1], CV_MESSAGE_ORDERED)->group_message;

    g_assert_cmpstr (ordered->adds[0], ==, "a");
    g_assert_cmpstr (ordered->adds[1], ==, "b");
    g_assert_cmpstr (ordered->removes[0], ==, "c");
    g_assert_true (say (people[1], "{\"type\":\"gap\",\"epoch\":0}"));
  }
}

/* Whom a commit removes has a say about that, and about nothing later. */
static void
test_removed_lose_their_vote (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;

  meeting_init (&meeting, 4);
  g_autofree char *id = dup_quoted_id (people[3]);
  g_assert_true (say_commit_of (people[0], 0, "", id));
  g_assert_nonnull (people[3]->member);
  refuse (people[3], 0);
  g_assert_true (say_commit (people[3], 1, "QQ=="));
  g_assert_cmpint (rejection (people[3]), ==, CV_MESSAGE_REASON_OTHER);
  g_assert_true (say_commit (people[1], 1, "QQ=="));
  g_assert_null (people[3]->member);
  g_assert_cmpint (heard_error (people[3]), ==, CV_MESSAGE_CODE_NOT_ALLOWED);
  g_assert_nonnull (heard (people[0], CV_MESSAGE_MEMBER_LEFT));
  refuse (people[2], 1);
  g_assert_null (heard (people[0], CV_MESSAGE_VOIDED));
}

/* Without another commit they go after a while. */
static void
test_removed_have_to_go (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;

  meeting_init (&meeting, 2);
  meeting.world->config->grace_ms = 1;
  g_autofree char *id = dup_quoted_id (people[1]);
  g_assert_true (say_commit_of (people[0], 0, "", id));
  while (people[1]->member != NULL)
    g_main_context_iteration (NULL, TRUE);
  /* Alone now. */
  g_assert_true (say (people[0], "{\"type\":\"group\",\"group\":\"bmV3\"}"));
  g_assert_nonnull (heard (people[0], CV_MESSAGE_OPENED));
}

/* One who removes everybody is refused by them. */
static void
test_a_refused_removal_is_none (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;

  meeting_init (&meeting, 4);
  g_autofree char *ids = g_strdup_printf ("\"%s\",\"%s\",\"%s\"", people[0]->member->id,
                                          people[1]->member->id, people[2]->member->id);
  g_assert_true (say_commit_of (people[3], 0, "", ids));
  refuse (people[0], 0);
  refuse (people[1], 0);
  g_assert_null (people[3]->member);
  g_assert_true (say_commit (people[0], 0, "QQ=="));
  g_assert_nonnull (heard (people[0], CV_MESSAGE_ACCEPTED));
  g_assert_true (say_commit (people[1], 1, "QQ=="));
  for (guint i = 0; i < 3; i++)
    g_assert_nonnull (people[i]->member);
}

/* Else they stay, in no group, and have a vote on all that comes. */
static void
test_guests_of_a_voided_commit_go (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;
  Person *guest;

  meeting_init (&meeting, 3);
  guest = knock_as (meeting.world, "guest");
  g_autofree char *id = dup_quoted_id (guest);
  g_assert_true (say_commit_of (people[2], 0, id, ""));
  g_assert_true (say_welcome (people[2], guest, 1));
  g_assert_true (guest->is_promoted);
  refuse (people[0], 0);
  refuse (people[1], 0);
  g_assert_null (people[2]->member);
  g_assert_null (guest->member);
  g_assert_nonnull (heard (guest, CV_MESSAGE_VOIDED));
  person_free (guest);
}

/* Removed before it was let in: by its author's next to last word. */
static void
test_removed_at_the_door (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;
  Person *guest;

  meeting_init (&meeting, 2);
  guest = knock_as (meeting.world, "guest");
  g_autofree char *id = dup_quoted_id (guest);
  g_assert_true (say_commit_of (people[0], 0, id, ""));
  g_assert_true (say_commit_of (people[1], 1, "", id));
  g_assert_true (say_welcome (people[0], guest, 1));
  g_assert_cmpint (heard_error (people[0]), ==, CV_MESSAGE_CODE_NOT_ALLOWED);
  g_assert_false (guest->is_promoted);
  /* A leaf that never arrived makes room for another one of the same connection. */
  g_assert_true (say_commit_of (people[1], 2, id, id));
  g_assert_true (say_welcome (people[1], guest, 3));
  g_assert_true (guest->is_promoted);
  person_free (guest);
}

/* Of two who call each other's commits wrong, the one who was here first is believed. */
static void
test_of_two_the_first_is_believed (void)
{
  g_auto (Meeting) meeting = {0};
  Person **people = meeting.people;
  Person *guest;

  meeting_init (&meeting, 1);
  guest = knock_as (meeting.world, "guest");
  g_autofree char *id = dup_quoted_id (guest);
  g_assert_true (say_commit_of (people[0], 0, id, ""));
  g_assert_true (say_welcome (people[0], guest, 1));
  g_assert_true (say_commit (people[0], 1, "QQ=="));
  refuse (guest, 1);
  g_assert_nonnull (people[0]->member);
  g_assert_true (say_commit (guest, 2, "QQ=="));
  refuse (people[0], 2);
  g_assert_null (guest->member);
  person_free (guest);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/room-seats/strangers-have-no-vote", test_strangers_have_no_vote);
  g_test_add_func ("/server/room-seats/repeats-what-was-said", test_repeats_what_was_said);
  g_test_add_func ("/server/room-seats/removed-lose-their-vote", test_removed_lose_their_vote);
  g_test_add_func ("/server/room-seats/removed-have-to-go", test_removed_have_to_go);
  g_test_add_func ("/server/room-seats/a-refused-removal-is-none", test_a_refused_removal_is_none);
  g_test_add_func ("/server/room-seats/guests-of-a-voided-commit-go",
                   test_guests_of_a_voided_commit_go);
  g_test_add_func ("/server/room-seats/removed-at-the-door", test_removed_at_the_door);
  g_test_add_func ("/server/room-seats/of-two-the-first-is-believed",
                   test_of_two_the_first_is_believed);
  return g_test_run ();
}
