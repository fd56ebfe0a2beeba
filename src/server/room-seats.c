/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Whose connection belongs to a leaf of the group. The room cannot see leaves: the author of a commit
 * names the connections of those that it adds and removes, and the members refuse a commit that says
 * something else. So there is no vote without a leaf, and no two for one. */
#include "server/room-private.h"
#include "server/timer.h"

/* From the commit to its Welcome: a cut, a resume and a slow way up. */
#define WELCOME_US (60 * G_USEC_PER_SEC)

static gboolean
has_id (char **ids, const char *id)
{
  return ids != NULL && g_strv_contains ((const char *const *)ids, id);
}

static void
send_away (CvServerRoom *room, CvServerMember *member, CvMessageCode code, const char *why)
{
  g_autoptr (CvMessage) error = cv_message_new_error (code, NULL, why);

  cv_server_member_send (member, error, room->shared->config);
  cv_server_audit_log_write (room->shared->audit, "member-removed", room->id, "member", member->id,
                             "why", why, NULL);
  cv_server_room_remove (room, member, FALSE);
}

void
cv_server_room_seats_expel (CvServerRoom *room, guint64 before_epoch)
{
  for (guint i = room->members->len; i > 0; i--) {
    CvServerMember *member = g_ptr_array_index (room->members, i - 1);

    if (member->removed_epoch != 0 && member->removed_epoch <= before_epoch)
      send_away (room, member, CV_MESSAGE_CODE_NOT_ALLOWED, "the others removed this member");
  }
}

static void
on_removal_stands (gpointer data)
{
  CvServerRoom *room = data;

  cv_server_timer_clear (&room->removal_timer);
  cv_server_room_seats_expel (room, G_MAXUINT64);
  cv_server_room_settle (room);
}

static void
forget_guests (CvServerMember *member, char **ids)
{
  for (guint i = member->guests != NULL ? member->guests->len : 0; i > 0; i--)
    if (has_id (ids, g_ptr_array_index (member->guests, i - 1)))
      g_ptr_array_remove_index (member->guests, i - 1);
}

static void
mark_removed (CvServerRoom *room, const CvServerLogEntry *entry)
{
  for (guint i = 0; entry->removes != NULL && i < room->members->len; i++) {
    CvServerMember *member = g_ptr_array_index (room->members, i);

    forget_guests (member, entry->removes);
    if (!cv_server_member_is_inside (member) || member->removed_epoch != 0
        || !has_id (entry->removes, member->id))
      continue;
    member->removed_epoch = entry->epoch + 1;
    cv_server_timer_clear (&room->removal_timer);
    /* Time for the others to refuse that. Who is honest goes by itself. */
    room->removal_timer =
        cv_server_timer_start (room->shared->config->grace_ms, on_removal_stands, room, NULL);
  }
}

void
cv_server_room_seats_take (CvServerRoom *room, CvServerMember *author,
                           const CvServerLogEntry *entry)
{
  /* What came before cannot be voided any more. */
  cv_server_room_seats_expel (room, entry->epoch);
  mark_removed (room, entry);
  if (author == NULL)
    return;
  g_clear_pointer (&author->guests, g_ptr_array_unref);
  author->guests = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; entry->adds != NULL && entry->adds[i] != NULL; i++)
    if (!g_ptr_array_find_with_equal_func (author->guests, entry->adds[i], g_str_equal, NULL))
      g_ptr_array_add (author->guests, g_strdup (entry->adds[i]));
  author->welcome_epoch = entry->epoch + 1;
  author->welcome_until_us = cv_clock_monotonic_us (room->shared->clock) + WELCOME_US;
}

void
cv_server_room_seats_void (CvServerRoom *room, guint64 epoch)
{
  for (guint i = room->members->len; i > 0; i--) {
    CvServerMember *member = g_ptr_array_index (room->members, i - 1);

    if (member->removed_epoch == epoch + 1)
      member->removed_epoch = 0;
    /* It has no leaf any more, and would have a vote on all that comes. */
    if (cv_server_member_is_inside (member) && member->inside_since == epoch + 1)
      send_away (room, member, CV_MESSAGE_CODE_VOIDED, "the commit that let it in was refused");
  }
}

void
cv_server_room_seats_clear (CvServerRoom *room)
{
  cv_server_timer_clear (&room->removal_timer);
  for (guint i = 0; i < room->members->len; i++) {
    CvServerMember *member = g_ptr_array_index (room->members, i);

    member->inside_since = member->refused_epoch = member->removed_epoch = 0;
    g_clear_pointer (&member->guests, g_ptr_array_unref);
  }
}

gboolean
cv_server_room_seats_may_welcome (const CvServerRoom *room, const CvServerMember *member,
                                  guint64 epoch)
{
  return member->guests != NULL && member->welcome_epoch == epoch
         && cv_clock_monotonic_us (room->shared->clock) < member->welcome_until_us;
}

gboolean
cv_server_room_seats_has_guest (const CvServerMember *member, const char *guest_id)
{
  return member->guests != NULL
         && g_ptr_array_find_with_equal_func (member->guests, guest_id, g_str_equal, NULL);
}

void
cv_server_room_seats_forget_guest (CvServerMember *member, const char *guest_id)
{
  char *ids[] = {(char *)guest_id, NULL};

  forget_guests (member, ids);
}

/* Whom a commit brought in has no say about it: its author could bring any number. Whom it removes
 * has one, for the last time: its author could remove everybody. */
gboolean
cv_server_room_seats_has_vote (const CvServerMember *member, guint64 epoch)
{
  return cv_server_member_is_inside (member) && member->inside_since <= epoch
         && (member->removed_epoch == 0 || epoch < member->removed_epoch);
}
