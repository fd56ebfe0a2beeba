/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a room takes from its members: bytes and epochs, of each no more than a share, so that the
 * others' commits and messages get through whatever one of them sends. */
#include "server/room-private.h"

#define EPOCH_BURST 5
#define BYTES_BURST_S 10
/* What a room sends at once must leave a reader's queue half empty. In base64, and of 24 MiB: 8 MiB
 * of a room's burst, 4 MiB for a Welcome or a gap's answer, 2.7 MiB of knocks; the rest is for what
 * comes until an acknowledgement is here. */
#define BURST_IN_QUEUE 4
#define ANSWER_IN_QUEUE 6
#define KNOCKS_IN_QUEUE 12
#define KNOCKS_IN_RATE 8
#define LAG_IN_QUEUE 2
#define LAG_COST 8
/* Clients acknowledge every 10 s; one that hangs has 30 s. The grace comes to it. */
#define UNACKNOWLEDGED_US (60 * G_USEC_PER_SEC)
/* A small message costs as much as this: a room's burst is 3072 of them and 1024 knocks, a queue
 * holds 5000 messages. */
#define MESSAGE_BYTES_MIN 2048
#define KNOCK_UNIT_BYTES 8192 /* of an address: a larger knock counts as several */
/* A client makes its commit half a second after the last epoch began, later if others are to try
 * before it: so the epochs of one author must lie further apart than all that takes. */
#define EPOCH_SHARE 4
#define EPOCH_SHARE_BURST 4

static gint64
get_now_us (const CvServerRoom *room)
{
  return cv_clock_monotonic_us (room->shared->clock);
}

static CvServerRate
get_byte_rate (const CvServerRoom *room)
{
  double per_second = room->shared->config->room_bytes_per_second;

  double in_queue = (double)room->shared->config->queue_bytes / BURST_IN_QUEUE;

  return (CvServerRate){per_second, MIN (per_second * BYTES_BURST_S, in_queue)};
}

/* Half of both: what one member takes at the most, the room has again and as much beside it. */
static CvServerRate
get_share_rate (const CvServerRoom *room)
{
  CvServerRate rate = get_byte_rate (room);

  return (CvServerRate){rate.rate_per_s / 2, rate.burst / 2};
}

static double
get_cost (gsize bytes)
{
  return (double)MAX (bytes, MESSAGE_BYTES_MIN);
}

/* While somebody who reads lags behind, bytes are dear: who sends little does not notice, and who
 * floods is slower than a slow line. Whatever fits into a whole share still gets through. */
static double
get_share_cost (const CvServerRoom *room, gsize bytes)
{
  double burst = get_share_rate (room).burst;

  if (!room->is_lagging || get_cost (bytes) > burst)
    return get_cost (bytes);
  return MIN (get_cost (bytes) * LAG_COST, burst);
}

static gboolean
has_bytes (CvServerRoom *room, CvServerMember *member, gsize bytes)
{
  gint64 now_us = get_now_us (room);
  gboolean has =
      cv_server_bucket_has (&member->byte_bucket, get_share_rate (room),
                            get_share_cost (room, bytes), now_us)
      && cv_server_bucket_has (&room->byte_bucket, get_byte_rate (room), get_cost (bytes), now_us);

  room->shared->metrics->throttled += !has;
  return has;
}

gboolean
cv_server_room_take_bytes (CvServerRoom *room, CvServerMember *member, gsize bytes)
{
  gint64 now_us = get_now_us (room);

  return has_bytes (room, member, bytes)
         && cv_server_bucket_take (&member->byte_bucket, get_share_rate (room),
                                   get_share_cost (room, bytes), now_us)
         && cv_server_bucket_take (&room->byte_bucket, get_byte_rate (room), get_cost (bytes),
                                   now_us);
}

gboolean
cv_server_room_take_answer (CvServerRoom *room, CvServerMember *member, gsize bytes)
{
  gboolean has = cv_server_bucket_take (&member->byte_bucket, get_share_rate (room), (double)bytes,
                                        get_now_us (room));

  room->shared->metrics->throttled += !has;
  return has;
}

gboolean
cv_server_room_take_knock (CvServerRoom *room, CvServerMember *member, gsize bytes)
{
  gint64 now_us = get_now_us (room);
  guint units = 1 + (guint)(bytes / KNOCK_UNIT_BYTES);
  CvServerRate rate = {get_byte_rate (room).rate_per_s / KNOCKS_IN_RATE,
                       (double)room->shared->config->queue_bytes / KNOCKS_IN_QUEUE};
  gboolean has = cv_server_throttle_take (room->shared->knocks, member->address, units, now_us)
                 && cv_server_bucket_take (&room->knock_bucket, rate, get_cost (bytes), now_us);

  room->shared->metrics->throttled += !has;
  return has;
}

gboolean
cv_server_room_has_place (const CvServerRoom *room, const CvServerMember *member, gsize bytes)
{
  return member->sent_bytes + bytes / 3 * 4 <= room->shared->config->queue_bytes / ANSWER_IN_QUEUE;
}

/* One Welcome is copied for each of up to 32, with what happened since: no bucket of bytes that
 * lets the largest through would bound what somebody with many connections lets pile up. */
gboolean
cv_server_room_has_welcome (const CvServerRoom *room, gsize bytes)
{
  const CvServerConfig *config = room->shared->config;
  guint64 largest = MAX (bytes / 3 * 4, config->queue_bytes / ANSWER_IN_QUEUE);

  return room->shared->metrics->welcome_bytes_now + largest <= config->welcome_bytes;
}

void
cv_server_room_watch_queues (CvServerRoom *room)
{
  const CvServerConfig *config = room->shared->config;
  gint64 oldest_us =
      get_now_us (room) - UNACKNOWLEDGED_US - (gint64)config->grace_ms * G_TIME_SPAN_MILLISECOND;

  room->is_lagging = FALSE;
  for (guint i = 0; i < room->members->len; i++) {
    CvServerMember *member = g_ptr_array_index (room->members, i);

    member->is_overrun |= cv_server_member_get_waiting_since_us (member) < oldest_us;
    room->is_lagging |= member->sent_bytes > config->queue_bytes / LAG_IN_QUEUE;
  }
}

static gboolean
is_alone (const CvServerRoom *room, const CvServerMember *member)
{
  for (guint i = 0; i < room->members->len; i++) {
    const CvServerMember *other = g_ptr_array_index (room->members, i);

    if (other != member && cv_server_member_is_inside (other))
      return FALSE;
  }
  return TRUE;
}

/* The retention of old keys counts on a bounded rate of epochs (E2EE section 3). */
gboolean
cv_server_room_take_commit (CvServerRoom *room, CvServerMember *member, gsize bytes)
{
  gint64 now_us = get_now_us (room);
  double per_second = room->shared->config->epochs_per_second;
  CvServerRate rate = {per_second, EPOCH_BURST};
  CvServerRate share = {per_second / EPOCH_SHARE, EPOCH_SHARE_BURST};

  /* All or nothing: who has no share left must not use up the room's. */
  return (is_alone (room, member) || cv_server_bucket_has (&member->epoch_bucket, share, 1, now_us))
         && has_bytes (room, member, bytes)
         && cv_server_bucket_take (&room->epoch_bucket, rate, 1, now_us)
         && cv_server_room_take_bytes (room, member, bytes)
         && (is_alone (room, member)
             || cv_server_bucket_take (&member->epoch_bucket, share, 1, now_us));
}
