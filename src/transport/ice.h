/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* ICE to one peer (RFC 8445) with one component, through libnice. Net thread only.
 *
 * A restart is a new CvTransportIce: so it also sees interfaces that came since. */
#pragma once

#include "base/bytes.h"
#include "transport/candidate.h"
#include "transport/ice-server.h"
#include "transport/net-thread.h"

G_BEGIN_DECLS

#define CV_TRANSPORT_ICE_SERVERS_MAX 8

typedef struct CvTransportIce CvTransportIce;

typedef enum {
  CV_TRANSPORT_ICE_CHECKING,
  CV_TRANSPORT_ICE_CONNECTED,
  CV_TRANSPORT_ICE_FAILED, /* every pair failed, or the peer's consent ran out (RFC 7675) */
} CvTransportIceState;

/* Net thread. None may free the object. */
typedef struct {
  gpointer data;
  void (*on_candidate) (gpointer data, const char *candidate); /* NULL: that was all */
  void (*on_state) (gpointer data, CvTransportIceState state);
  /* What is not ICE's. Borrowed for the call. */
  void (*on_datagram) (gpointer data, CvSpan datagram);
} CvTransportIceCallbacks;

typedef struct {
  CvTransportNetThread *net; /* borrowed */
  gboolean is_controlling;
  gboolean is_relay_only;
  const CvTransportIceServer *servers; /* the first STUN and all TURN servers are used */
  gsize n_servers;
  const char *const *local_addresses; /* NULL: see link.h */
  CvTransportIceCallbacks callbacks;
} CvTransportIceOptions;

CvTransportIce *cv_transport_ice_new (const CvTransportIceOptions *options,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* No callback afterwards; TURN allocations are given back in the background. */
void cv_transport_ice_free (CvTransportIce *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvTransportIce, cv_transport_ice_free)

/* Candidates follow, some of them before this returns. UNREACHABLE without any local address. */
gboolean cv_transport_ice_gather (CvTransportIce *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

const char *cv_transport_ice_get_ufrag (CvTransportIce *self);
const char *cv_transport_ice_get_pwd (CvTransportIce *self);

/* Once. */
gboolean cv_transport_ice_set_remote (CvTransportIce *self, const char *ufrag, const char *pwd,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After set_remote. */
void cv_transport_ice_add_remote (CvTransportIce *self, const CvTransportCandidate *candidate);
void cv_transport_ice_end_remote (CvTransportIce *self); /* no more will come */

/* FALSE when the network takes nothing now; the datagram is lost then, as any may be. */
gboolean cv_transport_ice_send (CvTransportIce *self, CvSpan datagram);

/* The local side of the selected pair, or relay when the remote one is that; FALSE when there is none. */
gboolean
cv_transport_ice_get_pair (CvTransportIce *self, CvTransportCandidateType *type, gboolean *is_ipv6);

G_END_DECLS
