/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "sframe/kid.h"

static void
test_leaf_bits (void)
{
  static const guint32 rows[][2] = {{0, 0}, {1, 0},  {2, 1},  {3, 2},         {4, 2},
                                    {5, 3}, {64, 6}, {65, 7}, {1u << 31, 31}, {G_MAXUINT32, 32}};

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpuint (cv_sframe_kid_count_leaf_bits (rows[i][0]), ==, rows[i][1]);
}

/* The values of RFC 9605's figure: E = 4, S = 6. */
static void
test_figure (void)
{
  static const struct {
    guint64 epoch;
    guint32 leaf;
    guint64 context;
    guint64 kid;
  } rows[] = {{14, 3, 0, 0x3e}, {14, 7, 0, 0x7e}, {14, 20, 0, 0x14e}, {16, 2, 2, 0x820}};

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    guint64 kid = cv_sframe_kid_pack (6, rows[i].epoch, rows[i].leaf, rows[i].context);
    CvSframeKid parts = cv_sframe_kid_unpack (6, kid);

    g_assert_cmphex (kid, ==, rows[i].kid);
    g_assert_cmpuint (cv_sframe_kid_get_epoch (kid), ==, rows[i].epoch % 16);
    g_assert_cmpuint (parts.epoch, ==, rows[i].epoch % 16);
    g_assert_cmpuint (parts.leaf, ==, rows[i].leaf);
    g_assert_cmpuint (parts.context, ==, rows[i].context);
  }
}

static void
test_extremes (void)
{
  for (guint bits = 0; bits <= 32; bits++) {
    guint32 leaf = (guint32)((G_GUINT64_CONSTANT (1) << bits) - 1);
    guint64 context = G_MAXUINT64 >> (bits + 4);
    guint64 kid = cv_sframe_kid_pack (bits, G_MAXUINT64, leaf, context);
    CvSframeKid parts = cv_sframe_kid_unpack (bits, kid);

    g_assert_cmphex (kid, ==, G_MAXUINT64);
    g_assert_cmpuint (parts.leaf, ==, leaf);
    g_assert_cmpuint (parts.context, ==, context);
    g_assert_cmpuint (parts.epoch, ==, 15);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sframe/kid/leaf-bits", test_leaf_bits);
  g_test_add_func ("/sframe/kid/figure-of-the-rfc", test_figure);
  g_test_add_func ("/sframe/kid/extremes", test_extremes);
  return g_test_run ();
}
