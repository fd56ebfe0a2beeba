/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A meeting from its lobby to its end. */
#include "session-world.h"

#include "call/session-private.h"
#include "identity/statement.h"
#include "routing/mesh-private.h"

#include <gst/gst.h>
#include <string.h>

static void
test_two_meet_write_and_leave (void)
{
  CvSession *ada = session_world_new ("Ada");
  CvSession *bob = session_world_new ("Bob");
  g_autoptr (CvChatMessage) line = NULL;

  session_world_host (ada, NULL);
  session_world_join (bob, ada, NULL);
  session_world_wait_members (ada, 2);
  session_world_wait_members (bob, 2);
  session_world_wait_shield (ada, CV_SHIELD_ENCRYPTED);
  session_world_wait_shield (bob, CV_SHIELD_ENCRYPTED);
  g_assert_cmpstr (cv_session_get_meeting_code (ada), ==, cv_session_get_meeting_code (bob));

  g_assert_true (cv_session_send_chat (bob, "hello"));
  session_world_wait_chat (ada, 1);
  line = g_list_model_get_item (cv_session_get_chat (ada), 0);
  g_assert_cmpstr (cv_chat_message_get_text (line), ==, "hello");
  g_assert_cmpstr (cv_chat_message_get_sender_name (line), ==, "Bob");
  g_assert_false (cv_chat_message_get_is_self (line));

  session_world_leave (bob);
  session_world_wait_members (ada, 1);
  session_world_leave (ada);
  g_assert_null (session_world_get_server ());
  session_world_drop (bob);
  session_world_drop (ada);
}

static void
test_chat_has_bounds (void)
{
  CvSession *ada = session_world_new ("Ada");
  g_autofree char *longest = g_strnfill (CV_CHAT_MAX_CHARACTERS, 'x');
  g_autofree char *longer = g_strnfill (CV_CHAT_MAX_CHARACTERS + 1, 'x');
  g_autofree char *control = g_strnfill (CV_CHAT_MAX_CHARACTERS, '\001');

  g_assert_false (cv_session_send_chat (ada, "before the meeting"));
  session_world_host (ada, NULL);
  g_assert_false (cv_session_send_chat (ada, ""));
  g_assert_false (cv_session_send_chat (ada, longer));
  g_assert_false (cv_session_send_chat (ada, "\xff"));
  g_assert_cmpuint (g_list_model_get_n_items (cv_session_get_chat (ada)), ==, 0);
  g_assert_true (cv_session_send_chat (ada, longest));
  g_assert_true (cv_session_send_chat (ada, control));
  g_assert_cmpuint (g_list_model_get_n_items (cv_session_get_chat (ada)), ==, 2);
  session_world_leave (ada);
  g_assert_false (cv_session_send_chat (ada, "after the meeting"));
  session_world_drop (ada);
}

static void
test_the_host_ends_it_for_all (void)
{
  CvSession *ada = session_world_new ("Ada");
  CvSession *bob = session_world_new ("Bob");

  session_world_host (ada, NULL);
  session_world_join (bob, ada, NULL);
  session_world_leave (ada);
  session_world_wait_failure (bob, CV_CALL_ERROR_OVER);
  session_world_drop (ada);
  session_world_drop (bob);
}

/* It is not over for the others, and there is something to do. */
static void
test_who_is_left_behind_is_told_so (void)
{
  CvSession *ada = session_world_new ("Ada");
  CvSession *bob = session_world_new ("Bob");

  session_world_host (ada, NULL);
  session_world_join (bob, ada, NULL);
  cv_e2ee_group_driver_on_group (bob->driver, CV_SPAN_LITERAL ("another group"));
  session_world_wait_failure (bob, CV_CALL_ERROR_LEFT_BEHIND);
  session_world_drop (bob);
  session_world_drop (ada);
}

static void
test_a_server_that_dies_ends_it_for_all (void)
{
  CvSession *ada = session_world_new ("Ada");
  CvSession *bob = session_world_new ("Bob");

  session_world_host (ada, NULL);
  session_world_join (bob, ada, NULL);
  session_world_kill_server ();
  session_world_wait_failure (bob, CV_CALL_ERROR_OVER);
  session_world_wait_failure (ada, CV_CALL_ERROR_OVER);
  session_world_drop (ada);
  session_world_drop (bob);
}

static guint n_left;

static void
on_anything (CvSession *session)
{
  if (cv_session_get_state (session) != CV_SESSION_IN_CALL)
    return;
  n_left++;
  cv_session_leave (session);
}

typedef struct {
  CvSession *ada;
  CvSession *bob;
} Pair;

static gboolean
has_somebody_left (gpointer data)
{
  const Pair *pair = data;

  return cv_session_get_state (pair->ada) == CV_SESSION_ENDED
         || cv_session_get_state (pair->bob) == CV_SESSION_ENDED;
}

/* Whoever leaves there stands in the middle of what is torn down. */
static void
test_leaving_in_any_handler (void)
{
  static const char *const details[] = {
      "roster-changed",       "notify::state", "notify::shield",    "participant-joined",
      "notify::meeting-code", "link-changed",  "notify::is-locked", "notice",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (details); i++) {
    CvSession *ada = session_world_new ("Ada");
    CvSession *bob = session_world_new ("Bob");
    Pair pair = {ada, bob};
    g_autoptr (GError) error = NULL;

    n_left = 0;
    session_world_host (ada, NULL);
    g_signal_connect (bob, details[i], G_CALLBACK (on_anything), NULL);
    g_signal_connect (ada, details[i], G_CALLBACK (on_anything), NULL);
    g_assert_true (cv_session_set_link (bob, cv_session_get_link (ada), &error));
    cv_session_join (bob, NULL);
    if (g_str_equal (details[i], "notify::is-locked") || g_str_equal (details[i], "notice")) {
      session_world_wait_state (bob, CV_SESSION_IN_CALL);
      cv_session_set_locked (g_str_equal (details[i], "notice") ? bob : ada, TRUE);
    }
    fixture_wait (has_somebody_left, &pair, details[i]);
    g_assert_cmpuint (n_left, >, 0);
    cv_session_leave (ada);
    cv_session_leave (bob);
    session_world_wait_state (ada, CV_SESSION_ENDED);
    session_world_wait_state (bob, CV_SESSION_ENDED);
    session_world_drop (ada);
    session_world_drop (bob);
  }
}

static void
count (gpointer object, gpointer pspec, guint *n)
{
  (*n)++;
}

static void
test_setters_notify_once (void)
{
  CvSession *ada = session_world_new ("Ada");
  guint n_muted = 0;
  guint n_off = 0;

  g_signal_connect (ada, "notify::microphone-muted", G_CALLBACK (count), &n_muted);
  g_signal_connect (ada, "notify::camera-off", G_CALLBACK (count), &n_off);
  for (guint i = 0; i < 2; i++)
    g_object_set (ada, "microphone-muted", TRUE, "camera-off", TRUE, NULL);
  g_assert_cmpuint (n_muted, ==, 1);
  g_assert_cmpuint (n_off, ==, 1);
  cv_session_start_preview (ada);
  g_assert_cmpuint (n_muted, ==, 1);
  g_assert_cmpuint (n_off, ==, 1);
  g_assert_true (cv_media_engine_get_muted (ada->engine));
  g_assert_true (cv_media_engine_get_camera_off (ada->engine));
  for (guint i = 0; i < 2; i++)
    g_object_set (ada, "microphone-muted", FALSE, "camera-off", FALSE, NULL);
  g_assert_cmpuint (n_muted, ==, 2);
  g_assert_cmpuint (n_off, ==, 2);
  g_assert_false (cv_media_engine_get_muted (ada->engine));
  session_world_drop (ada);
}

static void
test_devices_are_remembered (void)
{
  CvSession *ada = session_world_new ("Ada");

  cv_session_set_camera (ada, "no such camera");
  cv_session_set_microphone (ada, "no such microphone");
  cv_session_set_speaker (ada, "no such speaker");
  g_assert_null (ada->engine);
  g_assert_cmpstr (ada->camera_id, ==, "no such camera");
  g_assert_cmpstr (ada->microphone_id, ==, "no such microphone");
  g_assert_cmpstr (ada->speaker_id, ==, "no such speaker");
  cv_session_start_preview (ada);
  cv_session_set_camera (ada, NULL);
  g_assert_null (ada->camera_id);
  session_world_drop (ada);
}

static void
test_the_name_is_fixed_in_the_meeting (void)
{
  CvSession *ada = session_world_new ("Ada");
  g_autofree char *name = NULL;

  g_object_set (ada, "name", "  Ada\tLove\u202Elace \n", NULL);
  g_object_get (ada, "name", &name, NULL);
  g_assert_true (cv_identity_statement_check_name (name, NULL));
  session_world_host (ada, NULL);
  g_object_set (ada, "name", "Eve", NULL);
  g_assert_cmpstr (ada->name, ==, name);
  g_assert_nonnull (session_world_find (ada, name));
  session_world_leave (ada);
  session_world_drop (ada);
}

static gboolean
is_linked (CvSession *session)
{
  const CvRoutingMesh *mesh = (const CvRoutingMesh *)session->routing;
  GHashTableIter iter;
  gpointer peer;

  g_hash_table_iter_init (&iter, mesh->peers);
  return g_hash_table_iter_next (&iter, NULL, &peer) && cv_routing_mesh_peer_is_up (peer);
}

static gboolean
are_linked (gpointer data)
{
  const Pair *pair = data;

  return is_linked (pair->ada) && is_linked (pair->bob);
}

/* They come with an answer that arrives when the mesh is there already. */
static void
test_ice_servers_reach_the_links (void)
{
  CvSession *ada = session_world_new ("Ada");
  CvSession *bob = session_world_new ("Bob");
  Pair pair = {ada, bob};

  session_world_set_stun ("stun:127.0.0.1:9");
  session_world_host (ada, NULL);
  session_world_join (bob, ada, NULL);
  session_world_set_stun (NULL);
  fixture_wait (are_linked, &pair, "a link");
  for (guint i = 0; i < 2; i++) {
    CvSession *session = i == 0 ? ada : bob;
    const CvRoutingMesh *mesh = (const CvRoutingMesh *)session->routing;

    g_assert_cmpuint (mesh->servers->len, ==, 1);
    g_assert_cmpstr (g_array_index (mesh->servers, CvTransportIceServer, 0).uri, ==,
                     "stun:127.0.0.1:9");
  }
  session_world_leave (bob);
  session_world_leave (ada);
  session_world_drop (ada);
  session_world_drop (bob);
}

/* After the others have left, the last one starts a new group; the next guest meets it there. */
static void
test_the_group_is_made_anew (void)
{
  CvSession *ada = session_world_new ("Ada");

  session_world_host (ada, NULL);
  for (guint i = 0; i < 2; i++) {
    CvSession *bob = session_world_new ("Bob");

    session_world_join (bob, ada, NULL);
    session_world_wait_members (ada, 2);
    session_world_wait_shield (bob, CV_SHIELD_ENCRYPTED);
    g_assert_cmpstr (cv_session_get_meeting_code (ada), ==, cv_session_get_meeting_code (bob));
    g_assert_true (cv_session_send_chat (ada, "hello"));
    session_world_wait_chat (bob, 1);
    session_world_leave (bob);
    session_world_drop (bob);
    session_world_wait_members (ada, 1);
  }
  session_world_leave (ada);
  session_world_drop (ada);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  session_world_init ();
  g_test_add_func ("/call/session/two-meet-write-and-leave", test_two_meet_write_and_leave);
  g_test_add_func ("/call/session/chat-has-bounds", test_chat_has_bounds);
  g_test_add_func ("/call/session/the-host-ends-it-for-all", test_the_host_ends_it_for_all);
  g_test_add_func ("/call/session/who-is-left-behind-is-told-so",
                   test_who_is_left_behind_is_told_so);
  g_test_add_func ("/call/session/a-server-that-dies-ends-it-for-all",
                   test_a_server_that_dies_ends_it_for_all);
  g_test_add_func ("/call/session/leaving-in-any-handler", test_leaving_in_any_handler);
  g_test_add_func ("/call/session/setters-notify-once", test_setters_notify_once);
  g_test_add_func ("/call/session/devices-are-remembered", test_devices_are_remembered);
  g_test_add_func ("/call/session/the-name-is-fixed-in-the-meeting",
                   test_the_name_is_fixed_in_the_meeting);
  g_test_add_func ("/call/session/ice-servers-reach-the-links", test_ice_servers_reach_the_links);
  g_test_add_func ("/call/session/the-group-is-made-anew", test_the_group_is_made_anew);
  result = g_test_run ();
  session_world_clear ();
  return result;
}
