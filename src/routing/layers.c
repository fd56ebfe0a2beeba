/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The choice is by height alone: a tile may be cropped at its sides, and 360p and 720p are named by
 * their lines. A tile of up to 1.4 times 360 lines looks no better with 720p on a desktop screen,
 * at four times the cost. */
#include "routing/layers.h"

#define UP_FROM_HEIGHT 520
#define DOWN_BELOW_HEIGHT 440

CvLayer
cv_routing_layers_choose (int width, int height, CvLayer current)
{
  if (width <= 0 || height <= 0)
    return CV_LAYER_NONE;
  if (height >= UP_FROM_HEIGHT)
    return CV_LAYER_MIDDLE;
  if (height >= DOWN_BELOW_HEIGHT && current == CV_LAYER_MIDDLE)
    return CV_LAYER_MIDDLE;
  return CV_LAYER_LOW;
}

CvTrack
cv_routing_layers_get_track (CvLayer layer)
{
  return layer == CV_LAYER_MIDDLE ? CV_TRACK_CAMERA_MIDDLE : CV_TRACK_CAMERA_LOW;
}

guint
cv_routing_layers_union (const CvLayer *wanted, gsize n_wanted)
{
  guint layers = 0;

  for (gsize i = 0; i < n_wanted; i++)
    if (wanted[i] != CV_LAYER_NONE)
      layers |= 1u << wanted[i];
  return layers;
}
