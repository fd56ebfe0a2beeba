/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "media/frame-fragments.h"

#include <string.h>

#define FIRST 0x80
#define LAST 0x40

static GBytes *
make_frame (gsize len)
{
  guint8 *bytes = g_malloc (MAX (len, 1));

  for (gsize i = 0; i < len; i++)
    bytes[i] = (guint8)(i * 7 + len);
  return g_bytes_new_take (bytes, len);
}

static GBytes *
push_part (CvFrameAssembler *assembler, CvSpan frame, guint index, guint16 seq, guint32 rtp_time,
           gboolean *has_gap)
{
  guint8 packet[1 + CV_FRAME_FRAGMENT_MAX_BYTES];
  CvSpan part;

  packet[0] = cv_frame_fragments_cut (frame, index, &part);
  memcpy (packet + 1, part.data, part.len);
  return cv_frame_assembler_push (assembler, seq, rtp_time, (packet[0] & LAST) != 0,
                                  cv_span (packet, part.len + 1), has_gap);
}

static GBytes *
push_raw (CvFrameAssembler *assembler, guint16 seq, guint32 rtp_time, gboolean is_marked,
          guint8 descriptor, gsize len)
{
  g_autofree guint8 *packet = g_malloc0 (len + 1);
  gboolean has_gap = FALSE;

  packet[0] = descriptor;
  return cv_frame_assembler_push (assembler, seq, rtp_time, is_marked, cv_span (packet, len + 1),
                                  &has_gap);
}

static void
test_round_trip (void)
{
  static const gsize sizes[] = {1, 2, 80, 1099, 1100, 1101, 2200, 2201, 65536, CV_FRAME_MAX_BYTES};
  CvFrameAssembler assembler;
  guint16 seq = 65500; /* wraps on the way */

  cv_frame_assembler_init (&assembler);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GBytes) frame = make_frame (sizes[i]);
    g_autoptr (GBytes) back = NULL;
    CvSpan span = cv_span_from_bytes (frame);
    guint count = cv_frame_fragments_count (span.len);
    gboolean has_gap = TRUE;

    g_assert_cmpuint (count, ==, (sizes[i] + 1099) / 1100);
    for (guint part = 0; part < count; part++) {
      g_assert_null (back);
      back = push_part (&assembler, span, part, seq++, i * 3000, &has_gap);
    }
    g_assert_nonnull (back);
    g_assert_true (g_bytes_equal (frame, back));
    g_assert_false (has_gap);
  }
  g_assert_cmpuint (assembler.broken_frames, ==, 0);
  cv_frame_assembler_clear (&assembler);
}

/* A frame of three fragments with one thing wrong, then a whole one. */
static void
check_damaged (const guint *order, guint n)
{
  g_autoptr (GBytes) frame = make_frame (3000);
  g_autoptr (GBytes) next = make_frame (10);
  g_autoptr (GBytes) back = NULL;
  CvFrameAssembler assembler;
  gboolean has_gap = FALSE;

  cv_frame_assembler_init (&assembler);
  for (guint i = 0; i < n; i++)
    g_assert_null (push_part (&assembler, cv_span_from_bytes (frame), order[i],
                              (guint16)(100 + order[i]), 9, &has_gap));
  back = push_part (&assembler, cv_span_from_bytes (next), 0, 103, 10, &has_gap);
  g_assert_nonnull (back);
  g_assert_true (g_bytes_equal (next, back));
  g_assert_true (has_gap);
  cv_frame_assembler_clear (&assembler);
}

static void
test_drops_whole_frames (void)
{
  static const guint first_missing[] = {1, 2};
  static const guint middle_missing[] = {0, 2};
  static const guint last_missing[] = {0, 1};
  static const guint middle_twice[] = {0, 1, 1, 2};
  static const guint first_twice[] = {0, 0, 1};
  static const guint swapped[] = {0, 2, 1};

  check_damaged (first_missing, 2);
  check_damaged (middle_missing, 2);
  check_damaged (last_missing, 2);
  check_damaged (middle_twice, 4);
  check_damaged (first_twice, 3);
  check_damaged (swapped, 3);
}

static void
test_tells_a_lost_frame (void)
{
  g_autoptr (GBytes) frame = make_frame (10);
  g_autoptr (GBytes) a = NULL;
  g_autoptr (GBytes) b = NULL;
  g_autoptr (GBytes) c = NULL;
  CvFrameAssembler assembler;
  CvSpan span = cv_span_from_bytes (frame);
  gboolean has_gap = TRUE;

  cv_frame_assembler_init (&assembler);
  a = push_part (&assembler, span, 0, 5, 1, &has_gap);
  g_assert_false (has_gap);
  b = push_part (&assembler, span, 0, 7, 3, &has_gap);
  g_assert_true (has_gap);
  c = push_part (&assembler, span, 0, 8, 4, &has_gap);
  g_assert_false (has_gap);
  g_assert_true (a != NULL && b != NULL && c != NULL);
  cv_frame_assembler_clear (&assembler);
}

static void
test_padding_is_no_gap (void)
{
  g_autoptr (GBytes) frame = make_frame (10);
  g_autoptr (GBytes) a = NULL;
  g_autoptr (GBytes) b = NULL;
  CvFrameAssembler assembler;
  gboolean has_gap = TRUE;

  cv_frame_assembler_init (&assembler);
  a = push_part (&assembler, cv_span_from_bytes (frame), 0, 5, 1, &has_gap);
  g_assert_null (cv_frame_assembler_push (&assembler, 6, 1, FALSE, CV_SPAN_EMPTY, &has_gap));
  b = push_part (&assembler, cv_span_from_bytes (frame), 0, 7, 2, &has_gap);
  g_assert_false (has_gap);
  g_assert_true (a != NULL && b != NULL);
  cv_frame_assembler_clear (&assembler);
}

static void
test_refuses_malformed (void)
{
  static const struct {
    guint8 descriptor;
    gboolean is_marked;
    gsize len;
  } rows[] = {
      {FIRST | LAST | 0x20, TRUE, 10}, /* T: one ciphertext a packet, which nobody sends */
      {FIRST | LAST | 0x01, TRUE, 10}, /* reserved bits */
      {FIRST | LAST, FALSE, 10}, /* last without marker */
      {FIRST, TRUE, 10}, /* marker without last */
      {FIRST | LAST, TRUE, 0}, /* nothing behind the descriptor */
      {LAST, TRUE, 10}, /* the end of nothing */
      {0, FALSE, 10}, /* the middle of nothing */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    CvFrameAssembler assembler;

    cv_frame_assembler_init (&assembler);
    g_assert_null (push_raw (&assembler, 1, 1, rows[i].is_marked, rows[i].descriptor, rows[i].len));
    g_assert_cmpuint (assembler.broken_frames, ==, 1);
    g_assert_null (assembler.frame);
    cv_frame_assembler_clear (&assembler);
  }
}

static void
test_refuses_other_time (void)
{
  CvFrameAssembler assembler;

  cv_frame_assembler_init (&assembler);
  g_assert_null (push_raw (&assembler, 1, 1, FALSE, FIRST, 10));
  g_assert_null (push_raw (&assembler, 2, 2, TRUE, LAST, 10));
  g_assert_null (assembler.frame);
  cv_frame_assembler_clear (&assembler);
}

static void
test_bounds_memory (void)
{
  CvFrameAssembler assembler;
  guint16 seq = 0;

  cv_frame_assembler_init (&assembler);
  g_assert_null (push_raw (&assembler, seq++, 1, FALSE, FIRST, 1400));
  for (guint i = 0; i < 2000; i++) {
    g_assert_null (push_raw (&assembler, seq++, 1, FALSE, 0, 1400));
    g_assert_true (assembler.frame == NULL || assembler.frame->len <= CV_FRAME_MAX_BYTES);
  }
  g_assert_null (assembler.frame);
  g_assert_null (push_raw (&assembler, seq++, 1, TRUE, LAST, 1));
  cv_frame_assembler_clear (&assembler);
}

static void
test_survives_rubbish (void)
{
  CvFrameAssembler assembler;
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  cv_frame_assembler_init (&assembler);
  for (guint i = 0; i < 200000; i++) {
    guint8 bytes[64];
    gsize len = (gsize)g_rand_int_range (rand, 0, sizeof bytes);
    gboolean has_gap;
    GBytes *frame;

    for (gsize k = 0; k < len; k++)
      bytes[k] = (guint8)(g_rand_int (rand) & (k == 0 ? 0xe1 : 0xff));
    frame = cv_frame_assembler_push (&assembler, (guint16)(i + (g_rand_int (rand) % 50 == 0)),
                                     i / 3, g_rand_boolean (rand), cv_span (bytes, len), &has_gap);
    g_clear_pointer (&frame, g_bytes_unref);
  }
  cv_frame_assembler_clear (&assembler);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/frame-fragments/round-trip", test_round_trip);
  g_test_add_func ("/media/frame-fragments/drops-whole-frames", test_drops_whole_frames);
  g_test_add_func ("/media/frame-fragments/tells-a-lost-frame", test_tells_a_lost_frame);
  g_test_add_func ("/media/frame-fragments/padding-is-no-gap", test_padding_is_no_gap);
  g_test_add_func ("/media/frame-fragments/refuses-malformed", test_refuses_malformed);
  g_test_add_func ("/media/frame-fragments/refuses-other-time", test_refuses_other_time);
  g_test_add_func ("/media/frame-fragments/bounds-memory", test_bounds_memory);
  g_test_add_func ("/media/frame-fragments/survives-rubbish", test_survives_rubbish);
  return g_test_run ();
}
