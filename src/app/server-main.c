/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* conclave-server: the room server as a program of its own. Links no cryptography of ours. */
#include "base/secret.h"
#include "server/server.h"

#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define GOODBYE_MS 3000

static void
write_line (const char *line, gpointer data)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");

  fprintf (stderr, "%s %s\n", time, line);
}

static void
write_metrics (CvServer *server)
{
  g_autofree char *metrics = cv_server_metrics_to_string (cv_server_get_metrics (server));
  g_autofree char *line = g_strconcat ("event=metrics ", metrics, NULL);

  write_line (line, NULL);
}

static gboolean
on_metrics_asked (gpointer data)
{
  write_metrics (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_stop_asked (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

static void
on_goodbye_over (gpointer data)
{
  *(gboolean *)data = TRUE;
}

/* The last words go out, but nobody can keep us here. */
static void
stop_in_peace (CvServer *server)
{
  gboolean is_over = FALSE;
  guint id = g_timeout_add_once (GOODBYE_MS, on_goodbye_over, &is_over);

  cv_server_stop (server);
  while (!is_over && cv_server_get_metrics (server)->connections_now > 0)
    g_main_context_iteration (NULL, TRUE);
  if (!is_over)
    g_source_remove (id);
}

/* A descriptor a connection; the usual soft limit of 1024 is for programs that use select. */
static void
raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit (RLIMIT_NOFILE, &limit);
  }
}

static gboolean
start (CvServer *server, const CvServerConfig *config, GError **error)
{
  g_autofree char *certificate = NULL;
  g_autofree char *key = NULL;
  gsize key_len = 0;
  gboolean is_started;

  if (config->certificate_file == NULL || config->key_file == NULL) {
    g_set_error (error, CV_SERVER_ERROR, CV_SERVER_ERROR_CONFIG,
                 "the configuration needs [server] certificate and key");
    return FALSE;
  }
  if (!g_file_get_contents (config->certificate_file, &certificate, NULL, error)
      || !g_file_get_contents (config->key_file, &key, &key_len, error))
    return FALSE;
  is_started = cv_server_start (server, NULL, certificate, key, error);
  cv_secret_wipe (key, key_len);
  return is_started;
}

static int
serve (const CvServerConfig *config)
{
  g_autoptr (CvServer) server = cv_server_new (config);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;

  cv_server_set_audit_sink (server, write_line, NULL);
  if (!start (server, config, &error)) {
    fprintf (stderr, "conclave-server: %s\n", error->message);
    return EXIT_FAILURE;
  }
  g_unix_signal_add (SIGTERM, on_stop_asked, loop);
  g_unix_signal_add (SIGINT, on_stop_asked, loop);
  g_unix_signal_add (SIGUSR1, on_metrics_asked, server);
  line = g_strdup_printf ("event=listening port=%u", cv_server_get_port (server));
  write_line (line, NULL);
  g_main_loop_run (loop);
  write_line ("event=stopping", NULL);
  stop_in_peace (server);
  write_metrics (server);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  g_autofree char *config_path = NULL;
  const GOptionEntry entries[] = {
      {"config", 'c', 0, G_OPTION_ARG_FILENAME, &config_path, "Read this key file", "FILE"},
      {NULL},
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- the room server of Conclave");
  g_autoptr (CvServerConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (
      context, "SIGTERM stops the server, SIGUSR1 writes its counters. The log is on standard\n"
               "error, one line an event. docs/PROTOCOL.md lists the keys of FILE.\n");
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1) {
    fprintf (stderr, "conclave-server: %s\n",
             error != NULL ? error->message : "no arguments expected, see --help");
    return 2;
  }
  config =
      config_path != NULL ? cv_server_config_load (config_path, &error) : cv_server_config_new ();
  if (config == NULL) {
    fprintf (stderr, "conclave-server: %s\n", error->message);
    return 2;
  }
  raise_file_limit ();
  return serve (config);
}
