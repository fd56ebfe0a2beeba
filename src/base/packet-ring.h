/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A bounded queue of packets in memory that is allocated once; full, it drops the oldest.
 *
 * Any number of threads push, any number pop; a call holds its lock for one copy. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

typedef struct CvPacketRing CvPacketRing;

/* 1 ≤ n_slots ≤ 65536, 1 ≤ slot_bytes ≤ 65535. */
CvPacketRing *cv_packet_ring_new (gsize n_slots, gsize slot_bytes);
void cv_packet_ring_free (CvPacketRing *self); /* wipes; NULL is allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvPacketRing, cv_packet_ring_free)

typedef enum {
  CV_PACKET_RING_QUEUED,
  CV_PACKET_RING_DROPPED_OLDEST, /* queued, and the oldest is gone */
  CV_PACKET_RING_REFUSED, /* empty, or longer than a slot */
} CvPacketRingResult;

/* tag: the caller's, handed back by pop. */
CvPacketRingResult cv_packet_ring_push (CvPacketRing *self, CvSpan packet, guint8 tag);

/* The oldest packet's length, 0 when there is none. out has at least slot_bytes. */
gsize cv_packet_ring_pop (CvPacketRing *self, guint8 *out, guint8 *tag);

G_END_DECLS
