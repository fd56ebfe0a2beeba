/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "signaling/socket.h"

#include "protocol/limits.h"
#include "signaling/pin.h"

#include <libsoup/soup.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define UNACKNOWLEDGED_MS 8000

/* References: the owner's, one for the connect under way. Callbacks stop with the owner. */
struct CvSignalingSocket {
  gboolean has_pin;
  guint8 pin[CV_SIGNALING_PIN_BYTES];
  const CvSignalingSocketVtable *vtable; /* NULL once the owner has let go or it has ended */
  gpointer data;
  SoupSession *session;
  SoupMessage *message;
  SoupWebsocketConnection *websocket;
  GCancellable *connecting;
  guint deadline_id;
  gboolean is_certificate_refused;
  gboolean is_overdue;
};

static void
clear_socket (gpointer data)
{
  CvSignalingSocket *self = data;

  g_clear_handle_id (&self->deadline_id, g_source_remove);
  if (self->websocket != NULL)
    g_signal_handlers_disconnect_by_data (self->websocket, self);
  if (self->message != NULL)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->websocket);
  g_clear_object (&self->message);
  if (self->session != NULL)
    soup_session_abort (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->connecting);
}

static void
unref_socket (CvSignalingSocket *self)
{
  g_rc_box_release_full (self, clear_socket);
}

static void
end (CvSignalingSocket *self, CvSignalingError code, const char *text)
{
  const CvSignalingSocketVtable *vtable = g_steal_pointer (&self->vtable);
  g_autoptr (GError) error = g_error_new_literal (CV_SIGNALING_ERROR, (gint)code, text);

  if (vtable != NULL)
    vtable->ended (error, self->data);
}

/* With a pin the key decides and nothing else: such certificates are self-signed, and a name or
 * a date on them says nothing. Without one the system's trust decides. */
static gboolean
is_trusted (CvSignalingSocket *self, GTlsCertificate *certificate, GTlsCertificateFlags problems)
{
  gboolean is_good = self->has_pin
                         ? certificate != NULL && cv_signaling_pin_matches (certificate, self->pin)
                         : problems == G_TLS_CERTIFICATE_NO_FLAGS;

  self->is_certificate_refused |= !is_good;
  return is_good;
}

static gboolean
on_accept_certificate (SoupMessage *message, GTlsCertificate *certificate,
                       GTlsCertificateFlags problems, gpointer data)
{
  return is_trusted (data, certificate, problems);
}

/* The network's own socket under WebSocket and TLS, full; NULL when it is not there. */
static GSocket *
dup_network_socket (SoupWebsocketConnection *websocket)
{
  g_autoptr (GIOStream) tls = NULL;
  g_autoptr (GIOStream) stream = NULL;

  g_object_get (soup_websocket_connection_get_io_stream (websocket), "base-iostream", &tls, NULL);
  if (G_IS_TLS_CONNECTION (tls))
    g_object_get (tls, "base-io-stream", &stream, NULL);
  return G_IS_SOCKET_CONNECTION (stream)
             ? g_object_ref (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)))
             : NULL;
}

/* Left to itself TCP waits longer and longer before it sends again what was lost: after a network
 * that was gone for 15 s it would be silent for 10 s more. Here it gives up, and a new connection
 * resumes. */
static void
bound_patience (SoupWebsocketConnection *websocket)
{
  g_autoptr (GSocket) network = dup_network_socket (websocket);

  if (network != NULL)
    g_socket_set_option (network, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS, NULL);
}

static void
on_websocket_message (SoupWebsocketConnection *websocket, int type, GBytes *bytes, gpointer data)
{
  CvSignalingSocket *self = data;
  gsize len;
  const char *text = g_bytes_get_data (bytes, &len);

  if (self->vtable == NULL)
    return;
  if (type == SOUP_WEBSOCKET_DATA_TEXT) {
    self->vtable->received (text != NULL ? text : "", len, self->data);
    return;
  }
  end (self, CV_SIGNALING_ERROR_PROTOCOL, "the server sent a binary frame");
}

static void
on_websocket_closed (SoupWebsocketConnection *websocket, gpointer data)
{
  end (data, CV_SIGNALING_ERROR_UNREACHABLE, "the connection was cut");
}

static void
report_failure (CvSignalingSocket *self, const GError *error)
{
  if (self->is_certificate_refused)
    end (self, CV_SIGNALING_ERROR_CERTIFICATE,
         self->has_pin ? "the server's key is not the one in the link"
                       : "the server's certificate is not trusted");
  else if (self->is_overdue)
    end (self, CV_SIGNALING_ERROR_UNREACHABLE, "the server did not answer in time");
  else if (error->domain == SOUP_WEBSOCKET_ERROR)
    end (self, CV_SIGNALING_ERROR_PROTOCOL, "there is no room server at this address");
  else
    end (self, CV_SIGNALING_ERROR_UNREACHABLE, error->message);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  CvSignalingSocket *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) websocket =
      soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  g_clear_handle_id (&self->deadline_id, g_source_remove);
  if (self->vtable == NULL) {
    unref_socket (self);
    return;
  }
  /* accept-certificate is not asked about a certificate that the system trusts: the pin is. */
  if (websocket == NULL
      || !is_trusted (self, soup_message_get_tls_peer_certificate (self->message),
                      soup_message_get_tls_peer_certificate_errors (self->message))) {
    report_failure (self, error);
    unref_socket (self);
    return;
  }
  self->websocket = g_steal_pointer (&websocket);
  bound_patience (self->websocket);
  soup_websocket_connection_set_max_incoming_payload_size (self->websocket,
                                                           CV_LIMITS_MESSAGE_BYTES);
  g_signal_connect (self->websocket, "message", G_CALLBACK (on_websocket_message), self);
  g_signal_connect (self->websocket, "closed", G_CALLBACK (on_websocket_closed), self);
  self->vtable->opened (self->data);
  unref_socket (self);
}

static void
on_deadline (gpointer data)
{
  CvSignalingSocket *self = data;

  self->deadline_id = 0;
  self->is_overdue = TRUE;
  g_cancellable_cancel (self->connecting);
}

CvSignalingSocket *
cv_signaling_socket_new (const CvInviteLink *link, guint connect_ms,
                         const CvSignalingSocketVtable *vtable, gpointer data)
{
  CvSignalingSocket *self = g_rc_box_new0 (CvSignalingSocket);
  g_autoptr (GUri) uri =
      g_uri_build (G_URI_FLAGS_NONE, "wss", NULL, link->host, link->port, "/v1", NULL, NULL);

  self->has_pin = link->has_pin;
  memcpy (self->pin, link->pin, sizeof self->pin);
  self->vtable = vtable;
  self->data = data;
  self->connecting = g_cancellable_new ();
  self->session = soup_session_new ();
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  self->message = soup_message_new_from_uri (SOUP_METHOD_GET, uri);
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  g_signal_connect (self->message, "accept-certificate", G_CALLBACK (on_accept_certificate), self);
  self->deadline_id = g_timeout_add_once (connect_ms, on_deadline, self);
  soup_session_websocket_connect_async (self->session, self->message, NULL, NULL,
                                        G_PRIORITY_DEFAULT, self->connecting, on_connected,
                                        g_rc_box_acquire (self));
  return self;
}

void
cv_signaling_socket_free (CvSignalingSocket *socket)
{
  socket->vtable = NULL;
  g_clear_handle_id (&socket->deadline_id, g_source_remove);
  g_cancellable_cancel (socket->connecting);
  cv_signaling_socket_cut (socket);
  unref_socket (socket);
}

gboolean
cv_signaling_socket_is_open (const CvSignalingSocket *socket)
{
  return socket->websocket != NULL
         && soup_websocket_connection_get_state (socket->websocket) == SOUP_WEBSOCKET_STATE_OPEN;
}

void
cv_signaling_socket_send (CvSignalingSocket *socket, const char *text)
{
  if (cv_signaling_socket_is_open (socket))
    soup_websocket_connection_send_text (socket->websocket, text);
}

void
cv_signaling_socket_cut (CvSignalingSocket *socket)
{
  g_autoptr (GSocket) network = NULL;

  if (socket->websocket == NULL
      || soup_websocket_connection_get_state (socket->websocket) == SOUP_WEBSOCKET_STATE_CLOSED)
    return;
  network = dup_network_socket (socket->websocket);
  if (network != NULL)
    g_socket_shutdown (network, TRUE, TRUE, NULL);
}

static void
on_goodbye_closed (SoupWebsocketConnection *websocket, gpointer data)
{
  g_object_unref (websocket);
}

void
cv_signaling_socket_close (CvSignalingSocket *socket)
{
  SoupWebsocketConnection *websocket = socket->websocket;

  socket->vtable = NULL;
  if (!cv_signaling_socket_is_open (socket)) {
    cv_signaling_socket_free (socket);
    return;
  }
  /* It lives on by itself until the server has answered; libsoup bounds that wait. */
  g_signal_connect (g_object_ref (websocket), "closed", G_CALLBACK (on_goodbye_closed), NULL);
  soup_websocket_connection_close (websocket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  unref_socket (socket);
}
