/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The sending side: the epoch's keys behind one pointer, the envelope in front of each frame. */
#include "e2ee/sender.h"

#include <stdatomic.h>
#include <string.h>

struct CvE2eeSender {
  gatomicrefcount refs;
  GMutex lock; /* held to take or swap the pointer, never across a frame */
  CvE2eeEpochKeys *keys; /* NULL: nothing is sent */
  atomic_ullong n_frames[CV_E2EE_N_TRACKS];
  atomic_bool needs_epoch;
};

static CvE2eeEpochKeys *
take_keys (CvE2eeSender *sender)
{
  g_mutex_lock (&sender->lock);
  CvE2eeEpochKeys *keys = sender->keys != NULL ? cv_e2ee_epoch_keys_ref (sender->keys) : NULL;
  g_mutex_unlock (&sender->lock);
  return keys;
}

CvE2eeSender *
cv_e2ee_sender_new (void)
{
  CvE2eeSender *sender = g_new0 (CvE2eeSender, 1);
  g_atomic_ref_count_init (&sender->refs);
  g_mutex_init (&sender->lock);
  return sender;
}

CvE2eeSender *
cv_e2ee_sender_ref (CvE2eeSender *sender)
{
  g_atomic_ref_count_inc (&sender->refs);
  return sender;
}

void
cv_e2ee_sender_unref (CvE2eeSender *sender)
{
  if (sender == NULL || !g_atomic_ref_count_dec (&sender->refs))
    return;
  g_clear_pointer (&sender->keys, cv_e2ee_epoch_keys_unref);
  g_mutex_clear (&sender->lock);
  g_free (sender);
}

void
cv_e2ee_sender_install (CvE2eeSender *sender, CvE2eeEpochKeys *keys)
{
  CvE2eeEpochKeys *fresh = keys != NULL ? cv_e2ee_epoch_keys_ref (keys) : NULL;
  g_mutex_lock (&sender->lock);
  CvE2eeEpochKeys *old = sender->keys;
  sender->keys = fresh;
  g_mutex_unlock (&sender->lock);
  atomic_store (&sender->needs_epoch, FALSE);
  cv_e2ee_epoch_keys_unref (old);
}

static GBytes *
seal (CvSframeSender *sframe, const CvE2eeEnvelope *envelope, CvSpan frame, GError **error)
{
  guint8 head[CV_E2EE_ENVELOPE_MAX_LEN];
  gsize head_len = cv_e2ee_envelope_write (envelope, head);
  gsize plaintext_len = head_len + frame.len;
  gsize size = cv_sframe_sender_max_len (sframe, plaintext_len);
  g_autofree guint8 *out = g_malloc (size);
  /* In place: the plaintext is written where its ciphertext will stand. */
  guint8 *plaintext = out + cv_sframe_sender_next_header_len (sframe);
  memcpy (plaintext, head, head_len);
  if (frame.len > 0)
    memcpy (plaintext + head_len, frame.data, frame.len);
  gsize len;
  if (!cv_sframe_sender_seal (sframe, CV_SPAN_EMPTY, cv_span (plaintext, plaintext_len), out, size,
                              &len, error)) {
    cv_secret_wipe (out, size);
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&out), len);
}

GBytes *
cv_e2ee_sender_protect (CvE2eeSender *sender, CvE2eeTrack track, const CvE2eeEnvelope *envelope,
                        CvSpan frame, GError **error)
{
  g_autoptr (CvE2eeEpochKeys) keys = take_keys (sender);
  CvSframeSender *sframe = keys != NULL ? cv_e2ee_epoch_keys_get_sender (keys, track) : NULL;
  if (sframe == NULL) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_STATE, "no key to send with yet");
    return NULL;
  }
  g_autoptr (GError) local_error = NULL;
  GBytes *sealed = seal (sframe, envelope, frame, &local_error);
  if (sealed != NULL) {
    atomic_fetch_add (&sender->n_frames[track], 1);
    return sealed;
  }
  gboolean is_used_up = g_error_matches (local_error, CV_SFRAME_ERROR, CV_SFRAME_ERROR_USED_UP);
  if (is_used_up)
    atomic_store (&sender->needs_epoch, TRUE);
  g_set_error_literal (error, CV_E2EE_ERROR,
                       is_used_up ? CV_E2EE_ERROR_EXHAUSTED : CV_E2EE_ERROR_INTERNAL,
                       local_error->message);
  return NULL;
}

guint64
cv_e2ee_sender_get_n_frames (const CvE2eeSender *sender, CvE2eeTrack track)
{
  return (guint)track < CV_E2EE_N_TRACKS ? atomic_load (&sender->n_frames[track]) : 0;
}

gboolean
cv_e2ee_sender_needs_epoch (const CvE2eeSender *sender)
{
  return atomic_load (&sender->needs_epoch);
}
