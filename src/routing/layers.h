/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Which camera layer a viewer gets. Pure. */
#pragma once

#include "media/frame-cipher.h"

G_BEGIN_DECLS

/* What a viewer wants of one sender's camera. */
typedef enum {
  CV_LAYER_NONE, /* nobody looks: nothing is sent, nothing is decoded */
  CV_LAYER_LOW, /* 360p */
  CV_LAYER_MIDDLE, /* 720p */
} CvLayer;

/* From the size in pixels at which the picture is shown. `current` keeps a tile that is being
 * resized from switching back and forth: it changes upwards from 520 pixels of height, downwards
 * below 440. */
CvLayer cv_routing_layers_choose (int width, int height, CvLayer current);

CvTrack cv_routing_layers_get_track (CvLayer layer); /* not for NONE */

/* Bit i set: somebody wants layer i. What nobody wants is not encoded. */
guint cv_routing_layers_union (const CvLayer *wanted, gsize n_wanted);

G_END_DECLS
