/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One thread, one GMainContext, posts in order. Posting may allocate: it carries control, never
 * packets. */
#include "transport/net-thread.h"

#define CLOSE_TIMEOUT_MS 1000

struct CvTransportNetThread {
  gatomicrefcount ref_count;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  guint n_holds; /* net thread */
  gboolean is_ending; /* net thread */
};

typedef struct {
  void (*run) (gpointer data);
  gpointer data;
  GDestroyNotify free_data;
} Post;

static gpointer
run_loop (gpointer data)
{
  g_autoptr (GMainLoop) loop = data;
  GMainContext *context = g_main_loop_get_context (loop);

  g_main_context_push_thread_default (context);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static gboolean
on_close_timeout (gpointer data)
{
  CvTransportNetThread *self = data;

  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
begin_end (gpointer data)
{
  CvTransportNetThread *self = data;
  g_autoptr (GSource) timeout = NULL;

  self->is_ending = TRUE;
  if (self->n_holds == 0) {
    g_main_loop_quit (self->loop);
    return G_SOURCE_REMOVE;
  }
  timeout = g_timeout_source_new (CLOSE_TIMEOUT_MS);
  g_source_set_callback (timeout, on_close_timeout, self, NULL);
  g_source_attach (timeout, self->context);
  return G_SOURCE_REMOVE;
}

static gboolean
run_post (gpointer data)
{
  Post *post = data;

  post->run (post->data);
  return G_SOURCE_REMOVE;
}

static void
free_post (gpointer data)
{
  Post *post = data;

  if (post->free_data != NULL)
    post->free_data (post->data);
  g_free (post);
}

static void
attach (GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify free_data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, free_data);
  g_source_attach (source, context);
}

CvTransportNetThread *
cv_transport_net_thread_new (void)
{
  CvTransportNetThread *self = g_new0 (CvTransportNetThread, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("cv-net", run_loop, g_main_loop_ref (self->loop));
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

  /* By a source, not by g_main_loop_quit from here: a loop that does not run yet would miss it. */
  attach (self->context, begin_end, self, NULL);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self);
}

GMainContext *
cv_transport_net_thread_get_context (CvTransportNetThread *self)
{
  return self->context;
}

gboolean
cv_transport_net_thread_is_current (CvTransportNetThread *self)
{
  return g_thread_self () == self->thread;
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
  if (self->n_holds == 0 && self->is_ending)
    g_main_loop_quit (self->loop);
}

void
cv_transport_net_thread_post (CvTransportNetThread *self, void (*run) (gpointer data),
                              gpointer data, GDestroyNotify free_data)
{
  Post *post = g_new0 (Post, 1);

  g_return_if_fail (run != NULL);

  post->run = run;
  post->data = data;
  post->free_data = free_data;
  attach (self->context, run_post, post, free_post);
}
