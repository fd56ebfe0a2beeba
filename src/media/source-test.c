/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The synthetic participant. One text overlay for everything that is written: each costs. */
#include "media/source-test.h"

#include "media/clock.h"

#define CAPS_FORMAT                                                                                \
  "video/x-raw, format=I420, width=%d, height=%d, framerate=30/1, pixel-aspect-ratio=1/1"

typedef struct {
  GstElement *overlay; /* borrowed: the bin owns both ends of the probe */
  char *name;
  guint64 n_frames;
} Writer;

static void
writer_free (gpointer data)
{
  Writer *writer = data;

  g_free (writer->name);
  g_free (writer);
}

static guint
hash_name (const char *name)
{
  /* Spread, since neighbouring names would hash to neighbours. */
  return (g_str_hash (name != NULL ? name : "") * 2654435761u) >> 8;
}

static guint32
colour_of (const char *name)
{
  static const guint32 colours[] = {
      0xff1a5fb4, 0xff26734d, 0xff8a4b08, 0xff613583, 0xff865e3c, 0xff9c1c28,
      0xff0b7285, 0xff5c6b00, 0xff7b2d5e, 0xff3d3846, 0xff2b5f2b, 0xff4a3fa0,
  };

  return colours[hash_name (name) % G_N_ELEMENTS (colours)];
}

guint
cv_source_test_get_tone (const char *name)
{
  return 300 + 40 * (hash_name (name) % 25);
}

static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Writer *writer = data;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%H:%M:%S");
  g_autofree char *text =
      g_strdup_printf ("%s\n#%" G_GUINT64_FORMAT "  %s.%03d", writer->name, writer->n_frames++,
                       time, g_date_time_get_microsecond (now) / 1000);

  g_object_set (writer->overlay, "text", text, NULL);
  return GST_PAD_PROBE_OK;
}

/* Only the src pad of "exit" shows: the overlay would wait for text at a pad that is linked. */
static GstElement *
make_bin (const char *description)
{
  g_autoptr (GError) error = NULL;
  GstElement *bin = gst_parse_bin_from_description_full (description, FALSE, NULL,
                                                         GST_PARSE_FLAG_FATAL_ERRORS, &error);
  g_autoptr (GstElement) exit = NULL;
  g_autoptr (GstPad) src = NULL;

  if (bin == NULL) {
    g_warning ("test source: %s", error->message);
    return NULL;
  }
  exit = gst_bin_get_by_name (GST_BIN (bin), "exit");
  src = gst_element_get_static_pad (exit, "src");
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", src));
  return bin;
}

GstElement *
cv_source_test_new_video (const char *name)
{
  GstElement *bin =
      make_bin ("videotestsrc name=picture is-live=true pattern=ball motion=wavy"
                " ! capsfilter name=size caps-change-mode=delayed"
                " ! textoverlay name=exit valignment=top halignment=left line-alignment=left"
                " font-desc=\"Cantarell, Sans Bold 22\" auto-resize=false"
                " shaded-background=true");
  g_autoptr (GstElement) picture = NULL;
  g_autoptr (GstPad) pad = NULL;
  Writer *writer;

  if (bin == NULL)
    return NULL;
  picture = gst_bin_get_by_name (GST_BIN (bin), "picture");
  g_object_set (picture, "background-color", colour_of (name), "foreground-color", 0xfff6f5f4,
                "timestamp-offset", (gint64)cv_media_clock_now (), NULL);
  cv_source_test_set_size (bin, 640, 360);

  writer = g_new0 (Writer, 1);
  writer->overlay = gst_bin_get_by_name (GST_BIN (bin), "exit");
  writer->name = g_strdup (name != NULL ? name : "");
  g_object_unref (writer->overlay);
  pad = gst_element_get_static_pad (picture, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture, writer, writer_free);
  return bin;
}

void
cv_source_test_set_size (GstElement *bin, int width, int height)
{
  g_autoptr (GstElement) size = gst_bin_get_by_name (GST_BIN (bin), "size");
  g_autofree char *text = g_strdup_printf (CAPS_FORMAT, width, height);
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  if (size != NULL)
    g_object_set (size, "caps", caps, NULL);
}

GstElement *
cv_source_test_new_audio (const char *name)
{
  GstElement *bin =
      make_bin ("audiotestsrc name=tone is-live=true wave=sine volume=0.2"
                " samplesperbuffer=480"
                " ! capsfilter name=exit caps=\"audio/x-raw, rate=48000, channels=1\"");
  g_autoptr (GstElement) tone = NULL;

  if (bin == NULL)
    return NULL;
  tone = gst_bin_get_by_name (GST_BIN (bin), "tone");
  g_object_set (tone, "freq", (double)cv_source_test_get_tone (name), "timestamp-offset",
                (gint64)cv_media_clock_now (), NULL);
  return bin;
}
