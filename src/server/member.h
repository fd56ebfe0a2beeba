/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Somebody in a room: at the door or inside, connected or away.
 *
 * Keeps what was sent and not yet acknowledged, so that a cut connection can be resumed, and what
 * the connection has no room for yet: nothing that waits for a member waits elsewhere. The room
 * decides; this only remembers and sends.
 *
 *   sent:  │ handed over, not acknowledged │ not handed over (with and without numbers) │
 *          oldest                          unsent                                  newest */
#pragma once

#include "base/clock.h"
#include "server/config.h"
#include "server/frame.h"
#include "server/throttle.h"

G_BEGIN_DECLS

/* The connection of a member. The member is gone for the sink when it is closed or cut. */
typedef struct {
  void (*send) (gpointer sink, const char *text);
  /* FALSE: enough waits to be written; cv_server_member_flush when some of it is. */
  gboolean (*has_room) (gpointer sink);
  void (*promote) (gpointer sink); /* a member now: larger messages are allowed */
  void (*close) (gpointer sink);
  void (*cut) (gpointer sink); /* without a word and at once: another takes its place */
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
  guint64 inside_since; /* the epoch that it came in with */
  guint64 refused_epoch; /* 1 + the epoch whose commit it refuses; 0: none */
  guint64 removed_epoch; /* 1 + the epoch whose commit removes it; 0: none */
  GPtrArray *guests; /* ids that its own last commit adds, not let in yet; NULL: none */
  guint64 welcome_epoch; /* that it began */
  gint64 welcome_until_us; /* by the room's clock */
  CvServerBucket byte_bucket; /* its share of what the room relays */
  CvServerBucket epoch_bucket; /* and of its epochs */

  const CvServerSinkVtable *sink_vtable; /* NULL while away */
  gpointer sink;
  GSource *grace_timer; /* while away */

  const CvClock *clock; /* NULL: nothing grows old */
  GQueue sent; /* see above; what has no number stays until it is handed over */
  GList *unsent; /* in it: the first that is not handed over; NULL: all are, or nobody is there */
  gsize sent_bytes;
  gsize welcome_bytes; /* of sent_bytes: what came with the Welcome, up to welcome_seq */
  guint64 welcome_seq;
  guint64 *welcome_bytes_now; /* of all members; borrowed */
  guint64 next_seq;
  guint64 handed_seq; /* the newest that was ever handed to a connection */
  guint64 acknowledged;
  guint64 received; /* messages from it, hello and ping not counted */
  gboolean is_overrun; /* more to keep than the queue may hold: to be removed */
} CvServerMember;

/* NULL when the system gives no random numbers. */
CvServerMember *cv_server_member_new (const char *address);
void cv_server_member_free (CvServerMember *member);

gboolean cv_server_member_is_away (const CvServerMember *member);
gboolean cv_server_member_is_inside (const CvServerMember *member);

/* When the oldest was sent that is not acknowledged; G_MAXINT64: none is there. */
gint64 cv_server_member_get_waiting_since_us (const CvServerMember *member);

/* Numbers, keeps and sends. What has no number is not for who is away. */
void cv_server_member_send_frame (CvServerMember *member, CvServerFrame *frame,
                                  const CvServerConfig *config);
void cv_server_member_send (CvServerMember *member, const CvMessage *message,
                            const CvServerConfig *config);
void cv_server_member_send_error (CvServerMember *member, CvMessageCode code, CvMessageType about,
                                  const char *text, const CvServerConfig *config);
void cv_server_member_flush (CvServerMember *member); /* hands over what there is room for */

/* What is unacknowledged now came with a Welcome: counted in *total until it is acknowledged. */
void cv_server_member_count_welcome (CvServerMember *member, guint64 *total);

/* Forgets what has arrived. FALSE when so much was never handed to a connection: who guesses
 * numbers must not make room for more. */
gboolean
cv_server_member_acknowledge (CvServerMember *member, guint64 seq) G_GNUC_WARN_UNUSED_RESULT;
void cv_server_member_repeat (CvServerMember *member); /* everything not acknowledged */

/* Lets go of the connection, and of what has no number and was not handed over. */
typedef enum {
  CV_SERVER_DETACH_LOST, /* it is gone already */
  CV_SERVER_DETACH_CLOSE,
  CV_SERVER_DETACH_CUT,
} CvServerDetach;

void cv_server_member_detach (CvServerMember *member, CvServerDetach how);

G_END_DECLS
