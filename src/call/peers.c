/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What arrives from the others, as their tiles show it. The routing backend makes a CvMediaPeer a
 * link; here its signals become properties of the participant whose leaf it carries. */
#include "base/log.h"
#include "call/session-private.h"

typedef struct {
  CvSession *session;
  CvParticipant *participant;
  guint32 leaf;
  CvMediaPeer *media; /* NULL until routing has one */
  CvMediaState state;
  gboolean has_tracks;
  gboolean is_camera_on;
} CvCallPeer;

static void
update_picture (CvCallPeer *peer)
{
  const gboolean is_held_back =
      cv_participant_get_contact (peer->participant) == CV_CONTACT_CHANGED;
  CvPictureState picture = CV_PICTURE_CONNECTING;

  switch (peer->state) {
  case CV_MEDIA_WAITING:
    break;
  case CV_MEDIA_FLOWING:
    picture = CV_PICTURE_SHOWN;
    break;
  case CV_MEDIA_NO_KEY:
    picture = CV_PICTURE_NO_KEY;
    break;
  case CV_MEDIA_UNDECRYPTABLE:
  case CV_MEDIA_LOST:
    picture = CV_PICTURE_LOST;
    break;
  }
  if (peer->has_tracks && !peer->is_camera_on)
    picture = CV_PICTURE_OFF;
  if (is_held_back)
    picture = CV_PICTURE_HELD_BACK;
  if (peer->media)
    cv_media_peer_set_held_back (peer->media, peer->leaf, is_held_back);
  cv_participant_set_picture (peer->participant, picture);
}

static void
on_media_state (CvMediaPeer *media, guint participant, int kind, int state, CvCallPeer *peer)
{
  if (participant != peer->leaf || kind != CV_MEDIA_CAMERA)
    return;
  peer->state = (CvMediaState)state;
  update_picture (peer);
}

static void
on_media_paintable (CvMediaPeer *media, guint participant, int kind, CvCallPeer *peer)
{
  if (participant == peer->leaf && kind == CV_MEDIA_CAMERA)
    cv_participant_set_paintable (peer->participant,
                                  cv_media_peer_get_paintable (media, peer->leaf, CV_MEDIA_CAMERA));
}

static void
on_media_dimensions (CvMediaPeer *media, guint participant, int kind, int width, int height,
                     CvCallPeer *peer)
{
  if (participant == peer->leaf && kind == CV_MEDIA_CAMERA && width > 0 && height > 0)
    cv_participant_set_aspect (peer->participant, (double)width / height);
}

static void
on_media_level (CvMediaPeer *media, guint participant, double level, gboolean is_speaking,
                CvCallPeer *peer)
{
  if (participant != peer->leaf)
    return;
  cv_participant_set_level (peer->participant, level);
  cv_participant_set_speaking (peer->participant, is_speaking);
}

static void
on_view_size_changed (CvParticipant *participant, CvCallPeer *peer)
{
  CvRoutingBackend *routing = peer->session->routing;
  int width;
  int height;

  cv_participant_get_view_size (participant, &width, &height);
  if (routing)
    routing->klass->set_view (routing, cv_participant_get_id (participant), width, height);
}

static void
drop_media (CvCallPeer *peer)
{
  if (!peer->media)
    return;
  g_signal_handlers_disconnect_by_data (peer->media, peer);
  g_clear_object (&peer->media);
  cv_participant_set_paintable (peer->participant, NULL);
}

static void
call_peer_free (CvCallPeer *peer)
{
  g_signal_handlers_disconnect_by_data (peer->participant, peer);
  drop_media (peer);
  g_object_unref (peer->participant);
  g_free (peer);
}

static void
on_routing_peer (gpointer data, const char *id, CvMediaPeer *media)
{
  CvSession *self = data;
  CvCallPeer *peer = g_hash_table_lookup (self->peers, id);

  if (!peer)
    return;
  drop_media (peer);
  peer->media = g_object_ref (media);
  peer->state = CV_MEDIA_WAITING;
  g_signal_connect (media, "state", G_CALLBACK (on_media_state), peer);
  g_signal_connect (media, "paintable", G_CALLBACK (on_media_paintable), peer);
  g_signal_connect (media, "dimensions", G_CALLBACK (on_media_dimensions), peer);
  g_signal_connect (media, "level", G_CALLBACK (on_media_level), peer);
  /* Its picture may be there before anybody listened. */
  on_media_paintable (media, peer->leaf, CV_MEDIA_CAMERA, peer);
  update_picture (peer);
}

static void
on_routing_tracks (gpointer data, const char *id, gboolean is_muted, gboolean is_camera_on)
{
  CvSession *self = data;
  CvCallPeer *peer = g_hash_table_lookup (self->peers, id);

  if (!peer)
    return;
  peer->has_tracks = TRUE;
  peer->is_camera_on = is_camera_on;
  cv_participant_set_muted (peer->participant, is_muted);
  update_picture (peer);
}

static void
on_routing_send (gpointer data, CvPeerMessage *message)
{
  (void)!cv_session_group_send_peer (data, message);
}

static void
on_routing_link (gpointer data, const CvRoutingLinkFacts *facts)
{
  cv_session_emit_link (data, facts);
}

void
cv_session_peers_clear_ice_servers (CvSession *self)
{
  g_array_set_size (self->ice_servers, 0);
  g_ptr_array_set_size (self->ice_texts, 0);
}

static const char *
keep_text (CvSession *self, const char *text)
{
  char *kept = g_strdup (text);

  if (kept)
    g_ptr_array_add (self->ice_texts, kept);
  return kept;
}

void
cv_session_peers_set_ice_servers (CvSession *self, GPtrArray *servers)
{
  cv_session_peers_clear_ice_servers (self);
  for (guint i = 0; servers && i < servers->len; i++) {
    const CvMessageIceServer *server = servers->pdata[i];

    for (guint at = 0; server->urls && server->urls[at]; at++) {
      const CvTransportIceServer entry = {
          .uri = keep_text (self, server->urls[at]),
          .username = keep_text (self, server->username),
          .password = keep_text (self, server->credential),
      };

      g_array_append_val (self->ice_servers, entry);
    }
  }
  if (self->routing)
    self->routing->klass->set_servers (
        self->routing, (const CvTransportIceServer *)(const void *)self->ice_servers->data,
        self->ice_servers->len);
}

GHashTable *
cv_session_peers_new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)call_peer_free);
}

void
cv_session_peers_start (CvSession *self)
{
  const CvRoutingMeshOptions options = {
      .self_id = cv_participant_get_id (self->self_participant),
      .net = self->net,
      .certificate = self->certificate,
      .engine = self->engine,
      .servers = (const CvTransportIceServer *)(const void *)self->ice_servers->data,
      .n_servers = self->ice_servers->len,
      .callbacks =
          {
              .data = self,
              .send = on_routing_send,
              .on_peer = on_routing_peer,
              .on_link = on_routing_link,
              .on_tracks = on_routing_tracks,
          },
  };

  self->routing = cv_routing_mesh_new (&options);
  cv_session_peers_tell_local (self);
}

void
cv_session_peers_stop (CvSession *self)
{
  g_hash_table_remove_all (self->peers);
  g_clear_pointer (&self->routing, cv_routing_backend_free);
}

void
cv_session_peers_add (CvSession *self, CvParticipant *participant, guint32 leaf)
{
  const char *id = cv_participant_get_id (participant);
  CvCallPeer *peer = g_hash_table_lookup (self->peers, id);

  if (!self->routing)
    return;
  if (!peer) {
    peer = g_new0 (CvCallPeer, 1);
    peer->session = self;
    peer->participant = g_object_ref (participant);
    g_signal_connect (participant, "view-size-changed", G_CALLBACK (on_view_size_changed), peer);
    g_hash_table_insert (self->peers, g_strdup (id), peer);
  }
  peer->leaf = leaf;
  self->routing->klass->add (self->routing, id, leaf);
  on_view_size_changed (participant, peer);
}

void
cv_session_peers_remove (CvSession *self, const char *id)
{
  g_hash_table_remove (self->peers, id);
  if (self->routing)
    self->routing->klass->remove (self->routing, id);
}

void
cv_session_peers_refresh (CvSession *self, CvParticipant *participant)
{
  CvCallPeer *peer = g_hash_table_lookup (self->peers, cv_participant_get_id (participant));

  if (peer)
    update_picture (peer);
}

void
cv_session_peers_tell_local (CvSession *self)
{
  CvRoutingLocal local = {0};

  if (!self->engine)
    return;
  local.has_microphone = !g_str_equal (self->audio, "off");
  local.has_camera = !g_str_equal (self->video, "off");
  /* The tracks are announced in any case: a device may be plugged in during the meeting. */
  local.is_muted = cv_media_engine_get_muted (self->engine)
                   || !cv_media_engine_is_capturing (self->engine, CV_MEDIA_AUDIO);
  local.is_camera_off = !cv_media_engine_is_capturing (self->engine, CV_MEDIA_CAMERA);
  if (self->routing)
    self->routing->klass->set_local (self->routing, &local);
  if (!self->self_participant)
    return;
  cv_participant_set_muted (self->self_participant, local.is_muted || !local.has_microphone);
  cv_participant_set_picture (self->self_participant, local.has_camera && !local.is_camera_off
                                                          ? CV_PICTURE_SHOWN
                                                          : CV_PICTURE_OFF);
  cv_participant_set_paintable (self->self_participant, cv_media_engine_get_preview (self->engine));
}

static void
clear_stream (gpointer data)
{
  g_free (((CvSessionStream *)data)->participant);
}

GArray *
cv_session_dup_streams (CvSession *self)
{
  GArray *streams = g_array_new (FALSE, FALSE, sizeof (CvSessionStream));
  GHashTableIter iter;
  gpointer value;

  g_array_set_clear_func (streams, clear_stream);
  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    CvCallPeer *peer = value;
    g_autoptr (GArray) stats = peer->media ? cv_media_peer_dup_stats (peer->media) : NULL;

    for (guint i = 0; stats && i < stats->len; i++) {
      const CvSessionStream stream = {
          .participant = g_strdup (cv_participant_get_id (peer->participant)),
          .stats = g_array_index (stats, CvMediaStats, i),
      };

      g_array_append_val (streams, stream);
    }
  }
  return streams;
}

void
cv_session_peers_save_snapshots (CvSession *self, const char *dir)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    CvCallPeer *peer = value;
    g_autofree char *name = g_strconcat (cv_participant_get_id (peer->participant), ".png", NULL);
    g_autofree char *path = g_build_filename (dir, name, NULL);
    g_autoptr (GError) error = NULL;

    /* A name comes from the other side: the id, which is hex, makes the file name. */
    if (peer->media
        && !cv_media_peer_snapshot (peer->media, peer->leaf, CV_MEDIA_CAMERA, path, &error))
      cv_log_info ("no snapshot: %s", error->message);
  }
}
