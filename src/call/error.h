/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Every way in which a call can fail, and the sentences that people read about it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define CV_CALL_ERROR (cv_call_error_quark ())
GQuark cv_call_error_quark (void);

typedef enum {
  CV_CALL_ERROR_LINK, /* the invite link is broken or cut off */
  CV_CALL_ERROR_UNREACHABLE, /* no server there, or no network */
  CV_CALL_ERROR_CERTIFICATE, /* the server's certificate does not match the link */
  CV_CALL_ERROR_VERSION, /* this or the other program is too old */
  CV_CALL_ERROR_PASSCODE, /* wrong passcode, or none given */
  CV_CALL_ERROR_LOCKED, /* the meeting is locked */
  CV_CALL_ERROR_DENIED, /* a moderator said no */
  CV_CALL_ERROR_REMOVED, /* a moderator removed us */
  CV_CALL_ERROR_KEYRING, /* no keyring: offer the one-time identity */
  CV_CALL_ERROR_CAMERA, /* no camera or not allowed: offer to join without */
  CV_CALL_ERROR_TIMEOUT, /* nobody answered the knock */
  CV_CALL_ERROR_FULL, /* room or server limits */
  CV_CALL_ERROR_ENCRYPTION, /* a check failed: we left rather than go on */
  CV_CALL_ERROR_OVER, /* the host or the server ended the meeting */
  CV_CALL_ERROR_LEFT_BEHIND, /* it goes on, in a group that we could not follow: join anew */
  CV_CALL_ERROR_NAME, /* no name, or none that may be shown: ask for another */
  CV_CALL_ERROR_HOSTING, /* the room cannot be opened there: address, port or pin */
  CV_CALL_ERROR_STORAGE, /* our own files cannot be read or written: nothing was changed */
  CV_CALL_ERROR_NO_FIPS, /* FIPS mode without a FIPS provider that passes its self-test */
  CV_CALL_ERROR_NOT_FIPS, /* the meeting uses what FIPS mode does not allow */
  CV_CALL_ERROR_INTERNAL,
} CvCallError;

const char *cv_call_error_get_code (CvCallError code); /* "wrong-passcode", for conclave-cli */
const char *cv_call_error_get_title (CvCallError code); /* translated, for a page's title */
const char *
cv_call_error_get_sentence (CvCallError code); /* translated: what happened, what to do */

/* Any layer's error, as one of ours. */
CvCallError cv_call_error_from (const GError *error);

/* Translated. state is a CvShieldState, kind a CvE2eeReasonKind (call/ alone knows both). */
const char *cv_call_error_get_shield (int state);
char *cv_call_error_dup_reason (int kind, const char *name); /* full */

/* Why an action was refused, contacts were not saved, camera or sound stopped. */
const char *cv_call_error_get_refusal (const GError *error);
const char *cv_call_error_get_contacts_sentence (void);
const char *cv_call_error_get_media_sentence (gboolean is_camera, const GError *error);

G_END_DECLS
