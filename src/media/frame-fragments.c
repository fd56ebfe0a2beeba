/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The payload format of sealed frames. The frame is opaque here. */
#include "media/frame-fragments.h"

#define FIRST 0x80
#define LAST 0x40

guint
cv_frame_fragments_count (gsize frame_len)
{
  return (guint)((frame_len + CV_FRAME_FRAGMENT_MAX_BYTES - 1) / CV_FRAME_FRAGMENT_MAX_BYTES);
}

guint8
cv_frame_fragments_cut (CvSpan frame, guint index, CvSpan *part)
{
  gsize from = (gsize)index * CV_FRAME_FRAGMENT_MAX_BYTES;
  guint8 descriptor = 0;

  g_return_val_if_fail (from < frame.len, 0);

  part->data = frame.data + from;
  part->len = MIN (frame.len - from, CV_FRAME_FRAGMENT_MAX_BYTES);
  if (index == 0)
    descriptor |= FIRST;
  if (from + part->len == frame.len)
    descriptor |= LAST;
  return descriptor;
}

void
cv_frame_assembler_init (CvFrameAssembler *assembler)
{
  *assembler = (CvFrameAssembler){0};
}

void
cv_frame_assembler_clear (CvFrameAssembler *assembler)
{
  g_clear_pointer (&assembler->frame, g_byte_array_unref);
}

static void
give_up (CvFrameAssembler *assembler)
{
  g_clear_pointer (&assembler->frame, g_byte_array_unref);
  assembler->has_gap = TRUE;
  assembler->broken_frames++;
}

static void
follow_sequence (CvFrameAssembler *assembler, guint16 seq)
{
  if (assembler->has_seq && seq != assembler->next_seq) {
    if (assembler->frame != NULL)
      give_up (assembler);
    assembler->has_gap = TRUE;
  }
  assembler->has_seq = TRUE;
  assembler->next_seq = (guint16)(seq + 1);
}

/* Whether the fragment may follow what is there already. */
static gboolean
fits (const CvFrameAssembler *assembler, guint8 descriptor, guint32 rtp_time, gboolean is_marked,
      gsize len)
{
  gboolean is_last = (descriptor & LAST) != 0;

  if ((descriptor & ~(FIRST | LAST)) != 0 || len == 0 || is_last != (is_marked != FALSE))
    return FALSE;
  if (descriptor & FIRST)
    return assembler->frame == NULL;
  return assembler->frame != NULL && assembler->rtp_time == rtp_time
         && assembler->frame->len + len <= CV_FRAME_MAX_BYTES;
}

GBytes *
cv_frame_assembler_push (CvFrameAssembler *assembler, guint16 seq, guint32 rtp_time,
                         gboolean is_marked, CvSpan payload, gboolean *has_gap)
{
  CvReader reader;
  guint8 descriptor;
  CvSpan part;

  cv_reader_init (&reader, payload);
  follow_sequence (assembler, seq);
  if (payload.len == 0)
    return NULL;
  descriptor = cv_reader_u8 (&reader);
  part = cv_reader_take (&reader, cv_reader_remaining (&reader));

  /* A new first fragment ends what never saw its last one. */
  if ((descriptor & FIRST) && assembler->frame != NULL)
    give_up (assembler);
  if (!fits (assembler, descriptor, rtp_time, is_marked, part.len)) {
    give_up (assembler);
    return NULL;
  }
  if (descriptor & FIRST) {
    assembler->frame = g_byte_array_sized_new ((guint)part.len);
    assembler->rtp_time = rtp_time;
  }
  g_byte_array_append (assembler->frame, part.data, (guint)part.len);
  if (!(descriptor & LAST))
    return NULL;
  *has_gap = assembler->has_gap;
  assembler->has_gap = FALSE;
  return g_byte_array_free_to_bytes (g_steal_pointer (&assembler->frame));
}
