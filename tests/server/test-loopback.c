/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A real server and real clients, over TLS on the loopback device. */
#include "fixtures/own-certificate.h"
#include "server/server.h"
#include "signaling/client.h"

#define DEADLINE_S 20

typedef struct {
  CvOwnCertificate own;
  CvServer *server;
} World;

typedef struct {
  CvSignalingClient *client;
  GPtrArray *inbox; /* CvMessage */
  GError *error; /* of the last connect, request or loss */
  CvMessage *answer;
  gboolean is_done;
  gboolean is_lost;
} Person;

static gboolean
on_deadline (gpointer data)
{
  g_test_message ("waited in vain for %d s", DEADLINE_S);
  g_assert_not_reached ();
}

#define WAIT_FOR(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    guint deadline_id = g_timeout_add_seconds (DEADLINE_S, on_deadline, NULL);                     \
                                                                                                   \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (deadline_id);                                                                 \
  }                                                                                                \
  G_STMT_END

static void
world_init (World *world, const CvServerConfig *config)
{
  g_autoptr (GError) error = NULL;

  cv_own_certificate_init (&world->own);
  world->server = cv_server_new (config);
  g_assert_true (cv_server_start (world->server, "127.0.0.1:0", world->own.certificate,
                                  world->own.key, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (cv_server_get_port (world->server), !=, 0);
}

static void
world_clear (World *world)
{
  const CvServerMetrics *metrics;

  if (world->server == NULL)
    return;
  metrics = cv_server_get_metrics (world->server);
  cv_server_stop (world->server);
  WAIT_FOR (metrics->connections_now == 0);
  g_clear_object (&world->server);
  cv_own_certificate_clear (&world->own);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static void
on_message (CvSignalingClient *client, CvMessage *message, gpointer data)
{
  g_ptr_array_add (((Person *)data)->inbox, cv_message_ref (message));
}

static void
on_lost (CvSignalingClient *client, const GError *error, gpointer data)
{
  Person *person = data;

  person->is_lost = TRUE;
  g_clear_error (&person->error);
  person->error = g_error_copy (error);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Person *person = data;

  person->is_done = TRUE;
  if (!cv_signaling_client_connect_finish (CV_SIGNALING_CLIENT (source), result, &person->error))
    g_assert_nonnull (person->error);
}

static void
person_prepare (Person *person, World *world, const guint8 *pin)
{
  static const guint8 room[CV_INVITE_LINK_ROOM_BYTES] = {1, 2, 3};
  g_autoptr (CvSecret) secret = cv_secret_new (CV_INVITE_LINK_SECRET_BYTES);
  g_autoptr (CvInviteLink) link =
      cv_invite_link_new ("127.0.0.1", cv_server_get_port (world->server), room, secret, pin, NULL);

  *person = (Person){.client = cv_signaling_client_new (link)};
  person->inbox = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_message_unref);
  g_signal_connect (person->client, "message", G_CALLBACK (on_message), person);
  g_signal_connect (person->client, "lost", G_CALLBACK (on_lost), person);
}

static void
person_connect (Person *person)
{
  cv_signaling_client_connect_async (person->client, NULL, on_connected, person);
  WAIT_FOR (person->is_done);
}

static void
person_init (Person *person, World *world)
{
  person_prepare (person, world, world->own.pin);
  person_connect (person);
  g_assert_no_error (person->error);
  g_assert_cmpint (cv_signaling_client_get_state (person->client), ==, CV_SIGNALING_OPEN);
}

static void
person_clear (Person *person)
{
  if (person->client == NULL)
    return;
  cv_signaling_client_close (person->client);
  g_signal_handlers_disconnect_by_data (person->client, person);
  g_clear_object (&person->client);
  g_clear_pointer (&person->inbox, g_ptr_array_unref);
  g_clear_error (&person->error);
  g_clear_pointer (&person->answer, cv_message_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Person, person_clear)

static CvMessage *
find (Person *person, CvMessageType type)
{
  for (guint i = 0; i < person->inbox->len; i++) {
    CvMessage *message = g_ptr_array_index (person->inbox, i);

    if (message->type == type)
      return message;
  }
  return NULL;
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  Person *person = data;

  person->answer =
      cv_signaling_client_request_finish (CV_SIGNALING_CLIENT (source), result, &person->error);
  person->is_done = TRUE;
}

/* Takes the message. */
static void
ask (Person *person, CvMessage *message)
{
  person->is_done = FALSE;
  g_clear_error (&person->error);
  g_clear_pointer (&person->answer, cv_message_unref);
  cv_signaling_client_request_async (person->client, message, NULL, on_answered, person);
  cv_message_unref (message);
}

static GBytes *
bytes_of (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static CvMessage *
new_group_message (CvMessageType type, guint64 epoch, const char *payload)
{
  g_autoptr (GBytes) group = bytes_of ("gr");
  g_autoptr (GBytes) bytes = bytes_of (payload);

  return cv_message_new_group_message (type, group, epoch, bytes);
}

static void
open_room (Person *person)
{
  CvMessage *open = cv_message_new (CV_MESSAGE_OPEN);

  open->group.group = bytes_of ("gr");
  ask (person, open);
  WAIT_FOR (person->is_done);
  g_assert_no_error (person->error);
  g_assert_cmpint (person->answer->type, ==, CV_MESSAGE_OPENED);
}

static void
knock (Person *guest)
{
  g_autoptr (CvMessage) message = cv_message_new (CV_MESSAGE_KNOCK);

  message->knock.payload = bytes_of ("sealed");
  cv_signaling_client_send (guest->client, message);
}

/* The host's commit ends epoch 0; all are in epoch 1 then. */
static void
let_in (Person *host, Person *guest)
{
  g_autoptr (CvMessage) welcome = cv_message_new (CV_MESSAGE_WELCOME);
  const char *to[] = {cv_signaling_client_get_member_id (guest->client), NULL};

  knock (guest);
  WAIT_FOR (find (host, CV_MESSAGE_KNOCKED) != NULL);
  CvMessage *commit = new_group_message (CV_MESSAGE_COMMIT, 0, "adds the guest");
  commit->group_message.adds = g_strdupv ((char **)to);
  ask (host, commit);
  WAIT_FOR (host->is_done);
  g_assert_cmpint (host->answer->type, ==, CV_MESSAGE_ACCEPTED);
  welcome->welcome.to = g_strdupv ((char **)to);
  welcome->welcome.group = bytes_of ("gr");
  welcome->welcome.epoch = 1;
  welcome->welcome.payload = bytes_of ("welcome");
  cv_signaling_client_send (host->client, welcome);
  WAIT_FOR (find (guest, CV_MESSAGE_WELCOMED) != NULL);
  g_ptr_array_set_size (host->inbox, 0);
}

static void
test_meets (void)
{
  g_auto (World) world = {0};
  g_auto (Person) anna = {0};
  g_auto (Person) berta = {0};
  g_autoptr (CvMessage) hi = new_group_message (CV_MESSAGE_APPLICATION, 1, "hi");

  world_init (&world, NULL);
  person_init (&anna, &world);
  g_assert_false (cv_signaling_client_get_is_occupied (anna.client));
  open_room (&anna);
  person_init (&berta, &world);
  g_assert_true (cv_signaling_client_get_is_occupied (berta.client));
  let_in (&anna, &berta);
  cv_signaling_client_send (berta.client, hi);
  WAIT_FOR (find (&anna, CV_MESSAGE_RELAYED) != NULL);
  g_assert_cmpstr (find (&anna, CV_MESSAGE_RELAYED)->group_message.from, ==,
                   cv_signaling_client_get_member_id (berta.client));
  cv_signaling_client_close (berta.client);
  WAIT_FOR (find (&anna, CV_MESSAGE_MEMBER_LEFT) != NULL);
  g_assert_true (find (&anna, CV_MESSAGE_MEMBER_LEFT)->member_left.is_graceful);
}

static void
test_orders_competing_commits (void)
{
  g_auto (World) world = {0};
  g_auto (Person) anna = {0};
  g_auto (Person) berta = {0};
  Person *winner, *loser;

  world_init (&world, NULL);
  person_init (&anna, &world);
  open_room (&anna);
  person_init (&berta, &world);
  let_in (&anna, &berta);
  for (guint64 epoch = 1; epoch < 5; epoch++) {
    g_ptr_array_set_size (anna.inbox, 0);
    g_ptr_array_set_size (berta.inbox, 0);
    ask (&anna, new_group_message (CV_MESSAGE_COMMIT, epoch, "of anna"));
    ask (&berta, new_group_message (CV_MESSAGE_COMMIT, epoch, "of berta"));
    WAIT_FOR (anna.is_done && berta.is_done);
    winner = anna.answer->type == CV_MESSAGE_ACCEPTED ? &anna : &berta;
    loser = winner == &anna ? &berta : &anna;
    g_assert_cmpint (winner->answer->type, ==, CV_MESSAGE_ACCEPTED);
    g_assert_cmpint (loser->answer->type, ==, CV_MESSAGE_REJECTED);
    WAIT_FOR (find (loser, CV_MESSAGE_ORDERED) != NULL);
    g_assert_cmpuint (find (loser, CV_MESSAGE_ORDERED)->group_message.epoch, ==, epoch);
    g_assert_null (find (winner, CV_MESSAGE_ORDERED));
  }
}

static void
test_resumes_after_a_cut (void)
{
  g_auto (World) world = {0};
  g_auto (Person) anna = {0};
  g_auto (Person) berta = {0};
  g_autofree char *id = NULL;
  guint n_relayed = 0;

  world_init (&world, NULL);
  person_init (&anna, &world);
  open_room (&anna);
  person_init (&berta, &world);
  let_in (&anna, &berta);
  id = g_strdup (cv_signaling_client_get_member_id (berta.client));
  for (guint i = 0; i < 10; i++) {
    g_autoptr (CvMessage) to_berta = new_group_message (CV_MESSAGE_APPLICATION, 1, "a");
    g_autoptr (CvMessage) to_anna = new_group_message (CV_MESSAGE_APPLICATION, 1, "b");

    /* Some of these are lost with the connection, in either direction. */
    cv_signaling_client_send (anna.client, to_berta);
    cv_signaling_client_send (berta.client, to_anna);
    if (i == 3)
      cv_signaling_client_cut (berta.client);
    if (i == 6)
      WAIT_FOR (cv_signaling_client_get_state (berta.client) == CV_SIGNALING_RESUMING);
  }
  ask (&berta, new_group_message (CV_MESSAGE_COMMIT, 1, "while away"));
  WAIT_FOR (cv_signaling_client_get_state (berta.client) == CV_SIGNALING_OPEN);
  WAIT_FOR (berta.is_done);
  g_assert_no_error (berta.error);
  g_assert_cmpint (berta.answer->type, ==, CV_MESSAGE_ACCEPTED);
  g_assert_cmpstr (cv_signaling_client_get_member_id (berta.client), ==, id);
  WAIT_FOR (find (&anna, CV_MESSAGE_ORDERED) != NULL);
  for (guint i = 0; i < anna.inbox->len; i++)
    n_relayed += ((CvMessage *)anna.inbox->pdata[i])->type == CV_MESSAGE_RELAYED;
  g_assert_cmpuint (n_relayed, ==, 10);
  n_relayed = 0;
  for (guint i = 0; i < berta.inbox->len; i++)
    n_relayed += ((CvMessage *)berta.inbox->pdata[i])->type == CV_MESSAGE_RELAYED;
  g_assert_cmpuint (n_relayed, ==, 10);
  g_assert_nonnull (find (&anna, CV_MESSAGE_MEMBER_AWAY));
  g_assert_nonnull (find (&anna, CV_MESSAGE_MEMBER_BACK));
  g_assert_null (find (&anna, CV_MESSAGE_MEMBER_LEFT));
}

/* Far more than the server keeps, in fewer messages than are acknowledged at once. */
static void
test_a_reader_is_not_overrun_by_bytes (void)
{
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  g_auto (World) world = {0};
  g_auto (Person) anna = {0};
  g_auto (Person) berta = {0};
  g_autofree char *text = g_strnfill (128 * 1024, 'x');
  g_autoptr (CvMessage) big = new_group_message (CV_MESSAGE_APPLICATION, 1, text);

  config->queue_bytes = 4 * 1024 * 1024;
  config->room_bytes_per_second = 1u << 30;
  world_init (&world, config);
  person_init (&anna, &world);
  open_room (&anna);
  person_init (&berta, &world);
  let_in (&anna, &berta);
  for (guint i = 0; i < 60; i++) {
    g_ptr_array_set_size (berta.inbox, 0);
    cv_signaling_client_send (anna.client, big);
    WAIT_FOR (find (&berta, CV_MESSAGE_RELAYED) != NULL || berta.is_lost);
    g_assert_no_error (berta.error);
  }
  g_assert_null (find (&anna, CV_MESSAGE_MEMBER_LEFT));
}

static void
test_is_lost_after_the_grace (void)
{
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  g_auto (World) world = {0};
  g_auto (Person) anna = {0};

  config->grace_ms = 0;
  world_init (&world, config);
  person_init (&anna, &world);
  open_room (&anna);
  cv_signaling_client_cut (anna.client);
  WAIT_FOR (anna.is_lost);
  g_assert_error (anna.error, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_UNREACHABLE);
  g_assert_cmpint (cv_signaling_client_get_state (anna.client), ==, CV_SIGNALING_CLOSED);
}

static void
test_notices_silence (void)
{
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  g_auto (World) world = {0};
  g_auto (Person) anna = {0};

  config->silence_ms = 100;
  world_init (&world, config);
  person_prepare (&anna, &world, world.own.pin);
  /* It pings too seldom: the server cuts, the client resumes. */
  cv_signaling_client_set_times (anna.client, 60000, 60000, 15000);
  person_connect (&anna);
  g_assert_no_error (anna.error);
  WAIT_FOR (cv_signaling_client_get_state (anna.client) == CV_SIGNALING_RESUMING);
  WAIT_FOR (cv_signaling_client_get_state (anna.client) == CV_SIGNALING_OPEN);
}

static void
test_pings_keep_it_open (void)
{
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  g_auto (World) world = {0};
  g_auto (Person) anna = {0};
  gint64 end_us;

  config->silence_ms = 200;
  world_init (&world, config);
  person_prepare (&anna, &world, world.own.pin);
  cv_signaling_client_set_times (anna.client, 20, 10000, 15000);
  person_connect (&anna);
  end_us = g_get_monotonic_time () + 600 * 1000;
  WAIT_FOR (g_get_monotonic_time () > end_us);
  g_assert_cmpint (cv_signaling_client_get_state (anna.client), ==, CV_SIGNALING_OPEN);
  g_assert_cmpuint (cv_server_get_metrics (world.server)->resumes, ==, 0);
}

static void
assert_certificate_refused (const guint8 *pin, World *world)
{
  g_auto (Person) anna = {0};

  person_prepare (&anna, world, pin);
  person_connect (&anna);
  g_assert_error (anna.error, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_CERTIFICATE);
}

static void
test_refuses_another_key (void)
{
  g_auto (World) world = {0};
  guint8 pin[32];

  world_init (&world, NULL);
  memcpy (pin, world.own.pin, sizeof pin);
  pin[0] ^= 1;
  assert_certificate_refused (pin, &world);
  /* Self-signed and no pin: the system does not trust it. */
  assert_certificate_refused (NULL, &world);
  g_assert_cmpuint (cv_server_get_metrics (world.server)->rooms_now, ==, 0);
}

static void
test_says_when_it_is_full (void)
{
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  g_auto (World) world = {0};
  g_auto (Person) anna = {0};
  g_auto (Person) berta = {0};
  g_auto (Person) clara = {0};

  config->max_room_members = 2;
  world_init (&world, config);
  person_init (&anna, &world);
  person_init (&berta, &world);
  person_prepare (&clara, &world, world.own.pin);
  person_connect (&clara);
  g_assert_error (clara.error, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_FULL);
}

static void
test_tells_that_it_stops (void)
{
  g_auto (World) world = {0};
  g_auto (Person) anna = {0};

  world_init (&world, NULL);
  person_init (&anna, &world);
  ask (&anna, cv_message_new_epoch (CV_MESSAGE_GAP, 0));
  g_clear_error (&anna.error);
  cv_server_stop (world.server);
  WAIT_FOR (anna.is_lost);
  g_assert_error (anna.error, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_CLOSED);
  g_assert_true (anna.is_done);
  g_assert_cmpuint (cv_server_get_port (world.server), ==, 0);
}

static void
test_waiting_people_get_nothing (void)
{
  g_auto (World) world = {0};
  g_auto (Person) anna = {0};
  g_auto (Person) berta = {0};
  g_auto (Person) clara = {0};
  g_autoptr (CvMessage) hi = new_group_message (CV_MESSAGE_APPLICATION, 1, "hi");

  world_init (&world, NULL);
  person_init (&anna, &world);
  open_room (&anna);
  person_init (&berta, &world);
  let_in (&anna, &berta);
  person_init (&clara, &world);
  knock (&clara);
  WAIT_FOR (find (&berta, CV_MESSAGE_KNOCKED) != NULL);
  ask (&anna, new_group_message (CV_MESSAGE_COMMIT, 1, "commit"));
  WAIT_FOR (anna.is_done);
  cv_signaling_client_send (anna.client, hi);
  WAIT_FOR (find (&berta, CV_MESSAGE_RELAYED) != NULL);
  /* Its own answer comes after whatever the server would have told it before. */
  ask (&clara, cv_message_new_epoch (CV_MESSAGE_GAP, 0));
  WAIT_FOR (clara.is_done);
  g_assert_error (clara.error, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_PROTOCOL);
  g_assert_cmpuint (clara.inbox->len, ==, 0);
}

static void
test_refuses_a_bad_certificate (void)
{
  g_autoptr (CvServer) server = cv_server_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (cv_server_start (server, "127.0.0.1:0", "rubbish", "rubbish", &error));
  g_assert_error (error, CV_SERVER_ERROR, CV_SERVER_ERROR_CERTIFICATE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/loopback/meets", test_meets);
  g_test_add_func ("/server/loopback/orders-competing-commits", test_orders_competing_commits);
  g_test_add_func ("/server/loopback/resumes-after-a-cut", test_resumes_after_a_cut);
  g_test_add_func ("/server/loopback/a-reader-is-not-overrun-by-bytes",
                   test_a_reader_is_not_overrun_by_bytes);
  g_test_add_func ("/server/loopback/is-lost-after-the-grace", test_is_lost_after_the_grace);
  g_test_add_func ("/server/loopback/notices-silence", test_notices_silence);
  g_test_add_func ("/server/loopback/pings-keep-it-open", test_pings_keep_it_open);
  g_test_add_func ("/server/loopback/refuses-another-key", test_refuses_another_key);
  g_test_add_func ("/server/loopback/says-when-it-is-full", test_says_when_it_is_full);
  g_test_add_func ("/server/loopback/tells-that-it-stops", test_tells_that_it_stops);
  g_test_add_func ("/server/loopback/waiting-people-get-nothing", test_waiting_people_get_nothing);
  g_test_add_func ("/server/loopback/refuses-a-bad-certificate", test_refuses_a_bad_certificate);
  return g_test_run ();
}
