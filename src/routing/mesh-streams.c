/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What goes over the link to one other participant: which layer of our camera they get, whose
 * streams of theirs we take, and how large we show them. */
#include "routing/mesh-private.h"

#include <string.h>

/* Each switch asks the one encoder of a layer for a key frame, which everybody pays for. */
#define SWITCH_AGAIN_MS 500
/* An honest client announces its SSRCs once; each new one makes a receiver. */
#define NEW_STREAMS_MOST 16
#define NEW_STREAMS_EVERY_US (2 * G_USEC_PER_SEC)

/* ---- ours ---- */

static void
stop_camera (CvRoutingMeshPeer *self)
{
  if (self->sending != CV_LAYER_NONE)
    cv_media_peer_stop (self->media, cv_routing_layers_get_track (self->sending));
  self->sending = CV_LAYER_NONE;
}

static gboolean
on_switch_wait (gpointer data)
{
  CvRoutingMeshPeer *self = data;

  self->switch_wait = 0;
  cv_routing_mesh_peer_update_sending (self);
  return G_SOURCE_REMOVE;
}

static void
switch_camera (CvRoutingMeshPeer *self, CvLayer layer)
{
  const gint64 now_us = g_get_monotonic_time ();

  if (layer == self->sending || self->switch_wait != 0)
    return;
  if (self->switched_at_us != 0 && now_us < self->switched_at_us + SWITCH_AGAIN_MS * 1000) {
    self->switch_wait = g_timeout_add (SWITCH_AGAIN_MS, on_switch_wait, self);
    return;
  }
  self->switched_at_us = now_us;
  stop_camera (self);
  if (layer != CV_LAYER_NONE)
    cv_media_peer_send (
        self->media,
        &self->mesh->own[layer == CV_LAYER_MIDDLE ? CV_ROUTING_MIDDLE : CV_ROUTING_LOW]);
  self->sending = layer;
}

void
cv_routing_mesh_peer_update_sending (CvRoutingMeshPeer *self)
{
  const CvRoutingLocal *local = &self->mesh->local;
  const gboolean has_picture = local->has_camera && !local->is_camera_off;

  if (!self->media || !cv_routing_mesh_peer_is_up (self))
    return;
  if (local->has_microphone && !self->is_sending_microphone)
    cv_media_peer_send (self->media, &self->mesh->own[CV_ROUTING_MICROPHONE]);
  self->is_sending_microphone |= local->has_microphone;
  if (!has_picture)
    stop_camera (self);
  else
    switch_camera (self, cv_routing_pace_limit (&self->pace, self->wanted, self->sending));
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

void
cv_routing_mesh_peer_on_layer_request (CvRoutingMeshPeer *self, const CvPeerLayerRequest *request)
{
  if (request->context != CV_TRACK_CAMERA_LOW)
    return;
  self->wanted = cv_routing_layers_choose ((int)MIN (request->width, G_MAXINT16),
                                           (int)MIN (request->height, G_MAXINT16), self->wanted);
  cv_routing_mesh_peer_update_sending (self);
}

/* ---- how large we show them ---- */

void
cv_routing_mesh_peer_say_view (CvRoutingMeshPeer *self)
{
  g_autoptr (CvPeerMessage) message = cv_peer_message_new (CV_PEER_MESSAGE_LAYER_REQUEST);

  self->asked = cv_routing_layers_choose (self->view_width, self->view_height, self->asked);
  message->layer_request.to = g_strdup (self->id);
  message->layer_request.context = CV_TRACK_CAMERA_LOW;
  message->layer_request.width = (guint64)MIN (self->view_width, G_MAXINT16 / 2);
  message->layer_request.height = (guint64)MIN (self->view_height, G_MAXINT16 / 2);
  self->mesh->callbacks.send (self->mesh->callbacks.data, message);
}

void
cv_routing_mesh_peer_set_view (CvRoutingMeshPeer *self, int width, int height)
{
  if (self->view_width == MAX (width, 0) && self->view_height == MAX (height, 0))
    return;
  self->view_width = MAX (width, 0);
  self->view_height = MAX (height, 0);
  if (self->media)
    cv_media_peer_set_visible (self->media, self->number, CV_MEDIA_CAMERA, self->view_width > 0);
  /* A window that is being resized changes sixty times a second, what it needs does not. */
  if (cv_routing_mesh_peer_is_up (self)
      && cv_routing_layers_choose (width, height, self->asked) != self->asked)
    cv_routing_mesh_peer_say_view (self);
}

/* ---- theirs ---- */

void
cv_routing_mesh_peer_allow_expected (CvRoutingMeshPeer *self)
{
  for (guint track = 0; track < CV_N_TRACKS; track++) {
    if (self->expected[track].ssrc != 0)
      cv_transport_link_allow_ssrc (self->link, self->expected[track].ssrc);
    if (self->expected[track].rtx_ssrc != 0)
      cv_transport_link_allow_ssrc (self->link, self->expected[track].rtx_ssrc);
  }
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

static gboolean
is_same (const CvMediaStream *known, const CvMediaStream *said)
{
  return known->ssrc == said->ssrc && known->rtx_ssrc == said->rtx_ssrc;
}

static void
expect (CvRoutingMeshPeer *self, const CvMediaStream *said)
{
  CvMediaStream *known = &self->expected[said->track];

  if (is_same (known, said)
      || !cv_routing_allowance_take (&self->streams, NEW_STREAMS_MOST, NEW_STREAMS_EVERY_US,
                                     g_get_monotonic_time ())
      || !cv_media_peer_expect (self->media, self->number, said))
    return;
  *known = *said;
}

/* The first of each track; the rest is zero. */
static void
read_tracks (const CvPeerTracks *tracks, CvMediaStream said[static CV_N_TRACKS])
{
  memset (said, 0, CV_N_TRACKS * sizeof said[0]);
  for (guint i = 0; tracks->tracks && i < tracks->tracks->len; i++) {
    const CvPeerTrack *track = tracks->tracks->pdata[i];

    if (track->context >= CV_N_TRACKS || track->ssrc == 0 || track->ssrc > G_MAXUINT32
        || track->rtx_ssrc > G_MAXUINT32 || said[track->context].ssrc != 0)
      continue;
    said[track->context] = (CvMediaStream){
        .track = (CvTrack)track->context,
        .ssrc = (guint32)track->ssrc,
        .rtx_ssrc = (guint32)track->rtx_ssrc,
    };
  }
}

void
cv_routing_mesh_peer_on_tracks (CvRoutingMeshPeer *self, const CvPeerTracks *tracks)
{
  const CvRoutingCallbacks *callbacks = &self->mesh->callbacks;
  CvMediaStream said[CV_N_TRACKS];

  read_tracks (tracks, said);
  /* First what is over: an SSRC may have moved to another track. */
  for (guint track = 0; track < CV_N_TRACKS; track++)
    if (!is_same (&self->expected[track], &said[track]))
      forget_expected (self, track);
  for (guint track = 0; track < CV_N_TRACKS; track++)
    if (said[track].ssrc != 0)
      expect (self, &said[track]);
  if (self->link)
    cv_routing_mesh_peer_allow_expected (self);
  cv_media_peer_set_visible (self->media, self->number, CV_MEDIA_CAMERA, self->view_width > 0);
  if (callbacks->on_tracks)
    callbacks->on_tracks (callbacks->data, self->id, tracks->is_muted,
                          tracks->camera == CV_PEER_CAMERA_ON);
}

void
cv_routing_mesh_peer_move_expected (CvRoutingMeshPeer *self, guint32 number)
{
  CvMediaStream expected[CV_N_TRACKS];

  memcpy (expected, self->expected, sizeof expected);
  cv_media_peer_forget (self->media, self->number);
  self->number = number;
  for (guint track = 0; track < CV_N_TRACKS; track++)
    if (expected[track].ssrc != 0 && !cv_media_peer_expect (self->media, number, &expected[track]))
      self->expected[track] = (CvMediaStream){0};
  cv_media_peer_set_visible (self->media, number, CV_MEDIA_CAMERA, self->view_width > 0);
}
