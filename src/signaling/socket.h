/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One WebSocket over TLS to a room server, its certificate checked; no meaning, no retry. */
#pragma once

#include "protocol/invite-link.h"
#include "signaling/error.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct CvSignalingSocket CvSignalingSocket;

/* Main thread, never from inside of new. Each may free the socket. */
typedef struct {
  void (*opened) (gpointer data); /* the certificate is checked: words may be said */
  void (*received) (const char *text, gsize len, gpointer data);
  /* Once, and the last: it could not be opened, or has ended. CV_SIGNALING_ERROR. */
  void (*ended) (const GError *error, gpointer data);
} CvSignalingSocketVtable;

/* connect_ms: for all of name, TCP, TLS and WebSocket. */
CvSignalingSocket *cv_signaling_socket_new (const CvInviteLink *link, guint connect_ms,
                                            const CvSignalingSocketVtable *vtable, gpointer data);
void cv_signaling_socket_free (CvSignalingSocket *socket); /* silent; cuts when still open */

gboolean cv_signaling_socket_is_open (const CvSignalingSocket *socket);
void cv_signaling_socket_send (CvSignalingSocket *socket, const char *text); /* when open */
void cv_signaling_socket_cut (CvSignalingSocket *socket); /* without a word; ended follows */

/* Sends what is queued, says goodbye and frees the socket; nothing is called any more. */
void cv_signaling_socket_close (CvSignalingSocket *socket);

G_END_DECLS
