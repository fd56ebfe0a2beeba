/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Failing in the domain of group.h (CV_MLS_ERROR). Internal to mls. */
#pragma once

#include "mls/group.h"

G_BEGIN_DECLS

/* Sets the error and returns FALSE, for `return cv_mls_error_fail (…)`. */
gboolean
cv_mls_error_fail (GError **error, CvMlsError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Every failure to authenticate is this one code and these words. */
gboolean cv_mls_error_fail_authentication (GError **error);
gboolean cv_mls_error_fail_malformed (GError **error, const char *structure);

/* Takes an error of crypto and gives it the code a caller of mls can act on; PROVIDER passes with
 * its own domain, because there the machine failed and not the message. Returns FALSE. */
gboolean cv_mls_error_adopt (GError **error, GError *from);

G_END_DECLS
