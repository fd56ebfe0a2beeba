/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A thread that owns one GMainContext: start, invoke, stop, each with a handshake.
 *
 *   new ──▶ running ──stop──▶ drains what was invoked before ──▶ joined ──free──▶
 *
 * Made, stopped and freed on one thread, which is not the loop's own; the rest is for any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CvLoopThread CvLoopThread;

/* Returns when the loop runs. name: ≤ 15 characters, as the kernel shows it. */
CvLoopThread *cv_loop_thread_new (const char *name);

/* Everything invoked before has run when it returns; what is invoked later is refused. Sources that
 * are still attached to the context are dropped with it. Idempotent. */
void cv_loop_thread_stop (CvLoopThread *self);
void cv_loop_thread_free (CvLoopThread *self); /* stops first; NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvLoopThread, cv_loop_thread_free)

GMainContext *cv_loop_thread_get_context (CvLoopThread *self); /* borrowed, for sources */
gboolean cv_loop_thread_is_current (CvLoopThread *self);

typedef void (*CvLoopThreadFunc) (gpointer data);

/* Runs func on the loop's thread, in the order of the calls, never before this returns. free_data
 * is called there after func; when the loop has stopped it is called here, func is not, and the
 * result is FALSE. Allocates: for control, not for packets. */
gboolean cv_loop_thread_invoke (CvLoopThread *self, CvLoopThreadFunc func, gpointer data,
                                GDestroyNotify free_data);

/* Runs func on the loop's thread and waits for its end; directly when called there. FALSE, and
 * func not run, when the loop has stopped. Blocks: not on the main thread during a meeting. */
gboolean cv_loop_thread_call (CvLoopThread *self, CvLoopThreadFunc func, gpointer data);

G_END_DECLS
