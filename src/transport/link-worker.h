/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The net thread's half of a link: owns ICE, DTLS and SRTP and moves through the states.
 *
 *   any thread   push ─▶ ring ─▶ drain: protect ─▶ ice ─▶ network
 *   network ─▶ ice ─▶ demux ─┬▶ DTLS ─▶ keys ─▶ srtp
 *                            └▶ srtp: unprotect ─▶ keepalive, on_packet
 *
 * link.h is the half that others use. */
#pragma once

#include "transport/link.h"

G_BEGIN_DECLS

typedef struct CvTransportLinkWorker CvTransportLinkWorker;

/* All on the net thread; none may call back into the worker. */
typedef struct {
  gpointer data;
  void (*on_state) (gpointer data, CvTransportLinkState state, const char *reason);
  void (*on_local_description) (gpointer data, const CvTransportDescription *description);
  void (*on_local_candidate) (gpointer data, const char *candidate);
} CvTransportLinkWorkerEvents;

/* Owner's thread; does nothing before start. options: see link.h, its callbacks only for packets. */
CvTransportLinkWorker *
cv_transport_link_worker_new (CvTransportNetThread *net, const CvTransportLinkOptions *options,
                              const CvTransportLinkWorkerEvents *events);
CvTransportLinkWorker *cv_transport_link_worker_ref (CvTransportLinkWorker *self);
void cv_transport_link_worker_unref (CvTransportLinkWorker *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvTransportLinkWorker, cv_transport_link_worker_unref)

/* Any thread. */
void cv_transport_link_worker_push (CvTransportLinkWorker *self, CvSpan packet);
void cv_transport_link_worker_get_info (CvTransportLinkWorker *self, CvTransportLinkInfo *info);

/* Net thread. */
void cv_transport_link_worker_start (CvTransportLinkWorker *self);
void cv_transport_link_worker_set_remote (CvTransportLinkWorker *self,
                                          const CvTransportDescription *description,
                                          gboolean is_dtls_client);
void cv_transport_link_worker_add_candidate (CvTransportLinkWorker *self, const char *candidate);
void cv_transport_link_worker_allow_ssrc (CvTransportLinkWorker *self, guint32 ssrc);
void cv_transport_link_worker_forget_ssrc (CvTransportLinkWorker *self, guint32 ssrc);
void cv_transport_link_worker_restart (CvTransportLinkWorker *self);
/* Final: the packet callback is let go; no event afterwards. */
void cv_transport_link_worker_close (CvTransportLinkWorker *self);

G_END_DECLS
