/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Loudness as people see it, and who is speaking. Pure: time comes in as an argument. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define CV_LEVELS_HOLD_MS 500

/* 0 at -60 dB and below, 1 at 0 dB. */
double cv_levels_from_decibels (double decibels);

/* The first channel's RMS of a message of the `level` element; FALSE: another message. */
gboolean cv_levels_parse_message (GstMessage *message, double *decibels);

typedef struct {
  gboolean is_speaking;
  gint64 loud_at_us;
  gboolean was_loud;
} CvSpeaking;

/* One measurement; TRUE when is_speaking changed. Two in a row must be loud, so that a key stroke
 * is no speech; it ends CV_LEVELS_HOLD_MS after the last loud one. */
gboolean cv_speaking_update (CvSpeaking *speaking, double level, gint64 now_us);

G_END_DECLS
