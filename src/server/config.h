/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a server is told at its start: limits, times, STUN and TURN. A key file or the defaults. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define CV_SERVER_ERROR (cv_server_error_quark ())
GQuark cv_server_error_quark (void);

typedef enum {
  CV_SERVER_ERROR_CONFIG, /* the key file is wrong; the message says where */
  CV_SERVER_ERROR_CERTIFICATE, /* certificate or key cannot be used */
  CV_SERVER_ERROR_ADDRESS, /* cannot listen there */
} CvServerError;

typedef struct {
  /* [server] */
  char *listen; /* "ADDRESS:PORT", "[v6]:PORT"; default "[::]:8443" */
  char *certificate_file; /* PEM; NULL when the PEM is handed over */
  char *key_file;

  /* [limits] */
  guint max_rooms;
  guint max_room_members;
  guint max_connections;
  guint max_connections_per_address;
  guint connections_per_minute; /* new ones, per address */
  guint knocks_per_minute; /* per address */
  guint messages_per_second; /* per connection; bursts up to 10 times this */
  guint
      bytes_per_second; /* read of a connection's messages, whatever becomes of them; bursts up to 8
                             times this; of an address 8 times both */
  guint room_bytes_per_second; /* relayed into a room; bursts up to 10 times this, and up to a
                                  quarter of queue_bytes */
  guint epochs_per_second; /* commits accepted in a room; bursts of 5 */
  guint queue_messages; /* kept for a resume, per connection */
  guint queue_bytes;
  guint welcome_bytes; /* unacknowledged Welcomes, in all rooms together */
  guint room_log_bytes; /* commits kept for who was away, in a room */
  guint log_bytes; /* the same in all rooms together */

  /* [times] */
  guint handshake_ms; /* from accept to a valid hello */
  guint silence_ms; /* without any message */
  guint grace_ms; /* after an ungraceful disconnect */

  /* [ice] */
  char **stun_urls;
  char **turn_urls;
  char *turn_secret;
  guint turn_lifetime_s;
} CvServerConfig;

CvServerConfig *cv_server_config_new (void); /* the defaults */
CvServerConfig *cv_server_config_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvServerConfig *cv_server_config_copy (const CvServerConfig *config);
void cv_server_config_free (CvServerConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvServerConfig, cv_server_config_free)

G_END_DECLS
