/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* camera ─ capsfilter ─ (decodebin when it delivers JPEG) ─ videoconvert */
#include "media/source-camera.h"

#include "media/devices.h"
#include "media/engine.h"

/* The best first. Many cameras reach 720p only as JPEG, and no rate worth having in raw. */
#define WANTED                                                                                     \
  "video/x-raw, width=(int)1280, height=(int)720, framerate=(fraction)[ 24/1, 30/1 ];"             \
  "image/jpeg, width=(int)1280, height=(int)720, framerate=(fraction)[ 24/1, 30/1 ];"              \
  "video/x-raw, width=(int)[ 320, 1280 ], height=(int)[ 180, 960 ],"                               \
  " framerate=(fraction)[ 15/1, 30/1 ];"                                                           \
  "image/jpeg, width=(int)[ 320, 1920 ], height=(int)[ 180, 1080 ];"                               \
  "video/x-raw"

static void
on_pad_added (GstElement *decoder, GstPad *pad, gpointer data)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (data, "sink");

  if (!gst_pad_is_linked (sink))
    gst_pad_link (pad, sink);
}

/* pipewiresrc hands out PipeWire's memory, which is unmapped when the source stops, while the
 * queue behind it may still be reading a frame. A copy of 1.4 MB a frame is the price. */
static void
set_own_memory (GstElement *camera)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (camera);

  if (g_object_class_find_property (klass, "use-bufferpool") != NULL)
    g_object_set (camera, "use-bufferpool", FALSE, NULL);
  else if (g_object_class_find_property (klass, "always-copy") != NULL)
    g_object_set (camera, "always-copy", TRUE, NULL);
}

GstElement *
cv_source_camera_new (const char *device_id, GError **error)
{
  GstElement *camera =
      cv_devices_make_element (cv_devices_get_default (), CV_DEVICE_CAMERA, device_id, error);
  g_autoptr (GstCaps) wanted = gst_caps_from_string (WANTED);
  g_autoptr (GstPad) src = NULL;
  GstElement *bin;
  GstElement *filter;
  GstElement *decoder;
  GstElement *convert;

  if (camera == NULL)
    return NULL;
  set_own_memory (camera);
  bin = gst_bin_new (NULL);
  filter = gst_element_factory_make ("capsfilter", NULL);
  decoder = gst_element_factory_make ("decodebin", NULL);
  convert = gst_element_factory_make ("videoconvert", NULL);
  g_object_set (filter, "caps", wanted, NULL);
  gst_bin_add_many (GST_BIN (bin), camera, filter, decoder, convert, NULL);
  gst_element_link_many (camera, filter, decoder, NULL);
  g_signal_connect (decoder, "pad-added", G_CALLBACK (on_pad_added), convert);
  src = gst_element_get_static_pad (convert, "src");
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", src));
  return bin;
}
