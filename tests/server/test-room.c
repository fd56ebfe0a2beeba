/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/room.h"

#include "fake-room.h"

#define OPEN "{\"type\":\"open\",\"group\":\"Z3I=\"}"
#define KNOCK "{\"type\":\"knock\",\"payload\":\"AQID\"}"

static void
test_opens_once (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");

  g_assert_false (heard (anna, CV_MESSAGE_HELLO_OK)->hello_ok.is_occupied);
  g_assert_true (say (anna, OPEN));
  g_assert_nonnull (heard (anna, CV_MESSAGE_OPENED));
  g_assert_true (say (berta, OPEN));
  g_assert_cmpint (heard_error (berta), ==, CV_MESSAGE_CODE_NOT_EMPTY);
  g_assert_false (berta->is_promoted);
  g_assert_false (say (anna, OPEN));
}

static void
test_knocks_and_lets_in (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");
  CvMessage *message;

  g_assert_true (say (anna, OPEN));
  g_assert_true (say (berta, KNOCK));
  message = heard (anna, CV_MESSAGE_KNOCKED);
  g_assert_cmpstr (message->knock.id, ==, berta->member->id);
  g_assert_cmpuint (g_bytes_get_size (message->knock.payload), ==, 3);
  g_autofree char *id = dup_quoted_id (berta);
  g_assert_true (say_commit_of (anna, 0, id, ""));
  g_assert_true (say_welcome (anna, berta, 1));
  g_assert_true (berta->is_promoted);
  message = heard (berta, CV_MESSAGE_WELCOMED);
  g_assert_cmpuint (message->welcomed.epoch, ==, 1);
  g_assert_cmpuint (message->welcomed.members->len, ==, 1);
  g_assert_nonnull (heard (anna, CV_MESSAGE_MEMBER_JOINED));
  /* The commit of epoch 0 was before its time. */
  g_assert_null (heard (berta, CV_MESSAGE_ORDERED));
  g_assert_cmpuint (world->metrics.members_now, ==, 2);
}

static void
test_tells_the_newcomer_what_happened_since (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");
  g_autoptr (Person) clara = person_new (world, "3");

  g_assert_true (say (anna, OPEN));
  g_assert_true (say (berta, KNOCK));
  g_assert_true (say (clara, KNOCK));
  g_assert_true (say_commit (anna, 0, "QQ=="));
  g_assert_true (say_application (anna, 1, "Qg=="));
  g_assert_true (say_commit (anna, 1, "Qw=="));
  let_in (anna, berta, 1);
  g_assert_cmpuint (heard (berta, CV_MESSAGE_RELAYED)->group_message.epoch, ==, 1);
  g_assert_cmpuint (heard (berta, CV_MESSAGE_ORDERED)->group_message.epoch, ==, 1);
  g_assert_cmpstr (heard (berta, CV_MESSAGE_KNOCKED)->knock.id, ==, clara->member->id);
}

static void
test_waiting_people_get_nothing_of_the_group (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");
  g_autoptr (Person) clara = person_new (world, "3");

  world->config->turn_urls = g_strsplit ("turn:a", ";", -1);
  world->config->turn_secret = g_strdup ("north");
  g_assert_true (say (anna, OPEN));
  g_assert_nonnull (heard (anna, CV_MESSAGE_OPENED)->opened.ice_servers);
  let_in (anna, berta, 0);
  forget (clara);
  g_assert_true (say (clara, KNOCK));
  g_assert_true (say_commit (anna, 0, "QQ=="));
  g_assert_true (say_application (berta, 1, "Qg=="));
  g_assert_true (sayf (anna, "{\"type\":\"group-info\",\"to\":\"%s\",\"payload\":\"QQ==\"}",
                       clara->member->id));
  g_assert_cmpint (heard_error (anna), ==, CV_MESSAGE_CODE_NO_SUCH_MEMBER);
  cv_server_room_lose (world->room, berta->member);
  berta->member = NULL;
  g_assert_cmpuint (clara->inbox->len, ==, 0);
}

static void
test_outsiders_may_not_act (void)
{
  static const char *const texts[] = {
      "{\"type\":\"commit\",\"group\":\"Z3I=\",\"epoch\":0,\"payload\":\"QQ==\"}",
      "{\"type\":\"application\",\"group\":\"Z3I=\",\"epoch\":0,\"payload\":\"QQ==\"}",
      "{\"type\":\"group\",\"group\":\"Z3I=\"}",
      "{\"type\":\"group-info-request\"}",
      "{\"type\":\"group-info\",\"to\":\"a\",\"payload\":\"QQ==\"}",
      "{\"type\":\"gap\",\"epoch\":0}",
      "{\"type\":\"reject\",\"epoch\":0}",
      "{\"type\":\"deny\",\"to\":\"a\"}",
      "{\"type\":\"welcome\",\"to\":[\"a\"],\"group\":\"Z3I=\",\"epoch\":0,\"payload\":\"QQ==\"}",
      "{\"type\":\"hello\",\"version\":1,\"room\":\"" ROOM_ID "\"}",
  };
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");

  g_assert_true (say (anna, OPEN));
  g_assert_true (say (berta, KNOCK));
  forget (anna);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_test_message ("%s", texts[i]);
    g_assert_false (say (berta, texts[i]));
    g_assert_cmpint (heard_error (berta), ==, CV_MESSAGE_CODE_NOT_ALLOWED);
  }
  g_assert_cmpuint (anna->inbox->len, ==, 0);
}

static void
test_denies_with_a_reason (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");

  g_assert_true (say (anna, OPEN));
  g_assert_true (say (berta, KNOCK));
  g_assert_true (
      sayf (anna, "{\"type\":\"deny\",\"to\":\"%s\",\"reason\":\"locked\"}", berta->member->id));
  g_assert_cmpint (heard (berta, CV_MESSAGE_DENIED)->deny.reason, ==, CV_MESSAGE_DENIAL_LOCKED);
  g_assert_nonnull (heard (anna, CV_MESSAGE_KNOCK_GONE));
  /* It knocks no more, so it cannot be welcomed. */
  g_assert_true (say_commit (anna, 0, "QQ=="));
  g_assert_true (say_welcome (anna, berta, 1));
  g_assert_cmpint (heard_error (anna), ==, CV_MESSAGE_CODE_NO_SUCH_MEMBER);
  g_assert_false (berta->is_promoted);
}

static void
test_refuses_welcomes_out_of_place (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");

  g_assert_true (say (anna, OPEN));
  g_assert_true (say (berta, KNOCK));
  g_assert_true (sayf (anna,
                       "{\"type\":\"welcome\",\"to\":[\"%s\"],\"group\":\"Z3I=\",\"epoch\":1,"
                       "\"payload\":\"QQ==\"}",
                       berta->member->id));
  g_assert_cmpint (heard_error (anna), ==, CV_MESSAGE_CODE_OTHER);
  g_assert_true (sayf (anna,
                       "{\"type\":\"welcome\",\"to\":[\"%s\"],\"group\":\"Z3J4\",\"epoch\":0,"
                       "\"payload\":\"QQ==\"}",
                       berta->member->id));
  g_assert_cmpint (heard_error (anna), ==, CV_MESSAGE_CODE_OTHER);
  g_assert_false (berta->is_promoted);
}

static void
assert_may_not_welcome (Person *host, Person *guest, guint epoch)
{
  g_assert_true (say_welcome (host, guest, epoch));
  g_assert_cmpint (heard_error (host), ==, CV_MESSAGE_CODE_NOT_ALLOWED);
  g_assert_false (guest->is_promoted);
}

static void
test_only_who_committed_lets_in (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");
  g_autoptr (Person) clara = person_new (world, "3");
  g_autoptr (Person) doris = person_new (world, "4");
  g_autoptr (Person) emma = person_new (world, "5");

  g_assert_true (say (anna, OPEN));
  let_in (anna, berta, 0);
  g_clear_pointer (&anna->member->guests, g_ptr_array_unref);
  g_assert_true (say (clara, KNOCK));
  g_assert_true (say (doris, KNOCK));
  assert_may_not_welcome (anna, clara, 0);
  g_autofree char *both = g_strdup_printf ("\"%s\",\"%s\"", clara->member->id, doris->member->id);
  g_assert_true (say_commit_of (anna, 0, both, ""));
  assert_may_not_welcome (berta, clara, 1);
  assert_may_not_welcome (anna, clara, 0);
  /* Another's commit that comes between does not shut whom ours let in out. */
  g_assert_true (say_commit (berta, 1, "Qg=="));
  g_assert_true (say_welcome (anna, clara, 1));
  g_assert_true (clara->is_promoted);
  g_assert_cmpuint (heard (clara, CV_MESSAGE_ORDERED)->group_message.epoch, ==, 1);
  /* Perhaps in two messages, but not at any time. */
  g_assert_true (say_welcome (anna, doris, 1));
  g_assert_true (doris->is_promoted);
  g_assert_true (say (emma, KNOCK));
  cv_fake_clock_advance_us (&world->clock, 60 * G_USEC_PER_SEC);
  assert_may_not_welcome (anna, emma, 1);
  assert_may_not_welcome (berta, emma, 2);
}

static void
test_bounds_knocks_of_an_address (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");
  g_autoptr (Person) clara = person_new (world, "2");
  g_autoptr (Person) doris = person_new (world, "3");

  g_assert_true (say (berta, KNOCK));
  g_assert_cmpint (heard_error (berta), ==, CV_MESSAGE_CODE_ROOM_EMPTY);
  g_assert_true (say (anna, OPEN));
  for (guint i = 0; i < 3; i++)
    g_assert_true (say (berta, KNOCK));
  g_assert_cmpint (heard_error (berta), ==, -1);
  g_assert_true (say (clara, KNOCK));
  g_assert_cmpint (heard_error (clara), ==, CV_MESSAGE_CODE_TOO_FAST);
  g_assert_true (say (doris, KNOCK));
  g_assert_cmpint (heard_error (doris), ==, -1);
  cv_fake_clock_advance_us (&world->clock, 20 * G_USEC_PER_SEC);
  g_assert_true (say (clara, KNOCK));
  g_assert_cmpint (heard_error (clara), ==, -1);
}

static void
test_bounds_the_people (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = NULL;
  g_autoptr (Person) clara = NULL;

  world->config->max_room_members = 2;
  berta = person_new (world, "1");
  clara = person_new (world, "1");
  g_assert_nonnull (anna->member);
  g_assert_nonnull (berta->member);
  g_assert_null (clara->member);
}

static void
test_tells_who_leaves (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");
  g_autoptr (Person) clara = person_new (world, "3");

  g_assert_true (say (anna, OPEN));
  let_in (anna, berta, 0);
  g_assert_true (say (clara, KNOCK));
  g_assert_true (say (berta, "{\"type\":\"leave\"}"));
  g_assert_null (berta->member);
  g_assert_true (heard (anna, CV_MESSAGE_MEMBER_LEFT)->member_left.is_graceful);
  g_assert_true (say (anna, "{\"type\":\"leave\"}"));
  g_assert_nonnull (heard (clara, CV_MESSAGE_ROOM_EMPTY));
  g_assert_cmpuint (world->metrics.members_now, ==, 0);
  /* Who waited may open the room anew. */
  g_assert_true (say (clara, OPEN));
  g_assert_nonnull (heard (clara, CV_MESSAGE_OPENED));
}

static void
cut (Person *person)
{
  CvServerMember *member = g_steal_pointer (&person->member);

  cv_server_room_lose (person->world->room, member);
}

static void
test_resumes_with_what_was_missed (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");
  g_autofree char *token = NULL;
  guint64 last_seq;

  g_assert_true (say (anna, OPEN));
  let_in (anna, berta, 0);
  token = g_strdup (berta->member->token);
  last_seq = berta->member->next_seq - 1;
  forget (berta);
  cut (berta);
  g_assert_nonnull (heard (anna, CV_MESSAGE_MEMBER_AWAY));
  g_assert_true (say_application (anna, 0, "QQ=="));
  g_assert_true (say_commit (anna, 0, "Qg=="));
  g_assert_null (cv_server_room_resume (world->room, "wrong", last_seq, &person_sink, berta));
  g_assert_null (cv_server_room_resume (world->room, token, last_seq + 9, &person_sink, berta));
  berta->member = cv_server_room_resume (world->room, token, last_seq, &person_sink, berta);
  g_assert_nonnull (berta->member);
  g_assert_true (heard (berta, CV_MESSAGE_HELLO_OK)->hello_ok.is_resumed);
  g_assert_cmpuint (heard (berta, CV_MESSAGE_RELAYED)->seq, ==, last_seq + 1);
  g_assert_cmpuint (heard (berta, CV_MESSAGE_ORDERED)->seq, ==, last_seq + 2);
  g_assert_nonnull (heard (anna, CV_MESSAGE_MEMBER_BACK));
  /* What was acknowledged is gone for good. */
  g_assert_null (cv_server_room_resume (world->room, token, last_seq - 1, &person_sink, berta));
}

static void
test_gives_up_after_the_grace (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");
  CvMessage *left;

  world->config->grace_ms = 1;
  g_assert_true (say (anna, OPEN));
  let_in (anna, berta, 0);
  cut (berta);
  while ((left = heard (anna, CV_MESSAGE_MEMBER_LEFT)) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (left->member_left.is_graceful);
}

static void
test_drops_who_does_not_read (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");

  world->config->queue_messages = 16;
  g_assert_true (say (anna, OPEN));
  let_in (anna, berta, 0);
  for (guint i = 0; i < 20 && berta->member != NULL; i++)
    g_assert_true (say_application (anna, 0, "QQ=="));
  g_assert_null (berta->member);
  g_assert_nonnull (heard (anna, CV_MESSAGE_MEMBER_LEFT));
}

static void
test_acknowledging_keeps_one_inside (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  g_autoptr (Person) berta = person_new (world, "2");

  world->config->queue_messages = 16;
  g_assert_true (say (anna, OPEN));
  let_in (anna, berta, 0);
  for (guint i = 0; i < 40; i++) {
    g_assert_true (say_application (anna, 0, "QQ=="));
    g_assert_true (
        sayf (berta, "{\"type\":\"ping\",\"last-seq\":%u}", (guint)berta->member->next_seq - 1));
  }
  g_assert_nonnull (berta->member);
  g_assert_false (say (berta, "{\"type\":\"ping\",\"last-seq\":1000}"));
}

static void
note_vacant (CvServerRoom *room, gpointer data)
{
  *(gboolean *)data = TRUE;
}

static void
test_tells_when_it_is_vacant (void)
{
  g_autoptr (World) world = world_new ();
  g_autoptr (Person) anna = person_new (world, "1");
  gboolean is_vacant = FALSE;

  cv_server_room_set_on_vacant (world->room, note_vacant, &is_vacant);
  g_assert_true (say (anna, "{\"type\":\"ping\"}"));
  g_assert_false (is_vacant);
  g_assert_true (say (anna, "{\"type\":\"leave\"}"));
  g_assert_true (is_vacant);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/room/opens-once", test_opens_once);
  g_test_add_func ("/server/room/knocks-and-lets-in", test_knocks_and_lets_in);
  g_test_add_func ("/server/room/tells-the-newcomer-what-happened-since",
                   test_tells_the_newcomer_what_happened_since);
  g_test_add_func ("/server/room/waiting-people-get-nothing-of-the-group",
                   test_waiting_people_get_nothing_of_the_group);
  g_test_add_func ("/server/room/outsiders-may-not-act", test_outsiders_may_not_act);
  g_test_add_func ("/server/room/denies-with-a-reason", test_denies_with_a_reason);
  g_test_add_func ("/server/room/refuses-welcomes-out-of-place",
                   test_refuses_welcomes_out_of_place);
  g_test_add_func ("/server/room/only-who-committed-lets-in", test_only_who_committed_lets_in);
  g_test_add_func ("/server/room/bounds-knocks-of-an-address", test_bounds_knocks_of_an_address);
  g_test_add_func ("/server/room/bounds-the-people", test_bounds_the_people);
  g_test_add_func ("/server/room/tells-who-leaves", test_tells_who_leaves);
  g_test_add_func ("/server/room/resumes-with-what-was-missed", test_resumes_with_what_was_missed);
  g_test_add_func ("/server/room/gives-up-after-the-grace", test_gives_up_after_the_grace);
  g_test_add_func ("/server/room/drops-who-does-not-read", test_drops_who_does_not_read);
  g_test_add_func ("/server/room/acknowledging-keeps-one-inside",
                   test_acknowledging_keeps_one_inside);
  g_test_add_func ("/server/room/tells-when-it-is-vacant", test_tells_when_it_is_vacant);
  return g_test_run ();
}
