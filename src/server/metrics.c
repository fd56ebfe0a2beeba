/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/metrics.h"

#define COUNTER(member) {#member, G_STRUCT_OFFSET (CvServerMetrics, member)}

static const struct {
  const char *name;
  gsize offset;
} counters[] = {
    COUNTER (connections),    COUNTER (connections_now),  COUNTER (connections_refused),
    COUNTER (rooms_now),      COUNTER (members_now),      COUNTER (welcome_bytes_now),
    COUNTER (knocks),         COUNTER (commits_accepted), COUNTER (commits_rejected),
    COUNTER (commits_voided), COUNTER (messages_relayed), COUNTER (bytes_relayed),
    COUNTER (resumes),        COUNTER (bad_messages),     COUNTER (throttled),
};

char *
cv_server_metrics_to_string (const CvServerMetrics *metrics)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (counters); i++) {
    const void *at = (const char *)metrics + counters[i].offset;

    g_string_append_printf (out, "%s%s=%" G_GUINT64_FORMAT, i > 0 ? " " : "", counters[i].name,
                            *(const guint64 *)at);
  }
  return g_string_free_and_steal (out);
}
