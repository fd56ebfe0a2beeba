/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A microphone with echo cancelling, noise suppression and gain control. Main thread. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A bin with a "src" pad of 48 kHz mono, floating. device_id of media/devices.h, NULL: the default.
 * probe: the name of the webrtcechoprobe on the playout side, which must exist already; NULL: no
 * echo to cancel. NULL with an error of CV_MEDIA_ERROR; later errors come on the bus. */
GstElement *cv_source_microphone_new (const char *device_id, const char *probe,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
