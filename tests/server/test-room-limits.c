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

/* The line of somebody who reads all the time: what went over it is acknowledged, each MiB. */
typedef struct {
  Person *person;
  gsize bytes_per_s;
  gsize left;
  gsize unacknowledged;
  guint64 seq;
} Line;

static void
carry (Line *line, gint64 elapsed_us)
{
  GPtrArray *inbox = line->person->inbox;

  line->left += line->bytes_per_s * (gsize)elapsed_us / G_USEC_PER_SEC;
  while (inbox->len > 0) {
    const CvMessage *message = g_ptr_array_index (inbox, 0);
    gsize len = message->type == CV_MESSAGE_RELAYED
                    ? g_bytes_get_size (message->group_message.payload) / 3 * 4
                    : 0;

    if (line->left < len)
      return;
    line->left -= len;
    line->unacknowledged += len;
    line->seq = MAX (line->seq, message->seq);
    g_ptr_array_remove_index (inbox, 0);
  }
  line->left = 0;
}

static void
acknowledge_line (Line *line)
{
  if (line->unacknowledged < 1024 * 1024)
    return;
  line->unacknowledged = 0;
  g_assert_true (
      sayf (line->person, "{\"type\":\"ping\",\"last-seq\":%" G_GUINT64_FORMAT "}", line->seq));
}

/* Two flood as much as they may for two minutes; the third has 3 Mbit/s and stays. */
static void
test_a_slow_reader_is_not_overrun (void)
{
  g_auto (Meeting) meeting = {0};
  g_autofree char *payload = dup_payload (256 * 1024);
  Line line = {0};

  meeting_init (&meeting, 3);
  line = (Line){.person = meeting.people[2], .bytes_per_s = 3000000 / 8};
  for (guint i = 0; i < 252; i++) {
    gint64 step_us = i < 12 ? 0 : G_USEC_PER_SEC / 2; /* their bursts at once */

    for (guint k = 0; k < 2; k++) {
      g_assert_true (say_application (meeting.people[k], 0, payload));
      acknowledge (meeting.people[k]);
      forget (meeting.people[k]);
    }
    g_assert_nonnull (line.person->member);
    cv_fake_clock_advance_us (&meeting.world->clock, step_us);
    carry (&line, step_us);
    acknowledge_line (&line);
  }
  /* Its own words get through all the same. */
  g_assert_true (say_application (line.person, 0, "QQ=="));
  g_assert_cmpint (heard_error (line.person), ==, -1);
}

/* What a room may send at once is no more than the queues hold, whoever sends it. */
static void
test_nobody_is_overrun_at_once (void)
{
  g_auto (Meeting) meeting = {0};
  g_autofree char *payload = dup_payload (256 * 1024);
  g_autofree char *commit = dup_payload (1024 * 1024);
  g_autofree char *knock = dup_payload (CV_LIMITS_KNOCK_BYTES);
  Person *knockers[16];

  meeting_init (&meeting, 4);
  cv_server_throttle_free (meeting.world->shared.knocks);
  meeting.world->shared.knocks = cv_server_throttle_new ((CvServerRate){2, 120}, 100);
  for (guint i = 0; i < 3; i++)
    g_assert_true (say_commit (meeting.people[0], i, commit));
  g_assert_true (say (meeting.people[3], "{\"type\":\"gap\",\"epoch\":0}"));
  for (guint i = 0; i < 120; i++)
    g_assert_true (say_application (meeting.people[i % 3], 0, payload));
  for (guint i = 0; i < G_N_ELEMENTS (knockers); i++) {
    g_autofree char *address = g_strdup_printf ("knocker %u", i);

    knockers[i] = person_new (meeting.world, address);
    for (guint k = 0; k < 24; k++)
      g_assert_true (sayf (knockers[i], "{\"type\":\"knock\",\"payload\":\"%s\"}", knock));
  }
  g_assert_nonnull (meeting.people[3]->member);
  g_assert_cmpuint (meeting.people[3]->member->sent_bytes, >, 8 * 1024 * 1024);
  for (guint i = 0; i < G_N_ELEMENTS (knockers); i++)
    person_free (knockers[i]);
}

/* Small ones fill a queue by their number. */
static void
test_nobody_is_overrun_by_small_messages (void)
{
  g_auto (Meeting) meeting = {0};
  CvServerMember *reader;

  meeting_init (&meeting, 4);
  reader = meeting.people[3]->member;
  for (guint i = 0; i < 2000; i++) {
    for (guint k = 0; k < 3; k++) {
      g_assert_true (say_application (meeting.people[k], 0, "QQ=="));
      acknowledge (meeting.people[k]);
      forget (meeting.people[k]);
    }
    forget (meeting.people[3]);
  }
  g_assert_true (meeting.people[3]->member == reader);
  g_assert_cmpuint (reader->sent.length, >, 3000);
}

static void
test_who_answers_nothing_is_dropped (void)
{
  g_auto (Meeting) meeting = {0};
  Person *silent;

  meeting_init (&meeting, 2);
  silent = meeting.people[1];
  acknowledge (meeting.people[0]);
  acknowledge (silent);
  g_assert_true (say_application (meeting.people[0], 0, "QQ=="));
  cv_fake_clock_advance_us (&meeting.world->clock, 74 * G_USEC_PER_SEC);
  g_assert_true (say (silent, "{\"type\":\"ping\"}"));
  g_assert_nonnull (silent->member);
  cv_fake_clock_advance_us (&meeting.world->clock, 2 * G_USEC_PER_SEC);
  g_assert_true (say (silent, "{\"type\":\"ping\"}"));
  g_assert_null (silent->member);
  g_assert_nonnull (meeting.people[0]->member);
}

/* The rest is asked for when this much has arrived. */
static void
test_answers_a_gap_as_far_as_it_fits (void)
{
  g_auto (Meeting) meeting = {0};
  g_autofree char *payload = dup_payload (1024 * 1024);
  Person *berta;
  guint n_heard = 0;

  meeting_init (&meeting, 2);
  berta = meeting.people[1];
  for (guint i = 0; i < 6; i++) {
    g_assert_true (say_commit (meeting.people[0], i, payload));
    g_assert_cmpint (rejection (meeting.people[0]), ==, -1);
    if (i < 4)
      acknowledge (berta);
    cv_fake_clock_advance_us (&meeting.world->clock, 5 * G_USEC_PER_SEC);
  }
  forget (berta);
  for (guint i = 0; i < 6 && heard (berta, CV_MESSAGE_GAP_END) == NULL; i++) {
    g_assert_true (sayf (berta, "{\"type\":\"gap\",\"epoch\":%u}", n_heard));
    g_assert_cmpuint (berta->member->sent_bytes, <=, 4 * 1024 * 1024 + 1024);
    while (heard (berta, CV_MESSAGE_ORDERED) != NULL)
      n_heard++;
    acknowledge (berta);
    cv_fake_clock_advance_us (&meeting.world->clock, 10 * G_USEC_PER_SEC);
  }
  g_assert_cmpuint (n_heard, ==, 6);
}

/* Whoever acknowledges or goes makes room for the next. */
static void
test_welcomes_do_not_pile_up (void)
{
  g_auto (Meeting) meeting = {0};
  g_autofree char *payload = dup_payload (1024 * 1024);
  const guint64 *now;
  Person *guests[4];

  meeting_init (&meeting, 1);
  now = &meeting.world->metrics.welcome_bytes_now;
  g_assert_cmpuint (*now, ==, 0);
  meeting.world->config->welcome_bytes = 6 * 1024 * 1024;
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++) {
    g_autofree char *address = g_strdup_printf ("guest %u", i);

    guests[i] = person_new (meeting.world, address);
  }
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++) {
    g_assert_true (say (guests[i], "{\"type\":\"knock\",\"payload\":\"AQID\"}"));
    g_autofree char *id = dup_quoted_id (guests[i]);
    g_assert_true (say_commit_of (meeting.people[0], i, id, ""));
    acknowledge (meeting.people[0]);
    forget (meeting.people[0]);
    g_assert_true (sayf (meeting.people[0],
                         "{\"type\":\"welcome\",\"to\":[\"%s\"],\"group\":\"Z3I=\",\"epoch\":%u,"
                         "\"payload\":\"%s\"}",
                         guests[i]->member->id, i + 1, payload));
    g_assert_cmpuint (*now, <=, meeting.world->config->welcome_bytes);
    g_assert_true (guests[i]->is_promoted == (i != 2));
    g_assert_cmpint (heard_error (meeting.people[0]), ==, i == 2 ? CV_MESSAGE_CODE_TOO_FAST : -1);
    cv_fake_clock_advance_us (&meeting.world->clock, 5 * G_USEC_PER_SEC);
    if (i == 2)
      acknowledge (guests[0]);
  }
  g_assert_cmpuint (*now, >, 2 * 1024 * 1024);
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++) {
    g_assert_true (say (guests[i], "{\"type\":\"leave\"}"));
    person_free (guests[i]);
  }
  g_assert_cmpuint (*now, ==, 0);
}

static void
test_the_largest_messages_pass (void)
{
  g_auto (Meeting) meeting = {0};
  g_autofree char *commit = dup_payload (CV_LIMITS_COMMIT_BYTES);
  g_autofree char *info = dup_payload (CV_LIMITS_WELCOME_BYTES);

  meeting_init (&meeting, 3);
  g_assert_true (say_commit (meeting.people[0], 0, commit));
  g_assert_cmpint (rejection (meeting.people[0]), ==, -1);
  g_assert_true (sayf (meeting.people[1],
                       "{\"type\":\"group-info\",\"to\":\"%s\",\"payload\":\"%s\"}",
                       meeting.people[2]->member->id, info));
  g_assert_cmpint (heard_error (meeting.people[1]), ==, -1);
  g_assert_true (say (meeting.people[2], "{\"type\":\"gap\",\"epoch\":0}"));
  acknowledge (meeting.people[2]);
  g_assert_true (say (meeting.people[2], "{\"type\":\"gap\",\"epoch\":0}"));
  g_assert_nonnull (heard (meeting.people[2], CV_MESSAGE_GAP_END));
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
  g_test_add_func ("/server/room-limits/a-slow-reader-is-not-overrun",
                   test_a_slow_reader_is_not_overrun);
  g_test_add_func ("/server/room-limits/nobody-is-overrun-at-once", test_nobody_is_overrun_at_once);
  g_test_add_func ("/server/room-limits/nobody-is-overrun-by-small-messages",
                   test_nobody_is_overrun_by_small_messages);
  g_test_add_func ("/server/room-limits/who-answers-nothing-is-dropped",
                   test_who_answers_nothing_is_dropped);
  g_test_add_func ("/server/room-limits/answers-a-gap-as-far-as-it-fits",
                   test_answers_a_gap_as_far_as_it_fits);
  g_test_add_func ("/server/room-limits/welcomes-do-not-pile-up", test_welcomes_do_not_pile_up);
  g_test_add_func ("/server/room-limits/the-largest-messages-pass", test_the_largest_messages_pass);
  return g_test_run ();
}
