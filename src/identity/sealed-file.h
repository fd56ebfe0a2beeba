/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A small file that is sealed, bounded and written whole: shared by store-file and contacts. */
#pragma once

#include "crypto/context.h"
#include "identity/error.h"

G_BEGIN_DECLS

#define CV_IDENTITY_SEALED_FILE_MAX (4 * 1024 * 1024)

/* Full; NULL without an error: there is no such file. */
GBytes *cv_identity_sealed_file_read (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Written beside it and moved into place, readable by the owner alone. */
gboolean cv_identity_sealed_file_write (const char *path, CvSpan contents,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
