/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "signaling/outbox.h"

#include <string.h>

struct CvSignalingOutbox {
  GQueue texts; /* char *, oldest first */
  gsize bytes;
  guint64 acknowledged; /* messages before the first in the queue */
  gsize max_messages;
  gsize max_bytes;
};

CvSignalingOutbox *
cv_signaling_outbox_new (gsize max_messages, gsize max_bytes)
{
  CvSignalingOutbox *outbox = g_new0 (CvSignalingOutbox, 1);

  g_queue_init (&outbox->texts);
  outbox->max_messages = max_messages;
  outbox->max_bytes = max_bytes;
  return outbox;
}

void
cv_signaling_outbox_free (CvSignalingOutbox *outbox)
{
  g_queue_clear_full (&outbox->texts, g_free);
  g_free (outbox);
}

gboolean
cv_signaling_outbox_push (CvSignalingOutbox *outbox, char *text)
{
  gsize len = strlen (text);

  if (outbox->texts.length >= outbox->max_messages || outbox->bytes + len > outbox->max_bytes) {
    g_free (text);
    return FALSE;
  }
  outbox->bytes += len;
  g_queue_push_tail (&outbox->texts, text);
  return TRUE;
}

gboolean
cv_signaling_outbox_acknowledge (CvSignalingOutbox *outbox, guint64 received)
{
  if (received < outbox->acknowledged || received - outbox->acknowledged > outbox->texts.length)
    return FALSE;
  while (outbox->acknowledged < received) {
    char *text = g_queue_pop_head (&outbox->texts);

    outbox->bytes -= strlen (text);
    outbox->acknowledged++;
    g_free (text);
  }
  return TRUE;
}

void
cv_signaling_outbox_foreach (CvSignalingOutbox *outbox,
                             void (*func) (const char *text, gpointer data), gpointer data)
{
  for (GList *link = outbox->texts.head; link != NULL; link = link->next)
    func (link->data, data);
}
