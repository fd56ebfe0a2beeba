/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "base/bytes.h"
#include "base/secret.h"

#include <string.h>

/* The last block that was wiped (this program is linked with --wrap). */
static CvSpan wiped;

void __real_cv_secret_wipe (void *data, gsize len);
void __wrap_cv_secret_wipe (void *data, gsize len);

void
__wrap_cv_secret_wipe (void *data, gsize len)
{
  __real_cv_secret_wipe (data, len);
  for (gsize i = 0; i < len; i++)
    g_assert_cmpuint (((guint8 *)data)[i], ==, 0);
  wiped = cv_span (data, len);
}

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

/* Appends, and tells whether the writer moved; it must have wiped what it moved from. */
static gboolean
append_and_check (CvWriter *writer, CvSpan bytes)
{
  const CvSpan before = cv_writer_span (writer);

  wiped = CV_SPAN_EMPTY;
  cv_writer_put (writer, bytes);
  if (cv_writer_span (writer).data == before.data)
    return FALSE;
  g_assert_true (wiped.data == before.data);
  g_assert_cmpuint (wiped.len, ==, before.len);
  return TRUE;
}

/* A list of contacts is 10 000 small appends: each moved all before it, 800 MB for 80 kB. */
static void
test_secret_moves_seldom_and_wipes (void)
{
  const CvSpan bytes = CV_SPAN_LITERAL ("8 bytes.");
  const guint n_appends = 10000;
  guint n_moves = 0;
  CvWriter writer;
  CvSpan all;

  cv_writer_init_secret (&writer);
  for (guint i = 0; i < n_appends; i++)
    n_moves += append_and_check (&writer, bytes);
  g_assert_cmpuint (n_moves, >, 1);
  g_assert_cmpuint (n_moves, <=, 18); /* the binary digits of 80 000, and one */
  all = cv_writer_span (&writer);
  g_assert_cmpuint (all.len, ==, n_appends * bytes.len);
  for (gsize at = 0; at < all.len; at += bytes.len)
    g_assert_true (cv_span_equal (cv_span (all.data + at, bytes.len), bytes));
  cv_writer_clear (&writer);
  g_assert_true (wiped.data == all.data);
  g_assert_cmpuint (wiped.len, ==, all.len);
}

static void
test_secret_appends_of_any_size (void)
{
  static const gsize lens[] = {0, 1, 63, 1, 64, 65, 5000, 0, 1, 100000, 3};
  g_autofree guint8 *text = g_malloc0 (100000);
  g_auto (CvWriter) writer = {0};
  gsize sum = 0;

  cv_writer_init_secret (&writer);
  for (gsize i = 0; i < G_N_ELEMENTS (lens); i++) {
    append_and_check (&writer, cv_span (text, lens[i]));
    sum += lens[i];
    g_assert_cmpuint (cv_writer_span (&writer).len, ==, sum);
  }
}

/* What was taken is another's memory: the writer starts with none. */
static void
test_secret_taken_then_written (void)
{
  g_auto (CvWriter) writer = {0};
  g_autoptr (GBytes) first = NULL;

  cv_writer_init_secret (&writer);
  cv_writer_vector (&writer, CV_SPAN_LITERAL ("abc"));
  first = cv_writer_take (&writer);
  for (guint i = 0; i < 100; i++)
    append_and_check (&writer, CV_SPAN_LITERAL ("defgh"));
  g_assert_cmpuint (cv_writer_span (&writer).len, ==, 500);
  g_assert_true (cv_span_equal (cv_span_from_bytes (first), CV_SPAN_LITERAL ("\3abc")));
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
  g_test_add_func ("/base/bytes/secret-moves-seldom-and-wipes", test_secret_moves_seldom_and_wipes);
  g_test_add_func ("/base/bytes/secret-appends-of-any-size", test_secret_appends_of_any_size);
  g_test_add_func ("/base/bytes/secret-taken-then-written", test_secret_taken_then_written);
  return g_test_run ();
}
