/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A camera through PipeWire or V4L2, at most 1280 × 720 and 30 pictures a second. Main thread. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A bin with a "src" pad, floating. device_id of media/devices.h, NULL: the default camera. NULL
 * with an error of CV_MEDIA_ERROR; later errors come on the bus. */
GstElement *cv_source_camera_new (const char *device_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
