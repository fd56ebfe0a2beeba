/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* What clients tell each other inside MLS application messages; the server never sees it.
 *
 * The sender is the MLS leaf that the message was opened with, never a field. Everybody receives
 * everything; `to` names the participant it is meant for. The text is a JSON object, so its first
 * byte is always '{': other kinds of application message start with another. */
#pragma once

#include "protocol/error.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  CV_PEER_MESSAGE_CHAT,
  CV_PEER_MESSAGE_OFFER,
  CV_PEER_MESSAGE_ANSWER,
  CV_PEER_MESSAGE_CANDIDATES,
  CV_PEER_MESSAGE_TRACKS,
  CV_PEER_MESSAGE_LAYER_REQUEST,
  CV_PEER_MESSAGE_KEY_FRAME_REQUEST,
  CV_PEER_MESSAGE_N_TYPES,
} CvPeerMessageType;

typedef enum {
  CV_PEER_SETUP_ACTPASS,
  CV_PEER_SETUP_ACTIVE,
  CV_PEER_SETUP_PASSIVE,
} CvPeerSetup;

typedef enum {
  CV_PEER_CAMERA_OFF,
  CV_PEER_CAMERA_ON,
} CvPeerCamera;

typedef struct {
  char *text; /* 1 to CV_LIMITS_CHAT_CHARACTERS characters */
} CvPeerChat;

/* An offer or answer of a link: either the parts, or a whole SDP, as the route needs. */
typedef struct {
  char *to;
  guint64 attempt; /* counts a link's (re)starts: an answer repeats its offer's */
  char *ufrag; /* ICE */
  char *pwd;
  char *fingerprint; /* "sha-256 AA:BB:…" of the DTLS certificate */
  int setup; /* CvPeerSetup */
  char **candidates; /* "candidate:…" lines, may be NULL */
  char *sdp;
} CvPeerDescription;

typedef struct {
  char *to;
  guint64 attempt;
  char **candidates;
  gboolean is_last;
} CvPeerCandidates;

/* One RTP stream of the sender's. */
typedef struct {
  guint64 context; /* E2EE section 3: 0 microphone … 5 screen audio */
  guint64 ssrc;
  guint64 rtx_ssrc; /* of its retransmissions (RFC 4588); 0: none */
  guint64 payload_type; /* 0 to 127 */
  guint64 width; /* 0 for audio or unknown */
  guint64 height;
} CvPeerTrack;

typedef struct {
  gboolean is_muted;
  int camera; /* CvPeerCamera */
  gboolean has_screen;
  GPtrArray *tracks; /* CvPeerTrack, or NULL */
} CvPeerTracks;

typedef struct {
  char *to;
  guint64 context; /* 1 for the camera, whatever layer; 4 for the screen */
  guint64 width; /* pixels in which it is shown; 0 × 0: not seen */
  guint64 height;
} CvPeerLayerRequest;

typedef struct {
  char *to;
  guint64 context;
} CvPeerKeyFrameRequest;

typedef struct {
  CvPeerMessageType type;
  union {
    CvPeerChat chat;
    CvPeerDescription description; /* offer, answer */
    CvPeerCandidates candidates;
    CvPeerTracks tracks;
    CvPeerLayerRequest layer_request;
    CvPeerKeyFrameRequest key_frame_request;
  };
} CvPeerMessage;

#define CV_TYPE_PEER_MESSAGE (cv_peer_message_get_type ())
GType cv_peer_message_get_type (void);

CvPeerMessage *cv_peer_message_new (CvPeerMessageType type); /* fill in with full values */
CvPeerMessage *cv_peer_message_ref (CvPeerMessage *message);
void cv_peer_message_unref (CvPeerMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvPeerMessage, cv_peer_message_unref)

const char *cv_peer_message_type_to_string (CvPeerMessageType type);

/* Appends a track, making the list when there is none. */
void cv_peer_message_add_track (CvPeerMessage *message, const CvPeerTrack *track);

/* Whom it is for; NULL when for everybody. Borrowed. */
const char *cv_peer_message_get_to (const CvPeerMessage *message);

G_END_DECLS
