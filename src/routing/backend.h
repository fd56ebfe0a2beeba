/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* How media gets from everybody to everybody: the contract that each topology fulfils.
 *
 * The session tells a backend who is in the meeting, hands it the peer messages of routing and
 * says how large each picture is shown; the backend makes links, sends the own tracks on them and
 * announces what it needs through the callbacks. It trusts the sender of a message, because that
 * is an MLS leaf, and nothing in it. Main thread; no callback but `send` runs inside a
 * function of this file. */
#pragma once

#include "media/peer.h"
#include "protocol/peer-message.h"
#include "transport/link.h"

G_BEGIN_DECLS

/* One link, as conclave-cli's `link` event tells it. Texts are borrowed or static. */
typedef struct {
  const char *participant; /* id */
  const char *state;
  const char *reason;
  const char *profile; /* SRTP, NULL until connected */
  const char *candidate;
  const char *route; /* "mesh" or "sfu" */
  gboolean is_connected;
} CvRoutingLinkFacts;

typedef struct {
  gpointer data;

  /* To be sealed for the group. message is borrowed. */
  void (*send) (gpointer data, CvPeerMessage *message);

  /* The receiving side for a participant exists from now on, until the participant is removed. */
  void (*on_peer) (gpointer data, const char *participant, CvMediaPeer *peer);

  void (*on_link) (gpointer data, const CvRoutingLinkFacts *facts);

  /* What the participant says of microphone and camera. */
  void (*on_tracks) (gpointer data, const char *participant, gboolean is_muted,
                     gboolean is_camera_on);
} CvRoutingCallbacks;

/* What we send. A track that is not there is not announced; muted ones go on as silence. */
typedef struct {
  gboolean has_microphone;
  gboolean has_camera;
  gboolean is_muted;
  gboolean is_camera_off;
} CvRoutingLocal;

typedef struct CvRoutingBackend CvRoutingBackend;

typedef struct {
  const char *route;

  /* number: what unprotect of the frame cipher gets for this participant. Adding again with
   * another number moves the participant there (it re-synchronised, or came back). */
  void (*add) (CvRoutingBackend *self, const char *participant, guint32 number);
  void (*remove) (CvRoutingBackend *self, const char *participant);

  /* Offers, answers, candidates, tracks, layer and key frame requests; others are ignored. */
  void (*receive) (CvRoutingBackend *self, const char *from, const CvPeerMessage *message);

  /* 0 × 0: not seen, so neither sent nor decoded. */
  void (*set_view) (CvRoutingBackend *self, const char *participant, int width, int height);

  void (*set_local) (CvRoutingBackend *self, const CvRoutingLocal *local);

  /* For links that are made from now on. Copied. */
  void (*set_servers) (CvRoutingBackend *self, const CvTransportIceServer *servers,
                       gsize n_servers);

  /* Every link looks for a new path: after the network came back. */
  void (*restart) (CvRoutingBackend *self);

  void (*free) (CvRoutingBackend *self);
} CvRoutingBackendClass;

/* The first field of every implementation. */
struct CvRoutingBackend {
  const CvRoutingBackendClass *klass;
};

static inline void
cv_routing_backend_free (CvRoutingBackend *self)
{
  if (self)
    self->klass->free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvRoutingBackend, cv_routing_backend_free)

G_END_DECLS
