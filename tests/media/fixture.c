/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The toy cipher turns every byte and adds a check value; it keeps nothing secret. */
#include "fixture.h"

#include <string.h>

#define HEADER 15
#define CHECK 8
#define DEADLINE_US (40 * G_USEC_PER_SEC)
#define LEAK_BYTES 12

static guint64
check_value (int key, guint32 track, CvSpan bytes)
{
  guint64 hash = 14695981039346656037u + (guint64)key * 2654435761u + track;

  for (gsize i = 0; i < bytes.len; i++)
    hash = (hash + bytes.data[i]) * 1099511628211u;
  return hash;
}

static guint8
turn (guint8 byte, int key, gsize i)
{
  return (guint8)(((byte << 3) | (byte >> 5)) + (guint8)(key * 37 + (int)i * 101 + 59));
}

static guint8
turn_back (guint8 byte, int key, gsize i)
{
  byte = (guint8)(byte - (guint8)(key * 37 + (int)i * 101 + 59));
  return (guint8)((byte >> 3) | (byte << 5));
}

static GBytes *
protect (gpointer data, CvTrack track, const CvFrameInfo *info, CvSpan frame)
{
  FixtureCipher *self = data;
  int key = g_atomic_int_get (&self->key);
  g_auto (CvWriter) writer = {0};
  g_auto (CvWriter) sealed = {0};
  CvSpan plain;

  if (g_atomic_int_get (&self->is_off))
    return NULL;
  g_atomic_int_inc (&self->n_protected);
  g_mutex_lock (&self->mutex);
  g_byte_array_set_size (self->last_plain[track], 0);
  g_byte_array_append (self->last_plain[track], frame.data, (guint)frame.len);
  g_mutex_unlock (&self->mutex);

  cv_writer_init (&writer);
  cv_writer_u8 (&writer, (guint8)info->codec);
  cv_writer_u8 (&writer, info->is_key_frame ? 1 : 0);
  cv_writer_u8 (&writer, info->temporal_layer);
  cv_writer_u16 (&writer, info->width);
  cv_writer_u16 (&writer, info->height);
  cv_writer_u64 (&writer, info->capture_time_us);
  cv_writer_put (&writer, frame);
  plain = cv_writer_span (&writer);
  cv_writer_init (&sealed);
  for (gsize i = 0; i < plain.len; i++)
    cv_writer_u8 (&sealed, turn (plain.data[i], key, i));
  cv_writer_u64 (&sealed, check_value (key, track, plain));
  return cv_writer_take (&sealed);
}

static CvFrameVerdict
unprotect (gpointer data, guint32 participant, CvTrack track, CvSpan sealed, CvFrameInfo *info,
           GBytes **frame)
{
  FixtureCipher *self = data;
  int key = g_atomic_int_get (&self->key);
  g_autofree guint8 *plain = NULL;
  gsize len;
  CvReader reader;
  CvReader check;

  if (g_atomic_int_get (&self->is_off))
    return CV_FRAME_NO_KEY;
  if (sealed.len < HEADER + CHECK)
    return CV_FRAME_UNDECRYPTABLE;
  len = sealed.len - CHECK;
  plain = g_malloc (len);
  for (gsize i = 0; i < len; i++)
    plain[i] = turn_back (sealed.data[i], key, i);
  cv_reader_init (&check, cv_span (sealed.data + len, CHECK));
  if (cv_reader_u64 (&check) != check_value (key, track, cv_span (plain, len)))
    return CV_FRAME_UNDECRYPTABLE;
  cv_reader_init (&reader, cv_span (plain, len));
  info->codec = cv_reader_u8 (&reader);
  info->is_key_frame = cv_reader_u8 (&reader);
  info->temporal_layer = cv_reader_u8 (&reader);
  info->width = cv_reader_u16 (&reader);
  info->height = cv_reader_u16 (&reader);
  info->capture_time_us = cv_reader_u64 (&reader);
  *frame = cv_span_dup (cv_reader_take (&reader, cv_reader_remaining (&reader)));
  return CV_FRAME_OPENED;
}

FixtureCipher *
fixture_cipher_new (int key)
{
  static const CvFrameCipherClass klass = {protect, unprotect};
  FixtureCipher *self = g_new0 (FixtureCipher, 1);

  self->cipher.klass = &klass;
  self->cipher.data = self;
  self->key = key;
  g_mutex_init (&self->mutex);
  for (guint i = 0; i < CV_N_TRACKS; i++)
    self->last_plain[i] = g_byte_array_new ();
  return self;
}

void
fixture_cipher_free (FixtureCipher *self)
{
  for (guint i = 0; i < CV_N_TRACKS; i++)
    g_byte_array_unref (self->last_plain[i]);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* A run of the encoder's bytes in a packet: not the first ones, which are often the same zeroes. */
static gboolean
has_leaked (FixtureCipher *cipher, CvSpan packet)
{
  gboolean is_found = FALSE;

  g_mutex_lock (&cipher->mutex);
  for (guint i = 0; i < CV_N_TRACKS && !is_found; i++) {
    const GByteArray *plain = cipher->last_plain[i];

    for (gsize at = 0; at + LEAK_BYTES <= plain->len && at < 64 && !is_found; at += LEAK_BYTES)
      is_found = memmem (packet.data, packet.len, plain->data + at, LEAK_BYTES) != NULL;
  }
  g_mutex_unlock (&cipher->mutex);
  return is_found;
}

static gboolean
is_lost (FixtureWire *self, CvSpan packet, int number)
{
  int one_in = g_atomic_int_get (&self->lose_one_in);
  gboolean is_retransmission = packet.len > 1 && (packet.data[1] & 0x7f) == CV_MEDIA_PT_VIDEO_RTX;

  if (is_retransmission)
    return g_atomic_int_get (&self->lose_retransmissions) != 0;
  if (g_atomic_int_get (&self->lose_next) > 0) {
    g_atomic_int_add (&self->lose_next, -1);
    return TRUE;
  }
  return one_in > 0 && number % one_in == 0;
}

static void
from_a (gpointer data, CvSpan packet, gboolean is_rtcp)
{
  FixtureWire *self = data;
  int number;

  if (!is_rtcp) {
    number = g_atomic_int_add (&self->n_packets, 1) + 1;
    g_atomic_int_add (&self->n_bytes, (int)packet.len);
    if (self->watched != NULL && has_leaked (self->watched, packet))
      g_atomic_int_inc (&self->n_leaks);
    if (is_lost (self, packet, number))
      return;
  }
  cv_packet_port_deliver (self->b, packet, is_rtcp);
}

static void
from_b (gpointer data, CvSpan packet, gboolean is_rtcp)
{
  FixtureWire *self = data;

  cv_packet_port_deliver (self->a, packet, is_rtcp);
}

FixtureWire *
fixture_wire_new (CvPacketPort *a, CvPacketPort *b)
{
  FixtureWire *self = g_new0 (FixtureWire, 1);

  self->a = cv_packet_port_ref (a);
  self->b = cv_packet_port_ref (b);
  cv_packet_port_connect (a, from_a, self);
  cv_packet_port_connect (b, from_b, self);
  return self;
}

void
fixture_wire_free (FixtureWire *self)
{
  cv_packet_port_connect (self->a, NULL, NULL);
  cv_packet_port_connect (self->b, NULL, NULL);
  cv_packet_port_unref (self->a);
  cv_packet_port_unref (self->b);
  g_free (self);
}

static gboolean
on_beat (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
fixture_wait (FixtureClaim claim, gpointer data, const char *what)
{
  gint64 deadline_us = g_get_monotonic_time () + DEADLINE_US;
  guint beat_id = g_timeout_add (20, on_beat, NULL);

  while (!claim (data)) {
    if (g_get_monotonic_time () > deadline_us)
      g_error ("waited in vain for: %s", what);
    g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (beat_id);
}

gboolean
fixture_get_stats (CvMediaPeer *peer, guint32 participant, CvMediaKind kind, CvMediaStats *stats)
{
  g_autoptr (GArray) all = cv_media_peer_dup_stats (peer);

  for (guint i = 0; i < all->len; i++) {
    const CvMediaStats *item = &g_array_index (all, CvMediaStats, i);

    if (item->participant == participant && item->kind == kind) {
      *stats = *item;
      return TRUE;
    }
  }
  return FALSE;
}
