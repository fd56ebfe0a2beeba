/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Reads the report blocks that GStreamer keeps for each source of a session. */
#include "media/rtp-stats.h"

#include <gst/gst.h>

static void
add_report (const GstStructure *source, CvMediaLinkStats *stats)
{
  gboolean is_internal = FALSE;
  gboolean has_block = FALSE;
  guint fraction = 0;
  guint round_trip = 0;

  gst_structure_get_boolean (source, "internal", &is_internal);
  gst_structure_get_boolean (source, "have-rb", &has_block);
  if (is_internal || !has_block)
    return;
  if (gst_structure_get_uint (source, "rb-fractionlost", &fraction))
    stats->loss = MAX (stats->loss, fraction / 256.0);
  /* Seconds in 16.16 fixed point. */
  if (gst_structure_get_uint (source, "rb-round-trip", &round_trip) && round_trip != 0)
    stats->round_trip_ms = round_trip * 1000.0 / 65536.0;
}

void
cv_rtp_stats_read_reports (GObject *rtp_session, CvMediaLinkStats *stats)
{
  g_autoptr (GstStructure) all = NULL;
  const GValue *sources;

  g_object_get (rtp_session, "stats", &all, NULL);
  sources = all != NULL ? gst_structure_get_value (all, "source-stats") : NULL;
  if (sources == NULL)
    return;
  /* GStreamer's interface still has the deprecated array type. */
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  if (g_strcmp0 (G_VALUE_TYPE_NAME (sources), "GValueArray") == 0) {
    const GValueArray *array = g_value_get_boxed (sources);

    for (guint i = 0; array != NULL && i < array->n_values; i++)
      add_report (g_value_get_boxed (&array->values[i]), stats);
  }
  G_GNUC_END_IGNORE_DEPRECATIONS
}
