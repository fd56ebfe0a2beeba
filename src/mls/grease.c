/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Seeds are already random and public: nothing is drawn for this. */
#include "mls/grease.h"

#define N_VALUES 15
#define DATA_MAX 7

/* The first byte of a point on a NIST curve says how it is written, and is always the same. */
static guint8
last_byte (CvSpan seed)
{
  return seed.len > 0 ? seed.data[seed.len - 1] : 0;
}

guint16
cv_mls_grease_pick (CvSpan seed)
{
  guint8 half = (guint8)((last_byte (seed) % N_VALUES) << 4 | 0x0A);

  return (guint16)(half << 8 | half);
}

void
cv_mls_grease_add_extension (GPtrArray *list, CvSpan seed)
{
  gsize len = MIN (seed.len, (gsize)last_byte (seed) % (DATA_MAX + 1));
  CvSpan data = len > 0 ? cv_span (seed.data + seed.len - len, len) : CV_SPAN_EMPTY;

  cv_mls_extension_list_add (list, cv_mls_grease_pick (seed), data);
}

gboolean
cv_mls_grease_is_value (guint16 value)
{
  return (value & 0x0F0F) == 0x0A0A && value >> 12 == (value >> 4 & 0x0F) && value >> 12 < N_VALUES;
}
