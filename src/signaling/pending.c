/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "signaling/pending.h"

#include "signaling/verdict.h"

typedef struct {
  CvSignalingPending *pending;
  CvMessageType type;
  guint64 epoch; /* of a commit */
  GTask *task;
  GSource *cancelled; /* NULL without a cancellable */
} Entry;

struct CvSignalingPending {
  GPtrArray *entries; /* Entry */
};

static const struct {
  CvMessageType request;
  CvMessageType answers[2];
} answers[] = {
    {CV_MESSAGE_OPEN, {CV_MESSAGE_OPENED, CV_MESSAGE_OPENED}},
    {CV_MESSAGE_GROUP, {CV_MESSAGE_OPENED, CV_MESSAGE_OPENED}},
    {CV_MESSAGE_COMMIT, {CV_MESSAGE_ACCEPTED, CV_MESSAGE_REJECTED}},
    {CV_MESSAGE_GAP, {CV_MESSAGE_GAP_END, CV_MESSAGE_GAP_END}},
};

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  if (entry->cancelled != NULL) {
    g_source_destroy (entry->cancelled);
    g_source_unref (entry->cancelled);
  }
  g_object_unref (entry->task);
  g_free (entry);
}

/* Out of the list first: the callback may start the next request or free us. */
static GTask *
take_task (CvSignalingPending *pending, Entry *entry)
{
  GTask *task = g_object_ref (entry->task);

  g_ptr_array_remove (pending->entries, entry);
  return task;
}

CvSignalingPending *
cv_signaling_pending_new (void)
{
  CvSignalingPending *pending = g_new0 (CvSignalingPending, 1);

  pending->entries = g_ptr_array_new_with_free_func (free_entry);
  return pending;
}

void
cv_signaling_pending_free (CvSignalingPending *pending)
{
  g_autoptr (GError) error =
      g_error_new_literal (CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_CLOSED, "the connection is gone");

  cv_signaling_pending_fail_all (pending, error);
  g_ptr_array_unref (pending->entries);
  g_free (pending);
}

gboolean
cv_signaling_pending_is_request (CvMessageType type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++) {
    if (answers[i].request == type)
      return TRUE;
  }
  return FALSE;
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer data)
{
  Entry *entry = data;
  g_autoptr (GTask) task = take_task (entry->pending, entry);

  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

gboolean
cv_signaling_pending_add (CvSignalingPending *pending, const CvMessage *request, GTask *task)
{
  Entry *entry;

  for (guint i = 0; i < pending->entries->len; i++) {
    if (((Entry *)g_ptr_array_index (pending->entries, i))->type == request->type)
      return FALSE;
  }
  entry = g_new0 (Entry, 1);
  entry->pending = pending;
  entry->type = request->type;
  entry->epoch = request->type == CV_MESSAGE_COMMIT ? request->group_message.epoch : 0;
  entry->task = task;
  if (g_task_get_cancellable (task) != NULL) {
    entry->cancelled = g_cancellable_source_new (g_task_get_cancellable (task));
    g_source_set_callback (entry->cancelled, G_SOURCE_FUNC (on_cancelled), entry, NULL);
    g_source_attach (entry->cancelled, g_task_get_context (task));
  }
  g_ptr_array_add (pending->entries, entry);
  return TRUE;
}

static gboolean
is_answer (const Entry *entry, const CvMessage *message)
{
  if (message->type == CV_MESSAGE_ACCEPTED && message->epoch.epoch != entry->epoch)
    return FALSE;
  if (message->type == CV_MESSAGE_REJECTED && message->rejected.epoch != entry->epoch)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++) {
    if (answers[i].request == entry->type
        && (answers[i].answers[0] == message->type || answers[i].answers[1] == message->type))
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_error_about (const Entry *entry, const CvMessage *message)
{
  return message->type == CV_MESSAGE_ERROR && message->error.code != CV_MESSAGE_CODE_VOIDED
         && g_strcmp0 (message->error.about, cv_message_type_to_string (entry->type)) == 0;
}

gboolean
cv_signaling_pending_answer (CvSignalingPending *pending, CvMessage *message)
{
  for (guint i = 0; i < pending->entries->len; i++) {
    Entry *entry = g_ptr_array_index (pending->entries, i);
    g_autoptr (GTask) task = NULL;

    if (is_answer (entry, message)) {
      task = take_task (pending, entry);
      g_task_return_pointer (task, cv_message_ref (message), (GDestroyNotify)cv_message_unref);
      return TRUE;
    }
    if (is_error_about (entry, message)) {
      task = take_task (pending, entry);
      g_task_return_new_error (
          task, CV_SIGNALING_ERROR,
          (gint)cv_signaling_verdict_to_error ((CvMessageCode)message->error.code),
          "the server refused %s: %s", message->error.about,
          cv_message_code_to_string ((CvMessageCode)message->error.code));
      return TRUE;
    }
  }
  return FALSE;
}

void
cv_signaling_pending_fail_all (CvSignalingPending *pending, const GError *error)
{
  /* What a callback starts anew is not ours to fail: it is refused by the closed connection. */
  g_autoptr (GPtrArray) entries = g_steal_pointer (&pending->entries);

  pending->entries = g_ptr_array_new_with_free_func (free_entry);
  for (guint i = 0; i < entries->len; i++) {
    Entry *entry = g_ptr_array_index (entries, i);

    if (entry->cancelled != NULL)
      g_source_destroy (entry->cancelled);
    g_task_return_error (entry->task, g_error_copy (error));
  }
}
