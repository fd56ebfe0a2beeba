/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One link's media: which own tracks go out on it, and whose tracks come in.
 *
 * In a mesh one link is one participant; towards an SFU one link carries many. Main thread; all
 * signals are emitted on the main context of the engine's creator. */
#pragma once

#include "media/engine.h"
#include "media/packet-port.h"

G_BEGIN_DECLS

/* RTP payload types, the same in every direction: the codec is inside the sealed frame. */
#define CV_MEDIA_PT_VIDEO 96
#define CV_MEDIA_PT_VIDEO_RTX 97 /* RFC 4588, apt=96 */
#define CV_MEDIA_PT_AUDIO 111

#define CV_MEDIA_CLOCK_RATE_VIDEO 90000
#define CV_MEDIA_CLOCK_RATE_AUDIO 48000

/* One RTP stream. rtx_ssrc is 0 for audio tracks and when there is no retransmission. */
typedef struct {
  CvTrack track;
  guint32 ssrc;
  guint32 rtx_ssrc;
} CvMediaStream;

#define CV_TYPE_MEDIA_PEER (cv_media_peer_get_type ())
G_DECLARE_FINAL_TYPE (CvMediaPeer, cv_media_peer, CV, MEDIA_PEER, GObject)

/* Signals, participant being the number given to cv_media_peer_expect:
 *   state (guint participant, CvMediaKind kind as int, CvMediaState state as int)
 *   paintable (guint participant, int kind): cv_media_peer_get_paintable has something new
 *   dimensions (guint participant, int kind, int width, int height): of the decoded picture
 *   level (guint participant, double level, gboolean is_speaking): at most 10 times a second */

/* NULL with CV_MEDIA_ERROR_NO_CIPHER when the engine has nothing to encrypt with. */
CvMediaPeer *cv_media_peer_new (CvMediaEngine *engine, CvPacketPort *port,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stops both directions. Idempotent; dispose does it too. */
void cv_media_peer_close (CvMediaPeer *self);

/* A fresh pair of random SSRCs for an own track, to announce to the peer. */
void cv_media_peer_make_stream (CvTrack track, CvMediaStream *stream);

/* Sends an own track from its next key frame on, which is asked for. Again with the same track:
 * nothing happens. Stop before sending another layer of the same kind if the peer wants only one.
 */
void cv_media_peer_send (CvMediaPeer *self, const CvMediaStream *stream);
void cv_media_peer_stop (CvMediaPeer *self, CvTrack track);

/* What the peer announced: packets of other SSRCs are refused. At most 256 streams a link. FALSE:
 * that SSRC is taken by another stream, or there are too many. */
gboolean cv_media_peer_expect (CvMediaPeer *self, guint32 participant, const CvMediaStream *stream);
/* All streams of somebody, with their picture and voice. */
void cv_media_peer_forget (CvMediaPeer *self, guint32 participant);
void cv_media_peer_forget_stream (CvMediaPeer *self, guint32 ssrc);

/* FALSE: not seen, so not decoded; when seen again a key frame is asked for. TRUE at first. */
void cv_media_peer_set_visible (CvMediaPeer *self, guint32 participant, CvMediaKind kind,
                                gboolean is_visible);
/* Not played when TRUE, but still counted. FALSE at first. For people whose key changed. */
void cv_media_peer_set_held_back (CvMediaPeer *self, guint32 participant, gboolean is_held_back);

/* Asks the sender for a key frame of what is received, for example after a new epoch. */
void cv_media_peer_request_key_frame (CvMediaPeer *self, guint32 participant, CvMediaKind kind);

GObject *cv_media_peer_get_paintable (CvMediaPeer *self, guint32 participant, CvMediaKind kind);
/* The last decoded picture as a PNG file; FALSE when there is none. Headless engines only. */
gboolean cv_media_peer_snapshot (CvMediaPeer *self, guint32 participant, CvMediaKind kind,
                                 const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* An array of CvMediaStats, one a participant and kind; full. */
GArray *cv_media_peer_dup_stats (CvMediaPeer *self);
void cv_media_peer_get_link_stats (CvMediaPeer *self, CvMediaLinkStats *stats);

G_END_DECLS
