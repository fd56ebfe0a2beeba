/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Swaps source bins at the head of a pipeline. The element behind it is a leaky queue, so that
 * stopping a source never waits. */
#include "media/source-slot.h"

#include "media/source-camera.h"
#include "media/source-file.h"
#include "media/source-microphone.h"
#include "media/source-test.h"

struct CvSourceSlot {
  CvSourceSlotOptions options;
  char *name;
  char *probe;
  char *word;
  char *device_id;
  gboolean is_off;
  int width;
  int height;
  GstElement *source; /* NULL: none */
  gint64 started_us; /* monotonic */
};

/* What ran for so long and then failed was unplugged; what fails at once will fail again. */
#define UNPLUGGED_AFTER_US (2 * G_USEC_PER_SEC)

static gboolean
is_word (CvSourceSlot *self, const char *word)
{
  return g_strcmp0 (self->word, word) == 0;
}

static gboolean
is_file (CvSourceSlot *self)
{
  return !is_word (self, "device") && !is_word (self, "test");
}

static void
take_out (CvSourceSlot *self)
{
  g_autoptr (GstElement) source = g_steal_pointer (&self->source);

  if (source == NULL)
    return;
  gst_element_set_locked_state (source, TRUE);
  gst_element_set_state (source, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->options.pipeline), source);
}

static GstElement *
make_test_source (CvSourceSlot *self)
{
  GstElement *source;

  if (!self->options.is_video)
    return cv_source_test_new_audio (self->name);
  source = cv_source_test_new_video (self->name);
  if (source != NULL && self->width > 0)
    cv_source_test_set_size (source, self->width, self->height);
  return source;
}

static GstElement *
make_source (CvSourceSlot *self, GError **error)
{
  GstElement *source;

  if (is_word (self, "device")) {
    return self->options.is_video ? cv_source_camera_new (self->device_id, error)
                                  : cv_source_microphone_new (self->device_id, self->probe, error);
  }
  if (!is_word (self, "test"))
    return cv_source_file_new (self->word, self->options.is_video);
  source = make_test_source (self);
  if (source == NULL)
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_PLUGIN,
                 "expected the test sources of GStreamer's base plugins");
  return source;
}

static gboolean
put_in (CvSourceSlot *self, GError **error)
{
  GstElement *source = make_source (self, error);

  if (source == NULL)
    return FALSE;
  self->source = gst_object_ref_sink (source);
  self->started_us = g_get_monotonic_time ();
  /* A file that is slow or broken must not hold the running pipeline in its own state change. */
  g_object_set (source, "async-handling", TRUE, NULL);
  gst_bin_add (GST_BIN (self->options.pipeline), source);
  if (gst_element_link (source, self->options.next) && gst_element_sync_state_with_parent (source))
    return TRUE;
  take_out (self);
  if (is_file (self))
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_FILE, "could not read the media file");
  else
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_REFUSED, "could not start the %s",
                 self->options.is_video ? "camera" : "microphone");
  return FALSE;
}

/* With a device that was chosen, the default one is tried after it. */
static void
restart (CvSourceSlot *self)
{
  g_autoptr (GError) error = NULL;

  take_out (self);
  if (self->is_off || self->word == NULL || is_word (self, "off"))
    return;
  if (put_in (self, &error))
    return;
  self->options.failed (self->options.data, error);
  if (!is_word (self, "device") || self->device_id == NULL)
    return;
  g_clear_pointer (&self->device_id, g_free);
  restart (self);
}

CvSourceSlot *
cv_source_slot_new (const CvSourceSlotOptions *options)
{
  CvSourceSlot *self = g_new0 (CvSourceSlot, 1);

  self->options = *options;
  self->name = g_strdup (options->name);
  self->probe = g_strdup (options->probe);
  return self;
}

void
cv_source_slot_free (CvSourceSlot *self)
{
  if (self == NULL)
    return;
  take_out (self);
  g_free (self->device_id);
  g_free (self->word);
  g_free (self->probe);
  g_free (self->name);
  g_free (self);
}

void
cv_source_slot_set_word (CvSourceSlot *self, const char *word)
{
  if (is_word (self, word))
    return;
  g_free (self->word);
  self->word = g_strdup (word);
  restart (self);
}

void
cv_source_slot_set_device (CvSourceSlot *self, const char *device_id)
{
  if (g_strcmp0 (self->device_id, device_id) == 0 && self->source != NULL)
    return;
  g_free (self->device_id);
  self->device_id = g_strdup (device_id);
  if (is_word (self, "device"))
    restart (self);
}

void
cv_source_slot_set_off (CvSourceSlot *self, gboolean is_off)
{
  if (self->is_off == is_off)
    return;
  self->is_off = is_off;
  restart (self);
}

/* Whoever asked for a device and has none takes the first that comes. */
void
cv_source_slot_device_added (CvSourceSlot *self)
{
  if (self->source == NULL && is_word (self, "device"))
    restart (self);
}

/* Some sound servers move a stream to another device without a word. */
void
cv_source_slot_device_removed (CvSourceSlot *self, const char *device_id)
{
  g_autoptr (GError) error = NULL;

  if (!is_word (self, "device") || self->device_id == NULL
      || g_strcmp0 (self->device_id, device_id) != 0)
    return;
  error = g_error_new (CV_MEDIA_ERROR, CV_MEDIA_ERROR_NO_DEVICE, "the %s was unplugged",
                       self->options.is_video ? "camera" : "microphone");
  g_clear_pointer (&self->device_id, g_free);
  self->options.failed (self->options.data, error);
  restart (self);
}

gboolean
cv_source_slot_is_running (CvSourceSlot *self)
{
  return self->source != NULL;
}

void
cv_source_slot_set_size (CvSourceSlot *self, int width, int height)
{
  if (self->width == width && self->height == height)
    return;
  self->width = width;
  self->height = height;
  if (self->source != NULL && self->options.is_video && is_word (self, "test"))
    cv_source_test_set_size (self->source, width, height);
}

/* What a person can do about it. */
static GError *
translate (CvSourceSlot *self, const GError *error)
{
  CvMediaError code = CV_MEDIA_ERROR_FAILED;

  if (is_file (self))
    code = CV_MEDIA_ERROR_FILE;
  else if (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY)
           || g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ)
           || g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED))
    code = CV_MEDIA_ERROR_REFUSED;
  else if (error->domain == GST_RESOURCE_ERROR)
    code = CV_MEDIA_ERROR_NO_DEVICE;
  return g_error_new (CV_MEDIA_ERROR, code, "%s", error->message);
}

static void
on_source_error (CvSourceSlot *self, GstMessage *message)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GError) error = NULL;
  gboolean has_run;

  gst_message_parse_error (message, &cause, NULL);
  error = translate (self, cause);
  take_out (self);
  self->options.failed (self->options.data, error);
  has_run = g_get_monotonic_time () - self->started_us > UNPLUGGED_AFTER_US;
  if (!is_word (self, "device") || (self->device_id == NULL && !has_run))
    return;
  g_clear_pointer (&self->device_id, g_free);
  restart (self);
}

gboolean
cv_source_slot_handle (CvSourceSlot *self, GstMessage *message)
{
  if (self->source == NULL
      || !gst_object_has_as_ancestor (GST_MESSAGE_SRC (message), GST_OBJECT (self->source)))
    return FALSE;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    on_source_error (self, message);
    return TRUE;
  }
  if (gst_message_has_name (message, CV_SOURCE_FILE_ENDED)) {
    restart (self);
    return TRUE;
  }
  return FALSE;
}
