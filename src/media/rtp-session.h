/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One link's RTP and RTCP: sealed frames in and out of packets, retransmission, reports.
 *
 * Knows no codec, no cipher and nobody's name. Made, changed and freed on the main thread. */
#pragma once

#include "media/peer.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct CvRtpSession CvRtpSession;

/* Both run on streaming threads, must not block and not call back into the session, except for
 * cv_rtp_session_request_key_frame. Neither runs any more when cv_rtp_session_free returned. */
typedef struct {
  /* A whole sealed frame, borrowed. has_gap: something before it was lost. */
  void (*received) (gpointer data, guint32 ssrc, CvSpan sealed, GstClockTime running_time,
                    gboolean has_gap);
  /* The peer asks for a key frame of an own track. */
  void (*key_frame_wanted) (gpointer data, CvTrack track);
} CvRtpSessionEvents;

CvRtpSession *cv_rtp_session_new (CvPacketPort *port, const CvRtpSessionEvents *events,
                                  gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_rtp_session_free (CvRtpSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvRtpSession, cv_rtp_session_free)

/* FALSE: the track is already sent. */
gboolean cv_rtp_session_add_sender (CvRtpSession *session, const CvMediaStream *stream);
void cv_rtp_session_remove_sender (CvRtpSession *session, CvTrack track);

/* A sealed frame of an own track, borrowed; its PTS is the running time of its capture. Any
 * thread. Ignored when the track is not sent. */
void cv_rtp_session_push (CvRtpSession *session, CvTrack track, GstBuffer *sealed);

/* FALSE: taken, or too many. */
gboolean cv_rtp_session_expect (CvRtpSession *session, const CvMediaStream *stream);
void cv_rtp_session_forget (CvRtpSession *session, guint32 ssrc);

/* Any thread; the sender limits the rate. */
void cv_rtp_session_request_key_frame (CvRtpSession *session, guint32 ssrc);

void cv_rtp_session_get_stats (CvRtpSession *session, CvMediaLinkStats *stats);

G_END_DECLS
