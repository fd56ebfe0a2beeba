/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* DTLS on an ICE path: its timer, its share of the peer's datagrams, and the hand-over of keys. */
#include "transport/link-worker-private.h"

#include <string.h>

/* A handshake is a dozen datagrams; whoever sends more than this is not shaking hands. */
#define DTLS_BURST 64
#define DTLS_PER_SECOND 16

static void
clear_timer (CvTransportLinkWorker *self)
{
  if (self->dtls_timer != NULL)
    g_source_destroy (self->dtls_timer);
  g_clear_pointer (&self->dtls_timer, g_source_unref);
}

static void
on_dtls_datagram (gpointer data, CvSpan datagram)
{
  CvTransportLinkWorker *self = data;

  /* Lost datagrams are repeated by the flight's timer. */
  if (self->ice != NULL && self->is_path_open)
    cv_transport_ice_send (self->ice, datagram);
}

static void
take_keys (CvTransportLinkWorker *self)
{
  g_auto (CvTransportSrtpKeys) keys = {0};
  g_autoptr (GError) error = NULL;
  gint64 now_us = g_get_monotonic_time ();

  if (!cv_transport_dtls_export_keys (self->dtls, &keys, &error)
      || !cv_transport_srtp_set_keys (self->srtp, &keys, &error)) {
    cv_transport_link_worker_fail_for_good (self, error->message);
    return;
  }
  g_atomic_pointer_set (&self->profile, keys.profile);
  cv_transport_keepalive_reset (&self->keepalive, now_us);
  if (self->is_path_open)
    cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_CONNECTED,
                                   "the peer's certificate is the announced one");
  cv_transport_link_packets_send_keepalive (self, now_us);
}

static gboolean
take_dtls_token (CvTransportLinkWorker *self)
{
  gint64 now_us = g_get_monotonic_time ();
  double gained =
      (double)(now_us - self->dtls_tokens_at_us) * DTLS_PER_SECOND / (double)G_USEC_PER_SEC;

  self->dtls_tokens = MIN (self->dtls_tokens + gained, DTLS_BURST);
  self->dtls_tokens_at_us = now_us;
  if (self->dtls_tokens < 1)
    return FALSE;
  self->dtls_tokens -= 1;
  return TRUE;
}

static gboolean
on_dtls_timer (gpointer data)
{
  CvTransportLinkWorker *self = data;

  clear_timer (self);
  cv_transport_dtls_handle_timeout (self->dtls);
  cv_transport_link_handshake_follow (self);
  return G_SOURCE_REMOVE;
}

static void
set_timer (CvTransportLinkWorker *self, guint delay_ms)
{
  clear_timer (self);
  self->dtls_timer = g_timeout_source_new (delay_ms);
  g_source_set_callback (self->dtls_timer, on_dtls_timer, self, NULL);
  g_source_attach (self->dtls_timer, cv_transport_net_thread_get_context (self->net));
}

void
cv_transport_link_handshake_init (CvTransportLinkWorker *self)
{
  self->dtls_tokens = DTLS_BURST;
  self->dtls_tokens_at_us = g_get_monotonic_time ();
}

void
cv_transport_link_handshake_start (CvTransportLinkWorker *self)
{
  const CvTransportDtlsOptions options = {
      .certificate = self->certificate,
      .is_client = self->is_dtls_client,
      .peer_fingerprint = self->peer_fingerprint,
      .on_datagram = on_dtls_datagram,
      .data = self,
  };
  g_autoptr (GError) error = NULL;

  self->dtls = cv_transport_dtls_new (&options, &error);
  if (self->dtls == NULL) {
    cv_transport_link_worker_fail_for_good (self, error->message);
    return;
  }
  cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_DTLS, "a path to the peer works");
  cv_transport_dtls_start (self->dtls);
  if (self->early_dtls_len > 0)
    cv_transport_dtls_receive (self->dtls, cv_span (self->early_dtls, self->early_dtls_len));
  self->early_dtls_len = 0;
  cv_transport_link_handshake_follow (self);
}

void
cv_transport_link_handshake_follow (CvTransportLinkWorker *self)
{
  gint64 wait_us = -1;

  switch (cv_transport_dtls_get_status (self->dtls)) {
  case CV_TRANSPORT_DTLS_HANDSHAKE:
    wait_us = cv_transport_dtls_get_timeout_us (self->dtls);
    break;
  case CV_TRANSPORT_DTLS_ESTABLISHED:
    if (self->profile == NULL && !self->is_beyond_restart)
      take_keys (self);
    break;
  case CV_TRANSPORT_DTLS_CLOSED:
    cv_transport_link_worker_move (self, CV_TRANSPORT_LINK_CLOSED, "the peer closed the link");
    break;
  case CV_TRANSPORT_DTLS_FAILED:
    cv_transport_link_worker_fail_for_good (self, "the peer could not be authenticated");
    break;
  }
  if (wait_us >= 0)
    set_timer (self, (guint)(wait_us / 1000) + 1);
  else
    clear_timer (self);
}

void
cv_transport_link_handshake_stop (CvTransportLinkWorker *self)
{
  clear_timer (self);
  g_clear_pointer (&self->dtls, cv_transport_dtls_free);
}

void
cv_transport_link_handshake_receive (CvTransportLinkWorker *self, CvSpan datagram)
{
  if (datagram.len > CV_TRANSPORT_DATAGRAM_MAX || !take_dtls_token (self)) {
    cv_transport_link_worker_count (self, CV_TRANSPORT_COUNT_DROP_DTLS);
    return;
  }
  if (self->dtls != NULL) {
    cv_transport_dtls_receive (self->dtls, datagram);
    cv_transport_link_handshake_follow (self);
    return;
  }
  /* The peer's side of ICE may be ready a moment before ours: its first flight waits here, so that
   * it need not be sent again. */
  memcpy (self->early_dtls, datagram.data, datagram.len);
  self->early_dtls_len = datagram.len;
}
