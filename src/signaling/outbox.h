/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What was sent and not yet acknowledged, so that a resumed connection can send it again. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CvSignalingOutbox CvSignalingOutbox;

CvSignalingOutbox *cv_signaling_outbox_new (gsize max_messages, gsize max_bytes);
void cv_signaling_outbox_free (CvSignalingOutbox *outbox);

/* Takes text. FALSE when too much is unacknowledged: text is freed. */
gboolean cv_signaling_outbox_push (CvSignalingOutbox *outbox, char *text) G_GNUC_WARN_UNUSED_RESULT;
/* So many of all messages ever pushed have arrived. FALSE when that cannot be. */
gboolean cv_signaling_outbox_acknowledge (CvSignalingOutbox *outbox,
                                          guint64 received) G_GNUC_WARN_UNUSED_RESULT;
void cv_signaling_outbox_foreach (CvSignalingOutbox *outbox,
                                  void (*func) (const char *text, gpointer data), gpointer data);

G_END_DECLS
