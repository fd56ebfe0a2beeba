/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "sframe/header.h"

#include <string.h>

static void
test_round_trip (void)
{
  /* Every length of both fields. */
  for (guint kid_bits = 0; kid_bits <= 64; kid_bits++)
    for (guint ctr_bits = 0; ctr_bits <= 64; ctr_bits++) {
      CvSframeHeader header = {.kid = kid_bits ? G_MAXUINT64 >> (64 - kid_bits) : 0,
                               .ctr = ctr_bits ? G_MAXUINT64 >> (64 - ctr_bits) : 0};
      guint8 out[CV_SFRAME_HEADER_MAX];
      gsize len = cv_sframe_header_write (&header, out);
      CvSframeHeader parsed;

      g_assert_cmpuint (cv_sframe_header_parse (cv_span (out, len), &parsed), ==, len);
      g_assert_cmpuint (parsed.kid, ==, header.kid);
      g_assert_cmpuint (parsed.ctr, ==, header.ctr);
      for (gsize cut = 0; cut < len; cut++)
        g_assert_cmpuint (cv_sframe_header_parse (cv_span (out, cut), &parsed), ==, 0);
    }
}

static void
test_inline (void)
{
  CvSframeHeader header = {.kid = 7, .ctr = 7};
  guint8 out[CV_SFRAME_HEADER_MAX];

  g_assert_cmpuint (cv_sframe_header_write (&header, out), ==, 1);
  g_assert_cmphex (out[0], ==, 0x77);
  header.kid = 8;
  g_assert_cmpuint (cv_sframe_header_write (&header, out), ==, 2);
  g_assert_cmphex (out[0], ==, 0x87);
  g_assert_cmphex (out[1], ==, 0x08);
}

static void
assert_rejected (const guint8 *bytes, gsize len)
{
  CvSframeHeader header = {1, 1};

  g_assert_cmpuint (cv_sframe_header_parse (cv_span (bytes, len), &header), ==, 0);
  g_assert_cmpuint (header.kid, ==, 0);
  g_assert_cmpuint (header.ctr, ==, 0);
}

static void
test_rejects_non_minimal_kid (void)
{
  assert_rejected ((guint8[]){0x80, 0x00}, 2);
  assert_rejected ((guint8[]){0x80, 0x07}, 2);
  assert_rejected ((guint8[]){0x90, 0x00, 0xff}, 3);
  assert_rejected ((guint8[]){0xf0, 0x00, 1, 2, 3, 4, 5, 6, 7}, 9);
}

static void
test_rejects_non_minimal_ctr (void)
{
  assert_rejected ((guint8[]){0x08, 0x00}, 2);
  assert_rejected ((guint8[]){0x08, 0x07}, 2);
  assert_rejected ((guint8[]){0x09, 0x00, 0xff}, 3);
  assert_rejected ((guint8[]){0x0f, 0x00, 1, 2, 3, 4, 5, 6, 7}, 9);
}

static void
test_rejects_empty (void)
{
  assert_rejected (NULL, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sframe/header/round-trip", test_round_trip);
  g_test_add_func ("/sframe/header/inline-up-to-7", test_inline);
  g_test_add_func ("/sframe/header/rejects-non-minimal-kid", test_rejects_non_minimal_kid);
  g_test_add_func ("/sframe/header/rejects-non-minimal-ctr", test_rejects_non_minimal_ctr);
  g_test_add_func ("/sframe/header/rejects-empty", test_rejects_empty);
  return g_test_run ();
}
