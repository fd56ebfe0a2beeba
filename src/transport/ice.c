/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* libnice is given only what candidate.c and ice-server.c have checked. Its UPnP, its TCP
 * candidates and its own reading of SDP stay off: less that a stranger can reach. */
#include "transport/ice.h"

#include "base/log.h"

#include <nice/agent.h>
#include <nice/interfaces.h>
#include <string.h>
#include <sys/socket.h>

#define COMPONENT 1
#define LOCAL_ADDRESSES_MAX 16
#define RECEIVE_BUFFER (1024 * 1024)

struct CvTransportIce {
  CvTransportNetThread *net;
  NiceAgent *agent;
  guint stream;
  char *ufrag;
  char *pwd;
  CvTransportIceCallbacks callbacks;
};

G_STATIC_ASSERT ((int)NICE_CANDIDATE_TYPE_HOST == (int)CV_TRANSPORT_CANDIDATE_HOST);
G_STATIC_ASSERT ((int)NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE == (int)CV_TRANSPORT_CANDIDATE_SRFLX);
G_STATIC_ASSERT ((int)NICE_CANDIDATE_TYPE_PEER_REFLEXIVE == (int)CV_TRANSPORT_CANDIDATE_PRFLX);
G_STATIC_ASSERT ((int)NICE_CANDIDATE_TYPE_RELAYED == (int)CV_TRANSPORT_CANDIDATE_RELAY);

static void
on_agent_candidate (NiceAgent *agent, NiceCandidate *found, gpointer data)
{
  CvTransportIce *self = data;
  CvTransportCandidate candidate = {0};
  char address[NICE_ADDRESS_STRING_LEN];
  g_autofree char *text = NULL;

  if (found->transport != NICE_CANDIDATE_TRANSPORT_UDP)
    return;
  nice_address_to_string (&found->addr, address);
  g_strlcpy (candidate.foundation, found->foundation, sizeof candidate.foundation);
  g_strlcpy (candidate.address, address, sizeof candidate.address);
  candidate.priority = found->priority;
  candidate.port = (guint16)nice_address_get_port (&found->addr);
  candidate.type = (CvTransportCandidateType)found->type;
  text = cv_transport_candidate_to_text (&candidate);
  self->callbacks.on_candidate (self->callbacks.data, text);
}

static void
on_agent_gathered (NiceAgent *agent, guint stream, gpointer data)
{
  CvTransportIce *self = data;

  self->callbacks.on_candidate (self->callbacks.data, NULL);
}

static void
on_agent_state (NiceAgent *agent, guint stream, guint component, guint state, gpointer data)
{
  CvTransportIce *self = data;

  switch ((NiceComponentState)state) {
  case NICE_COMPONENT_STATE_CONNECTING:
    self->callbacks.on_state (self->callbacks.data, CV_TRANSPORT_ICE_CHECKING);
    break;
  case NICE_COMPONENT_STATE_CONNECTED:
  case NICE_COMPONENT_STATE_READY:
    self->callbacks.on_state (self->callbacks.data, CV_TRANSPORT_ICE_CONNECTED);
    break;
  case NICE_COMPONENT_STATE_FAILED:
    self->callbacks.on_state (self->callbacks.data, CV_TRANSPORT_ICE_FAILED);
    break;
  case NICE_COMPONENT_STATE_DISCONNECTED:
  case NICE_COMPONENT_STATE_GATHERING:
  case NICE_COMPONENT_STATE_LAST:
    break;
  }
}

static void
on_agent_receive (NiceAgent *agent, guint stream, guint component, guint len, char *buffer,
                  gpointer data)
{
  CvTransportIce *self = data;

  self->callbacks.on_datagram (self->callbacks.data, cv_span (buffer, len));
}

static gboolean
add_local_address (CvTransportIce *self, const char *text)
{
  NiceAddress address;

  nice_address_init (&address);
  if (!nice_address_set_from_string (&address, text))
    return FALSE;
  return nice_agent_add_local_address (self->agent, &address);
}

/* Link-local IPv6 needs a scope that means nothing to the peer; loopback is of use only between
 * programs of one computer that has no other address. */
static void
add_interface_addresses (CvTransportIce *self)
{
  GList *addresses = nice_interfaces_get_local_ips (FALSE);
  guint n_added = 0;

  for (GList *at = addresses; at != NULL && n_added < LOCAL_ADDRESSES_MAX; at = at->next) {
    if (strchr (at->data, '%') == NULL && g_ascii_strncasecmp (at->data, "fe80:", 5) != 0
        && strcmp (at->data, "::1") != 0 && add_local_address (self, at->data))
      n_added++;
  }
  g_list_free_full (addresses, g_free);
  if (n_added == 0) {
    add_local_address (self, "127.0.0.1");
    add_local_address (self, "::1");
  }
}

static NiceRelayType
get_relay_type (CvTransportIceServerKind kind)
{
  return kind == CV_TRANSPORT_ICE_SERVER_TURN_TCP ? NICE_RELAY_TYPE_TURN_TCP
                                                  : NICE_RELAY_TYPE_TURN_UDP;
}

static void
add_server (CvTransportIce *self, const CvTransportIceServer *server, gboolean *has_stun)
{
  g_auto (CvTransportIceServerParts) parts = {0};
  g_autoptr (GError) error = NULL;

  if (!cv_transport_ice_server_parse (server->uri, &parts, &error)) {
    cv_log_debug ("ignoring a server: %s", error->message);
    return;
  }
  switch (parts.kind) {
  case CV_TRANSPORT_ICE_SERVER_STUN:
    if (!*has_stun)
      g_object_set (self->agent, "stun-server", parts.host, "stun-server-port", (guint)parts.port,
                    NULL);
    *has_stun = TRUE;
    break;
  case CV_TRANSPORT_ICE_SERVER_TURN_UDP:
  case CV_TRANSPORT_ICE_SERVER_TURN_TCP:
    if (server->username != NULL && server->password != NULL)
      nice_agent_set_relay_info (self->agent, self->stream, COMPONENT, parts.host, parts.port,
                                 server->username, server->password, get_relay_type (parts.kind));
    break;
  case CV_TRANSPORT_ICE_SERVER_TURN_TLS:
    /* libnice's "TLS" relay is a fixed greeting of 2005 and no TLS at all. */
    cv_log_debug ("ignoring a server: TURN over TLS is not supported by libnice");
    break;
  }
}

static gboolean
configure (CvTransportIce *self, const CvTransportIceOptions *options)
{
  gboolean has_stun = FALSE;

  g_object_set (self->agent, "controlling-mode", options->is_controlling, "upnp", FALSE, "ice-tcp",
                FALSE, "ice-udp", TRUE, "force-relay", options->is_relay_only, NULL);
  if (options->local_addresses == NULL)
    add_interface_addresses (self);
  for (gsize i = 0; options->local_addresses != NULL && options->local_addresses[i] != NULL; i++)
    add_local_address (self, options->local_addresses[i]);

  self->stream = nice_agent_add_stream (self->agent, 1);
  if (self->stream == 0
      || !nice_agent_get_local_credentials (self->agent, self->stream, &self->ufrag, &self->pwd))
    return FALSE;
  for (gsize i = 0; i < MIN (options->n_servers, CV_TRANSPORT_ICE_SERVERS_MAX); i++)
    add_server (self, &options->servers[i], &has_stun);
  return TRUE;
}

static void
on_agent_closed (GObject *agent, GAsyncResult *result, gpointer data)
{
  cv_transport_net_thread_release (data);
}

CvTransportIce *
cv_transport_ice_new (const CvTransportIceOptions *options, GError **error)
{
  g_autoptr (CvTransportIce) self = g_new0 (CvTransportIce, 1);
  GMainContext *context = cv_transport_net_thread_get_context (options->net);

  self->net = options->net;
  self->callbacks = options->callbacks;
  self->agent =
      nice_agent_new_full (context, NICE_COMPATIBILITY_RFC5245,
                           NICE_AGENT_OPTION_ICE_TRICKLE | NICE_AGENT_OPTION_CONSENT_FRESHNESS);
  if (!configure (self, options)) {
    g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_LIBRARY,
                 "libnice could not make a stream");
    return NULL;
  }
  g_signal_connect (self->agent, "new-candidate-full", G_CALLBACK (on_agent_candidate), self);
  g_signal_connect (self->agent, "candidate-gathering-done", G_CALLBACK (on_agent_gathered), self);
  g_signal_connect (self->agent, "component-state-changed", G_CALLBACK (on_agent_state), self);
  nice_agent_attach_recv (self->agent, self->stream, COMPONENT, context, on_agent_receive, self);
  return g_steal_pointer (&self);
}

void
cv_transport_ice_free (CvTransportIce *self)
{
  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->agent, self);
  if (self->stream != 0)
    nice_agent_attach_recv (self->agent, self->stream, COMPONENT,
                            cv_transport_net_thread_get_context (self->net), NULL, NULL);
  cv_transport_net_thread_hold (self->net);
  nice_agent_close_async (self->agent, on_agent_closed, self->net);
  g_object_unref (self->agent);
  g_free (self->ufrag);
  g_free (self->pwd);
  g_free (self);
}

/* A key frame arrives in one burst; the usual 200 kB hold less than two of them. The kernel gives
 * as much of it as the administrator allows. */
static void
enlarge_buffers (CvTransportIce *self)
{
  g_autoptr (GPtrArray) sockets = nice_agent_get_sockets (self->agent, self->stream, COMPONENT);

  for (guint i = 0; sockets != NULL && i < sockets->len; i++)
    g_socket_set_option (g_ptr_array_index (sockets, i), SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER,
                         NULL);
}

gboolean
cv_transport_ice_gather (CvTransportIce *self, GError **error)
{
  if (nice_agent_gather_candidates (self->agent, self->stream)) {
    enlarge_buffers (self);
    return TRUE;
  }
  g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_UNREACHABLE,
               "no local address could be used");
  return FALSE;
}

const char *
cv_transport_ice_get_ufrag (CvTransportIce *self)
{
  return self->ufrag;
}

const char *
cv_transport_ice_get_pwd (CvTransportIce *self)
{
  return self->pwd;
}

gboolean
cv_transport_ice_set_remote (CvTransportIce *self, const char *ufrag, const char *pwd,
                             GError **error)
{
  if (nice_agent_set_remote_credentials (self->agent, self->stream, ufrag, pwd))
    return TRUE;
  g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT,
               "libnice refused the peer's credentials");
  return FALSE;
}

void
cv_transport_ice_add_remote (CvTransportIce *self, const CvTransportCandidate *candidate)
{
  NiceCandidate *made = nice_candidate_new ((NiceCandidateType)candidate->type);
  GSList only = {made, NULL};

  made->component_id = COMPONENT;
  made->stream_id = self->stream;
  made->transport = NICE_CANDIDATE_TRANSPORT_UDP;
  made->priority = candidate->priority;
  g_strlcpy (made->foundation, candidate->foundation, sizeof made->foundation);
  if (nice_address_set_from_string (&made->addr, candidate->address)) {
    nice_address_set_port (&made->addr, candidate->port);
    nice_agent_set_remote_candidates (self->agent, self->stream, COMPONENT, &only);
  }
  nice_candidate_free (made);
}

void
cv_transport_ice_end_remote (CvTransportIce *self)
{
  nice_agent_peer_candidate_gathering_done (self->agent, self->stream);
}

gboolean
cv_transport_ice_send (CvTransportIce *self, CvSpan datagram)
{
  return nice_agent_send (self->agent, self->stream, COMPONENT, (guint)datagram.len,
                          (const char *)datagram.data)
         == (int)datagram.len;
}

gboolean
cv_transport_ice_get_pair (CvTransportIce *self, CvTransportCandidateType *type, gboolean *is_ipv6)
{
  NiceCandidate *local = NULL;
  NiceCandidate *remote = NULL;

  if (!nice_agent_get_selected_pair (self->agent, self->stream, COMPONENT, &local, &remote))
    return FALSE;
  *type = (CvTransportCandidateType)local->type;
  /* Whoever asks "is it relayed" does not care whose relay it is. */
  if (remote->type == NICE_CANDIDATE_TYPE_RELAYED)
    *type = CV_TRANSPORT_CANDIDATE_RELAY;
  *is_ipv6 = nice_address_ip_version (&remote->addr) == 6;
  return TRUE;
}
