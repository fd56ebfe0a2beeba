/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The group's messages: ordering commits, relaying the rest. Payloads are never looked into. */
#include "protocol/limits.h"
#include "server/room-private.h"

#define RECENT_MAX 128
#define RECENT_BYTES_MAX (1024 * 1024)

static void
free_recent (gpointer data)
{
  CvServerRecent *recent = data;

  g_free (recent->from);
  cv_server_frame_unref (recent->frame);
  g_free (recent);
}

static void
drop_oldest_recent (CvServerRoom *room)
{
  CvServerRecent *recent = g_queue_pop_head (&room->recent);

  room->recent_bytes -= cv_server_frame_get_len (recent->frame);
  free_recent (recent);
}

void
cv_server_room_start_group (CvServerRoom *room, GBytes *group)
{
  GBytes *old = g_steal_pointer (&room->group);

  room->group = group != NULL ? g_bytes_ref (group) : NULL;
  g_clear_pointer (&old, g_bytes_unref);
  g_clear_pointer (&room->last_author, g_free);
  room->log->vtable->reset (room->log, 0);
  cv_server_room_seats_clear (room);
  while (room->recent.length > 0)
    drop_oldest_recent (room);
}

static CvMessage *
new_ordered (const CvServerRoom *room, const CvServerLogEntry *entry)
{
  CvMessage *message =
      cv_message_new_group_message (CV_MESSAGE_ORDERED, room->group, entry->epoch, entry->payload);

  message->group_message.from = g_strdup (entry->from);
  message->group_message.adds = g_strdupv (entry->adds);
  message->group_message.removes = g_strdupv (entry->removes);
  return message;
}

static void
send_ordered (CvServerRoom *room, CvServerMember *member, const CvServerLogEntry *entry)
{
  g_autoptr (CvMessage) message = new_ordered (room, entry);

  cv_server_member_send (member, message, room->shared->config);
}

/* Everything since that epoch began, as it was ordered, while it fits: for the rest a client asks
 * when it has come that far. */
void
cv_server_room_replay (CvServerRoom *room, CvServerMember *member, guint64 from_epoch)
{
  guint64 end = room->log->vtable->get_next (room->log);

  for (guint64 epoch = from_epoch; epoch <= end; epoch++) {
    const CvServerLogEntry *entry = room->log->vtable->get (room->log, epoch);

    for (GList *link = room->recent.head; link != NULL; link = link->next) {
      const CvServerRecent *recent = link->data;

      if (recent->epoch == epoch && !g_str_equal (recent->from, member->id)
          && cv_server_room_has_place (room, member, cv_server_frame_get_len (recent->frame)))
        cv_server_member_send_frame (member, recent->frame, room->shared->config);
    }
    if (entry == NULL)
      continue;
    if (!cv_server_room_has_place (room, member, g_bytes_get_size (entry->payload)))
      return;
    send_ordered (room, member, entry);
  }
}

static void
reject_commit (CvServerRoom *room, CvServerMember *member, guint64 epoch, CvMessageReason reason)
{
  g_autoptr (CvMessage) message = cv_message_new (CV_MESSAGE_REJECTED);

  message->rejected.epoch = epoch;
  message->rejected.reason = (int)reason;
  cv_server_member_send (member, message, room->shared->config);
  room->shared->metrics->commits_rejected++;
}

typedef struct {
  CvServerRoom *room;
  char *author;
  guint64 epoch;
} Append;

static void
free_append (gpointer data)
{
  Append *append = data;

  g_free (append->author);
  g_free (append);
}

static void
announce_commit (CvServerRoom *room, CvServerMember *author, const CvServerLogEntry *entry)
{
  g_autoptr (CvMessage) ordered = new_ordered (room, entry);

  if (author != NULL) {
    g_autoptr (CvMessage) accepted = cv_message_new_epoch (CV_MESSAGE_ACCEPTED, entry->epoch);

    cv_server_member_send (author, accepted, room->shared->config);
  }
  cv_server_room_send_inside (room, ordered, author);
}

static void
on_log_appended (gboolean has_won, gpointer data)
{
  const Append *append = data;
  CvServerRoom *room = append->room;
  CvServerMember *author = cv_server_room_find (room, append->author);
  const CvServerLogEntry *entry = room->log->vtable->get (room->log, append->epoch);

  if (!has_won || entry == NULL) {
    if (author != NULL)
      reject_commit (room, author, append->epoch, CV_MESSAGE_REASON_STALE_EPOCH);
    return;
  }
  g_free (room->last_author);
  room->last_author = g_strdup (append->author);
  for (guint i = 0; i < room->members->len; i++)
    ((CvServerMember *)g_ptr_array_index (room->members, i))->refused_epoch = 0;
  cv_server_room_seats_take (room, author, entry);
  room->shared->metrics->commits_accepted++;
  announce_commit (room, author, entry);
}

gboolean
cv_server_room_on_commit (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  const CvMessageGroupMessage *commit = &message->group_message;
  const CvServerLogEntry entry = {
      .epoch = commit->epoch,
      .from = member->id,
      .payload = commit->payload,
      .adds = commit->adds,
      .removes = commit->removes,
  };
  Append *append;

  if (!g_bytes_equal (commit->group, room->group)) {
    reject_commit (room, member, commit->epoch, CV_MESSAGE_REASON_WRONG_GROUP);
    return TRUE;
  }
  if (member->removed_epoch != 0) {
    reject_commit (room, member, commit->epoch, CV_MESSAGE_REASON_OTHER);
    return TRUE;
  }
  if (commit->epoch != room->log->vtable->get_next (room->log)) {
    reject_commit (room, member, commit->epoch, CV_MESSAGE_REASON_STALE_EPOCH);
    return TRUE;
  }
  if (!cv_server_room_take_commit (room, member, cv_server_log_entry_get_bytes (&entry))) {
    reject_commit (room, member, commit->epoch, CV_MESSAGE_REASON_TOO_FAST);
    return TRUE;
  }
  append = g_new (Append, 1);
  *append = (Append){room, g_strdup (member->id), commit->epoch};
  room->log->vtable->append (room->log, &entry, on_log_appended, append, free_append);
  return TRUE;
}

static void
remember_recent (CvServerRoom *room, const char *from, guint64 epoch, CvServerFrame *frame)
{
  CvServerRecent *recent = g_new (CvServerRecent, 1);

  *recent = (CvServerRecent){epoch, g_strdup (from), cv_server_frame_ref (frame)};
  g_queue_push_tail (&room->recent, recent);
  room->recent_bytes += cv_server_frame_get_len (frame);
  while (room->recent.length > RECENT_MAX || room->recent_bytes > RECENT_BYTES_MAX)
    drop_oldest_recent (room);
}

gboolean
cv_server_room_on_application (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  const CvMessageGroupMessage *application = &message->group_message;
  g_autoptr (CvMessage) relayed = NULL;
  g_autoptr (CvServerFrame) frame = NULL;

  /* One that was under way while the group was made anew is nobody's fault. */
  if (!g_bytes_equal (application->group, room->group))
    return TRUE;
  if (application->epoch > room->log->vtable->get_next (room->log))
    return FALSE;
  if (!cv_server_room_take_bytes (room, member, g_bytes_get_size (application->payload))) {
    cv_server_member_send_error (member, CV_MESSAGE_CODE_TOO_FAST, message->type,
                                 "the room relays too much", room->shared->config);
    return TRUE;
  }
  relayed = cv_message_new_group_message (CV_MESSAGE_RELAYED, room->group, application->epoch,
                                          application->payload);
  relayed->group_message.from = g_strdup (member->id);
  frame = cv_server_frame_new (relayed);
  for (guint i = 0; i < room->members->len; i++) {
    CvServerMember *other = g_ptr_array_index (room->members, i);

    if (other != member && cv_server_member_is_inside (other))
      cv_server_member_send_frame (other, frame, room->shared->config);
  }
  remember_recent (room, member->id, application->epoch, frame);
  room->shared->metrics->messages_relayed++;
  room->shared->metrics->bytes_relayed += g_bytes_get_size (application->payload);
  return TRUE;
}

gboolean
cv_server_room_on_gap (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  guint64 next = room->log->vtable->get_next (room->log);
  g_autoptr (CvMessage) end = NULL;

  if (message->epoch.epoch > next)
    return FALSE;
  if (message->epoch.epoch < room->log->vtable->get_first (room->log)) {
    cv_server_member_send_error (member, CV_MESSAGE_CODE_GAP_TOO_OLD, message->type,
                                 "these commits are not kept any more", room->shared->config);
    return TRUE;
  }
  for (guint64 epoch = message->epoch.epoch; epoch < next; epoch++) {
    const CvServerLogEntry *entry = room->log->vtable->get (room->log, epoch);

    /* Asking again and again must cost the one who asks; and no acknowledgement can arrive while
     * we answer, so no more than fits. */
    if (entry == NULL || !cv_server_room_has_place (room, member, g_bytes_get_size (entry->payload))
        || !cv_server_room_take_answer (room, member, g_bytes_get_size (entry->payload))) {
      cv_server_member_send_error (member, CV_MESSAGE_CODE_TOO_FAST, message->type,
                                   "the room relays too much", room->shared->config);
      return TRUE;
    }
    send_ordered (room, member, entry);
  }
  end = cv_message_new_epoch (CV_MESSAGE_GAP_END, next);
  cv_server_member_send (member, end, room->shared->config);
  return TRUE;
}

static void
void_commit (CvServerRoom *room, CvServerMember *author, guint64 epoch)
{
  g_autoptr (CvMessage) voided = cv_message_new_epoch (CV_MESSAGE_VOIDED, epoch);

  room->log->vtable->void_last (room->log);
  g_clear_pointer (&room->last_author, g_free);
  room->shared->metrics->commits_voided++;
  cv_server_room_send_inside (room, voided, NULL);
  cv_server_room_seats_void (room, epoch);
  if (author == NULL)
    return;
  cv_server_member_send_error (author, CV_MESSAGE_CODE_VOIDED, CV_MESSAGE_COMMIT,
                               "more than half of the others refused the commit",
                               room->shared->config);
  cv_server_audit_log_write (room->shared->audit, "commit-voided", room->id, "member", author->id,
                             NULL);
  cv_server_room_remove (room, author, FALSE);
}

gboolean
cv_server_room_on_reject (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  guint64 epoch = message->epoch.epoch;
  CvServerMember *author;
  guint n_others = 0, n_refusing = 0;

  /* Only the newest commit can be taken back; a late word about an older one is no breach. */
  if (room->last_author == NULL || epoch + 1 != room->log->vtable->get_next (room->log)
      || g_str_equal (room->last_author, member->id)
      || !cv_server_room_seats_has_vote (member, epoch))
    return TRUE;
  member->refused_epoch = epoch + 1;
  author = cv_server_room_find (room, room->last_author);
  for (guint i = 0; i < room->members->len; i++) {
    const CvServerMember *other = g_ptr_array_index (room->members, i);

    if (other == author || !cv_server_room_seats_has_vote (other, epoch)
        || cv_server_member_is_away (other))
      continue;
    n_others++;
    n_refusing += other->refused_epoch == epoch + 1;
  }
  /* One against one: nobody can tell who is wrong. Who was here first is believed, or else the last
   * one to come could throw out whoever opened the room, or wants to remove it. */
  if (n_others == 1 && author != NULL && author->inside_since < member->inside_since)
    return TRUE;
  if (2 * n_refusing > n_others)
    void_commit (room, author, epoch);
  return TRUE;
}

gboolean
cv_server_room_on_group_info_request (CvServerRoom *room, CvServerMember *member,
                                      const CvMessage *message)
{
  for (guint i = 0; i < room->members->len; i++) {
    CvServerMember *other = g_ptr_array_index (room->members, i);

    if (other != member && cv_server_member_is_inside (other)
        && !cv_server_member_is_away (other)) {
      g_autoptr (CvMessage) wanted = cv_message_new_id (CV_MESSAGE_GROUP_INFO_WANTED, member->id);

      cv_server_member_send (other, wanted, room->shared->config);
      return TRUE;
    }
  }
  cv_server_member_send_error (member, CV_MESSAGE_CODE_NO_SUCH_MEMBER, message->type,
                               "nobody else is connected", room->shared->config);
  return TRUE;
}

gboolean
cv_server_room_on_group_info (CvServerRoom *room, CvServerMember *member, const CvMessage *message)
{
  CvServerMember *to = cv_server_room_find (room, message->group_info.to);
  g_autoptr (CvMessage) given = NULL;

  /* Who waits at the door gets nothing of the group (E2EE section 5). */
  if (to == NULL || !cv_server_member_is_inside (to)) {
    cv_server_member_send_error (member, CV_MESSAGE_CODE_NO_SUCH_MEMBER, message->type,
                                 "the one addressed is not inside", room->shared->config);
    return TRUE;
  }
  if (!cv_server_room_take_bytes (room, member, g_bytes_get_size (message->group_info.payload))) {
    cv_server_member_send_error (member, CV_MESSAGE_CODE_TOO_FAST, message->type,
                                 "the room relays too much", room->shared->config);
    return TRUE;
  }
  given = cv_message_new (CV_MESSAGE_GROUP_INFO_GIVEN);
  given->group_info_given.from = g_strdup (member->id);
  given->group_info_given.payload = g_bytes_ref (message->group_info.payload);
  cv_server_member_send (to, given, room->shared->config);
  return TRUE;
}
