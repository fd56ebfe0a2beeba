/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One state machine, driven by libnice, by the handshake, by a tick each half second, and by posts
 * of link.c. Everything a stranger can send ends in a counter. */
#include "base/log.h"
#include "transport/link-worker-private.h"

#include <string.h>

#define RING_SLOTS 512
#define TICK_MS 500
#define CHECKING_TIMEOUT_US (30 * G_USEC_PER_SEC)
#define DTLS_TIMEOUT_US (20 * G_USEC_PER_SEC)
#define DISCONNECTED_TIMEOUT_US (60 * G_USEC_PER_SEC)
#define REMOTE_CANDIDATES_MAX 64
#define UNKNOWN_TYPE (-1)

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
note_pair (CvTransportLinkWorker *self)
{
  CvTransportCandidateType type;
  gboolean is_ipv6;

  if (!cv_transport_ice_get_pair (self->ice, &type, &is_ipv6))
    return;
  g_atomic_int_set (&self->candidate_type, (gint)type);
  g_atomic_int_set (&self->is_ipv6, is_ipv6);
}

static void
open_path (CvTransportLinkWorker *self)
{
  CvTransportLinkState state = cv_transport_link_worker_get_state (self);

  note_pair (self);
  if (!self->has_remote || self->is_path_open || self->is_beyond_restart
      || state == CV_TRANSPORT_LINK_CLOSED)
    return;
  self->is_path_open = TRUE;
  cv_transport_keepalive_reset (&self->keepalive, g_get_monotonic_time ());
  if (state == CV_TRANSPORT_LINK_FAILED)
    cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_CHECKING, "a late path was found");
  if (self->dtls == NULL) {
    cv_transport_link_handshake_start (self);
  } else if (self->profile == NULL) {
    cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_DTLS, "a path to the peer works");
    cv_transport_link_handshake_follow (self);
  } else {
    cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_CONNECTED,
                                   "a new path to the peer works");
    cv_transport_link_packets_send_keepalive (self, g_get_monotonic_time ());
  }
}

static void
on_ice_state (gpointer data, CvTransportIceState state)
{
  CvTransportLinkWorker *self = data;
  gboolean was_open = self->is_path_open;

  switch (state) {
  case CV_TRANSPORT_ICE_CHECKING:
    break;
  case CV_TRANSPORT_ICE_CONNECTED:
    open_path (self);
    break;
  case CV_TRANSPORT_ICE_FAILED:
    self->is_path_open = FALSE;
    /* Before both sides have named their last candidate, "every pair failed" is not the last word:
     * the time limit of the tick is. */
    if (was_open)
      cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_FAILED, "the peer no longer answers");
    else if (self->has_remote && self->is_gathered && self->is_end_known)
      cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_FAILED, "no path to the peer works");
    break;
  }
}

static void
on_ice_datagram (gpointer data, CvSpan datagram)
{
  cv_transport_link_packets_receive (data, datagram);
}

static void
on_ice_candidate (gpointer data, const char *candidate)
{
  CvTransportLinkWorker *self = data;

  self->is_gathered = candidate == NULL;
  self->events.on_local_candidate (self->events.data, candidate);
}

static void
drop_ice (CvTransportLinkWorker *self)
{
  g_clear_pointer (&self->ice, cv_transport_ice_free);
  g_queue_clear_full (&self->early_candidates, g_free);
  self->has_remote = FALSE;
  self->is_path_open = FALSE;
  self->is_gathered = FALSE;
  self->is_end_known = FALSE;
  self->n_candidates = 0;
}

static void
start_ice (CvTransportLinkWorker *self)
{
  const CvTransportIceOptions options = {
      .net = self->net,
      .is_controlling = self->is_controlling,
      .is_relay_only = self->is_relay_only,
      .servers = self->servers,
      .n_servers = self->n_servers,
      .local_addresses = (const char *const *)self->local_addresses,
      .callbacks = {self, on_ice_candidate, on_ice_state, on_ice_datagram},
  };
  CvTransportDescription description = {.setup = self->setup};
  g_autoptr (GError) error = NULL;

  self->ice = cv_transport_ice_new (&options, &error);
  if (self->ice != NULL) {
    description.ufrag = cv_transport_ice_get_ufrag (self->ice);
    description.pwd = cv_transport_ice_get_pwd (self->ice);
    memcpy (description.fingerprint, cv_transport_certificate_get_fingerprint (self->certificate),
            sizeof description.fingerprint);
    self->events.on_local_description (self->events.data, &description);
  }
  if (self->ice == NULL || !cv_transport_ice_gather (self->ice, &error))
    cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_FAILED, error->message);
}

static gboolean
on_tick (gpointer data)
{
  CvTransportLinkWorker *self = data;
  gint64 now_us = g_get_monotonic_time ();
  gint64 waited_us = now_us - self->state_since_us;

  if (now_us - self->keepalive_at_us >= CV_TRANSPORT_KEEPALIVE_INTERVAL_US)
    cv_transport_link_packets_send_keepalive (self, now_us);
  switch (cv_transport_link_worker_get_state (self)) {
  case CV_TRANSPORT_LINK_CHECKING:
    if (waited_us > CHECKING_TIMEOUT_US)
      cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_FAILED,
                                     "no path to the peer was found in time");
    break;
  case CV_TRANSPORT_LINK_DTLS:
    if (waited_us > DTLS_TIMEOUT_US)
      cv_transport_link_worker_fail_for_good (self,
                                              "the peer did not finish the handshake in time");
    break;
  case CV_TRANSPORT_LINK_CONNECTED:
    if (cv_transport_keepalive_is_silent (&self->keepalive, now_us))
      cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_DISCONNECTED,
                                     "nothing was heard of the peer for 4 s");
    break;
  case CV_TRANSPORT_LINK_DISCONNECTED:
    if (waited_us > DISCONNECTED_TIMEOUT_US)
      cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_FAILED,
                                     "nothing was heard of the peer for too long");
    break;
  case CV_TRANSPORT_LINK_NEW:
  case CV_TRANSPORT_LINK_GATHERING:
  case CV_TRANSPORT_LINK_FAILED:
  case CV_TRANSPORT_LINK_CLOSED:
    break;
  }
  return G_SOURCE_CONTINUE;
}

static void
take_options (CvTransportLinkWorker *self, const CvTransportLinkOptions *options)
{
  self->certificate = cv_transport_certificate_ref (options->certificate);
  self->is_controlling = options->is_controlling;
  self->is_relay_only = options->is_relay_only;
  self->setup = options->setup;
  self->n_servers = MIN (options->n_servers, CV_TRANSPORT_ICE_SERVERS_MAX);
  self->servers = g_new0 (CvTransportIceServer, self->n_servers);
  for (gsize i = 0; i < self->n_servers; i++) {
    self->servers[i].uri = g_strdup (options->servers[i].uri);
    self->servers[i].username = g_strdup (options->servers[i].username);
    self->servers[i].password = g_strdup (options->servers[i].password);
  }
  self->local_addresses = g_strdupv ((char **)options->local_addresses);
  self->on_packet = options->callbacks.on_packet;
  self->packet_data = options->callbacks.packet_data;
  self->free_packet_data = options->callbacks.free_packet_data;
}

static void
free_servers (CvTransportLinkWorker *self)
{
  for (gsize i = 0; i < self->n_servers; i++) {
    char *password = (char *)self->servers[i].password;

    g_free ((char *)self->servers[i].uri);
    g_free ((char *)self->servers[i].username);
    if (password != NULL)
      cv_secret_wipe (password, strlen (password));
    g_free (password);
  }
  g_free (self->servers);
}

CvTransportLinkState
cv_transport_link_worker_get_state (CvTransportLinkWorker *self)
{
  return (CvTransportLinkState)g_atomic_int_get (&self->state);
}

void
cv_transport_link_worker_count (CvTransportLinkWorker *self, CvTransportCount count)
{
  cv_transport_stats_add (&self->stats, count, 1);
}

void
cv_transport_link_worker_move (CvTransportLinkWorker *self, CvTransportLinkState to,
                               const char *reason)
{
  guint state = cv_transport_link_worker_get_state (self);

  if (state == to || state == CV_TRANSPORT_LINK_CLOSED)
    return;
  if (!cv_state_table_move (cv_transport_link_state_get_table (), &state, to)) {
    cv_log_warning ("a link cannot go from %s to %s", cv_transport_link_state_to_string (state),
                    cv_transport_link_state_to_string (to));
    return;
  }
  g_atomic_int_set (&self->state, (gint)state);
  self->state_since_us = g_get_monotonic_time ();
  self->events.on_state (self->events.data, to, reason);
}

void
cv_transport_link_worker_fail_for_good (CvTransportLinkWorker *self, const char *reason)
{
  self->is_beyond_restart = TRUE;
  cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_FAILED, reason);
}

CvTransportLinkWorker *
cv_transport_link_worker_new (CvTransportNetThread *net, const CvTransportLinkOptions *options,
                              const CvTransportLinkWorkerEvents *events)
{
  CvTransportLinkWorker *self = g_new0 (CvTransportLinkWorker, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->net = net;
  self->events = *events;
  take_options (self, options);
  self->ring = cv_packet_ring_new (RING_SLOTS, CV_TRANSPORT_LINK_PACKET_MAX);
  self->wake = cv_transport_link_packets_new_source (self);
  self->candidate_type = UNKNOWN_TYPE;
  self->srtp = cv_transport_srtp_new ();
  g_queue_init (&self->early_candidates);
  return self;
}

CvTransportLinkWorker *
cv_transport_link_worker_ref (CvTransportLinkWorker *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
cv_transport_link_worker_unref (CvTransportLinkWorker *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_source_unref (self->wake);
  cv_packet_ring_free (self->ring);
  cv_transport_srtp_free (self->srtp);
  cv_transport_certificate_unref (self->certificate);
  free_servers (self);
  g_strfreev (self->local_addresses);
  cv_secret_wipe (self->packet, sizeof self->packet);
  g_free (self);
}

void
cv_transport_link_worker_push (CvTransportLinkWorker *self, CvSpan packet)
{
  switch (cv_packet_ring_push (self->ring, packet, 0)) {
  case CV_PACKET_RING_QUEUED:
    break;
  case CV_PACKET_RING_DROPPED_OLDEST:
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_SEND_OVERFLOW);
    break;
  case CV_PACKET_RING_REFUSED:
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_SEND_TOO_BIG);
    return;
  }
  /* One wake-up for a burst: the flag falls before the ring is emptied. */
  if (g_atomic_int_compare_and_exchange (&self->is_woken, FALSE, TRUE))
    g_source_set_ready_time (self->wake, 0);
}

void
cv_transport_link_worker_get_info (CvTransportLinkWorker *self, CvTransportLinkInfo *info)
{
  const CvTransportSrtpProfile *profile = g_atomic_pointer_get (&self->profile);
  gint type = g_atomic_int_get (&self->candidate_type);

  *info = (CvTransportLinkInfo){
      .state = cv_transport_link_worker_get_state (self),
      .profile = profile != NULL ? profile->name : NULL,
      .candidate = type != UNKNOWN_TYPE
                       ? cv_transport_candidate_type_to_string ((CvTransportCandidateType)type)
                       : NULL,
      .is_ipv6 = g_atomic_int_get (&self->is_ipv6),
      .rtt_us = __atomic_load_n (&self->rtt_us, __ATOMIC_RELAXED),
  };
  cv_transport_stats_copy (&self->stats, &info->stats);
}

void
cv_transport_link_worker_start (CvTransportLinkWorker *self)
{
  GMainContext *context = cv_transport_net_thread_get_context (self->net);
  gint64 now_us = g_get_monotonic_time ();

  cv_transport_keepalive_init (&self->keepalive, g_random_int (), now_us);
  cv_transport_link_handshake_init (self);
  g_source_attach (self->wake, context);
  self->tick = g_timeout_source_new (TICK_MS);
  g_source_set_callback (self->tick, on_tick, self, NULL);
  g_source_attach (self->tick, context);
  cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_GATHERING, "looking for own addresses");
  start_ice (self);
}

void
cv_transport_link_worker_set_remote (CvTransportLinkWorker *self,
                                     const CvTransportDescription *description,
                                     gboolean is_dtls_client)
{
  g_autoptr (GError) error = NULL;
  CvTransportCandidate *candidate;

  if (self->ice == NULL || self->has_remote || self->is_beyond_restart)
    return;
  memcpy (self->peer_fingerprint, description->fingerprint, sizeof self->peer_fingerprint);
  self->is_dtls_client = is_dtls_client;
  self->has_remote = TRUE;
  cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_CHECKING, "looking for a path");
  self->state_since_us = g_get_monotonic_time ();
  if (!cv_transport_ice_set_remote (self->ice, description->ufrag, description->pwd, &error)) {
    cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_FAILED, error->message);
    return;
  }
  while ((candidate = g_queue_pop_head (&self->early_candidates)) != NULL) {
    cv_transport_ice_add_remote (self->ice, candidate);
    g_free (candidate);
  }
  if (self->is_end_known)
    cv_transport_ice_end_remote (self->ice);
}

void
cv_transport_link_worker_add_candidate (CvTransportLinkWorker *self, const char *text)
{
  CvTransportCandidate candidate;
  g_autoptr (GError) error = NULL;

  if (self->ice == NULL)
    return;
  if (text == NULL) {
    self->is_end_known = TRUE;
    if (self->has_remote)
      cv_transport_ice_end_remote (self->ice);
    return;
  }
  if (self->n_candidates >= REMOTE_CANDIDATES_MAX
      || !cv_transport_candidate_parse (text, &candidate, &error)) {
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_DROP_CANDIDATE);
    return;
  }
  self->n_candidates++;
  if (self->has_remote)
    cv_transport_ice_add_remote (self->ice, &candidate);
  else
    g_queue_push_tail (&self->early_candidates, g_memdup2 (&candidate, sizeof candidate));
}

void
cv_transport_link_worker_allow_ssrc (CvTransportLinkWorker *self, guint32 ssrc)
{
  if (!cv_transport_srtp_allow_ssrc (self->srtp, ssrc))
    cv_log_debug ("a link has too many sources: one is ignored");
}

void
cv_transport_link_worker_forget_ssrc (CvTransportLinkWorker *self, guint32 ssrc)
{
  cv_transport_srtp_forget_ssrc (self->srtp, ssrc);
}

void
cv_transport_link_worker_restart (CvTransportLinkWorker *self)
{
  if (self->is_beyond_restart
      || cv_transport_link_worker_get_state (self) == CV_TRANSPORT_LINK_CLOSED)
    return;
  drop_ice (self);
  cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_CHECKING, "looking for a new path");
  self->state_since_us = g_get_monotonic_time ();
  start_ice (self);
}

void
cv_transport_link_worker_close (CvTransportLinkWorker *self)
{
  if (self->dtls != NULL)
    cv_transport_dtls_close (self->dtls);
  drop_ice (self);
  cv_transport_link_handshake_stop (self);
  clear_source (&self->tick);
  g_source_destroy (self->wake);
  g_clear_pointer (&self->srtp, cv_transport_srtp_free);
  g_atomic_int_set (&self->state, CV_TRANSPORT_LINK_CLOSED);
  self->on_packet = NULL;
  if (self->free_packet_data != NULL)
    self->free_packet_data (self->packet_data);
  self->free_packet_data = NULL;
}
