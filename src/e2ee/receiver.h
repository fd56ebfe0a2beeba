/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Opens media frames of others: key id → epoch → leaf and context → check replay, open, record.
 *
 * Main installs and retires epochs; each stream (leaf, track) is opened by one streaming thread at
 * a time. The caller says whose frame it expects; a frame of anybody else is dropped. */
#pragma once

#include "e2ee/epoch-keys.h"

G_BEGIN_DECLS

typedef struct CvE2eeReceiver CvE2eeReceiver;

/* The values of media's CvFrameVerdict. */
typedef enum {
  CV_E2EE_OPENED,
  CV_E2EE_NO_KEY, /* the frame's epoch or leaf is not known (yet) */
  CV_E2EE_UNDECRYPTABLE, /* failed to authenticate, or its envelope is malformed */
  CV_E2EE_DROPPED, /* replay, reflection, wrong track or wrong sender, a former owner's */
} CvE2eeVerdict;

CvE2eeReceiver *cv_e2ee_receiver_new (void);
CvE2eeReceiver *cv_e2ee_receiver_ref (CvE2eeReceiver *receiver);
void cv_e2ee_receiver_unref (CvE2eeReceiver *receiver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvE2eeReceiver, cv_e2ee_receiver_unref)

/* Main. At most 2^E epochs: a further one pushes out the oldest. */
void cv_e2ee_receiver_install (CvE2eeReceiver *receiver, CvE2eeEpochKeys *keys);
/* Main. Wipes the keys of every epoch before this one (once no frame is inside). */
void cv_e2ee_receiver_retire_before (CvE2eeReceiver *receiver, guint64 epoch);
void cv_e2ee_receiver_clear (CvE2eeReceiver *receiver);
guint cv_e2ee_receiver_get_n_epochs (const CvE2eeReceiver *receiver);

/* Streaming thread. On OPENED: *envelope and *frame (full). */
CvE2eeVerdict
cv_e2ee_receiver_unprotect (CvE2eeReceiver *receiver, CvMlsLeaf leaf, CvE2eeTrack track,
                            CvSpan sealed, CvE2eeEnvelope *envelope, GBytes **frame);

/* Any thread: totals of one stream since the leaf was taken. */
typedef struct {
  guint64 n_opened;
  guint64 n_no_key;
  guint64 n_undecryptable;
  guint64 n_dropped; /* replays, and what the leaf's former owner sent */
  guint64 n_foreign; /* reflections, wrong sender or wrong track: dropped as well */
} CvE2eeReceiverCounts;

/* Main: the leaf has another owner in the epoch that is installed next. Frames of the epochs before are
 * the former owner's: dropped from now on. The counts start anew. */
void cv_e2ee_receiver_change_owner (CvE2eeReceiver *receiver, CvMlsLeaf leaf);
void cv_e2ee_receiver_get_counts (CvE2eeReceiver *receiver, CvMlsLeaf leaf, CvE2eeTrack track,
                                  CvE2eeReceiverCounts *counts);

G_END_DECLS
