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

/* Adds itself to the bin and the funnel, stopped. Main thread. */
CvRtpSender *cv_rtp_sender_new (GstBin *bin, GstElement *funnel, const CvMediaStream *stream,
                                CvRtpSenderWanted wanted, gpointer data);
CvRtpSender *cv_rtp_sender_ref (CvRtpSender *sender);
void cv_rtp_sender_unref (CvRtpSender *sender);

void cv_rtp_sender_start (CvRtpSender *sender);
void cv_rtp_sender_stop (CvRtpSender *sender); /* removes its elements; once; `wanted` is over */
void cv_rtp_sender_push (CvRtpSender *sender, GstBuffer *sealed); /* borrowed; any thread */
const CvMediaStream *cv_rtp_sender_get_stream (CvRtpSender *sender);

G_END_DECLS
