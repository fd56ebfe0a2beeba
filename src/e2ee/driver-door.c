/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The door: sealed knocks, what becomes of them, and the moderators' admissions. */
#include "e2ee/driver-private.h"

#include <string.h>

#define KNOCK_ID_MAX 128
#define MLS_KEY_HASH_LEN sizeof ((CvIdentityStatement *)NULL)->mls_key_hash
#define USED_MAX 65536
#define USED_S (24 * 3600) /* E2EE.md section 4: no KeyPackage lives longer */
#define PRUNE_US ((gint64)3600 * G_USEC_PER_SEC)
#define BEGUN_S 60 /* the clocks of two members differ, as with admissions */
#define ADMISSION_AHEAD_S 30 /* of the room that others give a clock that is fast */
#define LEFT_S 120 /* the same, and the way of a commit to everybody */
#define WELCOME_US (10 * G_USEC_PER_SEC) /* from a commit to its Welcome, at the most */

void
cv_e2ee_driver_visitor_free (CvE2eeDriverVisitor *visitor)
{
  if (visitor == NULL)
    return;
  g_clear_pointer (&visitor->knock_id, g_free);
  g_clear_pointer (&visitor->knock, cv_e2ee_knock_free);
  g_clear_pointer (&visitor->admission, cv_e2ee_admission_free);
  g_clear_pointer (&visitor->admitted_by, g_bytes_unref);
  g_free (visitor);
}

CvE2eeDriverVisitor *
cv_e2ee_driver_door_find (const CvE2eeGroupDriver *driver, const char *knock_id)
{
  for (guint i = 0; i < driver->visitors->len; i++) {
    CvE2eeDriverVisitor *visitor = g_ptr_array_index (driver->visitors, i);
    if (strcmp (visitor->knock_id, knock_id) == 0)
      return visitor;
  }
  return NULL;
}

static gboolean
is_shut (const CvE2eeGroupDriver *driver, const CvE2eeDriverVisitor *visitor)
{
  return driver->policy.is_locked
         && !cv_e2ee_driver_returns_is_expected (driver, visitor->public.identity_hash);
}

/* Whom we do not let in ourselves somebody else may. */
static gboolean
is_shut_to_all (const CvE2eeGroupDriver *driver, const CvE2eeDriverVisitor *visitor)
{
  return driver->policy.is_locked
         && !cv_e2ee_driver_returns_is_allowed (driver, visitor->public.identity_hash);
}

static gboolean
is_full (const CvE2eeGroupDriver *driver)
{
  return !cv_e2ee_driver_rules_can_carry (driver->suite, driver->members->len + 1,
                                          driver->leaves_len + CV_E2EE_LEAF_MAX_LEN);
}

/* Of somebody who is inside by this knock or a later one: its owner came in by another way, or the
 * server plays it again to throw its owner out. */
static gboolean
is_stale (const CvE2eeGroupDriver *driver, const CvE2eeKnock *knock)
{
  const CvE2eeDriverMember *member =
      cv_e2ee_driver_roster_find_identity (driver, knock->statement->identity_hash);
  return member != NULL && !cv_e2ee_driver_rules_is_later (knock->statement, member);
}

/* Its owner was added and may still wait for the Welcome, or has it; who has just come is told of the
 * knock, and a denial would be faster. Only when the Welcome was lost it is one. */
static gboolean
is_answered (const CvE2eeGroupDriver *driver, const CvE2eeKnock *knock)
{
  const CvE2eeDriverMember *member =
      cv_e2ee_driver_roster_find_identity (driver, knock->statement->identity_hash);
  return member != NULL
         && memcmp (member->statement->mls_key_hash, knock->statement->mls_key_hash,
                    sizeof member->statement->mls_key_hash)
                == 0;
}

/* A KeyPackage whose Add we saw, or whose leaf was here before us and was removed: its admission may
 * still be in time, and was for the joining of then. */
static gboolean
is_used (const CvE2eeGroupDriver *driver, const CvE2eeKnock *knock)
{
  g_autoptr (GBytes) key_hash = g_bytes_new (knock->statement->mls_key_hash, MLS_KEY_HASH_LEN);
  return g_hash_table_contains (driver->used_refs, knock->key_package_ref)
         || g_hash_table_contains (driver->removed_keys, key_hash);
}

/* The others look at the same times when they get the commit, by their clocks. A knock that is about
 * to end, or has only just begun, would have them refuse the commit of whoever believed it. */
static gboolean
is_in_time (const CvE2eeGroupDriver *driver, const CvE2eeKnock *knock)
{
  return driver->now_s >= knock->not_before_s && driver->now_s - knock->not_before_s >= BEGUN_S
         && driver->now_s <= knock->not_after_s && knock->not_after_s - driver->now_s >= LEFT_S;
}

static gboolean
is_admission_in_time (const CvE2eeGroupDriver *driver, const CvE2eeAdmission *admission)
{
  return driver->now_s < admission->expiry_s
         && admission->expiry_s - driver->now_s <= CV_E2EE_ADMISSION_LIFETIME_S + ADMISSION_AHEAD_S;
}

/* By the rule of those who get the commit: whoever signed it is there, with the key that it was
 * verified with, and still a moderator. */
static gboolean
has_good_admission (const CvE2eeGroupDriver *driver, const CvE2eeDriverVisitor *visitor)
{
  if (visitor->admission == NULL)
    return FALSE;
  const CvE2eeDriverMember *moderator =
      cv_e2ee_driver_roster_find (driver, visitor->admission->moderator);
  return moderator != NULL
         && cv_e2ee_policy_is_moderator (&driver->policy, moderator->statement->identity_hash)
         && g_bytes_equal (moderator->signature_public, visitor->admitted_by)
         && is_admission_in_time (driver, visitor->admission);
}

static void
drop_admission (CvE2eeGroupDriver *driver, CvE2eeDriverVisitor *visitor)
{
  g_clear_pointer (&visitor->admission, cv_e2ee_admission_free);
  g_clear_pointer (&visitor->admitted_by, g_bytes_unref);
  driver->has_door_news = TRUE;
}

/* Two leaves may not name one connection. Somebody can be at the door with a leaf inside: when its
 * Welcome was never sent. That one may only come in its own place. */
static gboolean
is_connection_taken (const CvE2eeGroupDriver *driver, const CvE2eeDriverVisitor *visitor)
{
  for (guint i = 0; i < driver->members->len; i++) {
    const CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (g_str_equal (member->member_id, visitor->knock->member_id)
        && memcmp (member->statement->identity_hash, visitor->public.identity_hash,
                   CV_IDENTITY_HASH_LEN)
               != 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
cv_e2ee_driver_door_is_admissible (const CvE2eeGroupDriver *driver,
                                   const CvE2eeDriverVisitor *visitor)
{
  /* Our own identity at the door: the others must judge that, they see whether we are here. */
  if (visitor->knock == NULL || visitor->is_denied || is_full (driver)
      || memcmp (visitor->public.identity_hash, driver->own_hash, CV_IDENTITY_HASH_LEN) == 0)
    return FALSE;
  if (cv_e2ee_driver_returns_is_unwanted (driver, visitor->public.identity_hash)
      || is_shut (driver, visitor) || is_stale (driver, visitor->knock)
      || is_connection_taken (driver, visitor) || !is_in_time (driver, visitor->knock)
      || is_used (driver, visitor->knock))
    return FALSE;
  return driver->policy.admission == CV_E2EE_ADMISSION_LINK || has_good_admission (driver, visitor);
}

void
cv_e2ee_driver_door_remove (CvE2eeGroupDriver *driver, CvE2eeDriverVisitor *visitor)
{
  if (visitor->knock != NULL)
    driver->has_door_news = TRUE;
  g_ptr_array_remove (driver->visitors, visitor);
}

/* Members who come and go without end push out any one of the others: a knock of then would be let
 * in, and is gone again when its owner does not arrive. */
static void
note_in (CvE2eeGroupDriver *driver, GHashTable *table, GBytes *what)
{
  GHashTableIter iter;
  gsize now_s = (gsize)(driver->now_us / G_USEC_PER_SEC);
  if (g_hash_table_size (table) >= USED_MAX) {
    g_hash_table_iter_init (&iter, table);
    if (g_hash_table_iter_next (&iter, NULL, NULL))
      g_hash_table_iter_remove (&iter);
  }
  g_hash_table_insert (table, g_bytes_ref (what), GSIZE_TO_POINTER (now_s));
}

void
cv_e2ee_driver_door_note_used (CvE2eeGroupDriver *driver, GBytes *key_package_ref)
{
  note_in (driver, driver->used_refs, key_package_ref);
}

void
cv_e2ee_driver_door_note_removed (CvE2eeGroupDriver *driver, const guint8 mls_key_hash[static 32])
{
  g_autoptr (GBytes) hash = g_bytes_new (mls_key_hash, MLS_KEY_HASH_LEN);
  note_in (driver, driver->removed_keys, hash);
}

/* What has run out is refused for its times. */
static void
prune_table (const CvE2eeGroupDriver *driver, GHashTable *table)
{
  GHashTableIter iter;
  gpointer at_s;
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &at_s))
    if ((gsize)(driver->now_us / G_USEC_PER_SEC) - GPOINTER_TO_SIZE (at_s) > USED_S)
      g_hash_table_iter_remove (&iter);
}

static void
prune_used (CvE2eeGroupDriver *driver)
{
  if (driver->now_us < driver->prune_at_us)
    return;
  driver->prune_at_us = driver->now_us + PRUNE_US;
  prune_table (driver, driver->used_refs);
  prune_table (driver, driver->removed_keys);
}

void
cv_e2ee_driver_door_remove_added (CvE2eeGroupDriver *driver, CvSpan key_package_ref)
{
  for (guint i = driver->visitors->len; i > 0; i--) {
    CvE2eeDriverVisitor *visitor = g_ptr_array_index (driver->visitors, i - 1);
    if (visitor->knock == NULL
        || !cv_span_equal (cv_span_from_bytes (visitor->knock->key_package_ref), key_package_ref))
      continue;
    cv_e2ee_driver_door_remove (driver, visitor);
  }
}

void
cv_e2ee_driver_door_ask_anew (CvE2eeGroupDriver *driver,
                              const guint8 hash[static CV_IDENTITY_HASH_LEN])
{
  for (guint i = 0; i < driver->visitors->len; i++) {
    CvE2eeDriverVisitor *visitor = g_ptr_array_index (driver->visitors, i);
    if (visitor->knock != NULL
        && memcmp (visitor->public.identity_hash, hash, CV_IDENTITY_HASH_LEN) == 0)
      drop_admission (driver, visitor);
  }
}

/* Whose KeyPackage it is may be at the door by several connections. An admission from before its
 * owner was expelled, of the epoch then, comes late: by another moderator, or held by the server. */
static void
give_admission (CvE2eeGroupDriver *driver, const CvE2eeAdmission *admission,
                const CvE2eeDriverMember *moderator, guint64 epoch)
{
  for (guint i = 0; i < driver->visitors->len; i++) {
    CvE2eeDriverVisitor *visitor = g_ptr_array_index (driver->visitors, i);
    if (visitor->knock == NULL
        || !g_bytes_equal (visitor->knock->key_package_ref, admission->key_package_ref)
        || cv_e2ee_driver_returns_was_expelled_after (driver, visitor->public.identity_hash, epoch))
      continue;
    drop_admission (driver, visitor);
    visitor->admission = cv_e2ee_admission_copy (admission);
    visitor->admitted_by = g_bytes_ref (moderator->signature_public);
    visitor->since_us = driver->now_us;
  }
}

gboolean
cv_e2ee_driver_door_admit (CvE2eeGroupDriver *driver, CvE2eeDriverVisitor *visitor, GError **error)
{
  g_autoptr (CvE2eeAdmission) admission = cv_e2ee_admission_sign (
      driver->group, cv_span_from_bytes (visitor->knock->key_package_ref), driver->now_s, error);
  if (admission == NULL)
    return FALSE;
  give_admission (driver, admission, cv_e2ee_driver_roster_find_self (driver),
                  cv_mls_group_get_epoch (driver->group));
  if (driver->members->len == 1)
    return TRUE;
  /* Everybody hears of it, so that not always the moderator commits. */
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_ptr_array_add (list, admission);
  g_autoptr (GBytes) encoded = cv_e2ee_admission_write_list (list);
  return cv_e2ee_driver_timers_send_inner (driver, CV_E2EE_INNER_ADMISSION,
                                           cv_span_from_bytes (encoded), error);
}

static void
take_admission (CvE2eeGroupDriver *driver, const CvE2eeAdmission *admission, guint64 epoch)
{
  const CvE2eeDriverMember *moderator = cv_e2ee_driver_roster_find (driver, admission->moderator);
  if (moderator != NULL
      && cv_e2ee_policy_is_moderator (&driver->policy, moderator->statement->identity_hash)
      && is_admission_in_time (driver, admission)
      && cv_e2ee_admission_verify (driver->group, admission, driver->now_s, driver->now_s, NULL))
    give_admission (driver, admission, moderator, epoch);
}

void
cv_e2ee_driver_door_receive_admission (CvE2eeGroupDriver *driver, guint64 epoch, CvSpan encoded)
{
  g_autoptr (GPtrArray) admissions = cv_e2ee_admission_parse_list (encoded, NULL);
  if (admissions == NULL) {
    cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_BAD_APPLICATION, CV_E2EE_EVERYBODY);
    return;
  }
  for (guint i = 0; i < admissions->len; i++)
    take_admission (driver, g_ptr_array_index (admissions, i), epoch);
}

static void
show_visitor (CvE2eeGroupDriver *driver, CvE2eeDriverVisitor *visitor)
{
  const CvIdentityStatement *statement = visitor->knock->statement;
  CvE2eeVisitor *shown = &visitor->public;
  shown->knock_id = visitor->knock_id;
  shown->name = statement->name;
  shown->identity_key = cv_span_from_bytes (statement->identity_key);
  memcpy (shown->identity_hash, statement->identity_hash, CV_IDENTITY_HASH_LEN);
  shown->contact = CV_IDENTITY_CONTACT_NEW;
  if (driver->ops->find_contact != NULL)
    shown->contact = driver->ops->find_contact (driver->data, shown->identity_key, shown->name);
}

/* Who was cut off a moment ago, or still is in grace, was let in by a moderator before, and by none
 * removed since. */
static void
readmit (CvE2eeGroupDriver *driver, CvE2eeDriverVisitor *visitor)
{
  g_autoptr (GError) error = NULL;
  if (driver->policy.admission != CV_E2EE_ADMISSION_MODERATOR
      || !cv_e2ee_group_driver_is_moderator (driver)
      || !cv_e2ee_driver_returns_is_expected (driver, visitor->public.identity_hash))
    return;
  if (!cv_e2ee_driver_door_admit (driver, visitor, &error))
    g_debug ("admission: %s", error->message);
}

static gboolean
is_acceptable (const CvE2eeGroupDriver *driver, const CvE2eeKnock *knock, GError **error)
{
  /* An old knock, played again by the server, would throw its owner out of the meeting. */
  if (is_used (driver, knock) || is_stale (driver, knock))
    return FALSE;
  return is_in_time (driver, knock)
         && cv_mls_group_can_add (driver->group, cv_span_from_bytes (knock->key_package), error);
}

static void
open_knock (CvE2eeGroupDriver *driver, const char *knock_id, GBytes *sealed)
{
  g_autoptr (GError) error = NULL;
  CvE2eeDriverVisitor *visitor = cv_e2ee_driver_door_find (driver, knock_id);
  if (visitor != NULL)
    cv_e2ee_driver_door_remove (driver, visitor);
  if (driver->visitors->len >= CV_E2EE_DRIVER_VISITORS_MAX || strlen (knock_id) > KNOCK_ID_MAX)
    return;
  visitor = g_new0 (CvE2eeDriverVisitor, 1);
  visitor->knock_id = g_strdup (knock_id);
  visitor->since_us = driver->now_us;
  g_ptr_array_add (driver->visitors, visitor);
  visitor->knock = cv_e2ee_knock_open (driver->crypto, driver->room_keys, driver->suite,
                                       cv_span_from_bytes (sealed), driver->now_s, &error);
  /* Somebody else's, sealed again: its owner would have to share its place and its vote. */
  gboolean is_own = visitor->knock != NULL && g_str_equal (visitor->knock->member_id, knock_id);
  if (is_own && is_answered (driver, visitor->knock))
    visitor->since_us += WELCOME_US;
  if (visitor->knock != NULL && (!is_own || !is_acceptable (driver, visitor->knock, &error)))
    g_clear_pointer (&visitor->knock, cv_e2ee_knock_free);
  if (visitor->knock == NULL) {
    g_debug ("knock: %s", error != NULL ? error->message : "played again, or hardly in time");
    cv_e2ee_driver_notice (driver, CV_E2EE_NOTICE_BAD_KNOCK, CV_E2EE_EVERYBODY);
    return;
  }
  show_visitor (driver, visitor);
  driver->has_door_news = TRUE;
  readmit (driver, visitor);
}

void
cv_e2ee_group_driver_on_knock (CvE2eeGroupDriver *driver, const char *knock_id, GBytes *sealed)
{
  cv_e2ee_driver_enter (driver);
  if (driver->phase == CV_E2EE_PHASE_MEMBER)
    open_knock (driver, knock_id, sealed);
  cv_e2ee_driver_leave (driver);
}

void
cv_e2ee_group_driver_on_knock_gone (CvE2eeGroupDriver *driver, const char *knock_id)
{
  cv_e2ee_driver_enter (driver);
  CvE2eeDriverVisitor *visitor = cv_e2ee_driver_door_find (driver, knock_id);
  if (visitor != NULL)
    cv_e2ee_driver_door_remove (driver, visitor);
  cv_e2ee_driver_leave (driver);
}

static gboolean
find_denial (const CvE2eeGroupDriver *driver, const CvE2eeDriverVisitor *visitor,
             CvE2eeDenial *denial)
{
  if (visitor->knock == NULL || !is_in_time (driver, visitor->knock))
    *denial = CV_E2EE_DENIAL_UNREADABLE;
  else if (is_shut_to_all (driver, visitor))
    *denial = CV_E2EE_DENIAL_LOCKED;
  else if (is_full (driver))
    *denial = CV_E2EE_DENIAL_FULL;
  else
    return FALSE;
  return !visitor->is_denied;
}

static void
renew_admission (CvE2eeGroupDriver *driver, CvE2eeDriverVisitor *visitor)
{
  const CvE2eeDriverMember *self = cv_e2ee_driver_roster_find_self (driver);
  g_autoptr (GError) error = NULL;
  if (visitor->admission == NULL || has_good_admission (driver, visitor))
    return;
  gboolean is_ours = g_bytes_equal (self->signature_public, visitor->admitted_by);
  drop_admission (driver, visitor);
  if (is_ours && cv_e2ee_group_driver_is_moderator (driver)
      && !cv_e2ee_driver_door_admit (driver, visitor, &error))
    g_debug ("admission: %s", error->message);
}

gint64
cv_e2ee_driver_door_run (CvE2eeGroupDriver *driver)
{
  gint64 next_us = G_MAXINT64;
  if (driver->phase != CV_E2EE_PHASE_MEMBER)
    return next_us;
  prune_used (driver);
  for (guint i = 0; i < driver->visitors->len; i++) {
    CvE2eeDriverVisitor *visitor = g_ptr_array_index (driver->visitors, i);
    CvE2eeDenial denial;
    renew_admission (driver, visitor);
    if (!find_denial (driver, visitor, &denial))
      continue;
    /* By rank as with commits: one answer is enough. */
    gint64 due_us = visitor->since_us + driver->own_rank * (gint64)CV_E2EE_DRIVER_RANK_STEP_US;
    if (due_us > driver->now_us) {
      next_us = MIN (next_us, due_us);
      continue;
    }
    visitor->is_denied = TRUE;
    driver->has_door_news = TRUE;
    driver->ops->deny_knock (driver->data, visitor->knock_id, denial);
  }
  return next_us;
}
