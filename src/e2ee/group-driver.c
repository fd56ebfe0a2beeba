/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The driver's life, its simple inputs, and the bracket around every input. */
#include "e2ee/group-driver.h"

#include "crypto/random.h"
#include "crypto/self-check.h"
#include "crypto/signature.h"
#include "e2ee/driver-private.h"
#include "sframe/kid.h"

#include <string.h>

#define GROUP_ID_LEN 32
#define LEAF_NOT_BEFORE_S 3600 /* clocks of two computers differ */
#define LEAF_NOT_AFTER_S (22 * 3600) /* together below 24 h (E2EE.md section 4) */
#define ROUNDS_MAX 8

static const guint16 extension_types[] = {CV_E2EE_POLICY_TYPE};

static void
run_due (CvE2eeGroupDriver *driver)
{
  gint64 deadline_us = cv_e2ee_driver_returns_run (driver);
  deadline_us = MIN (deadline_us, cv_e2ee_driver_epoch_run (driver));
  deadline_us = MIN (deadline_us, cv_e2ee_driver_door_run (driver));
  deadline_us = MIN (deadline_us, cv_e2ee_driver_commit_run (driver));
  deadline_us = MIN (deadline_us, cv_e2ee_driver_receive_run (driver));
  deadline_us = MIN (deadline_us, cv_e2ee_driver_resync_run (driver));
  driver->deadline_us = MIN (deadline_us, cv_e2ee_driver_timers_run (driver));
}

static gboolean
take (gboolean *news)
{
  gboolean had = *news;
  *news = FALSE;
  return had;
}

/* TRUE when somebody was told something, who may have acted upon it. */
static gboolean
flush (CvE2eeGroupDriver *driver)
{
  const CvE2eeGroupDriverOps *ops = driver->ops;
  gboolean has_told = FALSE;
  struct {
    gboolean *news;
    void (*tell) (gpointer data);
  } table[] = {
      {&driver->has_epoch_news, ops->epoch_changed},
      {&driver->has_joined_news, ops->joined},
      {&driver->has_policy_news, ops->policy_changed},
      {&driver->has_roster_news, ops->roster_changed},
      {&driver->has_door_news, ops->door_changed},
      {&driver->has_shield_news, ops->shield_changed},
  };
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (take (table[i].news)) {
      if (table[i].news != &driver->has_epoch_news)
        cv_e2ee_driver_roster_refresh (driver);
      table[i].tell (driver->data);
      has_told = TRUE;
    }
  for (CvE2eeDelivery *delivery = g_queue_pop_head (&driver->deliveries); delivery != NULL;
       delivery = g_queue_pop_head (&driver->deliveries)) {
    if (driver->phase != CV_E2EE_PHASE_ENDED)
      ops->application (driver->data, delivery->from,
                        cv_span (delivery->data->data + delivery->offset,
                                 delivery->data->len - delivery->offset));
    cv_e2ee_driver_delivery_free (delivery);
    has_told = TRUE;
  }
  if (take (&driver->has_ended_news))
    ops->ended (driver->data, driver->end);
  return has_told;
}

static void
wipe (CvE2eeGroupDriver *driver)
{
  cv_e2ee_sender_install (driver->sender, NULL);
  cv_e2ee_receiver_clear (driver->receiver);
  g_clear_pointer (&driver->next_send_keys, cv_e2ee_epoch_keys_unref);
  g_clear_pointer (&driver->joiner, cv_mls_joiner_free);
  g_clear_pointer (&driver->group, cv_mls_group_unref);
  g_clear_pointer (&driver->fresh, cv_mls_group_unref);
  g_clear_pointer (&driver->code, g_free);
  g_clear_pointer (&driver->refused_commit, g_bytes_unref);
  g_ptr_array_set_size (driver->old_epochs, 0);
  g_ptr_array_set_size (driver->own_commits, 0);
  g_ptr_array_set_size (driver->visitors, 0);
  g_ptr_array_set_size (driver->future, 0);
  g_ptr_array_set_size (driver->resync_requests, 0);
  g_array_set_size (driver->wanted_removes, 0);
  cv_e2ee_driver_wishes_clear (driver);
  g_queue_clear_full (&driver->waiting, (GDestroyNotify)cv_e2ee_driver_waiting_free);
  cv_crypto_key_pair_clear (&driver->resync_pair);
  memset (&driver->resync_pair, 0, sizeof driver->resync_pair);
}

void
cv_e2ee_driver_enter (CvE2eeGroupDriver *driver)
{
  if (driver->depth++ > 0)
    return;
  driver->now_us = driver->ops->now_us (driver->data);
  driver->now_s = driver->ops->now_s (driver->data);
}

void
cv_e2ee_driver_leave (CvE2eeGroupDriver *driver)
{
  if (driver->depth > 1) {
    driver->depth--;
    return;
  }
  for (guint round = 0; round < ROUNDS_MAX; round++) {
    driver->deadline_us = G_MAXINT64;
    if (driver->phase != CV_E2EE_PHASE_ENDED)
      run_due (driver);
    if (!flush (driver))
      break;
  }
  driver->depth--;
}

void
cv_e2ee_driver_notice (CvE2eeGroupDriver *driver, CvE2eeNotice notice, CvMlsLeaf leaf)
{
  driver->n_notices[notice]++;
  if (driver->ops->notice != NULL)
    driver->ops->notice (driver->data, notice, leaf);
}

void
cv_e2ee_driver_finish (CvE2eeGroupDriver *driver, CvE2eeEnd end)
{
  if (driver->phase == CV_E2EE_PHASE_ENDED)
    return;
  driver->phase = CV_E2EE_PHASE_ENDED;
  driver->end = end;
  driver->has_ended_news = TRUE;
  wipe (driver);
}

gboolean
cv_e2ee_driver_make_leaf (CvE2eeGroupDriver *driver, CvCryptoKeyPair *signature, GBytes **statement,
                          CvMlsLeafParams *params, GError **error)
{
  if (!cv_crypto_signature_generate (driver->crypto, driver->suite->signature, signature, error))
    return FALSE;
  CvIdentityStatementParams statement_params = {
      .name = driver->name,
      .mls_public = cv_span_from_bytes (signature->public_key),
      .room_id = cv_e2ee_room_keys_get_room_id (driver->room_keys),
      .not_before_s = driver->now_s - LEAF_NOT_BEFORE_S,
      .not_after_s = driver->now_s + LEAF_NOT_AFTER_S,
  };
  *statement =
      cv_identity_statement_sign (driver->crypto, driver->identity, &statement_params, error);
  if (*statement == NULL)
    return FALSE;
  *params = (CvMlsLeafParams){
      .suite = driver->suite,
      .signature_private = cv_secret_span (signature->private_key),
      .signature_public = cv_span_from_bytes (signature->public_key),
      .identity = cv_span_from_bytes (*statement),
      .application_id = cv_span (driver->member_id, strlen (driver->member_id)),
      .extension_types = extension_types,
      .n_extension_types = G_N_ELEMENTS (extension_types),
      .not_before_s = statement_params.not_before_s,
      .not_after_s = statement_params.not_after_s,
  };
  return TRUE;
}

CvSecret *
cv_e2ee_driver_find_psk (gpointer data, CvSpan psk_id)
{
  CvE2eeGroupDriver *driver = data;
  if (!cv_span_equal (psk_id, cv_e2ee_room_keys_get_psk_id (driver->room_keys)))
    return NULL;
  return cv_secret_ref (cv_e2ee_room_keys_get_psk (driver->room_keys));
}

static gboolean
has_all_ops (const CvE2eeGroupDriverOps *ops)
{
  return ops->now_us && ops->now_s && ops->start_group && ops->send_knock && ops->send_commit
         && ops->send_welcome && ops->send_application && ops->send_group_info && ops->deny_knock
         && ops->reject_commit && ops->request_gap && ops->joined && ops->roster_changed
         && ops->door_changed && ops->policy_changed && ops->shield_changed && ops->epoch_changed
         && ops->application && ops->ended;
}

CvE2eeGroupDriver *
cv_e2ee_group_driver_new (const CvE2eeGroupDriverParams *params)
{
  g_return_val_if_fail (has_all_ops (params->ops), NULL);
  CvE2eeGroupDriver *driver = g_new0 (CvE2eeGroupDriver, 1);
  driver->crypto = cv_crypto_context_ref (params->crypto);
  driver->suite = params->suite;
  driver->identity = cv_identity_key_pair_ref (params->identity);
  driver->name = g_strdup (params->name);
  driver->room_keys = cv_e2ee_room_keys_ref (params->room_keys);
  driver->member_id = g_strdup (params->member_id != NULL ? params->member_id : "");
  driver->ops = params->ops;
  driver->data = params->data;
  driver->is_connected = TRUE;
  driver->deadline_us = G_MAXINT64;
  driver->old_epochs =
      g_ptr_array_new_with_free_func ((GDestroyNotify)cv_e2ee_driver_old_epoch_free);
  driver->members = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_e2ee_driver_member_free);
  driver->departed = g_array_new (FALSE, FALSE, sizeof (CvE2eeDeparted));
  driver->expelled = g_array_new (FALSE, FALSE, sizeof (CvE2eeExpelled));
  driver->used_refs =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  driver->removed_keys =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
  driver->visitors = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_e2ee_driver_visitor_free);
  driver->wanted_removes = g_array_new (FALSE, FALSE, sizeof (CvE2eeWantedRemove));
  driver->wishes.moderators = g_array_new (FALSE, FALSE, sizeof (CvE2eeModeratorWish));
  driver->own_commits =
      g_ptr_array_new_with_free_func ((GDestroyNotify)cv_e2ee_driver_own_commit_free);
  driver->future = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_e2ee_commit_unref);
  driver->resync_requests =
      g_ptr_array_new_with_free_func ((GDestroyNotify)cv_e2ee_driver_resync_request_free);
  driver->tracker = cv_e2ee_heartbeat_tracker_new ();
  driver->sender = cv_e2ee_sender_new ();
  driver->receiver = cv_e2ee_receiver_new ();
  return driver;
}

void
cv_e2ee_group_driver_free (CvE2eeGroupDriver *driver)
{
  if (driver == NULL)
    return;
  wipe (driver);
  g_queue_clear_full (&driver->deliveries, (GDestroyNotify)cv_e2ee_driver_delivery_free);
  cv_e2ee_trust_clear (&driver->trust);
  g_clear_pointer (&driver->receiver, cv_e2ee_receiver_unref);
  g_clear_pointer (&driver->sender, cv_e2ee_sender_unref);
  g_clear_pointer (&driver->tracker, cv_e2ee_heartbeat_tracker_free);
  g_clear_pointer (&driver->resync_requests, g_ptr_array_unref);
  g_clear_pointer (&driver->future, g_ptr_array_unref);
  g_clear_pointer (&driver->own_commits, g_ptr_array_unref);
  g_clear_pointer (&driver->wanted_removes, g_array_unref);
  g_clear_pointer (&driver->wishes.moderators, g_array_unref);
  g_clear_pointer (&driver->visitors, g_ptr_array_unref);
  g_clear_pointer (&driver->removed_keys, g_hash_table_unref);
  g_clear_pointer (&driver->used_refs, g_hash_table_unref);
  g_clear_pointer (&driver->expelled, g_array_unref);
  g_clear_pointer (&driver->departed, g_array_unref);
  g_clear_pointer (&driver->members, g_ptr_array_unref);
  g_clear_pointer (&driver->old_epochs, g_ptr_array_unref);
  g_clear_pointer (&driver->member_id, g_free);
  g_clear_pointer (&driver->room_keys, cv_e2ee_room_keys_unref);
  g_clear_pointer (&driver->name, g_free);
  g_clear_pointer (&driver->identity, cv_identity_key_pair_unref);
  g_clear_pointer (&driver->crypto, cv_crypto_context_unref);
  g_free (driver);
}

static gboolean
start (CvE2eeGroupDriver *driver, GError **error)
{
  const CvSframeSuite *sframe = cv_crypto_suites_find_sframe (CV_E2EE_SFRAME_SUITE);
  if (driver->phase != CV_E2EE_PHASE_IDLE) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_STATE,
                         "expected a driver that was not started");
    return FALSE;
  }
  /* A miscompiled or broken primitive must not carry a meeting: known answers first. */
  if (!cv_crypto_self_check_mls (driver->crypto, driver->suite, error)
      || !cv_crypto_self_check_sframe (driver->crypto, sframe, error))
    return FALSE;
  return cv_identity_key_pair_hash (driver->crypto, cv_identity_key_pair_get_key (driver->identity),
                                    driver->own_hash, error);
}

static CvMlsGroup *
new_group (CvE2eeGroupDriver *driver, const CvE2eePolicy *policy, GError **error)
{
  guint8 group_id[GROUP_ID_LEN];
  g_auto (CvCryptoKeyPair) signature = {0};
  g_autoptr (GBytes) statement = NULL;
  CvMlsLeafParams leaf;
  if (!cv_crypto_random_fill (driver->crypto, group_id, sizeof group_id, error)
      || !cv_e2ee_driver_make_leaf (driver, &signature, &statement, &leaf, error))
    return NULL;
  g_autoptr (GBytes) encoded = cv_e2ee_policy_write (policy);
  return cv_mls_group_new (driver->crypto, &leaf, CV_SPAN_ARRAY (group_id), CV_E2EE_POLICY_TYPE,
                           cv_span_from_bytes (encoded), error);
}

static gboolean
start_host (CvE2eeGroupDriver *driver, const CvE2eeHostPolicy *host, GError **error)
{
  CvSpan room_id = cv_e2ee_room_keys_get_room_id (driver->room_keys);
  CvE2eePolicy policy = {
      .n_moderators = 1,
      .admission = host->admission,
      .is_recording_allowed = host->is_recording_allowed,
      .is_chat_allowed = host->is_chat_allowed,
      .sframe_suite = CV_E2EE_SFRAME_SUITE,
      .epoch_bits = CV_SFRAME_KID_EPOCH_BITS,
  };
  if (!start (driver, error))
    return FALSE;
  memcpy (policy.meeting_id, room_id.data, sizeof policy.meeting_id);
  memcpy (policy.moderators[0].hash, driver->own_hash, CV_IDENTITY_HASH_LEN);
  g_autoptr (CvMlsGroup) group = new_group (driver, &policy, error);
  if (group == NULL)
    return FALSE;
  driver->phase = CV_E2EE_PHASE_MEMBER;
  driver->ops->start_group (driver->data, cv_mls_group_get_id (group));
  if (!cv_e2ee_driver_epoch_install (driver, group, TRUE)) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_INTERNAL, "could not make a group");
    return FALSE;
  }
  driver->has_joined_news = TRUE;
  return TRUE;
}

gboolean
cv_e2ee_group_driver_start_host (CvE2eeGroupDriver *driver, const CvE2eeHostPolicy *policy,
                                 GError **error)
{
  cv_e2ee_driver_enter (driver);
  gboolean is_started = start_host (driver, policy, error);
  cv_e2ee_driver_leave (driver);
  return is_started;
}

static gboolean
start_join (CvE2eeGroupDriver *driver, GError **error)
{
  g_auto (CvCryptoKeyPair) signature = {0};
  g_autoptr (GBytes) statement = NULL;
  CvMlsLeafParams leaf;
  if (!start (driver, error)
      || !cv_e2ee_driver_make_leaf (driver, &signature, &statement, &leaf, error))
    return FALSE;
  driver->joiner = cv_mls_joiner_new (driver->crypto, &leaf, error);
  if (driver->joiner == NULL)
    return FALSE;
  g_autoptr (GBytes) sealed = cv_e2ee_knock_seal (
      driver->crypto, driver->room_keys,
      cv_span_from_bytes (cv_mls_joiner_get_key_package (driver->joiner)), error);
  if (sealed == NULL)
    return FALSE;
  driver->phase = CV_E2EE_PHASE_DOOR;
  driver->ops->send_knock (driver->data, sealed);
  return TRUE;
}

gboolean
cv_e2ee_group_driver_start_join (CvE2eeGroupDriver *driver, GError **error)
{
  cv_e2ee_driver_enter (driver);
  gboolean is_started = start_join (driver, error);
  cv_e2ee_driver_leave (driver);
  return is_started;
}

/* The last member alone: same meeting, new group id, new leaf, new keys. Whoever is alone is its
 * first moderator, else nobody could be admitted any more. */
CvMlsGroup *
cv_e2ee_driver_new_fresh_group (CvE2eeGroupDriver *driver, GError **error)
{
  CvE2eePolicy policy = driver->policy;
  gsize n = 0;
  memcpy (policy.moderators[n++].hash, driver->own_hash, CV_IDENTITY_HASH_LEN);
  for (gsize i = 0; i < driver->policy.n_moderators && n < CV_E2EE_POLICY_MAX_MODERATORS; i++)
    if (memcmp (driver->policy.moderators[i].hash, driver->own_hash, CV_IDENTITY_HASH_LEN) != 0)
      policy.moderators[n++] = driver->policy.moderators[i];
  policy.n_moderators = n;
  return new_group (driver, &policy, error);
}

gint64
cv_e2ee_group_driver_tick (CvE2eeGroupDriver *driver)
{
  cv_e2ee_driver_enter (driver);
  cv_e2ee_driver_leave (driver);
  return driver->deadline_us;
}

gint64
cv_e2ee_group_driver_get_deadline (const CvE2eeGroupDriver *driver)
{
  return driver->deadline_us;
}

void
cv_e2ee_group_driver_on_denied (CvE2eeGroupDriver *driver, CvE2eeDenial reason)
{
  static const CvE2eeEnd ends[] = {
      [CV_E2EE_DENIAL_MODERATOR] = CV_E2EE_END_DENIED,
      [CV_E2EE_DENIAL_LOCKED] = CV_E2EE_END_LOCKED,
      [CV_E2EE_DENIAL_UNREADABLE] = CV_E2EE_END_UNREADABLE,
      [CV_E2EE_DENIAL_FULL] = CV_E2EE_END_FULL,
  };
  cv_e2ee_driver_enter (driver);
  if (driver->phase == CV_E2EE_PHASE_DOOR)
    cv_e2ee_driver_finish (driver, ends[reason]);
  cv_e2ee_driver_leave (driver);
}

void
cv_e2ee_group_driver_on_group (CvE2eeGroupDriver *driver, CvSpan group_id)
{
  cv_e2ee_driver_enter (driver);
  if (driver->group != NULL) {
    if (driver->fresh != NULL && cv_span_equal (group_id, cv_mls_group_get_id (driver->fresh)))
      cv_e2ee_driver_commit_adopt_fresh (driver);
    else if (!cv_span_equal (group_id, cv_mls_group_get_id (driver->group)))
      cv_e2ee_driver_finish (driver, CV_E2EE_END_GROUP_GONE);
  }
  cv_e2ee_driver_leave (driver);
}

void
cv_e2ee_group_driver_set_connected (CvE2eeGroupDriver *driver, gboolean is_connected)
{
  cv_e2ee_driver_enter (driver);
  if (driver->is_connected != is_connected && driver->group != NULL) {
    cv_e2ee_heartbeat_tracker_excuse_all (driver->tracker, driver->members->len, driver->now_us);
    driver->heartbeat_at_us = driver->now_us;
  }
  if (driver->is_connected && !is_connected)
    cv_e2ee_driver_absence_begin (driver);
  if (!driver->is_connected && is_connected && driver->group != NULL) {
    driver->is_connected = TRUE;
    cv_e2ee_driver_absence_end (driver);
    cv_e2ee_driver_receive_ask_gap (driver);
  }
  driver->is_connected = is_connected;
  cv_e2ee_driver_leave (driver);
}
