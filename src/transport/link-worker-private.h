/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The parts of the worker: link-worker.c moves, link-handshake.c proves, link-packets.c carries. */
#pragma once

#include "base/packet-ring.h"
#include "transport/dtls.h"
#include "transport/ice.h"
#include "transport/keepalive.h"
#include "transport/link-worker.h"
#include "transport/srtp.h"

G_BEGIN_DECLS

#define CV_TRANSPORT_DATAGRAM_MAX 1500

struct CvTransportLinkWorker {
  gatomicrefcount ref_count;

  /* Immutable. */
  CvTransportNetThread *net;
  CvTransportLinkWorkerEvents events;
  CvTransportCertificate *certificate;
  gboolean is_controlling;
  gboolean is_relay_only;
  CvTransportSetup setup;
  CvTransportIceServer *servers;
  gsize n_servers;
  char **local_addresses;

  /* Any thread. */
  CvPacketRing *ring;
  GSource *wake;
  gint is_woken;
  gint state;
  gint candidate_type; /* CvTransportCandidateType, −1 unknown */
  gint is_ipv6;
  guint rtt_us;
  const CvTransportSrtpProfile *profile;
  CvTransportStats stats;

  /* Net thread: one ICE generation. */
  CvTransportIce *ice;
  gboolean has_remote;
  gboolean is_path_open;
  GQueue early_candidates; /* CvTransportCandidate, before set_remote */
  gboolean is_gathered; /* every own candidate is told */
  gboolean is_end_known; /* every candidate of the peer is known */
  guint n_candidates;

  /* Net thread: the whole link. */
  CvTransportDtls *dtls;
  CvTransportSrtp *srtp;
  CvTransportKeepalive keepalive;
  GSource *dtls_timer;
  GSource *tick;
  gint64 state_since_us;
  gint64 keepalive_at_us;
  gboolean is_dtls_client;
  gboolean is_beyond_restart; /* failed for a reason that another path does not mend */
  gboolean is_closed;
  guint8 peer_fingerprint[CV_TRANSPORT_FINGERPRINT_LEN];
  guint8 early_dtls[CV_TRANSPORT_DATAGRAM_MAX];
  gsize early_dtls_len;
  double dtls_tokens;
  gint64 dtls_tokens_at_us;
  void (*on_packet) (gpointer packet_data, CvSpan packet, gboolean is_rtcp);
  gpointer packet_data;
  GDestroyNotify free_packet_data;
  _Alignas (8) guint8 packet[2048];
};

/* link-worker.c */
CvTransportLinkState cv_transport_link_worker_get_state (CvTransportLinkWorker *self);
void cv_transport_link_worker_count (CvTransportLinkWorker *self, CvTransportCount count);
void cv_transport_link_worker_move (CvTransportLinkWorker *self, CvTransportLinkState to,
                                    const char *reason);
/* What neither another path nor more waiting mends. */
void cv_transport_link_worker_fail_for_good (CvTransportLinkWorker *self, const char *reason);

/* link-handshake.c: DTLS from the first open path to the keys. */
void cv_transport_link_handshake_init (CvTransportLinkWorker *self);
void cv_transport_link_handshake_start (CvTransportLinkWorker *self);
void cv_transport_link_handshake_follow (CvTransportLinkWorker *self);
void cv_transport_link_handshake_stop (CvTransportLinkWorker *self);
void cv_transport_link_handshake_receive (CvTransportLinkWorker *self, CvSpan datagram);

/* link-packets.c: everything that a datagram can be. */
void cv_transport_link_packets_receive (CvTransportLinkWorker *self, CvSpan datagram);
void cv_transport_link_packets_send_keepalive (CvTransportLinkWorker *self, gint64 now_us);
/* The source that empties the ring; ready when its time is 0. Full. */
GSource *cv_transport_link_packets_new_source (CvTransportLinkWorker *self);

G_END_DECLS
