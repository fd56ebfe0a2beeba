/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Somebody in a room: at the door or inside, connected or away.
 *
 * Keeps what was sent and not yet acknowledged, so that a cut connection can be resumed. The room
 * decides; this only remembers and sends. */
#pragma once

#include "base/clock.h"
#include "server/config.h"
#include "server/frame.h"
#include "server/throttle.h"

G_BEGIN_DECLS

/* The connection of a member. close: the member is gone for the sink when it is called. */
typedef struct {
  void (*send) (gpointer sink, const char *text);
  void (*promote) (gpointer sink); /* a member now: larger messages are allowed */
  void (*close) (gpointer sink);
} CvServerSinkVtable;

typedef enum {
  CV_SERVER_MEMBER_VISITOR, /* connected, nothing more */
  CV_SERVER_MEMBER_KNOCKING,
  CV_SERVER_MEMBER_INSIDE,
} CvServerMemberState;

typedef struct {
  char *id;
  char *token; /* for a resume */
  char *address; /* key for throttles */
  CvServerMemberState state;
  GBytes *knock; /* while knocking */
  guint64 inside_since; /* the room's epoch when it came in */
  guint64 refused_epoch; /* 1 + the epoch whose commit it refuses; 0: none */
  gboolean may_welcome; /* its own last commit began welcome_epoch */
  guint64 welcome_epoch;
  gint64 welcome_until_us; /* by the room's clock */
  CvServerBucket byte_bucket; /* its share of what the room relays */
  CvServerBucket epoch_bucket; /* and of its epochs */

  const CvServerSinkVtable *sink_vtable; /* NULL while away */
  gpointer sink;
  GSource *grace_timer; /* while away */

  const CvClock *clock; /* NULL: nothing grows old */
  GQueue sent; /* not acknowledged yet, oldest first */
  gsize sent_bytes;
  gsize welcome_bytes; /* of sent_bytes: what came with the Welcome, up to welcome_seq */
  guint64 welcome_seq;
  guint64 *welcome_bytes_now; /* of all members; borrowed */
  guint64 next_seq;
  guint64 acknowledged;
  guint64 received; /* messages from it, hello and ping not counted */
  gboolean is_overrun; /* more unacknowledged than the queue may hold: to be removed */
} CvServerMember;

/* NULL when the system gives no random numbers. */
CvServerMember *cv_server_member_new (const char *address);
void cv_server_member_free (CvServerMember *member);

gboolean cv_server_member_is_away (const CvServerMember *member);
gboolean cv_server_member_is_inside (const CvServerMember *member);

/* When the oldest was sent that is not acknowledged; G_MAXINT64: none is there. */
gint64 cv_server_member_get_waiting_since_us (const CvServerMember *member);

/* Numbers, keeps and sends. */
void cv_server_member_send_frame (CvServerMember *member, CvServerFrame *frame,
                                  const CvServerConfig *config);
void cv_server_member_send (CvServerMember *member, const CvMessage *message,
                            const CvServerConfig *config);
void cv_server_member_send_error (CvServerMember *member, CvMessageCode code, CvMessageType about,
                                  const char *text);

/* What is unacknowledged now came with a Welcome: counted in *total until it is acknowledged. */
void cv_server_member_count_welcome (CvServerMember *member, guint64 *total);

/* Forgets what has arrived. FALSE when so much was never sent. */
gboolean
cv_server_member_acknowledge (CvServerMember *member, guint64 seq) G_GNUC_WARN_UNUSED_RESULT;
void cv_server_member_repeat (CvServerMember *member); /* everything not acknowledged */

/* Lets go of the connection; with `close` it is told. */
void cv_server_member_detach (CvServerMember *member, gboolean close);

G_END_DECLS
