/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One room: who is at the door, who is inside, and the order of the group's commits.
 *
 * Knows no network and no key: messages come in parsed and go out through sinks. What it refuses,
 * it refuses for availability only; clients check everything again. */
#pragma once

#include "base/clock.h"
#include "server/audit-log.h"
#include "server/member.h"
#include "server/metrics.h"
#include "server/room-log.h"
#include "server/throttle.h"

G_BEGIN_DECLS

/* What all rooms of a server share; outlives them. */
typedef struct {
  const CvServerConfig *config;
  CvServerMetrics *metrics;
  CvServerAuditLog *audit;
  CvServerThrottle *knocks; /* by address */
  CvServerThrottle *bytes; /* the same; of all messages */
  CvServerLogStore *logs;
  const CvClock *clock;
} CvServerShared;

typedef struct CvServerRoom CvServerRoom;

CvServerRoom *cv_server_room_new (const char *id, const CvServerShared *shared);
void cv_server_room_free (CvServerRoom *room); /* closes every connection */

/* After this call or any below the room may be vacant: then whoever holds it lets it go. */
void cv_server_room_set_on_vacant (CvServerRoom *room, void (*on_vacant) (CvServerRoom *, gpointer),
                                   gpointer data);

/* A new connection: hello-ok goes out. NULL when the room is full. The member is the room's. */
CvServerMember *cv_server_room_enter (CvServerRoom *room, const char *address,
                                      const CvServerSinkVtable *vtable, gpointer sink);
/* A connection that comes back; the old one is closed. NULL: too late, or never here. */
CvServerMember *cv_server_room_resume (CvServerRoom *room, const char *token, guint64 last_seq,
                                       const CvServerSinkVtable *vtable, gpointer sink);
/* FALSE when the sender broke a rule that only a broken client breaks. The member may be gone
 * afterwards: then its sink's close was called. */
gboolean cv_server_room_handle (CvServerRoom *room, CvServerMember *member,
                                const CvMessage *message) G_GNUC_WARN_UNUSED_RESULT;
/* The connection was cut: the grace begins. */
void cv_server_room_lose (CvServerRoom *room, CvServerMember *member);

const char *cv_server_room_get_id (const CvServerRoom *room);
gboolean cv_server_room_is_vacant (const CvServerRoom *room); /* nobody, not even at the door */

G_END_DECLS
