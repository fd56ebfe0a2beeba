/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "routing/layers.h"

static void
test_by_height (void)
{
  static const struct {
    int width;
    int height;
    CvLayer current;
    CvLayer expected;
  } rows[] = {
      {0, 0, CV_LAYER_MIDDLE, CV_LAYER_NONE},       {-1, 400, CV_LAYER_LOW, CV_LAYER_NONE},
      {320, 180, CV_LAYER_NONE, CV_LAYER_LOW},      {320, 180, CV_LAYER_MIDDLE, CV_LAYER_LOW},
      {900, 519, CV_LAYER_LOW, CV_LAYER_LOW},       {900, 520, CV_LAYER_LOW, CV_LAYER_MIDDLE},
      {900, 440, CV_LAYER_MIDDLE, CV_LAYER_MIDDLE}, {900, 439, CV_LAYER_MIDDLE, CV_LAYER_LOW},
      {4000, 3000, CV_LAYER_NONE, CV_LAYER_MIDDLE},
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (cv_routing_layers_choose (rows[i].width, rows[i].height, rows[i].current), ==,
                     rows[i].expected);
}

static void
test_unwanted_is_absent (void)
{
  const CvLayer wanted[] = {CV_LAYER_NONE, CV_LAYER_LOW, CV_LAYER_LOW};

  g_assert_cmpuint (cv_routing_layers_union (wanted, 1), ==, 0);
  g_assert_cmpuint (cv_routing_layers_union (wanted, 3), ==, 1u << CV_LAYER_LOW);
}

static void
test_track_of_layer (void)
{
  g_assert_cmpint (cv_routing_layers_get_track (CV_LAYER_LOW), ==, CV_TRACK_CAMERA_LOW);
  g_assert_cmpint (cv_routing_layers_get_track (CV_LAYER_MIDDLE), ==, CV_TRACK_CAMERA_MIDDLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/routing/layers/by-height", test_by_height);
  g_test_add_func ("/routing/layers/unwanted-is-absent", test_unwanted_is_absent);
  g_test_add_func ("/routing/layers/track-of-layer", test_track_of_layer);
  return g_test_run ();
}
