/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* external_pub: the key of an epoch for who comes from outside (RFC 9420 §12.4.3.2). */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

/* FALSE when it is no single key; the key is borrowed from data. */
gboolean cv_mls_external_pub_parse (CvSpan data, CvSpan *public_key);
GBytes *cv_mls_external_pub_encode (CvSpan public_key); /* full */

G_END_DECLS
