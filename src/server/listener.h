/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Accepts connections, bounds them by address, and speaks TLS before anything else is spoken.
 *
 * A connection counts from accept until its stream is gone, whoever owned it last. */
#pragma once

#include "server/config.h"
#include "server/metrics.h"

G_BEGIN_DECLS

typedef struct CvServerListener CvServerListener;
typedef struct CvServerConnection CvServerConnection;

/* The TLS handshake is done; the stream is the callee's to reference. */
typedef void (*CvServerListenerReady) (CvServerConnection *connection, GIOStream *stream,
                                       GSocketAddress *local, GSocketAddress *remote,
                                       gpointer data);

/* metrics must live until cv_server_listener_free. */
CvServerListener *cv_server_listener_new (const CvServerConfig *config, CvServerMetrics *metrics,
                                          CvServerListenerReady ready, gpointer data);
/* certificate: with its key. CV_SERVER_ERROR_ADDRESS. */
gboolean
cv_server_listener_start (CvServerListener *listener, const char *listen,
                          GTlsCertificate *certificate, GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint16 cv_server_listener_get_port (const CvServerListener *listener);
void cv_server_listener_stop (CvServerListener *listener); /* accepts no more */
void cv_server_listener_free (CvServerListener *listener); /* and kills what is left */

CvServerConnection *cv_server_connection_ref (CvServerConnection *connection);
void cv_server_connection_unref (CvServerConnection *connection);
/* Who it is for throttles: an IPv4 address or an IPv6 /64. */
const char *cv_server_connection_get_address (const CvServerConnection *connection);
/* It said hello in time. */
void cv_server_connection_settle (CvServerConnection *connection);
void cv_server_connection_kill (CvServerConnection *connection); /* without a word */
/* When its stream is closed while the peer still sends, read on for 2 s at the most: a socket that
 * is closed with unread bytes takes the last words that were sent with it. */
void cv_server_connection_linger (CvServerConnection *connection);

/* The key of an address, full; exposed for its test. */
char *cv_server_listener_dup_address_key (GInetAddress *address);

G_END_DECLS
