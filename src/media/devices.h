/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Cameras, microphones and speakers as they come and go (PipeWire, V4L2, PulseAudio). Main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  CV_DEVICE_CAMERA,
  CV_DEVICE_MICROPHONE,
  CV_DEVICE_SPEAKER,
} CvDeviceKind;

#define CV_TYPE_DEVICE (cv_device_get_type ())
G_DECLARE_FINAL_TYPE (CvDevice, cv_device, CV, DEVICE, GObject)

/* Properties: id, name (strings), kind, is-default (boolean). The id is stable while plugged in. */
const char *cv_device_get_id (CvDevice *self);
const char *cv_device_get_name (CvDevice *self);
CvDeviceKind cv_device_get_kind (CvDevice *self);
gboolean cv_device_get_is_default (CvDevice *self);

#define CV_TYPE_DEVICES (cv_devices_get_type ())
G_DECLARE_FINAL_TYPE (CvDevices, cv_devices, CV, DEVICES, GObject)

/* Signals, after the list has changed: added (CvDevice), removed (CvDevice). */
CvDevices *cv_devices_get_default (void); /* borrowed; starts monitoring at the first call */
GListModel *cv_devices_get_list (CvDevices *self, CvDeviceKind kind); /* of CvDevice, borrowed */

/* For the sources and the speaker: an element for a device. id NULL: the default one. Floating;
 * NULL with CV_MEDIA_ERROR_NO_DEVICE. */
struct _GstElement;
struct _GstElement *cv_devices_make_element (CvDevices *self, CvDeviceKind kind, const char *id,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
