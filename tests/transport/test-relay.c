/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "link-pair.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

/* A real coturn on loopback, and links that may use nothing else. */

typedef struct {
  GSubprocess *process;
  guint16 port;
} Relay;

/* A port that was free a moment ago: coturn cannot be asked to choose one. */
static guint16
find_port (void)
{
  g_autoptr (GSocket) socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static void
wait_until_ready (Relay *relay)
{
  g_autoptr (GDataInputStream) lines =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (relay->process));
  char *line;

  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL) {
    gboolean is_ready = strstr (line, "Total General servers") != NULL;

    g_free (line);
    if (is_ready)
      return;
  }
  g_error ("turnserver ended before it was ready");
}

static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
start_relay (Relay *relay)
{
  g_autofree char *program = g_find_program_in_path ("turnserver");
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autofree char *port_option = NULL;

  if (program == NULL)
    return FALSE;
  relay->port = find_port ();
  port_option = g_strdup_printf ("--listening-port=%u", relay->port);
  launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  relay->process = g_subprocess_launcher_spawn (
      launcher, NULL, program, "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1",
      "--allow-loopback-peers", port_option, "--lt-cred-mech", "--user=alice:secret",
      "--realm=example.org", "--no-tls", "--no-dtls", "--no-cli", "--relay-threads=1",
      "--pidfile=/dev/null", "--log-file=stdout", "--simple-log", NULL);
  g_assert_nonnull (relay->process);
  wait_until_ready (relay);
  return TRUE;
}

static void
stop_relay (Relay *relay)
{
  g_subprocess_force_exit (relay->process);
  g_subprocess_wait (relay->process, NULL, NULL);
  g_clear_object (&relay->process);
}

static gboolean
has_packets (LinkPair *pair)
{
  return g_atomic_int_get (&pair->b.n_rtp) >= 50;
}

static void
check_relay_candidates (LinkEnd *end)
{
  g_assert_cmpuint (end->candidates->len, >, 0);
  for (guint i = 0; i < end->candidates->len; i++) {
    g_test_message ("%s", (char *)g_ptr_array_index (end->candidates, i));
    g_assert_nonnull (
        strstr (g_ptr_array_index (end->candidates, i), " typ relay raddr 0.0.0.0 rport 0"));
  }
}

static void
test_relay_only (gconstpointer data)
{
  static const char *const addresses[] = {"127.0.0.1", NULL};
  Relay relay = {0};
  g_autofree char *uri = NULL;
  CvTransportIceServer server = {.username = "alice", .password = "secret"};
  const LinkPairOptions options = {
      .local_addresses = addresses,
      .servers = &server,
      .n_servers = 1,
      .is_relay_only = TRUE,
  };
  LinkPair pair;
  CvTransportLinkInfo info;

  if (!start_relay (&relay)) {
    g_test_skip ("turnserver is not installed");
    return;
  }
  uri = g_strdup_printf ("turn:127.0.0.1:%u?transport=%s", relay.port, (const char *)data);
  server.uri = uri;
  link_pair_init (&pair, &options);
  link_pair_wait (&pair, link_pair_is_connected, 30);
  link_pair_send (&pair.a, LINK_PAIR_SSRC, 1, 50, FALSE);
  link_pair_wait (&pair, has_packets, 10);
  cv_transport_link_get_info (pair.a.link, &info);
  g_assert_cmpstr (info.candidate, ==, "relay");
  check_relay_candidates (&pair.a);
  check_relay_candidates (&pair.b);
  link_pair_clear (&pair);
  stop_relay (&relay);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/transport/relay/over-udp", "udp", test_relay_only);
  g_test_add_data_func ("/transport/relay/over-tcp", "tcp", test_relay_only);
  return g_test_run ();
}
