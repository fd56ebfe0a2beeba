/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The streams that a link expects: which packets may enter, and what frames come out of them. A
 * part of media/rtp-session. Any thread unless said otherwise. */
#pragma once

#include "media/rtp-session.h"

G_BEGIN_DECLS

typedef struct CvRtpIncoming CvRtpIncoming;

/* bin: where depayloaders go; borrowed. received: see media/rtp-session.h. */
CvRtpIncoming *cv_rtp_incoming_new (GstBin *bin, const CvRtpSessionEvents *events, gpointer data);
/* Main; the bin must have stopped, but not be gone. */
void cv_rtp_incoming_free (CvRtpIncoming *incoming);

/* Main. As cv_rtp_session_expect and cv_rtp_session_forget. Forgetting: TRUE when rtpbin may be
 * told to clear the SSRC at once, because it has been silent for long. */
gboolean cv_rtp_incoming_expect (CvRtpIncoming *incoming, const CvMediaStream *stream);
gboolean cv_rtp_incoming_forget (CvRtpIncoming *incoming, guint32 ssrc);

/* rtpbin has heard nothing of an SSRC for long. TRUE: it may clear it, because nothing of it can
 * come again. Any thread. */
gboolean cv_rtp_incoming_note_silence (CvRtpIncoming *incoming, guint32 ssrc);

/* Whether a packet from the port may enter the session; counts those that may not. */
gboolean cv_rtp_incoming_accept (CvRtpIncoming *incoming, CvSpan packet, gboolean is_rtcp);
guint64 cv_rtp_incoming_get_refused (CvRtpIncoming *incoming);

/* rtpbin's pads as they come and go; others than received streams are ignored. */
void cv_rtp_incoming_pad_added (CvRtpIncoming *incoming, GstPad *pad);
void cv_rtp_incoming_pad_removed (CvRtpIncoming *incoming, GstPad *pad);

/* SSRC → RTX SSRC, as rtprtxreceive wants it; full. */
GstStructure *cv_rtp_incoming_dup_rtx_map (CvRtpIncoming *incoming);
gboolean cv_rtp_incoming_has_rtx (CvRtpIncoming *incoming, guint32 ssrc);
/* The pad to send requests to the sender at; full, NULL before the first packet. */
GstPad *cv_rtp_incoming_dup_pad (CvRtpIncoming *incoming, guint32 ssrc);

G_END_DECLS
