/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Without a server; tests/server/test-loopback.c has the real one. */
#include "signaling/client.h"

#include "base/secret.h"

#define LINK                                                                                       \
  "conclave://127.0.0.1:%u/AAECAwQFBgcICQoLDA0ODw#k=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

typedef struct {
  GError *error;
  gboolean is_answered;
} Asked;

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  Asked *asked = data;

  g_assert_false (
      cv_signaling_client_connect_finish (CV_SIGNALING_CLIENT (source), result, &asked->error));
  asked->is_answered = TRUE;
}

static void
on_replied (GObject *source, GAsyncResult *result, gpointer data)
{
  Asked *asked = data;

  g_assert_null (
      cv_signaling_client_request_finish (CV_SIGNALING_CLIENT (source), result, &asked->error));
  asked->is_answered = TRUE;
}

static void
wait_for (Asked *asked)
{
  while (!asked->is_answered)
    g_main_context_iteration (NULL, TRUE);
}

static CvSignalingClient *
new_client (guint port)
{
  g_autofree char *text = g_strdup_printf (LINK, port);
  g_autoptr (CvInviteLink) link = cv_invite_link_parse (text, NULL);

  return cv_signaling_client_new (link);
}

/* A port that nobody listens on: one that was just ours. */
static guint16
find_closed_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);

  g_socket_listener_close (listener);
  return port;
}

static void
test_tells_that_nobody_is_there (void)
{
  g_autoptr (CvSignalingClient) client = new_client (find_closed_port ());
  Asked asked = {0};

  cv_signaling_client_connect_async (client, NULL, on_connected, &asked);
  g_assert_cmpint (cv_signaling_client_get_state (client), ==, CV_SIGNALING_CONNECTING);
  wait_for (&asked);
  g_assert_error (asked.error, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_UNREACHABLE);
  g_assert_cmpint (cv_signaling_client_get_state (client), ==, CV_SIGNALING_CLOSED);
  g_clear_error (&asked.error);
}

static void
test_connects_once (void)
{
  g_autoptr (CvSignalingClient) client = new_client (find_closed_port ());
  Asked first = {0}, second = {0};

  cv_signaling_client_connect_async (client, NULL, on_connected, &first);
  cv_signaling_client_connect_async (client, NULL, on_connected, &second);
  wait_for (&second);
  g_assert_error (second.error, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_CLOSED);
  wait_for (&first);
  g_clear_error (&first.error);
  g_clear_error (&second.error);
}

static void
test_cancelling_answers_once (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (CvSignalingClient) client = NULL;
  Asked asked = {0};

  /* It takes connections and never says a word. */
  client = new_client (g_socket_listener_add_any_inet_port (listener, NULL, NULL));
  cv_signaling_client_connect_async (client, cancellable, on_connected, &asked);
  g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (cancellable);
  wait_for (&asked);
  g_assert_error (asked.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (cv_signaling_client_get_state (client), ==, CV_SIGNALING_CLOSED);
  g_clear_error (&asked.error);
}

static void
test_closing_answers_who_connects (void)
{
  g_autoptr (CvSignalingClient) client = new_client (find_closed_port ());
  Asked asked = {0};

  cv_signaling_client_connect_async (client, NULL, on_connected, &asked);
  cv_signaling_client_close (client);
  cv_signaling_client_close (client);
  wait_for (&asked);
  g_assert_error (asked.error, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_CLOSED);
  g_clear_error (&asked.error);
}

static void
test_refuses_requests_without_a_connection (void)
{
  g_autoptr (CvSignalingClient) client = new_client (1);
  g_autoptr (CvMessage) gap = cv_message_new_epoch (CV_MESSAGE_GAP, 0);
  Asked asked = {0};

  cv_signaling_client_send (client, gap);
  cv_signaling_client_request_async (client, gap, NULL, on_replied, &asked);
  wait_for (&asked);
  g_assert_error (asked.error, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_CLOSED);
  g_clear_error (&asked.error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signaling/client/tells-that-nobody-is-there", test_tells_that_nobody_is_there);
  g_test_add_func ("/signaling/client/connects-once", test_connects_once);
  g_test_add_func ("/signaling/client/cancelling-answers-once", test_cancelling_answers_once);
  g_test_add_func ("/signaling/client/closing-answers-who-connects",
                   test_closing_answers_who_connects);
  g_test_add_func ("/signaling/client/refuses-requests-without-a-connection",
                   test_refuses_requests_without_a_connection);
  return g_test_run ();
}
