/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What can go wrong on the way to a peer. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CV_TRANSPORT_ERROR (cv_transport_error_quark ())
GQuark cv_transport_error_quark (void);

typedef enum {
  CV_TRANSPORT_ERROR_INPUT, /* malformed candidate, description or packet: drop it */
  CV_TRANSPORT_ERROR_AUTHENTICATION, /* certificate, tag or replay: drop the packet or the link */
  CV_TRANSPORT_ERROR_UNREACHABLE, /* no path to the peer: restart ICE or give up */
  CV_TRANSPORT_ERROR_LIMIT, /* too many candidates, sources or restarts: drop the input */
  CV_TRANSPORT_ERROR_LIBRARY, /* OpenSSL, libsrtp or libnice failed: give the link up */
} CvTransportError;

G_END_DECLS
