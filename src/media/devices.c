/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* GstDeviceMonitor behind three list models. */
#include "media/devices.h"

#include "media/engine.h"

#include <gst/gst.h>

#define N_KINDS 3

struct _CvDevice {
  GObject parent;

  GstDevice *device;
  char *id;
  char *name;
  CvDeviceKind kind;
  gboolean is_default;
};

struct _CvDevices {
  GObject parent;

  GstDeviceMonitor *monitor;
  guint watch_id;
  GListStore *lists[N_KINDS];
};

enum { PROP_ID = 1, PROP_NAME, PROP_KIND, PROP_IS_DEFAULT, N_PROPS };

static GParamSpec *properties[N_PROPS];
static guint added_signal;
static guint removed_signal;

G_DEFINE_FINAL_TYPE (CvDevice, cv_device, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE (CvDevices, cv_devices, G_TYPE_OBJECT)

/* ---- CvDevice -------------------------------------------------------------------------------- */

static void
cv_device_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  CvDevice *self = CV_DEVICE (object);

  switch (id) {
  case PROP_ID:
    g_value_set_string (value, self->id);
    break;
  case PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case PROP_KIND:
    g_value_set_int (value, (int)self->kind);
    break;
  case PROP_IS_DEFAULT:
    g_value_set_boolean (value, self->is_default);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
cv_device_finalize (GObject *object)
{
  CvDevice *self = CV_DEVICE (object);

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->id, g_free);
  g_clear_object (&self->device);
  G_OBJECT_CLASS (cv_device_parent_class)->finalize (object);
}

static void
cv_device_class_init (CvDeviceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = cv_device_get_property;
  object_class->finalize = cv_device_finalize;
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_KIND] = g_param_spec_int ("kind", NULL, NULL, 0, N_KINDS - 1, 0, flags);
  properties[PROP_IS_DEFAULT] = g_param_spec_boolean ("is-default", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
cv_device_init (CvDevice *self)
{
}

/* PulseAudio and PipeWire name their nodes, V4L2 its device files; a display name is the last
 * resort, since two like cameras share it. */
static char *
dup_stable_id (GstDevice *device, const GstStructure *facts)
{
  static const char *const keys[] = {"node.name", "device.path", "api.v4l2.path", "object.path"};
  char *id = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (device), "internal-name") != NULL)
    g_object_get (device, "internal-name", &id, NULL);
  for (guint i = 0; id == NULL && facts != NULL && i < G_N_ELEMENTS (keys); i++)
    id = g_strdup (gst_structure_get_string (facts, keys[i]));
  return id != NULL ? id : gst_device_get_display_name (device);
}

static CvDevice *
device_new (GstDevice *device, CvDeviceKind kind)
{
  CvDevice *self = g_object_new (CV_TYPE_DEVICE, NULL);
  g_autoptr (GstStructure) facts = gst_device_get_properties (device);

  self->device = g_object_ref (device);
  self->kind = kind;
  self->id = dup_stable_id (device, facts);
  self->name = gst_device_get_display_name (device);
  if (facts != NULL)
    gst_structure_get_boolean (facts, "is-default", &self->is_default);
  return self;
}

const char *
cv_device_get_id (CvDevice *self)
{
  g_return_val_if_fail (CV_IS_DEVICE (self), NULL);
  return self->id;
}

const char *
cv_device_get_name (CvDevice *self)
{
  g_return_val_if_fail (CV_IS_DEVICE (self), NULL);
  return self->name;
}

CvDeviceKind
cv_device_get_kind (CvDevice *self)
{
  g_return_val_if_fail (CV_IS_DEVICE (self), CV_DEVICE_CAMERA);
  return self->kind;
}

gboolean
cv_device_get_is_default (CvDevice *self)
{
  g_return_val_if_fail (CV_IS_DEVICE (self), FALSE);
  return self->is_default;
}

/* ---- CvDevices ------------------------------------------------------------------------------- */

/* FALSE: none of ours, as the monitor of a speaker, which is no microphone. */
static gboolean
classify (GstDevice *device, CvDeviceKind *kind)
{
  g_autoptr (GstStructure) facts = gst_device_get_properties (device);

  if (facts != NULL && g_strcmp0 (gst_structure_get_string (facts, "device.class"), "monitor") == 0)
    return FALSE;
  if (gst_device_has_classes (device, "Video/Source"))
    *kind = CV_DEVICE_CAMERA;
  else if (gst_device_has_classes (device, "Audio/Source"))
    *kind = CV_DEVICE_MICROPHONE;
  else if (gst_device_has_classes (device, "Audio/Sink"))
    *kind = CV_DEVICE_SPEAKER;
  else
    return FALSE;
  return TRUE;
}

/* FALSE: it is not in the list. Providers make new objects for the same device, so ids count. */
static gboolean
find_index (CvDevices *self, const CvDevice *device, guint *index)
{
  GListModel *list = G_LIST_MODEL (self->lists[device->kind]);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (CvDevice) item = g_list_model_get_item (list, i);

    if (g_strcmp0 (item->id, device->id) == 0) {
      *index = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* Also for one that is there already: the same device with other facts, such as being the default
 * one now, or one that was told twice while monitoring began. */
static void
add (CvDevices *self, GstDevice *device)
{
  g_autoptr (CvDevice) item = NULL;
  CvDeviceKind kind;
  guint index;

  if (!classify (device, &kind))
    return;
  item = device_new (device, kind);
  if (find_index (self, item, &index)) {
    g_list_store_splice (self->lists[kind], index, 1, (gpointer *)&item, 1);
    return;
  }
  g_list_store_append (self->lists[kind], item);
  g_signal_emit (self, added_signal, 0, item);
}

static void
remove_device (CvDevices *self, GstDevice *device)
{
  g_autoptr (CvDevice) item = NULL;
  CvDeviceKind kind;
  guint index;

  if (!classify (device, &kind))
    return;
  item = device_new (device, kind);
  if (!find_index (self, item, &index))
    return;
  g_list_store_remove (self->lists[kind], index);
  g_signal_emit (self, removed_signal, 0, item);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  CvDevices *self = data;
  g_autoptr (GstDevice) device = NULL;
  g_autoptr (GstDevice) old = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
  case GST_MESSAGE_DEVICE_ADDED:
    gst_message_parse_device_added (message, &device);
    add (self, device);
    break;
  case GST_MESSAGE_DEVICE_REMOVED:
    gst_message_parse_device_removed (message, &device);
    remove_device (self, device);
    break;
  case GST_MESSAGE_DEVICE_CHANGED:
    gst_message_parse_device_changed (message, &device, &old);
    add (self, device);
    break;
  default:
    break;
  }
  return G_SOURCE_CONTINUE;
}

static void
cv_devices_dispose (GObject *object)
{
  CvDevices *self = CV_DEVICES (object);

  g_clear_handle_id (&self->watch_id, g_source_remove);
  if (self->monitor != NULL)
    gst_device_monitor_stop (self->monitor);
  g_clear_object (&self->monitor);
  for (guint i = 0; i < N_KINDS; i++)
    g_clear_object (&self->lists[i]);
  G_OBJECT_CLASS (cv_devices_parent_class)->dispose (object);
}

static void
cv_devices_class_init (CvDevicesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cv_devices_dispose;
  added_signal = g_signal_new ("added", CV_TYPE_DEVICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, CV_TYPE_DEVICE);
  removed_signal = g_signal_new ("removed", CV_TYPE_DEVICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, CV_TYPE_DEVICE);
}

static void
cv_devices_init (CvDevices *self)
{
  g_autoptr (GstBus) bus = NULL;
  GList *devices;

  for (guint i = 0; i < N_KINDS; i++)
    self->lists[i] = g_list_store_new (CV_TYPE_DEVICE);
  self->monitor = gst_device_monitor_new ();
  gst_device_monitor_add_filter (self->monitor, "Video/Source", NULL);
  gst_device_monitor_add_filter (self->monitor, "Audio/Source", NULL);
  gst_device_monitor_add_filter (self->monitor, "Audio/Sink", NULL);
  if (!gst_device_monitor_start (self->monitor)) {
    g_clear_object (&self->monitor);
    return;
  }
  devices = gst_device_monitor_get_devices (self->monitor);
  for (GList *l = devices; l != NULL; l = l->next)
    add (self, l->data);
  g_list_free_full (devices, g_object_unref);
  bus = gst_device_monitor_get_bus (self->monitor);
  self->watch_id = gst_bus_add_watch (bus, on_message, self);
}

CvDevices *
cv_devices_get_default (void)
{
  static CvDevices *devices;

  if (devices == NULL) {
    gst_init (NULL, NULL);
    devices = g_object_new (CV_TYPE_DEVICES, NULL);
    g_object_add_weak_pointer (G_OBJECT (devices), (gpointer *)&devices);
  }
  return devices;
}

GListModel *
cv_devices_get_list (CvDevices *self, CvDeviceKind kind)
{
  g_return_val_if_fail (CV_IS_DEVICES (self), NULL);
  g_return_val_if_fail (kind < N_KINDS, NULL);
  return G_LIST_MODEL (self->lists[kind]);
}

/* The one with the id, else the default one, else the first one; NULL: none at all. */
static CvDevice *
find (CvDevices *self, CvDeviceKind kind, const char *id)
{
  GListModel *list = G_LIST_MODEL (self->lists[kind]);
  g_autoptr (CvDevice) best = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (list); i++) {
    g_autoptr (CvDevice) item = g_list_model_get_item (list, i);

    if (id != NULL && g_strcmp0 (item->id, id) == 0)
      return g_steal_pointer (&item);
    if (best == NULL || (item->is_default && !best->is_default))
      g_set_object (&best, item);
  }
  return g_steal_pointer (&best);
}

GstElement *
cv_devices_make_element (CvDevices *self, CvDeviceKind kind, const char *id, GError **error)
{
  static const char *const names[] = {"camera", "microphone", "speaker"};
  g_autoptr (CvDevice) device = NULL;
  GstElement *element;

  g_return_val_if_fail (CV_IS_DEVICES (self), NULL);
  g_return_val_if_fail (kind < N_KINDS, NULL);

  device = find (self, kind, id);
  if (device == NULL) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_NO_DEVICE, "no %s found", names[kind]);
    return NULL;
  }
  element = gst_device_create_element (device->device, NULL);
  if (element == NULL)
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_REFUSED, "cannot open the %s %s",
                 names[kind], device->name);
  return element;
}
