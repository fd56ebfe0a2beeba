/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* STUN and TURN servers, as the room server names them (RFC 7064, RFC 7065). */
#pragma once

#include "transport/error.h"

G_BEGIN_DECLS

/* The texts are borrowed where a function takes one. */
typedef struct {
  const char *uri; /* "stun:HOST[:PORT]", "turn:HOST[:PORT][?transport=udp|tcp]", "turns:…" */
  const char *username; /* NULL for STUN */
  const char *password; /* NULL for STUN */
} CvTransportIceServer;

typedef enum {
  CV_TRANSPORT_ICE_SERVER_STUN,
  CV_TRANSPORT_ICE_SERVER_TURN_UDP,
  CV_TRANSPORT_ICE_SERVER_TURN_TCP,
  CV_TRANSPORT_ICE_SERVER_TURN_TLS,
} CvTransportIceServerKind;

typedef struct {
  CvTransportIceServerKind kind;
  char *host; /* name or numeric address, IPv6 without brackets */
  guint16 port; /* the default of the scheme when the URI has none */
} CvTransportIceServerParts;

void cv_transport_ice_server_parts_clear (CvTransportIceServerParts *parts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvTransportIceServerParts, cv_transport_ice_server_parts_clear)

/* INPUT when it is none of the above or longer than 512 bytes. */
gboolean cv_transport_ice_server_parse (const char *uri, CvTransportIceServerParts *parts,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
