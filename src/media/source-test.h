/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A moving picture and a tone in place of a camera and a microphone. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The picture shows the name, the number of the frame and the time of day, on a colour that belongs
 * to the name. 640 × 360 at 30 pictures a second. Bins with a "src" pad, floating; NULL when a
 * plugin is missing. */
GstElement *cv_source_test_new_video (const char *name);
GstElement *cv_source_test_new_audio (const char *name);

/* The tone of a name, Hz: 300 to 1260. */
guint cv_source_test_get_tone (const char *name);

/* Makes the picture larger or smaller while it runs. */
void cv_source_test_set_size (GstElement *bin, int width, int height);

G_END_DECLS
