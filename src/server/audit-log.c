/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#define G_LOG_DOMAIN "cv-server"

#include "server/audit-log.h"

#define VALUE_MAX 120

struct CvServerAuditLog {
  CvServerAuditSink sink;
  gpointer data;
};

static void
log_line (const char *line, gpointer data)
{
  g_info ("%s", line);
}

CvServerAuditLog *
cv_server_audit_log_new (CvServerAuditSink sink, gpointer data)
{
  CvServerAuditLog *log = g_new0 (CvServerAuditLog, 1);

  log->sink = sink != NULL ? sink : log_line;
  log->data = data;
  return log;
}

void
cv_server_audit_log_free (CvServerAuditLog *log)
{
  g_free (log);
}

/* Values can come from a peer: nothing in them may look like another field or another line. */
static void
append_value (GString *out, const char *value)
{
  for (gsize i = 0; value[i] != '\0' && i < VALUE_MAX; i++)
    g_string_append_c (out, g_ascii_isgraph (value[i]) && value[i] != '=' ? value[i] : '_');
}

void
cv_server_audit_log_write (CvServerAuditLog *log, const char *event, const char *room_id, ...)
{
  g_autoptr (GString) line = g_string_new ("event=");
  const char *key;
  va_list pairs;

  g_string_append (line, event);
  if (room_id != NULL) {
    g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, room_id, -1);

    g_string_append_printf (line, " room=%.8s", hash);
  }
  va_start (pairs, room_id);
  while ((key = va_arg (pairs, const char *)) != NULL) {
    const char *value = va_arg (pairs, const char *);

    g_string_append_printf (line, " %s=", key);
    append_value (line, value != NULL ? value : "-");
  }
  va_end (pairs);
  log->sink (line->str, log->data);
}
