/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The same server object that conclave-server runs, on the main context of this program. */
#include "app/own-server.h"

#include "server/server.h"

static gpointer
start (const char *listen, const char *certificate_pem, const char *key_pem, guint16 *port,
       GError **error)
{
  g_autoptr (CvServerConfig) config = cv_server_config_new ();
  g_autoptr (CvServer) server = cv_server_new (config);

  if (!cv_server_start (server, listen, certificate_pem, key_pem, error))
    return NULL;
  *port = cv_server_get_port (server);
  return g_steal_pointer (&server);
}

static void
stop (gpointer server)
{
  cv_server_stop (server);
  g_object_unref (server);
}

static const CvSessionServerFactory factory = {
    .start = start,
    .stop = stop,
};

const CvSessionServerFactory *
cv_own_server_get_factory (void)
{
  return &factory;
}
