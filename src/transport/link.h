/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The way to one peer or SFU: ICE → demux → DTLS → SRTP, bundled, rtcp-mux.
 *
 * Made and driven on main; works on the net thread. Nothing but the packet callback ever runs on
 * the net thread, and no callback runs inside a call of a function of this file. */
#pragma once

#include "transport/certificate.h"
#include "transport/ice-server.h"
#include "transport/link-state.h"
#include "transport/net-thread.h"
#include "transport/stats.h"

G_BEGIN_DECLS

/* SDP a=setup (RFC 8842): the offerer says actpass, the answerer active or passive. */
typedef enum {
  CV_TRANSPORT_SETUP_ACTPASS,
  CV_TRANSPORT_SETUP_ACTIVE, /* DTLS client */
  CV_TRANSPORT_SETUP_PASSIVE, /* DTLS server */
} CvTransportSetup;

const char *cv_transport_setup_to_string (CvTransportSetup setup);

/* What one side tells the other. The texts are borrowed. */
typedef struct {
  const char *ufrag; /* 4 to 256 ICE characters */
  const char *pwd; /* 22 to 256 ICE characters */
  guint8 fingerprint[CV_TRANSPORT_FINGERPRINT_LEN]; /* SHA-256 of the certificate */
  CvTransportSetup setup;
} CvTransportDescription;

/* For people and the statistics; texts are static, NULL while unknown. */
typedef struct {
  CvTransportLinkState state;
  const char *profile; /* "SRTP_AEAD_AES_256_GCM" */
  const char *candidate; /* of the selected pair: "host", "srflx", "prflx", "relay" */
  gboolean is_ipv6;
  guint32 rtt_us; /* of the last keepalive answered, 0 unknown */
  CvTransportStats stats;
} CvTransportLinkInfo;

/* All on the main context that was thread-default at cv_transport_link_new, except on_packet.
 * Each may call any function of this file, cv_transport_link_free too. NULL where not needed. */
typedef struct {
  gpointer data;

  /* Every change, in order. reason: a few English words for the log, never NULL. */
  void (*on_state) (gpointer data, CvTransportLinkState state, const char *reason);

  /* Once after cv_transport_link_new and once after each restart; candidates follow. */
  void (*on_local_description) (gpointer data, const CvTransportDescription *description);

  /* "candidate:…" without "a=", for a=candidate and trickle; NULL after the last of this
   * generation. */
  void (*on_local_candidate) (gpointer data, const char *candidate);

  /* An authentic RTP or RTCP packet. Net thread: must only queue it and return. packet is borrowed
   * for the call. */
  void (*on_packet) (gpointer packet_data, CvSpan packet, gboolean is_rtcp);
  gpointer packet_data;
  /* Once, on the net thread, when on_packet has run for the last time. */
  GDestroyNotify free_packet_data;
} CvTransportLinkCallbacks;

typedef struct {
  gboolean is_controlling; /* ICE role: the offerer */
  CvTransportSetup setup; /* ours; ACTPASS becomes the other of what the peer says */
  CvTransportCertificate *certificate; /* a reference is taken */
  const CvTransportIceServer *servers; /* copied */
  gsize n_servers;
  gboolean is_relay_only; /* hide our addresses from the peer: TURN candidates only */
  /* Numeric addresses to use, NULL-terminated, copied. NULL: those of every interface, loopback
   * only when there is nothing else. */
  const char *const *local_addresses;
  CvTransportLinkCallbacks callbacks;
} CvTransportLinkOptions;

typedef struct CvTransportLink CvTransportLink;

/* Starts to gather at once. */
CvTransportLink *
cv_transport_link_new (CvTransportNetThread *net, const CvTransportLinkOptions *options);

/* Tells the peer (DTLS close_notify) and tears down in the background. No callback on main runs
 * afterwards, and free_packet_data follows. Nobody may be inside cv_transport_link_send or call it
 * any more. NULL is allowed. */
void cv_transport_link_free (CvTransportLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvTransportLink, cv_transport_link_free)

/* What the peer says of itself; starts the checks. Again after a restart of either side, with new
 * ufrag and pwd: fingerprint and roles must then be the same as the first time. INPUT when a field
 * is out of bounds or changed, or when both want the same role in DTLS. */
gboolean
cv_transport_link_set_remote (CvTransportLink *self, const CvTransportDescription *description,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "candidate:…" with or without "a="; before or after set_remote; NULL: there are no more. Bad, forbidden (multicast, TCP,
 * names) or more than 64 are dropped and counted. */
void cv_transport_link_add_remote_candidate (CvTransportLink *self, const char *candidate);

/* New ICE credentials and candidates, DTLS and SRTP stay. on_local_description follows; the peer
 * must restart as well (it calls this when it gets a description with a new ufrag). FALSE with
 * LIMIT when done more than 10 times in a minute. */
gboolean
cv_transport_link_restart (CvTransportLink *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Packets of this SSRC (RTX too) are wanted. Others are dropped. Before or after connecting; at
 * most 1024. RTCP needs no announcement. */
void cv_transport_link_allow_ssrc (CvTransportLink *self, guint32 ssrc);
void cv_transport_link_forget_ssrc (CvTransportLink *self, guint32 ssrc);

/* Queues a plain RTP or RTCP packet (12 or 8 to CV_TRANSPORT_LINK_PACKET_MAX bytes), the oldest
 * one is dropped when 512 wait. Any thread; never blocks on the network, never allocates. Fits
 * CvPacketPortSend with self as data. */
#define CV_TRANSPORT_LINK_PACKET_MAX 1440
void cv_transport_link_send (gpointer self, CvSpan packet, gboolean is_rtcp);

CvTransportLinkState cv_transport_link_get_state (CvTransportLink *self); /* as last told */
void cv_transport_link_get_info (CvTransportLink *self, CvTransportLinkInfo *info); /* any thread */

G_END_DECLS
