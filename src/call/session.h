/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The meeting: the one object that the window and conclave-cli drive.
 *
 * Lobby first (devices, preview), then start; everything after that is told by properties, list
 * models and three signals. Main thread only. */
#pragma once

#include "call/chat-message.h"
#include "call/error.h"
#include "call/knock.h"
#include "call/participant.h"

G_BEGIN_DECLS

typedef enum {
  CV_SESSION_LOBBY,
  CV_SESSION_JOINING, /* see `step` */
  CV_SESSION_IN_CALL,
  CV_SESSION_RECONNECTING, /* in the call, the server's connection is being resumed */
  CV_SESSION_ENDED, /* see `failure`; CV_SESSION_NO_FAILURE after a normal end */
} CvSessionState;

/* DESIGN section 4. */
typedef enum {
  CV_JOIN_STEP_LINK,
  CV_JOIN_STEP_IDENTITY,
  CV_JOIN_STEP_CONNECT,
  CV_JOIN_STEP_DOOR, /* knocked: waiting to be let in */
  CV_JOIN_STEP_KEYS,
  CV_JOIN_STEP_LINKS,
  CV_JOIN_STEP_DONE,
} CvJoinStep;

typedef enum {
  CV_SHIELD_CONNECTING,
  CV_SHIELD_ENCRYPTED,
  CV_SHIELD_VERIFIED,
  CV_SHIELD_WARNING,
} CvShieldState;

typedef enum {
  CV_IDENTITY_KEYRING,
  CV_IDENTITY_ONE_TIME,
  CV_IDENTITY_FILE, /* conclave-cli: sealed with CONCLAVE_PASSPHRASE */
} CvIdentityKind;

#define CV_SESSION_NO_FAILURE (-1)

GType cv_session_state_get_type (void);
GType cv_join_step_get_type (void);
GType cv_shield_state_get_type (void);
#define CV_TYPE_SESSION_STATE (cv_session_state_get_type ())
#define CV_TYPE_JOIN_STEP (cv_join_step_get_type ())
#define CV_TYPE_SHIELD_STATE (cv_shield_state_get_type ())

#define CV_TYPE_SESSION (cv_session_get_type ())
G_DECLARE_FINAL_TYPE (CvSession, cv_session, CV, SESSION, GObject)

/* Properties (r: read, w: write), all notified:
 *   state r, step r, failure r (int: CvCallError or CV_SESSION_NO_FAILURE)
 *   link r                    the invite link once hosting or joined
 *   name rw                   own display name, ≤ 64 characters; cleaned of what may not be signed,
 *                             NULL when nothing is left; fixed outside of the lobby
 *   needs-passcode r          the link asks for one
 *   is-moderator r, is-locked r, admission-moderated r
 *   microphone-muted rw, camera-off rw
 *   microphone-level r        0 to 1, 20 times a second at most, in the lobby and in the call
 *   preview r                 GdkPaintable (as GObject) of the own camera
 *   shield r                  CvShieldState
 *   shield-text r             one sentence in words: state and first reason
 *   meeting-code r            "12345 67890 …", six groups; NULL before the first epoch
 *   code-confirmed r
 *   suite-text r              "AES-256-GCM, post-quantum"
 * List models: participants (CvParticipant, oneself first), door (CvKnock), chat (CvChatMessage).
 * Signals:
 *   participant-joined (CvParticipant), participant-left (CvParticipant): after the list changed,
 *     not for those who were there when we came
 *   notice (string): a translated sentence for a toast */

/* source words for the media: "device", "test", "off" or a file name. Borrowed. */
typedef struct {
  const char *name;
  const char *video;
  const char *audio;
  CvIdentityKind identity;
  const char *identity_file; /* for CV_IDENTITY_FILE */
  const char *data_dir; /* contacts; NULL: the user's data folder */
  gboolean is_headless; /* no window: no paintables, no loudspeaker, snapshots instead */
  gboolean is_fips; /* FIPS mode; cv_session_is_fips_wanted says what the environment wants */
  const char *snapshot_dir; /* headless: each remote's last picture goes there at the end */
} CvSessionOptions;

typedef struct {
  const char *listen; /* "0.0.0.0:0": address and port; NULL: every address, any port */
  const char *suite; /* "pq", "pq-strict", "fips"; NULL: "pq", in FIPS mode "pq-strict" */
  gboolean is_moderated; /* only whom a moderator admits */
  const char *passcode; /* NULL: none */
  const char *server; /* "HOST:PORT" of a conclave-server; NULL: on this computer */
  const char *server_pin; /* base64url, as f= of a link; NULL: the system's certificates */
} CvHostOptions;

CvSession *cv_session_new (const CvSessionOptions *options);

/* FIPS mode was asked for here, or the environment asks for it: CONCLAVE_FIPS, neither empty nor 0. */
gboolean cv_session_is_fips_wanted (gboolean is_asked);
/* For --version. Full; NULL with PROVIDER of crypto/ when FIPS mode cannot work. */
char *cv_session_dup_provider (gboolean is_fips, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Lobby: opens camera and microphone for the preview. Safe to leave out. */
void cv_session_start_preview (CvSession *self);

/* Opens a room on this computer and enters it. Errors: `failure`. */
void cv_session_host (CvSession *self, const CvHostOptions *options);

/* FALSE with CV_CALL_ERROR_LINK when the link does not parse; afterwards needs-passcode is set. */
gboolean
cv_session_set_link (CvSession *self, const char *link, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_session_join (CvSession *self, const char *passcode);

/* Cancels a join or leaves the call; ENDED follows from the main loop, so that it may be called in
 * any handler. */
void cv_session_leave (CvSession *self);

/* After ENDED by CV_CALL_ERROR_KEYRING: back to LOBBY, and the next join or host, which needs its
 * passcode again, uses a one-time identity. */
void cv_session_use_one_time_identity (CvSession *self);

GListModel *cv_session_get_participants (CvSession *self);
GListModel *cv_session_get_door (CvSession *self);
GListModel *cv_session_get_chat (CvSession *self);
CvSessionState cv_session_get_state (CvSession *self);
CvJoinStep cv_session_get_step (CvSession *self);
int cv_session_get_failure (CvSession *self);
const char *cv_session_get_link (CvSession *self);
gboolean cv_session_get_needs_passcode (CvSession *self);
CvShieldState cv_session_get_shield (CvSession *self);
const char *cv_session_get_shield_text (CvSession *self);
char **cv_session_dup_shield_reasons (CvSession *self); /* translated sentences, may be empty */
const char *cv_session_get_meeting_code (CvSession *self);
const char *cv_session_get_suite_text (CvSession *self);
gboolean cv_session_get_is_fips (CvSession *self);
/* "OpenSSL FIPS Provider 3.5.7": what does the cryptographic work. NULL: FIPS mode without a
 * provider, in which no meeting starts. Neither changes. */
const char *cv_session_get_provider_text (CvSession *self);

/* "They read the same digits", these: marks every member of this epoch confirmed for this meeting.
 * FALSE: somebody came or left since, so that they are not the code of now; nobody is confirmed. */
gboolean cv_session_confirm_code (CvSession *self, const char *code) G_GNUC_WARN_UNUSED_RESULT;
/* The safety number matched: the contact is verified for good. */
void cv_session_verify_participant (CvSession *self, CvParticipant *participant);
/* The warning about a changed key was read and accepted: their media may be shown. */
void cv_session_accept_changed_key (CvSession *self, CvParticipant *participant);

/* Moderators; others get a notice. */
void cv_session_admit (CvSession *self, CvKnock *knock);
void cv_session_deny (CvSession *self, CvKnock *knock);
void cv_session_remove (CvSession *self, CvParticipant *participant);
void cv_session_set_locked (CvSession *self, gboolean is_locked);

/* FALSE when the text is empty or longer than CV_CHAT_MAX_CHARACTERS, or cannot be sent now. */
gboolean cv_session_send_chat (CvSession *self, const char *text);

/* Device ids of media/devices.h; NULL: the default. Works at any time before the end. */
void cv_session_set_camera (CvSession *self, const char *device_id);
void cv_session_set_microphone (CvSession *self, const char *device_id);
void cv_session_set_speaker (CvSession *self, const char *device_id);

G_END_DECLS
