/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Seals the own media frames: envelope, then SFrame, once per frame whatever the routes.
 *
 * Main installs epochs; each track is protected by one streaming thread at a time. Without an
 * installed epoch nothing is sealed, and there is no other way to send. */
#pragma once

#include "e2ee/epoch-keys.h"

G_BEGIN_DECLS

typedef struct CvE2eeSender CvE2eeSender;

CvE2eeSender *cv_e2ee_sender_new (void);
CvE2eeSender *cv_e2ee_sender_ref (CvE2eeSender *sender);
void cv_e2ee_sender_unref (CvE2eeSender *sender);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvE2eeSender, cv_e2ee_sender_unref)

/* Main. NULL stops sending. The sender keeps its own reference. */
void cv_e2ee_sender_install (CvE2eeSender *sender, CvE2eeEpochKeys *keys);

/* Streaming thread. Full. STATE: no epoch; EXHAUSTED: the counter is used up (see
 * cv_e2ee_sender_needs_epoch). */
GBytes *
cv_e2ee_sender_protect (CvE2eeSender *sender, CvE2eeTrack track, const CvE2eeEnvelope *envelope,
                        CvSpan frame, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Any thread. Frames sealed since the start, a track. */
guint64 cv_e2ee_sender_get_n_frames (const CvE2eeSender *sender, CvE2eeTrack track);
gboolean cv_e2ee_sender_needs_epoch (const CvE2eeSender *sender);

G_END_DECLS
