/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "signaling/client.h"

#include "protocol/limits.h"
#include "protocol/message-json.h"
#include "signaling/backoff.h"
#include "signaling/outbox.h"
#include "signaling/pending.h"
#include "signaling/socket.h"
#include "signaling/verdict.h"

#define CONNECT_MS 10000
#define RESUME_CONNECT_MS 5000
#define HELLO_MS 10000
#define OUTBOX_MESSAGES 4096
#define OUTBOX_BYTES (32 * 1024 * 1024)
/* Also by bytes: the server keeps no more than some MiB for who does not say what has arrived. */
#define ACKNOWLEDGE_EVERY 100
#define ACKNOWLEDGE_BYTES (1024 * 1024)

struct _CvSignalingClient {
  GObject parent_instance;

  CvInviteLink *link;
  char *room_id;
  CvSignalingState state;

  CvSignalingSocket *socket; /* NULL between attempts */
  GTask *connect_task;
  gulong connect_cancelled_id;
  CvSignalingPending *pending;
  CvSignalingOutbox *outbox;
  CvSignalingBackoff backoff;

  char *member_id;
  char *token;
  gboolean is_occupied;
  guint64 last_seq;
  guint n_unacknowledged;
  gsize unacknowledged_bytes;

  guint ping_ms;
  guint silence_ms;
  guint resume_ms;
  gint64 heard_at_us;
  guint ping_id;
  guint retry_id;
  guint hello_id; /* until the server has greeted */
};

enum { PROP_STATE = 1, N_PROPS };
enum { SIGNAL_MESSAGE, SIGNAL_LOST, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CvSignalingClient, cv_signaling_client, G_TYPE_OBJECT)

static const CvSignalingSocketVtable socket_vtable;

static void
set_state (CvSignalingClient *self, CvSignalingState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

static GTask *
take_connect_task (CvSignalingClient *self)
{
  GTask *task = g_steal_pointer (&self->connect_task);

  /* Not g_cancellable_disconnect: that would wait for the handler that we may be in. */
  if (task != NULL && self->connect_cancelled_id != 0)
    g_signal_handler_disconnect (g_task_get_cancellable (task), self->connect_cancelled_id);
  self->connect_cancelled_id = 0;
  return task;
}

/* The one way out: whatever waits is answered, nothing runs on. */
static void
finish (CvSignalingClient *self, const GError *error)
{
  g_autoptr (CvSignalingClient) alive = g_object_ref (self);
  g_autoptr (GTask) task = take_connect_task (self);
  gboolean was_open = self->state == CV_SIGNALING_OPEN || self->state == CV_SIGNALING_RESUMING;

  if (self->state == CV_SIGNALING_CLOSED)
    return;
  g_clear_handle_id (&self->ping_id, g_source_remove);
  g_clear_handle_id (&self->retry_id, g_source_remove);
  g_clear_handle_id (&self->hello_id, g_source_remove);
  g_clear_pointer (&self->socket, cv_signaling_socket_close);
  set_state (self, CV_SIGNALING_CLOSED);
  cv_signaling_pending_fail_all (self->pending, error);
  if (task != NULL)
    g_task_return_error (task, g_error_copy (error));
  else if (was_open)
    g_signal_emit (self, signals[SIGNAL_LOST], 0, error);
}

static void
fail (CvSignalingClient *self, CvSignalingError code, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (CV_SIGNALING_ERROR, (gint)code, text);

  finish (self, error);
}

/* ---- keep-alive and acknowledgement ------------------------------------------------------------ */

static void
send_ping (CvSignalingClient *self)
{
  g_autoptr (CvMessage) ping = cv_message_new (CV_MESSAGE_PING);
  g_autofree char *text = NULL;

  if (self->socket == NULL)
    return;
  ping->ping.last_seq = self->last_seq;
  text = cv_message_json_write (ping);
  cv_signaling_socket_send (self->socket, text);
  self->n_unacknowledged = 0;
  self->unacknowledged_bytes = 0;
}

static gboolean
on_ping_due (gpointer data)
{
  CvSignalingClient *self = data;

  if (self->state != CV_SIGNALING_OPEN)
    return G_SOURCE_CONTINUE;
  if (g_get_monotonic_time () - self->heard_at_us > (gint64)self->silence_ms * 1000)
    cv_signaling_socket_cut (self->socket);
  else
    send_ping (self);
  return G_SOURCE_CONTINUE;
}

static void
on_received_one (CvSignalingClient *self, guint64 seq, gsize len)
{
  self->last_seq = seq;
  self->unacknowledged_bytes += len;
  if (++self->n_unacknowledged >= ACKNOWLEDGE_EVERY
      || self->unacknowledged_bytes >= ACKNOWLEDGE_BYTES)
    send_ping (self);
}

/* ---- messages ---------------------------------------------------------------------------------- */

static void
send_again (const char *text, gpointer data)
{
  CvSignalingClient *self = data;

  cv_signaling_socket_send (self->socket, text);
}

static void
on_hello_ok (CvSignalingClient *self, const CvMessageHelloOk *hello_ok)
{
  gboolean is_first = self->state == CV_SIGNALING_CONNECTING;
  g_autoptr (GTask) task = NULL;

  if (self->state == CV_SIGNALING_OPEN || hello_ok->is_resumed == is_first
      || (!is_first && g_strcmp0 (hello_ok->member, self->member_id) != 0)
      || !cv_signaling_outbox_acknowledge (self->outbox, hello_ok->received)) {
    fail (self, CV_SIGNALING_ERROR_PROTOCOL, "the server's hello does not fit");
    return;
  }
  if (is_first) {
    self->member_id = g_strdup (hello_ok->member);
    self->token = g_strdup (hello_ok->token);
    self->is_occupied = hello_ok->is_occupied;
    self->ping_id = g_timeout_add (self->ping_ms, on_ping_due, self);
  }
  g_clear_handle_id (&self->hello_id, g_source_remove);
  cv_signaling_outbox_foreach (self->outbox, send_again, self);
  task = take_connect_task (self);
  set_state (self, CV_SIGNALING_OPEN);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static void
fail_with_code (CvSignalingClient *self, CvMessageCode code)
{
  g_autofree char *text =
      g_strdup_printf ("the server ended the connection: %s", cv_message_code_to_string (code));

  fail (self, cv_signaling_verdict_to_error (code), text);
}

static void
dispatch (CvSignalingClient *self, CvMessage *message, gsize len)
{
  if (message->type == CV_MESSAGE_PONG) {
    if (!cv_signaling_outbox_acknowledge (self->outbox, message->pong.received))
      fail (self, CV_SIGNALING_ERROR_PROTOCOL, "the server acknowledged what was not sent");
    return;
  }
  if (message->type == CV_MESSAGE_ERROR && cv_signaling_verdict_is_final (&message->error)) {
    fail_with_code (self, (CvMessageCode)message->error.code);
    return;
  }
  if (self->state != CV_SIGNALING_OPEN) {
    if (message->type != CV_MESSAGE_ERROR)
      fail (self, CV_SIGNALING_ERROR_PROTOCOL, "the server did not greet first");
    return;
  }
  if (message->seq != 0) {
    /* Repeated after a resume, although it had arrived. */
    if (message->seq <= self->last_seq)
      return;
    if (message->seq != self->last_seq + 1) {
      fail (self, CV_SIGNALING_ERROR_PROTOCOL, "the server left out a message");
      return;
    }
    on_received_one (self, message->seq, len);
  }
  if (!cv_signaling_pending_answer (self->pending, message))
    g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, message);
}

static void
on_socket_received (const char *text, gsize len, gpointer data)
{
  g_autoptr (CvSignalingClient) self = g_object_ref (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMessage) message =
      cv_message_json_parse (CV_MESSAGE_FROM_SERVER, text, len, CV_LIMITS_MESSAGE_BYTES, &error);

  self->heard_at_us = g_get_monotonic_time ();
  if (message == NULL) {
    /* A later version of the server may tell more than we know. */
    if (!g_error_matches (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_TYPE))
      fail (self, CV_SIGNALING_ERROR_PROTOCOL, error->message);
    return;
  }
  if (message->type == CV_MESSAGE_HELLO_OK)
    on_hello_ok (self, &message->hello_ok);
  else
    dispatch (self, message, len);
}

/* ---- connecting and resuming ------------------------------------------------------------------- */

/* Whatever else it says: a server that does not greet is none. */
static void
on_hello_overdue (gpointer data)
{
  CvSignalingClient *self = data;

  self->hello_id = 0;
  if (self->state == CV_SIGNALING_CONNECTING)
    fail (self, CV_SIGNALING_ERROR_UNREACHABLE, "the server did not greet in time");
  else
    cv_signaling_socket_cut (self->socket);
}

static void
on_socket_opened (gpointer data)
{
  CvSignalingClient *self = data;
  g_autoptr (CvMessage) hello = cv_message_new (CV_MESSAGE_HELLO);
  g_autofree char *text = NULL;

  self->heard_at_us = g_get_monotonic_time ();
  hello->hello.version = CV_LIMITS_VERSION;
  hello->hello.room = g_strdup (self->room_id);
  hello->hello.token = g_strdup (self->token);
  hello->hello.last_seq = self->last_seq;
  text = cv_message_json_write (hello);
  cv_signaling_socket_send (self->socket, text);
  self->hello_id = g_timeout_add_once (HELLO_MS, on_hello_overdue, self);
}

static void
on_retry_due (gpointer data)
{
  CvSignalingClient *self = data;

  self->retry_id = 0;
  g_clear_pointer (&self->socket, cv_signaling_socket_free);
  self->socket = cv_signaling_socket_new (self->link, RESUME_CONNECT_MS, &socket_vtable, self);
}

static void
retry_later (CvSignalingClient *self)
{
  gint64 now_us = g_get_monotonic_time ();
  int wait_ms;

  if (self->state == CV_SIGNALING_OPEN) {
    cv_signaling_backoff_init (&self->backoff, self->resume_ms, now_us);
    set_state (self, CV_SIGNALING_RESUMING);
    /* A handler of the change may have closed us. */
    if (self->state != CV_SIGNALING_RESUMING)
      return;
  }
  wait_ms = cv_signaling_backoff_next (&self->backoff, g_random_double (), now_us);
  if (wait_ms == CV_SIGNALING_BACKOFF_GIVE_UP) {
    fail (self, CV_SIGNALING_ERROR_UNREACHABLE, "the connection could not be resumed in time");
    return;
  }
  self->retry_id = g_timeout_add_once ((guint)wait_ms, on_retry_due, self);
}

static void
on_socket_ended (const GError *error, gpointer data)
{
  g_autoptr (CvSignalingClient) self = g_object_ref (data);

  g_clear_handle_id (&self->hello_id, g_source_remove);
  g_clear_pointer (&self->socket, cv_signaling_socket_free);
  switch (self->state) {
  case CV_SIGNALING_CONNECTING:
    finish (self, error);
    return;
  case CV_SIGNALING_OPEN:
  case CV_SIGNALING_RESUMING:
    /* Another key than before, or rubbish, does not become better by trying again. */
    if (error->code == CV_SIGNALING_ERROR_UNREACHABLE)
      retry_later (self);
    else
      finish (self, error);
    return;
  case CV_SIGNALING_IDLE:
  case CV_SIGNALING_CLOSED:
    return;
  }
}

static const CvSignalingSocketVtable socket_vtable = {
    .opened = on_socket_opened,
    .received = on_socket_received,
    .ended = on_socket_ended,
};

/* ---- public ------------------------------------------------------------------------------------ */

CvSignalingClient *
cv_signaling_client_new (const CvInviteLink *link)
{
  CvSignalingClient *self = g_object_new (CV_TYPE_SIGNALING_CLIENT, NULL);

  self->link = cv_invite_link_copy_public (link);
  self->room_id = cv_invite_link_dup_room_id (link);
  return self;
}

static gboolean
on_connect_cancelled_idle (gpointer data)
{
  CvSignalingClient *self = data;

  if (self->state == CV_SIGNALING_CONNECTING) {
    g_autoptr (GError) error =
        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "connecting was cancelled");

    finish (self, error);
  }
  return G_SOURCE_REMOVE;
}

/* In the middle of g_cancellable_cancel: only remember. */
static void
on_connect_cancelled (GCancellable *cancellable, gpointer data)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, on_connect_cancelled_idle, g_object_ref (data),
                   g_object_unref);
}

void
cv_signaling_client_connect_async (CvSignalingClient *self, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_return_if_fail (CV_IS_SIGNALING_CLIENT (self));

  g_task_set_source_tag (task, cv_signaling_client_connect_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->state != CV_SIGNALING_IDLE) {
    g_task_return_new_error (task, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_CLOSED,
                             "this connection was used already");
    return;
  }
  if (cancellable != NULL)
    self->connect_cancelled_id =
        g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_connect_cancelled), self);
  self->connect_task = g_steal_pointer (&task);
  set_state (self, CV_SIGNALING_CONNECTING);
  if (self->state == CV_SIGNALING_CONNECTING)
    self->socket = cv_signaling_socket_new (self->link, CONNECT_MS, &socket_vtable, self);
}

gboolean
cv_signaling_client_connect_finish (CvSignalingClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
cv_signaling_client_send (CvSignalingClient *self, CvMessage *message)
{
  char *text;

  g_return_if_fail (CV_IS_SIGNALING_CLIENT (self));
  g_return_if_fail (message->type < CV_MESSAGE_FIRST_FROM_SERVER);

  if (self->state != CV_SIGNALING_OPEN && self->state != CV_SIGNALING_RESUMING)
    return;
  text = cv_message_json_write (message);
  if (self->state == CV_SIGNALING_OPEN)
    cv_signaling_socket_send (self->socket, text);
  if (!cv_signaling_outbox_push (self->outbox, text))
    fail (self, CV_SIGNALING_ERROR_UNREACHABLE, "the server does not take what is sent");
}

void
cv_signaling_client_request_async (CvSignalingClient *self, CvMessage *message,
                                   GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_return_if_fail (CV_IS_SIGNALING_CLIENT (self));
  g_return_if_fail (cv_signaling_pending_is_request (message->type));

  g_task_set_source_tag (task, cv_signaling_client_request_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->state != CV_SIGNALING_OPEN && self->state != CV_SIGNALING_RESUMING) {
    g_task_return_new_error (task, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_CLOSED,
                             "the connection is %s", cv_signaling_state_to_string (self->state));
    return;
  }
  if (!cv_signaling_pending_add (self->pending, message, task)) {
    g_task_return_new_error (task, CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_PROTOCOL,
                             "another %s waits for its answer",
                             cv_message_type_to_string (message->type));
    return;
  }
  g_steal_pointer (&task);
  cv_signaling_client_send (self, message);
}

CvMessage *
cv_signaling_client_request_finish (CvSignalingClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
cv_signaling_client_close (CvSignalingClient *self)
{
  g_autoptr (CvSignalingClient) alive = NULL;
  g_autoptr (CvMessage) leave = cv_message_new (CV_MESSAGE_LEAVE);
  g_autoptr (GError) error = g_error_new_literal (CV_SIGNALING_ERROR, CV_SIGNALING_ERROR_CLOSED,
                                                  "the connection is closed");
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CV_IS_SIGNALING_CLIENT (self));

  if (self->state == CV_SIGNALING_CLOSED)
    return;
  alive = g_object_ref (self);
  cv_signaling_client_send (self, leave);
  task = take_connect_task (self);
  /* Not by way of open: nothing was lost. */
  if (self->state != CV_SIGNALING_CLOSED)
    self->state = CV_SIGNALING_IDLE;
  finish (self, error);
  if (task != NULL)
    g_task_return_error (task, g_error_copy (error));
}

CvSignalingState
cv_signaling_client_get_state (CvSignalingClient *self)
{
  g_return_val_if_fail (CV_IS_SIGNALING_CLIENT (self), CV_SIGNALING_CLOSED);

  return self->state;
}

const char *
cv_signaling_client_get_member_id (CvSignalingClient *self)
{
  g_return_val_if_fail (CV_IS_SIGNALING_CLIENT (self), NULL);

  return self->member_id;
}

gboolean
cv_signaling_client_get_is_occupied (CvSignalingClient *self)
{
  g_return_val_if_fail (CV_IS_SIGNALING_CLIENT (self), FALSE);

  return self->is_occupied;
}

void
cv_signaling_client_set_times (CvSignalingClient *self, guint ping_ms, guint silence_ms,
                               guint resume_ms)
{
  g_return_if_fail (CV_IS_SIGNALING_CLIENT (self));

  self->ping_ms = ping_ms;
  self->silence_ms = silence_ms;
  self->resume_ms = resume_ms;
}

void
cv_signaling_client_cut (CvSignalingClient *self)
{
  g_return_if_fail (CV_IS_SIGNALING_CLIENT (self));

  if (self->socket != NULL)
    cv_signaling_socket_cut (self->socket);
}

static void
cv_signaling_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CvSignalingClient *self = CV_SIGNALING_CLIENT (object);

  if (id == PROP_STATE)
    g_value_set_int (value, (gint)self->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
cv_signaling_client_dispose (GObject *object)
{
  CvSignalingClient *self = CV_SIGNALING_CLIENT (object);

  g_clear_handle_id (&self->ping_id, g_source_remove);
  g_clear_handle_id (&self->retry_id, g_source_remove);
  g_clear_handle_id (&self->hello_id, g_source_remove);
  g_clear_pointer (&self->socket, cv_signaling_socket_close);
  G_OBJECT_CLASS (cv_signaling_client_parent_class)->dispose (object);
}

static void
cv_signaling_client_finalize (GObject *object)
{
  CvSignalingClient *self = CV_SIGNALING_CLIENT (object);

  cv_signaling_pending_free (self->pending);
  cv_signaling_outbox_free (self->outbox);
  cv_invite_link_free (self->link);
  g_free (self->room_id);
  g_free (self->member_id);
  g_free (self->token);
  G_OBJECT_CLASS (cv_signaling_client_parent_class)->finalize (object);
}

static void
cv_signaling_client_class_init (CvSignalingClientClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = cv_signaling_client_get_property;
  object_class->dispose = cv_signaling_client_dispose;
  object_class->finalize = cv_signaling_client_finalize;
  props[PROP_STATE] =
      g_param_spec_int ("state", NULL, NULL, CV_SIGNALING_IDLE, CV_SIGNALING_CLOSED,
                        CV_SIGNALING_IDLE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[SIGNAL_MESSAGE] =
      g_signal_new ("message", CV_TYPE_SIGNALING_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, CV_TYPE_MESSAGE | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[SIGNAL_LOST] =
      g_signal_new ("lost", CV_TYPE_SIGNALING_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
cv_signaling_client_init (CvSignalingClient *self)
{
  self->pending = cv_signaling_pending_new ();
  self->outbox = cv_signaling_outbox_new (OUTBOX_MESSAGES, OUTBOX_BYTES);
  self->ping_ms = CV_LIMITS_PING_MS;
  self->silence_ms = CV_LIMITS_SILENCE_MS;
  self->resume_ms = CV_LIMITS_GRACE_MS;
}
