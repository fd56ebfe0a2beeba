/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/frame.h"

#include "protocol/message-json.h"

#include <string.h>

/* The writer puts the type first and the number second, so this is at the start or nowhere. */
#define MARK ",\"seq\":0"

struct CvServerFrame {
  char *head; /* up to and with the colon; the whole text when there is no number */
  const char *tail; /* inside of head's memory; NULL when there is no number */
};

CvServerFrame *
cv_server_frame_new (const CvMessage *message)
{
  CvServerFrame *frame = g_rc_box_new0 (CvServerFrame);
  const char *type = cv_message_type_to_string (message->type);
  gsize mark_at = strlen ("{\"type\":\"\"") + strlen (type);

  frame->head = cv_message_json_write (message);
  if (message->seq == 0 && strncmp (frame->head + mark_at, MARK, strlen (MARK)) == 0) {
    frame->head[mark_at + strlen (MARK) - 1] = '\0';
    frame->tail = frame->head + mark_at + strlen (MARK);
  }
  return frame;
}

CvServerFrame *
cv_server_frame_ref (CvServerFrame *frame)
{
  return g_rc_box_acquire (frame);
}

static void
clear_frame (gpointer data)
{
  g_free (((CvServerFrame *)data)->head);
}

void
cv_server_frame_unref (CvServerFrame *frame)
{
  g_rc_box_release_full (frame, clear_frame);
}

gboolean
cv_server_frame_has_seq (const CvServerFrame *frame)
{
  return frame->tail != NULL;
}

gsize
cv_server_frame_get_len (const CvServerFrame *frame)
{
  return strlen (frame->head) + (frame->tail != NULL ? strlen (frame->tail) : 0);
}

char *
cv_server_frame_to_text (const CvServerFrame *frame, guint64 seq)
{
  if (frame->tail == NULL)
    return g_strdup (frame->head);
  return g_strdup_printf ("%s%" G_GUINT64_FORMAT "%s", frame->head, seq, frame->tail);
}
