/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Strict base64 with padding, for payloads; base/encoding has the other alphabet. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

/* RFC 4648 §4: no white space, no stray bits. NULL when text is not that or holds more than max
 * bytes. Public data only: not constant-time. */
GBytes *cv_protocol_base64_decode (const char *text, gsize max);

G_END_DECLS
