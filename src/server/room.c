/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The people of a room: entering, knocking, being let in, being cut off, leaving. */
#include "server/room.h"

#include "base/secret.h"
#include "server/ice-list.h"
#include "server/room-private.h"
#include "server/timer.h"

#include <string.h>

typedef struct {
  CvServerRoom *room;
  CvServerMember *member;
} Grace;

CvServerRoom *
cv_server_room_new (const char *id, const CvServerShared *shared)
{
  CvServerRoom *room = g_new0 (CvServerRoom, 1);

  room->id = g_strdup (id);
  room->shared = shared;
  room->members = g_ptr_array_new ();
  room->log = cv_server_room_log_new_memory (shared->logs);
  g_queue_init (&room->recent);
  return room;
}

void
cv_server_room_free (CvServerRoom *room)
{
  while (room->members->len > 0) {
    CvServerMember *member = g_ptr_array_steal_index (room->members, room->members->len - 1);

    room->shared->metrics->members_now -= cv_server_member_is_inside (member);
    cv_server_member_detach (member, CV_SERVER_DETACH_CLOSE);
    cv_server_member_free (member);
  }
  cv_server_room_start_group (room, NULL);
  cv_server_room_log_free (room->log);
  g_ptr_array_unref (room->members);
  g_free (room->id);
  g_free (room);
}

void
cv_server_room_set_on_vacant (CvServerRoom *room, void (*on_vacant) (CvServerRoom *, gpointer),
                              gpointer data)
{
  room->on_vacant = on_vacant;
  room->on_vacant_data = data;
}

const char *
cv_server_room_get_id (const CvServerRoom *room)
{
  return room->id;
}

gboolean
cv_server_room_is_vacant (const CvServerRoom *room)
{
  return room->members->len == 0;
}

CvServerMember *
cv_server_room_find (CvServerRoom *room, const char *id)
{
  for (guint i = 0; i < room->members->len; i++) {
    CvServerMember *member = g_ptr_array_index (room->members, i);

    if (g_str_equal (member->id, id))
      return member;
  }
  return NULL;
}

guint
cv_server_room_count_inside (CvServerRoom *room)
{
  guint n = 0;

  for (guint i = 0; i < room->members->len; i++)
    n += cv_server_member_is_inside (g_ptr_array_index (room->members, i));
  return n;
}

void
cv_server_room_send_inside (CvServerRoom *room, const CvMessage *message,
                            const CvServerMember *except)
{
  g_autoptr (CvServerFrame) frame = cv_server_frame_new (message);

  for (guint i = 0; i < room->members->len; i++) {
    CvServerMember *member = g_ptr_array_index (room->members, i);

    if (member != except && cv_server_member_is_inside (member))
      cv_server_member_send_frame (member, frame, room->shared->config);
  }
}

static void
send_id_inside (CvServerRoom *room, CvMessageType type, const CvServerMember *about)
{
  g_autoptr (CvMessage) message = cv_message_new_id (type, about->id);

  cv_server_room_send_inside (room, message, about);
}

static void
stop_knocking (CvServerMember *member)
{
  g_clear_pointer (&member->knock, g_bytes_unref);
  if (member->state == CV_SERVER_MEMBER_KNOCKING)
    member->state = CV_SERVER_MEMBER_VISITOR;
}

/* The last one inside has gone: whoever waits may open the room anew. */
static void
empty_room (CvServerRoom *room)
{
  g_autoptr (CvMessage) empty = cv_message_new (CV_MESSAGE_ROOM_EMPTY);

  cv_server_room_start_group (room, NULL);
  for (guint i = 0; i < room->members->len; i++) {
    CvServerMember *member = g_ptr_array_index (room->members, i);

    stop_knocking (member);
    cv_server_member_send (member, empty, room->shared->config);
  }
}

void
cv_server_room_remove (CvServerRoom *room, CvServerMember *member, gboolean is_graceful)
{
  g_ptr_array_remove (room->members, member);
  if (member->state == CV_SERVER_MEMBER_KNOCKING)
    send_id_inside (room, CV_MESSAGE_KNOCK_GONE, member);
  if (cv_server_member_is_inside (member)) {
    g_autoptr (CvMessage) left = cv_message_new (CV_MESSAGE_MEMBER_LEFT);

    left->member_left.id = g_strdup (member->id);
    left->member_left.is_graceful = is_graceful;
    cv_server_room_send_inside (room, left, NULL);
    room->shared->metrics->members_now--;
    cv_server_audit_log_write (room->shared->audit, "member-left", room->id, "member", member->id,
                               "graceful", is_graceful ? "yes" : "no", NULL);
    if (cv_server_room_count_inside (room) == 0)
      empty_room (room);
  }
  cv_server_member_detach (member, CV_SERVER_DETACH_CLOSE);
  cv_server_member_free (member);
}

static CvServerMember *
find_overrun (CvServerRoom *room)
{
  for (guint i = 0; i < room->members->len; i++) {
    CvServerMember *member = g_ptr_array_index (room->members, i);

    if (member->is_overrun)
      return member;
  }
  return NULL;
}

/* Removing one who does not read tells the others, which may overrun another. */
void
cv_server_room_settle (CvServerRoom *room)
{
  CvServerMember *member;

  cv_server_room_watch_queues (room);
  while ((member = find_overrun (room)) != NULL) {
    cv_server_audit_log_write (room->shared->audit, "member-overrun", room->id, "member",
                               member->id, NULL);
    cv_server_room_remove (room, member, FALSE);
  }
  if (room->members->len == 0 && room->on_vacant != NULL)
    room->on_vacant (room, room->on_vacant_data);
}

static void
attach (CvServerMember *member, const CvServerSinkVtable *vtable, gpointer sink)
{
  member->sink_vtable = vtable;
  member->sink = sink;
  if (cv_server_member_is_inside (member))
    vtable->promote (sink);
}

static void
send_hello_ok (CvServerRoom *room, CvServerMember *member, gboolean is_resumed)
{
  g_autoptr (CvMessage) message = cv_message_new (CV_MESSAGE_HELLO_OK);

  message->hello_ok.member = g_strdup (member->id);
  message->hello_ok.token = g_strdup (member->token);
  message->hello_ok.is_resumed = is_resumed;
  message->hello_ok.received = member->received;
  message->hello_ok.is_occupied = cv_server_room_count_inside (room) > 0;
  cv_server_member_send (member, message, room->shared->config);
}

CvServerMember *
cv_server_room_enter (CvServerRoom *room, const char *address, const CvServerSinkVtable *vtable,
                      gpointer sink)
{
  CvServerMember *member = NULL;

  if (room->members->len < room->shared->config->max_room_members)
    member = cv_server_member_new (address);
  if (member == NULL) {
    cv_server_room_settle (room);
    return NULL;
  }
  member->clock = room->shared->clock;
  g_ptr_array_add (room->members, member);
  attach (member, vtable, sink);
  send_hello_ok (room, member, FALSE);
  return member;
}

static CvServerMember *
find_by_token (CvServerRoom *room, const char *token)
{
  CvServerMember *found = NULL;
  CvSpan given = cv_span (token, strlen (token));

  for (guint i = 0; i < room->members->len; i++) {
    CvServerMember *member = g_ptr_array_index (room->members, i);

    if (cv_secret_span_equal (given, cv_span (member->token, strlen (member->token))))
      found = member;
  }
  return found;
}

CvServerMember *
cv_server_room_resume (CvServerRoom *room, const char *token, guint64 last_seq,
                       const CvServerSinkVtable *vtable, gpointer sink)
{
  CvServerMember *member = find_by_token (room, token);
  gboolean was_away;

  if (member == NULL || last_seq < member->acknowledged
      || !cv_server_member_acknowledge (member, last_seq))
    return NULL;
  was_away = member->grace_timer != NULL;
  cv_server_timer_clear (&member->grace_timer);
  /* At once: what waits there must not lie beside what is repeated here. */
  cv_server_member_detach (member, CV_SERVER_DETACH_CUT);
  attach (member, vtable, sink);
  send_hello_ok (room, member, TRUE);
  cv_server_member_repeat (member);
  room->shared->metrics->resumes++;
  if (was_away && cv_server_member_is_inside (member))
    send_id_inside (room, CV_MESSAGE_MEMBER_BACK, member);
  return member;
}

static void
on_grace_over (gpointer data)
{
  const Grace *grace = data;

  cv_server_timer_clear (&grace->member->grace_timer);
  cv_server_room_remove (grace->room, grace->member, FALSE);
  cv_server_room_settle (grace->room);
}

void
cv_server_room_lose (CvServerRoom *room, CvServerMember *member)
{
  Grace *grace = g_new (Grace, 1);

  *grace = (Grace){room, member};
  cv_server_member_detach (member, CV_SERVER_DETACH_LOST);
  cv_server_timer_clear (&member->grace_timer);
  member->grace_timer =
      cv_server_timer_start (room->shared->config->grace_ms, on_grace_over, grace, g_free);
  if (cv_server_member_is_inside (member))
    send_id_inside (room, CV_MESSAGE_MEMBER_AWAY, member);
  cv_server_room_settle (room);
}

/* ---- messages ---------------------------------------------------------------------------------- */

static void
become_inside (CvServerRoom *room, CvServerMember *member, guint64 since_epoch)
{
  stop_knocking (member);
  member->state = CV_SERVER_MEMBER_INSIDE;
  member->inside_since = since_epoch;
  room->shared->metrics->members_now++;
  if (!cv_server_member_is_away (member))
    member->sink_vtable->promote (member->sink);
}

static GPtrArray *
new_ice_list (CvServerRoom *room, const CvServerMember *member)
{
  return cv_server_ice_list_new (room->shared->config, member->id,
                                 cv_clock_wall_s (room->shared->clock));
}

static void
send_opened (CvServerRoom *room, CvServerMember *member)
{
  g_autoptr (CvMessage) opened = cv_message_new (CV_MESSAGE_OPENED);

  opened->opened.group = g_bytes_ref (room->group);
  opened->opened.ice_servers = new_ice_list (room, member);
  cv_server_member_send (member, opened, room->shared->config);
}

static gboolean
on_open (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  if (room->group != NULL) {
    cv_server_member_send_error (member, CV_MESSAGE_CODE_NOT_EMPTY, message->type,
                                 "somebody is inside already", room->shared->config);
    return TRUE;
  }
  become_inside (room, member, 0);
  cv_server_room_start_group (room, message->group.group);
  send_opened (room, member);
  cv_server_audit_log_write (room->shared->audit, "room-opened", room->id, "member", member->id,
                             NULL);
  return TRUE;
}

static gboolean
on_group (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  if (cv_server_room_count_inside (room) > 1) {
    cv_server_member_send_error (member, CV_MESSAGE_CODE_NOT_EMPTY, message->type,
                                 "only the last one inside makes the group anew",
                                 room->shared->config);
    return TRUE;
  }
  cv_server_room_start_group (room, message->group.group);
  send_opened (room, member);
  return TRUE;
}

static CvMessage *
new_knocked (const CvServerMember *member)
{
  CvMessage *knocked = cv_message_new (CV_MESSAGE_KNOCKED);

  knocked->knock.id = g_strdup (member->id);
  knocked->knock.payload = g_bytes_ref (member->knock);
  return knocked;
}

static gboolean
on_knock (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  g_autoptr (CvMessage) knocked = NULL;

  if (room->group == NULL) {
    cv_server_member_send_error (member, CV_MESSAGE_CODE_ROOM_EMPTY, message->type,
                                 "nobody is inside", room->shared->config);
    return TRUE;
  }
  if (!cv_server_room_take_knock (room, member, g_bytes_get_size (message->knock.payload))) {
    cv_server_member_send_error (member, CV_MESSAGE_CODE_TOO_FAST, message->type,
                                 "too many knocks from this address or at this room",
                                 room->shared->config);
    return TRUE;
  }
  stop_knocking (member);
  member->state = CV_SERVER_MEMBER_KNOCKING;
  member->knock = g_bytes_ref (message->knock.payload);
  knocked = new_knocked (member);
  cv_server_room_send_inside (room, knocked, NULL);
  room->shared->metrics->knocks++;
  return TRUE;
}

/* Whoever came while others still knock can let them in as well. */
static void
send_pending_knocks (CvServerRoom *room, CvServerMember *to)
{
  for (guint i = 0; i < room->members->len; i++) {
    const CvServerMember *member = g_ptr_array_index (room->members, i);

    if (member->state == CV_SERVER_MEMBER_KNOCKING
        && cv_server_room_has_place (room, to, g_bytes_get_size (member->knock))) {
      g_autoptr (CvMessage) knocked = new_knocked (member);

      cv_server_member_send (to, knocked, room->shared->config);
    }
  }
}

static GPtrArray *
new_member_list (CvServerRoom *room, const CvServerMember *except)
{
  GPtrArray *list = cv_message_new_member_list ();

  for (guint i = 0; i < room->members->len; i++) {
    const CvServerMember *member = g_ptr_array_index (room->members, i);

    if (member != except && cv_server_member_is_inside (member))
      cv_message_add_member (list, member->id, cv_server_member_is_away (member));
  }
  return list;
}

static void
let_in (CvServerRoom *room, CvServerMember *host, CvServerMember *guest,
        const CvMessageWelcome *welcome)
{
  g_autoptr (CvMessage) welcomed = cv_message_new (CV_MESSAGE_WELCOMED);

  become_inside (room, guest, welcome->epoch);
  cv_server_room_seats_forget_guest (host, guest->id);
  welcomed->welcomed.from = g_strdup (host->id);
  welcomed->welcomed.group = g_bytes_ref (welcome->group);
  welcomed->welcomed.epoch = welcome->epoch;
  welcomed->welcomed.payload = g_bytes_ref (welcome->payload);
  welcomed->welcomed.members = new_member_list (room, guest);
  welcomed->welcomed.ice_servers = new_ice_list (room, guest);
  cv_server_member_send (guest, welcomed, room->shared->config);
  cv_server_room_replay (room, guest, welcome->epoch);
  cv_server_member_count_welcome (guest, &room->shared->metrics->welcome_bytes_now);
  send_id_inside (room, CV_MESSAGE_MEMBER_JOINED, guest);
  cv_server_audit_log_write (room->shared->audit, "member-joined", room->id, "member", guest->id,
                             NULL);
}

static gboolean
on_welcome (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  const CvMessageWelcome *welcome = &message->welcome;

  /* Late after the group was made anew or voided: the guest would start where nobody is. */
  if (!g_bytes_equal (welcome->group, room->group)
      || welcome->epoch > room->log->vtable->get_next (room->log)
      || welcome->epoch < room->log->vtable->get_first (room->log)) {
    cv_server_member_send_error (member, CV_MESSAGE_CODE_OTHER, message->type,
                                 "not an epoch of this room", room->shared->config);
    return TRUE;
  }
  /* Anybody else could let in anybody at any time: people without the group's key, who count. */
  if (!cv_server_room_seats_may_welcome (room, member, welcome->epoch)) {
    cv_server_member_send_error (member, CV_MESSAGE_CODE_NOT_ALLOWED, message->type,
                                 "only who made the commit lets people in, and soon",
                                 room->shared->config);
    return TRUE;
  }
  g_autoptr (GPtrArray) guests = g_ptr_array_new ();
  for (guint i = 0; welcome->to[i] != NULL; i++) {
    CvServerMember *guest = cv_server_room_find (room, welcome->to[i]);

    if (guest == NULL || guest->state != CV_SERVER_MEMBER_KNOCKING) {
      cv_server_member_send_error (member, CV_MESSAGE_CODE_NO_SUCH_MEMBER, message->type,
                                   "one of the welcomed does not knock any more",
                                   room->shared->config);
    } else if (!cv_server_room_seats_has_guest (member, guest->id)) {
      cv_server_member_send_error (member, CV_MESSAGE_CODE_NOT_ALLOWED, message->type,
                                   "the commit adds somebody else", room->shared->config);
    } else if (!cv_server_room_has_welcome (room, g_bytes_get_size (welcome->payload))) {
      cv_server_member_send_error (member, CV_MESSAGE_CODE_TOO_FAST, message->type,
                                   "too many come into the rooms of this server",
                                   room->shared->config);
    } else {
      let_in (room, member, guest, welcome);
      g_ptr_array_add (guests, guest);
    }
  }
  /* Only now: who comes in with them is no pending knock to the others of the batch. */
  for (guint i = 0; i < guests->len; i++)
    send_pending_knocks (room, g_ptr_array_index (guests, i));
  return TRUE;
}

static gboolean
on_deny (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  CvServerMember *guest = cv_server_room_find (room, message->deny.id);
  g_autoptr (CvMessage) denied = cv_message_new (CV_MESSAGE_DENIED);
  g_autoptr (CvMessage) gone = cv_message_new_id (CV_MESSAGE_KNOCK_GONE, message->deny.id);

  /* It left meanwhile, or another let it in: both are told already. */
  if (guest == NULL || guest->state != CV_SERVER_MEMBER_KNOCKING)
    return TRUE;
  stop_knocking (guest);
  denied->deny.reason = message->deny.reason;
  cv_server_member_send (guest, denied, room->shared->config);
  cv_server_room_send_inside (room, gone, NULL);
  return TRUE;
}

static gboolean
on_leave (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  cv_server_room_remove (room, member, TRUE);
  return TRUE;
}

static gboolean
on_ping (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  g_autoptr (CvMessage) pong = cv_message_new (CV_MESSAGE_PONG);

  if (!cv_server_member_acknowledge (member, message->ping.last_seq))
    return FALSE;
  pong->pong.received = member->received;
  cv_server_member_send (member, pong, room->shared->config);
  return TRUE;
}

typedef enum { ANYBODY, OUTSIDE, INSIDE } Who;

static const struct {
  Who who;
  gboolean (*handle) (CvServerRoom *room, CvServerMember *member, const CvMessage *message);
} handlers[CV_MESSAGE_N_TYPES] = {
    [CV_MESSAGE_OPEN] = {OUTSIDE, on_open},
    [CV_MESSAGE_KNOCK] = {OUTSIDE, on_knock},
    [CV_MESSAGE_COMMIT] = {INSIDE, cv_server_room_on_commit},
    [CV_MESSAGE_APPLICATION] = {INSIDE, cv_server_room_on_application},
    [CV_MESSAGE_WELCOME] = {INSIDE, on_welcome},
    [CV_MESSAGE_GROUP] = {INSIDE, on_group},
    [CV_MESSAGE_GROUP_INFO_REQUEST] = {INSIDE, cv_server_room_on_group_info_request},
    [CV_MESSAGE_GROUP_INFO] = {INSIDE, cv_server_room_on_group_info},
    [CV_MESSAGE_GAP] = {INSIDE, cv_server_room_on_gap},
    [CV_MESSAGE_REJECT] = {INSIDE, cv_server_room_on_reject},
    [CV_MESSAGE_DENY] = {INSIDE, on_deny},
    [CV_MESSAGE_LEAVE] = {ANYBODY, on_leave},
    [CV_MESSAGE_PING] = {ANYBODY, on_ping},
};

static gboolean
is_allowed (const CvServerMember *member, Who who)
{
  return who == ANYBODY || (who == INSIDE) == cv_server_member_is_inside (member);
}

gboolean
cv_server_room_handle (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  gboolean is_good = FALSE;

  member->received += message->type != CV_MESSAGE_PING;
  if (handlers[message->type].handle == NULL || !is_allowed (member, handlers[message->type].who))
    cv_server_member_send_error (member, CV_MESSAGE_CODE_NOT_ALLOWED, message->type,
                                 "not allowed at this point", room->shared->config);
  else
    is_good = handlers[message->type].handle (room, member, message);
  cv_server_room_settle (room);
  return is_good;
}
