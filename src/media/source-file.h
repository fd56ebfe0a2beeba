/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A media file in place of a camera or microphone, at the speed of life. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* At its end the bin posts an element message of this name instead of EOS; who loops makes another
 * bin. */
#define CV_SOURCE_FILE_ENDED "conclave-file-ended"

/* A bin with a "src" pad, floating. path: a file name. Errors come on the bus. */
GstElement *cv_source_file_new (const char *path, gboolean is_video);

G_END_DECLS
