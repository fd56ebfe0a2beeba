/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What people do in a meeting: admit, remove, lock, confirm, verify, write. Each is an action of
 * the group driver; what it refuses is told as a notice. */
#include "base/log.h"
#include "call/session-private.h"

/* TRUE in the meeting; after it every action is silently nothing. */
static gboolean
is_member (CvSession *self)
{
  return self->driver && self->has_joined && self->self_participant
         && self->state != CV_SESSION_ENDED;
}

/* error: its place, because the action sets it while the arguments are evaluated. */
static void
after_action (CvSession *self, gboolean is_done, GError *const *error)
{
  if (!is_done) {
    cv_log_info ("refused: %s", (*error)->message);
    cv_session_emit_notice (self, cv_call_error_get_refusal (*error));
  }
  cv_session_group_after_input (self);
}

void
cv_session_admit (CvSession *self, CvKnock *knock)
{
  g_autoptr (GError) error = NULL;

  if (is_member (self))
    after_action (self, cv_e2ee_group_driver_admit (self->driver, cv_knock_get_id (knock), &error),
                  &error);
}

void
cv_session_deny (CvSession *self, CvKnock *knock)
{
  g_autoptr (GError) error = NULL;

  if (is_member (self))
    after_action (self, cv_e2ee_group_driver_deny (self->driver, cv_knock_get_id (knock), &error),
                  &error);
}

void
cv_session_remove (CvSession *self, CvParticipant *participant)
{
  const CvE2eeMember *member =
      cv_session_roster_find_member (self, cv_participant_get_id (participant));
  g_autoptr (GError) error = NULL;

  if (is_member (self) && member && !member->is_self)
    after_action (self, cv_e2ee_group_driver_remove (self->driver, member->leaf, &error), &error);
}

void
cv_session_set_locked (CvSession *self, gboolean is_locked)
{
  g_autoptr (GError) error = NULL;

  if (is_member (self) && self->is_locked != is_locked)
    after_action (self, cv_e2ee_group_driver_set_locked (self->driver, is_locked, &error), &error);
}

gboolean
cv_session_confirm_code (CvSession *self, const char *code)
{
  g_autoptr (GError) error = NULL;

  if (!is_member (self))
    return FALSE;
  if (!cv_e2ee_group_driver_confirm_code (self->driver, code, &error)) {
    cv_log_info ("refused: %s", error->message);
    return FALSE;
  }
  cv_session_roster_update (self);
  cv_session_roster_update_shield (self);
  cv_session_group_after_input (self);
  return TRUE;
}

static guint64
now_s (void)
{
  return (guint64)(g_get_real_time () / G_USEC_PER_SEC);
}

static void
after_contact_change (CvSession *self)
{
  cv_session_roster_save_contacts (self);
  cv_e2ee_group_driver_refresh_contacts (self->driver);
  cv_session_roster_update (self);
  cv_session_roster_update_shield (self);
  cv_session_group_after_input (self);
}

void
cv_session_verify_participant (CvSession *self, CvParticipant *participant)
{
  const CvE2eeMember *member =
      cv_session_roster_find_member (self, cv_participant_get_id (participant));

  if (!is_member (self) || !member || member->is_self)
    return;
  cv_identity_contacts_set_verified (self->contacts, member->identity_key, member->name,
                                     CV_IDENTITY_VERIFIED_SAFETY_NUMBER, now_s ());
  after_contact_change (self);
}

void
cv_session_accept_changed_key (CvSession *self, CvParticipant *participant)
{
  const CvE2eeMember *member =
      cv_session_roster_find_member (self, cv_participant_get_id (participant));

  if (!is_member (self) || !member || member->is_self)
    return;
  cv_identity_contacts_accept (self->contacts, member->identity_key, member->name, now_s ());
  cv_e2ee_group_driver_accept_changed_key (self->driver, member->leaf);
  after_contact_change (self);
}

gboolean
cv_session_send_chat (CvSession *self, const char *text)
{
  g_autoptr (CvPeerMessage) message = NULL;
  g_autoptr (CvChatMessage) line = NULL;
  glong n_characters;

  g_return_val_if_fail (CV_IS_SESSION (self) && text, FALSE);

  if (!is_member (self) || !g_utf8_validate (text, -1, NULL)
      || !cv_e2ee_group_driver_get_policy (self->driver)->is_chat_allowed)
    return FALSE;
  n_characters = g_utf8_strlen (text, -1);
  if (n_characters == 0 || n_characters > CV_CHAT_MAX_CHARACTERS)
    return FALSE;
  message = cv_peer_message_new (CV_PEER_MESSAGE_CHAT);
  message->chat.text = g_strdup (text);
  if (!cv_session_group_send_peer (self, message))
    return FALSE;
  line =
      cv_chat_message_new (cv_participant_get_id (self->self_participant), self->name, text, TRUE);
  cv_chat_append (self->chat, line);
  return TRUE;
}

void
cv_session_set_camera (CvSession *self, const char *device_id)
{
  g_set_str (&self->camera_id, device_id);
  if (self->engine)
    cv_media_engine_set_camera (self->engine, device_id);
}

void
cv_session_set_microphone (CvSession *self, const char *device_id)
{
  g_set_str (&self->microphone_id, device_id);
  if (self->engine)
    cv_media_engine_set_microphone (self->engine, device_id);
}

void
cv_session_set_speaker (CvSession *self, const char *device_id)
{
  g_set_str (&self->speaker_id, device_id);
  if (self->engine)
    cv_media_engine_set_speaker (self->engine, device_id);
}
