/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Why a connection to a room could not be made, or ended. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CV_SIGNALING_ERROR (cv_signaling_error_quark ())
GQuark cv_signaling_error_quark (void);

typedef enum {
  CV_SIGNALING_ERROR_UNREACHABLE, /* no server there, no network, or not resumed in time */
  CV_SIGNALING_ERROR_CERTIFICATE, /* not the key that the link names, or not trusted */
  CV_SIGNALING_ERROR_VERSION, /* one of the two programs is too old */
  CV_SIGNALING_ERROR_PROTOCOL, /* the server said something that it must not, or refused us */
  CV_SIGNALING_ERROR_FULL, /* room or server limits, or too many attempts */
  CV_SIGNALING_ERROR_CLOSED, /* the connection has ended: by us, or the server stops */
} CvSignalingError;

G_END_DECLS
