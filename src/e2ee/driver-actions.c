/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the person asks for. */
#include "e2ee/driver-private.h"

#include <string.h>

static gboolean
require_member (const CvE2eeGroupDriver *driver, GError **error)
{
  if (driver->phase == CV_E2EE_PHASE_MEMBER)
    return TRUE;
  g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_STATE, "expected a running meeting");
  return FALSE;
}

static gboolean
require_moderator (const CvE2eeGroupDriver *driver, GError **error)
{
  if (!require_member (driver, error))
    return FALSE;
  if (cv_e2ee_group_driver_is_moderator (driver))
    return TRUE;
  g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_PERMISSION,
                       "expected a moderator to ask for that");
  return FALSE;
}

static gboolean
require_other (const CvE2eeGroupDriver *driver, CvMlsLeaf leaf, GError **error)
{
  const CvE2eeDriverMember *member = cv_e2ee_driver_roster_find (driver, leaf);
  if (member != NULL && !member->public.is_self)
    return TRUE;
  g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_STATE, "expected another member");
  return FALSE;
}

static CvE2eeDriverVisitor *
require_visitor (const CvE2eeGroupDriver *driver, const char *knock_id, GError **error)
{
  CvE2eeDriverVisitor *visitor = cv_e2ee_driver_door_find (driver, knock_id);
  if (visitor != NULL && visitor->knock != NULL && !visitor->is_denied)
    return visitor;
  g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_STATE,
                       "expected somebody who waits at the door");
  return NULL;
}

gboolean
cv_e2ee_group_driver_admit (CvE2eeGroupDriver *driver, const char *knock_id, GError **error)
{
  gboolean is_admitted = FALSE;
  cv_e2ee_driver_enter (driver);
  if (require_moderator (driver, error)) {
    CvE2eeDriverVisitor *visitor = require_visitor (driver, knock_id, error);
    is_admitted = visitor != NULL && cv_e2ee_driver_door_admit (driver, visitor, error);
  }
  cv_e2ee_driver_leave (driver);
  return is_admitted;
}

gboolean
cv_e2ee_group_driver_deny (CvE2eeGroupDriver *driver, const char *knock_id, GError **error)
{
  CvE2eeDriverVisitor *visitor = NULL;
  cv_e2ee_driver_enter (driver);
  if (require_moderator (driver, error))
    visitor = require_visitor (driver, knock_id, error);
  if (visitor != NULL) {
    visitor->is_denied = TRUE;
    driver->has_door_news = TRUE;
    driver->ops->deny_knock (driver->data, visitor->knock_id, CV_E2EE_DENIAL_MODERATOR);
  }
  cv_e2ee_driver_leave (driver);
  return visitor != NULL;
}

static void
want_removed (CvE2eeGroupDriver *driver, const guint8 *hash)
{
  CvE2eeWantedRemove wanted;
  if (cv_e2ee_driver_returns_is_unwanted (driver, hash))
    return;
  memcpy (wanted.hash, hash, sizeof wanted.hash);
  g_array_append_val (driver->wanted_removes, wanted);
}

gboolean
cv_e2ee_group_driver_remove (CvE2eeGroupDriver *driver, CvMlsLeaf leaf, GError **error)
{
  cv_e2ee_driver_enter (driver);
  gboolean is_wanted = require_moderator (driver, error) && require_other (driver, leaf, error);
  if (is_wanted)
    want_removed (driver, cv_e2ee_driver_roster_find (driver, leaf)->statement->identity_hash);
  cv_e2ee_driver_leave (driver);
  return is_wanted;
}

gboolean
cv_e2ee_group_driver_set_locked (CvE2eeGroupDriver *driver, gboolean is_locked, GError **error)
{
  cv_e2ee_driver_enter (driver);
  gboolean is_allowed = require_moderator (driver, error);
  if (is_allowed)
    cv_e2ee_driver_wishes_set_locked (driver, is_locked);
  cv_e2ee_driver_leave (driver);
  return is_allowed;
}

gboolean
cv_e2ee_group_driver_set_admission (CvE2eeGroupDriver *driver, CvE2eeAdmissionMode admission,
                                    GError **error)
{
  cv_e2ee_driver_enter (driver);
  gboolean is_allowed = require_moderator (driver, error);
  if (is_allowed)
    cv_e2ee_driver_wishes_set_admission (driver, admission);
  cv_e2ee_driver_leave (driver);
  return is_allowed;
}

gboolean
cv_e2ee_group_driver_set_moderator (CvE2eeGroupDriver *driver, CvMlsLeaf leaf,
                                    gboolean is_moderator, GError **error)
{
  gboolean is_changed = FALSE;
  cv_e2ee_driver_enter (driver);
  if (require_moderator (driver, error)) {
    const CvE2eeDriverMember *member = cv_e2ee_driver_roster_find (driver, leaf);
    if (member != NULL)
      is_changed = cv_e2ee_driver_wishes_set_moderator (driver, member->statement->identity_hash,
                                                        is_moderator, error);
    else
      g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_STATE, "expected a member");
  }
  cv_e2ee_driver_leave (driver);
  return is_changed;
}

static gboolean
send_payload (CvE2eeGroupDriver *driver, CvMlsLeaf to, CvSpan payload, GError **error)
{
  g_auto (CvWriter) writer;
  cv_writer_init_secret (&writer);
  if (payload.len > CV_E2EE_MAX_APPLICATION_LEN) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_MALFORMED,
                         "expected a message of at most 64 KiB");
    return FALSE;
  }
  cv_writer_u32 (&writer, to.index);
  cv_writer_put (&writer, payload);
  return cv_e2ee_driver_timers_send_inner (driver, CV_E2EE_INNER_PAYLOAD, cv_writer_span (&writer),
                                           error);
}

gboolean
cv_e2ee_group_driver_send_application (CvE2eeGroupDriver *driver, CvMlsLeaf to, CvSpan payload,
                                       GError **error)
{
  cv_e2ee_driver_enter (driver);
  gboolean is_sent = require_member (driver, error)
                     && (to.index == CV_E2EE_EVERYBODY.index || require_other (driver, to, error))
                     && send_payload (driver, to, payload, error);
  cv_e2ee_driver_leave (driver);
  return is_sent;
}

static gboolean
confirm_code (CvE2eeGroupDriver *driver, const char *code, GError **error)
{
  /* Who came after the digits were read aloud was not compared with anybody. */
  if (driver->group == NULL || driver->code == NULL || g_strcmp0 (driver->code, code) != 0) {
    g_set_error_literal (error, CV_E2EE_ERROR, CV_E2EE_ERROR_STATE,
                         "expected the meeting code of the present roster");
    return FALSE;
  }
  for (guint i = 0; i < driver->members->len; i++)
    ((CvE2eeDriverMember *)g_ptr_array_index (driver->members, i))->is_confirmed = TRUE;
  driver->has_roster_news = TRUE;
  driver->trust_at_us = driver->now_us;
  return TRUE;
}

gboolean
cv_e2ee_group_driver_confirm_code (CvE2eeGroupDriver *driver, const char *code, GError **error)
{
  cv_e2ee_driver_enter (driver);
  gboolean is_confirmed = confirm_code (driver, code, error);
  cv_e2ee_driver_leave (driver);
  return is_confirmed;
}

void
cv_e2ee_group_driver_accept_changed_key (CvE2eeGroupDriver *driver, CvMlsLeaf leaf)
{
  cv_e2ee_driver_enter (driver);
  CvE2eeDriverMember *member = cv_e2ee_driver_roster_find (driver, leaf);
  if (member != NULL)
    member->is_accepted = TRUE;
  driver->has_roster_news = TRUE;
  driver->trust_at_us = driver->now_us;
  cv_e2ee_driver_leave (driver);
}

void
cv_e2ee_group_driver_refresh_contacts (CvE2eeGroupDriver *driver)
{
  cv_e2ee_driver_enter (driver);
  cv_e2ee_driver_roster_refresh (driver);
  for (guint i = 0; i < driver->visitors->len; i++) {
    CvE2eeDriverVisitor *visitor = g_ptr_array_index (driver->visitors, i);
    if (visitor->knock != NULL && driver->ops->find_contact != NULL)
      visitor->public.contact = driver->ops->find_contact (
          driver->data, visitor->public.identity_key, visitor->public.name);
  }
  driver->has_roster_news = TRUE;
  driver->has_door_news = TRUE;
  driver->trust_at_us = driver->now_us;
  cv_e2ee_driver_leave (driver);
}

void
cv_e2ee_group_driver_leave (CvE2eeGroupDriver *driver)
{
  g_autoptr (GError) error = NULL;
  cv_e2ee_driver_enter (driver);
  if (driver->phase == CV_E2EE_PHASE_MEMBER && driver->members->len > 1
      && !cv_e2ee_driver_timers_send_inner (driver, CV_E2EE_INNER_GOODBYE, CV_SPAN_EMPTY, &error))
    g_debug ("goodbye: %s", error->message);
  cv_e2ee_driver_finish (driver, CV_E2EE_END_LEFT);
  cv_e2ee_driver_leave (driver);
}
