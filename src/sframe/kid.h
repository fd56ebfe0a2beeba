/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Key ids of MLS mode: context, leaf and epoch in one number (RFC 9605 §5.2). Pure; any thread.
 *
 *   KID = (context << (S + E)) + (leaf << E) + (epoch mod 2^E) */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CV_SFRAME_KID_EPOCH_BITS 4 /* E, E2EE.md section 3 */

typedef struct {
  guint64 context;
  guint32 leaf;
  guint8 epoch; /* epoch mod 2^E */
} CvSframeKid;

/* S: the smallest value with leaf_count ≤ 2^S. leaf_count is the width of that epoch's tree. */
guint cv_sframe_kid_count_leaf_bits (guint32 leaf_count);

/* leaf < 2^leaf_bits, and the context fits into what is left of 64 bits. */
guint64 cv_sframe_kid_pack (guint leaf_bits, guint64 epoch, guint32 leaf, guint64 context);

/* The epoch's low bits come first, because S has to be looked up by them. */
guint8 cv_sframe_kid_get_epoch (guint64 kid);
CvSframeKid cv_sframe_kid_unpack (guint leaf_bits, guint64 kid);

G_END_DECLS
