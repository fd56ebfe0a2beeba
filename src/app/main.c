/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The desktop application. */
#include "app/own-server.h"
#include "base/log.h"
#include "crypto/memory.h"
#include "ui/application.h"

#include <gst/gst.h>

int
main (int argc, char **argv)
{
  /* Before anything can write a line: it keeps the secrets of invite links out of the log. */
  cv_log_init ();
  /* Before a plugin of GStreamer's can use OpenSSL, too: afterwards it is too late. */
  if (!cv_crypto_memory_wipe_freed ())
    cv_log_warning ("OpenSSL was used before it could be told to wipe what it frees");
  gst_init (NULL, NULL);
  cv_session_set_server_factory (cv_own_server_get_factory ());

  g_autoptr (CvApplication) application = cv_application_new ();

  return g_application_run (G_APPLICATION (application), argc, argv);
}
