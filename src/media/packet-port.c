/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The border between a media pipeline and the net thread. Incoming packets wait in rings of fixed
 * slots, so that delivering one never allocates and never waits for the pipeline: only for the
 * copy of one packet. */
#include "media/packet-port.h"

#include <string.h>

typedef struct {
  gsize len;
  guint8 bytes[CV_PACKET_PORT_MAX_BYTES];
} Slot;

typedef struct {
  Slot *slots;
  guint n_slots;
  guint first;
  guint n_used;
  gboolean is_running;
  GCond filled;
} Queue;

struct CvPacketPort {
  gatomicrefcount refs;

  /* Held while `send` runs, which is what lets cv_packet_port_connect promise that the old function
   * is not running any more. `send` only queues and never comes back here. */
  GMutex send_mutex;
  CvPacketPortSend send;
  gpointer send_data;

  GMutex mutex; /* queues and counts */
  Queue queues[2]; /* RTP, RTCP */
  CvPacketPortCounts counts;
};

static void
queue_init (Queue *queue, guint n_slots)
{
  queue->slots = g_new (Slot, n_slots);
  queue->n_slots = n_slots;
  g_cond_init (&queue->filled);
}

static void
queue_clear (Queue *queue)
{
  g_clear_pointer (&queue->slots, g_free);
  g_cond_clear (&queue->filled);
}

CvPacketPort *
cv_packet_port_new (void)
{
  CvPacketPort *port = g_new0 (CvPacketPort, 1);

  g_atomic_ref_count_init (&port->refs);
  g_mutex_init (&port->send_mutex);
  g_mutex_init (&port->mutex);
  queue_init (&port->queues[0], CV_PACKET_PORT_RTP_SLOTS);
  queue_init (&port->queues[1], CV_PACKET_PORT_RTCP_SLOTS);
  return port;
}

CvPacketPort *
cv_packet_port_ref (CvPacketPort *port)
{
  g_atomic_ref_count_inc (&port->refs);
  return port;
}

void
cv_packet_port_unref (CvPacketPort *port)
{
  if (!g_atomic_ref_count_dec (&port->refs))
    return;
  queue_clear (&port->queues[0]);
  queue_clear (&port->queues[1]);
  g_mutex_clear (&port->send_mutex);
  g_mutex_clear (&port->mutex);
  g_free (port);
}

void
cv_packet_port_connect (CvPacketPort *port, CvPacketPortSend send, gpointer data)
{
  g_return_if_fail (port != NULL);

  g_mutex_lock (&port->send_mutex);
  port->send = send;
  port->send_data = data;
  g_mutex_unlock (&port->send_mutex);
}

void
cv_packet_port_deliver (CvPacketPort *port, CvSpan packet, gboolean is_rtcp)
{
  Queue *queue;
  Slot *slot;

  g_return_if_fail (port != NULL);

  g_mutex_lock (&port->mutex);
  queue = &port->queues[is_rtcp ? 1 : 0];
  if (packet.len == 0 || packet.len > CV_PACKET_PORT_MAX_BYTES || !queue->is_running) {
    port->counts.refused++;
    g_mutex_unlock (&port->mutex);
    return;
  }
  if (queue->n_used == queue->n_slots) {
    queue->first = (queue->first + 1) % queue->n_slots;
    queue->n_used--;
    port->counts.overflowed++;
  }
  slot = &queue->slots[(queue->first + queue->n_used) % queue->n_slots];
  memcpy (slot->bytes, packet.data, packet.len);
  slot->len = packet.len;
  queue->n_used++;
  port->counts.delivered++;
  port->counts.delivered_bytes += packet.len;
  g_cond_signal (&queue->filled);
  g_mutex_unlock (&port->mutex);
}

void
cv_packet_port_get_counts (CvPacketPort *port, CvPacketPortCounts *counts)
{
  g_return_if_fail (port != NULL);

  g_mutex_lock (&port->mutex);
  *counts = port->counts;
  g_mutex_unlock (&port->mutex);
}

void
cv_packet_port_send (CvPacketPort *port, CvSpan packet, gboolean is_rtcp)
{
  gboolean is_sent = FALSE;

  g_return_if_fail (port != NULL);

  g_mutex_lock (&port->send_mutex);
  if (port->send != NULL && packet.len > 0 && packet.len <= CV_PACKET_PORT_MAX_BYTES) {
    port->send (port->send_data, packet, is_rtcp);
    is_sent = TRUE;
  }
  g_mutex_unlock (&port->send_mutex);

  g_mutex_lock (&port->mutex);
  if (is_sent) {
    port->counts.sent++;
    port->counts.sent_bytes += packet.len;
  } else {
    port->counts.unsent++;
  }
  g_mutex_unlock (&port->mutex);
}

gboolean
cv_packet_port_receive (CvPacketPort *port, gboolean is_rtcp,
                        guint8 out[static CV_PACKET_PORT_MAX_BYTES], gsize *len)
{
  Queue *queue = &port->queues[is_rtcp ? 1 : 0];
  gboolean has_packet = FALSE;

  g_mutex_lock (&port->mutex);
  while (queue->is_running && queue->n_used == 0)
    g_cond_wait (&queue->filled, &port->mutex);
  if (queue->is_running) {
    const Slot *slot = &queue->slots[queue->first];

    memcpy (out, slot->bytes, slot->len);
    *len = slot->len;
    queue->first = (queue->first + 1) % queue->n_slots;
    queue->n_used--;
    has_packet = TRUE;
  }
  g_mutex_unlock (&port->mutex);
  return has_packet;
}

static void
set_running (CvPacketPort *port, gboolean is_rtcp, gboolean is_running)
{
  Queue *queue = &port->queues[is_rtcp ? 1 : 0];

  g_mutex_lock (&port->mutex);
  queue->is_running = is_running;
  queue->n_used = 0;
  g_cond_broadcast (&queue->filled);
  g_mutex_unlock (&port->mutex);
}

void
cv_packet_port_start (CvPacketPort *port, gboolean is_rtcp)
{
  g_return_if_fail (port != NULL);
  set_running (port, is_rtcp, TRUE);
}

void
cv_packet_port_stop (CvPacketPort *port, gboolean is_rtcp)
{
  g_return_if_fail (port != NULL);
  set_running (port, is_rtcp, FALSE);
}
