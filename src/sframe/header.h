/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The SFrame header: key id and counter (RFC 9605 §4.3). Pure; any thread. */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

#define CV_SFRAME_HEADER_MAX 17 /* config byte, 8 bytes of KID, 8 bytes of CTR */

typedef struct {
  guint64 kid;
  guint64 ctr;
} CvSframeHeader;

gsize cv_sframe_header_len (const CvSframeHeader *header); /* 1 to 17 */
/* out: room for that many bytes, which it returns. */
gsize cv_sframe_header_write (const CvSframeHeader *header, guint8 *out);

/* The header's length; 0 when frame does not start with a header in its shortest form. */
gsize cv_sframe_header_parse (CvSpan frame, CvSframeHeader *header);

G_END_DECLS
