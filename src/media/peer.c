/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One link: its RTP session, the own tracks on it and the receivers behind it. */
#include "media/peer.h"

#include "media/engine-private.h"
#include "media/receiver.h"
#include "media/rtp-session.h"

#define MAX_STREAMS 256
#define TICK_MS 200

typedef struct {
  CvReceiver *receiver; /* borrowed */
  CvTrack track;
  guint32 ssrc;
} Stream;

struct _CvMediaPeer {
  GObject parent;

  CvMediaEngine *engine;
  CvRtpSession *session;
  guint tick_id;
  gboolean is_sending[CV_N_TRACKS];
  GPtrArray *receivers; /* of CvReceiver */
  gboolean is_ticking;
  GPtrArray *gone; /* forgotten by a handler while one of them was telling something */

  GRWLock lock; /* streaming threads read while they push; main writes */
  GHashTable *streams; /* SSRC → Stream */
};

enum { SIGNAL_STATE, SIGNAL_PAINTABLE, SIGNAL_DIMENSIONS, SIGNAL_LEVEL, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CvMediaPeer, cv_media_peer, G_TYPE_OBJECT)

/* ---- Streaming threads ----------------------------------------------------------------------- */

static void
on_received (gpointer data, guint32 ssrc, CvSpan sealed, GstClockTime running_time,
             gboolean has_gap)
{
  CvMediaPeer *self = data;
  const Stream *stream;

  g_rw_lock_reader_lock (&self->lock);
  stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));
  if (stream != NULL)
    cv_receiver_push (stream->receiver, stream->track, ssrc, sealed, running_time, has_gap);
  g_rw_lock_reader_unlock (&self->lock);
}

static void
on_peer_wants_key_frame (gpointer data, CvTrack track)
{
  cv_media_engine_request_key_frame (((CvMediaPeer *)data)->engine, track);
}

static void
on_key_frame_wanted (gpointer data, guint32 ssrc)
{
  cv_rtp_session_request_key_frame (((CvMediaPeer *)data)->session, ssrc);
}

/* ---- Main ------------------------------------------------------------------------------------ */

static void
on_paintable (gpointer data, CvReceiver *receiver)
{
  g_signal_emit (data, signals[SIGNAL_PAINTABLE], 0, cv_receiver_get_participant (receiver),
                 (int)cv_receiver_get_kind (receiver));
}

static void
on_dimensions (gpointer data, CvReceiver *receiver, int width, int height)
{
  g_signal_emit (data, signals[SIGNAL_DIMENSIONS], 0, cv_receiver_get_participant (receiver),
                 (int)cv_receiver_get_kind (receiver), width, height);
}

static void
on_state (gpointer data, CvReceiver *receiver, CvMediaState state)
{
  g_signal_emit (data, signals[SIGNAL_STATE], 0, cv_receiver_get_participant (receiver),
                 (int)cv_receiver_get_kind (receiver), (int)state);
}

static void
on_level (gpointer data, CvReceiver *receiver, double level, gboolean is_speaking)
{
  if (cv_receiver_get_kind (receiver) == CV_MEDIA_AUDIO)
    g_signal_emit (data, signals[SIGNAL_LEVEL], 0, cv_receiver_get_participant (receiver), level,
                   is_speaking);
}

static void
dismiss (CvMediaPeer *self, CvReceiver *receiver)
{
  if (self->is_ticking)
    g_ptr_array_add (self->gone, receiver);
  else
    cv_receiver_free (receiver);
}

static gboolean
on_tick (gpointer data)
{
  g_autoptr (CvMediaPeer) self = g_object_ref (data);

  self->is_ticking = TRUE;
  for (guint i = 0; i < self->receivers->len; i++)
    cv_receiver_tick (g_ptr_array_index (self->receivers, i));
  self->is_ticking = FALSE;
  g_ptr_array_set_size (self->gone, 0);
  return G_SOURCE_CONTINUE;
}

static void
cv_media_peer_dispose (GObject *object)
{
  CvMediaPeer *self = CV_MEDIA_PEER (object);

  cv_media_peer_close (self);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (cv_media_peer_parent_class)->dispose (object);
}

static void
cv_media_peer_finalize (GObject *object)
{
  CvMediaPeer *self = CV_MEDIA_PEER (object);

  g_clear_pointer (&self->streams, g_hash_table_unref);
  g_clear_pointer (&self->gone, g_ptr_array_unref);
  g_clear_pointer (&self->receivers, g_ptr_array_unref);
  g_rw_lock_clear (&self->lock);
  G_OBJECT_CLASS (cv_media_peer_parent_class)->finalize (object);
}

static guint
new_signal (const char *name, guint n_params, const GType *types)
{
  return g_signal_newv (name, CV_TYPE_MEDIA_PEER, G_SIGNAL_RUN_LAST, NULL, NULL, NULL, NULL,
                        G_TYPE_NONE, n_params, (GType *)types);
}

static void
cv_media_peer_class_init (CvMediaPeerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GType numbers[] = {G_TYPE_UINT, G_TYPE_INT, G_TYPE_INT, G_TYPE_INT};
  const GType level[] = {G_TYPE_UINT, G_TYPE_DOUBLE, G_TYPE_BOOLEAN};

  object_class->dispose = cv_media_peer_dispose;
  object_class->finalize = cv_media_peer_finalize;
  signals[SIGNAL_STATE] = new_signal ("state", 3, numbers);
  signals[SIGNAL_PAINTABLE] = new_signal ("paintable", 2, numbers);
  signals[SIGNAL_DIMENSIONS] = new_signal ("dimensions", 4, numbers);
  signals[SIGNAL_LEVEL] = new_signal ("level", 3, level);
}

static void
cv_media_peer_init (CvMediaPeer *self)
{
  g_rw_lock_init (&self->lock);
  self->streams = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->receivers = g_ptr_array_new ();
  self->gone = g_ptr_array_new_with_free_func ((GDestroyNotify)cv_receiver_free);
}

CvMediaPeer *
cv_media_peer_new (CvMediaEngine *engine, CvPacketPort *port, GError **error)
{
  static const CvRtpSessionEvents events = {on_received, on_peer_wants_key_frame};
  g_autoptr (CvMediaPeer) self = NULL;

  g_return_val_if_fail (CV_IS_MEDIA_ENGINE (engine), NULL);
  g_return_val_if_fail (port != NULL, NULL);

  if (cv_media_engine_get_cipher (engine) == NULL) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_NO_CIPHER,
                 "refused to make a link without encryption");
    return NULL;
  }
  self = g_object_new (CV_TYPE_MEDIA_PEER, NULL);
  self->engine = g_object_ref (engine);
  self->session = cv_rtp_session_new (port, &events, self, error);
  if (self->session == NULL)
    return NULL;
  cv_media_engine_add_peer (engine, self);
  self->tick_id = g_timeout_add (TICK_MS, on_tick, self);
  return g_steal_pointer (&self);
}

void
cv_media_peer_close (CvMediaPeer *self)
{
  g_return_if_fail (CV_IS_MEDIA_PEER (self));

  if (self->session == NULL)
    return;
  g_clear_handle_id (&self->tick_id, g_source_remove);
  cv_media_engine_remove_peer (self->engine, self);
  for (guint i = 0; i < CV_N_TRACKS; i++)
    cv_media_peer_stop (self, i);
  /* First the packets, then who they were for. */
  g_clear_pointer (&self->session, cv_rtp_session_free);
  g_hash_table_remove_all (self->streams);
  while (self->receivers->len > 0)
    dismiss (self, g_ptr_array_steal_index (self->receivers, self->receivers->len - 1));
}

void
cv_media_peer_make_stream (CvTrack track, CvMediaStream *stream)
{
  stream->track = track;
  do
    stream->ssrc = g_random_int ();
  while (stream->ssrc == 0);
  stream->rtx_ssrc = 0;
  while (!cv_media_kind_is_audio (cv_media_kind_of_track (track))
         && (stream->rtx_ssrc == 0 || stream->rtx_ssrc == stream->ssrc))
    stream->rtx_ssrc = g_random_int ();
}

void
cv_media_peer_send (CvMediaPeer *self, const CvMediaStream *stream)
{
  g_return_if_fail (CV_IS_MEDIA_PEER (self));
  g_return_if_fail (stream->track < CV_N_TRACKS);

  if (self->session == NULL || self->is_sending[stream->track]
      || !cv_rtp_session_add_sender (self->session, stream))
    return;
  self->is_sending[stream->track] = TRUE;
  cv_media_engine_add_route (self->engine, self->session, stream->track);
}

void
cv_media_peer_stop (CvMediaPeer *self, CvTrack track)
{
  g_return_if_fail (CV_IS_MEDIA_PEER (self));
  g_return_if_fail (track < CV_N_TRACKS);

  if (!self->is_sending[track])
    return;
  self->is_sending[track] = FALSE;
  cv_media_engine_remove_route (self->engine, self->session, track);
  cv_rtp_session_remove_sender (self->session, track);
}

/* ---- Receivers ------------------------------------------------------------------------------- */

static CvReceiver *
find_receiver (CvMediaPeer *self, guint32 participant, CvMediaKind kind)
{
  for (guint i = 0; i < self->receivers->len; i++) {
    CvReceiver *receiver = g_ptr_array_index (self->receivers, i);

    if (cv_receiver_get_participant (receiver) == participant
        && cv_receiver_get_kind (receiver) == kind)
      return receiver;
  }
  return NULL;
}

static CvReceiver *
add_receiver (CvMediaPeer *self, guint32 participant, CvMediaKind kind)
{
  CvReceiverOptions options = {
      .participant = participant,
      .kind = kind,
      .cipher = *cv_media_engine_get_cipher (self->engine),
      .pictures = cv_media_engine_get_pictures (self->engine),
      .audio_out = cv_media_engine_get_audio_out (self->engine),
  };
  CvReceiverEvents events = {
      .key_frame_wanted = on_key_frame_wanted,
      .paintable = on_paintable,
      .dimensions = on_dimensions,
      .state = on_state,
      .level = on_level,
      .data = self,
  };
  CvReceiver *receiver = cv_receiver_new (&options, &events);

  g_ptr_array_add (self->receivers, receiver);
  if (cv_media_peer_get_paintable (self, participant, kind) != NULL)
    on_paintable (self, receiver);
  return receiver;
}

gboolean
cv_media_peer_expect (CvMediaPeer *self, guint32 participant, const CvMediaStream *stream)
{
  CvMediaKind kind = cv_media_kind_of_track (stream->track);
  CvReceiver *receiver;
  Stream *entry;

  g_return_val_if_fail (CV_IS_MEDIA_PEER (self), FALSE);

  if (self->session == NULL || stream->track >= CV_TRACK_SCREEN_AUDIO + 1
      || g_hash_table_size (self->streams) >= MAX_STREAMS
      || !cv_rtp_session_expect (self->session, stream))
    return FALSE;
  receiver = find_receiver (self, participant, kind);
  if (receiver == NULL)
    receiver = add_receiver (self, participant, kind);
  entry = g_new0 (Stream, 1);
  *entry = (Stream){receiver, stream->track, stream->ssrc};
  g_rw_lock_writer_lock (&self->lock);
  g_hash_table_insert (self->streams, GUINT_TO_POINTER (stream->ssrc), entry);
  g_rw_lock_writer_unlock (&self->lock);
  return TRUE;
}

/* The streams of one receiver, or of one SSRC. */
static void
forget_streams (CvMediaPeer *self, const CvReceiver *receiver, guint32 ssrc)
{
  g_autoptr (GArray) gone = g_array_new (FALSE, FALSE, sizeof (guint32));
  GHashTableIter iter;
  gpointer value;

  g_rw_lock_writer_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Stream *stream = value;
    guint32 stream_ssrc = stream->ssrc;

    if (stream->receiver != receiver && stream_ssrc != ssrc)
      continue;
    g_array_append_val (gone, stream_ssrc);
    g_hash_table_iter_remove (&iter);
  }
  g_rw_lock_writer_unlock (&self->lock);
  for (guint i = 0; i < gone->len; i++)
    cv_rtp_session_forget (self->session, g_array_index (gone, guint32, i));
}

void
cv_media_peer_forget (CvMediaPeer *self, guint32 participant)
{
  g_return_if_fail (CV_IS_MEDIA_PEER (self));

  for (guint i = self->receivers->len; i > 0; i--) {
    CvReceiver *receiver = g_ptr_array_index (self->receivers, i - 1);

    if (cv_receiver_get_participant (receiver) != participant)
      continue;
    forget_streams (self, receiver, 0);
    g_ptr_array_remove_index (self->receivers, i - 1);
    dismiss (self, receiver);
  }
}

void
cv_media_peer_forget_stream (CvMediaPeer *self, guint32 ssrc)
{
  g_return_if_fail (CV_IS_MEDIA_PEER (self));

  if (self->session != NULL && ssrc != 0)
    forget_streams (self, NULL, ssrc);
}

void
cv_media_peer_set_visible (CvMediaPeer *self, guint32 participant, CvMediaKind kind,
                           gboolean is_visible)
{
  CvReceiver *receiver = find_receiver (self, participant, kind);

  if (receiver != NULL)
    cv_receiver_set_visible (receiver, is_visible);
}

void
cv_media_peer_set_held_back (CvMediaPeer *self, guint32 participant, gboolean is_held_back)
{
  g_return_if_fail (CV_IS_MEDIA_PEER (self));

  for (guint i = 0; i < self->receivers->len; i++) {
    CvReceiver *receiver = g_ptr_array_index (self->receivers, i);

    if (cv_receiver_get_participant (receiver) == participant)
      cv_receiver_set_held_back (receiver, is_held_back);
  }
}

void
cv_media_peer_request_key_frame (CvMediaPeer *self, guint32 participant, CvMediaKind kind)
{
  CvReceiver *receiver = find_receiver (self, participant, kind);

  if (receiver != NULL)
    cv_receiver_request_key_frame (receiver);
}

GObject *
cv_media_peer_get_paintable (CvMediaPeer *self, guint32 participant, CvMediaKind kind)
{
  CvReceiver *receiver = find_receiver (self, participant, kind);
  CvVideoView *view = receiver != NULL ? cv_receiver_get_view (receiver) : NULL;

  return view != NULL ? cv_video_view_get_paintable (view) : NULL;
}

gboolean
cv_media_peer_snapshot (CvMediaPeer *self, guint32 participant, CvMediaKind kind, const char *path,
                        GError **error)
{
  CvReceiver *receiver = find_receiver (self, participant, kind);
  CvVideoView *view = receiver != NULL ? cv_receiver_get_view (receiver) : NULL;

  if (view == NULL) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_FAILED, "there is no such picture");
    return FALSE;
  }
  return cv_video_view_snapshot (view, path, error);
}

GArray *
cv_media_peer_dup_stats (CvMediaPeer *self)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (CvMediaStats));

  for (guint i = 0; i < self->receivers->len; i++) {
    CvMediaStats stats;

    cv_receiver_get_stats (g_ptr_array_index (self->receivers, i), &stats);
    g_array_append_val (all, stats);
  }
  return all;
}

void
cv_media_peer_get_link_stats (CvMediaPeer *self, CvMediaLinkStats *stats)
{
  if (self->session != NULL)
    cv_rtp_session_get_stats (self->session, stats);
  else
    *stats = (CvMediaLinkStats){0};
}
