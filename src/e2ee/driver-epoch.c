/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* From one epoch to the next: receive keys at once, send keys when the others are ready, old keys
 * wiped when their time is over. */
#include "crypto/hash.h"
#include "e2ee/driver-private.h"
#include "e2ee/meeting-code.h"

#define OLD_EPOCHS_MAX 15
#define PCS_MIN_US (10 * 60 * G_USEC_PER_SEC)
#define PCS_EACH_US (10 * G_USEC_PER_SEC)

void
cv_e2ee_driver_old_epoch_free (CvE2eeOldEpoch *old)
{
  if (old == NULL)
    return;
  g_clear_pointer (&old->group, cv_mls_group_unref);
  g_free (old);
}

/* max(10 min, N × 10 s), ± 20 %; the jitter comes from the epoch, so that no two members have the
 * same and no randomness is needed. */
static gint64
compute_pcs_interval_us (const CvE2eeGroupDriver *driver)
{
  guint8 hash[CV_CRYPTO_HASH_MAX] = {0};
  gint64 base_us = MAX ((gint64)PCS_MIN_US, (gint64)driver->members->len * PCS_EACH_US);
  g_auto (CvWriter) writer;
  cv_writer_init_secret (&writer);
  cv_writer_u32 (&writer, cv_mls_group_get_own_leaf (driver->group).index);
  cv_writer_put (&writer, cv_mls_group_get_epoch_authenticator (driver->group));
  if (!cv_crypto_hash_digest (driver->crypto, driver->suite->hash, cv_writer_span (&writer), hash,
                              NULL))
    return base_us;
  gint64 jitter = (gint64)(hash[0] << 8 | hash[1]); /* 0 to 65535 */
  return base_us * 4 / 5 + base_us * 2 / 5 * jitter / 65535;
}

static void
keep_old (CvE2eeGroupDriver *driver)
{
  CvE2eeOldEpoch *old = g_new0 (CvE2eeOldEpoch, 1);
  old->group = g_steal_pointer (&driver->group);
  /* A worker reads the group that it commits on: then it is retired when the worker is done. */
  if (!driver->is_job_running)
    cv_mls_group_retire (old->group);
  old->until_us = G_MAXINT64;
  g_ptr_array_add (driver->old_epochs, old);
  if (driver->old_epochs->len > OLD_EPOCHS_MAX)
    g_ptr_array_remove_index (driver->old_epochs, 0);
}

/* The new epoch is in use: the time of the old ones runs. */
static void
switch_sending (CvE2eeGroupDriver *driver)
{
  if (!driver->is_muted_by_doubt)
    cv_e2ee_sender_install (driver->sender, driver->next_send_keys);
  driver->switch_at_us = G_MAXINT64;
  for (guint i = 0; i < driver->old_epochs->len; i++) {
    CvE2eeOldEpoch *old = g_ptr_array_index (driver->old_epochs, i);
    if (old->until_us == G_MAXINT64)
      old->until_us = driver->now_us + CV_E2EE_DRIVER_RETENTION_US;
  }
}

static gboolean
have_all_acknowledged (const CvE2eeGroupDriver *driver)
{
  for (guint i = 0; i < driver->members->len; i++) {
    const CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (!member->has_acknowledged && member->away_at_us == 0)
      return FALSE;
  }
  return TRUE;
}

static gboolean
renew_code (CvE2eeGroupDriver *driver)
{
  g_free (driver->code);
  driver->code = cv_e2ee_meeting_code_dup (
      driver->crypto, cv_mls_group_get_epoch_authenticator (driver->group), NULL);
  driver->has_roster_news = TRUE;
  return driver->code != NULL;
}

static gboolean
take_policy (CvE2eeGroupDriver *driver)
{
  CvE2eePolicy policy;
  if (!cv_e2ee_policy_parse (cv_mls_group_get_extension (driver->group, CV_E2EE_POLICY_TYPE),
                             &policy, NULL))
    return FALSE;
  driver->policy = policy;
  if (!cv_e2ee_policy_is_moderator (&policy, driver->own_hash)) {
    g_array_set_size (driver->wanted_removes, 0);
    cv_e2ee_driver_wishes_clear (driver);
  }
  cv_e2ee_driver_wishes_settle (driver);
  driver->has_policy_news = TRUE;
  return TRUE;
}

static void
reset_timers (CvE2eeGroupDriver *driver, gboolean is_first)
{
  gint64 now_us = driver->now_us;
  driver->epoch_at_us = now_us;
  driver->blocked_until_us = 0;
  driver->n_rejected = 0;
  driver->behind_since_us = 0;
  driver->stuck_at_us = 0;
  g_clear_pointer (&driver->refused_commit, g_bytes_unref);
  cv_e2ee_driver_absence_note_epoch (driver);
  if (is_first || driver->pcs_at_us == 0)
    driver->pcs_at_us = now_us + compute_pcs_interval_us (driver);
  /* In a small meeting the first heartbeat of an epoch is its acknowledgement. */
  if (driver->members->len <= CV_E2EE_DRIVER_ACK_MAX_MEMBERS || is_first)
    driver->heartbeat_at_us = now_us;
}

gboolean
cv_e2ee_driver_epoch_install (CvE2eeGroupDriver *driver, CvMlsGroup *next,
                              gboolean does_change_roster)
{
  gboolean is_first = driver->group == NULL;
  g_autoptr (CvMlsGroup) kept = cv_mls_group_ref (next);
  g_autoptr (CvE2eeEpochKeys) keys = cv_e2ee_epoch_keys_new (driver->crypto, next, NULL);
  if (keys == NULL) {
    cv_e2ee_driver_finish (driver, CV_E2EE_END_ENCRYPTION);
    return FALSE;
  }
  if (!is_first)
    keep_old (driver);
  driver->group = g_steal_pointer (&kept);
  cv_e2ee_driver_commit_forget (driver);
  if (!take_policy (driver) || !cv_e2ee_driver_roster_rebuild (driver, driver->group, NULL)
      || (does_change_roster && !renew_code (driver))) {
    cv_e2ee_driver_finish (driver, CV_E2EE_END_ENCRYPTION);
    return FALSE;
  }
  driver->leaves_len = cv_e2ee_driver_rules_get_leaves_len (driver->group);
  driver->had_company = driver->had_company || driver->members->len > 1;
  cv_e2ee_receiver_install (driver->receiver, keys);
  g_clear_pointer (&driver->next_send_keys, cv_e2ee_epoch_keys_unref);
  driver->next_send_keys = g_steal_pointer (&keys);
  /* Not anew with each epoch: whoever commits in a hurry must not keep us in an old one. */
  if (is_first || driver->switch_at_us == G_MAXINT64)
    driver->switch_at_us = driver->now_us + CV_E2EE_DRIVER_SWITCH_US;
  if (is_first || driver->members->len == 1)
    switch_sending (driver);
  cv_e2ee_driver_roster_compute_rank (driver);
  reset_timers (driver, is_first);
  driver->trust_at_us = driver->now_us;
  driver->has_epoch_news = TRUE;
  return TRUE;
}

/* What a received commit tells beyond the group: who came, who re-synchronised. */
void
cv_e2ee_driver_epoch_note_commit (CvE2eeGroupDriver *driver, const CvMlsReceived *received)
{
  const CvMlsCommitSummary *summary = &received->summary;
  for (guint i = 0; i < summary->added->len; i++) {
    const CvMlsAdded *added = &g_array_index (summary->added, CvMlsAdded, i);
    cv_e2ee_driver_door_note_used (driver, added->key_package_ref);
    cv_e2ee_driver_door_remove_added (driver, cv_span_from_bytes (added->key_package_ref));
  }
  if (!summary->is_external)
    return;
  CvE2eeDriverMember *member = cv_e2ee_driver_roster_find (driver, summary->committer);
  if (member != NULL) {
    member->resynced_at_us = driver->now_us;
    member->since_epoch = cv_mls_group_get_epoch (driver->group);
  }
  for (guint i = 0; i < summary->removed->len; i++)
    cv_e2ee_driver_resync_forget (driver, g_array_index (summary->removed, CvMlsLeaf, i));
  cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_RESYNCED, summary->committer);
}

void
cv_e2ee_driver_epoch_acknowledge (CvE2eeGroupDriver *driver, CvE2eeDriverMember *member)
{
  member->has_acknowledged = TRUE;
  member->was_heard = TRUE;
}

CvMlsGroup *
cv_e2ee_driver_epoch_find_old (const CvE2eeGroupDriver *driver, guint64 epoch)
{
  for (guint i = 0; i < driver->old_epochs->len; i++) {
    CvE2eeOldEpoch *old = g_ptr_array_index (driver->old_epochs, i);
    if (cv_mls_group_get_epoch (old->group) == epoch)
      return old->group;
  }
  return NULL;
}

gint64
cv_e2ee_driver_epoch_run (CvE2eeGroupDriver *driver)
{
  gboolean has_retired = FALSE;
  if (driver->group == NULL)
    return G_MAXINT64;
  if (driver->switch_at_us != G_MAXINT64
      && (driver->now_us >= driver->switch_at_us || have_all_acknowledged (driver)))
    switch_sending (driver);
  gint64 next_us = driver->switch_at_us;
  while (driver->old_epochs->len > 0) {
    CvE2eeOldEpoch *oldest = g_ptr_array_index (driver->old_epochs, 0);
    if (oldest->until_us > driver->now_us)
      break;
    g_ptr_array_remove_index (driver->old_epochs, 0);
    has_retired = TRUE;
  }
  CvMlsGroup *first = driver->group;
  if (driver->old_epochs->len > 0) {
    CvE2eeOldEpoch *oldest = g_ptr_array_index (driver->old_epochs, 0);
    next_us = MIN (next_us, oldest->until_us);
    first = oldest->group;
  }
  if (has_retired)
    cv_e2ee_receiver_retire_before (driver->receiver, cv_mls_group_get_epoch (first));
  if (cv_e2ee_sender_needs_epoch (driver->sender))
    driver->pcs_at_us = MIN (driver->pcs_at_us, driver->now_us);
  return next_us;
}
