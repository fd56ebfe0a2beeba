/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What a moderator asked to be changed in the policy and does not hold yet.
 *
 * Each thing by itself, not the policy that it would make: of two moderators who change different
 * things at once neither undoes what the other did, and what is asked while a commit is under way
 * waits for the next one. */
#include "e2ee/driver-private.h"

#include <string.h>

/* FALSE: there is no room, or it is the creator, who is first and stays. */
static gboolean
set_moderator (CvE2eePolicy *policy, const guint8 *hash, gboolean is_moderator)
{
  if (cv_e2ee_policy_is_moderator (policy, hash) == is_moderator)
    return TRUE;
  if (is_moderator && policy->n_moderators < CV_E2EE_POLICY_MAX_MODERATORS) {
    memcpy (policy->moderators[policy->n_moderators++].hash, hash, CV_IDENTITY_HASH_LEN);
    return TRUE;
  }
  for (gsize i = 1; i < policy->n_moderators && !is_moderator; i++)
    if (memcmp (policy->moderators[i].hash, hash, CV_IDENTITY_HASH_LEN) == 0) {
      policy->moderators[i] = policy->moderators[--policy->n_moderators];
      return TRUE;
    }
  return FALSE;
}

/* A commit under way may change what holds, so that a wish for what holds now is still one. */
static gboolean
has_change_under_way (const CvE2eeGroupDriver *driver)
{
  for (guint i = 0; i < driver->own_commits->len; i++)
    if (((const CvE2eeOwnCommit *)g_ptr_array_index (driver->own_commits, i))->is_live)
      return TRUE;
  return driver->is_job_running;
}

static void
settle_unless_under_way (CvE2eeGroupDriver *driver)
{
  if (!has_change_under_way (driver))
    cv_e2ee_driver_wishes_settle (driver);
}

/* FALSE: they change nothing. */
static gboolean
apply_to (const CvE2eeWishes *wishes, CvE2eePolicy *policy)
{
  gboolean is_changed = FALSE;
  if (wishes->has_locked && policy->is_locked != wishes->is_locked) {
    policy->is_locked = wishes->is_locked;
    is_changed = TRUE;
  }
  if (wishes->has_admission && policy->admission != wishes->admission) {
    policy->admission = wishes->admission;
    is_changed = TRUE;
  }
  for (guint i = 0; i < wishes->moderators->len; i++) {
    const CvE2eeModeratorWish *wish = &g_array_index (wishes->moderators, CvE2eeModeratorWish, i);
    if (cv_e2ee_policy_is_moderator (policy, wish->hash) != wish->is_moderator)
      is_changed = set_moderator (policy, wish->hash, wish->is_moderator) || is_changed;
  }
  return is_changed;
}

gboolean
cv_e2ee_driver_wishes_apply (const CvE2eeGroupDriver *driver, CvE2eePolicy *policy)
{
  *policy = driver->policy;
  return apply_to (&driver->wishes, policy);
}

gboolean
cv_e2ee_driver_wishes_explain (const CvE2eeGroupDriver *driver, const CvE2eePolicy *next)
{
  CvE2eePolicy policies[2] = {driver->policy, *next};
  g_autoptr (GBytes) present = NULL;
  g_autoptr (GBytes) other = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    apply_to (&driver->wishes, &policies[i]);
  present = cv_e2ee_policy_write (&policies[0]);
  other = cv_e2ee_policy_write (&policies[1]);
  return g_bytes_equal (present, other);
}

void
cv_e2ee_driver_wishes_settle (CvE2eeGroupDriver *driver)
{
  CvE2eeWishes *wishes = &driver->wishes;
  wishes->has_locked = wishes->has_locked && wishes->is_locked != driver->policy.is_locked;
  wishes->has_admission = wishes->has_admission && wishes->admission != driver->policy.admission;
  for (guint i = wishes->moderators->len; i > 0; i--) {
    const CvE2eeModeratorWish *wish =
        &g_array_index (wishes->moderators, CvE2eeModeratorWish, i - 1);
    if (cv_e2ee_policy_is_moderator (&driver->policy, wish->hash) == wish->is_moderator)
      g_array_remove_index (wishes->moderators, i - 1);
  }
}

void
cv_e2ee_driver_wishes_clear (CvE2eeGroupDriver *driver)
{
  driver->wishes.has_locked = FALSE;
  driver->wishes.has_admission = FALSE;
  g_array_set_size (driver->wishes.moderators, 0);
}

void
cv_e2ee_driver_wishes_set_locked (CvE2eeGroupDriver *driver, gboolean is_locked)
{
  driver->wishes.has_locked = TRUE;
  driver->wishes.is_locked = is_locked;
  settle_unless_under_way (driver);
}

void
cv_e2ee_driver_wishes_set_admission (CvE2eeGroupDriver *driver, CvE2eeAdmissionMode admission)
{
  driver->wishes.has_admission = TRUE;
  driver->wishes.admission = admission;
  settle_unless_under_way (driver);
}

gboolean
cv_e2ee_driver_wishes_set_moderator (CvE2eeGroupDriver *driver,
                                     const guint8 hash[static CV_IDENTITY_HASH_LEN],
                                     gboolean is_moderator, GError **error)
{
  GArray *moderators = driver->wishes.moderators;
  CvE2eeModeratorWish added = {.is_moderator = is_moderator};
  CvE2eePolicy policy;
  cv_e2ee_driver_wishes_apply (driver, &policy);
  if (!set_moderator (&policy, hash, is_moderator)) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_PERMISSION,
                         "expected another change of the moderators");
    return FALSE;
  }
  for (guint i = moderators->len; i > 0; i--)
    if (memcmp (g_array_index (moderators, CvE2eeModeratorWish, i - 1).hash, hash,
                CV_IDENTITY_HASH_LEN)
        == 0)
      g_array_remove_index (moderators, i - 1);
  memcpy (added.hash, hash, CV_IDENTITY_HASH_LEN);
  g_array_append_val (moderators, added);
  settle_unless_under_way (driver);
  return TRUE;
}
