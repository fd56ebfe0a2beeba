/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What the session tells when asked: one line each. */
#include "call/session-private.h"

GListModel *
cv_session_get_participants (CvSession *self)
{
  return G_LIST_MODEL (self->participants);
}

GListModel *
cv_session_get_door (CvSession *self)
{
  return G_LIST_MODEL (self->door);
}

GListModel *
cv_session_get_chat (CvSession *self)
{
  return G_LIST_MODEL (self->chat);
}

CvSessionState
cv_session_get_state (CvSession *self)
{
  return self->state;
}

CvJoinStep
cv_session_get_step (CvSession *self)
{
  return self->step;
}

int
cv_session_get_failure (CvSession *self)
{
  return self->failure;
}

const char *
cv_session_get_link (CvSession *self)
{
  return self->link_text;
}

gboolean
cv_session_get_needs_passcode (CvSession *self)
{
  return self->link && self->link->passcode != CV_INVITE_LINK_NO_PASSCODE;
}

CvShieldState
cv_session_get_shield (CvSession *self)
{
  return self->shield;
}

const char *
cv_session_get_shield_text (CvSession *self)
{
  return self->shield_text ? self->shield_text : cv_call_error_get_shield (self->shield);
}

const char *
cv_session_get_meeting_code (CvSession *self)
{
  return self->code;
}

const char *
cv_session_get_suite_text (CvSession *self)
{
  const CvMlsSuite *suite = cv_session_get_suite (self);

  return suite ? suite->for_people : NULL;
}

gboolean
cv_session_get_is_fips (CvSession *self)
{
  return self->is_fips;
}

const char *
cv_session_get_provider_text (CvSession *self)
{
  return self->provider;
}

const char *
cv_session_get_suite_name (CvSession *self)
{
  const CvMlsSuite *suite = cv_session_get_suite (self);

  return suite ? suite->room : NULL;
}

guint64
cv_session_get_epoch (CvSession *self)
{
  return self->driver ? cv_e2ee_group_driver_get_epoch (self->driver) : 0;
}

const char *
cv_session_get_own_id (CvSession *self)
{
  return self->self_participant ? cv_participant_get_id (self->self_participant) : NULL;
}
