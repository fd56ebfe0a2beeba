/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What conclave-cli and the tests want to know of a session beyond what the window shows. */
#pragma once

#include "call/session.h"
#include "media/stats.h"
#include "routing/backend.h"

G_BEGIN_DECLS

/* Signals of CvSession for this header:
 *   roster-changed ()               another epoch with another roster or confirmation
 *   link-changed (pointer)          CvRoutingLinkFacts, for the time of the call */

typedef struct {
  char *participant;
  CvMediaStats stats;
} CvSessionStream;

GArray *cv_session_dup_streams (CvSession *self); /* CvSessionStream; full */

guint64 cv_session_get_epoch (CvSession *self);
const char *cv_session_get_suite_name (CvSession *self); /* "pq" */
const char *cv_session_get_own_id (CvSession *self); /* NULL before the first epoch */

/* "key-changed:Bob", one a reason, for machines; full. */
char **cv_session_dup_shield_codes (CvSession *self);

/* How a room is opened on this computer: call/ does not know the server. start returns an opaque
 * server, or NULL; *port is the one that it listens on. */
typedef struct {
  gpointer (*start) (const char *listen, const char *certificate_pem, const char *key_pem,
                     guint16 *port, GError **error);
  void (*stop) (gpointer server);
} CvSessionServerFactory;

void cv_session_set_server_factory (const CvSessionServerFactory *factory);

G_END_DECLS
