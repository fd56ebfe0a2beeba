/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The SFrame keys of one MLS epoch: the one place where mls and sframe meet (RFC 9605 §5.2).
 *
 * Immutable but for leaves that are passed on, and for the SFrame states of its streams, each of which
 * one streaming thread uses at a time. Reference counted across threads; the last reference wipes every key of the epoch. */
#pragma once

#include "e2ee/envelope.h"
#include "mls/group.h"
#include "sframe/receiver.h"
#include "sframe/sender.h"

G_BEGIN_DECLS

typedef struct CvE2eeEpochKeys CvE2eeEpochKeys;

/* Once for each epoch: the counters of a second one would start at 0 again, under the same keys. */
CvE2eeEpochKeys *cv_e2ee_epoch_keys_new (CvCrypto *crypto, CvMlsGroup *group,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvE2eeEpochKeys *cv_e2ee_epoch_keys_ref (CvE2eeEpochKeys *keys);
void cv_e2ee_epoch_keys_unref (CvE2eeEpochKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvE2eeEpochKeys, cv_e2ee_epoch_keys_unref)

guint64 cv_e2ee_epoch_keys_get_epoch (const CvE2eeEpochKeys *keys);
CvMlsLeaf cv_e2ee_epoch_keys_get_own_leaf (const CvE2eeEpochKeys *keys);
guint cv_e2ee_epoch_keys_get_leaf_bits (const CvE2eeEpochKeys *keys); /* S */

/* FALSE for a leaf that is blank in this epoch, passed on, or outside its tree. Any thread. */
gboolean cv_e2ee_epoch_keys_has_leaf (const CvE2eeEpochKeys *keys, guint32 leaf);
/* Main: a later epoch gave the leaf to somebody else. No frame of this epoch opens for it any more. */
void cv_e2ee_epoch_keys_pass_on (CvE2eeEpochKeys *keys, guint32 leaf);
gboolean
cv_e2ee_epoch_keys_has_passed_on (const CvE2eeEpochKeys *keys, guint32 leaf); /* any thread */

/* The own SFrame sender of a track: borrowed, one thread at a time. NULL for a reserved track. */
CvSframeSender *cv_e2ee_epoch_keys_get_sender (const CvE2eeEpochKeys *keys, CvE2eeTrack track);

/* Opens a frame of that leaf and track, whose key id says the same. out: room for sealed.len bytes.
 * A second thread in the same stream gets REPLAY. */
CvSframeVerdict cv_e2ee_epoch_keys_open (CvE2eeEpochKeys *keys, guint32 leaf, CvE2eeTrack track,
                                         CvSpan sealed, guint8 *out, gsize *out_len);

G_END_DECLS
