/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A connection to a room: WebSocket over TLS, resumed by itself when it is cut.
 *
 *   IDLE ─connect─▶ CONNECTING ─hello-ok─▶ OPEN ⇄ RESUMING
 *                        └──────────┬────────┴────────┘
 *                                 CLOSED   (leave, failure, or not resumed in time)
 *
 * One object, one connection: connect once, make a new one to try again. Main thread. */
#pragma once

#include "protocol/invite-link.h"
#include "protocol/message.h"
#include "signaling/error.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  CV_SIGNALING_IDLE,
  CV_SIGNALING_CONNECTING,
  CV_SIGNALING_OPEN,
  CV_SIGNALING_RESUMING, /* what is sent is kept and goes out afterwards */
  CV_SIGNALING_CLOSED,
} CvSignalingState;

const char *cv_signaling_state_to_string (CvSignalingState state);

#define CV_TYPE_SIGNALING_CLIENT (cv_signaling_client_get_type ())
G_DECLARE_FINAL_TYPE (CvSignalingClient, cv_signaling_client, CV, SIGNALING_CLIENT, GObject)

/* Property: state (int, CvSignalingState), notified.
 * Signals:
 *   message (CvMessage)  every server message but hello-ok, pong, and answers to requests; an
 *                        error message about a message of ours comes here too
 *   lost (GError)        once, when an open connection ended for good without our close
 * Handlers may drop the last reference. */

CvSignalingClient *cv_signaling_client_new (const CvInviteLink *link); /* full */

/* Answers when hello-ok is here. CV_SIGNALING_ERROR_* or G_IO_ERROR_CANCELLED. */
void cv_signaling_client_connect_async (CvSignalingClient *self, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer data);
gboolean cv_signaling_client_connect_finish (CvSignalingClient *self, GAsyncResult *result,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Arrives once and in order, also over a resumed connection; dropped when the state is neither
 * OPEN nor RESUMING. The message is referenced and must not change any more. */
void cv_signaling_client_send (CvSignalingClient *self, CvMessage *message);

/* Sends and waits for the answer: open, group → opened; commit → accepted or rejected; gap →
 * gap-end; welcome, deny, reject and the rest answer nothing and must use send. An error message
 * that names this request's kind, the end of the connection or its loss fail it. One request of a
 * kind at a time: a second one is CV_SIGNALING_ERROR_PROTOCOL. */
void cv_signaling_client_request_async (CvSignalingClient *self, CvMessage *message,
                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer data);
CvMessage *cv_signaling_client_request_finish (CvSignalingClient *self, GAsyncResult *result,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Says leave when open, then closes; no `lost`. Idempotent. */
void cv_signaling_client_close (CvSignalingClient *self);

CvSignalingState cv_signaling_client_get_state (CvSignalingClient *self);
const char *cv_signaling_client_get_member_id (CvSignalingClient *self); /* NULL before connect */
gboolean cv_signaling_client_get_is_occupied (CvSignalingClient *self); /* as hello-ok said */

/* Shorter than the protocol's times, for tests. */
void cv_signaling_client_set_times (CvSignalingClient *self, guint ping_ms, guint silence_ms,
                                    guint resume_ms);

/* As if the network were gone for a moment: cuts the socket without a word. For tests. */
void cv_signaling_client_cut (CvSignalingClient *self);

G_END_DECLS
