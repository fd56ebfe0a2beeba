/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A thread that owns one GMainContext. The lock guards only whether more may be invoked; it is
 * never held while a function runs. */
#include "base/loop-thread.h"

struct CvLoopThread {
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  GMutex lock;
  GCond cond;
  gboolean is_running; /* under lock */
  gboolean is_stopping; /* under lock */
};

typedef struct {
  CvLoopThreadFunc func;
  gpointer data;
  GDestroyNotify free_data;
} Job;

/* A call waits on the stack of its caller, who cannot leave before is_done. */
typedef struct {
  CvLoopThreadFunc func;
  gpointer data;
  GMutex lock;
  GCond cond;
  gboolean is_done;
} Call;

static gboolean
on_loop_started (gpointer data)
{
  CvLoopThread *self = data;

  g_mutex_lock (&self->lock);
  self->is_running = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

static gboolean
on_loop_stop (gpointer data)
{
  CvLoopThread *self = data;

  g_main_loop_quit (self->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
on_job (gpointer data)
{
  Job *job = data;

  job->func (job->data);
  return G_SOURCE_REMOVE;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  if (job->free_data)
    job->free_data (job->data);
  g_free (job);
}

static void
attach (CvLoopThread *self, GSourceFunc func, gpointer data, GDestroyNotify free_data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, free_data);
  g_source_attach (source, self->context);
}

static gpointer
run_thread (gpointer data)
{
  CvLoopThread *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

CvLoopThread *
cv_loop_thread_new (const char *name)
{
  CvLoopThread *self = g_new0 (CvLoopThread, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  attach (self, on_loop_started, self, NULL);
  self->thread = g_thread_new (name, run_thread, self);
  g_mutex_lock (&self->lock);
  while (!self->is_running)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  return self;
}

void
cv_loop_thread_stop (CvLoopThread *self)
{
  gboolean was_stopping;

  g_return_if_fail (!cv_loop_thread_is_current (self));

  g_mutex_lock (&self->lock);
  was_stopping = self->is_stopping;
  self->is_stopping = TRUE;
  /* Attached under the lock: nothing can be queued behind the stop. */
  if (!was_stopping)
    attach (self, on_loop_stop, self, NULL);
  g_mutex_unlock (&self->lock);
  if (!was_stopping)
    g_thread_join (self->thread);
}

void
cv_loop_thread_free (CvLoopThread *self)
{
  if (!self)
    return;
  cv_loop_thread_stop (self);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

GMainContext *
cv_loop_thread_get_context (CvLoopThread *self)
{
  return self->context;
}

gboolean
cv_loop_thread_is_current (CvLoopThread *self)
{
  return g_thread_self () == self->thread;
}

gboolean
cv_loop_thread_invoke (CvLoopThread *self, CvLoopThreadFunc func, gpointer data,
                       GDestroyNotify free_data)
{
  gboolean is_refused;
  Job *job = g_new0 (Job, 1);

  *job = (Job){func, data, free_data};
  g_mutex_lock (&self->lock);
  is_refused = self->is_stopping;
  if (!is_refused)
    attach (self, on_job, job, job_free);
  g_mutex_unlock (&self->lock);
  if (is_refused)
    job_free (job);
  return !is_refused;
}

static void
run_call (gpointer data)
{
  Call *call = data;

  call->func (call->data);
  g_mutex_lock (&call->lock);
  call->is_done = TRUE;
  g_cond_signal (&call->cond);
  g_mutex_unlock (&call->lock);
}

gboolean
cv_loop_thread_call (CvLoopThread *self, CvLoopThreadFunc func, gpointer data)
{
  Call call = {.func = func, .data = data};
  gboolean is_invoked;

  if (cv_loop_thread_is_current (self)) {
    func (data);
    return TRUE;
  }
  g_mutex_init (&call.lock);
  g_cond_init (&call.cond);
  is_invoked = cv_loop_thread_invoke (self, run_call, &call, NULL);
  g_mutex_lock (&call.lock);
  while (is_invoked && !call.is_done)
    g_cond_wait (&call.cond, &call.lock);
  g_mutex_unlock (&call.lock);
  g_cond_clear (&call.cond);
  g_mutex_clear (&call.lock);
  return is_invoked;
}
