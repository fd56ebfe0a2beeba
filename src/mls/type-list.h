/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A vector of uint16 types: extensions, proposals, credentials, suites (RFC 9420 §7.2).
 *
 * A list is a GArray of guint16; full where a function gives one, never NULL. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

GArray *cv_mls_type_list_new (const guint16 *types, gsize n_types);
GArray *cv_mls_type_list_read (CvReader *reader);
/* NULL is the empty list, here and below. */
void cv_mls_type_list_write (CvWriter *writer, const GArray *types);
gboolean cv_mls_type_list_contain (const GArray *types, guint16 type);

G_END_DECLS
