/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What mesh.c (everybody) and mesh-peer.c (one other participant) share. */
#pragma once

#include "routing/layers.h"
#include "routing/mesh.h"

G_BEGIN_DECLS

typedef struct CvRoutingMesh CvRoutingMesh;
typedef struct CvRoutingMeshPeer CvRoutingMeshPeer;

enum { CV_ROUTING_MICROPHONE, CV_ROUTING_LOW, CV_ROUTING_MIDDLE, CV_ROUTING_N_OWN };

struct CvRoutingMesh {
  CvRoutingBackend parent;
  char *self_id;
  CvTransportNetThread *net;
  CvTransportCertificate *certificate;
  CvMediaEngine *engine;
  const CvTransportIceServer *servers;
  gsize n_servers;
  const char *const *local_addresses;
  CvRoutingCallbacks callbacks;
  CvRoutingLocal local;
  CvMediaStream own[CV_ROUTING_N_OWN]; /* the same on every link: each link is an RTP session */
  guint pace_timer;
  GHashTable *peers; /* id → CvRoutingMeshPeer */
};

CvRoutingMeshPeer *cv_routing_mesh_peer_new (CvRoutingMesh *mesh, const char *id, guint32 number);
void cv_routing_mesh_peer_free (CvRoutingMeshPeer *self);
void cv_routing_mesh_peer_set_number (CvRoutingMeshPeer *self, guint32 number);
void cv_routing_mesh_peer_receive (CvRoutingMeshPeer *self, const CvPeerMessage *message);
void cv_routing_mesh_peer_set_view (CvRoutingMeshPeer *self, int width, int height);
void cv_routing_mesh_peer_update_sending (CvRoutingMeshPeer *self); /* local tracks changed */
void cv_routing_mesh_peer_restart (CvRoutingMeshPeer *self);

/* Once a second: lowers *rates_bps, by layer, to what this link carries of what it is sent. */
void cv_routing_mesh_peer_pace (CvRoutingMeshPeer *self, guint *rates_bps);

/* Tells everybody the own tracks, microphone and camera. */
void cv_routing_mesh_announce (CvRoutingMesh *mesh);

G_END_DECLS
