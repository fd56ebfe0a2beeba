/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The counters of one KID that were seen already, in a window of 1024. Pure; one owner.
 *
 * Check, open, and only then record: a forged frame must not move the window. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CV_SFRAME_REPLAY_WINDOW 1024

typedef struct {
  guint64 highest;
  gboolean has_any;
  guint64 seen[CV_SFRAME_REPLAY_WINDOW / 64]; /* bit ctr mod 1024 */
} CvSframeReplay; /* all zero to begin with */

/* FALSE: seen before, or too old to tell. */
gboolean cv_sframe_replay_check (const CvSframeReplay *replay, guint64 ctr);

/* Only after cv_sframe_replay_check said TRUE and the frame has authenticated. */
void cv_sframe_replay_record (CvSframeReplay *replay, guint64 ctr);

G_END_DECLS
