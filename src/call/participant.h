/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One person of the meeting, as the window shows them: made from an MLS leaf, never from the
 * server's word. Main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  CV_CONTACT_NEW, /* first time with this device */
  CV_CONTACT_KNOWN,
  CV_CONTACT_VERIFIED,
  CV_CONTACT_CHANGED, /* known under another key: warn before any media is shown */
} CvContactState;

typedef enum {
  CV_PICTURE_CONNECTING, /* no link or no packet yet */
  CV_PICTURE_SHOWN,
  CV_PICTURE_OFF, /* the person's camera is off */
  CV_PICTURE_NO_KEY, /* "no key yet" */
  CV_PICTURE_LOST, /* packets stopped, or a track failed to decrypt for 2 s */
  CV_PICTURE_HELD_BACK, /* the key changed and nobody has looked at the warning yet */
} CvPictureState;

GType cv_contact_state_get_type (void);
GType cv_picture_state_get_type (void);
#define CV_TYPE_CONTACT_STATE (cv_contact_state_get_type ())
#define CV_TYPE_PICTURE_STATE (cv_picture_state_get_type ())

#define CV_TYPE_PARTICIPANT (cv_participant_get_type ())
G_DECLARE_FINAL_TYPE (CvParticipant, cv_participant, CV, PARTICIPANT, GObject)

/* Properties, all readable and notified:
 *   id            string   stable for the meeting, 16 hex digits
 *   name          string   from the identity statement
 *   is-self       boolean
 *   is-moderator  boolean
 *   contact       CvContactState
 *   is-confirmed  boolean  verified for this meeting by the code
 *   fingerprint   string   of the identity key, groups of 4 hex digits
 *   safety-number string   12 groups of 5 digits with us; NULL for ourselves
 *   is-muted      boolean  the person's microphone
 *   is-speaking   boolean  from decrypted audio, with a hold of 500 ms
 *   level         double   0 to 1, at most 10 times a second
 *   picture       CvPictureState
 *   paintable     object   a GdkPaintable of the camera, NULL without one (a GObject here, so that
 *                          this layer knows no GTK)
 *   aspect        double   width ÷ height of the picture, 16 ÷ 9 before the first frame */

const char *cv_participant_get_id (CvParticipant *self);
const char *cv_participant_get_name (CvParticipant *self);
gboolean cv_participant_get_is_self (CvParticipant *self);
gboolean cv_participant_get_is_moderator (CvParticipant *self);
CvContactState cv_participant_get_contact (CvParticipant *self);
gboolean cv_participant_get_is_confirmed (CvParticipant *self);
const char *cv_participant_get_fingerprint (CvParticipant *self);
const char *cv_participant_get_safety_number (CvParticipant *self);
gboolean cv_participant_get_is_muted (CvParticipant *self);
gboolean cv_participant_get_is_speaking (CvParticipant *self);
double cv_participant_get_level (CvParticipant *self);
CvPictureState cv_participant_get_picture (CvParticipant *self);
GObject *cv_participant_get_paintable (CvParticipant *self);
double cv_participant_get_aspect (CvParticipant *self);

/* What the QR code of the verify dialog holds; full. */
GBytes *cv_participant_dup_safety_payload (CvParticipant *self);

/* The size in pixels in which the picture is shown; 0 × 0: not seen, so it is not decoded. */
void cv_participant_set_view_size (CvParticipant *self, int width, int height);

G_END_DECLS
