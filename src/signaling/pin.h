/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The pin of a server's certificate: SHA-256 of its SubjectPublicKeyInfo. */
#pragma once

#include "base/bytes.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define CV_SIGNALING_PIN_BYTES 32

/* RFC 5280 §4.1: the whole SubjectPublicKeyInfo, borrowed from der. FALSE when der is no
 * certificate. */
gboolean cv_signaling_pin_find_key (CvSpan der, CvSpan *key_info) G_GNUC_WARN_UNUSED_RESULT;

gboolean
cv_signaling_pin_compute (GTlsCertificate *certificate,
                          guint8 pin[static CV_SIGNALING_PIN_BYTES]) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_signaling_pin_matches (GTlsCertificate *certificate,
                                   const guint8 pin[static CV_SIGNALING_PIN_BYTES]);

G_END_DECLS
