/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Between the group driver and the connection to the room: outputs become room messages, room
 * messages become inputs, and time comes from here. Nothing is decided in this file; what the
 * server says is passed on as the hint that it is. */
#include "base/log.h"
#include "call/session-private.h"
#include "protocol/limits.h"
#include "protocol/peer-message-json.h"

/* ---- outputs: driver → server ---- */

static GBytes *
dup_group_id (CvSpan group_id)
{
  return cv_span_dup (group_id);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CvSession) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMessage) opened =
      cv_signaling_client_request_finish (CV_SIGNALING_CLIENT (source), result, &error);

  if (!self->driver || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (!opened) {
    /* Normal while the server still counts who has said goodbye inside; the driver tries again. */
    cv_log_info ("group not started: %s", error->message);
    cv_e2ee_group_driver_on_start_refused (self->driver);
    cv_session_group_after_input (self);
    return;
  }
  cv_e2ee_group_driver_on_group (self->driver, cv_span_from_bytes (opened->opened.group));
  cv_session_peers_set_ice_servers (self, opened->opened.ice_servers);
  cv_session_group_after_input (self);
}

static void
on_driver_start_group (gpointer data, CvSpan group_id)
{
  CvSession *self = data;
  g_autoptr (CvMessage) message =
      cv_message_new (self->has_opened ? CV_MESSAGE_GROUP : CV_MESSAGE_OPEN);

  self->has_opened = TRUE;
  /* Of the group before this one: its word must not be taken for ours. */
  g_clear_pointer (&self->pending_commit, cv_e2ee_commit_unref);
  message->group.group = dup_group_id (group_id);
  cv_signaling_client_request_async (self->client, message, self->cancellable, on_opened,
                                     g_object_ref (self));
}

static void
on_driver_send_knock (gpointer data, GBytes *sealed)
{
  CvSession *self = data;
  g_autoptr (CvMessage) message = cv_message_new (CV_MESSAGE_KNOCK);

  message->knock.payload = g_bytes_ref (sealed);
  cv_signaling_client_send (self->client, message);
}

/* The server ends the session of who sends more: the driver does not send what is longer. */
G_STATIC_ASSERT (CV_E2EE_COMMIT_MAX == CV_LIMITS_COMMIT_BYTES);
G_STATIC_ASSERT (CV_E2EE_WELCOME_KNOCKS_MAX == CV_LIMITS_WELCOME_BATCH);
G_STATIC_ASSERT (CV_E2EE_GROUP_INFO_MAX == CV_LIMITS_WELCOME_BYTES);

static void
on_driver_send_commit (gpointer data, CvSpan group_id, guint64 epoch, CvE2eeCommit *commit)
{
  CvSession *self = data;
  g_autoptr (GBytes) group = dup_group_id (group_id);
  g_autoptr (CvMessage) message =
      cv_message_new_group_message (CV_MESSAGE_COMMIT, group, epoch, commit->bytes);

  message->group_message.adds = g_strdupv (commit->adds);
  message->group_message.removes = g_strdupv (commit->removes);
  g_clear_pointer (&self->pending_commit, cv_e2ee_commit_unref);
  self->pending_commit = cv_e2ee_commit_ref (commit);
  self->pending_epoch = epoch;
  cv_signaling_client_send (self->client, message);
}

static void
on_driver_send_welcome (gpointer data, const char *const *knock_ids, GBytes *welcome)
{
  CvSession *self = data;
  g_autoptr (CvMessage) message = cv_message_new (CV_MESSAGE_WELCOME);

  message->welcome.to = g_strdupv ((char **)knock_ids);
  message->welcome.group = dup_group_id (cv_e2ee_group_driver_get_group_id (self->driver));
  message->welcome.epoch = cv_e2ee_group_driver_get_epoch (self->driver);
  message->welcome.payload = g_bytes_ref (welcome);
  cv_signaling_client_send (self->client, message);
}

static void
on_driver_send_application (gpointer data, GBytes *payload)
{
  CvSession *self = data;
  g_autoptr (GBytes) group = dup_group_id (cv_e2ee_group_driver_get_group_id (self->driver));
  g_autoptr (CvMessage) message = cv_message_new_group_message (
      CV_MESSAGE_APPLICATION, group, cv_e2ee_group_driver_get_epoch (self->driver), payload);

  cv_signaling_client_send (self->client, message);
}

static void
on_driver_send_group_info (gpointer data, const char *to_member_id, GBytes *answer)
{
  CvSession *self = data;
  g_autoptr (CvMessage) message = cv_message_new (CV_MESSAGE_GROUP_INFO);

  message->group_info.to = g_strdup (to_member_id);
  message->group_info.payload = g_bytes_ref (answer);
  cv_signaling_client_send (self->client, message);
}

static const CvMessageDenial denials[] = {
    [CV_E2EE_DENIAL_MODERATOR] = CV_MESSAGE_DENIAL_MODERATOR,
    [CV_E2EE_DENIAL_LOCKED] = CV_MESSAGE_DENIAL_LOCKED,
    [CV_E2EE_DENIAL_UNREADABLE] = CV_MESSAGE_DENIAL_UNREADABLE,
    [CV_E2EE_DENIAL_FULL] = CV_MESSAGE_DENIAL_FULL,
};

static void
on_driver_deny_knock (gpointer data, const char *knock_id, CvE2eeDenial reason)
{
  CvSession *self = data;
  g_autoptr (CvMessage) message = cv_message_new (CV_MESSAGE_DENY);

  message->deny.id = g_strdup (knock_id);
  message->deny.reason = denials[reason];
  cv_signaling_client_send (self->client, message);
}

static void
on_driver_reject_commit (gpointer data, CvSpan group_id, guint64 epoch)
{
  CvSession *self = data;
  g_autoptr (CvMessage) message = cv_message_new_epoch (CV_MESSAGE_REJECT, epoch);

  cv_signaling_client_send (self->client, message);
}

static void
on_driver_request_gap (gpointer data, CvSpan group_id, guint64 from_epoch)
{
  CvSession *self = data;
  g_autoptr (CvMessage) message = cv_message_new_epoch (CV_MESSAGE_GAP, from_epoch);

  cv_signaling_client_send (self->client, message);
}

/* ---- outputs: driver → session ---- */

static void
on_driver_joined (gpointer data)
{
  CvSession *self = data;

  if (!self->has_joined)
    cv_session_join_on_member (self);
}

static void
on_driver_roster_changed (gpointer data)
{
  CvSession *self = data;

  /* Tiles may only be made when the cipher is there: at joined. */
  if (self->has_joined)
    cv_session_roster_update (self);
}

static void
on_driver_door_changed (gpointer data)
{
  cv_session_roster_update_door (data);
}

static void
on_driver_policy_changed (gpointer data)
{
  cv_session_roster_update_policy (data);
}

static void
on_driver_shield_changed (gpointer data)
{
  cv_session_roster_update_shield (data);
}

static void
receive_chat (CvSession *self, const CvE2eeMember *member, const CvPeerChat *chat)
{
  g_autoptr (CvChatMessage) line =
      cv_chat_message_new (member->id, member->name, chat->text, FALSE);

  if (cv_e2ee_group_driver_get_policy (self->driver)->is_chat_allowed)
    cv_chat_append (self->chat, line);
}

static void
on_driver_application (gpointer data, CvMlsLeaf from, CvSpan payload)
{
  CvSession *self = data;
  const CvE2eeMember *member = cv_e2ee_group_driver_find_member (self->driver, from);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvPeerMessage) message = cv_peer_message_json_parse (payload, &error);

  if (!message || !member) {
    cv_log_warning_limited ("peer message ignored: %s", error ? error->message : "no such member");
    return;
  }
  if (message->type == CV_PEER_MESSAGE_CHAT)
    receive_chat (self, member, &message->chat);
  else if (self->routing)
    self->routing->klass->receive (self->routing, member->id, message);
}

static int
failure_of (CvSession *self, CvE2eeEnd end)
{
  switch (end) {
  case CV_E2EE_END_LEFT:
    return CV_SESSION_NO_FAILURE;
  case CV_E2EE_END_REMOVED:
    return CV_CALL_ERROR_REMOVED;
  case CV_E2EE_END_DENIED:
    return CV_CALL_ERROR_DENIED;
  case CV_E2EE_END_LOCKED:
    return CV_CALL_ERROR_LOCKED;
  case CV_E2EE_END_UNREADABLE:
    return cv_session_get_needs_passcode (self) ? CV_CALL_ERROR_PASSCODE : CV_CALL_ERROR_LINK;
  case CV_E2EE_END_FULL:
    return CV_CALL_ERROR_FULL;
  case CV_E2EE_END_GROUP_GONE:
    return CV_CALL_ERROR_LEFT_BEHIND;
  case CV_E2EE_END_ENCRYPTION:
    return CV_CALL_ERROR_ENCRYPTION;
  }
  return CV_CALL_ERROR_INTERNAL;
}

static void
on_driver_ended (gpointer data, CvE2eeEnd end)
{
  CvSession *self = data;

  cv_session_end_soon (self, failure_of (self, end));
}

static void
on_driver_notice (gpointer data, CvE2eeNotice notice, CvMlsLeaf leaf)
{
  cv_log_debug ("driver: notice %d about leaf %u", notice, leaf.index);
}

static CvIdentityContactState
on_driver_find_contact (gpointer data, CvSpan identity_key, const char *name)
{
  CvSession *self = data;

  return cv_identity_contacts_find (self->contacts, identity_key, name);
}

/* ---- commits in a worker ---- */

static void
run_job (GTask *task, gpointer source, gpointer job, GCancellable *cancellable)
{
  cv_e2ee_job_run (job);
  g_task_return_boolean (task, TRUE);
}

static void
on_job_done (GObject *source, GAsyncResult *result, gpointer data)
{
  CvSession *self = CV_SESSION (source);
  CvE2eeJob *job = g_task_get_task_data (G_TASK (result));

  if (self->driver != data || !self->driver) {
    cv_e2ee_job_free (job);
    return;
  }
  cv_e2ee_group_driver_finish_job (self->driver, job);
  cv_session_group_after_input (self);
}

static void
on_driver_start_job (gpointer data, CvE2eeJob *job)
{
  CvSession *self = data;
  g_autoptr (GTask) task = g_task_new (self, NULL, on_job_done, self->driver);

  g_task_set_source_tag (task, on_driver_start_job);
  g_task_set_task_data (task, job, NULL);
  g_task_run_in_thread (task, run_job);
}

static gint64
on_driver_now_us (gpointer data)
{
  return g_get_monotonic_time ();
}

static guint64
on_driver_now_s (gpointer data)
{
  return (guint64)(g_get_real_time () / G_USEC_PER_SEC);
}

static const CvE2eeGroupDriverOps driver_ops = {
    .now_us = on_driver_now_us,
    .now_s = on_driver_now_s,
    .start_group = on_driver_start_group,
    .send_knock = on_driver_send_knock,
    .send_commit = on_driver_send_commit,
    .send_welcome = on_driver_send_welcome,
    .send_application = on_driver_send_application,
    .send_group_info = on_driver_send_group_info,
    .deny_knock = on_driver_deny_knock,
    .reject_commit = on_driver_reject_commit,
    .request_gap = on_driver_request_gap,
    .joined = on_driver_joined,
    .roster_changed = on_driver_roster_changed,
    .door_changed = on_driver_door_changed,
    .policy_changed = on_driver_policy_changed,
    .shield_changed = on_driver_shield_changed,
    .epoch_changed = on_driver_roster_changed,
    .application = on_driver_application,
    .ended = on_driver_ended,
    .notice = on_driver_notice,
    .find_contact = on_driver_find_contact,
    .start_job = on_driver_start_job,
};

/* ---- time ---- */

static gboolean
on_driver_timer (gpointer data)
{
  g_autoptr (CvSession) self = g_object_ref (data);

  self->driver_timer = 0;
  cv_e2ee_group_driver_tick (self->driver);
  cv_session_group_after_input (self);
  return G_SOURCE_REMOVE;
}

void
cv_session_group_after_input (CvSession *self)
{
  gint64 deadline_us;
  gint64 wait_us;

  g_clear_handle_id (&self->driver_timer, g_source_remove);
  if (!self->driver)
    return;
  deadline_us = cv_e2ee_group_driver_get_deadline (self->driver);
  if (deadline_us == G_MAXINT64)
    return;
  wait_us = MAX (deadline_us - g_get_monotonic_time (), 0);
  self->driver_timer =
      g_timeout_add ((guint)MIN (wait_us / 1000 + 1, G_MAXINT), on_driver_timer, self);
}

/* ---- inputs: server → driver ---- */

static CvE2eeDenial
denial_of (int reason)
{
  for (guint i = 0; i < G_N_ELEMENTS (denials); i++)
    if ((int)denials[i] == reason)
      return (CvE2eeDenial)i;
  return CV_E2EE_DENIAL_MODERATOR;
}

static void
on_accepted (CvSession *self, guint64 epoch)
{
  g_autoptr (CvE2eeCommit) commit =
      epoch == self->pending_epoch ? g_steal_pointer (&self->pending_commit) : NULL;

  if (commit)
    cv_e2ee_group_driver_on_ordered_message (self->driver, commit);
}

static void
on_ordered (CvSession *self, const CvMessageGroupMessage *ordered)
{
  g_autoptr (CvE2eeCommit) commit =
      cv_e2ee_commit_new (ordered->payload, ordered->adds, ordered->removes);

  cv_e2ee_group_driver_on_ordered_message (self->driver, commit);
}

static void
on_server_error (CvSession *self, const CvMessageError *error)
{
  const gboolean is_knock =
      g_strcmp0 (error->about, cv_message_type_to_string (CV_MESSAGE_KNOCK)) == 0;

  cv_log_warning_limited ("server: %s", error->message ? error->message : "error");
  if (error->code == CV_MESSAGE_CODE_GAP_TOO_OLD)
    cv_e2ee_group_driver_on_gap_unavailable (self->driver);
  else if (error->code == CV_MESSAGE_CODE_ROOM_FULL || error->code == CV_MESSAGE_CODE_SERVER_FULL)
    cv_e2ee_group_driver_on_denied (self->driver, CV_E2EE_DENIAL_FULL);
  else if (is_knock && !self->has_joined)
    cv_session_end_soon (self, error->code == CV_MESSAGE_CODE_ROOM_EMPTY ? CV_CALL_ERROR_OVER
                                                                         : CV_CALL_ERROR_FULL);
}

static void
on_member_message (CvSession *self, const CvMessage *message)
{
  CvE2eeGroupDriver *driver = self->driver;

  switch (message->type) {
  case CV_MESSAGE_MEMBER_LEFT:
    cv_e2ee_group_driver_on_member_gone (driver, message->member_left.id,
                                         message->member_left.is_graceful);
    break;
  case CV_MESSAGE_MEMBER_AWAY:
    cv_e2ee_group_driver_on_member_gone (driver, message->id.id, FALSE);
    break;
  case CV_MESSAGE_MEMBER_BACK:
    cv_e2ee_group_driver_on_member_back (driver, message->id.id);
    break;
  default:
    break;
  }
}

static void
on_door_message (CvSession *self, const CvMessage *message)
{
  CvE2eeGroupDriver *driver = self->driver;

  switch (message->type) {
  case CV_MESSAGE_KNOCKED:
    cv_e2ee_group_driver_on_knock (driver, message->knock.id, message->knock.payload);
    break;
  case CV_MESSAGE_KNOCK_GONE:
    cv_e2ee_group_driver_on_knock_gone (driver, message->id.id);
    break;
  case CV_MESSAGE_WELCOMED:
    cv_session_peers_set_ice_servers (self, message->welcomed.ice_servers);
    cv_session_set_step (self, CV_JOIN_STEP_KEYS);
    cv_e2ee_group_driver_on_welcome (driver, message->welcomed.payload);
    break;
  case CV_MESSAGE_DENIED:
    cv_e2ee_group_driver_on_denied (driver, denial_of (message->deny.reason));
    break;
  case CV_MESSAGE_ROOM_EMPTY:
    /* The last one inside left while we stood at the door. */
    if (!self->has_joined)
      cv_session_end_soon (self, CV_CALL_ERROR_OVER);
    break;
  default:
    on_member_message (self, message);
    break;
  }
}

static void
on_client_message (CvSignalingClient *client, CvMessage *message, CvSession *self)
{
  CvE2eeGroupDriver *driver = self->driver;

  if (!driver)
    return;
  switch (message->type) {
  case CV_MESSAGE_ORDERED:
    on_ordered (self, &message->group_message);
    break;
  case CV_MESSAGE_RELAYED:
    cv_e2ee_group_driver_on_application (driver, message->group_message.from,
                                         message->group_message.payload);
    break;
  case CV_MESSAGE_GROUP_INFO_GIVEN:
    cv_e2ee_group_driver_on_group_info (driver, message->group_info_given.payload);
    break;
  case CV_MESSAGE_GAP_END:
    cv_e2ee_group_driver_on_gap_end (driver);
    break;
  case CV_MESSAGE_ACCEPTED:
    on_accepted (self, message->epoch.epoch);
    break;
  case CV_MESSAGE_REJECTED:
    if (message->rejected.epoch == self->pending_epoch)
      g_clear_pointer (&self->pending_commit, cv_e2ee_commit_unref);
    cv_e2ee_group_driver_on_commit_rejected (driver, message->rejected.epoch);
    break;
  case CV_MESSAGE_VOIDED:
    cv_e2ee_group_driver_on_commit_voided (driver, message->epoch.epoch);
    break;
  case CV_MESSAGE_ERROR:
    on_server_error (self, &message->error);
    break;
  default:
    on_door_message (self, message);
    break;
  }
  cv_session_group_after_input (self);
}

static void
on_client_state (CvSession *self)
{
  const CvSignalingState state = cv_signaling_client_get_state (self->client);

  if (!self->driver || (state != CV_SIGNALING_OPEN && state != CV_SIGNALING_RESUMING))
    return;
  cv_e2ee_group_driver_set_connected (self->driver, state == CV_SIGNALING_OPEN);
  if (self->state == CV_SESSION_IN_CALL && state == CV_SIGNALING_RESUMING)
    cv_session_set_state (self, CV_SESSION_RECONNECTING);
  else if (self->state == CV_SESSION_RECONNECTING && state == CV_SIGNALING_OPEN)
    cv_session_set_state (self, CV_SESSION_IN_CALL);
  cv_session_group_after_input (self);
}

static void
on_client_lost (CvSignalingClient *client, GError *error, CvSession *self)
{
  cv_log_info ("connection lost: %s", error->message);
  /* A full outbox is told from inside of a send, which may be an output of the driver. */
  cv_session_end_soon (self, (int)cv_call_error_from (error));
}

/* ---- start and stop ---- */

gboolean
cv_session_group_start (CvSession *self, GError **error)
{
  const CvE2eeGroupDriverParams params = {
      .crypto = self->crypto,
      .suite = cv_session_get_suite (self),
      .identity = self->identity,
      .name = self->name,
      .room_keys = self->room_keys,
      .member_id = cv_signaling_client_get_member_id (self->client),
      .ops = &driver_ops,
      .data = self,
  };
  const CvE2eeHostPolicy policy = {
      .admission = self->host.is_moderated ? CV_E2EE_ADMISSION_MODERATOR : CV_E2EE_ADMISSION_LINK,
      .is_recording_allowed = TRUE,
      .is_chat_allowed = TRUE,
  };
  gboolean is_started;

  self->driver = cv_e2ee_group_driver_new (&params);
  g_signal_connect_object (self->client, "message", G_CALLBACK (on_client_message), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->client, "lost", G_CALLBACK (on_client_lost), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->client, "notify::state", G_CALLBACK (on_client_state), self,
                           G_CONNECT_SWAPPED);
  is_started = self->is_hosting ? cv_e2ee_group_driver_start_host (self->driver, &policy, error)
                                : cv_e2ee_group_driver_start_join (self->driver, error);
  cv_session_group_after_input (self);
  return is_started;
}

void
cv_session_group_stop (CvSession *self)
{
  g_clear_handle_id (&self->driver_timer, g_source_remove);
  if (self->client)
    g_signal_handlers_disconnect_by_data (self->client, self);
  if (self->driver) {
    if (cv_e2ee_group_driver_get_phase (self->driver) == CV_E2EE_PHASE_MEMBER)
      cv_e2ee_group_driver_leave (self->driver);
    g_clear_handle_id (&self->end_idle, g_source_remove);
    g_clear_pointer (&self->driver, cv_e2ee_group_driver_free);
  }
  g_clear_pointer (&self->pending_commit, cv_e2ee_commit_unref);
}

gboolean
cv_session_group_send_peer (CvSession *self, CvPeerMessage *message)
{
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GError) error = NULL;

  if (!self->driver)
    return FALSE;
  text = cv_peer_message_json_write (message);
  if (!cv_e2ee_group_driver_send_application (self->driver, CV_E2EE_EVERYBODY,
                                              cv_span_from_bytes (text), &error))
    cv_log_warning_limited ("peer message not sent: %s", error->message);
  cv_session_group_after_input (self);
  return error == NULL;
}
