/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Two of each kind, with names as long as real ones. */
#include "media/devices.h"

struct _CvDevice {
  GObject parent_instance;
  const char *id;
  const char *name;
  CvDeviceKind kind;
};
G_DEFINE_FINAL_TYPE (CvDevice, cv_device, G_TYPE_OBJECT)

struct _CvDevices {
  GObject parent_instance;
  GListStore *lists[3];
};
G_DEFINE_FINAL_TYPE (CvDevices, cv_devices, G_TYPE_OBJECT)

static void
cv_device_class_init (CvDeviceClass *klass)
{
}

static void
cv_device_init (CvDevice *self)
{
}

static void
cv_devices_class_init (CvDevicesClass *klass)
{
}

static void
cv_devices_init (CvDevices *self)
{
  static const char *const names[][2] = {
      {"Integrated Camera", "Logitech HD Pro Webcam C920 <USB>"},
      {"Built-in Audio Analog Stereo", "Jabra Evolve2 65 Mono"},
      {"Built-in Audio Analog Stereo", "HDMI / DisplayPort 1 Output"},
  };

  for (int kind = 0; kind < 3; kind++) {
    self->lists[kind] = g_list_store_new (CV_TYPE_DEVICE);
    for (int i = 0; i < 2; i++) {
      g_autoptr (CvDevice) device = g_object_new (CV_TYPE_DEVICE, NULL);

      device->id = device->name = names[kind][i];
      device->kind = (CvDeviceKind)kind;
      g_list_store_append (self->lists[kind], device);
    }
  }
}

const char *
cv_device_get_id (CvDevice *self)
{
  return self->id;
}

const char *
cv_device_get_name (CvDevice *self)
{
  return self->name;
}

CvDeviceKind
cv_device_get_kind (CvDevice *self)
{
  return self->kind;
}

gboolean
cv_device_get_is_default (CvDevice *self)
{
  return FALSE;
}

CvDevices *
cv_devices_get_default (void)
{
  static CvDevices *devices;

  if (devices == NULL)
    devices = g_object_new (CV_TYPE_DEVICES, NULL);
  return devices;
}

GListModel *
cv_devices_get_list (CvDevices *self, CvDeviceKind kind)
{
  return G_LIST_MODEL (self->lists[kind]);
}
