/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What mesh.c (everybody), mesh-peer.c (the link to one other participant) and mesh-streams.c (what
 * goes over it) share. */
#pragma once

#include "routing/allowance.h"
#include "routing/layers.h"
#include "routing/mesh.h"
#include "routing/pace.h"

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
  GArray *servers; /* CvTransportIceServer, each text owned */
  const char *const *local_addresses;
  CvRoutingCallbacks callbacks;
  CvRoutingLocal local;
  CvMediaStream own[CV_ROUTING_N_OWN]; /* the same on every link: each link is an RTP session */
  guint pace_timer;
  GHashTable *peers; /* id → CvRoutingMeshPeer */
};

struct CvRoutingMeshPeer {
  CvRoutingMesh *mesh;
  char *id;
  guint32 number;
  gboolean is_offerer;

  CvTransportLink *link;
  CvPacketPort *port;
  CvMediaPeer *media;
  guint64 attempt;
  char *remote_ufrag; /* of the description that the link works with */
  gboolean is_renumbered; /* another program may stand behind the id now */
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
  CvLayer sending;
  gint64 switched_at_us; /* when `sending` changed last */
  guint switch_wait;
  gboolean is_sending_microphone;
  CvLayer asked; /* of their camera, by us */
  CvMediaStream expected[CV_N_TRACKS];
  int view_width;
  int view_height;

  CvRoutingAllowance links; /* what they may make us do */
  CvRoutingAllowance repeats;
  CvRoutingAllowance streams;
};

/* ---- mesh-peer.c ---- */
CvRoutingMeshPeer *cv_routing_mesh_peer_new (CvRoutingMesh *mesh, const char *id, guint32 number);
void cv_routing_mesh_peer_free (CvRoutingMeshPeer *self);
void cv_routing_mesh_peer_set_number (CvRoutingMeshPeer *self, guint32 number);
void cv_routing_mesh_peer_receive (CvRoutingMeshPeer *self, const CvPeerMessage *message);
void cv_routing_mesh_peer_restart (CvRoutingMeshPeer *self);
gboolean cv_routing_mesh_peer_is_up (CvRoutingMeshPeer *self);

/* ---- mesh-streams.c ---- */
void cv_routing_mesh_peer_set_view (CvRoutingMeshPeer *self, int width, int height);
void cv_routing_mesh_peer_say_view (CvRoutingMeshPeer *self); /* the link is up */
void cv_routing_mesh_peer_update_sending (CvRoutingMeshPeer *self); /* local tracks changed */
/* Once a second: lowers *rates_bps, by layer, to what this link carries of what it is sent. */
void cv_routing_mesh_peer_pace (CvRoutingMeshPeer *self, guint *rates_bps);
void cv_routing_mesh_peer_on_tracks (CvRoutingMeshPeer *self, const CvPeerTracks *tracks);
void
cv_routing_mesh_peer_on_layer_request (CvRoutingMeshPeer *self, const CvPeerLayerRequest *request);
void cv_routing_mesh_peer_allow_expected (CvRoutingMeshPeer *self); /* on a new link */
void cv_routing_mesh_peer_move_expected (CvRoutingMeshPeer *self, guint32 number);

/* ---- mesh.c ---- */
/* Tells everybody the own tracks, microphone and camera. */
void cv_routing_mesh_announce (CvRoutingMesh *mesh);

G_END_DECLS
