/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What to commit, and when. */
#include "e2ee/driver-private.h"

#include <string.h>

#define PATHLESS_ABOVE 200 /* members */
#define REMOVES_MAX 256 /* in one commit */
#define RETRY_US (5 * G_USEC_PER_SEC)

void
cv_e2ee_driver_plan_free (CvE2eePlan *plan)
{
  if (plan == NULL)
    return;
  g_clear_pointer (&plan->refs, g_ptr_array_unref);
  g_clear_pointer (&plan->key_packages, g_ptr_array_unref);
  g_clear_pointer (&plan->knock_ids, g_ptr_array_unref);
  g_clear_pointer (&plan->admissions, g_ptr_array_unref);
  g_clear_pointer (&plan->removes, g_array_unref);
  g_clear_pointer (&plan->policy, g_bytes_unref);
  g_free (plan);
}

static CvE2eePlan *
new_plan (void)
{
  CvE2eePlan *plan = g_new0 (CvE2eePlan, 1);
  plan->refs = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  plan->key_packages = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  plan->knock_ids = g_ptr_array_new_null_terminated (0, g_free, TRUE);
  plan->admissions = g_ptr_array_new ();
  plan->removes = g_array_new (FALSE, FALSE, sizeof (CvMlsLeaf));
  return plan;
}

/* ---- when ---- */

/* Rank k waits k steps, from when there was something to do and the epoch is old enough. */
static gint64
rank_due_us (const CvE2eeGroupDriver *driver, gint64 ready_at_us)
{
  gint64 from_us = MAX (ready_at_us, driver->epoch_at_us + CV_E2EE_DRIVER_EPOCH_MIN_US);
  return from_us + driver->own_rank * (gint64)CV_E2EE_DRIVER_RANK_STEP_US;
}

/* Knocks gather: 100 ms after the last one, at most 300 ms after the first. */
static gint64
compute_adds_due_us (const CvE2eeGroupDriver *driver)
{
  gint64 first_us = G_MAXINT64;
  gint64 last_us = 0;
  guint n = 0;
  for (guint i = 0; i < driver->visitors->len; i++) {
    const CvE2eeDriverVisitor *visitor = g_ptr_array_index (driver->visitors, i);
    if (!cv_e2ee_driver_door_is_admissible (driver, visitor))
      continue;
    first_us = MIN (first_us, visitor->since_us);
    last_us = MAX (last_us, visitor->since_us);
    n++;
  }
  if (n == 0)
    return G_MAXINT64;
  if (n >= CV_E2EE_DRIVER_BATCH_MAX)
    return rank_due_us (driver, last_us);
  return rank_due_us (driver, MIN (last_us + CV_E2EE_DRIVER_BATCH_FIRST_US,
                                   first_us + CV_E2EE_DRIVER_BATCH_LAST_US));
}

static gint64
compute_removes_due_us (const CvE2eeGroupDriver *driver)
{
  gint64 due_us = G_MAXINT64;
  for (guint i = 0; i < driver->members->len; i++) {
    gint64 removable_at_us =
        cv_e2ee_driver_roster_get_removable_at (g_ptr_array_index (driver->members, i));
    if (removable_at_us != G_MAXINT64)
      due_us = MIN (due_us, rank_due_us (driver, removable_at_us));
  }
  return due_us;
}

gint64
cv_e2ee_driver_plan_compute_due_us (const CvE2eeGroupDriver *driver)
{
  gint64 earliest_us = driver->epoch_at_us + CV_E2EE_DRIVER_EPOCH_MIN_US;
  gint64 due_us = MIN (compute_adds_due_us (driver), compute_removes_due_us (driver));
  CvE2eePolicy policy;
  if (driver->wanted_removes->len > 0 || cv_e2ee_driver_wishes_apply (driver, &policy))
    due_us = earliest_us;
  if (driver->members->len > 1)
    due_us = MIN (due_us, driver->pcs_at_us);
  return MAX (due_us, earliest_us);
}

/* ---- what ---- */

/* Those whom a moderator wants out come first. */
static void
plan_removes (const CvE2eeGroupDriver *driver, CvE2eePlan *plan)
{
  for (guint k = 0; k < driver->wanted_removes->len && plan->removes->len < REMOVES_MAX; k++) {
    const CvE2eeDriverMember *member = cv_e2ee_driver_roster_find_identity (
        driver, g_array_index (driver->wanted_removes, CvE2eeWantedRemove, k).hash);
    if (member != NULL)
      g_array_append_val (plan->removes, member->public.leaf);
  }
  for (guint i = 0; i < driver->members->len && plan->removes->len < REMOVES_MAX; i++) {
    const CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (cv_e2ee_driver_roster_get_removable_at (member) <= driver->now_us
        && !cv_e2ee_driver_roster_has_leaf (plan->removes, member->public.leaf))
      g_array_append_val (plan->removes, member->public.leaf);
  }
  plan->n_own_removes = plan->removes->len;
}

static gboolean
is_same_knock (const CvE2eeDriverVisitor *visitor, const CvE2eeDriverVisitor *other)
{
  return g_bytes_equal (visitor->knock->key_package_ref, other->knock->key_package_ref);
}

/* Two joinings of one identity: the later one is the one that waits for an answer. Which one that is
 * says its statement; the order of arrival is for whoever plays the earlier one again to choose. */
static gboolean
is_latest (const CvE2eeGroupDriver *driver, guint index)
{
  const CvE2eeDriverVisitor *visitor = g_ptr_array_index (driver->visitors, index);
  guint64 begun_s = visitor->knock->statement->not_before_s;
  for (guint i = 0; i < driver->visitors->len; i++) {
    const CvE2eeDriverVisitor *other = g_ptr_array_index (driver->visitors, i);
    if (!cv_e2ee_driver_door_is_admissible (driver, other) || is_same_knock (visitor, other)
        || memcmp (other->public.identity_hash, visitor->public.identity_hash, CV_IDENTITY_HASH_LEN)
               != 0)
      continue;
    guint64 other_begun_s = other->knock->statement->not_before_s;
    if (other_begun_s > begun_s || (other_begun_s == begun_s && i > index))
      return FALSE;
  }
  return TRUE;
}

static void
plan_add (const CvE2eeGroupDriver *driver, const CvE2eeDriverVisitor *visitor, CvE2eePlan *plan)
{
  const CvE2eeDriverMember *before =
      cv_e2ee_driver_roster_find_identity (driver, visitor->public.identity_hash);
  if (before != NULL && !cv_e2ee_driver_roster_has_leaf (plan->removes, before->public.leaf))
    g_array_append_val (plan->removes, before->public.leaf);
  g_ptr_array_add (plan->refs, g_bytes_ref (visitor->knock->key_package_ref));
  g_ptr_array_add (plan->key_packages, g_bytes_ref (visitor->knock->key_package));
  g_ptr_array_add (plan->knock_ids, g_strdup (visitor->knock_id));
  if (visitor->admission != NULL)
    g_ptr_array_add (plan->admissions, visitor->admission);
}

static guint
compute_batch_max (const CvE2eeGroupDriver *driver)
{
  return (guint)CV_E2EE_DRIVER_BATCH_MAX >> driver->n_halvings;
}

static void
plan_adds (const CvE2eeGroupDriver *driver, CvE2eePlan *plan)
{
  for (guint i = 0; i < driver->visitors->len; i++) {
    const CvE2eeDriverVisitor *visitor = g_ptr_array_index (driver->visitors, i);
    guint n = plan->refs->len + 1;
    if (n > compute_batch_max (driver)
        || !cv_e2ee_driver_rules_can_carry (driver->suite, driver->members->len + n,
                                            driver->leaves_len + n * CV_E2EE_LEAF_MAX_LEN))
      break;
    if (cv_e2ee_driver_door_is_admissible (driver, visitor) && is_latest (driver, i))
      plan_add (driver, visitor, plan);
  }
}

CvE2eePlan *
cv_e2ee_driver_plan_make (const CvE2eeGroupDriver *driver)
{
  CvE2eePlan *plan = new_plan ();
  plan_removes (driver, plan);
  gboolean is_removal_alone = driver->is_split && plan->n_own_removes > 0;
  /* Rules of the old policy apply to adds: they wait for the commit after a change of policy. */
  CvE2eePolicy policy;
  if (cv_e2ee_driver_wishes_apply (driver, &policy) && !is_removal_alone)
    plan->policy = cv_e2ee_policy_write (&policy);
  else if (!is_removal_alone)
    plan_adds (driver, plan);
  plan->is_pathless = plan->refs->len > 0 && plan->removes->len == 0 && driver->has_last_path
                      && driver->members->len > PATHLESS_ABOVE;
  return plan;
}

/* ---- when it cannot be ---- */

/* A KeyPackage that cannot be added must not block the door for ever. */
static void
deny_added (CvE2eeGroupDriver *driver, const CvE2eePlan *plan)
{
  for (guint i = 0; i < plan->knock_ids->len; i++) {
    const char *knock_id = g_ptr_array_index (plan->knock_ids, i);
    driver->ops->deny_knock (driver->data, knock_id, CV_E2EE_DENIAL_UNREADABLE);
    CvE2eeDriverVisitor *visitor = cv_e2ee_driver_door_find (driver, knock_id);
    if (visitor != NULL)
      cv_e2ee_driver_door_remove (driver, visitor);
  }
}

/* Whose fault it was is found by halving: a removal or a change of policy must neither wait for
 * somebody at the door nor be lost with one, nor must those who knocked together. */
void
cv_e2ee_driver_plan_failed (CvE2eeGroupDriver *driver, const CvE2eePlan *plan)
{
  guint n_adds = plan->refs->len;
  if (plan->n_own_removes > 0 && (n_adds > 0 || plan->policy != NULL)) {
    driver->is_split = TRUE;
    return;
  }
  driver->is_split = FALSE;
  driver->epoch_at_us = driver->now_us; /* not at once again */
  if (n_adds > 1) {
    while (compute_batch_max (driver) > n_adds / 2)
      driver->n_halvings++;
  } else if (n_adds == 1) {
    deny_added (driver, plan);
    driver->n_halvings -= driver->n_halvings > 0 ? 1 : 0;
  } else if (plan->policy != NULL) {
    cv_e2ee_driver_wishes_clear (driver);
  } else {
    /* What fails by itself: nothing else is to wait for it. */
    g_array_set_size (driver->wanted_removes, 0);
    driver->blocked_until_us = driver->now_us + RETRY_US;
    driver->pcs_at_us = MAX (driver->pcs_at_us, driver->blocked_until_us);
  }
}

void
cv_e2ee_driver_plan_worked (CvE2eeGroupDriver *driver)
{
  driver->is_split = FALSE;
  driver->n_halvings -= driver->n_halvings > 0 ? 1 : 0;
}
