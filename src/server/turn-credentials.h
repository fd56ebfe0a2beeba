/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Time-limited TURN credentials: draft-uberti-behave-turn-rest-00, as coturn reads them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *username; /* "EXPIRY:NAME", EXPIRY in seconds since 1970 */
  char *credential; /* base64 (HMAC-SHA1 (secret, username)) */
} CvServerTurnCredentials;

/* now_s: seconds since 1970; name: no colon in it. */
void cv_server_turn_credentials_init (CvServerTurnCredentials *credentials, const char *secret,
                                      const char *name, gint64 now_s, guint lifetime_s);
void cv_server_turn_credentials_clear (CvServerTurnCredentials *credentials);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvServerTurnCredentials, cv_server_turn_credentials_clear)

G_END_DECLS
