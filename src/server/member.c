/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/member.h"

#include "server/timer.h"

#include <sys/random.h>

#define ID_BYTES 8
#define TOKEN_BYTES 24

typedef struct {
  guint64 seq;
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

static void
send_text (CvServerMember *member, const CvServerFrame *frame, guint64 seq)
{
  g_autofree char *text = NULL;

  if (cv_server_member_is_away (member))
    return;
  text = cv_server_frame_to_text (frame, seq);
  member->sink_vtable->send (member->sink, text);
}

void
cv_server_member_send_frame (CvServerMember *member, CvServerFrame *frame,
                             const CvServerConfig *config)
{
  gsize len = cv_server_frame_get_len (frame);
  Sent *sent;

  if (member->is_overrun)
    return;
  if (!cv_server_frame_has_seq (frame)) {
    send_text (member, frame, 0);
    return;
  }
  /* Who does not read, or stays away while much happens, must not fill our memory. */
  if (member->sent.length >= config->queue_messages
      || member->sent_bytes + len > config->queue_bytes) {
    member->is_overrun = TRUE;
    return;
  }
  sent = g_new (Sent, 1);
  *sent = (Sent){
      .seq = member->next_seq++,
      .at_us = member->clock != NULL ? cv_clock_monotonic_us (member->clock) : G_MAXINT64,
      .frame = cv_server_frame_ref (frame),
  };
  member->sent_bytes += len;
  g_queue_push_tail (&member->sent, sent);
  send_text (member, frame, sent->seq);
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
                             const char *text)
{
  g_autoptr (CvMessage) message =
      cv_message_new_error (code, cv_message_type_to_string (about), text);
  g_autoptr (CvServerFrame) frame = cv_server_frame_new (message);

  send_text (member, frame, 0);
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
  if (seq >= member->next_seq)
    return FALSE;
  while (member->sent.length > 0 && ((Sent *)g_queue_peek_head (&member->sent))->seq <= seq) {
    Sent *sent = g_queue_pop_head (&member->sent);

    member->sent_bytes -= cv_server_frame_get_len (sent->frame);
    free_sent (sent);
  }
  member->acknowledged = MAX (member->acknowledged, seq);
  if (member->acknowledged >= member->welcome_seq)
    discount_welcome (member);
  return TRUE;
}

void
cv_server_member_repeat (CvServerMember *member)
{
  for (GList *link = member->sent.head; link != NULL; link = link->next) {
    const Sent *sent = link->data;

    send_text (member, sent->frame, sent->seq);
  }
}

void
cv_server_member_detach (CvServerMember *member, gboolean close)
{
  const CvServerSinkVtable *vtable = g_steal_pointer (&member->sink_vtable);
  gpointer sink = g_steal_pointer (&member->sink);

  if (vtable != NULL && close)
    vtable->close (sink);
}
