/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Requests that wait for their answer: one of a kind at a time, none left behind. */
#pragma once

#include "protocol/message.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct CvSignalingPending CvSignalingPending;

CvSignalingPending *cv_signaling_pending_new (void);
void cv_signaling_pending_free (CvSignalingPending *pending); /* fails what waits */

/* Whether messages of this type have an answer to wait for. */
gboolean cv_signaling_pending_is_request (CvMessageType type);

/* Takes the task; it returns a CvMessage (full) or an error, exactly once, also when its
 * cancellable is cancelled. FALSE when one of the kind waits already: the task is not taken. */
gboolean cv_signaling_pending_add (CvSignalingPending *pending, const CvMessage *request,
                                   GTask *task) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE when the message was an answer (or an error about a request) and somebody waited. */
gboolean cv_signaling_pending_answer (CvSignalingPending *pending, CvMessage *message);

void cv_signaling_pending_fail_all (CvSignalingPending *pending, const GError *error);

G_END_DECLS
