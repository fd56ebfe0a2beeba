/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Over a pair of sockets that nobody reads by itself. */
#include "server/metered-stream.h"

#include <sys/socket.h>

typedef struct {
  CvServerMeteredStream *stream;
  GPollableInputStream *input;
  GPollableOutputStream *output;
  GSocket *peer;
  guint n_read;
  guint n_written;
} World;

static void
on_read (gpointer data)
{
  ((World *)data)->n_read++;
}

static void
on_written (gpointer data)
{
  ((World *)data)->n_written++;
}

static void
world_init (World *world)
{
  g_autoptr (GSocket) own = NULL;
  g_autoptr (GSocketConnection) base = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  own = g_socket_new_from_fd (fds[0], NULL);
  world->peer = g_socket_new_from_fd (fds[1], NULL);
  g_socket_set_blocking (world->peer, FALSE);
  base = g_socket_connection_factory_create_connection (own);
  world->stream = cv_server_metered_stream_new (G_IO_STREAM (base));
  world->input =
      G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (world->stream)));
  world->output =
      G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (G_IO_STREAM (world->stream)));
  cv_server_metered_stream_watch (world->stream, on_read, on_written, world);
}

static void
world_clear (World *world)
{
  g_clear_object (&world->stream);
  g_clear_object (&world->peer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static gsize
drain (GSocket *socket)
{
  char buffer[65536];
  gsize total = 0;
  gssize n;

  while ((n = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL)) > 0)
    total += (gsize)n;
  return total;
}

/* Not what it was given. */
static void
test_counts_what_really_leaves (void)
{
  g_auto (World) world = {0};
  g_autofree guint8 *bytes = g_malloc0 (1 << 20);
  g_autoptr (GError) error = NULL;
  guint64 total = 0;
  gssize n;

  world_init (&world);
  while (
      (n = g_pollable_output_stream_write_nonblocking (world.output, bytes, 1 << 20, NULL, &error))
      > 0)
    total += (guint64)n;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_assert_false (g_pollable_output_stream_is_writable (world.output));
  g_assert_cmpuint (total, >, 0);
  g_assert_cmpuint (cv_server_metered_stream_get_written (world.stream)->n_bytes, ==, total);
  g_assert_cmpuint (world.n_written, >, 0);
  g_assert_cmpuint (drain (world.peer), ==, total);
  g_assert_true (g_pollable_output_stream_is_writable (world.output));
}

static void
test_a_flooder_takes_turns (void)
{
  g_auto (World) world = {0};
  g_autofree guint8 *bytes = g_malloc0 (65536);
  gsize at_once = 0, rest = 0;
  gssize n;

  world_init (&world);
  for (guint i = 0; i <= 64; i++) {
    while (g_socket_send (world.peer, (const char *)bytes, 4096, NULL, NULL) > 0)
      ;
    n = g_pollable_input_stream_read_nonblocking (world.input, bytes, 4096, NULL, NULL);
    if (n < 0)
      break;
    at_once += (gsize)n;
  }
  /* More is there, but it is another's turn; then it goes on. */
  g_assert_cmpint (n, ==, -1);
  g_assert_cmpuint (at_once, ==, 256 * 1024);
  g_assert_true (g_pollable_input_stream_is_readable (world.input));
  while ((n = g_pollable_input_stream_read_nonblocking (world.input, bytes, 4096, NULL, NULL)) > 0)
    rest += (gsize)n;
  g_assert_cmpuint (rest, >, 0);
  g_assert_cmpuint (cv_server_metered_stream_get_read (world.stream)->n_bytes, ==, at_once + rest);
  g_assert_cmpuint (world.n_read, >, 0);
}

static gboolean
on_source (GObject *stream, gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_wakes_who_waits (void)
{
  g_auto (World) world = {0};
  g_autoptr (GSource) source = NULL;
  gboolean is_woken = FALSE;

  world_init (&world);
  source = g_pollable_input_stream_create_source (world.input, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_source), &is_woken, NULL);
  g_source_attach (source, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (is_woken);
  g_assert_cmpint (g_socket_send (world.peer, "x", 1, NULL, NULL), ==, 1);
  while (!is_woken)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_reads_fail_when_it_is_told_so (void)
{
  g_auto (World) world = {0};
  g_autoptr (GError) error = NULL;
  char byte;

  world_init (&world);
  cv_server_metered_stream_stop_reading (world.stream);
  g_assert_true (g_pollable_input_stream_is_readable (world.input));
  g_assert_cmpint (g_pollable_input_stream_read_nonblocking (world.input, &byte, 1, NULL, &error),
                   ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

static void
on_closed (GObject *stream, GAsyncResult *result, gpointer data)
{
  g_assert_true (g_io_stream_close_finish (G_IO_STREAM (stream), result, NULL));
  *(gboolean *)data = TRUE;
}

static void
test_closes_what_is_beneath (void)
{
  g_auto (World) world = {0};
  gboolean is_closed = FALSE;
  char byte;

  world_init (&world);
  g_io_stream_close_async (G_IO_STREAM (world.stream), G_PRIORITY_DEFAULT, NULL, on_closed,
                           &is_closed);
  while (!is_closed)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_socket_receive (world.peer, &byte, 1, NULL, NULL), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/metered-stream/counts-what-really-leaves",
                   test_counts_what_really_leaves);
  g_test_add_func ("/server/metered-stream/a-flooder-takes-turns", test_a_flooder_takes_turns);
  g_test_add_func ("/server/metered-stream/wakes-who-waits", test_wakes_who_waits);
  g_test_add_func ("/server/metered-stream/reads-fail-when-it-is-told-so",
                   test_reads_fail_when_it_is_told_so);
  g_test_add_func ("/server/metered-stream/closes-what-is-beneath", test_closes_what_is_beneath);
  return g_test_run ();
}
