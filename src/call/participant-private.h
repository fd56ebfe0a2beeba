/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* How the rest of call/ writes what a participant shows. Setters compare, set and notify once. */
#pragma once

#include "call/participant.h"

G_BEGIN_DECLS

/* Everything that comes from the MLS leaf and the contacts. Borrowed for the call. */
typedef struct {
  const char *name;
  const char *fingerprint;
  const char *safety_number; /* NULL for ourselves */
  GBytes *safety_payload; /* NULL for ourselves */
  CvContactState contact;
  gboolean is_moderator;
  gboolean is_confirmed;
} CvParticipantFacts;

CvParticipant *cv_participant_new (const char *id, gboolean is_self);
void cv_participant_set_facts (CvParticipant *self, const CvParticipantFacts *facts);
void cv_participant_set_muted (CvParticipant *self, gboolean is_muted);
void cv_participant_set_speaking (CvParticipant *self, gboolean is_speaking);
void cv_participant_set_level (CvParticipant *self, double level);
void cv_participant_set_picture (CvParticipant *self, CvPictureState picture);
void cv_participant_set_paintable (CvParticipant *self, GObject *paintable);
void cv_participant_set_aspect (CvParticipant *self, double aspect);

void cv_participant_get_view_size (CvParticipant *self, int *width, int *height);

/* Signal "view-size-changed": the window shows this picture larger, smaller or not at all. */

G_END_DECLS
