/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* microphone ─ audioconvert ─ audioresample ─ 48 kHz mono ─ webrtcdsp */
#include "media/source-microphone.h"

#include "media/devices.h"
#include "media/engine.h"

/* Short periods: each waits once on the way from mouth to ear. */
static void
shorten_periods (GstElement *microphone)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (microphone);

  if (g_object_class_find_property (klass, "latency-time") != NULL)
    g_object_set (microphone, "latency-time", (gint64)10000, NULL);
  if (g_object_class_find_property (klass, "buffer-time") != NULL)
    g_object_set (microphone, "buffer-time", (gint64)100000, NULL);
  if (g_object_class_find_property (klass, "provide-clock") != NULL)
    g_object_set (microphone, "provide-clock", FALSE, NULL);
}

GstElement *
cv_source_microphone_new (const char *device_id, const char *probe, GError **error)
{
  GstElement *microphone =
      cv_devices_make_element (cv_devices_get_default (), CV_DEVICE_MICROPHONE, device_id, error);
  GstElement *bin;
  g_autoptr (GstElement) entry = NULL;
  g_autoptr (GstElement) dsp = NULL;

  if (microphone == NULL)
    return NULL;
  shorten_periods (microphone);
  bin = gst_parse_bin_from_description_full (
      "audioconvert name=entry ! audioresample"
      " ! audio/x-raw, format=S16LE, rate=48000, channels=1, layout=interleaved"
      " ! webrtcdsp name=dsp noise-suppression=true noise-suppression-level=moderate"
      " gain-control=true high-pass-filter=true",
      TRUE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  if (bin == NULL) {
    gst_object_unref (gst_object_ref_sink (microphone));
    return NULL;
  }
  dsp = gst_bin_get_by_name (GST_BIN (bin), "dsp");
  g_object_set (dsp, "echo-cancel", probe != NULL, "probe", probe != NULL ? probe : "", NULL);
  entry = gst_bin_get_by_name (GST_BIN (bin), "entry");
  /* The parser has made a ghost pad of the free sink too: the microphone goes behind it. */
  gst_element_remove_pad (bin, GST_PAD (GST_ELEMENT (bin)->sinkpads->data));
  gst_bin_add (GST_BIN (bin), microphone);
  if (!gst_element_link (microphone, entry)) {
    g_set_error (error, CV_MEDIA_ERROR, CV_MEDIA_ERROR_REFUSED,
                 "expected a microphone with raw audio");
    gst_object_unref (gst_object_ref_sink (bin));
    return NULL;
  }
  return bin;
}
