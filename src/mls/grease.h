/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* GREASE: values that mean nothing, sent so that others keep ignoring what they do not know
 * (RFC 9420 §13.5). Received ones have no rule of their own. */
#pragma once

#include "mls/extension.h"

G_BEGIN_DECLS

/* One of the fifteen values 0x0A0A, 0x1A1A … 0xEAEA; which one follows the seed, a public key or a
 * tag, so that every structure tries another. */
guint16 cv_mls_grease_pick (CvSpan seed);
/* An extension of that value with up to 7 bytes of the seed. */
void cv_mls_grease_add_extension (GPtrArray *list, CvSpan seed);
/* For the own capabilities, which count without their GREASE. */
gboolean cv_mls_grease_is_value (guint16 value);

G_END_DECLS
