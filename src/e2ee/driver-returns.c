/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Who may come in again without being asked, and who may not (E2EE.md section 5).
 *
 *   lost the connection ──> departed: for 60 s the door lets it in by itself, also when locked
 *   removed by a moderator ─> expelled: whatever was allowed before is void, people are asked anew
 *
 * All members must judge a commit alike, but hear of a departure at different times: within the
 * slack what somebody else may take for a return is taken, and not proposed. */
#include "e2ee/driver-private.h"

#include <string.h>

#define EXPELLED_MAX 1024
/* As long as an admission from before may be good by somebody's clock. */
#define EXPELLED_US                                                                                \
  ((gint64)(CV_E2EE_ADMISSION_LIFETIME_S + CV_E2EE_ADMISSION_SKEW_S) * G_USEC_PER_SEC)

static gboolean
is_hash (const guint8 *hash, const guint8 *other)
{
  return memcmp (hash, other, CV_IDENTITY_HASH_LEN) == 0;
}

static CvE2eeDeparted *
find_departed (const CvE2eeGroupDriver *driver, const guint8 *hash)
{
  for (guint i = 0; i < driver->departed->len; i++) {
    CvE2eeDeparted *departed = &g_array_index (driver->departed, CvE2eeDeparted, i);
    if (is_hash (departed->hash, hash))
      return departed;
  }
  return NULL;
}

static gint64
get_forgotten_at (const CvE2eeDeparted *departed)
{
  return departed->at_us + CV_E2EE_DRIVER_RETURN_US + CV_E2EE_DRIVER_GRACE_SLACK_US;
}

static CvE2eeExpelled *
find_expelled (const CvE2eeGroupDriver *driver, const guint8 *hash)
{
  for (guint i = 0; i < driver->expelled->len; i++) {
    CvE2eeExpelled *expelled = &g_array_index (driver->expelled, CvE2eeExpelled, i);
    if (is_hash (expelled->hash, hash))
      return expelled;
  }
  return NULL;
}

/* ---- who goes ---- */

static void
set_departed (CvE2eeGroupDriver *driver, const CvE2eeDeparted *departed)
{
  CvE2eeDeparted *before = find_departed (driver, departed->hash);
  if (before != NULL)
    *before = *departed;
  else
    g_array_append_vals (driver->departed, departed, 1);
}

/* Removed at the end of a grace whose beginning we missed. When that was before we came, or before a
 * re-synchronisation, nothing is known of it: others propose the return. */
static void
note_missed (CvE2eeGroupDriver *driver, const guint8 *hash)
{
  gboolean is_dated = cv_e2ee_driver_absence_is_catching_up (driver);
  CvE2eeDeparted departed = {
      .at_us = driver->now_us - CV_E2EE_DRIVER_GRACE_US + CV_E2EE_DRIVER_GRACE_SLACK_US,
      .earliest_us = is_dated ? cv_e2ee_driver_absence_get_oldest_us (driver)
                              : driver->now_us - CV_E2EE_DRIVER_RETURN_US,
  };
  memcpy (departed.hash, hash, CV_IDENTITY_HASH_LEN);
  if (find_departed (driver, hash) == NULL)
    set_departed (driver, &departed);
}

void
cv_e2ee_driver_returns_note_departed (CvE2eeGroupDriver *driver, const CvE2eeDriverMember *member)
{
  CvE2eeDeparted departed = {
      .at_us = driver->now_us,
      .earliest_us = cv_e2ee_driver_absence_get_earliest_us (driver),
  };
  memcpy (departed.hash, member->statement->identity_hash, CV_IDENTITY_HASH_LEN);
  set_departed (driver, &departed);
}

/* Somebody else, who heard of its departure earlier, may take its removal for the end of grace. */
static gboolean
may_have_been_given_up (const CvE2eeGroupDriver *driver, const CvE2eeDriverMember *member)
{
  gint64 grace_us = CV_E2EE_DRIVER_GRACE_US - 2 * CV_E2EE_DRIVER_GRACE_SLACK_US;
  return cv_e2ee_driver_roster_was_given_up (driver, member)
         || (member->away_at_us != 0 && driver->now_us >= member->earliest_away_us + grace_us);
}

static void
add_removed (const CvE2eeGroupDriver *driver, const CvE2eeDriverMember *member, gboolean is_meant,
             gboolean is_missed, GArray *list)
{
  CvE2eeRemoved removed = {
      .is_expelled = is_meant,
      .is_missed = is_missed,
      .has_left = member->away_at_us != 0 && member->was_graceful,
      .may_return = !is_meant || is_missed || may_have_been_given_up (driver, member),
  };
  memcpy (removed.hash, member->statement->identity_hash, CV_IDENTITY_HASH_LEN);
  memcpy (removed.mls_key_hash, member->statement->mls_key_hash, sizeof removed.mls_key_hash);
  g_array_append_val (list, removed);
}

static gboolean
is_by_moderator (const CvE2eeGroupDriver *driver, const CvMlsCommitSummary *summary)
{
  const CvE2eeDriverMember *committer =
      summary->is_external ? NULL : cv_e2ee_driver_roster_find (driver, summary->committer);
  return committer != NULL
         && cv_e2ee_policy_is_moderator (&driver->policy, committer->statement->identity_hash);
}

static gboolean
has_never_arrived (const CvE2eeGroupDriver *driver, const CvE2eeDriverMember *member)
{
  return !member->was_heard && member->expected_by_us != 0
         && driver->now_us >= member->earliest_expected_us - CV_E2EE_DRIVER_GRACE_SLACK_US;
}

/* A moderator's program removes who is away too long, or never came, like anybody's: then it is not
 * meant. */
GArray *
cv_e2ee_driver_returns_list_removed (const CvE2eeGroupDriver *driver,
                                     const CvMlsCommitSummary *summary)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (CvE2eeRemoved));
  gboolean by_moderator = is_by_moderator (driver, summary);
  gboolean was_away = cv_e2ee_driver_absence_hides_removals (driver);
  for (guint i = 0; i < driver->members->len; i++) {
    const CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (cv_e2ee_driver_roster_has_leaf (summary->removed, member->public.leaf))
      add_removed (driver, member,
                   by_moderator && !cv_e2ee_driver_roster_was_given_up (driver, member)
                       && !has_never_arrived (driver, member),
                   was_away || cv_e2ee_driver_roster_was_never_heard (member), list);
  }
  return list;
}

GArray *
cv_e2ee_driver_returns_list_own_removed (const CvE2eeGroupDriver *driver, const GArray *leaves)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (CvE2eeRemoved));
  for (guint i = 0; i < driver->members->len; i++) {
    const CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    gboolean is_meant =
        leaves != NULL
        && cv_e2ee_driver_returns_is_unwanted (driver, member->statement->identity_hash);
    if (leaves == NULL || cv_e2ee_driver_roster_has_leaf (leaves, member->public.leaf))
      add_removed (driver, member, is_meant, leaves == NULL, list);
  }
  return list;
}

static void
expel (CvE2eeGroupDriver *driver, const guint8 *hash)
{
  CvE2eeExpelled expelled = {.epoch = cv_mls_group_get_epoch (driver->group),
                             .at_us = driver->now_us};
  CvE2eeExpelled *before = find_expelled (driver, hash);
  memcpy (expelled.hash, hash, CV_IDENTITY_HASH_LEN);
  if (before != NULL) {
    *before = expelled;
  } else {
    if (driver->expelled->len >= EXPELLED_MAX)
      g_array_remove_index (driver->expelled, 0);
    g_array_append_val (driver->expelled, expelled);
  }
  cv_e2ee_driver_door_ask_anew (driver, hash);
}

static void
forget_departed (CvE2eeGroupDriver *driver, const guint8 *hash)
{
  for (guint i = driver->departed->len; i > 0; i--)
    if (is_hash (g_array_index (driver->departed, CvE2eeDeparted, i - 1).hash, hash))
      g_array_remove_index (driver->departed, i - 1);
}

/* Who lost the connection, came back and then left need not be waited for. */
static void
expect_no_more (CvE2eeGroupDriver *driver, const guint8 *hash)
{
  CvE2eeDeparted *departed = find_departed (driver, hash);
  if (departed != NULL)
    departed->earliest_us = driver->now_us - CV_E2EE_DRIVER_RETURN_US;
}

/* A wish that has come true, or is of no use: it must not hit who comes in later. */
static void
forget_wish (CvE2eeGroupDriver *driver, const guint8 *hash)
{
  for (guint i = driver->wanted_removes->len; i > 0; i--)
    if (is_hash (g_array_index (driver->wanted_removes, CvE2eeWantedRemove, i - 1).hash, hash))
      g_array_remove_index (driver->wanted_removes, i - 1);
}

void
cv_e2ee_driver_returns_note_removed (CvE2eeGroupDriver *driver, const GArray *list)
{
  for (guint i = 0; i < list->len; i++) {
    const CvE2eeRemoved *removed = &g_array_index (list, CvE2eeRemoved, i);
    cv_e2ee_driver_door_note_removed (driver, removed->mls_key_hash);
    /* A leaf was replaced by another one of the same person. */
    if (cv_e2ee_driver_roster_find_identity (driver, removed->hash) != NULL)
      continue;
    forget_wish (driver, removed->hash);
    if (removed->is_expelled)
      expel (driver, removed->hash);
    if (!removed->may_return)
      forget_departed (driver, removed->hash);
    else if (removed->is_missed)
      note_missed (driver, removed->hash);
    if (removed->has_left)
      expect_no_more (driver, removed->hash);
  }
}

/* ---- who comes ---- */

gboolean
cv_e2ee_driver_returns_is_unwanted (const CvE2eeGroupDriver *driver,
                                    const guint8 hash[static CV_IDENTITY_HASH_LEN])
{
  for (guint i = 0; i < driver->wanted_removes->len; i++)
    if (is_hash (g_array_index (driver->wanted_removes, CvE2eeWantedRemove, i).hash, hash))
      return TRUE;
  return FALSE;
}

/* What others saw depart and come back we may have missed: while we were away, or before we came. Of
 * who is inside that is so when we never heard it; of who was removed before, when we came into a
 * locked meeting, as only who was lost can: those who were lost with us come one after the other. */
static gboolean
may_be_missed (const CvE2eeGroupDriver *driver, const guint8 *hash)
{
  const CvE2eeDriverMember *member = cv_e2ee_driver_roster_find_identity (driver, hash);
  if (cv_e2ee_driver_absence_is_newcomer (driver))
    return TRUE;
  if (member != NULL)
    return cv_e2ee_driver_absence_is_catching_up (driver)
           || cv_e2ee_driver_roster_was_never_heard (member);
  return driver->now_us < driver->unknown_until_us && find_expelled (driver, hash) == NULL;
}

gboolean
cv_e2ee_driver_returns_is_allowed (const CvE2eeGroupDriver *driver,
                                   const guint8 hash[static CV_IDENTITY_HASH_LEN])
{
  const CvE2eeDeparted *departed = find_departed (driver, hash);
  return may_be_missed (driver, hash)
         || (departed != NULL
             && cv_e2ee_driver_absence_get_oldest_us (driver) < get_forgotten_at (departed));
}

gboolean
cv_e2ee_driver_returns_is_expected (const CvE2eeGroupDriver *driver,
                                    const guint8 hash[static CV_IDENTITY_HASH_LEN])
{
  const CvE2eeDeparted *departed = find_departed (driver, hash);
  return departed != NULL && driver->now_us < departed->earliest_us + CV_E2EE_DRIVER_RETURN_US
         && find_expelled (driver, hash) == NULL
         && !cv_e2ee_driver_returns_is_unwanted (driver, hash);
}

gboolean
cv_e2ee_driver_returns_was_expelled_after (const CvE2eeGroupDriver *driver,
                                           const guint8 hash[static CV_IDENTITY_HASH_LEN],
                                           guint64 epoch)
{
  const CvE2eeExpelled *expelled = find_expelled (driver, hash);
  return expelled != NULL && epoch < expelled->epoch;
}

/* Epochs begin at 0 again, and no admission of the old group is good in the new one. */
void
cv_e2ee_driver_returns_start_afresh (CvE2eeGroupDriver *driver)
{
  for (guint i = 0; i < driver->expelled->len; i++)
    g_array_index (driver->expelled, CvE2eeExpelled, i).epoch = 0;
}

/* ---- time ---- */

static void
run_expelled (CvE2eeGroupDriver *driver)
{
  for (guint i = driver->expelled->len; i > 0; i--) {
    const CvE2eeExpelled *expelled = &g_array_index (driver->expelled, CvE2eeExpelled, i - 1);
    /* Or people have let it in again. */
    if (driver->now_us >= expelled->at_us + EXPELLED_US
        || cv_e2ee_driver_roster_find_identity (driver, expelled->hash) != NULL)
      g_array_remove_index (driver->expelled, i - 1);
  }
}

gint64
cv_e2ee_driver_returns_run (CvE2eeGroupDriver *driver)
{
  gint64 next_us = G_MAXINT64;
  run_expelled (driver);
  for (guint i = driver->departed->len; i > 0; i--) {
    gint64 until_us = get_forgotten_at (&g_array_index (driver->departed, CvE2eeDeparted, i - 1));
    /* A return that was in time may come late to us. */
    if (until_us <= cv_e2ee_driver_absence_get_oldest_us (driver))
      g_array_remove_index (driver->departed, i - 1);
    else if (until_us > driver->now_us)
      next_us = MIN (next_us, until_us);
    else if (driver->is_connected)
      next_us = MIN (next_us, driver->caught_up_at_us);
  }
  return next_us;
}
