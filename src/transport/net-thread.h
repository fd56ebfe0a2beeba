/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The net thread: the only one that touches a NiceAgent, a DTLS connection or an srtp_t.
 *
 * One for the whole program; every link of it lives there. Made, referenced and let go on any
 * thread but the net thread itself. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CvTransportNetThread CvTransportNetThread;

/* Runs when it returns. Never fails: without threads there is no program. */
CvTransportNetThread *cv_transport_net_thread_new (void);
CvTransportNetThread *cv_transport_net_thread_ref (CvTransportNetThread *self);

/* Not on the net thread. The last one waits for what was posted and, for a second at most, for what
 * is held (TURN allocations being given back), then stops the thread and joins it. */
void cv_transport_net_thread_unref (CvTransportNetThread *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvTransportNetThread, cv_transport_net_thread_unref)

/* Borrowed, for sources that belong on the net thread. */
GMainContext *cv_transport_net_thread_get_context (CvTransportNetThread *self);
gboolean cv_transport_net_thread_is_current (CvTransportNetThread *self);

/* Runs run (data) on the net thread, in the order of the posts, and then free_data (data) there.
 * Never runs it before returning, not even on the net thread. Any thread. */
void cv_transport_net_thread_post (CvTransportNetThread *self, void (*run) (gpointer data),
                                   gpointer data, GDestroyNotify free_data);

/* On the net thread only: keeps it running a little while something closes. */
void cv_transport_net_thread_hold (CvTransportNetThread *self);
void cv_transport_net_thread_release (CvTransportNetThread *self);

G_END_DECLS
