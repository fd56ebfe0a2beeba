/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A mesh sends each frame, encoded and sealed once, on one link for each other participant. It
 * fits small meetings and needs nothing but the room server that carries the sealed offers. */
#include "base/secret.h"
#include "routing/mesh-private.h"

#include <string.h>

static CvRoutingMeshPeer *
find_peer (CvRoutingBackend *backend, const char *id)
{
  return g_hash_table_lookup (((CvRoutingMesh *)backend)->peers, id);
}

static void
mesh_add (CvRoutingBackend *backend, const char *id, guint32 number)
{
  CvRoutingMesh *self = (CvRoutingMesh *)backend;
  CvRoutingMeshPeer *peer = find_peer (backend, id);

  if (peer) {
    cv_routing_mesh_peer_set_number (peer, number);
    return;
  }
  g_hash_table_insert (self->peers, g_strdup (id), cv_routing_mesh_peer_new (self, id, number));
}

static void
mesh_remove (CvRoutingBackend *backend, const char *id)
{
  g_hash_table_remove (((CvRoutingMesh *)backend)->peers, id);
}

static void
mesh_receive (CvRoutingBackend *backend, const char *from, const CvPeerMessage *message)
{
  CvRoutingMesh *self = (CvRoutingMesh *)backend;
  CvRoutingMeshPeer *peer = find_peer (backend, from);
  const char *to = cv_peer_message_get_to (message);

  if (peer && (!to || g_str_equal (to, self->self_id)))
    cv_routing_mesh_peer_receive (peer, message);
}

static void
mesh_set_view (CvRoutingBackend *backend, const char *id, int width, int height)
{
  CvRoutingMeshPeer *peer = find_peer (backend, id);

  if (peer)
    cv_routing_mesh_peer_set_view (peer, width, height);
}

static void
add_own_track (CvRoutingMesh *self, CvPeerMessage *message, guint own)
{
  const gboolean is_audio = own == CV_ROUTING_MICROPHONE;
  const CvPeerTrack track = {
      .context = self->own[own].track,
      .ssrc = self->own[own].ssrc,
      .rtx_ssrc = self->own[own].rtx_ssrc,
      .payload_type = is_audio ? CV_MEDIA_PT_AUDIO : CV_MEDIA_PT_VIDEO,
  };

  cv_peer_message_add_track (message, &track);
}

void
cv_routing_mesh_announce (CvRoutingMesh *self)
{
  g_autoptr (CvPeerMessage) message = NULL;

  if (g_hash_table_size (self->peers) == 0)
    return;
  message = cv_peer_message_new (CV_PEER_MESSAGE_TRACKS);
  message->tracks.is_muted = self->local.is_muted || !self->local.has_microphone;
  message->tracks.camera =
      self->local.has_camera && !self->local.is_camera_off ? CV_PEER_CAMERA_ON : CV_PEER_CAMERA_OFF;
  if (self->local.has_microphone)
    add_own_track (self, message, CV_ROUTING_MICROPHONE);
  if (self->local.has_camera) {
    add_own_track (self, message, CV_ROUTING_LOW);
    add_own_track (self, message, CV_ROUTING_MIDDLE);
  }
  self->callbacks.send (self->callbacks.data, message);
}

static void
for_each_peer (CvRoutingMesh *self, void (*visit) (CvRoutingMeshPeer *peer))
{
  GHashTableIter iter;
  gpointer peer;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &peer))
    visit (peer);
}

static void
clear_server (gpointer data)
{
  CvTransportIceServer *server = data;

  g_free ((char *)server->uri);
  g_free ((char *)server->username);
  /* The password is a time-limited credential, and still one. */
  if (server->password)
    cv_secret_wipe ((char *)server->password, strlen (server->password));
  g_free ((char *)server->password);
}

static void
mesh_set_servers (CvRoutingBackend *backend, const CvTransportIceServer *servers, gsize n_servers)
{
  CvRoutingMesh *self = (CvRoutingMesh *)backend;

  g_array_set_size (self->servers, 0);
  for (gsize i = 0; i < n_servers; i++) {
    const CvTransportIceServer copy = {
        .uri = g_strdup (servers[i].uri),
        .username = g_strdup (servers[i].username),
        .password = g_strdup (servers[i].password),
    };

    g_array_append_val (self->servers, copy);
  }
}

static void
mesh_set_local (CvRoutingBackend *backend, const CvRoutingLocal *local)
{
  CvRoutingMesh *self = (CvRoutingMesh *)backend;

  self->local = *local;
  for_each_peer (self, cv_routing_mesh_peer_update_sending);
  cv_routing_mesh_announce (self);
}

static void
mesh_restart (CvRoutingBackend *backend)
{
  for_each_peer ((CvRoutingMesh *)backend, cv_routing_mesh_peer_restart);
}

static gboolean
on_pace (gpointer data)
{
  CvRoutingMesh *self = data;
  guint rates_bps[] = {[CV_LAYER_LOW] = G_MAXUINT, [CV_LAYER_MIDDLE] = G_MAXUINT};
  GHashTableIter iter;
  gpointer peer;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, &peer))
    cv_routing_mesh_peer_pace (peer, rates_bps);
  for (CvLayer layer = CV_LAYER_LOW; layer <= CV_LAYER_MIDDLE; layer++)
    if (rates_bps[layer] != G_MAXUINT)
      cv_media_engine_set_layer_bitrate (self->engine, cv_routing_layers_get_track (layer),
                                         rates_bps[layer]);
  return G_SOURCE_CONTINUE;
}

static void
mesh_free (CvRoutingBackend *backend)
{
  CvRoutingMesh *self = (CvRoutingMesh *)backend;

  g_clear_handle_id (&self->pace_timer, g_source_remove);
  g_hash_table_unref (self->peers);
  g_array_unref (self->servers);
  g_clear_pointer (&self->net, cv_transport_net_thread_unref);
  g_clear_pointer (&self->certificate, cv_transport_certificate_unref);
  g_free (self->self_id);
  g_free (self);
}

static const CvRoutingBackendClass mesh_class = {
    .route = "mesh",
    .add = mesh_add,
    .remove = mesh_remove,
    .receive = mesh_receive,
    .set_view = mesh_set_view,
    .set_local = mesh_set_local,
    .set_servers = mesh_set_servers,
    .restart = mesh_restart,
    .free = mesh_free,
};

CvRoutingBackend *
cv_routing_mesh_new (const CvRoutingMeshOptions *options)
{
  CvRoutingMesh *self = g_new0 (CvRoutingMesh, 1);

  self->parent.klass = &mesh_class;
  self->self_id = g_strdup (options->self_id);
  self->net = cv_transport_net_thread_ref (options->net);
  self->certificate = cv_transport_certificate_ref (options->certificate);
  self->engine = options->engine;
  self->servers = g_array_new (FALSE, FALSE, sizeof (CvTransportIceServer));
  g_array_set_clear_func (self->servers, clear_server);
  mesh_set_servers (&self->parent, options->servers, options->n_servers);
  self->local_addresses = options->local_addresses;
  self->callbacks = options->callbacks;
  cv_media_peer_make_stream (CV_TRACK_MICROPHONE, &self->own[CV_ROUTING_MICROPHONE]);
  cv_media_peer_make_stream (CV_TRACK_CAMERA_LOW, &self->own[CV_ROUTING_LOW]);
  cv_media_peer_make_stream (CV_TRACK_CAMERA_MIDDLE, &self->own[CV_ROUTING_MIDDLE]);
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify)cv_routing_mesh_peer_free);
  self->pace_timer = g_timeout_add_seconds (1, on_pace, self);
  return &self->parent;
}
