/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The SFrame keys of one MLS epoch: the one place where mls and sframe meet (RFC 9605 §5.2).
 *
 * Immutable but for the SFrame states of its streams, each of which one streaming thread uses at a
 * time. Reference counted across threads; the last reference wipes every key of the epoch. */
#pragma once

#include "e2ee/envelope.h"
#include "mls/group.h"

G_BEGIN_DECLS

#define CV_E2EE_EPOCH_BITS 4 /* E of RFC 9605 §5.2 */

typedef struct CvE2eeEpochKeys CvE2eeEpochKeys;

CvE2eeEpochKeys *cv_e2ee_epoch_keys_new (CvCrypto *crypto, CvMlsGroup *group,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvE2eeEpochKeys *cv_e2ee_epoch_keys_ref (CvE2eeEpochKeys *keys);
void cv_e2ee_epoch_keys_unref (CvE2eeEpochKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvE2eeEpochKeys, cv_e2ee_epoch_keys_unref)

guint64 cv_e2ee_epoch_keys_get_epoch (const CvE2eeEpochKeys *keys);
CvMlsLeaf cv_e2ee_epoch_keys_get_own_leaf (const CvE2eeEpochKeys *keys);
guint cv_e2ee_epoch_keys_get_leaf_bits (const CvE2eeEpochKeys *keys); /* S */

/* S: the smallest value with leaf_count ≤ 2^S. */
guint cv_e2ee_epoch_keys_count_leaf_bits (guint32 leaf_count);

/* What a key id says, given S of its epoch. */
typedef struct {
  guint64 context;
  guint32 leaf;
  guint epoch_low; /* epoch mod 2^E: finds the epoch, before S is known */
} CvE2eeKeyId;

guint64 cv_e2ee_epoch_keys_make_kid (guint64 epoch, guint leaf_bits, guint32 leaf, guint64 context);
CvE2eeKeyId cv_e2ee_epoch_keys_parse_kid (guint64 kid, guint leaf_bits);

G_END_DECLS
