/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The half of a link that main sees: it checks what callers say, posts it to the worker, and brings
 * the worker's events back. An event that is on its way when the link is freed ends here. */
#include "transport/link.h"

#include "transport/candidate.h"
#include "transport/link-worker.h"

#include <string.h>

#define UFRAG_MIN 4
#define PWD_MIN 22
#define CANDIDATE_TEXT_MAX 512
#define RESTARTS_MAX 10
#define RESTARTS_WINDOW_US (60 * G_USEC_PER_SEC)

struct CvTransportLink {
  gatomicrefcount ref_count; /* the owner, and each event on its way */
  GMainContext *context;
  CvTransportNetThread *net;
  CvTransportLinkWorker *worker;
  CvTransportLinkCallbacks callbacks; /* without those for packets */
  CvTransportLinkState state; /* as last told */
  CvTransportSetup setup;
  gboolean is_freed;
  gboolean has_remote;
  CvTransportSetup remote_setup;
  guint8 remote_fingerprint[CV_TRANSPORT_FINGERPRINT_LEN];
  gint64 restarts_at_us[RESTARTS_MAX]; /* a ring of the last ones */
  guint n_restarts;
};

/* Net → main. */
typedef struct {
  CvTransportLink *link;
  enum { EVENT_STATE, EVENT_DESCRIPTION, EVENT_CANDIDATE } kind;
  CvTransportLinkState state;
  CvTransportDescription description; /* its texts are owned */
  char *text; /* reason or candidate */
} Event;

/* Main → net. */
typedef struct {
  CvTransportLinkWorker *worker;
  CvTransportDescription description; /* its texts are owned */
  gboolean is_dtls_client;
  char *candidate;
  guint32 ssrc;
} Order;

static void
copy_description (CvTransportDescription *to, const CvTransportDescription *from)
{
  *to = *from;
  to->ufrag = g_strdup (from->ufrag);
  to->pwd = g_strdup (from->pwd);
}

static void
clear_description (CvTransportDescription *description)
{
  g_free ((char *)description->ufrag);
  g_free ((char *)description->pwd);
}

static void
unref_link (CvTransportLink *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_main_context_unref (self->context);
  g_free (self);
}

/* ---- net → main ----------------------------------------------------------------------------- */

static gboolean
run_event (gpointer data)
{
  Event *event = data;
  CvTransportLink *self = event->link;
  const CvTransportLinkCallbacks *callbacks = &self->callbacks;

  if (self->is_freed)
    return G_SOURCE_REMOVE;
  switch (event->kind) {
  case EVENT_STATE:
    self->state = event->state;
    if (callbacks->on_state != NULL)
      callbacks->on_state (callbacks->data, event->state, event->text);
    break;
  case EVENT_DESCRIPTION:
    if (callbacks->on_local_description != NULL)
      callbacks->on_local_description (callbacks->data, &event->description);
    break;
  case EVENT_CANDIDATE:
    if (callbacks->on_local_candidate != NULL)
      callbacks->on_local_candidate (callbacks->data, event->text);
    break;
  }
  return G_SOURCE_REMOVE;
}

static void
free_event (gpointer data)
{
  Event *event = data;

  clear_description (&event->description);
  g_free (event->text);
  unref_link (event->link);
  g_free (event);
}

static void
emit (CvTransportLink *self, const Event *event)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Event *copy = g_memdup2 (event, sizeof *event);

  copy->link = self;
  g_atomic_ref_count_inc (&self->ref_count);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, run_event, copy, free_event);
  g_source_attach (source, self->context);
}

static void
on_worker_state (gpointer data, CvTransportLinkState state, const char *reason)
{
  emit (data, &(Event){.kind = EVENT_STATE, .state = state, .text = g_strdup (reason)});
}

static void
on_worker_local_description (gpointer data, const CvTransportDescription *description)
{
  Event event = {.kind = EVENT_DESCRIPTION};

  copy_description (&event.description, description);
  emit (data, &event);
}

static void
on_worker_local_candidate (gpointer data, const char *candidate)
{
  emit (data, &(Event){.kind = EVENT_CANDIDATE, .text = g_strdup (candidate)});
}

/* ---- main → net ----------------------------------------------------------------------------- */

static void
free_order (gpointer data)
{
  Order *order = data;

  clear_description (&order->description);
  g_free (order->candidate);
  cv_transport_link_worker_unref (order->worker);
  g_free (order);
}

static void
post (CvTransportLink *self, void (*run) (gpointer order), const Order *order)
{
  Order *copy = g_memdup2 (order, sizeof *order);

  copy->worker = cv_transport_link_worker_ref (self->worker);
  cv_transport_net_thread_post (self->net, run, copy, free_order);
}

static void
run_start (gpointer data)
{
  Order *order = data;

  cv_transport_link_worker_start (order->worker);
}

static void
run_set_remote (gpointer data)
{
  Order *order = data;

  cv_transport_link_worker_set_remote (order->worker, &order->description, order->is_dtls_client);
}

static void
run_add_candidate (gpointer data)
{
  Order *order = data;

  cv_transport_link_worker_add_candidate (order->worker, order->candidate);
}

static void
run_restart (gpointer data)
{
  Order *order = data;

  cv_transport_link_worker_restart (order->worker);
}

static void
run_allow_ssrc (gpointer data)
{
  Order *order = data;

  cv_transport_link_worker_allow_ssrc (order->worker, order->ssrc);
}

static void
run_forget_ssrc (gpointer data)
{
  Order *order = data;

  cv_transport_link_worker_forget_ssrc (order->worker, order->ssrc);
}

/* Events name the link until the worker is closed: the owner's reference goes after that. */
static void
run_close (gpointer data)
{
  CvTransportLink *self = data;

  cv_transport_link_worker_close (self->worker);
  cv_transport_link_worker_unref (self->worker);
}

/* ---- what callers say ----------------------------------------------------------------------- */

/* RFC 8842 §5.3: one is active, the other passive. FALSE when it cannot be told who is. */
static gboolean
choose_role (CvTransportSetup ours, CvTransportSetup theirs, gboolean *is_client)
{
  if (ours == theirs)
    return FALSE;
  *is_client = ours == CV_TRANSPORT_SETUP_ACTIVE || theirs == CV_TRANSPORT_SETUP_PASSIVE;
  return TRUE;
}

static gboolean
check_remote (CvTransportLink *self, const CvTransportDescription *description, gboolean *is_client,
              GError **error)
{
  if (!cv_transport_candidate_is_ice_text (description->ufrag, UFRAG_MIN)
      || !cv_transport_candidate_is_ice_text (description->pwd, PWD_MIN)) {
    g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT,
                 "expected an ICE user of 4 and a password of 22 characters or more");
    return FALSE;
  }
  if (!choose_role (self->setup, description->setup, is_client)) {
    g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT,
                 "expected another DTLS role than our own");
    return FALSE;
  }
  if (self->has_remote
      && (!cv_secret_equal (self->remote_fingerprint, description->fingerprint,
                            sizeof self->remote_fingerprint)
          || self->remote_setup != description->setup)) {
    g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_INPUT,
                 "a link's certificate and DTLS role cannot change");
    return FALSE;
  }
  return TRUE;
}

const char *
cv_transport_setup_to_string (CvTransportSetup setup)
{
  switch (setup) {
  case CV_TRANSPORT_SETUP_ACTPASS:
    return "actpass";
  case CV_TRANSPORT_SETUP_ACTIVE:
    return "active";
  case CV_TRANSPORT_SETUP_PASSIVE:
    return "passive";
  }
  return "unknown";
}

CvTransportLink *
cv_transport_link_new (CvTransportNetThread *net, const CvTransportLinkOptions *options)
{
  CvTransportLink *self = g_new0 (CvTransportLink, 1);
  const CvTransportLinkWorkerEvents events = {
      .data = self,
      .on_state = on_worker_state,
      .on_local_description = on_worker_local_description,
      .on_local_candidate = on_worker_local_candidate,
  };

  g_atomic_ref_count_init (&self->ref_count);
  self->context = g_main_context_ref_thread_default ();
  self->net = cv_transport_net_thread_ref (net);
  self->callbacks = options->callbacks;
  self->setup = options->setup;
  self->worker = cv_transport_link_worker_new (net, options, &events);
  post (self, run_start, &(Order){0});
  return self;
}

void
cv_transport_link_free (CvTransportLink *self)
{
  CvTransportNetThread *net;

  if (self == NULL)
    return;
  self->is_freed = TRUE;
  net = self->net;
  cv_transport_net_thread_post (net, run_close, self, (GDestroyNotify)unref_link);
  cv_transport_net_thread_unref (net);
}

gboolean
cv_transport_link_set_remote (CvTransportLink *self, const CvTransportDescription *description,
                              GError **error)
{
  Order order = {0};

  if (!check_remote (self, description, &order.is_dtls_client, error))
    return FALSE;
  self->has_remote = TRUE;
  self->remote_setup = description->setup;
  memcpy (self->remote_fingerprint, description->fingerprint, sizeof self->remote_fingerprint);
  copy_description (&order.description, description);
  post (self, run_set_remote, &order);
  return TRUE;
}

void
cv_transport_link_add_remote_candidate (CvTransportLink *self, const char *candidate)
{
  /* One byte more than allowed, so that the worker still sees and counts it as too long. */
  post (self, run_add_candidate,
        &(Order){.candidate =
                     candidate != NULL ? g_strndup (candidate, CANDIDATE_TEXT_MAX + 1) : NULL});
}

gboolean
cv_transport_link_restart (CvTransportLink *self, GError **error)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 *oldest = &self->restarts_at_us[self->n_restarts % RESTARTS_MAX];

  if (self->n_restarts >= RESTARTS_MAX && now_us - *oldest < RESTARTS_WINDOW_US) {
    g_set_error (error, CV_TRANSPORT_ERROR, CV_TRANSPORT_ERROR_LIMIT,
                 "a link can be restarted %d times a minute", RESTARTS_MAX);
    return FALSE;
  }
  *oldest = now_us;
  self->n_restarts++;
  post (self, run_restart, &(Order){0});
  return TRUE;
}

void
cv_transport_link_allow_ssrc (CvTransportLink *self, guint32 ssrc)
{
  post (self, run_allow_ssrc, &(Order){.ssrc = ssrc});
}

void
cv_transport_link_forget_ssrc (CvTransportLink *self, guint32 ssrc)
{
  post (self, run_forget_ssrc, &(Order){.ssrc = ssrc});
}

void
cv_transport_link_send (gpointer self, CvSpan packet, gboolean is_rtcp)
{
  CvTransportLink *link = self;

  /* The worker tells RTCP by the packet itself, as the peer will. */
  cv_transport_link_worker_push (link->worker, packet);
}

CvTransportLinkState
cv_transport_link_get_state (CvTransportLink *self)
{
  return self->state;
}

void
cv_transport_link_get_info (CvTransportLink *self, CvTransportLinkInfo *info)
{
  cv_transport_link_worker_get_info (self->worker, info);
}
