/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/ice-list.h"

#include "protocol/message.h"
#include "server/turn-credentials.h"

GPtrArray *
cv_server_ice_list_new (const CvServerConfig *config, const char *name, gint64 now_s)
{
  gboolean has_stun = config->stun_urls != NULL && config->stun_urls[0] != NULL;
  gboolean has_turn = config->turn_urls != NULL && config->turn_urls[0] != NULL;
  GPtrArray *list;

  if (!has_stun && !has_turn)
    return NULL;
  list = cv_message_new_ice_server_list ();
  if (has_stun)
    cv_message_add_ice_server (list, (const char *const *)config->stun_urls, NULL, NULL);
  if (has_turn) {
    g_auto (CvServerTurnCredentials) credentials = {0};

    cv_server_turn_credentials_init (&credentials, config->turn_secret, name, now_s,
                                     config->turn_lifetime_s);
    cv_message_add_ice_server (list, (const char *const *)config->turn_urls, credentials.username,
                               credentials.credential);
  }
  return list;
}
