/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The receiving side: epochs by the low bits of the key id, then whose frame it may be. */
#include "e2ee/receiver.h"

#include "sframe/kid.h"

#include <string.h>

#define EPOCHS_MAX (1u << CV_SFRAME_KID_EPOCH_BITS)
#define EPOCH_MASK (EPOCHS_MAX - 1)
/* A 4K key frame is below 4 MiB; nothing of a peer is copied before it is bounded. */
#define FRAME_MAX (16 * 1024 * 1024)

struct CvE2eeReceiver {
  gatomicrefcount refs;
  GMutex lock; /* held to look up, count or swap; never while a frame is opened */
  CvE2eeEpochKeys *epochs[EPOCHS_MAX]; /* by epoch mod 2^E; NULL: none */
  GHashTable *counts; /* leaf × track → CvE2eeReceiverCounts */
};

CvE2eeReceiver *
cv_e2ee_receiver_new (void)
{
  CvE2eeReceiver *receiver = g_new0 (CvE2eeReceiver, 1);
  g_atomic_ref_count_init (&receiver->refs);
  g_mutex_init (&receiver->lock);
  receiver->counts = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return receiver;
}

CvE2eeReceiver *
cv_e2ee_receiver_ref (CvE2eeReceiver *receiver)
{
  g_atomic_ref_count_inc (&receiver->refs);
  return receiver;
}

void
cv_e2ee_receiver_unref (CvE2eeReceiver *receiver)
{
  if (receiver == NULL || !g_atomic_ref_count_dec (&receiver->refs))
    return;
  cv_e2ee_receiver_clear (receiver);
  g_clear_pointer (&receiver->counts, g_hash_table_unref);
  g_mutex_clear (&receiver->lock);
  g_free (receiver);
}

void
cv_e2ee_receiver_install (CvE2eeReceiver *receiver, CvE2eeEpochKeys *keys)
{
  guint slot = cv_e2ee_epoch_keys_get_epoch (keys) & EPOCH_MASK;
  CvE2eeEpochKeys *fresh = cv_e2ee_epoch_keys_ref (keys);
  g_mutex_lock (&receiver->lock);
  CvE2eeEpochKeys *old = receiver->epochs[slot];
  receiver->epochs[slot] = fresh;
  g_mutex_unlock (&receiver->lock);
  cv_e2ee_epoch_keys_unref (old);
}

/* Epochs up to the last one. Wiping takes longer than swapping: the references are dropped outside of
 * the lock. */
static void
retire (CvE2eeReceiver *receiver, guint64 last_epoch)
{
  CvE2eeEpochKeys *old[EPOCHS_MAX] = {NULL};
  g_mutex_lock (&receiver->lock);
  for (guint i = 0; i < EPOCHS_MAX; i++)
    if (receiver->epochs[i] != NULL
        && cv_e2ee_epoch_keys_get_epoch (receiver->epochs[i]) <= last_epoch)
      old[i] = g_steal_pointer (&receiver->epochs[i]);
  g_mutex_unlock (&receiver->lock);
  for (guint i = 0; i < EPOCHS_MAX; i++)
    cv_e2ee_epoch_keys_unref (old[i]);
}

void
cv_e2ee_receiver_retire_before (CvE2eeReceiver *receiver, guint64 epoch)
{
  if (epoch > 0)
    retire (receiver, epoch - 1);
}

void
cv_e2ee_receiver_clear (CvE2eeReceiver *receiver)
{
  retire (receiver, G_MAXUINT64);
}

guint
cv_e2ee_receiver_get_n_epochs (const CvE2eeReceiver *receiver)
{
  CvE2eeReceiver *self = (CvE2eeReceiver *)receiver;
  guint n = 0;
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < EPOCHS_MAX; i++)
    n += self->epochs[i] != NULL ? 1 : 0;
  g_mutex_unlock (&self->lock);
  return n;
}

static CvE2eeEpochKeys *
take_epoch (CvE2eeReceiver *receiver, guint64 kid)
{
  guint slot = cv_sframe_kid_get_epoch (kid) & EPOCH_MASK;
  g_mutex_lock (&receiver->lock);
  CvE2eeEpochKeys *keys = receiver->epochs[slot];
  if (keys != NULL)
    cv_e2ee_epoch_keys_ref (keys);
  g_mutex_unlock (&receiver->lock);
  return keys;
}

static gpointer
count_key (CvMlsLeaf leaf, CvE2eeTrack track)
{
  return GSIZE_TO_POINTER ((gsize)leaf.index * CV_E2EE_N_TRACKS + track);
}

typedef enum {
  OUTCOME_OPENED,
  OUTCOME_NO_KEY,
  OUTCOME_UNDECRYPTABLE,
  OUTCOME_REPLAY,
  OUTCOME_FOREIGN,
  OUTCOME_LATE,
} Outcome;

static CvE2eeVerdict
count (CvE2eeReceiver *receiver, CvMlsLeaf leaf, CvE2eeTrack track, Outcome outcome)
{
  static const CvE2eeVerdict verdicts[] = {
      [OUTCOME_OPENED] = CV_E2EE_OPENED,
      [OUTCOME_NO_KEY] = CV_E2EE_NO_KEY,
      [OUTCOME_UNDECRYPTABLE] = CV_E2EE_UNDECRYPTABLE,
      [OUTCOME_REPLAY] = CV_E2EE_DROPPED,
      [OUTCOME_FOREIGN] = CV_E2EE_DROPPED,
      [OUTCOME_LATE] = CV_E2EE_DROPPED,
  };
  g_mutex_lock (&receiver->lock);
  CvE2eeReceiverCounts *counts = g_hash_table_lookup (receiver->counts, count_key (leaf, track));
  if (counts == NULL) {
    counts = g_new0 (CvE2eeReceiverCounts, 1);
    g_hash_table_insert (receiver->counts, count_key (leaf, track), counts);
  }
  counts->n_opened += outcome == OUTCOME_OPENED;
  counts->n_no_key += outcome == OUTCOME_NO_KEY;
  counts->n_undecryptable += outcome == OUTCOME_UNDECRYPTABLE;
  counts->n_dropped += outcome == OUTCOME_REPLAY || outcome == OUTCOME_LATE;
  counts->n_foreign += outcome == OUTCOME_FOREIGN;
  g_mutex_unlock (&receiver->lock);
  return verdicts[outcome];
}

static Outcome
classify (CvSframeVerdict verdict)
{
  switch (verdict) {
  case CV_SFRAME_OPENED:
    return OUTCOME_OPENED;
  case CV_SFRAME_UNKNOWN_KID:
    return OUTCOME_NO_KEY;
  case CV_SFRAME_REPLAY:
    return OUTCOME_REPLAY;
  case CV_SFRAME_REFLECTION:
    return OUTCOME_FOREIGN;
  case CV_SFRAME_MALFORMED:
  case CV_SFRAME_UNAUTHENTIC:
    return OUTCOME_UNDECRYPTABLE;
  }
  return OUTCOME_UNDECRYPTABLE;
}

static Outcome
open_frame (CvE2eeEpochKeys *keys, CvMlsLeaf leaf, CvE2eeTrack track, CvSpan sealed,
            CvE2eeEnvelope *envelope, GBytes **frame)
{
  gsize len = 0;
  CvSpan inside;
  g_autofree guint8 *out = g_malloc (sealed.len);
  CvSframeVerdict verdict = cv_e2ee_epoch_keys_open (keys, leaf.index, track, sealed, out, &len);
  if (verdict != CV_SFRAME_OPENED)
    return classify (verdict);
  if (!cv_e2ee_envelope_parse (cv_span (out, len), envelope, &inside, NULL))
    return OUTCOME_UNDECRYPTABLE;
  *frame = g_bytes_new_with_free_func (inside.data, inside.len, g_free, g_steal_pointer (&out));
  return OUTCOME_OPENED;
}

CvE2eeVerdict
cv_e2ee_receiver_unprotect (CvE2eeReceiver *receiver, CvMlsLeaf leaf, CvE2eeTrack track,
                            CvSpan sealed, CvE2eeEnvelope *envelope, GBytes **frame)
{
  CvSframeHeader header;
  *frame = NULL;
  if ((guint)track >= CV_E2EE_N_TRACKS)
    return CV_E2EE_DROPPED;
  if (sealed.len > FRAME_MAX || cv_sframe_header_parse (sealed, &header) == 0)
    return count (receiver, leaf, track, OUTCOME_UNDECRYPTABLE);
  g_autoptr (CvE2eeEpochKeys) keys = take_epoch (receiver, header.kid);
  if (keys == NULL)
    return count (receiver, leaf, track, OUTCOME_NO_KEY);
  CvSframeKid kid = cv_sframe_kid_unpack (cv_e2ee_epoch_keys_get_leaf_bits (keys), header.kid);
  /* Reflections first, then frames that are not of the stream on which they came. */
  if (kid.leaf == cv_e2ee_epoch_keys_get_own_leaf (keys).index || kid.leaf != leaf.index
      || kid.context != (guint64)track)
    return count (receiver, leaf, track, OUTCOME_FOREIGN);
  /* What was under way when its sender went: not to be taken for the newcomer's, and no impostor's. */
  if (cv_e2ee_epoch_keys_has_passed_on (keys, leaf.index))
    return count (receiver, leaf, track, OUTCOME_LATE);
  return count (receiver, leaf, track, open_frame (keys, leaf, track, sealed, envelope, frame));
}

void
cv_e2ee_receiver_change_owner (CvE2eeReceiver *receiver, CvMlsLeaf leaf)
{
  g_mutex_lock (&receiver->lock);
  for (guint i = 0; i < EPOCHS_MAX; i++)
    if (receiver->epochs[i] != NULL)
      cv_e2ee_epoch_keys_pass_on (receiver->epochs[i], leaf.index);
  for (guint track = 0; track < CV_E2EE_N_TRACKS; track++)
    g_hash_table_remove (receiver->counts, count_key (leaf, (CvE2eeTrack)track));
  g_mutex_unlock (&receiver->lock);
}

void
cv_e2ee_receiver_get_counts (CvE2eeReceiver *receiver, CvMlsLeaf leaf, CvE2eeTrack track,
                             CvE2eeReceiverCounts *counts)
{
  g_mutex_lock (&receiver->lock);
  const CvE2eeReceiverCounts *found =
      g_hash_table_lookup (receiver->counts, count_key (leaf, track));
  *counts = found != NULL ? *found : (CvE2eeReceiverCounts){0};
  g_mutex_unlock (&receiver->lock);
}
