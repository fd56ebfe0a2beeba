/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What arrives: ordered commits, and application messages of this epoch, of old ones, and of those
 * to come (which wait). */
#include "crypto/aead.h"
#include "e2ee/driver-private.h"

#include <string.h>

#define FUTURE_EPOCHS 256
#define GAP_PAUSE_US G_USEC_PER_SEC
#define GAP_ANSWER_US (10 * G_USEC_PER_SEC)
#define BLOCKED_US (10 * G_USEC_PER_SEC)

void
cv_e2ee_driver_delivery_free (CvE2eeDelivery *delivery)
{
  if (delivery == NULL)
    return;
  g_clear_pointer (&delivery->data, cv_crypto_aead_free_plaintext);
  g_free (delivery);
}

void
cv_e2ee_driver_receive_ask_gap (CvE2eeGroupDriver *driver)
{
  if (driver->gap_asked_at_us != 0 && driver->now_us < driver->gap_asked_at_us + GAP_PAUSE_US) {
    if (driver->behind_since_us == 0)
      driver->behind_since_us = driver->now_us;
    return;
  }
  driver->gap_asked_at_us = driver->now_us;
  driver->ops->request_gap (driver->data, cv_mls_group_get_id (driver->group),
                            cv_mls_group_get_epoch (driver->group));
}

static void
hold (CvE2eeGroupDriver *driver, CvE2eeCommit *message)
{
  if (driver->future->len >= CV_E2EE_DRIVER_FUTURE_MAX)
    g_ptr_array_remove_index (driver->future, 0);
  g_ptr_array_add (driver->future, cv_e2ee_commit_ref (message));
}

static void
wait_for_job (CvE2eeGroupDriver *driver, const CvE2eeWaiting *what)
{
  if (g_queue_get_length (&driver->waiting) >= CV_E2EE_DRIVER_FUTURE_MAX)
    return;
  CvE2eeWaiting *waiting = g_new0 (CvE2eeWaiting, 1);
  waiting->kind = what->kind;
  waiting->bytes = what->bytes != NULL ? g_bytes_ref (what->bytes) : NULL;
  waiting->commit = what->commit != NULL ? cv_e2ee_commit_ref (what->commit) : NULL;
  g_queue_push_tail (&driver->waiting, waiting);
}

/* ---- commits ---- */

static void
reject (CvE2eeGroupDriver *driver, CvE2eeNotice notice, CvMlsLeaf committer)
{
  CvE2eeDriverMember *member = cv_e2ee_driver_roster_find (driver, committer);
  if (notice == CV_E2EE_NOTICE_FORBIDDEN_COMMIT && member != NULL && !member->public.is_self)
    member->has_broken_rules = TRUE;
  /* Perhaps its author made it so for us alone. */
  if (notice == CV_E2EE_NOTICE_BAD_COMMIT && driver->stuck_at_us == 0)
    driver->stuck_at_us = driver->now_us;
  driver->trust_at_us = driver->now_us;
  driver->blocked_until_us = driver->now_us + BLOCKED_US;
  cv_e2ee_driver_notice (driver, notice, committer);
  driver->ops->reject_commit (driver->data, cv_mls_group_get_id (driver->group),
                              cv_mls_group_get_epoch (driver->group));
}

/* What breaks the rules is not followed by coming back to where it led either. A way back that is
 * under way may lead there, too. */
static void
refuse_commit (CvE2eeGroupDriver *driver, GBytes *commit, CvMlsLeaf committer)
{
  g_bytes_ref (commit);
  g_clear_pointer (&driver->refused_commit, g_bytes_unref);
  driver->refused_commit = commit;
  driver->refused_by = committer;
  if (driver->phase == CV_E2EE_PHASE_RESYNC) {
    cv_e2ee_driver_commit_drop_external (driver);
    cv_e2ee_driver_resync_stop (driver);
  }
  reject (driver, CV_E2EE_NOTICE_FORBIDDEN_COMMIT, committer);
}

static void
take_commit (CvE2eeGroupDriver *driver, const CvMlsReceived *received)
{
  const CvMlsCommitSummary *summary = &received->summary;
  gboolean does_change_roster =
      summary->added->len > 0 || summary->removed->len > 0 || summary->is_external;
  for (guint i = 0; i < driver->own_commits->len; i++) {
    const CvE2eeOwnCommit *own = g_ptr_array_index (driver->own_commits, i);
    if (own->is_live)
      cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_LOST_RACE, summary->committer);
  }
  driver->has_last_path = summary->has_path;
  g_autoptr (GArray) removed = cv_e2ee_driver_returns_list_removed (driver, summary);
  if (!cv_e2ee_driver_epoch_install (driver, received->next, does_change_roster))
    return;
  cv_e2ee_driver_returns_note_removed (driver, removed);
  cv_e2ee_driver_epoch_note_commit (driver, received);
  CvE2eeDriverMember *committer = cv_e2ee_driver_roster_find (driver, summary->committer);
  if (committer != NULL)
    cv_e2ee_driver_epoch_acknowledge (driver, committer);
}

static gboolean
is_own_external (const CvE2eeGroupDriver *driver, const CvMlsPeek *peek)
{
  return driver->phase == CV_E2EE_PHASE_RESYNC
         && peek->epoch > cv_mls_group_get_epoch (driver->group);
}

/* When the server says of it what we did not say, the others refuse it, too. */
static void
take_own (CvE2eeGroupDriver *driver, CvE2eeOwnCommit *own, const CvE2eeCommit *commit)
{
  if (cv_e2ee_commit_are_ids_equal ((const char *const *)own->commit->adds,
                                    (const char *const *)commit->adds)
      && cv_e2ee_commit_are_ids_equal ((const char *const *)own->commit->removes,
                                       (const char *const *)commit->removes))
    cv_e2ee_driver_commit_adopt (driver, own);
  else
    reject (driver, CV_E2EE_NOTICE_BAD_COMMIT, CV_E2EE_EVERYBODY);
}

void
cv_e2ee_driver_receive_commit (CvE2eeGroupDriver *driver, CvE2eeCommit *commit)
{
  CvE2eeOwnCommit *own = cv_e2ee_driver_commit_find_own (driver, commit->bytes);
  if (driver->is_job_running) {
    wait_for_job (driver, &(CvE2eeWaiting){CV_E2EE_WAITING_COMMIT, .commit = commit});
    return;
  }
  if (own != NULL) {
    take_own (driver, own, commit);
    return;
  }
  /* Its key is used up: it does not open any more, and yet is no bad one. */
  if (driver->refused_commit != NULL && g_bytes_equal (driver->refused_commit, commit->bytes)) {
    reject (driver, CV_E2EE_NOTICE_FORBIDDEN_COMMIT, driver->refused_by);
    return;
  }
  g_auto (CvMlsReceived) received = {0};
  g_autoptr (GError) error = NULL;
  CvMlsReceiveParams params = {
      .message = cv_span_from_bytes (commit->bytes),
      .find_psk = cv_e2ee_driver_find_psk,
      .psk_data = driver,
      .now_s = driver->now_s,
      .oldest_s = cv_e2ee_driver_absence_get_oldest_s (driver),
  };
  if (!cv_mls_group_receive (driver->group, &params, &received, &error)
      || received.type != CV_MLS_CONTENT_COMMIT) {
    g_debug ("ordered commit: %s", error != NULL ? error->message : "another kind of message");
    reject (driver, CV_E2EE_NOTICE_BAD_COMMIT, CV_E2EE_EVERYBODY);
    return;
  }
  if (!cv_e2ee_driver_rules_check_commit (driver, &received, &error)) {
    g_debug ("ordered commit: %s", error->message);
    refuse_commit (driver, commit->bytes, received.summary.committer);
    return;
  }
  if (received.summary.removes_self || received.next == NULL) {
    cv_e2ee_driver_finish (driver, CV_E2EE_END_REMOVED);
    return;
  }
  /* Its author or the server: nobody can tell which of them lies, so nobody is named. */
  if (!cv_e2ee_driver_rules_check_ids (driver, &received, commit, &error)) {
    g_debug ("ordered commit: %s", error->message);
    refuse_commit (driver, commit->bytes, CV_E2EE_EVERYBODY);
    return;
  }
  take_commit (driver, &received);
}

static gboolean
peek_ours (CvE2eeGroupDriver *driver, GBytes *message, CvMlsPeek *peek)
{
  return driver->group != NULL && driver->phase != CV_E2EE_PHASE_ENDED
         && cv_mls_group_peek (cv_span_from_bytes (message), peek, NULL)
         && cv_span_equal (peek->group_id, cv_mls_group_get_id (driver->group))
         && peek->epoch <= cv_mls_group_get_epoch (driver->group) + FUTURE_EPOCHS;
}

void
cv_e2ee_driver_receive_ordered (CvE2eeGroupDriver *driver, CvE2eeCommit *commit)
{
  CvMlsPeek peek;
  gboolean is_own = cv_e2ee_driver_commit_find_own (driver, commit->bytes) != NULL;
  /* However far we are behind, our own way back leads to the room's epoch. */
  if (is_own && cv_mls_group_peek (cv_span_from_bytes (commit->bytes), &peek, NULL)
      && is_own_external (driver, &peek)) {
    cv_e2ee_driver_receive_commit (driver, commit);
    return;
  }
  /* A gap's answer may repeat what we know; so may a server. Old ones open nothing any more. */
  if (!peek_ours (driver, commit->bytes, &peek) || peek.content_type != CV_MLS_CONTENT_COMMIT) {
    cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_BAD_COMMIT, CV_E2EE_EVERYBODY);
    return;
  }
  guint64 epoch = cv_mls_group_get_epoch (driver->group);
  if (peek.epoch < epoch) {
    if (driver->gap_asked_at_us == 0 || driver->now_us >= driver->gap_asked_at_us + GAP_ANSWER_US)
      cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_BAD_COMMIT, CV_E2EE_EVERYBODY);
    return;
  }
  if (peek.epoch == epoch) {
    cv_e2ee_driver_receive_commit (driver, commit);
    return;
  }
  hold (driver, commit);
  cv_e2ee_driver_receive_ask_gap (driver);
}

void
cv_e2ee_group_driver_on_ordered_message (CvE2eeGroupDriver *driver, CvE2eeCommit *commit)
{
  cv_e2ee_driver_enter (driver);
  if (driver->group != NULL) {
    cv_e2ee_driver_receive_ordered (driver, commit);
    cv_e2ee_driver_receive_future (driver);
  }
  cv_e2ee_driver_leave (driver);
}

/* ---- application messages ---- */

static void
deliver (CvE2eeGroupDriver *driver, CvMlsLeaf from, GByteArray **data)
{
  CvReader reader;
  cv_reader_init (&reader, cv_span_from_array (*data));
  cv_reader_u8 (&reader);
  guint32 to = cv_reader_u32 (&reader);
  if (!cv_reader_is_ok (&reader)
      || (to != CV_E2EE_EVERYBODY.index && to != cv_mls_group_get_own_leaf (driver->group).index))
    return;
  CvE2eeDelivery *delivery = g_new0 (CvE2eeDelivery, 1);
  delivery->from = from;
  delivery->offset = reader.pos;
  delivery->data = g_steal_pointer (data);
  g_queue_push_tail (&driver->deliveries, delivery);
}

static void
dispatch (CvE2eeGroupDriver *driver, guint64 epoch, CvMlsReceived *received)
{
  CvE2eeDriverMember *member = cv_e2ee_driver_roster_find (driver, received->sender);
  CvSpan inner = cv_span_from_array (received->data);
  /* The sender of an old epoch may have left, and somebody else may have its leaf. */
  if (member == NULL || member->public.is_self || inner.len == 0)
    return;
  CvSpan content = cv_span (inner.data + 1, inner.len - 1);
  member->was_heard = TRUE;
  switch (inner.data[0]) {
  case CV_E2EE_INNER_HEARTBEAT:
    cv_e2ee_driver_timers_receive_heartbeat (driver, member, epoch, content);
    break;
  case CV_E2EE_INNER_PAYLOAD:
    deliver (driver, received->sender, &received->data);
    break;
  case CV_E2EE_INNER_GOODBYE:
    cv_e2ee_driver_roster_set_away (driver, member, TRUE);
    break;
  case CV_E2EE_INNER_ADMISSION:
    cv_e2ee_driver_door_receive_admission (driver, epoch, content);
    break;
  default:
    /* Of a later version. */
    break;
  }
}

static gboolean
is_same_person (const CvE2eeGroupDriver *driver, const CvMlsGroup *group, CvMlsLeaf leaf)
{
  CvMlsMember then;
  CvMlsMember now;
  return cv_mls_group_get_member (group, leaf, &then)
         && cv_mls_group_get_member (driver->group, leaf, &now)
         && cv_span_equal (then.identity, now.identity);
}

void
cv_e2ee_driver_receive_message (CvE2eeGroupDriver *driver, GBytes *message)
{
  CvMlsPeek peek;
  if (!peek_ours (driver, message, &peek) || peek.content_type != CV_MLS_CONTENT_APPLICATION) {
    cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_BAD_APPLICATION, CV_E2EE_EVERYBODY);
    return;
  }
  if (driver->is_job_running) {
    wait_for_job (driver, &(CvE2eeWaiting){CV_E2EE_WAITING_MESSAGE, .bytes = message});
    return;
  }
  guint64 epoch = cv_mls_group_get_epoch (driver->group);
  if (peek.epoch > epoch) {
    g_autoptr (CvE2eeCommit) held = cv_e2ee_commit_new (message, NULL, NULL);
    hold (driver, held);
    if (driver->behind_since_us == 0)
      driver->behind_since_us = driver->now_us;
    return;
  }
  CvMlsGroup *group =
      peek.epoch == epoch ? driver->group : cv_e2ee_driver_epoch_find_old (driver, peek.epoch);
  g_auto (CvMlsReceived) received = {0};
  CvMlsReceiveParams params = {.message = cv_span_from_bytes (message), .now_s = driver->now_s};
  /* Of an epoch whose keys are gone: late, not bad. */
  if (group == NULL)
    return;
  if (!cv_mls_group_receive (group, &params, &received, NULL)
      || received.type != CV_MLS_CONTENT_APPLICATION) {
    cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_BAD_APPLICATION, CV_E2EE_EVERYBODY);
    return;
  }
  if (group == driver->group || is_same_person (driver, group, received.sender))
    dispatch (driver, peek.epoch, &received);
}

void
cv_e2ee_group_driver_on_application (CvE2eeGroupDriver *driver, const char *from, GBytes *message)
{
  CvSpan bytes = cv_span_from_bytes (message);
  cv_e2ee_driver_enter (driver);
  if (driver->group != NULL && bytes.len > 0) {
    if (bytes.data[0] == CV_E2EE_CONTROL_RESYNC_REQUEST
        || bytes.data[0] == CV_E2EE_CONTROL_RESYNC_ANSWERED)
      cv_e2ee_driver_resync_receive (driver, from, message);
    else
      cv_e2ee_driver_receive_message (driver, message);
  }
  cv_e2ee_driver_leave (driver);
}

/* ---- what was held ---- */

/* Full; NULL: nothing held is of this epoch. Drops what is older. */
static CvE2eeCommit *
take_held (CvE2eeGroupDriver *driver, CvMlsContentType *type)
{
  guint64 epoch = cv_mls_group_get_epoch (driver->group);
  for (guint i = 0; i < driver->future->len; i++) {
    CvMlsPeek peek;
    CvE2eeCommit *message = g_ptr_array_index (driver->future, i);
    if (!cv_mls_group_peek (cv_span_from_bytes (message->bytes), &peek, NULL)
        || peek.epoch < epoch) {
      g_ptr_array_remove_index (driver->future, i--);
      continue;
    }
    if (peek.epoch == epoch) {
      *type = peek.content_type;
      return g_ptr_array_steal_index (driver->future, i);
    }
  }
  return NULL;
}

void
cv_e2ee_driver_receive_future (CvE2eeGroupDriver *driver)
{
  while (driver->group != NULL && driver->future->len > 0) {
    CvMlsContentType type;
    g_autoptr (CvE2eeCommit) message = take_held (driver, &type);
    if (message == NULL)
      return;
    if (type == CV_MLS_CONTENT_COMMIT)
      cv_e2ee_driver_receive_commit (driver, message);
    else
      cv_e2ee_driver_receive_message (driver, message->bytes);
  }
}

/* The others went on with a commit that we cannot open, and the server did not void it. */
static gint64
run_stuck (CvE2eeGroupDriver *driver)
{
  if (driver->stuck_at_us == 0 || driver->phase != CV_E2EE_PHASE_MEMBER)
    return G_MAXINT64;
  if (driver->now_us < driver->stuck_at_us + BLOCKED_US)
    return driver->stuck_at_us + BLOCKED_US;
  driver->stuck_at_us = 0;
  if (driver->behind_since_us != 0)
    cv_e2ee_driver_resync_start (driver);
  return G_MAXINT64;
}

gint64
cv_e2ee_driver_receive_run (CvE2eeGroupDriver *driver)
{
  if (driver->group == NULL || !driver->is_connected)
    return G_MAXINT64;
  gint64 stuck_due_us = run_stuck (driver);
  if (driver->behind_since_us == 0)
    return stuck_due_us;
  gint64 due_us = driver->behind_since_us + CV_E2EE_HEARTBEAT_BEHIND_US;
  if (due_us > driver->now_us)
    return MIN (due_us, stuck_due_us);
  driver->behind_since_us = driver->now_us;
  cv_e2ee_driver_receive_ask_gap (driver);
  return driver->now_us + CV_E2EE_HEARTBEAT_BEHIND_US;
}

void
cv_e2ee_group_driver_on_gap_end (CvE2eeGroupDriver *driver)
{
  cv_e2ee_driver_enter (driver);
  /* While a worker computes, what came before this word waits. */
  if (!driver->is_job_running)
    cv_e2ee_driver_absence_note_gap_end (driver);
  cv_e2ee_driver_leave (driver);
}

void
cv_e2ee_group_driver_on_gap_unavailable (CvE2eeGroupDriver *driver)
{
  cv_e2ee_driver_enter (driver);
  if (driver->phase == CV_E2EE_PHASE_MEMBER)
    cv_e2ee_driver_resync_start (driver);
  cv_e2ee_driver_leave (driver);
}

/* ---- the way in ---- */

typedef struct {
  CvE2eeGroupDriver *driver;
  gboolean was_asked;
} PskWatch;

static CvSecret *
find_watched_psk (gpointer data, CvSpan psk_id)
{
  PskWatch *watch = data;
  CvSecret *psk = cv_e2ee_driver_find_psk (watch->driver, psk_id);
  watch->was_asked = watch->was_asked || psk != NULL;
  return psk;
}

static void
join (CvE2eeGroupDriver *driver, GBytes *welcome)
{
  PskWatch watch = {driver, FALSE};
  g_autoptr (GError) error = NULL;
  CvMlsJoinParams params = {
      .welcome = cv_span_from_bytes (welcome),
      .find_psk = find_watched_psk,
      .psk_data = &watch,
      .now_s = driver->now_s,
  };
  g_autoptr (CvMlsGroup) group =
      cv_mls_group_join (driver->crypto, driver->joiner, &params, &error);
  /* Without the room's key in it, it was not made by somebody who has the invite link. */
  if (group == NULL || !watch.was_asked
      || !cv_e2ee_driver_rules_check_group (driver, group, &error)) {
    g_debug ("welcome: %s", error != NULL ? error->message : "expected the room's key in it");
    cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_BAD_WELCOME, CV_E2EE_EVERYBODY);
    return;
  }
  g_clear_pointer (&driver->joiner, cv_mls_joiner_free);
  driver->phase = CV_E2EE_PHASE_MEMBER;
  if (!cv_e2ee_driver_epoch_install (driver, group, TRUE))
    return;
  driver->has_joined_news = TRUE;
  /* Commits that were ordered between ours and the Welcome's arrival. */
  cv_e2ee_driver_receive_ask_gap (driver);
  cv_e2ee_driver_absence_note_joined (driver);
}

void
cv_e2ee_group_driver_on_welcome (CvE2eeGroupDriver *driver, GBytes *welcome)
{
  cv_e2ee_driver_enter (driver);
  if (driver->phase == CV_E2EE_PHASE_DOOR)
    join (driver, welcome);
  cv_e2ee_driver_leave (driver);
}
