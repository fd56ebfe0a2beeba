/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The members of the epoch: made from its leaves, with what is known of each beside it. */
#include "crypto/hash.h"
#include "e2ee/driver-private.h"

#include <string.h>

/* A heartbeat later than this after "gone" shows that the server was wrong about it. */
#define BACK_AFTER_US (3 * G_USEC_PER_SEC / 2)

void
cv_e2ee_driver_member_free (CvE2eeDriverMember *member)
{
  if (member == NULL)
    return;
  g_clear_pointer (&member->statement, cv_identity_statement_free);
  g_clear_pointer (&member->identity, g_bytes_unref);
  g_clear_pointer (&member->signature_public, g_bytes_unref);
  g_clear_pointer (&member->member_id, g_free);
  g_free (member);
}

CvE2eeDriverMember *
cv_e2ee_driver_roster_find (const CvE2eeGroupDriver *driver, CvMlsLeaf leaf)
{
  for (guint i = 0; i < driver->members->len; i++) {
    CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (member->public.leaf.index == leaf.index)
      return member;
  }
  return NULL;
}

gboolean
cv_e2ee_driver_roster_has_leaf (const GArray *leaves, CvMlsLeaf leaf)
{
  for (guint i = 0; i < leaves->len; i++)
    if (g_array_index (leaves, CvMlsLeaf, i).index == leaf.index)
      return TRUE;
  return FALSE;
}

CvE2eeDriverMember *
cv_e2ee_driver_roster_find_self (const CvE2eeGroupDriver *driver)
{
  return driver->group != NULL
             ? cv_e2ee_driver_roster_find (driver, cv_mls_group_get_own_leaf (driver->group))
             : NULL;
}

CvE2eeDriverMember *
cv_e2ee_driver_roster_find_identity (const CvE2eeGroupDriver *driver,
                                     const guint8 hash[static CV_IDENTITY_HASH_LEN])
{
  for (guint i = 0; i < driver->members->len; i++) {
    CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (memcmp (member->statement->identity_hash, hash, CV_IDENTITY_HASH_LEN) == 0)
      return member;
  }
  return NULL;
}

static CvE2eeDriverMember *
new_member (CvE2eeGroupDriver *driver, const CvMlsMember *leaf, GError **error)
{
  CvIdentityStatementChecks checks = {
      .mls_public = leaf->signature_public,
      .room_id = cv_e2ee_room_keys_get_room_id (driver->room_keys),
      .now_s = 0, /* the rules checked it when the leaf came */
  };
  g_autoptr (CvIdentityStatement) statement =
      cv_identity_statement_verify (driver->crypto, leaf->identity, &checks, error);
  if (statement == NULL)
    return NULL;
  CvE2eeDriverMember *member = g_new0 (CvE2eeDriverMember, 1);
  const CvE2eeDriverMember *before =
      cv_e2ee_driver_roster_find_identity (driver, statement->identity_hash);
  if (before != NULL) {
    /* A key was confirmed, or its warning read, under a name. */
    gboolean has_same_name = g_str_equal (before->statement->name, statement->name);
    member->is_confirmed = has_same_name && before->is_confirmed;
    member->is_accepted = has_same_name && before->is_accepted;
  }
  member->member_id = cv_span_dup_text (leaf->application_id);
  member->identity = cv_span_dup (leaf->identity);
  member->signature_public = cv_span_dup (leaf->signature_public);
  member->statement = g_steal_pointer (&statement);
  return member;
}

static gboolean
is_same (const CvE2eeDriverMember *member, const CvMlsMember *leaf)
{
  return cv_span_equal (cv_span_from_bytes (member->identity), leaf->identity)
         && cv_span_equal (cv_span_from_bytes (member->signature_public), leaf->signature_public);
}

/* Takes the member out of the old list when the leaf is still the same person. */
static CvE2eeDriverMember *
keep_or_make (CvE2eeGroupDriver *driver, const CvMlsGroup *group, const CvMlsMember *leaf,
              GError **error)
{
  for (guint i = 0; i < driver->members->len; i++) {
    CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (member->public.leaf.index == leaf->leaf.index && is_same (member, leaf))
      return g_ptr_array_steal_index (driver->members, i);
  }
  CvE2eeDriverMember *member = new_member (driver, leaf, error);
  if (member != NULL) {
    gint64 arrive_us = MAX ((gint64)CV_E2EE_DRIVER_ARRIVE_US,
                            3 * cv_e2ee_heartbeat_interval_us (driver->members->len));
    member->since_epoch = cv_mls_group_get_epoch (group);
    /* Those who were here when we were not began to wait with the commit. */
    gint64 earliest_us = cv_e2ee_driver_absence_is_newcomer (driver)
                             ? driver->now_us
                             : cv_e2ee_driver_absence_get_oldest_us (driver);
    member->expected_by_us = driver->has_roster ? driver->now_us + arrive_us : 0;
    member->earliest_expected_us = driver->has_roster ? earliest_us + arrive_us : 0;
    cv_e2ee_heartbeat_tracker_remove (driver->tracker, leaf->leaf);
    cv_e2ee_receiver_change_owner (driver->receiver, leaf->leaf);
  }
  return member;
}

gboolean
cv_e2ee_driver_roster_rebuild (CvE2eeGroupDriver *driver, const CvMlsGroup *group, GError **error)
{
  g_autoptr (GPtrArray) members =
      g_ptr_array_new_with_free_func ((GDestroyNotify)cv_e2ee_driver_member_free);
  CvMlsLeaf own_leaf = cv_mls_group_get_own_leaf (group);
  for (guint32 i = 0; i < cv_mls_group_get_leaf_count (group); i++) {
    CvMlsMember leaf;
    if (!cv_mls_group_get_member (group, (CvMlsLeaf){i}, &leaf))
      continue;
    CvE2eeDriverMember *member = keep_or_make (driver, group, &leaf, error);
    if (member == NULL)
      return FALSE;
    member->public.leaf = leaf.leaf;
    member->public.is_self = leaf.leaf.index == own_leaf.index;
    member->has_acknowledged = member->public.is_self;
    g_ptr_array_add (members, member);
    if (!member->public.is_self)
      cv_e2ee_heartbeat_tracker_add (driver->tracker, leaf.leaf, driver->now_us);
  }
  for (guint i = 0; i < driver->members->len; i++) {
    CvE2eeDriverMember *gone = g_ptr_array_index (driver->members, i);
    gboolean is_taken = FALSE;
    for (guint k = 0; k < members->len && !is_taken; k++)
      is_taken = ((CvE2eeDriverMember *)g_ptr_array_index (members, k))->public.leaf.index
                 == gone->public.leaf.index;
    if (!is_taken)
      cv_e2ee_heartbeat_tracker_remove (driver->tracker, gone->public.leaf);
  }
  g_ptr_array_unref (driver->members);
  driver->members = g_steal_pointer (&members);
  driver->has_roster = TRUE;
  CvE2eeDriverMember *self = cv_e2ee_driver_roster_find (driver, own_leaf);
  cv_e2ee_driver_roster_refresh (driver);
  return self != NULL;
}

void
cv_e2ee_driver_roster_refresh (CvE2eeGroupDriver *driver)
{
  for (guint i = 0; i < driver->members->len; i++) {
    CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    CvE2eeMember *shown = &member->public;
    const guint8 *hash = member->statement->identity_hash;
    memcpy (shown->identity_hash, hash, CV_IDENTITY_HASH_LEN);
    for (guint k = 0; k < 8; k++)
      g_snprintf (shown->id + 2 * k, 3, "%02x", hash[k]);
    shown->name = member->statement->name;
    shown->identity_key = cv_span_from_bytes (member->statement->identity_key);
    shown->member_id = member->member_id;
    shown->is_moderator = cv_e2ee_policy_is_moderator (&driver->policy, hash);
    shown->is_confirmed = member->is_confirmed;
    shown->is_away = member->away_at_us != 0;
    shown->contact = CV_IDENTITY_CONTACT_NEW;
    if (driver->ops->find_contact != NULL && !shown->is_self)
      shown->contact = driver->ops->find_contact (driver->data, shown->identity_key, shown->name);
  }
}

static gboolean
hash_leaf (const CvE2eeGroupDriver *driver, CvMlsLeaf leaf, guint8 *out)
{
  g_auto (CvWriter) writer;
  cv_writer_init_secret (&writer);
  cv_writer_put (&writer, cv_mls_group_get_epoch_authenticator (driver->group));
  cv_writer_u32 (&writer, leaf.index);
  return cv_crypto_hash_digest (driver->crypto, driver->suite->hash, cv_writer_span (&writer), out,
                                NULL);
}

void
cv_e2ee_driver_roster_compute_rank (CvE2eeGroupDriver *driver)
{
  guint8 own[CV_CRYPTO_HASH_MAX] = {0};
  guint8 other[CV_CRYPTO_HASH_MAX] = {0};
  gsize len = cv_crypto_hash_len (driver->suite->hash);
  driver->own_rank = 0;
  if (!hash_leaf (driver, cv_mls_group_get_own_leaf (driver->group), own))
    return;
  for (guint i = 0; i < driver->members->len; i++) {
    const CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (member->public.is_self || member->away_at_us != 0
        || !hash_leaf (driver, member->public.leaf, other))
      continue;
    driver->own_rank += memcmp (other, own, len) < 0 ? 1 : 0;
  }
}

void
cv_e2ee_driver_roster_set_away (CvE2eeGroupDriver *driver, CvE2eeDriverMember *member,
                                gboolean was_graceful)
{
  gboolean was_away = member->away_at_us != 0;
  if (member->public.is_self || (was_away && (member->was_graceful || !was_graceful)))
    return;
  if (!was_away && !was_graceful)
    cv_e2ee_driver_returns_note_departed (driver, member);
  if (!was_away) {
    member->away_at_us = driver->now_us;
    member->earliest_away_us = cv_e2ee_driver_absence_get_earliest_us (driver);
  }
  member->was_graceful = was_graceful;
  cv_e2ee_heartbeat_tracker_excuse (driver->tracker, member->public.leaf, driver->members->len,
                                    driver->now_us);
  driver->has_roster_news = TRUE;
  cv_e2ee_driver_roster_compute_rank (driver);
}

gint64
cv_e2ee_driver_roster_get_removable_at (const CvE2eeDriverMember *member)
{
  if (member->public.is_self)
    return G_MAXINT64;
  /* Added, and never arrived: the Welcome found nobody any more. */
  if (member->away_at_us == 0)
    return member->was_heard || member->expected_by_us == 0 ? G_MAXINT64 : member->expected_by_us;
  return member->away_at_us + (member->was_graceful ? 0 : CV_E2EE_DRIVER_GRACE_US);
}

gboolean
cv_e2ee_driver_roster_was_never_heard (const CvE2eeDriverMember *member)
{
  return !member->was_heard && !member->public.is_self && member->expected_by_us == 0;
}

/* Others may have heard a little earlier than we that the member is gone. */
gboolean
cv_e2ee_driver_roster_was_given_up (const CvE2eeGroupDriver *driver,
                                    const CvE2eeDriverMember *member)
{
  gint64 grace_us =
      member->was_graceful ? 0 : CV_E2EE_DRIVER_GRACE_US - CV_E2EE_DRIVER_GRACE_SLACK_US;
  return member->away_at_us != 0 && driver->now_us >= member->earliest_away_us + grace_us;
}

static void
set_back (CvE2eeGroupDriver *driver, CvE2eeDriverMember *member)
{
  if (cv_e2ee_driver_roster_was_given_up (driver, member))
    member->removable_until_us = driver->now_us + CV_E2EE_DRIVER_UNDER_WAY_US;
  member->away_at_us = 0;
  member->was_graceful = FALSE;
  driver->has_roster_news = TRUE;
  cv_e2ee_driver_roster_compute_rank (driver);
}

void
cv_e2ee_driver_roster_heard (CvE2eeGroupDriver *driver, CvE2eeDriverMember *member)
{
  member->was_heard = TRUE;
  if (member->away_at_us != 0 && !member->was_graceful
      && driver->now_us - member->away_at_us > BACK_AFTER_US)
    set_back (driver, member);
}

void
cv_e2ee_group_driver_on_member_gone (CvE2eeGroupDriver *driver, const char *member_id,
                                     gboolean was_graceful)
{
  cv_e2ee_driver_enter (driver);
  for (guint i = 0; i < driver->members->len && driver->group != NULL; i++) {
    CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (!member->public.is_self && g_strcmp0 (member->member_id, member_id) == 0)
      cv_e2ee_driver_roster_set_away (driver, member, was_graceful);
  }
  cv_e2ee_driver_leave (driver);
}

void
cv_e2ee_group_driver_on_member_back (CvE2eeGroupDriver *driver, const char *member_id)
{
  cv_e2ee_driver_enter (driver);
  for (guint i = 0; i < driver->members->len && driver->group != NULL; i++) {
    CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (g_strcmp0 (member->member_id, member_id) == 0 && member->away_at_us != 0
        && !member->was_graceful)
      set_back (driver, member);
  }
  cv_e2ee_driver_leave (driver);
}
