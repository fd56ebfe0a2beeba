/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One other participant in the mesh: making and keeping the link to it.
 *
 * An attempt number is link generation × 1000 + restart: a new generation is a new link, a new
 * restart only looks for another path under the DTLS that stays. Offers are said again until they
 * are answered, because a newcomer may not have its keys when the first one comes. */
#include "base/log.h"
#include "protocol/limits.h"
#include "routing/mesh-private.h"
#include "routing/negotiate.h"

#define OFFER_AGAIN_MS 2000
#define CANDIDATES_WAIT_MS 50
#define NEW_LINK_FIRST_MS 500
#define NEW_LINK_MOST_MS 8000
#define RESTARTS_PER_GENERATION 1000
/* A link that the other side asks for costs sockets and a handshake, an answer said again costs a
 * message of the few that the server lets us send. An honest offerer needs fewer of both. */
#define NEW_LINKS_MOST 8
#define NEW_LINKS_EVERY_US (4 * G_USEC_PER_SEC)
#define REPEATS_MOST 4
#define REPEATS_EVERY_US G_USEC_PER_SEC
/* Addresses older than this may be those of a network that was gone when they were looked for. */
#define STALE_US (4 * G_USEC_PER_SEC)

static void make_link (CvRoutingMeshPeer *self);

gboolean
cv_routing_mesh_peer_is_up (CvRoutingMeshPeer *self)
{
  return self->link && cv_transport_link_get_state (self->link) == CV_TRANSPORT_LINK_CONNECTED;
}

static void
say_candidates (CvRoutingMeshPeer *self)
{
  g_autoptr (CvPeerMessage) message = cv_peer_message_new (CV_PEER_MESSAGE_CANDIDATES);
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();

  for (guint i = self->n_told; i < self->candidates->len; i++)
    g_strv_builder_add (lines, self->candidates->pdata[i]);
  self->n_told = self->candidates->len;
  message->candidates.to = g_strdup (self->id);
  message->candidates.attempt = self->attempt;
  message->candidates.candidates = g_strv_builder_end (lines);
  message->candidates.is_last = self->has_last;
  self->mesh->callbacks.send (self->mesh->callbacks.data, message);
}

static gboolean
on_candidates_wait (gpointer data)
{
  CvRoutingMeshPeer *self = data;

  self->candidates_wait = 0;
  if (self->said)
    say_candidates (self);
  return G_SOURCE_REMOVE;
}

static void
on_link_local_candidate (gpointer data, const char *candidate)
{
  CvRoutingMeshPeer *self = data;

  /* A message with more of them would be refused as a whole. */
  if (candidate && self->candidates->len < CV_LIMITS_CANDIDATES)
    g_ptr_array_add (self->candidates, g_strdup (candidate));
  else if (!candidate)
    self->has_last = TRUE;
  if (self->candidates_wait == 0)
    self->candidates_wait = g_timeout_add (CANDIDATES_WAIT_MS, on_candidates_wait, self);
}

static void
say_description (CvRoutingMeshPeer *self)
{
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();

  for (guint i = 0; i < self->candidates->len; i++)
    g_strv_builder_add (lines, self->candidates->pdata[i]);
  self->n_told = self->candidates->len;
  g_clear_pointer (&self->said->description.candidates, g_strfreev);
  self->said->description.candidates = g_strv_builder_end (lines);
  self->mesh->callbacks.send (self->mesh->callbacks.data, self->said);
}

static gboolean
on_offer_again (gpointer data)
{
  CvRoutingMeshPeer *self = data;

  if (self->is_answered || !self->said) {
    self->offer_again = 0;
    return G_SOURCE_REMOVE;
  }
  say_description (self);
  return G_SOURCE_CONTINUE;
}

static void
on_link_local_description (gpointer data, const CvTransportDescription *description)
{
  CvRoutingMeshPeer *self = data;
  const CvPeerMessageType type = self->is_offerer ? CV_PEER_MESSAGE_OFFER : CV_PEER_MESSAGE_ANSWER;

  g_clear_pointer (&self->said, cv_peer_message_unref);
  g_ptr_array_set_size (self->candidates, 0);
  self->has_last = FALSE;
  self->described_at_us = g_get_monotonic_time ();
  self->said = cv_routing_negotiate_describe (type, self->id, self->attempt, description);
  say_description (self);
  if (!self->is_offerer)
    return;
  self->is_answered = FALSE;
  if (self->offer_again == 0)
    self->offer_again = g_timeout_add (OFFER_AGAIN_MS, on_offer_again, self);
}

static void
tell_link (CvRoutingMeshPeer *self, CvTransportLinkState state, const char *reason)
{
  CvTransportLinkInfo info = {0};
  CvRoutingLinkFacts facts = {0};

  cv_transport_link_get_info (self->link, &info);
  facts.participant = self->id;
  facts.state = cv_transport_link_state_to_string (state);
  facts.reason = reason;
  facts.profile = info.profile;
  facts.candidate = info.candidate;
  facts.route = "mesh";
  facts.is_connected = state == CV_TRANSPORT_LINK_CONNECTED;
  if (self->mesh->callbacks.on_link)
    self->mesh->callbacks.on_link (self->mesh->callbacks.data, &facts);
}

static gboolean
on_new_link (gpointer data)
{
  CvRoutingMeshPeer *self = data;

  self->new_link = 0;
  self->attempt = (self->attempt / RESTARTS_PER_GENERATION + 1) * RESTARTS_PER_GENERATION;
  make_link (self);
  return G_SOURCE_REMOVE;
}

static void
plan_new_link (CvRoutingMeshPeer *self)
{
  if (!self->is_offerer || self->new_link != 0)
    return;
  self->new_link = g_timeout_add (self->new_link_ms, on_new_link, self);
  self->new_link_ms = MIN (self->new_link_ms * 2, NEW_LINK_MOST_MS);
}

void
cv_routing_mesh_peer_restart (CvRoutingMeshPeer *self)
{
  g_autoptr (GError) error = NULL;

  if (!self->is_offerer || !self->link)
    return;
  self->attempt++;
  if (!cv_transport_link_restart (self->link, &error))
    plan_new_link (self);
}

static void
on_link_connected (CvRoutingMeshPeer *self)
{
  self->new_link_ms = NEW_LINK_FIRST_MS;
  self->has_renewed = FALSE;
  cv_packet_port_connect (self->port, cv_transport_link_send, self->link);
  cv_routing_mesh_peer_update_sending (self);
  /* Both sides hold the same epoch when a link is up, so what is said now arrives. */
  cv_routing_mesh_announce (self->mesh);
  cv_routing_mesh_peer_say_view (self);
}

static void
on_link_state (gpointer data, CvTransportLinkState state, const char *reason)
{
  CvRoutingMeshPeer *self = data;

  switch (state) {
  case CV_TRANSPORT_LINK_CONNECTED:
    on_link_connected (self);
    break;
  case CV_TRANSPORT_LINK_DISCONNECTED:
    cv_routing_mesh_peer_restart (self);
    break;
  case CV_TRANSPORT_LINK_FAILED:
  case CV_TRANSPORT_LINK_CLOSED:
    plan_new_link (self);
    break;
  case CV_TRANSPORT_LINK_NEW:
  case CV_TRANSPORT_LINK_GATHERING:
  case CV_TRANSPORT_LINK_CHECKING:
  case CV_TRANSPORT_LINK_DTLS:
    break;
  }
  /* Last: who is told may leave the meeting. */
  tell_link (self, state, reason);
}

static void
on_link_packet (gpointer port, CvSpan packet, gboolean is_rtcp)
{
  cv_packet_port_deliver (port, packet, is_rtcp);
}

static void
drop_link (CvRoutingMeshPeer *self)
{
  g_clear_handle_id (&self->offer_again, g_source_remove);
  g_clear_handle_id (&self->candidates_wait, g_source_remove);
  g_clear_handle_id (&self->new_link, g_source_remove);
  g_clear_pointer (&self->said, cv_peer_message_unref);
  g_clear_pointer (&self->remote_ufrag, g_free);
  g_ptr_array_set_size (self->candidates, 0);
  /* No send runs into the link once the port is disconnected. */
  cv_packet_port_connect (self->port, NULL, NULL);
  g_clear_pointer (&self->link, cv_transport_link_free);
}

static void
make_link (CvRoutingMeshPeer *self)
{
  const CvTransportLinkOptions options = {
      .is_controlling = self->is_offerer,
      .setup = self->is_offerer ? CV_TRANSPORT_SETUP_ACTPASS : CV_TRANSPORT_SETUP_ACTIVE,
      .certificate = self->mesh->certificate,
      .servers = (const CvTransportIceServer *)(const void *)self->mesh->servers->data,
      .n_servers = self->mesh->servers->len,
      .local_addresses = self->mesh->local_addresses,
      .callbacks =
          {
              .data = self,
              .on_state = on_link_state,
              .on_local_description = on_link_local_description,
              .on_local_candidate = on_link_local_candidate,
              .on_packet = on_link_packet,
              .packet_data = cv_packet_port_ref (self->port),
              .free_packet_data = (GDestroyNotify)cv_packet_port_unref,
          },
  };

  drop_link (self);
  self->link = cv_transport_link_new (self->mesh->net, &options);
  cv_routing_mesh_peer_allow_expected (self);
}

static void
add_remote_candidates (CvRoutingMeshPeer *self, char **candidates)
{
  for (guint i = 0; candidates && candidates[i]; i++)
    cv_transport_link_add_remote_candidate (self->link, candidates[i]);
}

static gboolean
set_remote (CvRoutingMeshPeer *self, const CvPeerMessage *message)
{
  g_autoptr (GError) error = NULL;
  CvTransportDescription description;

  if (!cv_routing_negotiate_parse (message, &description, &error)
      || !cv_transport_link_set_remote (self->link, &description, &error)) {
    cv_log_warning_limited ("link to %s: %s", self->id, error->message);
    return FALSE;
  }
  g_set_str (&self->remote_ufrag, message->description.ufrag);
  add_remote_candidates (self, message->description.candidates);
  return TRUE;
}

static gboolean
is_repeated (const CvRoutingMeshPeer *self, const CvPeerMessage *message)
{
  return message->description.attempt == self->attempt
         && (!self->is_renumbered
             || g_strcmp0 (message->description.ufrag, self->remote_ufrag) == 0);
}

static void
on_repeated_offer (CvRoutingMeshPeer *self, const CvPeerMessage *message)
{
  add_remote_candidates (self, message->description.candidates);
  if (self->said
      && cv_routing_allowance_take (&self->repeats, REPEATS_MOST, REPEATS_EVERY_US,
                                    g_get_monotonic_time ()))
    say_description (self);
}

/* A new program of the same person counts its attempts from the beginning. */
static gboolean
needs_new_link (const CvRoutingMeshPeer *self, guint64 attempt)
{
  return !self->link || attempt <= self->attempt
         || attempt / RESTARTS_PER_GENERATION != self->attempt / RESTARTS_PER_GENERATION;
}

static gboolean
make_asked_link (CvRoutingMeshPeer *self)
{
  if (!cv_routing_allowance_take (&self->links, NEW_LINKS_MOST, NEW_LINKS_EVERY_US,
                                  g_get_monotonic_time ()))
    return FALSE;
  make_link (self);
  return TRUE;
}

static void
on_new_offer (CvRoutingMeshPeer *self, const CvPeerMessage *message)
{
  const guint64 attempt = message->description.attempt;
  const gboolean is_restart = !needs_new_link (self, attempt);
  g_autoptr (GError) error = NULL;

  if (is_restart && !cv_transport_link_restart (self->link, &error)) {
    cv_log_warning_limited ("link to %s: %s", self->id, error->message);
    return;
  }
  if (!is_restart && !make_asked_link (self))
    return;
  self->attempt = attempt;
  /* With another fingerprint it was no restart but another program. */
  if (!set_remote (self, message) && is_restart && self->is_renumbered && make_asked_link (self))
    (void)!set_remote (self, message);
  self->is_renumbered = FALSE;
}

static void
on_offer (CvRoutingMeshPeer *self, const CvPeerMessage *message)
{
  if (self->is_offerer)
    return;
  if (self->link && is_repeated (self, message))
    on_repeated_offer (self, message);
  else if (!self->link || self->is_renumbered || message->description.attempt > self->attempt)
    on_new_offer (self, message);
}

/* An offer made while the network was gone names no address that works. Its late answer is the
 * first sign that the network is back. */
static gboolean
is_stale (const CvRoutingMeshPeer *self)
{
  return !self->has_renewed && g_get_monotonic_time () - self->described_at_us > STALE_US
         && cv_transport_link_get_state (self->link) != CV_TRANSPORT_LINK_CONNECTED;
}

static void
on_answer (CvRoutingMeshPeer *self, const CvPeerMessage *message)
{
  if (!self->is_offerer || !self->link || message->description.attempt != self->attempt)
    return;
  if (self->is_answered) {
    add_remote_candidates (self, message->description.candidates);
    return;
  }
  self->is_answered = TRUE;
  if (is_stale (self)) {
    self->has_renewed = TRUE;
    cv_routing_mesh_peer_restart (self);
    return;
  }
  /* With another fingerprint it is another program, which knows nothing of this link. */
  if (!set_remote (self, message))
    plan_new_link (self);
}

void
cv_routing_mesh_peer_receive (CvRoutingMeshPeer *self, const CvPeerMessage *message)
{
  if (!self->media)
    return;
  switch (message->type) {
  case CV_PEER_MESSAGE_OFFER:
    on_offer (self, message);
    break;
  case CV_PEER_MESSAGE_ANSWER:
    on_answer (self, message);
    break;
  case CV_PEER_MESSAGE_CANDIDATES:
    if (self->link && message->candidates.attempt == self->attempt)
      add_remote_candidates (self, message->candidates.candidates);
    break;
  case CV_PEER_MESSAGE_TRACKS:
    cv_routing_mesh_peer_on_tracks (self, &message->tracks);
    break;
  case CV_PEER_MESSAGE_LAYER_REQUEST:
    cv_routing_mesh_peer_on_layer_request (self, &message->layer_request);
    break;
  case CV_PEER_MESSAGE_KEY_FRAME_REQUEST: /* RTCP does it on a mesh's links */
  case CV_PEER_MESSAGE_CHAT:
  case CV_PEER_MESSAGE_N_TYPES:
    break;
  }
}

void
cv_routing_mesh_peer_set_number (CvRoutingMeshPeer *self, guint32 number)
{
  if (self->number == number || !self->media)
    return;
  cv_routing_mesh_peer_move_expected (self, number);
  /* Re-synchronised, or started anew: a new path under the same DTLS tells which. */
  self->is_renumbered = TRUE;
  cv_routing_mesh_peer_restart (self);
}

static gboolean
on_begin (gpointer data)
{
  CvRoutingMeshPeer *self = data;

  self->begin = 0;
  if (self->is_offerer)
    make_link (self);
  if (self->mesh->callbacks.on_peer)
    self->mesh->callbacks.on_peer (self->mesh->callbacks.data, self->id, self->media);
  return G_SOURCE_REMOVE;
}

CvRoutingMeshPeer *
cv_routing_mesh_peer_new (CvRoutingMesh *mesh, const char *id, guint32 number)
{
  CvRoutingMeshPeer *self = g_new0 (CvRoutingMeshPeer, 1);
  g_autoptr (GError) error = NULL;

  self->mesh = mesh;
  self->id = g_strdup (id);
  self->number = number;
  self->is_offerer = cv_routing_negotiate_is_offerer (mesh->self_id, id);
  self->new_link_ms = NEW_LINK_FIRST_MS;
  cv_routing_pace_init (&self->pace);
  self->candidates = g_ptr_array_new_with_free_func (g_free);
  self->port = cv_packet_port_new ();
  self->media = cv_media_peer_new (mesh->engine, self->port, &error);
  if (!self->media) {
    cv_log_warning_limited ("no media for %s: %s", id, error->message);
    return self;
  }
  /* Callbacks never run inside a function of the backend. */
  self->begin = g_idle_add_full (G_PRIORITY_DEFAULT, on_begin, self, NULL);
  return self;
}

void
cv_routing_mesh_peer_free (CvRoutingMeshPeer *self)
{
  g_clear_handle_id (&self->begin, g_source_remove);
  g_clear_handle_id (&self->switch_wait, g_source_remove);
  drop_link (self);
  if (self->media)
    cv_media_peer_close (self->media);
  g_clear_object (&self->media);
  g_clear_pointer (&self->port, cv_packet_port_unref);
  g_ptr_array_unref (self->candidates);
  g_free (self->id);
  g_free (self);
}
