/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The session's inside, for the files that each do one part of it:
 *   session.c     the object: properties, states, the way down
 *   session-get.c what it tells when asked
 *   actions.c     what people do in a meeting
 *   join.c        the numbered steps into the call
 *   hosting.c     opening a room, here or on a server elsewhere
 *   group.c       between the group driver and the server's connection
 *   roster.c      from MLS leaves to participants, contacts and the shield's words
 *   peers.c       from links and streams to what a tile shows
 *   local-media.c the own camera, microphone and speaker */
#pragma once

#include "call/chat-message-private.h"
#include "call/knock-private.h"
#include "call/media-cipher.h"
#include "call/participant-private.h"
#include "call/session-monitor.h"
#include "call/session.h"
#include "e2ee/group-driver.h"
#include "identity/contacts.h"
#include "identity/store.h"
#include "media/engine.h"
#include "protocol/invite-link.h"
#include "routing/mesh.h"
#include "signaling/client.h"
#include "transport/certificate.h"
#include "transport/net-thread.h"

G_BEGIN_DECLS

struct _CvSession {
  GObject parent_instance;

  /* What the person chose. */
  char *name;
  char *video;
  char *audio;
  CvIdentityKind identity_kind;
  char *identity_file;
  char *data_dir; /* NULL: the user's */
  char *snapshot_dir; /* NULL: none */
  gboolean is_headless;
  gboolean wants_muted;
  gboolean wants_camera_off;
  char *camera_id; /* NULL: the default */
  char *microphone_id;
  char *speaker_id;
  char *passcode; /* wiped when the room keys are there */

  /* Models. */
  CvSessionState state;
  CvJoinStep step;
  int failure;
  GListStore *participants;
  GListStore *door;
  GListStore *chat;
  CvParticipant *self_participant; /* in participants; NULL before the first epoch */
  CvShieldState shield;
  char *shield_text;
  char *code;
  gboolean is_code_confirmed;
  gboolean is_moderator;
  gboolean is_locked;
  gboolean is_moderated;

  /* Where. */
  CvInviteLink *link;
  char *link_text;
  gboolean is_hosting;
  gboolean is_own_server;
  CvHostOptions host; /* texts owned */
  char *connect_host; /* how we reach our own server */
  gpointer server; /* of cv_session_set_server_factory */

  /* Joining: one cancellable, one exit. */
  GCancellable *cancellable;
  guint door_timeout;

  /* The group. */
  CvCrypto *crypto; /* NULL: FIPS mode without a provider */
  char *provider;
  gboolean is_fips;
  CvIdentityKeyPair *identity;
  CvIdentityContacts *contacts;
  gboolean has_told_contacts; /* that they cannot be saved */
  GHashTable *met; /* participant id → Met of roster.c: whom the contacts learn at the end */
  CvE2eeRoomKeys *room_keys;
  CvSignalingClient *client;
  CvE2eeGroupDriver *driver;
  guint driver_timer;
  CvE2eeCommit *pending_commit; /* ours, until the server has ordered or refused it */
  guint64 pending_epoch;
  gboolean has_opened;
  gboolean has_joined;
  guint end_idle;
  int pending_failure;

  /* Media. */
  CvMediaEngine *engine;
  CvCallMediaCipher *cipher;
  CvTransportNetThread *net;
  CvTransportCertificate *certificate;
  GArray *ice_servers; /* CvTransportIceServer, texts in ice_texts */
  GPtrArray *ice_texts;
  CvRoutingBackend *routing;
  GHashTable *peers; /* participant id → CvCallPeer, see peers.c */
};

/* ---- session.c ---- */
typedef enum {
  CV_SESSION_PROP_STATE = 1,
  CV_SESSION_PROP_STEP,
  CV_SESSION_PROP_FAILURE,
  CV_SESSION_PROP_LINK,
  CV_SESSION_PROP_NAME,
  CV_SESSION_PROP_NEEDS_PASSCODE,
  CV_SESSION_PROP_IS_MODERATOR,
  CV_SESSION_PROP_IS_LOCKED,
  CV_SESSION_PROP_ADMISSION_MODERATED,
  CV_SESSION_PROP_MICROPHONE_MUTED,
  CV_SESSION_PROP_CAMERA_OFF,
  CV_SESSION_PROP_MICROPHONE_LEVEL,
  CV_SESSION_PROP_PREVIEW,
  CV_SESSION_PROP_SHIELD,
  CV_SESSION_PROP_SHIELD_TEXT,
  CV_SESSION_PROP_MEETING_CODE,
  CV_SESSION_PROP_CODE_CONFIRMED,
  CV_SESSION_PROP_SUITE_TEXT,
  CV_SESSION_N_PROPS,
} CvSessionProp;

void cv_session_notify (CvSession *self, CvSessionProp prop);
void cv_session_set_state (CvSession *self, CvSessionState state);
void cv_session_set_step (CvSession *self, CvJoinStep step);
/* Ends the session, whatever it was doing; failure: CvCallError or CV_SESSION_NO_FAILURE. */
void cv_session_end (CvSession *self, int failure);
/* The same from a callback of what ends: as soon as it has returned. The first failure counts. */
void cv_session_end_soon (CvSession *self, int failure);
void cv_session_emit_notice (CvSession *self, const char *sentence);
void cv_session_emit_link (CvSession *self, const CvRoutingLinkFacts *facts);
void cv_session_emit_roster (CvSession *self);
void cv_session_emit_participant (CvSession *self, gboolean has_joined, CvParticipant *participant);
const CvMlsSuite *cv_session_get_suite (CvSession *self); /* NULL: unknown */

/* ---- join.c ---- */
void cv_session_join_start (CvSession *self);
void cv_session_join_on_member (CvSession *self); /* the group took us in */

/* ---- hosting.c ---- */
gboolean cv_session_hosting_open (CvSession *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_session_hosting_close (CvSession *self);

/* ---- group.c ---- */
gboolean cv_session_group_start (CvSession *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_session_group_stop (CvSession *self);
void cv_session_group_after_input (CvSession *self); /* plans the driver's next tick */
/* FALSE: it could not be sealed, and was not sent. */
gboolean cv_session_group_send_peer (CvSession *self, CvPeerMessage *message);

/* ---- roster.c ---- */
GHashTable *cv_session_roster_new_met (void);
void cv_session_roster_update (CvSession *self);
void cv_session_roster_update_door (CvSession *self);
void cv_session_roster_update_policy (CvSession *self);
void cv_session_roster_update_shield (CvSession *self);
CvParticipant *cv_session_roster_find (CvSession *self, const char *id);
const CvE2eeMember *cv_session_roster_find_member (CvSession *self, const char *id);
void cv_session_roster_note_contacts (CvSession *self); /* when the meeting ends */
void cv_session_roster_save_contacts (CvSession *self); /* tells people when it fails */

/* ---- peers.c ---- */
GHashTable *cv_session_peers_new_table (void);
void cv_session_peers_start (CvSession *self);
void cv_session_peers_stop (CvSession *self);
void cv_session_peers_add (CvSession *self, CvParticipant *participant, guint32 leaf);
void cv_session_peers_remove (CvSession *self, const char *id);
void cv_session_peers_refresh (CvSession *self, CvParticipant *participant);
void cv_session_peers_tell_local (CvSession *self);
/* From the room server: CvMessageIceServer, or NULL. For links that are made from now on. */
void cv_session_peers_set_ice_servers (CvSession *self, GPtrArray *servers);
void cv_session_peers_clear_ice_servers (CvSession *self);
void cv_session_peers_save_snapshots (CvSession *self, const char *dir);

/* ---- local-media.c ---- */
void cv_session_local_media_open (CvSession *self); /* idempotent */
void cv_session_local_media_close (CvSession *self);

G_END_DECLS
