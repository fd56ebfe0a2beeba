/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* HMAC-SHA1 is the TURN servers' choice; GLib's is used, for this layer links no cryptography. */
#include "server/turn-credentials.h"

#include <string.h>

void
cv_server_turn_credentials_init (CvServerTurnCredentials *credentials, const char *secret,
                                 const char *name, gint64 now_s, guint lifetime_s)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA1, (const guint8 *)secret, strlen (secret));
  guint8 digest[20];
  gsize len = sizeof digest;

  credentials->username = g_strdup_printf ("%" G_GINT64_FORMAT ":%s", now_s + lifetime_s, name);
  g_hmac_update (hmac, (const guint8 *)credentials->username, -1);
  g_hmac_get_digest (hmac, digest, &len);
  credentials->credential = g_base64_encode (digest, len);
}

void
cv_server_turn_credentials_clear (CvServerTurnCredentials *credentials)
{
  g_clear_pointer (&credentials->username, g_free);
  g_clear_pointer (&credentials->credential, g_free);
}
