/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The heartbeat's bytes, and who of the others was heard in agreement when. */
#include "e2ee/heartbeat.h"

#include "crypto/hash.h"

#include <string.h>

#define VERSION 2
#define AUTHENTICATOR_LABEL "Conclave 1.0 heartbeat"
#define TRANSCRIPT_HASH_MAX 64
#define INTERVAL_MIN_US (2 * G_USEC_PER_SEC)
#define INTERVAL_EACH_US (40 * 1000)
/* In a big room the interval itself passes 15 s: then three missed ones. */
#define MISSED_MAX 3
/* Clocks of two computers differ by less than one part in 4096, or 0.9 s an hour. */
#define DRIFT_PARTS 4096
#define CLOCK_MAX_US (G_MAXINT64 / 4)

typedef struct {
  gint64 agreed_at_us; /* the last agreement was sent, or the member came */
  gint64 heard_at_us;
  gint64 excused_at_us; /* counts unless it is before agreed_at_us */
  gboolean was_heard;
  gint64 ahead_us; /* of its clock over ours, with the promptest heartbeat */
  gint64 ahead_at_us;
} Watch;

struct CvE2eeHeartbeatTracker {
  GHashTable *watches; /* leaf index → Watch */
};

void
cv_e2ee_heartbeat_clear (CvE2eeHeartbeat *heartbeat)
{
  g_clear_pointer (&heartbeat->transcript_hash, g_bytes_unref);
}

gboolean
cv_e2ee_heartbeat_init (CvE2eeHeartbeat *heartbeat, const CvCrypto *crypto, const CvMlsGroup *group,
                        GError **error)
{
  memset (heartbeat, 0, sizeof *heartbeat);
  g_auto (CvWriter) writer;
  cv_writer_init_secret (&writer);
  cv_writer_put (&writer, CV_SPAN_LITERAL (AUTHENTICATOR_LABEL));
  cv_writer_put (&writer, cv_mls_group_get_epoch_authenticator (group));
  heartbeat->epoch = cv_mls_group_get_epoch (group);
  heartbeat->transcript_hash = cv_span_dup (cv_mls_group_get_confirmed_transcript_hash (group));
  return cv_crypto_hash_digest (crypto, CV_HASH_SHA256, cv_writer_span (&writer),
                                heartbeat->authenticator_hash, error);
}

GBytes *
cv_e2ee_heartbeat_write (const CvE2eeHeartbeat *heartbeat)
{
  g_auto (CvWriter) writer;
  cv_writer_init (&writer);
  cv_writer_u8 (&writer, VERSION);
  cv_writer_u64 (&writer, heartbeat->epoch);
  cv_writer_vector (&writer, cv_span_from_bytes (heartbeat->transcript_hash));
  cv_writer_put (&writer, CV_SPAN_ARRAY (heartbeat->authenticator_hash));
  for (guint i = 0; i < CV_E2EE_N_TRACKS; i++)
    cv_writer_u64 (&writer, heartbeat->n_frames[i]);
  cv_writer_u64 (&writer, heartbeat->sent_us);
  return cv_writer_take (&writer);
}

gboolean
cv_e2ee_heartbeat_parse (CvSpan encoded, CvE2eeHeartbeat *heartbeat, GError **error)
{
  CvReader reader;
  memset (heartbeat, 0, sizeof *heartbeat);
  cv_reader_init (&reader, encoded);
  guint8 version = cv_reader_u8 (&reader);
  heartbeat->epoch = cv_reader_u64 (&reader);
  heartbeat->transcript_hash = cv_reader_dup_vector (&reader, TRANSCRIPT_HASH_MAX);
  cv_reader_copy (&reader, heartbeat->authenticator_hash, sizeof heartbeat->authenticator_hash);
  for (guint i = 0; i < CV_E2EE_N_TRACKS; i++)
    heartbeat->n_frames[i] = cv_reader_u64 (&reader);
  heartbeat->sent_us = cv_reader_u64 (&reader);
  if (!cv_reader_finish (&reader) || version != VERSION) {
    cv_e2ee_heartbeat_clear (heartbeat);
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_MALFORMED,
                         "expected a heartbeat, got something else");
    return FALSE;
  }
  return TRUE;
}

gint64
cv_e2ee_heartbeat_interval_us (guint n_members)
{
  return MAX (INTERVAL_MIN_US, (gint64)n_members * INTERVAL_EACH_US);
}

static gint64
compute_limit_us (guint n_members)
{
  return MAX ((gint64)CV_E2EE_HEARTBEAT_WARN_US,
              MISSED_MAX * cv_e2ee_heartbeat_interval_us (n_members));
}

static gint64
compute_excused_limit_us (guint n_members)
{
  return MAX (compute_limit_us (n_members),
              CV_E2EE_HEARTBEAT_EXCUSED_US + cv_e2ee_heartbeat_interval_us (n_members));
}

static gboolean
is_excused (const Watch *watch)
{
  return watch->excused_at_us >= watch->agreed_at_us;
}

static void
excuse (Watch *watch, guint n_members, gint64 now_us)
{
  gint64 limit_us =
      is_excused (watch) ? compute_excused_limit_us (n_members) : compute_limit_us (n_members);
  if (now_us - watch->agreed_at_us < limit_us)
    watch->excused_at_us = now_us;
}

static gint64
compute_lateness_us (Watch *watch, guint64 sent_us, gint64 now_us)
{
  gint64 ahead_us = (gint64)MIN (sent_us, (guint64)CLOCK_MAX_US) - now_us;
  gint64 expected_us = watch->ahead_us - (now_us - watch->ahead_at_us) / DRIFT_PARTS;
  if (watch->was_heard && ahead_us < expected_us)
    return expected_us - ahead_us;
  watch->was_heard = TRUE;
  watch->ahead_us = ahead_us;
  watch->ahead_at_us = now_us;
  return 0;
}

guint64
cv_e2ee_heartbeat_clock_read (CvE2eeHeartbeatClock *clock, gint64 now_us, guint64 now_s)
{
  gint64 wall_us = (gint64)MIN (now_s, (guint64)(CLOCK_MAX_US / G_USEC_PER_SEC)) * G_USEC_PER_SEC;
  gint64 ahead_us = wall_us - now_us;
  if (clock->base_us == 0) {
    clock->base_us = wall_us;
    clock->ahead_us = ahead_us;
  }
  clock->ahead_us = MAX (clock->ahead_us, ahead_us);
  return (guint64)MAX (now_us + clock->ahead_us - clock->base_us, 0);
}

CvE2eeHeartbeatTracker *
cv_e2ee_heartbeat_tracker_new (void)
{
  CvE2eeHeartbeatTracker *tracker = g_new0 (CvE2eeHeartbeatTracker, 1);
  tracker->watches = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return tracker;
}

void
cv_e2ee_heartbeat_tracker_free (CvE2eeHeartbeatTracker *tracker)
{
  if (tracker == NULL)
    return;
  g_clear_pointer (&tracker->watches, g_hash_table_unref);
  g_free (tracker);
}

void
cv_e2ee_heartbeat_tracker_add (CvE2eeHeartbeatTracker *tracker, CvMlsLeaf leaf, gint64 now_us)
{
  if (g_hash_table_contains (tracker->watches, GUINT_TO_POINTER (leaf.index)))
    return;
  Watch *watch = g_new0 (Watch, 1);
  watch->agreed_at_us = now_us;
  watch->excused_at_us = G_MININT64;
  g_hash_table_insert (tracker->watches, GUINT_TO_POINTER (leaf.index), watch);
}

void
cv_e2ee_heartbeat_tracker_remove (CvE2eeHeartbeatTracker *tracker, CvMlsLeaf leaf)
{
  g_hash_table_remove (tracker->watches, GUINT_TO_POINTER (leaf.index));
}

gint64
cv_e2ee_heartbeat_tracker_note (CvE2eeHeartbeatTracker *tracker, CvMlsLeaf leaf,
                                gboolean does_agree, guint64 sent_us, gint64 now_us)
{
  Watch *watch = g_hash_table_lookup (tracker->watches, GUINT_TO_POINTER (leaf.index));
  if (watch == NULL)
    return now_us;
  gint64 sent_at_us = now_us - compute_lateness_us (watch, sent_us, now_us);
  watch->heard_at_us = MAX (watch->heard_at_us, sent_at_us);
  if (does_agree)
    watch->agreed_at_us = MAX (watch->agreed_at_us, sent_at_us);
  return sent_at_us;
}

void
cv_e2ee_heartbeat_tracker_excuse (CvE2eeHeartbeatTracker *tracker, CvMlsLeaf leaf, guint n_members,
                                  gint64 now_us)
{
  Watch *watch = g_hash_table_lookup (tracker->watches, GUINT_TO_POINTER (leaf.index));
  if (watch != NULL)
    excuse (watch, n_members, now_us);
}

void
cv_e2ee_heartbeat_tracker_excuse_all (CvE2eeHeartbeatTracker *tracker, guint n_members,
                                      gint64 now_us)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init (&iter, tracker->watches);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    excuse (value, n_members, now_us);
}

CvE2eeHeartbeatState
cv_e2ee_heartbeat_tracker_get (const CvE2eeHeartbeatTracker *tracker, CvMlsLeaf leaf,
                               guint n_members, gint64 now_us)
{
  const Watch *watch = g_hash_table_lookup (tracker->watches, GUINT_TO_POINTER (leaf.index));
  if (watch == NULL || now_us - watch->agreed_at_us < compute_limit_us (n_members))
    return CV_E2EE_HEARTBEAT_AGREES;
  if (is_excused (watch) && now_us - watch->agreed_at_us < compute_excused_limit_us (n_members))
    return CV_E2EE_HEARTBEAT_EXCUSED;
  return watch->heard_at_us > watch->agreed_at_us ? CV_E2EE_HEARTBEAT_DISAGREES
                                                  : CV_E2EE_HEARTBEAT_SILENT;
}
