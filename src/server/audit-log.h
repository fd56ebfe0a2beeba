/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What happened, for the operator: one line an event, "event=NAME key=value …".
 *
 * A room is written as the first 8 hex digits of the SHA-256 of its id, so that the log cannot be
 * used to find rooms. Tokens, payloads and credentials never reach it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CvServerAuditLog CvServerAuditLog;

/* line has no line end. Any call of write may call it. */
typedef void (*CvServerAuditSink) (const char *line, gpointer data);

/* sink NULL: GLib's log, domain "cv-server", level info. */
CvServerAuditLog *cv_server_audit_log_new (CvServerAuditSink sink, gpointer data);
void cv_server_audit_log_free (CvServerAuditLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvServerAuditLog, cv_server_audit_log_free)

/* room_id may be NULL. Then pairs of strings, key and value, and NULL; characters of a value that
 * would break the line are replaced. */
void cv_server_audit_log_write (CvServerAuditLog *log, const char *event, const char *room_id,
                                ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
