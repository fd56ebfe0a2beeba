/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Levels of decrypted audio: computed here by each client, since the network must not know them. */
#include "media/levels.h"

#define FLOOR_DECIBELS (-60.0)
#define LOUD 0.33 /* -40 dB */

double
cv_levels_from_decibels (double decibels)
{
  if (!(decibels > FLOOR_DECIBELS))
    return 0.0;
  return MIN ((decibels - FLOOR_DECIBELS) / -FLOOR_DECIBELS, 1.0);
}

gboolean
cv_levels_parse_message (GstMessage *message, double *decibels)
{
  const GstStructure *structure;
  const GValue *value;
  gboolean has_value = FALSE;

  if (!gst_message_has_name (message, "level"))
    return FALSE;
  structure = gst_message_get_structure (message);
  value = gst_structure_get_value (structure, "rms");
  /* GStreamer's interface still has the deprecated array type. */
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  if (value != NULL && g_strcmp0 (G_VALUE_TYPE_NAME (value), "GValueArray") == 0) {
    const GValueArray *channels = g_value_get_boxed (value);

    has_value = channels != NULL && channels->n_values > 0;
    if (has_value)
      *decibels = g_value_get_double (&channels->values[0]);
  }
  G_GNUC_END_IGNORE_DEPRECATIONS
  return has_value;
}

gboolean
cv_speaking_update (CvSpeaking *speaking, double level, gint64 now_us)
{
  gboolean is_loud = level >= LOUD;
  gboolean was_speaking = speaking->is_speaking;

  if (is_loud && (speaking->was_loud || was_speaking)) {
    speaking->is_speaking = TRUE;
    speaking->loud_at_us = now_us;
  } else if (was_speaking && now_us - speaking->loud_at_us >= CV_LEVELS_HOLD_MS * 1000) {
    speaking->is_speaking = FALSE;
  }
  speaking->was_loud = is_loud;
  return speaking->is_speaking != was_speaking;
}
