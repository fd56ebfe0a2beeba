/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* uridecodebin, its first stream of the kind, moved to the running time of a live pipeline and held
 * back to the clock. */
#include "media/source-file.h"

#include "media/clock.h"

#include <gio/gio.h>

typedef struct {
  GstElement *first; /* borrowed: in the same bin */
  GstElement *bin; /* likewise */
  gboolean is_video;

  GstSegment segment; /* streaming thread of the linked pad */
  GstClockTimeDiff shift;
  gboolean has_shift;
} File;

static GstPadProbeReturn
shift_buffer (File *file, GstPadProbeInfo *info)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstClockTime running_time =
      gst_segment_to_running_time (&file->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));

  if (!GST_CLOCK_TIME_IS_VALID (running_time))
    return GST_PAD_PROBE_DROP;
  if (!file->has_shift) {
    file->shift = GST_CLOCK_DIFF (running_time, cv_media_clock_now ());
    file->has_shift = TRUE;
  }
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = (GstClockTime)((GstClockTimeDiff)running_time + file->shift);
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_stream (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  File *file = data;
  GstEvent *event;
  GstSegment plain;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
    return shift_buffer (file, info);
  event = GST_PAD_PROBE_INFO_EVENT (info);
  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_SEGMENT:
    gst_event_copy_segment (event, &file->segment);
    gst_segment_init (&plain, GST_FORMAT_TIME);
    gst_event_unref (event);
    GST_PAD_PROBE_INFO_DATA (info) = gst_event_new_segment (&plain);
    return GST_PAD_PROBE_OK;
  case GST_EVENT_EOS:
    /* Looping over nothing would never end. */
    if (!file->has_shift)
      GST_ELEMENT_ERROR (file->bin, STREAM, DECODE, (NULL), ("the file has nothing to play"));
    else
      gst_element_post_message (
          file->bin, gst_message_new_element (GST_OBJECT (file->bin),
                                              gst_structure_new_empty (CV_SOURCE_FILE_ENDED)));
    return GST_PAD_PROBE_DROP;
  case GST_EVENT_GAP:
    return GST_PAD_PROBE_DROP;
  default:
    return GST_PAD_PROBE_OK;
  }
}

static void
on_pad_added (GstElement *decoder, GstPad *pad, gpointer data)
{
  File *file = data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  g_autoptr (GstPad) sink = gst_element_get_static_pad (file->first, "sink");
  const char *wanted = file->is_video ? "video/x-raw" : "audio/x-raw";

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  if (gst_caps_is_empty (caps) || gst_pad_is_linked (sink)
      || !g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps, 0)), wanted))
    return;
  gst_segment_init (&file->segment, GST_FORMAT_TIME);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                     on_stream, file, NULL);
  gst_pad_link (pad, sink);
}

static void
on_no_more_pads (GstElement *decoder, gpointer data)
{
  File *file = data;
  g_autoptr (GstPad) sink = gst_element_get_static_pad (file->first, "sink");

  if (!gst_pad_is_linked (sink))
    GST_ELEMENT_ERROR (decoder, STREAM, WRONG_TYPE, (NULL),
                       ("no %s stream in the file", file->is_video ? "video" : "audio"));
}

GstElement *
cv_source_file_new (const char *path, gboolean is_video)
{
  g_autoptr (GFile) location = g_file_new_for_commandline_arg (path);
  g_autofree char *uri = g_file_get_uri (location);
  g_autoptr (GstCaps) caps = gst_caps_from_string (is_video ? "video/x-raw" : "audio/x-raw");
  GstElement *bin = gst_bin_new (NULL);
  GstElement *decoder = gst_element_factory_make ("uridecodebin", NULL);
  GstElement *convert = gst_element_factory_make (is_video ? "videoconvert" : "audioconvert", NULL);
  GstElement *pace = gst_element_factory_make ("clocksync", NULL);
  g_autoptr (GstPad) src = NULL;
  File *file = g_new0 (File, 1);

  file->first = convert;
  file->is_video = is_video;
  file->bin = bin;
  /* Freed with the bin, which outlives every streaming thread that uses it. */
  g_object_set_data_full (G_OBJECT (bin), "cv-file", file, g_free);
  g_object_set (decoder, "uri", uri, "caps", caps, "expose-all-streams", FALSE, NULL);
  gst_bin_add_many (GST_BIN (bin), decoder, convert, pace, NULL);
  gst_element_link (convert, pace);
  g_signal_connect (decoder, "pad-added", G_CALLBACK (on_pad_added), file);
  g_signal_connect (decoder, "no-more-pads", G_CALLBACK (on_no_more_pads), file);
  src = gst_element_get_static_pad (pace, "src");
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", src));
  return bin;
}
