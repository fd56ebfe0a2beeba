/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A loop thread, counted, that waits a moment for what is still saying goodbye. */
#include "transport/net-thread.h"

#include "base/loop-thread.h"

#define CLOSE_TIMEOUT_MS 1000

struct CvTransportNetThread {
  gatomicrefcount ref_count;
  CvLoopThread *loop;
  guint n_holds; /* net thread */
};

static gboolean
on_timeout (gpointer data)
{
  gboolean *is_over = data;

  *is_over = TRUE;
  return G_SOURCE_REMOVE;
}

/* Runs the context from within: everything goes on as before until the last hold is released. */
static void
wait_for_holds (gpointer data)
{
  CvTransportNetThread *self = data;
  GMainContext *context = cv_loop_thread_get_context (self->loop);
  g_autoptr (GSource) timeout = g_timeout_source_new (CLOSE_TIMEOUT_MS);
  gboolean is_over = FALSE;

  g_source_set_callback (timeout, on_timeout, &is_over, NULL);
  g_source_attach (timeout, context);
  while (self->n_holds > 0 && !is_over)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (timeout);
}

CvTransportNetThread *
cv_transport_net_thread_new (void)
{
  CvTransportNetThread *self = g_new0 (CvTransportNetThread, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->loop = cv_loop_thread_new ("cv-net");
  return self;
}

CvTransportNetThread *
cv_transport_net_thread_ref (CvTransportNetThread *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
cv_transport_net_thread_unref (CvTransportNetThread *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  cv_loop_thread_invoke (self->loop, wait_for_holds, self, NULL);
  cv_loop_thread_free (self->loop);
  g_free (self);
}

GMainContext *
cv_transport_net_thread_get_context (CvTransportNetThread *self)
{
  return cv_loop_thread_get_context (self->loop);
}

gboolean
cv_transport_net_thread_is_current (CvTransportNetThread *self)
{
  return cv_loop_thread_is_current (self->loop);
}

void
cv_transport_net_thread_post (CvTransportNetThread *self, void (*run) (gpointer data),
                              gpointer data, GDestroyNotify free_data)
{
  g_return_if_fail (run != NULL);

  cv_loop_thread_invoke (self->loop, run, data, free_data);
}

void
cv_transport_net_thread_hold (CvTransportNetThread *self)
{
  g_return_if_fail (cv_transport_net_thread_is_current (self));
  self->n_holds++;
}

void
cv_transport_net_thread_release (CvTransportNetThread *self)
{
  g_return_if_fail (cv_transport_net_thread_is_current (self) && self->n_holds > 0);
  self->n_holds--;
}
