/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Bytes as text: hex, base64url (RFC 4648 §5, without padding) and digits.
 *
 * Constant time in the contents, so that the same functions serve keys and ids; lengths are
 * public. Parsing accepts only what writing gives: no white space, no padding, no left-over bits
 * (hex in either case). */
#pragma once

#include "base/bytes.h"
#include "base/secret.h"

G_BEGIN_DECLS

char *cv_encoding_dup_hex (CvSpan bytes); /* full, lower case */
char *cv_encoding_dup_base64url (CvSpan bytes); /* full */

/* The last n_digits of the decimal number, without a NUL: for codes that people compare. */
void cv_encoding_write_digits (guint64 value, char *out, gsize n_digits);

/* Full; NULL when text is not the encoding of at most max bytes. text need not end in NUL. */
GBytes *cv_encoding_parse_hex (const char *text, gsize len, gsize max);
GBytes *cv_encoding_parse_base64url (const char *text, gsize len, gsize max);

/* The same for keys. The text comes as a secret whose last byte is NUL; the parsers give NULL for
 * the empty text too, because no secret is empty. */
CvSecret *cv_encoding_dup_secret_base64url (CvSpan secret);
CvSecret *cv_encoding_parse_secret_hex (const char *text, gsize len, gsize max);
CvSecret *cv_encoding_parse_secret_base64url (const char *text, gsize len, gsize max);

G_END_DECLS
