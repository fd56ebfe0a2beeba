/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Epoch keys: the MLS exporter gives the base key, RFC 9605 §5.2 the key ids.
 *
 * Own senders are made at once, so that no counter can ever start twice. Keys of others are derived
 * when their first frame comes: most of leaf × track never send. */
#include "e2ee/epoch-keys.h"

#include "e2ee/policy.h"
#include "sframe/kid.h"

#define EXPORTER_LABEL "SFrame 1.0 Base Key"

typedef struct {
  gint is_busy; /* atomic: a thread is inside */
  CvSframeReceiver *receiver; /* NULL before the first frame */
} Stream;

typedef enum {
  SEAT_BLANK,
  SEAT_TAKEN,
  SEAT_PASSED_ON, /* taken in this epoch, and by somebody else now */
} Seat;

struct CvE2eeEpochKeys {
  gatomicrefcount refs;
  CvCrypto *crypto;
  guint64 epoch;
  CvMlsLeaf own_leaf;
  guint32 leaf_count;
  guint leaf_bits;
  gint *seats; /* Seat by leaf; atomic: main passes on what streaming threads look at */
  CvSecret *base_key;
  CvSframeSender *senders[CV_E2EE_N_TRACKS];
  Stream *streams; /* leaf × track */
};

static CvSframeKey *
derive (const CvE2eeEpochKeys *keys, guint32 leaf, guint track, GError **error)
{
  guint64 kid = cv_sframe_kid_pack (keys->leaf_bits, keys->epoch, leaf, track);
  return cv_sframe_key_new (keys->crypto, cv_crypto_suites_find_sframe (CV_E2EE_SFRAME_SUITE), kid,
                            cv_secret_span (keys->base_key), error);
}

static gboolean
make_senders (CvE2eeEpochKeys *keys, GError **error)
{
  for (guint track = 0; track <= CV_E2EE_TRACK_SCREEN_AUDIO; track++) {
    CvSframeKey *key = derive (keys, keys->own_leaf.index, track, error);
    if (key == NULL)
      return FALSE;
    keys->senders[track] = cv_sframe_sender_new (key);
  }
  return TRUE;
}

CvE2eeEpochKeys *
cv_e2ee_epoch_keys_new (CvCrypto *crypto, CvMlsGroup *group, GError **error)
{
  g_autoptr (CvE2eeEpochKeys) keys = g_new0 (CvE2eeEpochKeys, 1);
  g_atomic_ref_count_init (&keys->refs);
  keys->crypto = cv_crypto_context_ref (crypto);
  keys->epoch = cv_mls_group_get_epoch (group);
  keys->own_leaf = cv_mls_group_get_own_leaf (group);
  keys->leaf_count = cv_mls_group_get_leaf_count (group);
  keys->leaf_bits = cv_sframe_kid_count_leaf_bits (keys->leaf_count);
  keys->seats = g_new0 (gint, keys->leaf_count);
  keys->streams = g_new0 (Stream, (gsize)keys->leaf_count * CV_E2EE_N_TRACKS);
  for (guint32 i = 0; i < keys->leaf_count; i++) {
    CvMlsMember member;
    if (cv_mls_group_get_member (group, (CvMlsLeaf){i}, &member))
      keys->seats[i] = SEAT_TAKEN;
  }
  keys->base_key =
      cv_mls_group_export (group, EXPORTER_LABEL, CV_SPAN_EMPTY,
                           cv_crypto_suites_find_sframe (CV_E2EE_SFRAME_SUITE)->key_len, error);
  if (keys->base_key == NULL || !make_senders (keys, error))
    return NULL;
  return g_steal_pointer (&keys);
}

CvE2eeEpochKeys *
cv_e2ee_epoch_keys_ref (CvE2eeEpochKeys *keys)
{
  g_atomic_ref_count_inc (&keys->refs);
  return keys;
}

void
cv_e2ee_epoch_keys_unref (CvE2eeEpochKeys *keys)
{
  if (keys == NULL || !g_atomic_ref_count_dec (&keys->refs))
    return;
  for (gsize i = 0; i < (gsize)keys->leaf_count * CV_E2EE_N_TRACKS; i++)
    cv_sframe_receiver_free (keys->streams[i].receiver);
  for (guint i = 0; i < CV_E2EE_N_TRACKS; i++)
    cv_sframe_sender_free (keys->senders[i]);
  g_clear_pointer (&keys->streams, g_free);
  g_clear_pointer (&keys->base_key, cv_secret_unref);
  g_clear_pointer (&keys->seats, g_free);
  g_clear_pointer (&keys->crypto, cv_crypto_context_unref);
  g_free (keys);
}

guint64
cv_e2ee_epoch_keys_get_epoch (const CvE2eeEpochKeys *keys)
{
  return keys->epoch;
}

CvMlsLeaf
cv_e2ee_epoch_keys_get_own_leaf (const CvE2eeEpochKeys *keys)
{
  return keys->own_leaf;
}

guint
cv_e2ee_epoch_keys_get_leaf_bits (const CvE2eeEpochKeys *keys)
{
  return keys->leaf_bits;
}

static Seat
get_seat (const CvE2eeEpochKeys *keys, guint32 leaf)
{
  return leaf < keys->leaf_count ? (Seat)g_atomic_int_get (&keys->seats[leaf]) : SEAT_BLANK;
}

gboolean
cv_e2ee_epoch_keys_has_leaf (const CvE2eeEpochKeys *keys, guint32 leaf)
{
  return get_seat (keys, leaf) == SEAT_TAKEN;
}

void
cv_e2ee_epoch_keys_pass_on (CvE2eeEpochKeys *keys, guint32 leaf)
{
  if (cv_e2ee_epoch_keys_has_leaf (keys, leaf))
    g_atomic_int_set (&keys->seats[leaf], SEAT_PASSED_ON);
}

gboolean
cv_e2ee_epoch_keys_has_passed_on (const CvE2eeEpochKeys *keys, guint32 leaf)
{
  return get_seat (keys, leaf) == SEAT_PASSED_ON;
}

CvSframeSender *
cv_e2ee_epoch_keys_get_sender (const CvE2eeEpochKeys *keys, CvE2eeTrack track)
{
  return (guint)track < CV_E2EE_N_TRACKS ? keys->senders[track] : NULL;
}

static CvSframeReceiver *
ready_receiver (CvE2eeEpochKeys *keys, Stream *stream, guint32 leaf, CvE2eeTrack track)
{
  if (stream->receiver != NULL)
    return stream->receiver;
  CvSframeKey *key = derive (keys, leaf, track, NULL);
  if (key == NULL)
    return NULL;
  stream->receiver = cv_sframe_receiver_new ();
  return cv_sframe_receiver_add_key (stream->receiver, key) ? stream->receiver : NULL;
}

CvSframeVerdict
cv_e2ee_epoch_keys_open (CvE2eeEpochKeys *keys, guint32 leaf, CvE2eeTrack track, CvSpan sealed,
                         guint8 *out, gsize *out_len)
{
  if (!cv_e2ee_epoch_keys_has_leaf (keys, leaf) || (guint)track > CV_E2EE_TRACK_SCREEN_AUDIO)
    return CV_SFRAME_UNKNOWN_KID;
  Stream *stream = &keys->streams[(gsize)leaf * CV_E2EE_N_TRACKS + track];
  CvSframeVerdict verdict = CV_SFRAME_UNKNOWN_KID;
  /* While a pipeline is replaced, the old and the new one may both hold a frame of the stream. */
  if (!g_atomic_int_compare_and_exchange (&stream->is_busy, FALSE, TRUE))
    return CV_SFRAME_REPLAY;
  CvSframeReceiver *receiver = ready_receiver (keys, stream, leaf, track);
  if (receiver != NULL)
    verdict = cv_sframe_receiver_open (receiver, CV_SPAN_EMPTY, sealed, out, out_len, NULL);
  g_atomic_int_set (&stream->is_busy, FALSE);
  return verdict;
}
