/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/server.h"

#include "base/secret.h"
#include "server/endpoint.h"

#include <string.h>

#define ADDRESSES_MAX 65536
#define PATH "/v1"

/*  listener ─TLS─▶ SoupServer ─WebSocket─▶ endpoint ─messages─▶ registry ▶ room ▶ member  */
struct _CvServer {
  GObject parent_instance;

  CvServerConfig *config;
  CvServerMetrics metrics;
  CvServerShared shared;
  CvServerEndpoints endpoints;
  CvServerListener *listener;
  SoupServer *soup;
};

G_DEFINE_FINAL_TYPE (CvServer, cv_server, G_TYPE_OBJECT)

static GQuark
connection_quark (void)
{
  return g_quark_from_static_string ("cv-server-connection");
}

static CvServerConnection *
get_connection (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return remote != NULL ? g_object_get_qdata (G_OBJECT (remote), connection_quark ()) : NULL;
}

/* Plain HTTP has nothing to get here. A body would be collected in memory, so who sends one is cut
 * off. */
static void
on_http_request (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
                 gpointer data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  CvServerConnection *connection = get_connection (message);

  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  if (connection != NULL
      && (soup_message_headers_get_one (headers, "Content-Length") != NULL
          || soup_message_headers_get_one (headers, "Transfer-Encoding") != NULL))
    cv_server_connection_kill (connection);
  if (soup_message_headers_get_one (headers, "Upgrade") == NULL)
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
}

/* The answer 101 is written: from here on the connection is ours. */
static void
on_switched (SoupServerMessage *message, gpointer data)
{
  CvServer *self = data;
  g_autoptr (SoupServerMessage) held = g_object_ref (message);
  g_autoptr (GIOStream) base = soup_server_message_steal_connection (message);
  g_autoptr (CvServerMeteredStream) stream = NULL;
  g_autoptr (SoupWebsocketConnection) websocket = NULL;
  CvServerConnection *connection = get_connection (held);

  if (base == NULL || connection == NULL)
    return;
  stream = cv_server_metered_stream_new (base);
  websocket =
      soup_websocket_connection_new (G_IO_STREAM (stream), soup_server_message_get_uri (held),
                                     SOUP_WEBSOCKET_CONNECTION_SERVER, NULL, NULL, NULL);
  cv_server_endpoint_start (&self->endpoints, websocket, stream, connection);
}

/* libsoup has a handler that does all of this, but puts the WebSocket over a stream that nobody
 * can look at. No extensions: what comes is sealed and does not shrink; what unpacks can be a
 * bomb. */
static void
on_upgrade (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  if (soup_websocket_server_process_handshake (message, NULL, NULL, NULL, NULL))
    g_signal_connect_object (message, "wrote-informational", G_CALLBACK (on_switched), data,
                             G_CONNECT_DEFAULT);
}

static void
unref_connection (gpointer data)
{
  cv_server_connection_unref (data);
}

static void
on_listener_ready (CvServerConnection *connection, GIOStream *stream, GSocketAddress *local,
                   GSocketAddress *remote, gpointer data)
{
  CvServer *self = data;

  if (self->soup == NULL)
    return;
  /* libsoup hands this very object back with the WebSocket. */
  g_object_set_qdata_full (G_OBJECT (remote), connection_quark (),
                           cv_server_connection_ref (connection), unref_connection);
  if (!soup_server_accept_iostream (self->soup, stream, local, remote, NULL))
    cv_server_connection_kill (connection);
}

static CvServerThrottle *
new_byte_throttle (const CvServerConfig *config)
{
  double per_second = (double)config->bytes_per_second * CV_SERVER_ENDPOINT_ADDRESS_SHARE;

  return cv_server_throttle_new (
      (CvServerRate){per_second, per_second * CV_SERVER_ENDPOINT_BYTES_BURST_S}, ADDRESSES_MAX);
}

CvServer *
cv_server_new (const CvServerConfig *config)
{
  CvServer *self = g_object_new (CV_TYPE_SERVER, NULL);

  self->config = config != NULL ? cv_server_config_copy (config) : cv_server_config_new ();
  self->shared = (CvServerShared){
      .config = self->config,
      .metrics = &self->metrics,
      .audit = cv_server_audit_log_new (NULL, NULL),
      .knocks = cv_server_throttle_new (
          (CvServerRate){self->config->knocks_per_minute / 60.0, self->config->knocks_per_minute},
          ADDRESSES_MAX),
      .bytes = new_byte_throttle (self->config),
      .logs = cv_server_log_store_new (self->config->room_log_bytes, self->config->log_bytes),
      .clock = cv_clock_get_system (),
  };
  self->endpoints = (CvServerEndpoints){
      .shared = &self->shared,
      .registry = cv_server_registry_new (&self->shared),
      .endpoints = g_hash_table_new_full (NULL, NULL, cv_server_endpoint_free, NULL),
  };
  return self;
}

void
cv_server_set_audit_sink (CvServer *self, CvServerAuditSink sink, gpointer data)
{
  g_return_if_fail (CV_IS_SERVER (self));

  cv_server_audit_log_free (self->shared.audit);
  self->shared.audit = cv_server_audit_log_new (sink, data);
}

static SoupServer *
new_soup (CvServer *self)
{
  SoupServer *soup = soup_server_new ("server-header", NULL, NULL);

  /* The longest path wins, so each needs its own. */
  soup_server_add_early_handler (soup, NULL, on_http_request, self, NULL);
  soup_server_add_early_handler (soup, PATH, on_http_request, self, NULL);
  soup_server_add_handler (soup, PATH, on_upgrade, self, NULL);
  return soup;
}

gboolean
cv_server_start (CvServer *self, const char *listen, const char *certificate_pem,
                 const char *key_pem, GError **error)
{
  g_autofree char *pem = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) why = NULL;
  CvServerListener *listener;

  g_return_val_if_fail (CV_IS_SERVER (self), FALSE);
  g_return_val_if_fail (self->listener == NULL, FALSE);

  pem = g_strconcat (certificate_pem, "\n", key_pem, NULL);
  certificate = g_tls_certificate_new_from_pem (pem, -1, &why);
  cv_secret_wipe (pem, strlen (pem));
  if (certificate == NULL) {
    g_set_error (error, CV_SERVER_ERROR, CV_SERVER_ERROR_CERTIFICATE,
                 "cannot use the certificate and key: %s", why->message);
    return FALSE;
  }
  listener = cv_server_listener_new (self->config, &self->metrics, on_listener_ready, self);
  if (!cv_server_listener_start (listener, listen != NULL ? listen : self->config->listen,
                                 certificate, error)) {
    cv_server_listener_free (listener);
    return FALSE;
  }
  self->listener = listener;
  self->soup = new_soup (self);
  return TRUE;
}

void
cv_server_stop (CvServer *self)
{
  g_autoptr (GPtrArray) endpoints = NULL;

  g_return_if_fail (CV_IS_SERVER (self));

  if (self->listener == NULL)
    return;
  cv_server_listener_stop (self->listener);
  /* Refusing one may end others. */
  endpoints = g_hash_table_get_keys_as_ptr_array (self->endpoints.endpoints);
  for (guint i = 0; i < endpoints->len; i++) {
    CvServerEndpoint *endpoint = g_ptr_array_index (endpoints, i);

    if (g_hash_table_contains (self->endpoints.endpoints, endpoint))
      cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_SHUTDOWN, "the server stops");
  }
}

guint16
cv_server_get_port (CvServer *self)
{
  g_return_val_if_fail (CV_IS_SERVER (self), 0);

  return self->listener != NULL ? cv_server_listener_get_port (self->listener) : 0;
}

const CvServerMetrics *
cv_server_get_metrics (CvServer *self)
{
  g_return_val_if_fail (CV_IS_SERVER (self), NULL);

  return &self->metrics;
}

static void
cv_server_dispose (GObject *object)
{
  CvServer *self = CV_SERVER (object);

  if (self->listener != NULL)
    cv_server_listener_stop (self->listener);
  if (self->endpoints.endpoints != NULL)
    g_hash_table_remove_all (self->endpoints.endpoints);
  if (self->soup != NULL)
    soup_server_disconnect (self->soup);
  g_clear_object (&self->soup);
  g_clear_pointer (&self->listener, cv_server_listener_free);
  G_OBJECT_CLASS (cv_server_parent_class)->dispose (object);
}

static void
cv_server_finalize (GObject *object)
{
  CvServer *self = CV_SERVER (object);

  cv_server_registry_free (self->endpoints.registry);
  g_hash_table_unref (self->endpoints.endpoints);
  cv_server_throttle_free (self->shared.knocks);
  cv_server_throttle_free (self->shared.bytes);
  cv_server_log_store_free (self->shared.logs);
  cv_server_audit_log_free (self->shared.audit);
  cv_server_config_free (self->config);
  G_OBJECT_CLASS (cv_server_parent_class)->finalize (object);
}

static void
cv_server_class_init (CvServerClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->dispose = cv_server_dispose;
  object_class->finalize = cv_server_finalize;
}

static void
cv_server_init (CvServer *self)
{
}
