/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One own track on one link: sealed frames into RTP packets. A part of media/rtp-session. */
#pragma once

#include "media/peer.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct CvRtpSender CvRtpSender;

/* On a streaming thread. */
typedef void (*CvRtpSenderWanted) (gpointer data, CvTrack track);

/* Where a stream stopped, so that it can go on with the same SSRC: a jump in its numbers would look
 * like an attack to the receiver. All zero: it never ran. */
typedef struct {
  guint32 ssrc;
  guint32 timestamp_offset;
  guint16 next_seq;
} CvRtpSenderTrail;

/* Adds itself to the bin and the funnel, stopped. Main thread. */
CvRtpSender *
cv_rtp_sender_new (GstBin *bin, GstElement *funnel, const CvMediaStream *stream,
                   const CvRtpSenderTrail *trail, CvRtpSenderWanted wanted, gpointer data);
CvRtpSender *cv_rtp_sender_ref (CvRtpSender *sender);
void cv_rtp_sender_unref (CvRtpSender *sender);

void cv_rtp_sender_start (CvRtpSender *sender);

/* Removes its elements; once. `wanted` runs no more. */
void cv_rtp_sender_stop (CvRtpSender *sender, CvRtpSenderTrail *trail);

void cv_rtp_sender_push (CvRtpSender *sender, GstBuffer *sealed); /* borrowed; any thread */
const CvMediaStream *cv_rtp_sender_get_stream (CvRtpSender *sender);

G_END_DECLS
