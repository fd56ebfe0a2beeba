/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Heartbeats out and in, the shield, and the messages inside the group. */
#include "e2ee/driver-private.h"

#define TRUST_EVERY_US G_USEC_PER_SEC
#define FAILING_US (2 * G_USEC_PER_SEC)
#define FAILING_PAUSE_US G_USEC_PER_SEC
#define FOREIGN_SHOWN_US (30 * G_USEC_PER_SEC)
#define RESYNC_SHOWN_US (60 * G_USEC_PER_SEC)

void
cv_e2ee_driver_waiting_free (CvE2eeWaiting *waiting)
{
  if (waiting == NULL)
    return;
  g_clear_pointer (&waiting->bytes, g_bytes_unref);
  g_clear_pointer (&waiting->commit, cv_e2ee_commit_unref);
  g_free (waiting);
}

gboolean
cv_e2ee_driver_timers_send_inner (CvE2eeGroupDriver *driver, CvE2eeInner kind, CvSpan content,
                                  GError **error)
{
  g_auto (CvWriter) writer;
  cv_writer_init_secret (&writer);
  cv_writer_u8 (&writer, (guint8)kind);
  cv_writer_put (&writer, content);
  if (driver->is_job_running) {
    if (g_queue_get_length (&driver->waiting) >= CV_E2EE_DRIVER_FUTURE_MAX) {
      g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_STATE, "too much is waiting");
      return FALSE;
    }
    CvE2eeWaiting *waiting = g_new0 (CvE2eeWaiting, 1);
    waiting->kind = CV_E2EE_WAITING_SEND;
    waiting->bytes = cv_span_dup (cv_writer_span (&writer));
    g_queue_push_tail (&driver->waiting, waiting);
    return TRUE;
  }
  g_autoptr (GBytes) message =
      cv_mls_group_protect (driver->group, cv_writer_span (&writer), CV_SPAN_EMPTY, error);
  if (message == NULL)
    return FALSE;
  driver->ops->send_application (driver->data, message);
  return TRUE;
}

void
cv_e2ee_driver_timers_send_heartbeat (CvE2eeGroupDriver *driver)
{
  g_auto (CvE2eeHeartbeat) heartbeat = {0};
  g_autoptr (GError) error = NULL;
  if (cv_e2ee_heartbeat_init (&heartbeat, driver->crypto, driver->group, &error)) {
    heartbeat.sent_us =
        cv_e2ee_heartbeat_clock_read (&driver->clock, driver->now_us, driver->now_s);
    for (guint i = 0; i < CV_E2EE_N_TRACKS; i++)
      heartbeat.n_frames[i] = cv_e2ee_sender_get_n_frames (driver->sender, (CvE2eeTrack)i);
    g_autoptr (GBytes) encoded = cv_e2ee_heartbeat_write (&heartbeat);
    if (cv_e2ee_driver_timers_send_inner (driver, CV_E2EE_INNER_HEARTBEAT,
                                          cv_span_from_bytes (encoded), &error))
      return;
  }
  g_debug ("heartbeat: %s", error->message);
}

static gboolean
does_agree (const CvE2eeGroupDriver *driver, const CvE2eeHeartbeat *theirs)
{
  g_auto (CvE2eeHeartbeat) ours = {0};
  if (!cv_e2ee_heartbeat_init (&ours, driver->crypto, driver->group, NULL))
    return FALSE;
  return theirs->epoch == ours.epoch
         && cv_span_equal (cv_span_from_bytes (theirs->transcript_hash),
                           cv_span_from_bytes (ours.transcript_hash))
         && cv_secret_equal (theirs->authenticator_hash, ours.authenticator_hash,
                             sizeof ours.authenticator_hash);
}

void
cv_e2ee_driver_timers_receive_heartbeat (CvE2eeGroupDriver *driver, CvE2eeDriverMember *member,
                                         guint64 epoch, CvSpan encoded)
{
  g_auto (CvE2eeHeartbeat) heartbeat = {0};
  if (!cv_e2ee_heartbeat_parse (encoded, &heartbeat, NULL)) {
    cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_BAD_APPLICATION, member->public.leaf);
    return;
  }
  cv_e2ee_driver_roster_heard (driver, member);
  gboolean is_current = epoch == cv_mls_group_get_epoch (driver->group);
  gboolean agrees = is_current && does_agree (driver, &heartbeat);
  gint64 sent_at_us = cv_e2ee_heartbeat_tracker_note (driver->tracker, member->public.leaf, agrees,
                                                      heartbeat.sent_us, driver->now_us);
  if (!agrees)
    return;
  cv_e2ee_driver_epoch_acknowledge (driver, member);
  cv_e2ee_driver_absence_note_agreement (driver, sent_at_us);
}

/* ---- the shield ---- */

static void
look_at_tracks (CvE2eeGroupDriver *driver, CvE2eeDriverMember *member)
{
  for (guint i = 0; i < CV_E2EE_N_TRACKS; i++) {
    CvE2eeReceiverCounts now;
    CvE2eeReceiverCounts *before = &member->seen[i];
    cv_e2ee_receiver_get_counts (driver->receiver, member->public.leaf, (CvE2eeTrack)i, &now);
    gboolean has_opened = now.n_opened != before->n_opened;
    gboolean has_failed =
        now.n_no_key != before->n_no_key || now.n_undecryptable != before->n_undecryptable;
    if (has_failed && !has_opened) {
      member->failed_at_us[i] = driver->now_us;
      if (member->failing_since_us[i] == 0)
        member->failing_since_us[i] = driver->now_us;
    } else if (has_opened || driver->now_us - member->failed_at_us[i] >= FAILING_PAUSE_US) {
      /* Others can have us look as often as they like: a look without news says nothing. */
      member->failing_since_us[i] = 0;
    }
    if (now.n_foreign != before->n_foreign)
      member->foreign_at_us = driver->now_us;
    member->has_foreign_frames =
        member->foreign_at_us != 0 && driver->now_us < member->foreign_at_us + FOREIGN_SHOWN_US;
    *before = now;
  }
}

static gboolean
has_failing_track (const CvE2eeGroupDriver *driver, const CvE2eeDriverMember *member)
{
  for (guint i = 0; i < CV_E2EE_N_TRACKS; i++)
    if (member->failing_since_us[i] != 0
        && driver->now_us - member->failing_since_us[i] >= FAILING_US)
      return TRUE;
  return FALSE;
}

static void
fill (const CvE2eeGroupDriver *driver, const CvE2eeDriverMember *member, CvE2eeTrustMember *out)
{
  *out = (CvE2eeTrustMember){
      .leaf = member->public.leaf,
      .is_self = member->public.is_self,
      .contact = member->public.contact,
      .is_confirmed = member->is_confirmed,
      .is_accepted = member->is_accepted,
      .has_undecryptable_track = has_failing_track (driver, member),
      .has_impostor_track = member->has_foreign_frames,
      .has_broken_rules = member->has_broken_rules,
      .is_resynced =
          member->resynced_at_us != 0 && driver->now_us < member->resynced_at_us + RESYNC_SHOWN_US,
      .heartbeat = CV_E2EE_HEARTBEAT_AGREES,
  };
  if (!member->public.is_self)
    out->heartbeat = cv_e2ee_heartbeat_tracker_get (driver->tracker, member->public.leaf,
                                                    driver->members->len, driver->now_us);
}

/* Nobody agrees any more: stop talking to whoever listens. */
static void
follow_doubt (CvE2eeGroupDriver *driver)
{
  gboolean is_alone = FALSE;
  for (guint i = 0; i < driver->trust.reasons->len; i++)
    is_alone =
        is_alone
        || g_array_index (driver->trust.reasons, CvE2eeReason, i).kind == CV_E2EE_REASON_ALONE;
  if (is_alone == driver->is_muted_by_doubt)
    return;
  driver->is_muted_by_doubt = is_alone;
  cv_e2ee_sender_install (driver->sender, is_alone ? NULL : driver->next_send_keys);
}

void
cv_e2ee_driver_timers_judge (CvE2eeGroupDriver *driver)
{
  CvE2eeTrust trust;
  g_autofree CvE2eeTrustMember *members = g_new0 (CvE2eeTrustMember, driver->members->len + 1);
  for (guint i = 0; i < driver->members->len; i++)
    fill (driver, g_ptr_array_index (driver->members, i), &members[i]);
  cv_e2ee_trust_judge (driver->group != NULL, members, driver->members->len, &trust);
  if (driver->trust.reasons != NULL && cv_e2ee_trust_equal (&trust, &driver->trust)) {
    cv_e2ee_trust_clear (&trust);
    return;
  }
  cv_e2ee_trust_clear (&driver->trust);
  driver->trust = trust;
  driver->has_shield_news = TRUE;
  follow_doubt (driver);
}

gint64
cv_e2ee_driver_timers_run (CvE2eeGroupDriver *driver)
{
  gint64 now_us = driver->now_us;
  if (driver->group == NULL)
    return G_MAXINT64;
  gboolean has_others = driver->members->len > 1;
  if (has_others && driver->is_connected && driver->phase == CV_E2EE_PHASE_MEMBER
      && now_us >= driver->heartbeat_at_us) {
    cv_e2ee_driver_timers_send_heartbeat (driver);
    driver->heartbeat_at_us = now_us + cv_e2ee_heartbeat_interval_us (driver->members->len);
  }
  if (now_us >= driver->trust_at_us) {
    for (guint i = 0; i < driver->members->len; i++) {
      CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
      if (!member->public.is_self)
        look_at_tracks (driver, member);
    }
    cv_e2ee_driver_timers_judge (driver);
    driver->trust_at_us = now_us + TRUST_EVERY_US;
  }
  if (!has_others)
    return G_MAXINT64;
  gint64 next_us = driver->trust_at_us;
  if (driver->is_connected && driver->phase == CV_E2EE_PHASE_MEMBER)
    next_us = MIN (next_us, driver->heartbeat_at_us);
  return next_us;
}
