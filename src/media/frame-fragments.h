/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Cuts sealed frames into RTP payloads and puts them together again (E2EE.md section 3, RTP).
 *
 * One descriptor byte, then the fragment: S 0x80 first, E 0x40 last, T 0x20 zero, rest zero. Plain
 * memory, no GStreamer: what the fuzzer drives. One thread at a time. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

/* 12 RTP + 16 extensions + 1 + 1100 + 2 RTX + 16 SRTP stays below 1200, which every path takes. */
#define CV_FRAME_FRAGMENT_MAX_BYTES 1100
#define CV_FRAME_MAX_BYTES (1024 * 1024)

guint cv_frame_fragments_count (gsize frame_len);

/* Fragment `index` of a frame: its descriptor byte and which part of the frame follows it. */
guint8 cv_frame_fragments_cut (CvSpan frame, guint index, CvSpan *part);

typedef struct {
  GByteArray *frame; /* NULL: waiting for a first fragment */
  guint32 rtp_time;
  guint16 next_seq;
  gboolean has_seq;
  gboolean has_gap; /* something before the next whole frame was lost */
  guint64 broken_frames;
} CvFrameAssembler;

void cv_frame_assembler_init (CvFrameAssembler *assembler);
void cv_frame_assembler_clear (CvFrameAssembler *assembler);

/* The next packet, in the order of the jitter buffer. Returns the whole frame (full) when this one
 * completes it; *has_gap then tells whether anything was lost since the frame before. A frame with
 * a missing, repeated or malformed fragment is dropped whole. An empty payload is padding that a
 * congestion controller sends to probe: it counts in the sequence and is else ignored. */
GBytes *cv_frame_assembler_push (CvFrameAssembler *assembler, guint16 seq, guint32 rtp_time,
                                 gboolean is_marked, CvSpan payload, gboolean *has_gap);

G_END_DECLS
