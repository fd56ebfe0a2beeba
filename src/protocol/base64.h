/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Strict base64: no white space, no stray bits, padding exactly where the alphabet wants it. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

/* RFC 4648 §4, padded: payloads. NULL when text is not that or holds more than max bytes. */
GBytes *cv_protocol_base64_decode (const char *text, gsize max);

/* RFC 4648 §5, unpadded, of exactly len bytes, written to out. Used for secrets too: nothing is
 * copied elsewhere, and out is wiped on failure. */
gboolean cv_protocol_base64url_decode (const char *text, gsize text_len, guint8 *out, gsize len);
char *cv_protocol_base64url_encode (CvSpan bytes); /* full; wipe it after use when secret */

G_END_DECLS
