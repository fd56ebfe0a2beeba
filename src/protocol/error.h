/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What can be wrong with a link or a message. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CV_PROTOCOL_ERROR (cv_protocol_error_quark ())
GQuark cv_protocol_error_quark (void);

typedef enum {
  CV_PROTOCOL_ERROR_TOO_BIG, /* longer or deeper than the limits: close the connection */
  CV_PROTOCOL_ERROR_SYNTAX, /* not one JSON object: close the connection */
  CV_PROTOCOL_ERROR_TYPE, /* a type this version does not know: ignore the message */
  CV_PROTOCOL_ERROR_FIELD, /* a field is missing, repeated, of the wrong kind or out of range */
  CV_PROTOCOL_ERROR_LINK, /* not an invite link: ask for another */
} CvProtocolError;

G_END_DECLS
