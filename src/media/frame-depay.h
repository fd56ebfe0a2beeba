/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Puts sealed frames together from RTP packets.
 *
 * The first whole frame after a loss carries GST_BUFFER_FLAG_CORRUPTED (it is whole itself, but may
 * depend on what was lost; the base class sets DISCONT also for other reasons). */
#pragma once

#include <gst/rtp/gstrtpbasedepayload.h>

G_BEGIN_DECLS

#define CV_TYPE_FRAME_DEPAY (cv_frame_depay_get_type ())
G_DECLARE_FINAL_TYPE (CvFrameDepay, cv_frame_depay, CV, FRAME_DEPAY, GstRTPBaseDepayload)

GstElement *cv_frame_depay_new (void); /* floating */

G_END_DECLS
