/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Packetises sealed frames. Its caps take nothing else, so an encoder cannot be linked to it. */
#pragma once

#include <gst/rtp/gstrtpbasepayload.h>

G_BEGIN_DECLS

/* The caps of a frame that was sealed: made by cipher-element only. */
#define CV_SEALED_CAPS "application/x-conclave-sealed"

#define CV_TYPE_FRAME_PAY (cv_frame_pay_get_type ())
G_DECLARE_FINAL_TYPE (CvFramePay, cv_frame_pay, CV, FRAME_PAY, GstRTPBasePayload)

/* Floating. clock_rate in Hz. */
GstElement *cv_frame_pay_new (gboolean is_video, guint payload_type, guint32 ssrc, int clock_rate);

G_END_DECLS
