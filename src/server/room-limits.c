/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a room takes from its members: bytes and epochs, of each no more than a share, so that the
 * others' commits and messages get through whatever one of them sends. */
#include "server/room-private.h"

#define EPOCH_BURST 5
#define BYTES_BURST_S 10
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

  return (CvServerRate){per_second, per_second * BYTES_BURST_S};
}

/* Half of both: what one member takes at the most, the room has again and as much beside it. */
static CvServerRate
get_share_rate (const CvServerRoom *room)
{
  CvServerRate rate = get_byte_rate (room);

  return (CvServerRate){rate.rate_per_s / 2, rate.burst / 2};
}

static gboolean
has_bytes (CvServerRoom *room, CvServerMember *member, gsize bytes)
{
  gint64 now_us = get_now_us (room);
  gboolean has =
      cv_server_bucket_has (&member->byte_bucket, get_share_rate (room), (double)bytes, now_us)
      && cv_server_bucket_has (&room->byte_bucket, get_byte_rate (room), (double)bytes, now_us);

  room->shared->metrics->throttled += !has;
  return has;
}

gboolean
cv_server_room_take_bytes (CvServerRoom *room, CvServerMember *member, gsize bytes)
{
  gint64 now_us = get_now_us (room);

  return has_bytes (room, member, bytes)
         && cv_server_bucket_take (&member->byte_bucket, get_share_rate (room), (double)bytes,
                                   now_us)
         && cv_server_bucket_take (&room->byte_bucket, get_byte_rate (room), (double)bytes, now_us);
}

gboolean
cv_server_room_take_answer (CvServerRoom *room, CvServerMember *member, gsize bytes)
{
  gboolean has = cv_server_bucket_take (&member->byte_bucket, get_share_rate (room), (double)bytes,
                                        get_now_us (room));

  room->shared->metrics->throttled += !has;
  return has;
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
