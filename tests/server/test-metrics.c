/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */
#include "server/metrics.h"

static void
test_writes_every_counter (void)
{
  CvServerMetrics metrics;
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;

  for (gsize i = 0; i < sizeof metrics / sizeof (guint64); i++)
    ((guint64 *)&metrics)[i] = i + 1;
  text = cv_server_metrics_to_string (&metrics);
  parts = g_strsplit (text, " ", -1);
  g_assert_cmpuint (g_strv_length (parts), ==, sizeof metrics / sizeof (guint64));
  for (gsize i = 0; parts[i] != NULL; i++) {
    g_autofree char *end = g_strdup_printf ("=%" G_GSIZE_FORMAT, i + 1);

    g_assert_true (g_str_has_suffix (parts[i], end));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/metrics/writes-every-counter", test_writes_every_counter);
  return g_test_run ();
}
