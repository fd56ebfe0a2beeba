/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the parts of a room share: room.c has the people, room-group.c the group's messages,
 * room-limits.c how much of them. */
#pragma once

#include "server/room.h"

G_BEGIN_DECLS

/* Application messages of late epochs, for who is welcomed a moment after they were sent. */
typedef struct {
  guint64 epoch;
  char *from;
  CvServerFrame *frame;
} CvServerRecent;

struct CvServerRoom {
  char *id;
  const CvServerShared *shared;
  void (*on_vacant) (CvServerRoom *, gpointer);
  gpointer on_vacant_data;

  GPtrArray *members; /* CvServerMember, in the order they came; the room frees them */

  GBytes *group; /* NULL while nobody is inside */
  CvServerRoomLog *log;
  char *last_author; /* of the newest commit, while it can be voided */
  GSource *removal_timer; /* until who was removed has to go */
  GQueue recent; /* CvServerRecent, oldest first */
  gsize recent_bytes;
  CvServerBucket epoch_bucket;
  CvServerBucket byte_bucket;
  CvServerBucket knock_bucket;
  gboolean is_lagging; /* somebody has half of its queue unacknowledged */
};

/* room.c */
CvServerMember *cv_server_room_find (CvServerRoom *room, const char *id);
guint cv_server_room_count_inside (CvServerRoom *room);
void cv_server_room_send_inside (CvServerRoom *room, const CvMessage *message,
                                 const CvServerMember *except);
void cv_server_room_remove (CvServerRoom *room, CvServerMember *member, gboolean is_graceful);
/* The last thing of every way into the room, which may be freed by it. */
void cv_server_room_settle (CvServerRoom *room);

/* room-limits.c: FALSE when it is too much; nothing is taken then. */
gboolean cv_server_room_take_bytes (CvServerRoom *room, CvServerMember *member, gsize bytes);
/* What goes to the member alone costs its own share alone. */
gboolean cv_server_room_take_answer (CvServerRoom *room, CvServerMember *member, gsize bytes);
gboolean cv_server_room_take_commit (CvServerRoom *room, CvServerMember *member, gsize bytes);
gboolean cv_server_room_take_knock (CvServerRoom *room, CvServerMember *member, gsize bytes);
/* Whether a repeated payload fits beside what the member has not acknowledged; nothing is taken. */
gboolean
cv_server_room_has_place (const CvServerRoom *room, const CvServerMember *member, gsize bytes);
/* The same for a Welcome, beside those of all rooms. */
gboolean cv_server_room_has_welcome (const CvServerRoom *room, gsize bytes);
/* Notes who lags, and marks as overrun who has not acknowledged for too long. */
void cv_server_room_watch_queues (CvServerRoom *room);

/* room-seats.c: who is inside belongs to a leaf of the group, one connection to each. */
/* What the newest commit, of that member, adds and removes. NULL: the author is gone. */
void cv_server_room_seats_take (CvServerRoom *room, CvServerMember *author,
                                const CvServerLogEntry *entry);
/* It was voided: takes back what it did. Removes members. */
void cv_server_room_seats_void (CvServerRoom *room, guint64 epoch);
void cv_server_room_seats_clear (CvServerRoom *room); /* the group is another one */
/* Who was removed, and cannot come back by a void any more, goes. Removes members. */
void cv_server_room_seats_expel (CvServerRoom *room, guint64 before_epoch);
/* The author of the commit that began this epoch may let in whom it adds, soon. */
gboolean cv_server_room_seats_may_welcome (const CvServerRoom *room, const CvServerMember *member,
                                           guint64 epoch);
/* Whom it adds, and has not let in yet. */
gboolean cv_server_room_seats_has_guest (const CvServerMember *member, const char *guest_id);
void cv_server_room_seats_forget_guest (CvServerMember *member, const char *guest_id);
/* About the commit made in that epoch. */
gboolean cv_server_room_seats_has_vote (const CvServerMember *member, guint64 epoch);

/* room-group.c: handlers, FALSE as in cv_server_room_handle. */
void cv_server_room_start_group (CvServerRoom *room, GBytes *group); /* NULL: ends it */
void cv_server_room_replay (CvServerRoom *room, CvServerMember *member, guint64 from_epoch);
gboolean
cv_server_room_on_commit (CvServerRoom *room, CvServerMember *member, const CvMessage *message);
gboolean cv_server_room_on_application (CvServerRoom *room, CvServerMember *member,
                                        const CvMessage *message);
gboolean
cv_server_room_on_gap (CvServerRoom *room, CvServerMember *member, const CvMessage *message);
gboolean
cv_server_room_on_reject (CvServerRoom *room, CvServerMember *member, const CvMessage *message);
gboolean cv_server_room_on_group_info_request (CvServerRoom *room, CvServerMember *member,
                                               const CvMessage *message);
gboolean
cv_server_room_on_group_info (CvServerRoom *room, CvServerMember *member, const CvMessage *message);

G_END_DECLS
