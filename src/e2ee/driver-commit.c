/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Commits of our own: how they are made, what happens when they were ordered. */
#include "e2ee/driver-private.h"

#include <string.h>

#define RESEND_US (5 * G_USEC_PER_SEC)
#define FRESH_RETRY_US (2 * G_USEC_PER_SEC)
#define KEPT_MAX 4 /* commits of our own in one epoch: the first, and the newest */
#define BACKOFF_MAX_US (8 * G_USEC_PER_SEC)

void
cv_e2ee_driver_own_commit_free (CvE2eeOwnCommit *own)
{
  if (own == NULL)
    return;
  cv_mls_commit_result_clear (&own->result);
  g_clear_pointer (&own->commit, cv_e2ee_commit_unref);
  g_clear_pointer (&own->plan, cv_e2ee_driver_plan_free);
  g_free (own);
}

/* ---- making it ---- */

static gsize
get_len (GBytes *bytes)
{
  return bytes != NULL ? g_bytes_get_size (bytes) : 0;
}

/* The server ends the session of who sends more. As with every commit that cannot be made, the next
 * one does less at once. */
static void
check_size (CvE2eeJob *job)
{
  gsize commit_len = get_len (job->result.commit);
  gsize welcome_len = get_len (job->result.welcome);
  if (commit_len <= CV_E2EE_COMMIT_MAX && welcome_len <= CV_E2EE_GROUP_INFO_MAX)
    return;
  job->error = g_error_new (
      CV_E2EE_ERROR, CV_E2EE_ERROR_POLICY,
      "expected a commit and a Welcome of at most %u and %u bytes, got %" G_GSIZE_FORMAT
      " and %" G_GSIZE_FORMAT,
      (guint)CV_E2EE_COMMIT_MAX, (guint)CV_E2EE_GROUP_INFO_MAX, commit_len, welcome_len);
}

void
cv_e2ee_job_run (CvE2eeJob *job)
{
  CvE2eePlan *plan = job->plan;
  CvSpan policy = cv_span_from_bytes (plan->policy);
  CvMlsPsk psk = {
      .id = cv_e2ee_room_keys_get_psk_id (job->room_keys),
      .secret = cv_e2ee_room_keys_get_psk (job->room_keys),
  };
  g_autofree CvSpan *adds = g_new0 (CvSpan, plan->key_packages->len + 1);
  for (guint i = 0; i < plan->key_packages->len; i++)
    adds[i] = cv_span_from_bytes (g_ptr_array_index (plan->key_packages, i));
  CvMlsCommitParams params = {
      .adds = adds,
      .n_adds = plan->key_packages->len,
      .removes = (const CvMlsLeaf *)(gpointer)plan->removes->data,
      .n_removes = plan->removes->len,
      .policy = plan->policy != NULL ? &policy : NULL,
      .policy_type = CV_E2EE_POLICY_TYPE,
      .psks = &psk,
      .n_psks = plan->key_packages->len > 0 ? 1 : 0,
      .authenticated_data = cv_span_from_bytes (job->authenticated_data),
      .is_pathless = plan->is_pathless,
      .now_s = job->now_s,
  };
  if (!cv_mls_group_commit (job->group, &params, &job->result, &job->error) && job->error == NULL)
    job->error = g_error_new_literal (CV_E2EE_ERROR, CV_E2EE_ERROR_INTERNAL, "no commit");
  else if (job->error == NULL)
    check_size (job);
}

void
cv_e2ee_job_free (CvE2eeJob *job)
{
  if (job == NULL)
    return;
  g_clear_pointer (&job->group, cv_mls_group_unref);
  g_clear_pointer (&job->plan, cv_e2ee_driver_plan_free);
  g_clear_pointer (&job->authenticated_data, g_bytes_unref);
  g_clear_pointer (&job->room_keys, cv_e2ee_room_keys_unref);
  cv_mls_commit_result_clear (&job->result);
  g_clear_error (&job->error);
  g_free (job);
}

/* The first of an epoch stays: when the server orders that and keeps it from us, it rejects it as well
 * when we send it again, and all that follow. Another one that was forgotten and is ordered after all
 * leads to re-synchronising. */
static void
keep (CvE2eeGroupDriver *driver, CvE2eeOwnCommit *own)
{
  if (driver->own_commits->len >= KEPT_MAX)
    g_ptr_array_remove_range (driver->own_commits, 1, driver->own_commits->len - KEPT_MAX + 1);
  g_ptr_array_add (driver->own_commits, own);
}

static void
send (CvE2eeGroupDriver *driver, CvE2eeOwnCommit *own)
{
  own->sent_at_us = driver->now_us;
  driver->ops->send_commit (driver->data, cv_mls_group_get_id (own->result.next), own->epoch,
                            own->commit);
}

/* The connections of the leaves that the plan removes; full, NULL-terminated. */
static GPtrArray *
dup_removed_ids (const CvE2eeGroupDriver *driver, const CvE2eePlan *plan)
{
  GPtrArray *ids = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  for (guint i = 0; i < plan->removes->len; i++) {
    const CvE2eeDriverMember *member =
        cv_e2ee_driver_roster_find (driver, g_array_index (plan->removes, CvMlsLeaf, i));
    if (member != NULL)
      g_ptr_array_add (ids, g_strdup (member->member_id));
  }
  return ids;
}

static void
take_result (CvE2eeGroupDriver *driver, CvE2eeJob *job)
{
  driver->is_job_running = FALSE;
  /* What it read was kept whole for it. */
  for (guint i = 0; i < driver->old_epochs->len; i++)
    cv_mls_group_retire (((CvE2eeOldEpoch *)g_ptr_array_index (driver->old_epochs, i))->group);
  if (driver->group == NULL || job->group != driver->group)
    return;
  if (job->error != NULL) {
    /* A commit that is too large is a fault of ours, or a room that is too full. */
    if (g_error_matches (job->error, CV_E2EE_ERROR, CV_E2EE_ERROR_POLICY))
      g_warning ("commit: %s", job->error->message);
    else
      g_debug ("commit: %s", job->error->message);
    cv_e2ee_driver_plan_failed (driver, job->plan);
    return;
  }
  cv_e2ee_driver_plan_worked (driver);
  CvE2eeOwnCommit *own = g_new0 (CvE2eeOwnCommit, 1);
  own->epoch = cv_mls_group_get_epoch (job->group);
  own->result = job->result;
  memset (&job->result, 0, sizeof job->result);
  own->plan = g_steal_pointer (&job->plan);
  g_autoptr (GPtrArray) removed = dup_removed_ids (driver, own->plan);
  own->commit = cv_e2ee_commit_new (own->result.commit, (char *const *)own->plan->knock_ids->pdata,
                                    (char *const *)removed->pdata);
  g_ptr_array_set_size (own->plan->admissions, 0); /* borrowed: not needed any more */
  own->is_live = TRUE;
  keep (driver, own);
  send (driver, own);
}

static void
start (CvE2eeGroupDriver *driver)
{
  CvE2eeJob *job = g_new0 (CvE2eeJob, 1);
  job->group = cv_mls_group_ref (driver->group);
  job->plan = cv_e2ee_driver_plan_make (driver);
  job->room_keys = cv_e2ee_room_keys_ref (driver->room_keys);
  job->now_s = driver->now_s;
  if (job->plan->admissions->len > 0)
    job->authenticated_data = cv_e2ee_admission_write_list (job->plan->admissions);
  driver->is_job_running = TRUE;
  if (driver->ops->start_job != NULL) {
    driver->ops->start_job (driver->data, job);
    return;
  }
  cv_e2ee_job_run (job);
  take_result (driver, job);
  cv_e2ee_job_free (job);
}

static void
drain_waiting (CvE2eeGroupDriver *driver)
{
  while (!driver->is_job_running && driver->group != NULL) {
    CvE2eeWaiting *waiting = g_queue_pop_head (&driver->waiting);
    if (waiting == NULL)
      return;
    if (waiting->kind == CV_E2EE_WAITING_COMMIT) {
      cv_e2ee_driver_receive_ordered (driver, waiting->commit);
    } else if (waiting->kind == CV_E2EE_WAITING_MESSAGE) {
      cv_e2ee_driver_receive_message (driver, waiting->bytes);
    } else {
      CvSpan inner = cv_span_from_bytes (waiting->bytes);
      g_autoptr (GError) error = NULL;
      if (!cv_e2ee_driver_timers_send_inner (driver, (CvE2eeInner)inner.data[0],
                                             cv_span (inner.data + 1, inner.len - 1), &error))
        g_debug ("could not send: %s", error->message);
    }
    cv_e2ee_driver_waiting_free (waiting);
  }
}

void
cv_e2ee_group_driver_finish_job (CvE2eeGroupDriver *driver, CvE2eeJob *job)
{
  cv_e2ee_driver_enter (driver);
  take_result (driver, job);
  cv_e2ee_job_free (job);
  drain_waiting (driver);
  cv_e2ee_driver_receive_future (driver);
  cv_e2ee_driver_leave (driver);
}

/* ---- the group of the last one ---- */

gboolean
cv_e2ee_driver_commit_needs_fresh_group (const CvE2eeGroupDriver *driver)
{
  for (guint i = 0; i < driver->members->len; i++) {
    const CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (!member->public.is_self && cv_e2ee_driver_roster_get_removable_at (member) > driver->now_us)
      return FALSE;
  }
  return driver->had_company;
}

static gint64
start_fresh (CvE2eeGroupDriver *driver)
{
  g_autoptr (GError) error = NULL;
  if (driver->fresh == NULL)
    driver->fresh = cv_e2ee_driver_new_fresh_group (driver, &error);
  if (driver->fresh == NULL) {
    g_warning ("could not make a fresh group: %s", error->message);
    driver->fresh_retry_at_us = driver->now_us + FRESH_RETRY_US;
    return driver->fresh_retry_at_us;
  }
  driver->fresh_retry_at_us = G_MAXINT64;
  driver->ops->start_group (driver->data, cv_mls_group_get_id (driver->fresh));
  return G_MAXINT64;
}

/* It has the policy of when it was made: for later, another one is made. */
static void
drop_fresh (CvE2eeGroupDriver *driver)
{
  g_clear_pointer (&driver->fresh, cv_mls_group_unref);
  driver->fresh_retry_at_us = 0;
}

void
cv_e2ee_driver_commit_adopt_fresh (CvE2eeGroupDriver *driver)
{
  g_autoptr (CvMlsGroup) fresh = g_steal_pointer (&driver->fresh);
  g_clear_pointer (&driver->group, cv_mls_group_unref);
  cv_e2ee_receiver_clear (driver->receiver);
  g_ptr_array_set_size (driver->old_epochs, 0);
  g_ptr_array_set_size (driver->future, 0);
  g_hash_table_remove_all (driver->used_refs);
  g_array_set_size (driver->wanted_removes, 0);
  cv_e2ee_driver_returns_start_afresh (driver);
  driver->had_company = FALSE;
  driver->fresh_retry_at_us = 0;
  cv_e2ee_driver_epoch_install (driver, fresh, TRUE);
}

void
cv_e2ee_group_driver_on_start_refused (CvE2eeGroupDriver *driver)
{
  cv_e2ee_driver_enter (driver);
  g_clear_pointer (&driver->fresh, cv_mls_group_unref);
  driver->fresh_retry_at_us = driver->now_us + FRESH_RETRY_US;
  cv_e2ee_driver_leave (driver);
}

/* ---- its fate ---- */

static CvE2eeOwnCommit *
find_live (const CvE2eeGroupDriver *driver)
{
  for (guint i = 0; i < driver->own_commits->len; i++) {
    CvE2eeOwnCommit *own = g_ptr_array_index (driver->own_commits, i);
    if (own->is_live)
      return own;
  }
  return NULL;
}

gint64
cv_e2ee_driver_commit_run (CvE2eeGroupDriver *driver)
{
  CvE2eeOwnCommit *live = find_live (driver);
  gboolean needs_fresh = cv_e2ee_driver_commit_needs_fresh_group (driver);
  if (!needs_fresh)
    drop_fresh (driver);
  if (driver->phase != CV_E2EE_PHASE_MEMBER || !driver->is_connected || driver->is_job_running)
    return G_MAXINT64;
  if (live != NULL && driver->now_us >= live->sent_at_us + RESEND_US)
    send (driver, live);
  if (live != NULL)
    return live->sent_at_us + RESEND_US;
  if (driver->now_us < driver->blocked_until_us)
    return driver->blocked_until_us;
  if (needs_fresh && driver->now_us >= driver->fresh_retry_at_us)
    return start_fresh (driver);
  if (needs_fresh && driver->fresh_retry_at_us == G_MAXINT64)
    return G_MAXINT64; /* until the server has answered */
  /* Refused: somebody who is gone to us keeps a connection, perhaps for ever. Until that ends the
   * old group goes on without that leaf: its removal renews the keys as well. */
  gint64 retry_us = needs_fresh ? driver->fresh_retry_at_us : G_MAXINT64;
  gint64 due_us = cv_e2ee_driver_plan_compute_due_us (driver);
  if (due_us > driver->now_us)
    return MIN (due_us, retry_us);
  start (driver);
  if (driver->is_job_running || find_live (driver) != NULL)
    return driver->now_us + RESEND_US;
  return MAX (cv_e2ee_driver_plan_compute_due_us (driver), driver->now_us);
}

CvE2eeOwnCommit *
cv_e2ee_driver_commit_find_own (const CvE2eeGroupDriver *driver, GBytes *commit)
{
  for (guint i = 0; i < driver->own_commits->len; i++) {
    CvE2eeOwnCommit *own = g_ptr_array_index (driver->own_commits, i);
    if (g_bytes_equal (own->result.commit, commit))
      return own;
  }
  return NULL;
}

void
cv_e2ee_driver_commit_adopt (CvE2eeGroupDriver *driver, CvE2eeOwnCommit *own)
{
  g_autoptr (CvMlsGroup) next = cv_mls_group_ref (own->result.next);
  g_autoptr (GBytes) welcome =
      own->result.welcome != NULL ? g_bytes_ref (own->result.welcome) : NULL;
  CvE2eePlan *plan = g_steal_pointer (&own->plan);
  g_autoptr (GArray) removed =
      cv_e2ee_driver_returns_list_own_removed (driver, plan != NULL ? plan->removes : NULL);
  gboolean does_change_roster = plan == NULL || plan->refs->len > 0 || plan->removes->len > 0;
  gboolean has_path = plan == NULL || !plan->is_pathless;
  gboolean was_resync = plan == NULL;
  driver->has_last_path = has_path;
  if (has_path)
    driver->pcs_at_us = 0;
  if (was_resync)
    cv_e2ee_driver_resync_stop (driver);
  gboolean is_installed = cv_e2ee_driver_epoch_install (driver, next, does_change_roster);
  if (is_installed)
    cv_e2ee_driver_returns_note_removed (driver, removed);
  if (is_installed && plan != NULL) {
    for (guint i = 0; i < plan->refs->len; i++) {
      GBytes *ref = g_ptr_array_index (plan->refs, i);
      cv_e2ee_driver_door_note_used (driver, ref);
      cv_e2ee_driver_door_remove_added (driver, cv_span_from_bytes (ref));
    }
    if (welcome != NULL)
      driver->ops->send_welcome (driver->data, (const char *const *)plan->knock_ids->pdata,
                                 welcome);
  }
  cv_e2ee_driver_plan_free (plan);
}

void
cv_e2ee_driver_commit_send_external (CvE2eeGroupDriver *driver, CvMlsCommitResult *result)
{
  if (get_len (result->commit) > CV_E2EE_COMMIT_MAX) {
    g_warning ("the way back is a commit of %" G_GSIZE_FORMAT " bytes, which nobody relays",
               get_len (result->commit));
    return;
  }
  CvE2eeOwnCommit *own = g_new0 (CvE2eeOwnCommit, 1);
  own->result = *result;
  memset (result, 0, sizeof *result);
  /* Who comes back keeps its connection. */
  own->commit = cv_e2ee_commit_new (own->result.commit, NULL, NULL);
  own->epoch = cv_mls_group_get_epoch (own->result.next) - 1;
  own->is_live = TRUE;
  keep (driver, own);
  send (driver, own);
}

void
cv_e2ee_driver_commit_drop_external (CvE2eeGroupDriver *driver)
{
  for (guint i = driver->own_commits->len; i > 0; i--)
    if (((CvE2eeOwnCommit *)g_ptr_array_index (driver->own_commits, i - 1))->plan == NULL)
      g_ptr_array_remove_index (driver->own_commits, i - 1);
}

void
cv_e2ee_driver_commit_forget (CvE2eeGroupDriver *driver)
{
  drop_fresh (driver);
  g_ptr_array_set_size (driver->own_commits, 0);
}

void
cv_e2ee_group_driver_on_commit_accepted (CvE2eeGroupDriver *driver, guint64 epoch)
{
  cv_e2ee_driver_enter (driver);
  CvE2eeOwnCommit *live = find_live (driver);
  if (live != NULL && live->epoch == epoch && driver->phase != CV_E2EE_PHASE_ENDED) {
    cv_e2ee_driver_commit_adopt (driver, live);
    cv_e2ee_driver_receive_future (driver);
  }
  cv_e2ee_driver_leave (driver);
}

/* The first time it was a race, and the winner's commit is on its way: no time is lost. A server that
 * orders nothing of ours must not make us compute, and keep, one commit after the other. */
static void
back_off (CvE2eeGroupDriver *driver)
{
  gint64 pause_us = (gint64)CV_E2EE_DRIVER_EPOCH_MIN_US << MIN (driver->n_rejected, 8);
  if (driver->n_rejected++ > 0)
    driver->blocked_until_us =
        MAX (driver->blocked_until_us, driver->now_us + MIN (pause_us, BACKOFF_MAX_US));
}

void
cv_e2ee_group_driver_on_commit_rejected (CvE2eeGroupDriver *driver, guint64 epoch)
{
  cv_e2ee_driver_enter (driver);
  CvE2eeOwnCommit *live = find_live (driver);
  if (live != NULL && live->epoch == epoch) {
    live->is_live = FALSE;
    cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_LOST_RACE, CV_E2EE_EVERYBODY);
    /* The winner's commit is on its way; should it not come, try again after a while. */
    driver->epoch_at_us = MAX (driver->epoch_at_us, driver->now_us);
    back_off (driver);
    if (driver->phase == CV_E2EE_PHASE_RESYNC)
      driver->resync_retry_at_us = driver->now_us + CV_E2EE_DRIVER_EPOCH_MIN_US;
  }
  cv_e2ee_driver_leave (driver);
}

void
cv_e2ee_group_driver_on_commit_voided (CvE2eeGroupDriver *driver, guint64 epoch)
{
  cv_e2ee_driver_enter (driver);
  if (driver->group != NULL) {
    guint64 own_epoch = cv_mls_group_get_epoch (driver->group);
    if (epoch == own_epoch) {
      driver->blocked_until_us = 0;
      driver->n_rejected = 0;
      driver->stuck_at_us = 0;
    }
    /* We had followed it, and nobody knows the secrets of our epoch: only a new start leads back. */
    else if (epoch < own_epoch)
      cv_e2ee_driver_finish (driver, CV_E2EE_END_GROUP_GONE);
  }
  cv_e2ee_driver_leave (driver);
}
