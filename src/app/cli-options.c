/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* conclave-cli host|join, as docs/CLI.md says. A wrong word is one sentence and exit code 2. */
#include "app/cli-options.h"

#include "base/secret.h"
#include "crypto/suites.h"

#include <stdio.h>
#include <string.h>

#define N_ENTRIES 17

static void
collect_entries (CvCliOptions *options, gboolean *is_version,
                 GOptionEntry entries[static N_ENTRIES])
{
  const GOptionEntry all[] = {
      {"listen", 0, 0, G_OPTION_ARG_STRING, &options->listen, "where the room listens",
       "ADDR:PORT"},
      {"server", 0, 0, G_OPTION_ARG_STRING, &options->server, "a conclave-server for the room",
       "HOST:PORT"},
      {"server-pin", 0, 0, G_OPTION_ARG_STRING, &options->server_pin,
       "pin of that server's self-signed key", "PIN"},
      {"suite", 0, 0, G_OPTION_ARG_STRING, &options->suite, "cipher suite", "pq|pq-strict|fips"},
      {"admission", 0, 0, G_OPTION_ARG_STRING, &options->admission, "who may enter",
       "link|moderator"},
      {"passcode", 0, 0, G_OPTION_ARG_STRING, &options->passcode, "passcode of the room", "P"},
      {"name", 0, 0, G_OPTION_ARG_STRING, &options->name, "display name", "N"},
      {"video", 0, 0, G_OPTION_ARG_STRING, &options->video, "picture to send", "test|off|FILE"},
      {"audio", 0, 0, G_OPTION_ARG_STRING, &options->audio, "sound to send", "test|off|FILE"},
      {"identity", 0, 0, G_OPTION_ARG_STRING, &options->identity, "where the identity key is",
       "keyring|memory|FILE"},
      {"duration", 0, 0, G_OPTION_ARG_INT, &options->duration_s, "leave after this time",
       "SECONDS"},
      {"snapshot", 0, 0, G_OPTION_ARG_FILENAME, &options->snapshot,
       "folder for each remote's last picture", "DIR"},
      {"fips", 0, 0, G_OPTION_ARG_NONE, &options->is_fips,
       "only methods that FIPS 140 allows; also CONCLAVE_FIPS=1", NULL},
      {"version", 0, 0, G_OPTION_ARG_NONE, is_version,
       "show the version and what does the cryptographic work", NULL},
      {"record", 0, 0, G_OPTION_ARG_FILENAME, &options->record, "record the meeting", "FILE"},
      {NULL},
  };

  memcpy (entries, all, sizeof all);
}

static gboolean
refuse (const char *sentence)
{
  fprintf (stderr, "conclave-cli: %s\n", sentence);
  return FALSE;
}

static gboolean
is_one_of (const char *word, const char *const *words)
{
  return !word || g_strv_contains (words, word);
}

static gboolean
check (CvCliOptions *options, int argc, char **argv)
{
  static const char *const admissions[] = {"link", "moderator", NULL};

  if (argc < 2)
    return refuse ("expected host or join; see --help");
  options->is_host = g_str_equal (argv[1], "host");
  if (!options->is_host && !g_str_equal (argv[1], "join"))
    return refuse ("expected host or join; see --help");
  if (argc != (options->is_host ? 2 : 3))
    return refuse (options->is_host ? "host takes no further words" : "join takes one link");
  if (!options->is_host)
    options->link = g_strdup (argv[2]);
  if (!options->is_host
      && (options->listen || options->suite || options->admission || options->server))
    return refuse ("--listen, --server, --suite and --admission are for host");
  if (!is_one_of (options->admission, admissions))
    return refuse ("--admission is link or moderator");
  if (options->suite && !cv_crypto_suites_find_room (options->suite))
    return refuse ("--suite is pq, pq-strict or fips");
  if (options->suite && options->is_fips && !cv_crypto_suites_find_room (options->suite)->is_fips)
    return refuse ("--suite in FIPS mode is pq-strict or fips");
  if (options->server_pin && !options->server)
    return refuse ("--server-pin goes with --server");
  if (options->duration_s < 0)
    return refuse ("--duration is a number of seconds");
  return TRUE;
}

static int
print_version (gboolean is_fips)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *provider = cv_session_dup_provider (is_fips, &error);

  printf ("conclave-cli %s\n", CV_VERSION);
  if (!provider) {
    refuse (error->message);
    return 1;
  }
  printf ("%s\n", provider);
  return 0;
}

gboolean
cv_cli_options_parse (CvCliOptions *options, int argc, char **argv, int *exit_code)
{
  GOptionEntry entries[N_ENTRIES] = {{NULL}};
  gboolean is_version = FALSE;
  g_autoptr (GOptionContext) context = g_option_context_new ("host | join LINK");
  g_autoptr (GError) error = NULL;

  *options = (CvCliOptions){0};
  collect_entries (options, &is_version, entries);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (
      context, "A participant of an encrypted meeting without a window. Events are JSON lines on\n"
               "standard output, commands JSON lines on standard input.");
  *exit_code = 2;
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return refuse (error->message);
  options->is_fips = cv_session_is_fips_wanted (options->is_fips);
  if (is_version) {
    *exit_code = print_version (options->is_fips);
    cv_cli_options_clear (options);
    return FALSE;
  }
  if (!check (options, argc, argv)) {
    cv_cli_options_clear (options);
    return FALSE;
  }
  *exit_code = 0;
  return TRUE;
}

static void
wipe (char **text)
{
  if (*text)
    cv_secret_wipe (*text, strlen (*text));
  g_clear_pointer (text, g_free);
}

void
cv_cli_options_clear (CvCliOptions *options)
{
  wipe (&options->passcode);
  wipe (&options->link);
  g_free (options->listen);
  g_free (options->suite);
  g_free (options->admission);
  g_free (options->server);
  g_free (options->server_pin);
  g_free (options->name);
  g_free (options->video);
  g_free (options->audio);
  g_free (options->identity);
  g_free (options->snapshot);
  g_free (options->record);
  *options = (CvCliOptions){0};
}

void
cv_cli_options_to_session (const CvCliOptions *options, CvSessionOptions *session)
{
  const char *identity = options->identity ? options->identity : "keyring";

  *session = (CvSessionOptions){
      .name = options->name ? options->name : g_get_host_name (),
      .video = options->video ? options->video : "test",
      .audio = options->audio ? options->audio : "test",
      .is_headless = TRUE,
      .is_fips = options->is_fips,
      .snapshot_dir = options->snapshot,
  };
  if (g_str_equal (identity, "keyring"))
    session->identity = CV_IDENTITY_KEYRING;
  else if (g_str_equal (identity, "memory"))
    session->identity = CV_IDENTITY_ONE_TIME;
  else {
    session->identity = CV_IDENTITY_FILE;
    session->identity_file = identity;
  }
}
