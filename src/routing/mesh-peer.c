/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One other participant in the mesh: negotiating the link, sending our tracks, expecting theirs.
 *
 * An attempt number is link generation × 1000 + restart: a new generation is a new link, a new
 * restart only looks for another path under the DTLS that stays. Offers are said again until they
 * are answered, because a newcomer may not have its keys when the first one comes. */
#include "routing/mesh-private.h"
#include "routing/negotiate.h"
#include "routing/pace.h"

#include <string.h>

#define OFFER_AGAIN_MS 2000
#define CANDIDATES_WAIT_MS 50
#define NEW_LINK_FIRST_MS 500
#define NEW_LINK_MOST_MS 8000
#define RESTARTS_PER_GENERATION 1000
/* Addresses older than this may be those of a network that was gone when they were looked for. */
#define STALE_US (4 * G_USEC_PER_SEC)

struct CvRoutingMeshPeer {
  CvRoutingMesh *mesh;
  char *id;
  guint32 number;
  gboolean is_offerer;

  CvTransportLink *link;
  CvPacketPort *port;
  CvMediaPeer *media;
  guint64 attempt;
  CvPeerMessage *said; /* our last offer or answer, with all candidates so far */
  GPtrArray *candidates; /* of this attempt */
  guint n_told; /* candidates that were sent */
  gboolean has_last; /* the last candidate is among them */
  gboolean is_answered;
  gint64 described_at_us; /* when our own addresses were looked for */
  gboolean has_renewed; /* they were looked for once more since the link was last up */
  guint offer_again;
  guint candidates_wait;
  guint begin; /* tells the owner of `media` and makes the first link */
  guint new_link;
  guint new_link_ms;

  CvLayer wanted; /* of our camera, by them */
  CvRoutingPace pace;
  gboolean is_sending_microphone;
  CvLayer sending;
  CvMediaStream expected[CV_N_TRACKS];
  int view_width;
  int view_height;
};

static void make_link (CvRoutingMeshPeer *self);

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

  if (candidate)
    g_ptr_array_add (self->candidates, g_strdup (candidate));
  else
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
say_view (CvRoutingMeshPeer *self)
{
  g_autoptr (CvPeerMessage) message = cv_peer_message_new (CV_PEER_MESSAGE_LAYER_REQUEST);

  message->layer_request.to = g_strdup (self->id);
  message->layer_request.context = CV_TRACK_CAMERA_LOW;
  message->layer_request.width = (guint64)self->view_width;
  message->layer_request.height = (guint64)self->view_height;
  self->mesh->callbacks.send (self->mesh->callbacks.data, message);
}

static void
stop_camera (CvRoutingMeshPeer *self)
{
  if (self->sending != CV_LAYER_NONE)
    cv_media_peer_stop (self->media, cv_routing_layers_get_track (self->sending));
  self->sending = CV_LAYER_NONE;
}

void
cv_routing_mesh_peer_update_sending (CvRoutingMeshPeer *self)
{
  const CvRoutingLocal *local = &self->mesh->local;
  const CvMediaStream *own = self->mesh->own;
  const gboolean is_up =
      self->link && cv_transport_link_get_state (self->link) == CV_TRANSPORT_LINK_CONNECTED;
  CvLayer layer = cv_routing_pace_limit (&self->pace, self->wanted, self->sending);

  if (!self->media || !is_up)
    return;
  if (local->has_microphone && !self->is_sending_microphone)
    cv_media_peer_send (self->media, &own[CV_ROUTING_MICROPHONE]);
  self->is_sending_microphone |= local->has_microphone;
  if (!local->has_camera || local->is_camera_off)
    layer = CV_LAYER_NONE;
  if (layer == self->sending)
    return;
  stop_camera (self);
  if (layer != CV_LAYER_NONE)
    cv_media_peer_send (self->media,
                        &own[layer == CV_LAYER_MIDDLE ? CV_ROUTING_MIDDLE : CV_ROUTING_LOW]);
  self->sending = layer;
}

void
cv_routing_mesh_peer_pace (CvRoutingMeshPeer *self, guint *rates_bps)
{
  CvMediaLinkStats stats = {0};

  if (!self->media || self->sending == CV_LAYER_NONE)
    return;
  cv_media_peer_get_link_stats (self->media, &stats);
  cv_routing_pace_update (&self->pace, &stats, g_get_monotonic_time ());
  cv_routing_mesh_peer_update_sending (self);
  rates_bps[self->sending] = MIN (rates_bps[self->sending], cv_routing_pace_get_rate (&self->pace));
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
  say_view (self);
}

static void
on_link_state (gpointer data, CvTransportLinkState state, const char *reason)
{
  CvRoutingMeshPeer *self = data;

  tell_link (self, state, reason);
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
}

static void
on_link_packet (gpointer port, CvSpan packet, gboolean is_rtcp)
{
  cv_packet_port_deliver (port, packet, is_rtcp);
}

static void
allow_expected (CvRoutingMeshPeer *self)
{
  for (guint track = 0; track < CV_N_TRACKS; track++) {
    if (self->expected[track].ssrc != 0)
      cv_transport_link_allow_ssrc (self->link, self->expected[track].ssrc);
    if (self->expected[track].rtx_ssrc != 0)
      cv_transport_link_allow_ssrc (self->link, self->expected[track].rtx_ssrc);
  }
}

static void
drop_link (CvRoutingMeshPeer *self)
{
  g_clear_handle_id (&self->offer_again, g_source_remove);
  g_clear_handle_id (&self->candidates_wait, g_source_remove);
  g_clear_handle_id (&self->new_link, g_source_remove);
  g_clear_pointer (&self->said, cv_peer_message_unref);
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
      .servers = self->mesh->servers,
      .n_servers = self->mesh->n_servers,
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
  allow_expected (self);
}

static void
add_remote_candidates (CvRoutingMeshPeer *self, char **candidates)
{
  for (guint i = 0; candidates && candidates[i]; i++)
    cv_transport_link_add_remote_candidate (self->link, candidates[i]);
}

static void
set_remote (CvRoutingMeshPeer *self, const CvPeerMessage *message)
{
  g_autoptr (GError) error = NULL;
  CvTransportDescription description;

  if (!cv_routing_negotiate_parse (message, &description, &error)
      || !cv_transport_link_set_remote (self->link, &description, &error)) {
    g_message ("link to %s: %s", self->id, error->message);
    return;
  }
  add_remote_candidates (self, message->description.candidates);
}

static void
on_offer (CvRoutingMeshPeer *self, const CvPeerMessage *message)
{
  const guint64 attempt = message->description.attempt;
  g_autoptr (GError) error = NULL;

  if (self->is_offerer || (self->link && attempt < self->attempt))
    return;
  if (self->link && attempt == self->attempt) {
    add_remote_candidates (self, message->description.candidates);
    if (self->said)
      say_description (self);
    return;
  }
  if (!self->link || attempt / RESTARTS_PER_GENERATION != self->attempt / RESTARTS_PER_GENERATION)
    make_link (self);
  else if (!cv_transport_link_restart (self->link, &error)) {
    g_message ("link to %s: %s", self->id, error->message);
    return;
  }
  self->attempt = attempt;
  set_remote (self, message);
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
  set_remote (self, message);
}

static void
forget_expected (CvRoutingMeshPeer *self, guint track)
{
  CvMediaStream *stream = &self->expected[track];

  if (stream->ssrc == 0)
    return;
  cv_media_peer_forget_stream (self->media, stream->ssrc);
  if (self->link) {
    cv_transport_link_forget_ssrc (self->link, stream->ssrc);
    if (stream->rtx_ssrc != 0)
      cv_transport_link_forget_ssrc (self->link, stream->rtx_ssrc);
  }
  *stream = (CvMediaStream){0};
}

static void
expect (CvRoutingMeshPeer *self, const CvPeerTrack *said)
{
  const CvMediaStream stream = {
      .track = (CvTrack)said->context,
      .ssrc = (guint32)said->ssrc,
      .rtx_ssrc = (guint32)said->rtx_ssrc,
  };
  CvMediaStream *known = &self->expected[stream.track];

  if (known->ssrc == stream.ssrc && known->rtx_ssrc == stream.rtx_ssrc)
    return;
  forget_expected (self, stream.track);
  if (!cv_media_peer_expect (self->media, self->number, &stream))
    return;
  *known = stream;
  if (self->link)
    allow_expected (self);
}

static void
on_tracks (CvRoutingMeshPeer *self, const CvPeerTracks *tracks)
{
  gboolean is_said[CV_N_TRACKS] = {FALSE};

  for (guint i = 0; tracks->tracks && i < tracks->tracks->len; i++) {
    const CvPeerTrack *track = tracks->tracks->pdata[i];

    if (track->context >= CV_N_TRACKS || track->ssrc == 0 || track->ssrc > G_MAXUINT32
        || track->rtx_ssrc > G_MAXUINT32 || is_said[track->context])
      continue;
    is_said[track->context] = TRUE;
    expect (self, track);
  }
  for (guint track = 0; track < CV_N_TRACKS; track++)
    if (!is_said[track])
      forget_expected (self, track);
  cv_media_peer_set_visible (self->media, self->number, CV_MEDIA_CAMERA, self->view_width > 0);
  if (self->mesh->callbacks.on_tracks)
    self->mesh->callbacks.on_tracks (self->mesh->callbacks.data, self->id, tracks->is_muted,
                                     tracks->camera == CV_PEER_CAMERA_ON);
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
    on_tracks (self, &message->tracks);
    break;
  case CV_PEER_MESSAGE_LAYER_REQUEST:
    if (message->layer_request.context != CV_TRACK_CAMERA_LOW)
      return;
    self->wanted = cv_routing_layers_choose ((int)MIN (message->layer_request.width, G_MAXINT16),
                                             (int)MIN (message->layer_request.height, G_MAXINT16),
                                             self->wanted);
    cv_routing_mesh_peer_update_sending (self);
    break;
  case CV_PEER_MESSAGE_KEY_FRAME_REQUEST: /* RTCP does it on a mesh's links */
  case CV_PEER_MESSAGE_CHAT:
  case CV_PEER_MESSAGE_N_TYPES:
    break;
  }
}

void
cv_routing_mesh_peer_set_view (CvRoutingMeshPeer *self, int width, int height)
{
  if (self->view_width == width && self->view_height == height)
    return;
  self->view_width = width;
  self->view_height = height;
  if (self->media)
    cv_media_peer_set_visible (self->media, self->number, CV_MEDIA_CAMERA, width > 0);
  if (self->link && cv_transport_link_get_state (self->link) == CV_TRANSPORT_LINK_CONNECTED)
    say_view (self);
}

void
cv_routing_mesh_peer_set_number (CvRoutingMeshPeer *self, guint32 number)
{
  CvMediaStream expected[CV_N_TRACKS];

  if (self->number == number || !self->media)
    return;
  memcpy (expected, self->expected, sizeof expected);
  cv_media_peer_forget (self->media, self->number);
  self->number = number;
  for (guint track = 0; track < CV_N_TRACKS; track++)
    if (expected[track].ssrc != 0 && !cv_media_peer_expect (self->media, number, &expected[track]))
      self->expected[track] = (CvMediaStream){0};
  cv_media_peer_set_visible (self->media, number, CV_MEDIA_CAMERA, self->view_width > 0);
}

static gboolean
on_begin (gpointer data)
{
  CvRoutingMeshPeer *self = data;

  self->begin = 0;
  if (self->mesh->callbacks.on_peer)
    self->mesh->callbacks.on_peer (self->mesh->callbacks.data, self->id, self->media);
  if (self->is_offerer)
    make_link (self);
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
    g_message ("no media for %s: %s", id, error->message);
    return self;
  }
  /* Callbacks never run inside a function of the backend. */
  self->begin = g_idle_add (on_begin, self);
  return self;
}

void
cv_routing_mesh_peer_free (CvRoutingMeshPeer *self)
{
  g_clear_handle_id (&self->begin, g_source_remove);
  drop_link (self);

  if (self->media)
    cv_media_peer_close (self->media);
  g_clear_object (&self->media);
  g_clear_pointer (&self->port, cv_packet_port_unref);
  g_ptr_array_unref (self->candidates);
  g_free (self->id);
  g_free (self);
}
