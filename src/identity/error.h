/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What can go wrong with identities, statements and contacts. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CV_IDENTITY_ERROR (cv_identity_error_quark ())
GQuark cv_identity_error_quark (void);

typedef enum {
  CV_IDENTITY_ERROR_AUTHENTICATION, /* signature or seal wrong: drop the input */
  CV_IDENTITY_ERROR_MALFORMED, /* not a valid encoding: drop the input */
  CV_IDENTITY_ERROR_EXPIRED, /* before or after its time: the peer must make a new one */
  CV_IDENTITY_ERROR_NAME, /* name not allowed: ask the person for another */
  CV_IDENTITY_ERROR_UNAVAILABLE, /* no keyring there: offer a one-time identity */
  CV_IDENTITY_ERROR_DENIED, /* keyring locked and the person said no: offer the same */
  CV_IDENTITY_ERROR_IO, /* disk: say so, nothing was changed */
  CV_IDENTITY_ERROR_INTERNAL, /* cryptographic library failed: stop */
} CvIdentityError;

G_END_DECLS
