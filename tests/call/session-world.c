/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "session-world.h"

#include "server/server.h"

#include <glib/gstdio.h>

static char *folder;
static CvServer *last_server;
static const char *stun_url;

static gpointer
on_start (const char *listen, const char *certificate_pem, const char *key_pem, guint16 *port,
          GError **error)
{
  const char *const stun[] = {stun_url, NULL};
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  g_autoptr (CvServer) server = NULL;

  config->stun_urls = g_strdupv ((char **)stun);
  server = cv_server_new (config);
  if (!cv_server_start (server, listen, certificate_pem, key_pem, error))
    return NULL;
  *port = cv_server_get_port (server);
  last_server = server;
  return g_steal_pointer (&server);
}

static void
on_stop (gpointer server)
{
  if (last_server == server)
    last_server = NULL;
  cv_server_stop (server);
  g_object_unref (server);
}

void
session_world_init (void)
{
  static const CvSessionServerFactory factory = {on_start, on_stop};

  cv_session_set_server_factory (&factory);
  folder = g_dir_make_tmp ("conclave-session-XXXXXX", NULL);
  g_assert_nonnull (folder);
  g_setenv ("CONCLAVE_PASSPHRASE", "of a test", TRUE);
}

void
session_world_clear (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_remove (path);
  }
  g_rmdir (folder);
  g_clear_pointer (&folder, g_free);
}

void
session_world_set_stun (const char *url)
{
  stun_url = url;
}

gpointer
session_world_get_server (void)
{
  return last_server;
}

void
session_world_kill_server (void)
{
  g_assert_nonnull (last_server);
  cv_server_stop (last_server);
}

static CvSession *
new_session (const char *name, CvIdentityKind kind, const char *file)
{
  const CvSessionOptions options = {
      .name = name,
      .video = "off",
      .audio = "off",
      .identity = kind,
      .identity_file = file,
      .data_dir = folder,
      .is_headless = TRUE,
  };

  return cv_session_new (&options);
}

CvSession *
session_world_new (const char *name)
{
  return new_session (name, CV_IDENTITY_ONE_TIME, NULL);
}

CvSession *
session_world_new_file (const char *name, const char *file)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);

  return new_session (name, CV_IDENTITY_FILE, path);
}

void
session_world_host (CvSession *host, const char *passcode)
{
  const CvHostOptions options = {.listen = "127.0.0.1:0", .suite = "pq", .passcode = passcode};

  cv_session_host (host, &options);
  session_world_wait_state (host, CV_SESSION_IN_CALL);
}

void
session_world_join (CvSession *guest, CvSession *host, const char *passcode)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cv_session_set_link (guest, cv_session_get_link (host), &error));
  g_assert_no_error (error);
  cv_session_join (guest, passcode);
  session_world_wait_state (guest, CV_SESSION_IN_CALL);
}

/* ---- waiting ---- */

typedef struct {
  CvSession *session;
  int value;
  guint n;
} Wait;

static gboolean
is_in_state (gpointer data)
{
  const Wait *wait = data;
  const CvSessionState state = cv_session_get_state (wait->session);

  /* Said at once, and not after the deadline. */
  if (state == CV_SESSION_ENDED && wait->value != CV_SESSION_ENDED)
    g_error ("ended by failure %d", cv_session_get_failure (wait->session));
  return (int)state == wait->value;
}

void
session_world_wait_state (CvSession *session, CvSessionState state)
{
  Wait wait = {session, (int)state, 0};

  fixture_wait (is_in_state, &wait, "a state of the session");
}

void
session_world_wait_failure (CvSession *session, int failure)
{
  session_world_wait_state (session, CV_SESSION_ENDED);
  g_assert_cmpint (cv_session_get_failure (session), ==, failure);
}

static gboolean
has_members (gpointer data)
{
  const Wait *wait = data;

  return g_list_model_get_n_items (cv_session_get_participants (wait->session)) == wait->n;
}

void
session_world_wait_members (CvSession *session, guint n)
{
  Wait wait = {session, 0, n};

  fixture_wait (has_members, &wait, "members");
}

static gboolean
has_shield (gpointer data)
{
  const Wait *wait = data;

  return (int)cv_session_get_shield (wait->session) == wait->value;
}

void
session_world_wait_shield (CvSession *session, CvShieldState shield)
{
  Wait wait = {session, (int)shield, 0};

  fixture_wait (has_shield, &wait, "a state of the shield");
}

static gboolean
has_chat (gpointer data)
{
  const Wait *wait = data;

  return g_list_model_get_n_items (cv_session_get_chat (wait->session)) == wait->n;
}

void
session_world_wait_chat (CvSession *session, guint n)
{
  Wait wait = {session, 0, n};

  fixture_wait (has_chat, &wait, "lines of chat");
}

void
session_world_leave (CvSession *session)
{
  cv_session_leave (session);
  session_world_wait_failure (session, CV_SESSION_NO_FAILURE);
}

static gboolean
is_gone (gpointer data)
{
  return *(gpointer *)data == NULL;
}

void
session_world_drop (CvSession *session)
{
  gpointer weak = session;

  g_object_add_weak_pointer (G_OBJECT (session), &weak);
  g_object_unref (session);
  fixture_wait (is_gone, &weak, "the session to be gone");
}

CvParticipant *
session_world_find (CvSession *session, const char *name)
{
  GListModel *participants = cv_session_get_participants (session);

  for (guint i = 0; i < g_list_model_get_n_items (participants); i++) {
    g_autoptr (CvParticipant) participant = g_list_model_get_item (participants, i);

    if (g_strcmp0 (cv_participant_get_name (participant), name) == 0)
      return participant; /* the list keeps it */
  }
  return NULL;
}
