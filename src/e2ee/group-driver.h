/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* One client's side of the encrypted meeting: who is in, who commits, which keys hold.
 *
 * A pure object: no I/O, no timers, no threads. Inputs are methods, outputs are the callbacks of
 * CvE2eeGroupDriverOps, time comes from two of them. A test runs any number of drivers in one
 * process. Main thread (but for cv_e2ee_job_run, and the sender and receiver it owns).
 *
 *                 start_host ────────────────┐
 *   IDLE ─ start_join ─▶ DOOR ─ on_welcome ─▶ MEMBER ⇄ RESYNC (too far behind: external commit)
 *                         └── on_denied ──▶ ENDED ◀── leave, removed, group gone
 *
 * What the transport carries for it, all opaque to the server:
 *   knock        joiner → everybody inside, under a knock id that the server picks
 *   commit       one member → ordered by the server, one for each group and epoch → everybody
 *   welcome      committer → the knocks it is for; only after the commit was ordered
 *   application  member → everybody else, or one member; unordered
 * The server knows members as connection ids ("member ids"); each leaf names its own. */
#pragma once

#include "e2ee/commit.h"
#include "e2ee/knock.h"
#include "e2ee/policy.h"
#include "e2ee/receiver.h"
#include "e2ee/sender.h"
#include "e2ee/trust.h"

G_BEGIN_DECLS

#define CV_E2EE_MAX_MEMBERS 1000
#define CV_E2EE_MAX_APPLICATION_LEN (64 * 1024)
#define CV_E2EE_COMMIT_MAX (2048 * 1024) /* as the protocol's */
#define CV_E2EE_WELCOME_KNOCKS_MAX 32 /* for one send_welcome, as the protocol's */
#define CV_E2EE_GROUP_INFO_MAX (2880 * 1024) /* as the protocol's Welcomes */

typedef struct CvE2eeGroupDriver CvE2eeGroupDriver;
typedef struct CvE2eeJob CvE2eeJob;

typedef enum {
  CV_E2EE_PHASE_IDLE,
  CV_E2EE_PHASE_DOOR,
  CV_E2EE_PHASE_MEMBER,
  CV_E2EE_PHASE_RESYNC,
  CV_E2EE_PHASE_ENDED,
} CvE2eePhase;

/* Why a knock is turned down; the transport carries the word to the joiner. */
typedef enum {
  CV_E2EE_DENIAL_MODERATOR, /* a moderator said no */
  CV_E2EE_DENIAL_LOCKED, /* the meeting is locked */
  CV_E2EE_DENIAL_UNREADABLE, /* wrong passcode, wrong link, or rubbish */
  CV_E2EE_DENIAL_FULL,
} CvE2eeDenial;

typedef enum {
  CV_E2EE_END_LEFT,
  CV_E2EE_END_REMOVED,
  CV_E2EE_END_DENIED,
  CV_E2EE_END_LOCKED,
  CV_E2EE_END_UNREADABLE, /* nobody inside could open our knock: wrong passcode or link */
  CV_E2EE_END_FULL,
  CV_E2EE_END_GROUP_GONE, /* replaced, or too far ahead while we were away: join again */
  CV_E2EE_END_ENCRYPTION, /* a check failed: we left rather than go on */
} CvE2eeEnd;

/* Counted, for the log and the shield's details; never a reason to stop. */
typedef enum {
  CV_E2EE_NOTICE_BAD_KNOCK,
  CV_E2EE_NOTICE_BAD_COMMIT, /* malformed, unauthentic or for no epoch of ours */
  CV_E2EE_NOTICE_FORBIDDEN_COMMIT, /* valid, but against the rules of the meeting */
  CV_E2EE_NOTICE_BAD_WELCOME,
  CV_E2EE_NOTICE_BAD_APPLICATION,
  CV_E2EE_NOTICE_LOST_RACE, /* another member's commit was first: normal */
  CV_E2EE_NOTICE_RESYNCED, /* a member (leaf) re-synchronised */
  CV_E2EE_N_NOTICES,
} CvE2eeNotice;

/* A person in the meeting: made from a leaf, never from the server's word. Borrowed until the next
 * input. */
typedef struct {
  CvMlsLeaf leaf;
  char id[17]; /* 16 hex digits of the identity hash: stable for the meeting */
  const char *name;
  CvSpan identity_key;
  guint8 identity_hash[CV_IDENTITY_HASH_LEN];
  const char *member_id; /* the server's id of the connection that the leaf names */
  CvIdentityContactState contact;
  gboolean is_self;
  gboolean is_moderator;
  gboolean is_confirmed; /* by the meeting code */
  gboolean is_away; /* connection lost, in grace */
} CvE2eeMember;

/* Somebody at the door whose knock opened: name and key from the sealed statement. */
typedef struct {
  const char *knock_id;
  const char *name;
  CvSpan identity_key;
  guint8 identity_hash[CV_IDENTITY_HASH_LEN];
  CvIdentityContactState contact;
  gboolean is_admitted; /* waiting for the commit only */
} CvE2eeVisitor;

/* Outputs. All on the thread of the input that caused them, before it returns. They may call the
 * get_ functions and the actions (send_application, admit, …), but neither inputs nor free: what
 * the network brings at once must be queued. They must not block. */
typedef struct {
  gint64 (*now_us) (gpointer data); /* monotonic */
  guint64 (*now_s) (gpointer data); /* wall clock, since 1970 */

  /* ---- to the transport ---- */
  /* The room's group from now on, at epoch 0; replaces any other. Answer with on_group, or with
   * on_start_refused when others are connected as members. Also sent when everybody else has left:
   * the last member alone starts afresh, and holds the old keys until on_group. */
  void (*start_group) (gpointer data, CvSpan group_id);
  void (*send_knock) (gpointer data, GBytes *sealed);
  /* At most CV_E2EE_COMMIT_MAX bytes. The others get it with the same lists. */
  void (*send_commit) (gpointer data, CvSpan group_id, guint64 epoch, CvE2eeCommit *commit);
  /* Once after our commit was ordered; at most CV_E2EE_GROUP_INFO_MAX bytes. knock_ids:
   * NULL-terminated, at most CV_E2EE_WELCOME_KNOCKS_MAX, those that the commit adds. */
  void (*send_welcome) (gpointer data, const char *const *knock_ids, GBytes *welcome);
  void (*send_application) (gpointer data, GBytes *message); /* to everybody else */
  /* At most CV_E2EE_GROUP_INFO_MAX bytes, sealed to that connection, which is a member's. */
  void (*send_group_info) (gpointer data, const char *to_member_id, GBytes *answer);
  void (*deny_knock) (gpointer data, const char *knock_id, CvE2eeDenial reason);
  /* We do not follow this ordered commit; the server voids it when most say so. */
  void (*reject_commit) (gpointer data, CvSpan group_id, guint64 epoch);
  /* Wants the ordered commits of that group from this epoch on, in order, by on_ordered_message;
   * on_gap_unavailable when the server has them no more. Having none is a normal answer. */
  void (*request_gap) (gpointer data, CvSpan group_id, guint64 from_epoch);

  /* ---- to the session ---- */
  void (*joined) (gpointer data); /* as host or by Welcome; roster and epoch are there */
  void (*roster_changed) (gpointer data);
  void (*door_changed) (gpointer data);
  void (*policy_changed) (gpointer data);
  void (*shield_changed) (gpointer data);
  void (*epoch_changed) (gpointer data); /* receive keys are installed already */
  void (*application) (gpointer data, CvMlsLeaf from, CvSpan payload);
  void (*ended) (gpointer data, CvE2eeEnd end); /* once; every key is wiped */
  void (*notice) (gpointer data, CvE2eeNotice notice, CvMlsLeaf leaf); /* may be NULL */

  /* What the contacts say. NULL: everybody is new. */
  CvIdentityContactState (*find_contact) (gpointer data, CvSpan identity_key, const char *name);

  /* Computes a commit elsewhere: run cv_e2ee_job_run in a worker and then give the job to
   * cv_e2ee_group_driver_finish_job on main. While it runs the driver queues what would disturb
   * it. NULL: commits are computed at once. */
  void (*start_job) (gpointer data, CvE2eeJob *job);
} CvE2eeGroupDriverOps;

/* Everything is borrowed for the call; what is kept is copied or referenced. */
typedef struct {
  CvCrypto *crypto;
  const CvMlsSuite *suite; /* of the room */
  CvIdentityKeyPair *identity;
  const char *name; /* own display name; must pass cv_identity_statement_check_name */
  CvE2eeRoomKeys *room_keys;
  const char
      *member_id; /* the server's id of our connection: our leaf names it, nobody else's may */
  const CvE2eeGroupDriverOps *ops; /* must outlive the driver */
  gpointer data;
} CvE2eeGroupDriverParams;

CvE2eeGroupDriver *cv_e2ee_group_driver_new (const CvE2eeGroupDriverParams *params);
void cv_e2ee_group_driver_free (CvE2eeGroupDriver *driver); /* wipes; no outputs any more */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvE2eeGroupDriver, cv_e2ee_group_driver_free)

/* ---- inputs ---- */

typedef struct {
  CvE2eeAdmissionMode admission;
  gboolean is_recording_allowed;
  gboolean is_chat_allowed;
} CvE2eeHostPolicy;

/* Outputs start_group and joined. */
gboolean cv_e2ee_group_driver_start_host (CvE2eeGroupDriver *driver, const CvE2eeHostPolicy *policy,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Outputs send_knock. */
gboolean cv_e2ee_group_driver_start_join (CvE2eeGroupDriver *driver,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_e2ee_group_driver_on_denied (CvE2eeGroupDriver *driver, CvE2eeDenial reason);
void cv_e2ee_group_driver_on_welcome (CvE2eeGroupDriver *driver, GBytes *welcome);

void
cv_e2ee_group_driver_on_knock (CvE2eeGroupDriver *driver, const char *knock_id, GBytes *sealed);
/* Withdrawn, denied by somebody or gone. */
void cv_e2ee_group_driver_on_knock_gone (CvE2eeGroupDriver *driver, const char *knock_id);

/* A commit that the server ordered, own or other, new or from a gap. */
void cv_e2ee_group_driver_on_ordered_message (CvE2eeGroupDriver *driver, CvE2eeCommit *commit);
/* The same for our own, when the server answers its author with a word instead of the commit. */
void cv_e2ee_group_driver_on_commit_accepted (CvE2eeGroupDriver *driver, guint64 epoch);
/* Our commit for this epoch was not ordered: another was first, or the server refused. */
void cv_e2ee_group_driver_on_commit_rejected (CvE2eeGroupDriver *driver, guint64 epoch);
/* The server voided the ordered commit of this epoch: another one comes for it. */
void cv_e2ee_group_driver_on_commit_voided (CvE2eeGroupDriver *driver, guint64 epoch);
/* All of the gap's answer was given. */
void cv_e2ee_group_driver_on_gap_end (CvE2eeGroupDriver *driver);
void cv_e2ee_group_driver_on_gap_unavailable (CvE2eeGroupDriver *driver);
void cv_e2ee_group_driver_on_start_refused (CvE2eeGroupDriver *driver);
/* The room's group as the server has it: confirms start_group, and after a resume tells whether ours
 * is still the one; if not, ends with GROUP_GONE. */
void cv_e2ee_group_driver_on_group (CvE2eeGroupDriver *driver, CvSpan group_id);

/* from: the connection that it came by, in the server's word; answers go there. */
void
cv_e2ee_group_driver_on_application (CvE2eeGroupDriver *driver, const char *from, GBytes *message);
void cv_e2ee_group_driver_on_group_info (CvE2eeGroupDriver *driver, GBytes *answer);

/* A connection of the room is gone (graceful: it said so) or is back within its grace. */
void cv_e2ee_group_driver_on_member_gone (CvE2eeGroupDriver *driver, const char *member_id,
                                          gboolean was_graceful);
void cv_e2ee_group_driver_on_member_back (CvE2eeGroupDriver *driver, const char *member_id);

/* The own connection to the server: heartbeats are not missed while it is down. */
void cv_e2ee_group_driver_set_connected (CvE2eeGroupDriver *driver, gboolean is_connected);

/* Does what is due; returns when to call again at the latest (monotonic µs; G_MAXINT64: after the
 * next input). Ask again after every input: see cv_e2ee_group_driver_get_deadline. */
gint64 cv_e2ee_group_driver_tick (CvE2eeGroupDriver *driver);
gint64 cv_e2ee_group_driver_get_deadline (const CvE2eeGroupDriver *driver);

void cv_e2ee_job_run (CvE2eeJob *job); /* any thread, once */
void cv_e2ee_group_driver_finish_job (CvE2eeGroupDriver *driver, CvE2eeJob *job); /* takes it */
/* For a job whose driver is gone. */
void cv_e2ee_job_free (CvE2eeJob *job);

/* ---- actions; PERMISSION for those who are no moderators, STATE outside of a meeting ---- */

gboolean cv_e2ee_group_driver_admit (CvE2eeGroupDriver *driver, const char *knock_id,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_e2ee_group_driver_deny (CvE2eeGroupDriver *driver, const char *knock_id,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_e2ee_group_driver_remove (CvE2eeGroupDriver *driver, CvMlsLeaf leaf,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_e2ee_group_driver_set_locked (CvE2eeGroupDriver *driver, gboolean is_locked,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_e2ee_group_driver_set_moderator (CvE2eeGroupDriver *driver, CvMlsLeaf leaf,
                                             gboolean is_moderator,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cv_e2ee_group_driver_set_admission (CvE2eeGroupDriver *driver, CvE2eeAdmissionMode admission,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define CV_E2EE_EVERYBODY ((CvMlsLeaf){G_MAXUINT32})

/* Sealed to the group; `to` one leaf: only that member's session gets it. Payload ≤
 * CV_E2EE_MAX_APPLICATION_LEN. */
gboolean
cv_e2ee_group_driver_send_application (CvE2eeGroupDriver *driver, CvMlsLeaf to, CvSpan payload,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "They read the same digits", these: every member of this epoch is confirmed for this meeting.
 * STATE: they are not the digits of now, because somebody came or left meanwhile; nobody is. */
gboolean cv_e2ee_group_driver_confirm_code (CvE2eeGroupDriver *driver, const char *code,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The warning about this member's changed key was read. */
void cv_e2ee_group_driver_accept_changed_key (CvE2eeGroupDriver *driver, CvMlsLeaf leaf);
/* The contacts changed: asks find_contact again for everybody. */
void cv_e2ee_group_driver_refresh_contacts (CvE2eeGroupDriver *driver);
/* Says goodbye inside the group (the caller then closes the connection) and wipes. */
void cv_e2ee_group_driver_leave (CvE2eeGroupDriver *driver);

/* ---- what is; borrowed until the next input ---- */

CvE2eePhase cv_e2ee_group_driver_get_phase (const CvE2eeGroupDriver *driver);
CvSpan cv_e2ee_group_driver_get_group_id (const CvE2eeGroupDriver *driver);
guint64 cv_e2ee_group_driver_get_epoch (const CvE2eeGroupDriver *driver);
CvMlsLeaf cv_e2ee_group_driver_get_own_leaf (const CvE2eeGroupDriver *driver);
const CvE2eePolicy *cv_e2ee_group_driver_get_policy (const CvE2eeGroupDriver *driver);
gboolean cv_e2ee_group_driver_is_moderator (const CvE2eeGroupDriver *driver);
guint cv_e2ee_group_driver_get_n_members (const CvE2eeGroupDriver *driver);
/* In the order of leaves; NULL outside. */
const CvE2eeMember *cv_e2ee_group_driver_get_member (const CvE2eeGroupDriver *driver, guint index);
const CvE2eeMember *
cv_e2ee_group_driver_find_member (const CvE2eeGroupDriver *driver, CvMlsLeaf leaf);
const CvE2eeMember *
cv_e2ee_group_driver_find_by_member_id (const CvE2eeGroupDriver *driver, const char *member_id);
guint cv_e2ee_group_driver_get_n_visitors (const CvE2eeGroupDriver *driver);
const CvE2eeVisitor *
cv_e2ee_group_driver_get_visitor (const CvE2eeGroupDriver *driver, guint index);
const CvE2eeTrust *cv_e2ee_group_driver_get_trust (const CvE2eeGroupDriver *driver);
const char *cv_e2ee_group_driver_get_meeting_code (const CvE2eeGroupDriver *driver); /* or NULL */
gboolean cv_e2ee_group_driver_is_code_confirmed (const CvE2eeGroupDriver *driver);
guint64 cv_e2ee_group_driver_get_n_notices (const CvE2eeGroupDriver *driver, CvE2eeNotice notice);

/* For call/media-cipher, which uses them on streaming threads; referenced by who keeps them. */
CvE2eeSender *cv_e2ee_group_driver_get_sender (const CvE2eeGroupDriver *driver);
CvE2eeReceiver *cv_e2ee_group_driver_get_receiver (const CvE2eeGroupDriver *driver);

/* A key of this epoch for another use: "Conclave 1.0 file", "Conclave 1.0 direct". */
CvSecret *
cv_e2ee_group_driver_export (const CvE2eeGroupDriver *driver, const char *label, CvSpan context,
                             gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
