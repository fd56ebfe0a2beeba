/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the driver shows: getters without a side. */
#include "e2ee/driver-private.h"

CvE2eePhase
cv_e2ee_group_driver_get_phase (const CvE2eeGroupDriver *driver)
{
  return driver->phase;
}

CvSpan
cv_e2ee_group_driver_get_group_id (const CvE2eeGroupDriver *driver)
{
  return driver->group != NULL ? cv_mls_group_get_id (driver->group) : CV_SPAN_EMPTY;
}

guint64
cv_e2ee_group_driver_get_epoch (const CvE2eeGroupDriver *driver)
{
  return driver->group != NULL ? cv_mls_group_get_epoch (driver->group) : 0;
}

CvMlsLeaf
cv_e2ee_group_driver_get_own_leaf (const CvE2eeGroupDriver *driver)
{
  return driver->group != NULL ? cv_mls_group_get_own_leaf (driver->group) : CV_E2EE_EVERYBODY;
}

const CvE2eePolicy *
cv_e2ee_group_driver_get_policy (const CvE2eeGroupDriver *driver)
{
  return &driver->policy;
}

gboolean
cv_e2ee_group_driver_is_moderator (const CvE2eeGroupDriver *driver)
{
  return driver->group != NULL && cv_e2ee_policy_is_moderator (&driver->policy, driver->own_hash);
}

guint
cv_e2ee_group_driver_get_n_members (const CvE2eeGroupDriver *driver)
{
  return driver->members->len;
}

const CvE2eeMember *
cv_e2ee_group_driver_get_member (const CvE2eeGroupDriver *driver, guint index)
{
  if (index >= driver->members->len)
    return NULL;
  return &((CvE2eeDriverMember *)g_ptr_array_index (driver->members, index))->public;
}

const CvE2eeMember *
cv_e2ee_group_driver_find_member (const CvE2eeGroupDriver *driver, CvMlsLeaf leaf)
{
  CvE2eeDriverMember *member = cv_e2ee_driver_roster_find (driver, leaf);
  return member != NULL ? &member->public : NULL;
}

const CvE2eeMember *
cv_e2ee_group_driver_find_by_member_id (const CvE2eeGroupDriver *driver, const char *member_id)
{
  for (guint i = 0; i < driver->members->len; i++) {
    CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (g_strcmp0 (member->member_id, member_id) == 0)
      return &member->public;
  }
  return NULL;
}

static gboolean
is_shown (const CvE2eeDriverVisitor *visitor)
{
  return visitor->knock != NULL && !visitor->is_denied;
}

guint
cv_e2ee_group_driver_get_n_visitors (const CvE2eeGroupDriver *driver)
{
  guint n = 0;
  for (guint i = 0; i < driver->visitors->len; i++)
    n += is_shown (g_ptr_array_index (driver->visitors, i)) ? 1 : 0;
  return n;
}

const CvE2eeVisitor *
cv_e2ee_group_driver_get_visitor (const CvE2eeGroupDriver *driver, guint index)
{
  for (guint i = 0; i < driver->visitors->len; i++) {
    CvE2eeDriverVisitor *visitor = g_ptr_array_index (driver->visitors, i);
    if (!is_shown (visitor) || index-- > 0)
      continue;
    visitor->public.is_admitted = cv_e2ee_driver_door_is_admissible (driver, visitor);
    return &visitor->public;
  }
  return NULL;
}

const CvE2eeTrust *
cv_e2ee_group_driver_get_trust (const CvE2eeGroupDriver *driver)
{
  return &driver->trust;
}

const char *
cv_e2ee_group_driver_get_meeting_code (const CvE2eeGroupDriver *driver)
{
  return driver->code;
}

gboolean
cv_e2ee_group_driver_is_code_confirmed (const CvE2eeGroupDriver *driver)
{
  for (guint i = 0; i < driver->members->len; i++) {
    const CvE2eeDriverMember *member = g_ptr_array_index (driver->members, i);
    if (!member->public.is_self && !member->is_confirmed)
      return FALSE;
  }
  return driver->members->len > 1;
}

guint64
cv_e2ee_group_driver_get_n_notices (const CvE2eeGroupDriver *driver, CvE2eeNotice notice)
{
  return driver->n_notices[notice];
}

CvE2eeSender *
cv_e2ee_group_driver_get_sender (const CvE2eeGroupDriver *driver)
{
  return driver->sender;
}

CvE2eeReceiver *
cv_e2ee_group_driver_get_receiver (const CvE2eeGroupDriver *driver)
{
  return driver->receiver;
}

CvSecret *
cv_e2ee_group_driver_export (const CvE2eeGroupDriver *driver, const char *label, CvSpan context,
                             gsize len, GError **error)
{
  if (driver->group != NULL)
    return cv_mls_group_export (driver->group, label, context, len, error);
  g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_STATE, "expected a running meeting");
  return NULL;
}
