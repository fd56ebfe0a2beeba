/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What can go wrong in the group: each code is another thing to do. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CV_E2EE_ERROR (cv_e2ee_error_quark ())
GQuark cv_e2ee_error_quark (void);

typedef enum {
  CV_E2EE_ERROR_AUTHENTICATION, /* seal, signature or key wrong: drop the input */
  CV_E2EE_ERROR_MALFORMED, /* not a valid encoding: drop the input */
  CV_E2EE_ERROR_POLICY, /* valid, but not allowed to who sent it: reject the commit */
  CV_E2EE_ERROR_PERMISSION, /* we may not do that: tell the person */
  CV_E2EE_ERROR_STATE, /* not now: no group yet, or the meeting is over */
  CV_E2EE_ERROR_EXHAUSTED, /* a counter reached its limit: a new epoch is needed */
  CV_E2EE_ERROR_INTERNAL, /* cryptographic library failed: leave */
} CvE2eeError;

G_END_DECLS
