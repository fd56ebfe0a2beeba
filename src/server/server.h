/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A room server: listens, speaks TLS and WebSocket, and keeps rooms. Never sees a key.
 *
 * Runs on the thread-default main context it is started in, never blocks it; every call from that
 * thread. The same object runs inside `conclave` and in `conclave-server`. */
#pragma once

#include "server/audit-log.h"
#include "server/config.h"
#include "server/metrics.h"

G_BEGIN_DECLS

#define CV_TYPE_SERVER (cv_server_get_type ())
G_DECLARE_FINAL_TYPE (CvServer, cv_server, CV, SERVER, GObject)

CvServer *cv_server_new (const CvServerConfig *config); /* copied; NULL: the defaults */

/* Where the audit log goes; before the start. Without it: GLib's log. */
void cv_server_set_audit_sink (CvServer *self, CvServerAuditSink sink, gpointer data);

/* listen: "127.0.0.1:0", "[::]:8443"; NULL: the configuration's. certificate_pem and key_pem: one
 * certificate (and chain) and its private key. CV_SERVER_ERROR_*. */
gboolean cv_server_start (CvServer *self, const char *listen, const char *certificate_pem,
                          const char *key_pem, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Tells every client and closes; the last words go out while the main context runs on, and
 * connections_now of the metrics reaches 0 within 2 s. Idempotent. */
void cv_server_stop (CvServer *self);

guint16 cv_server_get_port (CvServer *self); /* the real one; 0 when not started */
const CvServerMetrics *cv_server_get_metrics (CvServer *self);

G_END_DECLS
