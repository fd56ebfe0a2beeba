/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Signalling is a function call: what one end says, the other is told at once. */
#include "link-pair.h"

#include <string.h>

#define PAYLOAD_LEN 1000
#define NOW_S 1790000000

static void
on_state (gpointer data, CvTransportLinkState state, const char *reason)
{
  LinkEnd *end = data;

  g_assert_nonnull (reason);
  g_string_append_printf (end->states, " %s", cv_transport_link_state_to_string (state));
  g_free (end->reason);
  end->reason = g_strdup (reason);
  g_test_message ("%s: %s", cv_transport_link_state_to_string (state), reason);
}

static void
on_local_description (gpointer data, const CvTransportDescription *description)
{
  LinkEnd *end = data;
  CvTransportDescription told = *description;
  g_autoptr (GError) error = NULL;

  g_ptr_array_set_size (end->candidates, 0);
  end->has_all_candidates = FALSE;
  if (end->peer == NULL || end->peer->link == NULL)
    return;
  told.fingerprint[0] ^= end->lie;
  g_assert_true (cv_transport_link_set_remote (end->peer->link, &told, &error));
}

static void
on_local_candidate (gpointer data, const char *candidate)
{
  LinkEnd *end = data;

  if (candidate != NULL)
    g_ptr_array_add (end->candidates, g_strdup (candidate));
  else
    end->has_all_candidates = TRUE;
  if (end->peer != NULL && end->peer->link != NULL)
    cv_transport_link_add_remote_candidate (end->peer->link, candidate);
}

static void
on_packet (gpointer data, CvSpan packet, gboolean is_rtcp)
{
  LinkEnd *end = data;

  g_assert_true (cv_transport_net_thread_is_current (end->net));
  g_atomic_int_inc (is_rtcp ? &end->n_rtcp : &end->n_rtp);
  if (!is_rtcp && (packet.len != 12 + PAYLOAD_LEN || packet.data[12] != packet.data[3]))
    g_atomic_int_inc (&end->n_wrong);
  g_main_context_wakeup (NULL);
}

static void
on_let_go (gpointer data)
{
  LinkEnd *end = data;

  g_atomic_int_inc (&end->is_let_go);
}

static void
init_end (LinkPair *pair, LinkEnd *end)
{
  g_autoptr (GError) error = NULL;

  end->net = cv_transport_net_thread_new ();
  end->certificate = cv_transport_certificate_new (pair->crypto, NOW_S, &error);
  g_assert_no_error (error);
  end->states = g_string_new ("");
  end->candidates = g_ptr_array_new_with_free_func (g_free);
}

static void
start_end (LinkEnd *end, gboolean is_offer, const LinkPairOptions *options)
{
  const CvTransportLinkOptions link_options = {
      .is_controlling = is_offer,
      .setup = is_offer ? CV_TRANSPORT_SETUP_ACTPASS : CV_TRANSPORT_SETUP_ACTIVE,
      .certificate = end->certificate,
      .servers = options->servers,
      .n_servers = options->n_servers,
      .is_relay_only = options->is_relay_only,
      .local_addresses = options->local_addresses,
      .callbacks = {end, on_state, on_local_description, on_local_candidate, on_packet, end,
                    on_let_go},
  };

  end->link = cv_transport_link_new (end->net, &link_options);
  cv_transport_link_allow_ssrc (end->link, LINK_PAIR_SSRC);
}

void
link_pair_init (LinkPair *pair, const LinkPairOptions *options)
{
  g_autoptr (GError) error = NULL;

  memset (pair, 0, sizeof *pair);
  pair->crypto = cv_crypto_context_new (FALSE, &error);
  g_assert_no_error (error);
  init_end (pair, &pair->a);
  init_end (pair, &pair->b);
  pair->a.peer = &pair->b;
  pair->b.peer = &pair->a;
  start_end (&pair->a, TRUE, options);
  start_end (&pair->b, FALSE, options);
}

static void
clear_end (LinkEnd *end)
{
  g_clear_pointer (&end->link, cv_transport_link_free);
  cv_transport_net_thread_unref (end->net);
  g_assert_cmpint (g_atomic_int_get (&end->is_let_go), ==, 1);
  cv_transport_certificate_unref (end->certificate);
  g_string_free (end->states, TRUE);
  g_ptr_array_unref (end->candidates);
  g_free (end->reason);
}

void
link_pair_clear (LinkPair *pair)
{
  clear_end (&pair->a);
  clear_end (&pair->b);
  cv_crypto_context_unref (pair->crypto);
  /* What was on its way to main is thrown away unread. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gboolean
on_deadline (gpointer data)
{
  gboolean *is_over = data;

  *is_over = TRUE;
  return G_SOURCE_REMOVE;
}

void
link_pair_wait (LinkPair *pair, LinkPairClaim claim, guint seconds)
{
  gboolean is_over = FALSE;
  guint deadline = g_timeout_add_seconds (seconds, on_deadline, &is_over);

  while (!claim (pair)) {
    if (is_over)
      g_error ("not within %u s; a:%s (%s), b:%s (%s)", seconds, pair->a.states->str,
               pair->a.reason, pair->b.states->str, pair->b.reason);
    g_main_context_iteration (NULL, TRUE);
  }
  if (!is_over)
    g_source_remove (deadline);
}

gboolean
link_pair_is_connected (LinkPair *pair)
{
  return cv_transport_link_get_state (pair->a.link) == CV_TRANSPORT_LINK_CONNECTED
         && cv_transport_link_get_state (pair->b.link) == CV_TRANSPORT_LINK_CONNECTED;
}

void
link_pair_send (LinkEnd *from, guint32 ssrc, guint16 first, guint n, gboolean is_rtcp)
{
  guint32 ssrc_be = GUINT32_TO_BE (ssrc);

  for (guint i = 0; i < n; i++) {
    guint8 packet[12 + PAYLOAD_LEN] = {0x80, is_rtcp ? 201 : 96};
    guint16 number_be = GUINT16_TO_BE ((guint16)(first + i));

    if (is_rtcp) {
      packet[3] = 1;
      memcpy (packet + 4, &ssrc_be, 4);
      cv_transport_link_send (from->link, cv_span (packet, 8), TRUE);
      continue;
    }
    memcpy (packet + 2, &number_be, 2);
    memcpy (packet + 8, &ssrc_be, 4);
    packet[12] = packet[3];
    cv_transport_link_send (from->link, CV_SPAN_ARRAY (packet), FALSE);
  }
}

guint64
link_pair_get_count (LinkEnd *end, CvTransportCount count)
{
  CvTransportLinkInfo info;

  cv_transport_link_get_info (end->link, &info);
  return cv_transport_stats_get (&info.stats, count);
}
