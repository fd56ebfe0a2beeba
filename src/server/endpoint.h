/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One WebSocket of a client: hello first, then messages for its room.
 *
 *   await hello ─hello─▶ in a room ─┬─ close, error, silence ─▶ closing ─▶ gone
 *        └────── deadline ──────────┘ */
#pragma once

#include "server/listener.h"
#include "server/metered-stream.h"
#include "server/registry.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Of config's bytes_per_second: what may come at once, and of an address what of a connection. */
#define CV_SERVER_ENDPOINT_BYTES_BURST_S 8
#define CV_SERVER_ENDPOINT_ADDRESS_SHARE 8

typedef struct CvServerEndpoint CvServerEndpoint;

/* What all endpoints of a server share; outlives them. */
typedef struct {
  const CvServerShared *shared;
  CvServerRegistry *registry;
  GHashTable *endpoints; /* a set: each puts itself in, and is freed when it takes itself out */
} CvServerEndpoints;

/* stream: what the WebSocket runs over. Lives until the WebSocket has closed or
 * cv_server_endpoint_free. */
void cv_server_endpoint_start (CvServerEndpoints *all, SoupWebsocketConnection *websocket,
                               CvServerMeteredStream *stream, CvServerConnection *connection);
void cv_server_endpoint_free (gpointer endpoint); /* for the set */

/* Says why, then closes; who does not answer in 2 s is cut off. */
void cv_server_endpoint_refuse (CvServerEndpoint *endpoint, CvMessageCode code, const char *text);

G_END_DECLS
