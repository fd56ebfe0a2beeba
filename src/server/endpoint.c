/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

#include "server/endpoint.h"

#include "protocol/limits.h"
#include "protocol/message-json.h"
#include "server/timer.h"

#include <string.h>

#define CLOSE_MS 2000
#define BAD_MESSAGES_MAX 8
#define BURST_S 10
/* libsoup queues whatever it is given and tells nothing of it, so it is given no more than a line
 * of 100 Mbit/s writes in 20 ms; the rest stays with the member. One message may go beyond. */
#define WINDOW_BYTES (256 * 1024)
#define WINDOW_FRAMES 256
/* libsoup answers WebSocket pings by itself. Nobody need have more of them under way. */
#define PONGS_MAX 256

struct CvServerEndpoint {
  CvServerEndpoints *all;
  SoupWebsocketConnection *websocket;
  CvServerMeteredStream *stream;
  CvServerConnection *connection;
  CvServerRoom *room; /* both or none */
  CvServerMember *member;
  GSource *timer; /* hello's deadline is the connection's; then silence; then the close */
  GSource *flush_timer;
  guint64 handed_bytes; /* to libsoup, framed */
  guint64 handed_frames;
  guint64 n_extra_charged; /* frames of the tally */
  gint64 heard_at_us;
  gsize max_bytes;
  CvServerBucket bucket;
  CvServerBucket byte_bucket;
  guint n_bad;
  gboolean is_closing;
};

static void
on_close_overdue (gpointer data)
{
  CvServerEndpoint *endpoint = data;

  cv_server_timer_clear (&endpoint->timer);
  cv_server_connection_kill (endpoint->connection);
}

static gboolean
is_open (CvServerEndpoint *endpoint)
{
  return soup_websocket_connection_get_state (endpoint->websocket) == SOUP_WEBSOCKET_STATE_OPEN;
}

static void
begin_close (CvServerEndpoint *endpoint, gushort code)
{
  if (endpoint->is_closing)
    return;
  endpoint->is_closing = TRUE;
  cv_server_timer_clear (&endpoint->timer);
  endpoint->timer = cv_server_timer_start (CLOSE_MS, on_close_overdue, endpoint, NULL);
  if (is_open (endpoint))
    soup_websocket_connection_close (endpoint->websocket, code, NULL);
}

static void
send_text (CvServerEndpoint *endpoint, const char *text)
{
  if (!is_open (endpoint))
    return;
  /* First: some of it may be written, and counted, before the call returns. */
  endpoint->handed_bytes += cv_server_frame_tally_get_framed_len (strlen (text));
  endpoint->handed_frames++;
  soup_websocket_connection_send_text (endpoint->websocket, text);
}

static void
send_error (CvServerEndpoint *endpoint, CvMessageCode code, const char *about, const char *text)
{
  g_autoptr (CvMessage) message = cv_message_new_error (code, about, text);
  g_autofree char *json = cv_message_json_write (message);

  send_text (endpoint, json);
}

void
cv_server_endpoint_refuse (CvServerEndpoint *endpoint, CvMessageCode code, const char *text)
{
  if (endpoint->is_closing)
    return;
  send_error (endpoint, code, NULL, text);
  begin_close (endpoint, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
}

/* ---- what the room calls ----------------------------------------------------------------------- */

/* What libsoup has and the stream beneath did not take: our frames and its own pongs. The close
 * frame, the last one, was counted nowhere. */
static guint64
get_waiting_bytes (CvServerEndpoint *endpoint)
{
  guint64 handed =
      endpoint->handed_bytes + cv_server_metered_stream_get_read (endpoint->stream)->pong_bytes;
  guint64 written = cv_server_metered_stream_get_written (endpoint->stream)->n_bytes;

  return handed - MIN (handed, written);
}

static guint64
get_waiting_frames (CvServerEndpoint *endpoint)
{
  guint64 handed =
      endpoint->handed_frames + cv_server_metered_stream_get_read (endpoint->stream)->n_pings;
  guint64 written = cv_server_metered_stream_get_written (endpoint->stream)->n_frames;

  return handed - MIN (handed, written);
}

static void
sink_send (gpointer sink, const char *text)
{
  send_text (sink, text);
}

static gboolean
sink_has_room (gpointer sink)
{
  CvServerEndpoint *endpoint = sink;

  return is_open (endpoint) && get_waiting_bytes (endpoint) < WINDOW_BYTES
         && get_waiting_frames (endpoint) < WINDOW_FRAMES;
}

static void
sink_promote (gpointer sink)
{
  CvServerEndpoint *endpoint = sink;

  endpoint->max_bytes = CV_LIMITS_MESSAGE_BYTES;
  soup_websocket_connection_set_max_incoming_payload_size (endpoint->websocket,
                                                           CV_LIMITS_MESSAGE_BYTES);
}

static void
sink_close (gpointer sink)
{
  CvServerEndpoint *endpoint = sink;

  endpoint->room = NULL;
  endpoint->member = NULL;
  begin_close (endpoint, SOUP_WEBSOCKET_CLOSE_NORMAL);
}

static void
sink_cut (gpointer sink)
{
  CvServerEndpoint *endpoint = sink;

  endpoint->room = NULL;
  endpoint->member = NULL;
  g_hash_table_remove (endpoint->all->endpoints, endpoint);
}

static const CvServerSinkVtable sink_vtable = {
    .send = sink_send,
    .has_room = sink_has_room,
    .promote = sink_promote,
    .close = sink_close,
    .cut = sink_cut,
};

/* ---- messages ---------------------------------------------------------------------------------- */

static void
count_bad (CvServerEndpoint *endpoint)
{
  endpoint->all->shared->metrics->bad_messages++;
  if (++endpoint->n_bad >= BAD_MESSAGES_MAX)
    cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_BAD_MESSAGE, "too many bad messages");
}

static void
on_silence (gpointer data)
{
  CvServerEndpoint *endpoint = data;
  gint64 silence_us = (gint64)endpoint->all->shared->config->silence_ms * 1000;
  gint64 left_us = endpoint->heard_at_us + silence_us - g_get_monotonic_time ();

  cv_server_timer_clear (&endpoint->timer);
  if (left_us > 0) {
    endpoint->timer =
        cv_server_timer_start ((guint)(left_us / 1000 + 1), on_silence, endpoint, NULL);
    return;
  }
  cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_TIMEOUT, "nothing was heard for too long");
}

static void
enter_room (CvServerEndpoint *endpoint, const CvMessageHello *hello)
{
  CvServerRoom *room = cv_server_registry_get (endpoint->all->registry, hello->room);

  if (room == NULL) {
    cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_SERVER_FULL, "too many rooms");
    return;
  }
  endpoint->member = cv_server_room_enter (
      room, cv_server_connection_get_address (endpoint->connection), &sink_vtable, endpoint);
  if (endpoint->member == NULL) {
    cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_ROOM_FULL, "too many people");
    return;
  }
  endpoint->room = room;
}

static void
resume (CvServerEndpoint *endpoint, const CvMessageHello *hello)
{
  CvServerRoom *room = cv_server_registry_find (endpoint->all->registry, hello->room);

  if (room != NULL)
    endpoint->member =
        cv_server_room_resume (room, hello->token, hello->last_seq, &sink_vtable, endpoint);
  if (endpoint->member == NULL) {
    cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_RESUME_FAILED, "too late to resume");
    return;
  }
  endpoint->room = room;
}

static void
on_hello (CvServerEndpoint *endpoint, const CvMessage *message)
{
  if (message->type != CV_MESSAGE_HELLO) {
    cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_NOT_ALLOWED, "hello comes first");
    return;
  }
  if (message->hello.version != CV_LIMITS_VERSION) {
    cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_VERSION, "this server speaks version 1");
    return;
  }
  cv_server_connection_settle (endpoint->connection);
  endpoint->timer =
      cv_server_timer_start (endpoint->all->shared->config->silence_ms, on_silence, endpoint, NULL);
  if (message->hello.token != NULL)
    resume (endpoint, &message->hello);
  else
    enter_room (endpoint, &message->hello);
}

static void
on_bad_text (CvServerEndpoint *endpoint, const GError *error)
{
  if (g_error_matches (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_TOO_BIG)) {
    endpoint->all->shared->metrics->bad_messages++;
    cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_TOO_BIG, error->message);
  } else if (g_error_matches (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_SYNTAX)) {
    endpoint->all->shared->metrics->bad_messages++;
    cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_BAD_MESSAGE, error->message);
  } else {
    gboolean is_type = g_error_matches (error, CV_PROTOCOL_ERROR, CV_PROTOCOL_ERROR_TYPE);

    /* It counts, so that both sides go on numbering alike. */
    if (endpoint->member != NULL)
      endpoint->member->received++;
    send_error (endpoint, is_type ? CV_MESSAGE_CODE_UNKNOWN_TYPE : CV_MESSAGE_CODE_BAD_MESSAGE,
                NULL, error->message);
    count_bad (endpoint);
  }
}

static void
on_text (CvServerEndpoint *endpoint, const char *text, gsize len)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvMessage) message =
      cv_message_json_parse (CV_MESSAGE_FROM_CLIENT, text, len, endpoint->max_bytes, &error);

  if (message == NULL)
    on_bad_text (endpoint, error);
  else if (endpoint->member == NULL)
    on_hello (endpoint, message);
  else if (!cv_server_room_handle (endpoint->room, endpoint->member, message))
    count_bad (endpoint);
}

static gboolean
take_messages (CvServerEndpoint *endpoint, double n)
{
  guint per_second = endpoint->all->shared->config->messages_per_second;
  CvServerRate rate = {per_second, (double)per_second * BURST_S};

  return cv_server_bucket_take (&endpoint->bucket, rate, n, g_get_monotonic_time ());
}

/* Before anything looks into them: reading costs about as much as whatever follows. Who connects
 * again has a new bucket, but the old address. */
static gboolean
take_bytes (CvServerEndpoint *endpoint, gsize n)
{
  const CvServerShared *shared = endpoint->all->shared;
  double per_second = shared->config->bytes_per_second;
  CvServerRate rate = {per_second, per_second * CV_SERVER_ENDPOINT_BYTES_BURST_S};
  gint64 now_us = g_get_monotonic_time ();

  return cv_server_bucket_take (&endpoint->byte_bucket, rate, (double)n, now_us)
         && cv_server_throttle_take (shared->bytes,
                                     cv_server_connection_get_address (endpoint->connection),
                                     (double)n, now_us);
}

static void
on_websocket_message (SoupWebsocketConnection *websocket, int type, GBytes *bytes, gpointer data)
{
  CvServerEndpoint *endpoint = data;
  gsize len;
  const char *text = g_bytes_get_data (bytes, &len);

  if (endpoint->is_closing)
    return;
  endpoint->heard_at_us = g_get_monotonic_time ();
  if (!take_messages (endpoint, 1) || !take_bytes (endpoint, len)) {
    endpoint->all->shared->metrics->throttled++;
    cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_TOO_FAST, "too many messages, or bytes");
    return;
  }
  if (type != SOUP_WEBSOCKET_DATA_TEXT) {
    endpoint->all->shared->metrics->bad_messages++;
    cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_BAD_MESSAGE, "text frames only");
    return;
  }
  on_text (endpoint, text != NULL ? text : "", len);
}

static void
on_websocket_closed (SoupWebsocketConnection *websocket, gpointer data)
{
  CvServerEndpoint *endpoint = data;
  CvServerEndpoints *all = endpoint->all;

  g_hash_table_remove (all->endpoints, endpoint);
}

/* ---- frames ------------------------------------------------------------------------------------ */

/* The last words must not be lost with what was not read. */
static void
refuse_too_big (CvServerEndpoint *endpoint)
{
  if (endpoint->is_closing)
    return;
  endpoint->all->shared->metrics->bad_messages++;
  cv_server_connection_linger (endpoint->connection);
  cv_server_endpoint_refuse (endpoint, CV_MESSAGE_CODE_TOO_BIG, "a message is too long");
}

/* What libsoup does by itself has no bounds there: it collects the pieces of a message, also while
 * it closes, and answers pings. It closes at once when a read fails. */
static void
on_stream_read (gpointer data)
{
  CvServerEndpoint *endpoint = data;
  const CvServerFrameTally *read = cv_server_metered_stream_get_read (endpoint->stream);
  guint64 n_extra = read->n_extra - endpoint->n_extra_charged;

  endpoint->n_extra_charged = read->n_extra;
  if (read->message_bytes > endpoint->max_bytes) {
    refuse_too_big (endpoint);
    cv_server_metered_stream_stop_reading (endpoint->stream);
  } else if (get_waiting_frames (endpoint) > WINDOW_FRAMES + PONGS_MAX
             || (n_extra > 0 && !endpoint->is_closing
                 && !take_messages (endpoint, (double)n_extra))) {
    endpoint->all->shared->metrics->throttled++;
    cv_server_connection_kill (endpoint->connection);
    cv_server_metered_stream_stop_reading (endpoint->stream);
  }
}

static void
on_flush (gpointer data)
{
  CvServerEndpoint *endpoint = data;

  cv_server_timer_clear (&endpoint->flush_timer);
  if (endpoint->member != NULL)
    cv_server_member_flush (endpoint->member);
}

/* Not here and now: libsoup is in the midst of a frame. */
static void
on_stream_written (gpointer data)
{
  CvServerEndpoint *endpoint = data;

  if (endpoint->flush_timer == NULL && endpoint->member != NULL && endpoint->member->unsent != NULL
      && get_waiting_bytes (endpoint) <= WINDOW_BYTES / 2)
    endpoint->flush_timer = cv_server_timer_start (0, on_flush, endpoint, NULL);
}

void
cv_server_endpoint_start (CvServerEndpoints *all, SoupWebsocketConnection *websocket,
                          CvServerMeteredStream *stream, CvServerConnection *connection)
{
  CvServerEndpoint *endpoint = g_new0 (CvServerEndpoint, 1);

  endpoint->all = all;
  endpoint->websocket = g_object_ref (websocket);
  endpoint->stream = g_object_ref (stream);
  endpoint->connection = cv_server_connection_ref (connection);
  endpoint->heard_at_us = g_get_monotonic_time ();
  endpoint->max_bytes = CV_LIMITS_VISITOR_MESSAGE_BYTES;
  soup_websocket_connection_set_max_incoming_payload_size (websocket,
                                                           CV_LIMITS_VISITOR_MESSAGE_BYTES);
  cv_server_metered_stream_watch (stream, on_stream_read, on_stream_written, endpoint);
  g_signal_connect (websocket, "message", G_CALLBACK (on_websocket_message), endpoint);
  g_signal_connect (websocket, "closed", G_CALLBACK (on_websocket_closed), endpoint);
  g_hash_table_add (all->endpoints, endpoint);
}

void
cv_server_endpoint_free (gpointer data)
{
  CvServerEndpoint *endpoint = data;
  CvServerRoom *room = g_steal_pointer (&endpoint->room);
  CvServerMember *member = g_steal_pointer (&endpoint->member);

  g_signal_handlers_disconnect_by_data (endpoint->websocket, endpoint);
  cv_server_metered_stream_watch (endpoint->stream, NULL, NULL, NULL);
  cv_server_timer_clear (&endpoint->timer);
  cv_server_timer_clear (&endpoint->flush_timer);
  if (member != NULL)
    cv_server_room_lose (room, member);
  if (soup_websocket_connection_get_state (endpoint->websocket) != SOUP_WEBSOCKET_STATE_CLOSED)
    cv_server_connection_kill (endpoint->connection);
  g_object_unref (endpoint->websocket);
  g_object_unref (endpoint->stream);
  cv_server_connection_unref (endpoint->connection);
  g_free (endpoint);
}
