/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Routing without a server: one link to each other participant. */
#pragma once

#include "routing/backend.h"

G_BEGIN_DECLS

typedef struct {
  const char *self_id;
  CvTransportNetThread *net; /* a reference is taken */
  CvTransportCertificate *certificate; /* a reference is taken */
  CvMediaEngine *engine; /* borrowed, outlives the backend; has its cipher */
  const CvTransportIceServer *servers; /* copied */
  gsize n_servers;
  const char *const *local_addresses; /* as in transport/link.h; borrowed, outlives the backend */
  CvRoutingCallbacks callbacks;
} CvRoutingMeshOptions;

CvRoutingBackend *cv_routing_mesh_new (const CvRoutingMeshOptions *options);

G_END_DECLS
