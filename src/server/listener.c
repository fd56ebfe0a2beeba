/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/listener.h"

#include "server/throttle.h"
#include "server/timer.h"

#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_ADDRESSES 65536
#define LINGER_MS 2000

struct CvServerListener {
  const CvServerConfig *config;
  CvServerMetrics *metrics;
  CvServerListenerReady ready;
  gpointer data;
  GSocketService *service;
  GTlsCertificate *certificate;
  guint16 port;
  GPtrArray *connections; /* borrowed: each takes itself out */
  GHashTable *per_address; /* key → how many, as pointer */
  CvServerThrottle *attempts; /* by address */
};

struct CvServerConnection {
  CvServerListener *listener; /* NULL once the listener is freed */
  GSocket *socket;
  char *address;
  GSource *deadline; /* until hello; of the lingering */
  int linger_fd; /* −1: none */
  GSource *linger_source;
};

static guint16
to_port (const char *text)
{
  guint64 value;

  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, &value, NULL) ? (guint16)value : 0;
}

/* "ADDRESS:PORT" or "[ADDRESS]:PORT", full; NULL when it is not that. */
static GSocketAddress *
parse_listen (const char *listen)
{
  const char *colon = strrchr (listen, ':');
  g_autofree char *host = NULL;
  gsize len;

  if (colon == NULL || (to_port (colon + 1) == 0 && strcmp (colon + 1, "0") != 0))
    return NULL;
  host = g_strndup (listen, (gsize)(colon - listen));
  len = strlen (host);
  if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
    host[len - 1] = '\0';
    return g_inet_socket_address_new_from_string (host + 1, to_port (colon + 1));
  }
  if (strchr (host, ':') != NULL)
    return NULL;
  return g_inet_socket_address_new_from_string (host, to_port (colon + 1));
}

char *
cv_server_listener_dup_address_key (GInetAddress *address)
{
  static const guint8 mapped[12] = {[10] = 0xff, [11] = 0xff};
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return g_inet_address_to_string (address);
  if (memcmp (bytes, mapped, sizeof mapped) == 0)
    return g_strdup_printf ("%u.%u.%u.%u", bytes[12], bytes[13], bytes[14], bytes[15]);
  /* Whoever has one address of a /64 has all of them. */
  return g_strdup_printf ("%02x%02x:%02x%02x:%02x%02x:%02x%02x::/64", bytes[0], bytes[1], bytes[2],
                          bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]);
}

/* ---- one connection ---------------------------------------------------------------------------- */

static void
clear_connection (gpointer data)
{
  CvServerConnection *connection = data;

  cv_server_timer_clear (&connection->deadline);
  cv_server_timer_clear (&connection->linger_source);
  if (connection->linger_fd >= 0)
    close (connection->linger_fd);
  g_clear_object (&connection->socket);
  g_free (connection->address);
}

CvServerConnection *
cv_server_connection_ref (CvServerConnection *connection)
{
  return g_rc_box_acquire (connection);
}

void
cv_server_connection_unref (CvServerConnection *connection)
{
  g_rc_box_release_full (connection, clear_connection);
}

const char *
cv_server_connection_get_address (const CvServerConnection *connection)
{
  return connection->address;
}

void
cv_server_connection_settle (CvServerConnection *connection)
{
  cv_server_timer_clear (&connection->deadline);
}

void
cv_server_connection_kill (CvServerConnection *connection)
{
  /* Whoever reads or writes the stream sees its end, and lets it go. */
  g_socket_shutdown (connection->socket, TRUE, TRUE, NULL);
}

static void
on_deadline (gpointer data)
{
  cv_server_connection_kill (data);
}

static guint
count_of (CvServerListener *listener, const char *address)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (listener->per_address, address));
}

static void
set_count (CvServerListener *listener, const char *address, guint count)
{
  if (count == 0)
    g_hash_table_remove (listener->per_address, address);
  else
    g_hash_table_insert (listener->per_address, g_strdup (address), GUINT_TO_POINTER (count));
}

static void
forget_connection (CvServerConnection *connection)
{
  CvServerListener *listener = connection->listener;

  cv_server_timer_clear (&connection->deadline);
  cv_server_timer_clear (&connection->linger_source);
  if (listener != NULL) {
    set_count (listener, connection->address, count_of (listener, connection->address) - 1);
    g_ptr_array_remove_fast (listener->connections, connection);
    listener->metrics->connections_now--;
  }
  cv_server_connection_unref (connection);
}

static void
on_linger_over (gpointer data)
{
  forget_connection (data);
}

static gboolean
on_linger_readable (gint fd, GIOCondition condition, gpointer data)
{
  guint8 rest[16384];
  gssize n = recv (fd, rest, sizeof rest, MSG_DONTWAIT);

  if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
    return G_SOURCE_CONTINUE;
  forget_connection (data);
  return G_SOURCE_REMOVE;
}

static void
on_stream_gone (gpointer data, GObject *stream)
{
  CvServerConnection *connection = data;

  cv_server_timer_clear (&connection->deadline);
  if (connection->linger_fd < 0 || connection->listener == NULL) {
    forget_connection (connection);
    return;
  }
  shutdown (connection->linger_fd, SHUT_WR);
  connection->linger_source = g_unix_fd_source_new (connection->linger_fd, G_IO_IN | G_IO_HUP);
  g_source_set_callback (connection->linger_source, G_SOURCE_FUNC (on_linger_readable), connection,
                         NULL);
  g_source_attach (connection->linger_source, g_main_context_get_thread_default ());
  connection->deadline = cv_server_timer_start (LINGER_MS, on_linger_over, connection, NULL);
}

void
cv_server_connection_linger (CvServerConnection *connection)
{
  if (connection->linger_fd < 0)
    connection->linger_fd = dup (g_socket_get_fd (connection->socket));
}

/* The connection belongs to the stream from here on. */
static CvServerConnection *
add_connection (CvServerListener *listener, GIOStream *stream, GSocket *socket, const char *address)
{
  CvServerConnection *connection = g_rc_box_new0 (CvServerConnection);

  connection->listener = listener;
  connection->linger_fd = -1;
  connection->socket = g_object_ref (socket);
  connection->address = g_strdup (address);
  connection->deadline =
      cv_server_timer_start (listener->config->handshake_ms, on_deadline, connection, NULL);
  g_object_weak_ref (G_OBJECT (stream), on_stream_gone, connection);
  g_ptr_array_add (listener->connections, connection);
  set_count (listener, address, count_of (listener, address) + 1);
  listener->metrics->connections++;
  listener->metrics->connections_now++;
  return connection;
}

static void
on_handshake (GObject *source, GAsyncResult *result, gpointer data)
{
  CvServerConnection *connection = data;
  g_autoptr (GSocketAddress) local = NULL;
  g_autoptr (GSocketAddress) remote = NULL;

  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, NULL)
      && connection->listener != NULL) {
    local = g_socket_get_local_address (connection->socket, NULL);
    remote = g_socket_get_remote_address (connection->socket, NULL);
    if (local != NULL && remote != NULL)
      connection->listener->ready (connection, G_IO_STREAM (source), local, remote,
                                   connection->listener->data);
  }
  cv_server_connection_unref (connection);
}

/* Answers without a number are kept by nobody but the socket. Who sends and does not read would
 * let them pile up for ever: it is cut when it has taken nothing for as long as it may be silent. */
static void
bound_patience (GSocket *socket, const CvServerConfig *config)
{
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_USER_TIMEOUT, (gint)config->silence_ms, NULL);
}

static gboolean
is_welcome (CvServerListener *listener, const char *address)
{
  return listener->metrics->connections_now < listener->config->max_connections
         && count_of (listener, address) < listener->config->max_connections_per_address
         && cv_server_throttle_take (listener->attempts, address, 1, g_get_monotonic_time ());
}

static gboolean
on_service_incoming (GSocketService *service, GSocketConnection *stream, GObject *source_object,
                     gpointer data)
{
  CvServerListener *listener = data;
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (stream, NULL);
  g_autofree char *address = NULL;
  g_autoptr (GIOStream) tls = NULL;
  CvServerConnection *connection;

  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return TRUE;
  address = cv_server_listener_dup_address_key (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
  if (!is_welcome (listener, address)) {
    listener->metrics->connections_refused++;
    return TRUE;
  }
  bound_patience (g_socket_connection_get_socket (stream), listener->config);
  tls = g_tls_server_connection_new (G_IO_STREAM (stream), listener->certificate, NULL);
  if (tls == NULL)
    return TRUE;
  connection = add_connection (listener, tls, g_socket_connection_get_socket (stream), address);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, NULL, on_handshake,
                                    cv_server_connection_ref (connection));
  return TRUE;
}

/* ---- the listener ------------------------------------------------------------------------------ */

CvServerListener *
cv_server_listener_new (const CvServerConfig *config, CvServerMetrics *metrics,
                        CvServerListenerReady ready, gpointer data)
{
  CvServerListener *listener = g_new0 (CvServerListener, 1);
  CvServerRate rate = {config->connections_per_minute / 60.0, config->connections_per_minute};

  listener->config = config;
  listener->metrics = metrics;
  listener->ready = ready;
  listener->data = data;
  listener->connections = g_ptr_array_new ();
  listener->per_address = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  listener->attempts = cv_server_throttle_new (rate, MAX_ADDRESSES);
  return listener;
}

gboolean
cv_server_listener_start (CvServerListener *listener, const char *listen,
                          GTlsCertificate *certificate, GError **error)
{
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (GSocketAddress) address = parse_listen (listen);
  g_autoptr (GSocketAddress) effective = NULL;
  g_autoptr (GError) why = NULL;

  if (address == NULL) {
    g_set_error (error, CV_SERVER_ERROR, CV_SERVER_ERROR_ADDRESS,
                 "expected ADDRESS:PORT or [IPV6]:PORT to listen on, not '%s'", listen);
    return FALSE;
  }
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &effective, &why)) {
    g_set_error (error, CV_SERVER_ERROR, CV_SERVER_ERROR_ADDRESS, "cannot listen on %s: %s", listen,
                 why->message);
    return FALSE;
  }
  g_signal_connect (service, "incoming", G_CALLBACK (on_service_incoming), listener);
  listener->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  g_set_object (&listener->certificate, certificate);
  listener->service = g_steal_pointer (&service);
  g_socket_service_start (listener->service);
  return TRUE;
}

guint16
cv_server_listener_get_port (const CvServerListener *listener)
{
  return listener->port;
}

void
cv_server_listener_stop (CvServerListener *listener)
{
  if (listener->service == NULL)
    return;
  g_signal_handlers_disconnect_by_data (listener->service, listener);
  g_socket_service_stop (listener->service);
  g_socket_listener_close (G_SOCKET_LISTENER (listener->service));
  g_clear_object (&listener->service);
  listener->port = 0;
}

void
cv_server_listener_free (CvServerListener *listener)
{
  cv_server_listener_stop (listener);
  for (guint i = 0; i < listener->connections->len; i++) {
    CvServerConnection *connection = g_ptr_array_index (listener->connections, i);

    connection->listener = NULL;
    cv_server_connection_kill (connection);
    if (connection->linger_source != NULL)
      forget_connection (connection);
  }
  g_ptr_array_unref (listener->connections);
  g_hash_table_unref (listener->per_address);
  cv_server_throttle_free (listener->attempts);
  g_clear_object (&listener->certificate);
  g_free (listener);
}
