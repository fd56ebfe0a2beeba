/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One member does what it can: the others get through. */
#include "fake-room.h"

#define MS 1000
#define LATENCY_US (50 * MS)
#define RETRY_US (600 * MS) /* a client waits 500 ms from the news, then makes its commit */

static char *
dup_payload (gsize len)
{
  g_autofree guint8 *bytes = g_malloc0 (len);

  return g_base64_encode (bytes, len);
}

/* Somebody who commits as a client does: some time after the last news of an epoch. */
typedef struct {
  Person *person;
  guint epoch;
  gint64 due_us;
  guint n_won;
} Author;

static void
hear_news (Author *author, gint64 now_us)
{
  CvMessage *message;

  while ((message = heard (author->person, CV_MESSAGE_ORDERED)) != NULL) {
    author->epoch = (guint)message->group_message.epoch + 1;
    author->due_us = now_us + LATENCY_US + RETRY_US;
  }
  while (heard (author->person, CV_MESSAGE_ACCEPTED) != NULL) {
    author->epoch++;
    author->n_won++;
    author->due_us = now_us + LATENCY_US + RETRY_US;
  }
  while (heard (author->person, CV_MESSAGE_REJECTED) != NULL)
    author->due_us = now_us + LATENCY_US + RETRY_US;
  acknowledge (author->person);
  forget (author->person);
}

/* The first asks as often as a connection may, always knows the epoch, and waits for nothing. */
static void
test_nobody_takes_every_epoch (void)
{
  g_auto (Meeting) meeting = {0};
  Author hog = {0}, honest[2] = {0};

  meeting_init (&meeting, 3);
  hog.person = meeting.people[0];
  for (guint i = 0; i < 2; i++)
    honest[i].person = meeting.people[1 + i];
  for (gint64 now_us = 0; now_us < 60 * G_USEC_PER_SEC; now_us += 20 * MS) {
    g_assert_true (say_commit (hog.person, hog.epoch, "QQ=="));
    hear_news (&hog, now_us);
    for (guint i = 0; i < 2; i++) {
      hear_news (&honest[i], now_us);
      if (now_us >= honest[i].due_us) {
        honest[i].due_us = G_MAXINT64;
        g_assert_true (say_commit (honest[i].person, honest[i].epoch, "Qg=="));
      }
    }
    cv_fake_clock_advance_us (&meeting.world->clock, 20 * MS);
  }
  g_test_message ("%u epochs for who takes them, %u and %u for the others", hog.n_won,
                  honest[0].n_won, honest[1].n_won);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpuint (honest[i].n_won, >=, 10);
  g_assert_cmpuint (hog.n_won, <=, 34);
}

static void
test_an_author_alone_need_not_wait (void)
{
  g_auto (Meeting) meeting = {0};

  meeting_init (&meeting, 1);
  for (guint i = 0; i < 10; i++) {
    g_assert_true (say_commit (meeting.people[0], i, "QQ=="));
    g_assert_cmpint (rejection (meeting.people[0]), ==, -1);
    cv_fake_clock_advance_us (&meeting.world->clock, G_USEC_PER_SEC / 2);
  }
}

static void
test_bounds_the_bytes_of_a_member_and_of_a_room (void)
{
  g_auto (Meeting) meeting = {0};
  g_autofree char *payload = dup_payload (200 * 1024);

  meeting_init (&meeting, 4);
  meeting.world->config->room_bytes_per_second = 65536;
  for (guint i = 0; i < 3; i++) {
    g_assert_true (say_application (meeting.people[i], 0, payload));
    g_assert_cmpint (heard_error (meeting.people[i]), ==, -1);
    g_assert_true (say_application (meeting.people[i], 0, payload));
    g_assert_cmpint (heard_error (meeting.people[i]), ==, CV_MESSAGE_CODE_TOO_FAST);
  }
  /* Its own share is there, the room's is used up. */
  g_assert_true (say_application (meeting.people[3], 0, payload));
  g_assert_cmpint (heard_error (meeting.people[3]), ==, CV_MESSAGE_CODE_TOO_FAST);
}

static void
test_who_floods_leaves_the_others_their_share (void)
{
  g_auto (Meeting) meeting = {0};
  g_autofree char *payload = dup_payload (256 * 1024);
  guint n_sent = 0;

  meeting_init (&meeting, 2);
  while (heard_error (meeting.people[0]) == -1 && n_sent++ < 1000) {
    g_assert_true (say_application (meeting.people[0], 0, payload));
    acknowledge (meeting.people[1]);
  }
  g_assert_cmpuint (n_sent, <, 1000);
  /* Commits for which it has no bytes use up no epochs. */
  for (guint i = 0; i < 20; i++) {
    g_assert_true (say_commit (meeting.people[0], 0, payload));
    g_assert_cmpint (rejection (meeting.people[0]), ==, CV_MESSAGE_REASON_TOO_FAST);
  }
  for (guint i = 0; i < 4; i++) {
    g_assert_true (say_application (meeting.people[1], i, payload));
    g_assert_cmpint (heard_error (meeting.people[1]), ==, -1);
    g_assert_true (say_commit (meeting.people[1], i, payload));
    g_assert_cmpint (rejection (meeting.people[1]), ==, -1);
  }
}

static void
test_asking_costs_who_asks (void)
{
  g_auto (Meeting) meeting = {0};
  Person *anna, *berta;
  g_autofree char *payload = dup_payload (1024 * 1024);
  guint n_asked = 0;

  meeting_init (&meeting, 2);
  anna = meeting.people[0];
  berta = meeting.people[1];
  for (guint i = 0; i < 2; i++)
    g_assert_true (say_commit (anna, i, payload));
  cv_fake_clock_advance_us (&meeting.world->clock, 60 * G_USEC_PER_SEC);
  while (heard_error (berta) == -1 && n_asked++ < 1000) {
    g_assert_true (say (berta, "{\"type\":\"gap\",\"epoch\":0}"));
    g_assert_nonnull (berta->member);
    acknowledge (berta);
  }
  g_assert_cmpuint (n_asked, <, 1000);
  g_assert_true (say_commit (anna, 2, payload));
  g_assert_cmpint (rejection (anna), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/room-limits/nobody-takes-every-epoch", test_nobody_takes_every_epoch);
  g_test_add_func ("/server/room-limits/an-author-alone-need-not-wait",
                   test_an_author_alone_need_not_wait);
  g_test_add_func ("/server/room-limits/bounds-the-bytes-of-a-member-and-of-a-room",
                   test_bounds_the_bytes_of_a_member_and_of_a_room);
  g_test_add_func ("/server/room-limits/who-floods-leaves-the-others-their-share",
                   test_who_floods_leaves_the_others_their_share);
  g_test_add_func ("/server/room-limits/asking-costs-who-asks", test_asking_costs_who_asks);
  return g_test_run ();
}
