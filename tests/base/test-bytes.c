/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "base/bytes.h"

#include <string.h>

static void
test_reads_integers (void)
{
  const guint8 input[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  CvReader reader;

  cv_reader_init (&reader, CV_SPAN_ARRAY (input));
  g_assert_cmphex (cv_reader_u8 (&reader), ==, 0x01);
  g_assert_cmphex (cv_reader_u16 (&reader), ==, 0x0203);
  g_assert_cmphex (cv_reader_u32 (&reader), ==, 0x04050607);
  g_assert_cmphex (cv_reader_u64 (&reader), ==, 0x08090a0b0c0d0e0f);
  g_assert_true (cv_reader_finish (&reader));
}

static void
test_stays_failed_past_the_end (void)
{
  const guint8 input[] = {1, 2, 3};
  guint8 out[4] = {9, 9, 9, 9};
  CvReader reader;

  cv_reader_init (&reader, CV_SPAN_ARRAY (input));
  g_assert_cmpuint (cv_reader_u32 (&reader), ==, 0);
  g_assert_cmpuint (cv_reader_u8 (&reader), ==, 0);
  cv_reader_copy (&reader, out, sizeof out);
  g_assert_cmpuint (out[0], ==, 0);
  g_assert_false (cv_reader_finish (&reader));
}

static void
test_refuses_trailing_bytes (void)
{
  const guint8 input[] = {1, 2};
  CvReader reader;

  cv_reader_init (&reader, CV_SPAN_ARRAY (input));
  cv_reader_u8 (&reader);
  g_assert_true (cv_reader_is_ok (&reader));
  g_assert_false (cv_reader_finish (&reader));
}

static void
test_varint_round_trip (void)
{
  const guint32 values[] = {0, 1, 63, 64, 16383, 16384, (1u << 30) - 1};

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++) {
    g_auto (CvWriter) writer = {0};
    CvReader reader;

    cv_writer_init (&writer);
    cv_writer_varint (&writer, values[i]);
    cv_reader_init (&reader, cv_writer_span (&writer));
    g_assert_cmpuint (cv_reader_varint (&reader), ==, values[i]);
    g_assert_true (cv_reader_finish (&reader));
  }
}

static void
test_varint_rejects_non_minimal (void)
{
  static const struct {
    guint8 bytes[4];
    gsize len;
  } rows[] = {
      {{0x40, 0x3f}, 2},
      {{0x80, 0x00, 0x3f, 0xff}, 4},
      {{0xc0, 0x00, 0x00, 0x00}, 4},
      {{0x40}, 1},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    CvReader reader;

    cv_reader_init (&reader, cv_span (rows[i].bytes, rows[i].len));
    cv_reader_varint (&reader);
    g_assert_false (cv_reader_is_ok (&reader));
  }
}

static void
test_vector_bounded (void)
{
  const guint8 input[] = {3, 'a', 'b', 'c'};
  CvReader reader;

  cv_reader_init (&reader, CV_SPAN_ARRAY (input));
  cv_reader_vector (&reader, 2);
  g_assert_false (cv_reader_is_ok (&reader));
}

static void
test_nested_vectors (void)
{
  g_auto (CvWriter) writer = {0};
  CvReader reader;
  CvReader inner;
  gsize outer_mark;

  cv_writer_init (&writer);
  outer_mark = cv_writer_begin_vector (&writer);
  for (guint i = 0; i < 100; i++)
    cv_writer_vector (&writer, CV_SPAN_LITERAL ("abc"));
  cv_writer_end_vector (&writer, outer_mark);
  cv_reader_init (&reader, cv_writer_span (&writer));
  cv_reader_open_vector (&reader, 1000, &inner);
  for (guint i = 0; i < 100; i++)
    g_assert_true (cv_span_equal (cv_reader_vector (&inner, 3), CV_SPAN_LITERAL ("abc")));
  g_assert_true (cv_reader_finish (&inner));
  g_assert_true (cv_reader_finish (&reader));
}

static void
test_text_of_nothing (void)
{
  g_autofree char *nothing = cv_span_dup_text (CV_SPAN_EMPTY);
  g_autofree char *text = cv_span_dup_text (CV_SPAN_LITERAL ("abc"));

  g_assert_cmpstr (nothing, ==, "");
  g_assert_cmpstr (text, ==, "abc");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/bytes/reads-integers", test_reads_integers);
  g_test_add_func ("/base/bytes/stays-failed-past-the-end", test_stays_failed_past_the_end);
  g_test_add_func ("/base/bytes/refuses-trailing-bytes", test_refuses_trailing_bytes);
  g_test_add_func ("/base/bytes/varint-round-trip", test_varint_round_trip);
  g_test_add_func ("/base/bytes/varint-rejects-non-minimal", test_varint_rejects_non_minimal);
  g_test_add_func ("/base/bytes/vector-bounded", test_vector_bounded);
  g_test_add_func ("/base/bytes/nested-vectors", test_nested_vectors);
  g_test_add_func ("/base/bytes/text-of-nothing-is-empty", test_text_of_nothing);
  return g_test_run ();
}
