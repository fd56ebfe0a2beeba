/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/frame-tally.h"

#define FIN 0x80
#define OPCODE 0x0f
#define OPCODE_CONTINUATION 0x0
#define OPCODE_CONTROL 0x8 /* this bit */
#define OPCODE_CLOSE 0x8
#define OPCODE_PING 0x9
#define MASKED 0x80
#define LENGTH 0x7f
#define LENGTH_16 126
#define LENGTH_64 127

gsize
cv_server_frame_tally_get_framed_len (gsize len)
{
  if (len < LENGTH_16)
    return 2 + len;
  return len <= G_MAXUINT16 ? 4 + len : 10 + len;
}

static guint
get_length_bytes (const CvServerFrameTally *tally)
{
  switch (tally->header[1] & LENGTH) {
  case LENGTH_16:
    return 2;
  case LENGTH_64:
    return 8;
  default:
    return 0;
  }
}

static guint
get_header_bytes (const CvServerFrameTally *tally)
{
  if (tally->header_len < 2)
    return 2;
  return 2 + get_length_bytes (tally) + (tally->header[1] & MASKED ? 4 : 0);
}

static guint64
get_payload_bytes (const CvServerFrameTally *tally)
{
  guint n = get_length_bytes (tally);
  guint64 len = 0;

  if (n == 0)
    return tally->header[1] & LENGTH;
  for (guint i = 0; i < n; i++)
    len = len << 8 | tally->header[2 + i];
  return len;
}

/* The header is whole: what the frame announces counts before it has come. */
static void
begin_frame (CvServerFrameTally *tally)
{
  guint8 opcode = tally->header[0] & OPCODE;

  tally->left = get_payload_bytes (tally);
  tally->n_extra += opcode == OPCODE_CONTINUATION || opcode > OPCODE_CLOSE;
  if ((opcode & OPCODE_CONTROL) == 0)
    tally->message_bytes += MIN (tally->left, G_MAXUINT64 - tally->message_bytes);
}

static void
end_frame (CvServerFrameTally *tally)
{
  guint8 opcode = tally->header[0] & OPCODE;

  tally->n_frames++;
  if (opcode == OPCODE_PING) {
    tally->n_pings++;
    tally->pong_bytes += cv_server_frame_tally_get_framed_len (get_payload_bytes (tally));
  }
  if ((opcode & OPCODE_CONTROL) == 0 && (tally->header[0] & FIN) != 0)
    tally->message_bytes = 0;
  tally->header_len = 0;
}

void
cv_server_frame_tally_add (CvServerFrameTally *tally, const guint8 *bytes, gsize len)
{
  tally->n_bytes += len;
  while (len > 0) {
    gsize n;

    if (tally->header_len < get_header_bytes (tally)) {
      tally->header[tally->header_len++] = *bytes++;
      len--;
      if (tally->header_len < get_header_bytes (tally))
        continue;
      begin_frame (tally);
    }
    n = MIN (tally->left, len);
    bytes += n;
    len -= n;
    tally->left -= n;
    if (tally->left == 0)
      end_frame (tally);
  }
}
