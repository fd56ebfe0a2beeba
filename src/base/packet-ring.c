/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A lock and not an atomic ring: "drop the oldest" moves the reader's end from the writer's side,
 * and a copy of 1.4 kB under an uncontended lock costs less than the packet's encryption. */
#include "base/packet-ring.h"

#include "base/secret.h"

#include <string.h>

typedef struct {
  guint16 len;
  guint8 tag;
} Slot;

struct CvPacketRing {
  GMutex lock;
  gsize n_slots;
  gsize slot_bytes;
  gsize first; /* index of the oldest */
  gsize n_used;
  Slot *slots;
  guint8 *memory; /* n_slots × slot_bytes */
};

CvPacketRing *
cv_packet_ring_new (gsize n_slots, gsize slot_bytes)
{
  CvPacketRing *self;

  g_return_val_if_fail (n_slots >= 1 && n_slots <= 65536, NULL);
  g_return_val_if_fail (slot_bytes >= 1 && slot_bytes <= G_MAXUINT16, NULL);

  self = g_new0 (CvPacketRing, 1);
  g_mutex_init (&self->lock);
  self->n_slots = n_slots;
  self->slot_bytes = slot_bytes;
  self->slots = g_new0 (Slot, n_slots);
  self->memory = g_malloc0_n (n_slots, slot_bytes);
  return self;
}

void
cv_packet_ring_free (CvPacketRing *self)
{
  if (self == NULL)
    return;
  cv_secret_wipe (self->memory, self->n_slots * self->slot_bytes);
  g_free (self->memory);
  g_free (self->slots);
  g_mutex_clear (&self->lock);
  g_free (self);
}

CvPacketRingResult
cv_packet_ring_push (CvPacketRing *self, CvSpan packet, guint8 tag)
{
  gboolean is_full;
  gsize at;

  if (packet.len == 0 || packet.len > self->slot_bytes)
    return CV_PACKET_RING_REFUSED;

  g_mutex_lock (&self->lock);
  is_full = self->n_used == self->n_slots;
  if (is_full) {
    self->first = (self->first + 1) % self->n_slots;
    self->n_used--;
  }
  at = (self->first + self->n_used) % self->n_slots;
  self->slots[at] = (Slot){(guint16)packet.len, tag};
  memcpy (self->memory + at * self->slot_bytes, packet.data, packet.len);
  self->n_used++;
  g_mutex_unlock (&self->lock);
  return is_full ? CV_PACKET_RING_DROPPED_OLDEST : CV_PACKET_RING_QUEUED;
}

gsize
cv_packet_ring_pop (CvPacketRing *self, guint8 *out, guint8 *tag)
{
  gsize len = 0;

  g_mutex_lock (&self->lock);
  if (self->n_used > 0) {
    len = self->slots[self->first].len;
    *tag = self->slots[self->first].tag;
    memcpy (out, self->memory + self->first * self->slot_bytes, len);
    self->first = (self->first + 1) % self->n_slots;
    self->n_used--;
  }
  g_mutex_unlock (&self->lock);
  return len;
}
