/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* conclave-cli: a participant without a window, for bots, automation, tests and load. */
#include "app/cli-commands.h"
#include "app/cli-events.h"
#include "app/cli-options.h"
#include "app/own-server.h"
#include "base/log.h"
#include "crypto/memory.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
  CvCliOptions options;
  CvSession *session;
  CvCliEvents *events;
  GDataInputStream *input;
  GCancellable *input_cancellable;
  GMainLoop *loop;
  guint duration;
  int exit_code;
} Program;

static void read_next (Program *program);

static void
on_line (GObject *source, GAsyncResult *result, gpointer data)
{
  Program *program = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source),
                                                                     result, NULL, &error);

  /* No more input, closed or broken: the meeting goes on. Only a bad line is worth another read. */
  if (error && error->domain != G_CONVERT_ERROR)
    return;
  if (error)
    cv_cli_events_error ("bad-command", "expected UTF-8");
  else if (!line)
    return;
  else if (*line)
    cv_cli_commands_run (program->session, line);
  read_next (program);
}

static void
read_next (Program *program)
{
  g_data_input_stream_read_line_async (program->input, G_PRIORITY_DEFAULT,
                                       program->input_cancellable, on_line, program);
}

static gboolean
on_duration (gpointer data)
{
  Program *program = data;

  program->duration = 0;
  cv_session_leave (program->session);
  return G_SOURCE_REMOVE;
}

static gboolean
on_signal (gpointer data)
{
  Program *program = data;

  cv_session_leave (program->session);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
on_ended (Program *program)
{
  const int failure = cv_session_get_failure (program->session);

  if (failure == CV_SESSION_NO_FAILURE || failure == CV_CALL_ERROR_OVER)
    cv_cli_events_left (failure == CV_CALL_ERROR_OVER ? "over" : "left");
  else {
    const CvCallError code = (CvCallError)failure;

    cv_cli_events_error (cv_call_error_get_code (code), cv_call_error_get_sentence (code));
    cv_cli_events_left (cv_call_error_get_code (code));
    program->exit_code = 1;
  }
  /* The goodbye is on its way: let it leave before the process does. */
  g_timeout_add (200, on_quit, program->loop);
}

static void
on_session_state (Program *program)
{
  switch (cv_session_get_state (program->session)) {
  case CV_SESSION_IN_CALL:
    if (program->options.duration_s > 0 && program->duration == 0)
      program->duration =
          g_timeout_add_seconds ((guint)program->options.duration_s, on_duration, program);
    break;
  case CV_SESSION_ENDED:
    on_ended (program);
    break;
  case CV_SESSION_LOBBY:
  case CV_SESSION_JOINING:
  case CV_SESSION_RECONNECTING:
    break;
  }
}

static gboolean
begin (Program *program)
{
  const CvCliOptions *options = &program->options;
  const CvHostOptions host = {
      .listen = options->listen,
      .suite = options->suite,
      .is_moderated = g_strcmp0 (options->admission, "moderator") == 0,
      .passcode = options->passcode,
      .server = options->server,
      .server_pin = options->server_pin,
  };
  g_autoptr (GError) error = NULL;

  if (options->is_host) {
    cv_session_host (program->session, &host);
    return TRUE;
  }
  if (!cv_session_set_link (program->session, options->link, &error)) {
    cv_cli_events_error (cv_call_error_get_code (CV_CALL_ERROR_LINK), error->message);
    cv_cli_events_left (cv_call_error_get_code (CV_CALL_ERROR_LINK));
    program->exit_code = 1;
    return FALSE;
  }
  cv_session_join (program->session, options->passcode);
  return TRUE;
}

static void
run (Program *program)
{
  CvSessionOptions session;
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  const guint on_term = g_unix_signal_add (SIGTERM, on_signal, program);
  const guint on_int = g_unix_signal_add (SIGINT, on_signal, program);

  cv_cli_options_to_session (&program->options, &session);
  cv_session_set_server_factory (cv_own_server_get_factory ());
  program->session = cv_session_new (&session);
  program->events = cv_cli_events_new (program->session, program->options.is_host);
  program->loop = g_main_loop_new (NULL, FALSE);
  program->input = g_data_input_stream_new (input);
  program->input_cancellable = g_cancellable_new ();
  g_signal_connect_swapped (program->session, "notify::state", G_CALLBACK (on_session_state),
                            program);
  if (begin (program)) {
    read_next (program);
    g_main_loop_run (program->loop);
  }
  g_cancellable_cancel (program->input_cancellable);
  g_clear_handle_id (&program->duration, g_source_remove);
  g_source_remove (on_term);
  g_source_remove (on_int);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Whoever starts us may have closed them: the next file, which may be one that wakes a thread, would
 * take the number, and be read for commands or written over with events. */
static void
open_standard_files (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) == -1 && open ("/dev/null", O_RDWR) != fd)
      abort ();
}

int
main (int argc, char **argv)
{
  Program program = {.exit_code = 0};
  int exit_code;

  open_standard_files ();
  if (!cv_cli_options_parse (&program.options, argc, argv, &exit_code))
    return exit_code;
  if (program.options.record) {
    cv_cli_events_error ("not-supported", "this version does not record");
    cv_cli_options_clear (&program.options);
    return 2;
  }
  cv_log_init ();
  /* Before a plugin of GStreamer's can use OpenSSL, too: afterwards it is too late. */
  if (!cv_crypto_memory_wipe_freed ())
    cv_log_warning ("OpenSSL was used before it could be told to wipe what it frees");
  signal (SIGPIPE, SIG_IGN);
  gst_init (NULL, NULL);
  run (&program);
  g_signal_handlers_disconnect_by_data (program.session, &program);
  g_clear_pointer (&program.events, cv_cli_events_free);
  g_clear_object (&program.session);
  g_clear_object (&program.input);
  g_clear_object (&program.input_cancellable);
  g_clear_pointer (&program.loop, g_main_loop_unref);
  cv_cli_options_clear (&program.options);
  return program.exit_code;
}
