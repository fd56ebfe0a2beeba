/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Two links in one process that know each other by way of the main loop, on loopback. */
#pragma once

#include "transport/link.h"

G_BEGIN_DECLS

#define LINK_PAIR_SSRC 0x01020304

typedef struct LinkEnd LinkEnd;
struct LinkEnd {
  CvTransportNetThread *net;
  CvTransportCertificate *certificate;
  CvTransportLink *link;
  LinkEnd *peer; /* who is told; NULL: nobody */
  guint8 lie; /* XORed into the first byte of the fingerprint that the peer is told */
  GString *states; /* " gathering checking …" */
  char *reason; /* the last one */
  GPtrArray *candidates; /* the last generation's */
  gboolean has_all_candidates;
  gint n_rtp; /* atomic */
  gint n_rtcp; /* atomic */
  gint n_wrong; /* atomic: packets that are not as they were sent */
  gint is_let_go; /* atomic: free_packet_data has run */
};

typedef struct {
  CvCrypto *crypto;
  LinkEnd a; /* offers: controlling, actpass */
  LinkEnd b; /* answers: active */
} LinkPair;

typedef struct {
  const char *const *local_addresses;
  const CvTransportIceServer *servers;
  gsize n_servers;
  gboolean is_relay_only;
} LinkPairOptions;

void link_pair_init (LinkPair *pair, const LinkPairOptions *options);
/* Frees the links, waits for their threads, checks that the packet data was let go. */
void link_pair_clear (LinkPair *pair);

/* Runs the main loop until the claim holds; the test fails after seconds. */
typedef gboolean (*LinkPairClaim) (LinkPair *pair);
void link_pair_wait (LinkPair *pair, LinkPairClaim claim, guint seconds);

gboolean link_pair_is_connected (LinkPair *pair);

/* n packets with numbers from first on; is_rtcp: receiver reports. */
void link_pair_send (LinkEnd *from, guint32 ssrc, guint16 first, guint n, gboolean is_rtcp);

guint64 link_pair_get_count (LinkEnd *end, CvTransportCount count);

G_END_DECLS
