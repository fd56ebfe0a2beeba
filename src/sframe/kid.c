/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Key ids of MLS mode (RFC 9605 §5.2). */
#include "sframe/kid.h"

#define EPOCH_MASK ((1u << CV_SFRAME_KID_EPOCH_BITS) - 1)

guint
cv_sframe_kid_count_leaf_bits (guint32 leaf_count)
{
  guint bits = 0;

  while (bits < 32 && leaf_count > G_GUINT64_CONSTANT (1) << bits)
    bits++;
  return bits;
}

guint64
cv_sframe_kid_pack (guint leaf_bits, guint64 epoch, guint32 leaf, guint64 context)
{
  guint shift = leaf_bits + CV_SFRAME_KID_EPOCH_BITS;

  g_return_val_if_fail (leaf_bits <= 32 && leaf < G_GUINT64_CONSTANT (1) << leaf_bits, 0);
  g_return_val_if_fail (context <= G_MAXUINT64 >> shift, 0);

  return context << shift | (guint64)leaf << CV_SFRAME_KID_EPOCH_BITS | (epoch & EPOCH_MASK);
}

guint8
cv_sframe_kid_get_epoch (guint64 kid)
{
  return kid & EPOCH_MASK;
}

CvSframeKid
cv_sframe_kid_unpack (guint leaf_bits, guint64 kid)
{
  guint shift = leaf_bits + CV_SFRAME_KID_EPOCH_BITS;

  g_return_val_if_fail (leaf_bits <= 32, (CvSframeKid){0});

  return (CvSframeKid){
      .context = kid >> shift,
      .leaf =
          (guint32)(kid >> CV_SFRAME_KID_EPOCH_BITS & ((G_GUINT64_CONSTANT (1) << leaf_bits) - 1)),
      .epoch = cv_sframe_kid_get_epoch (kid),
  };
}
