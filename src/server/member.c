/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/member.h"

#include "server/timer.h"

#include <sys/random.h>

#define ID_BYTES 8
#define TOKEN_BYTES 24

typedef struct {
  guint64 seq; /* 0: it has no number */
  gint64 at_us;
  CvServerFrame *frame;
} Sent;

static void
free_sent (gpointer data)
{
  Sent *sent = data;

  cv_server_frame_unref (sent->frame);
  g_free (sent);
}

/* Full; NULL on failure. This layer links no cryptography: the kernel's generator does. */
static char *
new_random_hex (gsize n_bytes)
{
  guint8 bytes[TOKEN_BYTES];
  GString *out;

  g_assert (n_bytes <= sizeof bytes);
  if (getrandom (bytes, n_bytes, 0) != (gssize)n_bytes)
    return NULL;
  out = g_string_sized_new (2 * n_bytes + 1);
  for (gsize i = 0; i < n_bytes; i++)
    g_string_append_printf (out, "%02x", bytes[i]);
  return g_string_free_and_steal (out);
}

CvServerMember *
cv_server_member_new (const char *address)
{
  CvServerMember *member = g_new0 (CvServerMember, 1);

  member->id = new_random_hex (ID_BYTES);
  member->token = new_random_hex (TOKEN_BYTES);
  member->address = g_strdup (address);
  member->next_seq = 1;
  g_queue_init (&member->sent);
  if (member->id == NULL || member->token == NULL) {
    cv_server_member_free (member);
    return NULL;
  }
  return member;
}

static void
discount_welcome (CvServerMember *member)
{
  if (member->welcome_bytes_now != NULL)
    *member->welcome_bytes_now -= member->welcome_bytes;
  member->welcome_bytes_now = NULL;
}

void
cv_server_member_free (CvServerMember *member)
{
  cv_server_timer_clear (&member->grace_timer);
  discount_welcome (member);
  g_queue_clear_full (&member->sent, free_sent);
  g_clear_pointer (&member->knock, g_bytes_unref);
  g_clear_pointer (&member->guests, g_ptr_array_unref);
  g_free (member->id);
  g_free (member->token);
  g_free (member->address);
  g_free (member);
}

gboolean
cv_server_member_is_away (const CvServerMember *member)
{
  return member->sink_vtable == NULL;
}

gboolean
cv_server_member_is_inside (const CvServerMember *member)
{
  return member->state == CV_SERVER_MEMBER_INSIDE;
}

gint64
cv_server_member_get_waiting_since_us (const CvServerMember *member)
{
  const Sent *oldest = g_queue_peek_head (&((CvServerMember *)member)->sent);

  return oldest != NULL ? oldest->at_us : G_MAXINT64;
}

/* Takes it out of the queue. */
static void
forget (CvServerMember *member, GList *link)
{
  Sent *sent = link->data;

  if (link == member->unsent)
    member->unsent = link->next;
  member->sent_bytes -= cv_server_frame_get_len (sent->frame);
  g_queue_delete_link (&member->sent, link);
  free_sent (sent);
}

void
cv_server_member_flush (CvServerMember *member)
{
  while (member->unsent != NULL && !cv_server_member_is_away (member)
         && member->sink_vtable->has_room (member->sink)) {
    GList *link = member->unsent;
    const Sent *sent = link->data;
    g_autofree char *text = cv_server_frame_to_text (sent->frame, sent->seq);

    member->unsent = link->next;
    member->handed_seq = MAX (member->handed_seq, sent->seq);
    if (sent->seq == 0)
      forget (member, link);
    member->sink_vtable->send (member->sink, text);
  }
}

static gint64
get_now_us (const CvServerMember *member)
{
  return member->clock != NULL ? cv_clock_monotonic_us (member->clock) : G_MAXINT64;
}

void
cv_server_member_send_frame (CvServerMember *member, CvServerFrame *frame,
                             const CvServerConfig *config)
{
  gsize len = cv_server_frame_get_len (frame);
  gboolean has_seq = cv_server_frame_has_seq (frame);
  Sent *sent;

  if (member->is_overrun || (!has_seq && cv_server_member_is_away (member)))
    return;
  /* Who does not read, or stays away while much happens, must not fill our memory. */
  if (member->sent.length >= config->queue_messages
      || member->sent_bytes + len > config->queue_bytes) {
    member->is_overrun = TRUE;
    return;
  }
  sent = g_new (Sent, 1);
  *sent = (Sent){
      .seq = has_seq ? member->next_seq++ : 0,
      .at_us = get_now_us (member),
      .frame = cv_server_frame_ref (frame),
  };
  member->sent_bytes += len;
  g_queue_push_tail (&member->sent, sent);
  if (member->unsent == NULL && !cv_server_member_is_away (member))
    member->unsent = member->sent.tail;
  cv_server_member_flush (member);
}

void
cv_server_member_send (CvServerMember *member, const CvMessage *message,
                       const CvServerConfig *config)
{
  g_autoptr (CvServerFrame) frame = cv_server_frame_new (message);

  cv_server_member_send_frame (member, frame, config);
}

void
cv_server_member_send_error (CvServerMember *member, CvMessageCode code, CvMessageType about,
                             const char *text, const CvServerConfig *config)
{
  g_autoptr (CvMessage) message =
      cv_message_new_error (code, cv_message_type_to_string (about), text);

  cv_server_member_send (member, message, config);
}

void
cv_server_member_count_welcome (CvServerMember *member, guint64 *total)
{
  discount_welcome (member);
  member->welcome_bytes = member->sent_bytes;
  member->welcome_seq = member->next_seq - 1;
  member->welcome_bytes_now = total;
  *total += member->welcome_bytes;
}

gboolean
cv_server_member_acknowledge (CvServerMember *member, guint64 seq)
{
  const Sent *oldest;

  if (seq > member->handed_seq)
    return FALSE;
  while ((oldest = g_queue_peek_head (&member->sent)) != NULL && oldest->seq != 0
         && oldest->seq <= seq)
    forget (member, member->sent.head);
  member->acknowledged = MAX (member->acknowledged, seq);
  if (member->acknowledged >= member->welcome_seq)
    discount_welcome (member);
  return TRUE;
}

void
cv_server_member_repeat (CvServerMember *member)
{
  member->unsent = member->sent.head;
  cv_server_member_flush (member);
}

void
cv_server_member_detach (CvServerMember *member, CvServerDetach how)
{
  const CvServerSinkVtable *vtable = g_steal_pointer (&member->sink_vtable);
  gpointer sink = g_steal_pointer (&member->sink);

  for (GList *link = member->unsent, *next; link != NULL; link = next) {
    next = link->next;
    if (((Sent *)link->data)->seq == 0)
      forget (member, link);
  }
  member->unsent = NULL;
  if (vtable == NULL)
    return;
  if (how == CV_SERVER_DETACH_CLOSE)
    vtable->close (sink);
  else if (how == CV_SERVER_DETACH_CUT)
    vtable->cut (sink);
}
