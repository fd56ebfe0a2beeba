/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A meeting that is only made up: CvSession and CvDevices for looking at the window without one.
 * Linked instead of the call library's session; never shipped. */
#pragma once

#include "call/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct {
  int n_people; /* oneself included */
  int n_knocks;
  int n_chat;
  CvSessionState state;
  CvJoinStep step;
  int failure;
  CvShieldState shield;
  gboolean needs_passcode;
  gboolean is_fips;
  gboolean is_code_confirmed;
  gboolean has_odd_states; /* a tile in every state, instead of all with pictures */
} CvFakeMeeting;

CvSession *cv_fake_session_new (const CvFakeMeeting *meeting);
void cv_fake_session_set_state (CvSession *self, CvSessionState state, int failure);
void cv_fake_session_set_code (CvSession *self, const char *code); /* somebody came or left */
void cv_fake_session_emit_notice (CvSession *self, const char *sentence);

/* A picture in one colour with a shape that moves when is_moving is set. */
GdkPaintable *cv_fake_picture_new (int index, gboolean is_moving);

G_END_DECLS
