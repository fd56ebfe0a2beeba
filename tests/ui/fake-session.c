/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The methods of the made-up session: session.h in the order of that header. */
#include "ui/fake-call.h"

#include <string.h>

CvSession *
cv_session_new (const CvSessionOptions *options)
{
  const CvFakeMeeting lobby = {
      .n_people = 3,
      .failure = CV_SESSION_NO_FAILURE,
      .is_fips = options->is_fips,
  };

  return cv_fake_session_new (&lobby);
}

gboolean
cv_session_is_fips_wanted (gboolean is_asked)
{
  return is_asked;
}

char *
cv_session_dup_provider (gboolean is_fips, GError **error)
{
  return g_strdup ("OpenSSL Default Provider 3.5.7");
}

const char *
cv_session_get_provider_text (CvSession *self)
{
  return "OpenSSL Default Provider 3.5.7";
}

void
cv_session_start_preview (CvSession *self)
{
}

void
cv_session_host (CvSession *self, const CvHostOptions *options)
{
  cv_fake_session_set_state (self, CV_SESSION_IN_CALL, CV_SESSION_NO_FAILURE);
}

gboolean
cv_session_set_link (CvSession *self, const char *link, GError **error)
{
  if (g_str_has_prefix (link, "conclave://") && strchr (link, '#') != NULL)
    return TRUE;
  g_set_error_literal (error, CV_CALL_ERROR, CV_CALL_ERROR_LINK, "no fragment");
  return FALSE;
}

void
cv_session_join (CvSession *self, const char *passcode)
{
  cv_fake_session_set_state (self, CV_SESSION_IN_CALL, CV_SESSION_NO_FAILURE);
}

void
cv_session_leave (CvSession *self)
{
  cv_fake_session_set_state (self, CV_SESSION_ENDED, CV_SESSION_NO_FAILURE);
}

void
cv_session_use_one_time_identity (CvSession *self)
{
}

void
cv_session_verify_participant (CvSession *self, CvParticipant *participant)
{
}

void
cv_session_accept_changed_key (CvSession *self, CvParticipant *participant)
{
}

void
cv_session_set_camera (CvSession *self, const char *device_id)
{
}

void
cv_session_set_microphone (CvSession *self, const char *device_id)
{
}

void
cv_session_set_speaker (CvSession *self, const char *device_id)
{
}
