/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Times are the low 32 bits of each side's monotonic clock: only differences leave this file. */
#include "transport/keepalive.h"

#include <string.h>

#define APP_FIRST_BYTE 0x80 /* version 2, no padding, subtype 0 */
#define APP_TYPE 204
#define RTT_MAX_US (10 * G_USEC_PER_SEC)

static const char name[4] = {'C', 'V', 'K', 'A'};

static guint8 *
put_u32 (guint8 *at, guint32 value)
{
  guint32 big = GUINT32_TO_BE (value);

  memcpy (at, &big, sizeof big);
  return at + sizeof big;
}

void
cv_transport_keepalive_init (CvTransportKeepalive *self, guint32 ssrc, gint64 now_us)
{
  *self = (CvTransportKeepalive){.ssrc = ssrc, .heard_at_us = now_us};
}

void
cv_transport_keepalive_write (const CvTransportKeepalive *self, gint64 now_us,
                              guint8 out[static CV_TRANSPORT_KEEPALIVE_LEN])
{
  guint8 *at = out;

  *at++ = APP_FIRST_BYTE;
  *at++ = APP_TYPE;
  *at++ = 0;
  *at++ = CV_TRANSPORT_KEEPALIVE_LEN / 4 - 1;
  at = put_u32 (at, self->ssrc);
  memcpy (at, name, sizeof name);
  at = put_u32 (at + sizeof name, (guint32)now_us);
  at = put_u32 (at, self->is_expected ? self->ping_time : 0);
  put_u32 (at, self->is_expected ? (guint32)(now_us - self->ping_at_us) : 0);
}

gboolean
cv_transport_keepalive_take (CvTransportKeepalive *self, CvSpan rtcp, gint64 now_us)
{
  CvReader reader;
  CvSpan head;
  guint32 ping_time;
  guint32 echoed;
  guint32 held_us;
  guint32 rtt_us;

  cv_reader_init (&reader, rtcp);
  head = cv_reader_take (&reader, 4);
  cv_reader_u32 (&reader);
  if (head.len != 4 || head.data[0] != APP_FIRST_BYTE || head.data[1] != APP_TYPE
      || !cv_span_equal (cv_reader_take (&reader, sizeof name), CV_SPAN_ARRAY (name)))
    return FALSE;
  ping_time = cv_reader_u32 (&reader);
  echoed = cv_reader_u32 (&reader);
  held_us = cv_reader_u32 (&reader);
  if (!cv_reader_finish (&reader))
    return FALSE;

  self->is_expected = TRUE;
  self->ping_time = ping_time;
  self->ping_at_us = now_us;
  rtt_us = (guint32)now_us - echoed - held_us;
  if (echoed != 0 && rtt_us <= RTT_MAX_US)
    self->rtt_us = MAX (rtt_us, 1);
  return TRUE;
}

void
cv_transport_keepalive_heard (CvTransportKeepalive *self, gint64 now_us)
{
  self->heard_at_us = now_us;
}

void
cv_transport_keepalive_reset (CvTransportKeepalive *self, gint64 now_us)
{
  self->heard_at_us = now_us;
  self->rtt_us = 0;
}

gboolean
cv_transport_keepalive_is_silent (const CvTransportKeepalive *self, gint64 now_us)
{
  return self->is_expected && now_us - self->heard_at_us > CV_TRANSPORT_KEEPALIVE_SILENCE_US;
}
