/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Our own absences: since when we may have missed something, and what that excuses.
 *
 *   current ──cut──> disconnected ──resume──> catching up ──gap's end, at most 10 s──> current
 *
 * What comes while we catch up was ordered at some time since we were last known to be current, and
 * is judged by what was legitimate then. The server can bring about absences, short and many: so it
 * is their length that excuses, and that is measured from when the last member who agreed with us
 * said so, which the server can neither invent nor make younger. */
#include "e2ee/driver-private.h"

#define CATCH_UP_US (10 * G_USEC_PER_SEC)
#define GAP_END_US G_USEC_PER_SEC
#define WELCOME_US G_USEC_PER_SEC /* commits between ours and the Welcome */
/* Nobody is given up sooner; others may have heard of it a little earlier than we could. */
#define GIVEN_UP_US (CV_E2EE_DRIVER_GRACE_US - CV_E2EE_DRIVER_GRACE_SLACK_US)

static void
set_current (CvE2eeGroupDriver *driver, gint64 at_us)
{
  guint64 ago_s = (guint64)((driver->now_us - at_us) / G_USEC_PER_SEC);
  driver->current_at_us = at_us;
  driver->current_s = driver->now_s - MIN (ago_s, driver->now_s);
}

/* ---- what happens ---- */

void
cv_e2ee_driver_absence_begin (CvE2eeGroupDriver *driver)
{
  /* Alone there is nobody who could tell us, nor anything to be missed. */
  if (driver->members->len <= 1)
    set_current (driver, driver->now_us);
}

void
cv_e2ee_driver_absence_end (CvE2eeGroupDriver *driver)
{
  driver->reconnected_at_us = driver->now_us;
  driver->is_newcomer = FALSE;
  driver->missed_since_us = driver->current_at_us;
  driver->missed_since_s = driver->current_s;
  driver->caught_up_at_us = driver->now_us + CATCH_UP_US;
}

void
cv_e2ee_driver_absence_note_joined (CvE2eeGroupDriver *driver)
{
  driver->is_newcomer = TRUE;
  driver->missed_since_us = driver->now_us - CV_E2EE_DRIVER_RETURN_US;
  driver->missed_since_s = driver->now_s;
  driver->caught_up_at_us = driver->now_us + WELCOME_US;
  if (driver->policy.is_locked)
    driver->unknown_until_us =
        driver->now_us + CV_E2EE_DRIVER_RETURN_US + CV_E2EE_DRIVER_GRACE_SLACK_US;
}

void
cv_e2ee_driver_absence_note_gap_end (CvE2eeGroupDriver *driver)
{
  driver->caught_up_at_us = MIN (driver->caught_up_at_us, driver->now_us + GAP_END_US);
}

/* While we catch up it may be an old one. */
void
cv_e2ee_driver_absence_note_epoch (CvE2eeGroupDriver *driver)
{
  if (!cv_e2ee_driver_absence_is_catching_up (driver))
    set_current (driver, driver->now_us);
}

/* Also while we catch up, for the next absence: this one has its beginning. */
void
cv_e2ee_driver_absence_note_agreement (CvE2eeGroupDriver *driver, gint64 sent_at_us)
{
  if (sent_at_us > driver->current_at_us)
    set_current (driver, MIN (sent_at_us, driver->now_us));
}

/* ---- what it excuses ---- */

gboolean
cv_e2ee_driver_absence_is_catching_up (const CvE2eeGroupDriver *driver)
{
  return driver->now_us < driver->caught_up_at_us;
}

gboolean
cv_e2ee_driver_absence_is_newcomer (const CvE2eeGroupDriver *driver)
{
  return driver->is_newcomer && cv_e2ee_driver_absence_is_catching_up (driver);
}

gint64
cv_e2ee_driver_absence_get_oldest_us (const CvE2eeGroupDriver *driver)
{
  if (!driver->is_connected)
    return MIN (driver->current_at_us, driver->now_us);
  return cv_e2ee_driver_absence_is_catching_up (driver) ? driver->missed_since_us : driver->now_us;
}

guint64
cv_e2ee_driver_absence_get_oldest_s (const CvE2eeGroupDriver *driver)
{
  return cv_e2ee_driver_absence_is_catching_up (driver)
             ? MIN (driver->missed_since_s, driver->now_s)
             : driver->now_s;
}

/* Told right after a resume: it may have happened at any time since. */
gint64
cv_e2ee_driver_absence_get_earliest_us (const CvE2eeGroupDriver *driver)
{
  gboolean is_repeated = driver->reconnected_at_us != 0
                         && driver->now_us < driver->reconnected_at_us + CV_E2EE_DRIVER_REPLAY_US;
  return is_repeated ? MIN (driver->missed_since_us, driver->now_us) : driver->now_us;
}

gboolean
cv_e2ee_driver_absence_hides_removals (const CvE2eeGroupDriver *driver)
{
  if (!cv_e2ee_driver_absence_is_catching_up (driver))
    return FALSE;
  return driver->is_newcomer || driver->reconnected_at_us - driver->missed_since_us >= GIVEN_UP_US;
}
