/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The inside of CvE2eeGroupDriver, shared by the driver-*.c files and nobody else.
 *
 *   group-driver   life, inputs that need one line, getters; enter and leave bracket every input
 *   driver-absence since when we may have missed something, and what that excuses
 *   driver-roster  members of the epoch, ranks, who is away
 *   driver-rules   what a commit or a joined group may be (the "client" rules of E2EE.md)
 *   driver-epoch   entering an epoch, keys in and out
 *   driver-plan    what to commit and when
 *   driver-commit  own commits and their Welcomes
 *   driver-receive ordered commits and application messages
 *   driver-door    knocks and admissions
 *   driver-resync  the way back after too long an absence
 *   driver-returns who may come in again unasked, and who may not
 *   driver-actions what the person asks for
 *   driver-wishes  what of it changes the policy and does not hold yet
 *   driver-timers  heartbeats, the shield, what is due */
#pragma once

#include "e2ee/admission.h"
#include "e2ee/group-driver.h"

G_BEGIN_DECLS

#define CV_E2EE_DRIVER_GRACE_US (15 * G_USEC_PER_SEC)
#define CV_E2EE_DRIVER_GRACE_SLACK_US (3 * G_USEC_PER_SEC) /* others heard of it a little earlier */
#define CV_E2EE_DRIVER_UNDER_WAY_US (10 * G_USEC_PER_SEC) /* from commit to order, at the most */
#define CV_E2EE_DRIVER_ARRIVE_US (30 * G_USEC_PER_SEC) /* from the Add to the first heartbeat */
#define CV_E2EE_DRIVER_REPLAY_US (2 * G_USEC_PER_SEC) /* a resume brings what was missed */
#define CV_E2EE_DRIVER_RETURN_US (60 * G_USEC_PER_SEC)
#define CV_E2EE_DRIVER_RANK_STEP_US (300 * 1000)
#define CV_E2EE_DRIVER_EPOCH_MIN_US (500 * 1000)
#define CV_E2EE_DRIVER_SWITCH_US (500 * 1000)
#define CV_E2EE_DRIVER_RETENTION_US (5 * G_USEC_PER_SEC)
#define CV_E2EE_DRIVER_BATCH_FIRST_US (100 * 1000)
#define CV_E2EE_DRIVER_BATCH_LAST_US (300 * 1000)
#define CV_E2EE_DRIVER_BATCH_MAX 32
#define CV_E2EE_DRIVER_FUTURE_MAX 256 /* messages held for epochs to come */
#define CV_E2EE_DRIVER_VISITORS_MAX 256
#define CV_E2EE_DRIVER_ACK_MAX_MEMBERS 32 /* above, epochs are not acknowledged one by one */

/* First byte of an application message's plaintext. */
typedef enum {
  CV_E2EE_INNER_HEARTBEAT = 1,
  CV_E2EE_INNER_PAYLOAD = 2, /* leaf it is for (4 bytes), payload */
  CV_E2EE_INNER_GOODBYE = 3,
  CV_E2EE_INNER_ADMISSION = 4, /* a list of one */
} CvE2eeInner;

/* First byte of what goes by the application relay but is no MLSMessage (those start with 0). */
#define CV_E2EE_CONTROL_RESYNC_REQUEST 0xC1
#define CV_E2EE_CONTROL_RESYNC_ANSWERED 0xC2

typedef struct {
  CvE2eeMember public; /* points into the rest */
  CvIdentityStatement *statement;
  GBytes *identity; /* the credential as in the leaf */
  GBytes *signature_public;
  char *member_id; /* the connection that the leaf names */
  gint64 away_at_us; /* 0: here */
  gint64 earliest_away_us; /* told late when we were away ourselves: from then on perhaps */
  gboolean was_graceful; /* goes with away_at_us */
  gint64 removable_until_us; /* came back, when a removal may have been under way already */
  gboolean was_heard; /* by us, in this leaf */
  guint64 since_epoch; /* of this leaf, or of its last return; our first when it was here before */
  gint64 expected_by_us; /* added while we were here: to be heard by then; 0: was here before us */
  gint64 earliest_expected_us; /* told late when we were away ourselves: by then perhaps */
  gboolean has_acknowledged; /* the current epoch */
  gboolean is_confirmed;
  gboolean is_accepted;
  gboolean has_broken_rules;
  gint64 resynced_at_us; /* 0: never */
  guint32 resync_number; /* of its last request; 0: never asked */
  guint n_resync_asked; /* since resync_asked_from_us */
  gint64 resync_asked_from_us;
  gint64 failing_since_us[CV_E2EE_N_TRACKS]; /* 0: not failing */
  gint64 failed_at_us[CV_E2EE_N_TRACKS]; /* seen last; goes with failing_since_us */
  CvE2eeReceiverCounts seen[CV_E2EE_N_TRACKS];
  gboolean has_foreign_frames;
  gint64 foreign_at_us;
} CvE2eeDriverMember;

typedef struct {
  CvE2eeVisitor public;
  char *knock_id;
  CvE2eeKnock *knock; /* NULL: could not be opened */
  CvE2eeAdmission *admission;
  GBytes *admitted_by; /* the moderator's MLS signature key; goes with admission */
  gint64 since_us;
  gboolean is_denied; /* told the transport */
} CvE2eeDriverVisitor;

typedef struct {
  guint8 hash[CV_IDENTITY_HASH_LEN];
  gint64 at_us; /* at the latest */
  gint64 earliest_us;
} CvE2eeDeparted;

typedef struct {
  guint8 hash[CV_IDENTITY_HASH_LEN];
  guint64 epoch; /* the first one without it: what was allowed before is void */
  gint64 at_us;
} CvE2eeExpelled;

typedef struct {
  guint8 hash[CV_IDENTITY_HASH_LEN];
} CvE2eeWantedRemove;

/* Of a commit that is being taken. */
typedef struct {
  guint8 hash[CV_IDENTITY_HASH_LEN];
  guint8 mls_key_hash[32]; /* of the leaf */
  gboolean is_expelled; /* a moderator meant it, as far as we can know */
  gboolean is_missed; /* its departure, by us */
  gboolean has_left; /* by its own will */
  gboolean may_return; /* as far as others may think */
} CvE2eeRemoved;

typedef struct {
  CvMlsGroup *group;
  gint64 until_us; /* G_MAXINT64: until the new epoch is in use */
} CvE2eeOldEpoch;

typedef struct {
  guint8 hash[CV_IDENTITY_HASH_LEN];
  gboolean is_moderator;
} CvE2eeModeratorWish;

/* Of us as moderator, for the policy. */
typedef struct {
  gboolean has_locked;
  gboolean is_locked;
  gboolean has_admission;
  CvE2eeAdmissionMode admission;
  GArray *moderators; /* CvE2eeModeratorWish, one for each identity */
} CvE2eeWishes;

/* What a commit of ours does. */
typedef struct {
  GPtrArray *refs; /* GBytes: KeyPackageRefs added */
  GPtrArray *key_packages; /* GBytes */
  GPtrArray *knock_ids; /* char *: who waits with one of the KeyPackages */
  GPtrArray *admissions; /* borrowed CvE2eeAdmission */
  GArray *removes; /* CvMlsLeaf */
  guint n_own_removes; /* of them; the others are leaves that those added leave behind */
  GBytes *policy; /* NULL: unchanged */
  gboolean is_pathless;
} CvE2eePlan;

struct CvE2eeJob {
  CvMlsGroup *group;
  CvE2eePlan *plan;
  GBytes *authenticated_data;
  CvE2eeRoomKeys *room_keys;
  guint64 now_s;
  CvMlsCommitResult result;
  GError *error;
};

/* A commit of ours in the current epoch. Kept when it was rejected, in case the server orders it
 * all the same: MLS cannot open its own message. */
typedef struct {
  guint64 epoch;
  CvMlsCommitResult result;
  CvE2eeCommit *commit; /* as it was sent */
  CvE2eePlan *plan; /* NULL: external commit */
  gboolean is_live;
  gint64 sent_at_us;
} CvE2eeOwnCommit;

typedef struct {
  CvMlsLeaf from;
  GByteArray *data; /* secret */
  gsize offset;
} CvE2eeDelivery;

struct CvE2eeGroupDriver {
  CvCrypto *crypto;
  const CvMlsSuite *suite;
  CvIdentityKeyPair *identity;
  char *name;
  CvE2eeRoomKeys *room_keys;
  char *member_id;
  const CvE2eeGroupDriverOps *ops;
  gpointer data;
  guint8 own_hash[CV_IDENTITY_HASH_LEN];

  CvE2eePhase phase;
  gboolean is_connected;
  guint depth; /* of inputs and actions */
  gint64 deadline_us;
  gint64 now_us; /* of the running input */
  guint64 now_s;

  CvMlsJoiner *joiner;
  CvMlsGroup *group;
  CvMlsGroup *fresh; /* the group that replaces ours when the server agrees; or NULL */
  gint64 fresh_retry_at_us; /* 0: asked, not answered */
  CvE2eePolicy policy;
  gint64 epoch_at_us;
  gboolean has_last_path; /* the last commit had a path: the next may go without */
  gboolean had_company; /* in this group: when all have left it is not used again */
  GPtrArray *old_epochs; /* CvE2eeOldEpoch, oldest first */
  CvE2eeEpochKeys *next_send_keys; /* installed for sending at switch_at_us */
  gint64 switch_at_us;
  gint64 retire_at_us; /* 0: nothing to retire */
  gint64 pcs_at_us;
  char *code;
  gboolean is_code_confirmed;

  GPtrArray *members; /* CvE2eeDriverMember, by leaf */
  gsize leaves_len; /* bytes, of this epoch's tree */
  gboolean has_roster; /* was filled once: who is new now came after us */
  GArray *departed; /* CvE2eeDeparted: ungraceful, at most 60 s ago; one for each identity */
  GArray *expelled; /* CvE2eeExpelled: not inside since; one for each identity */
  GHashTable *used_refs; /* GBytes: KeyPackages that were added once → when, in monotonic seconds */
  /* GBytes: hashes of the MLS keys of leaves that were removed → as above. Their KeyPackages are
   * known by them when they were added before we came; each KeyPackage has a key of its own. */
  GHashTable *removed_keys;
  gint64 prune_at_us; /* both */
  guint own_rank;

  GPtrArray *visitors; /* CvE2eeDriverVisitor */
  GArray *wanted_removes; /* CvE2eeWantedRemove, by us as moderator: people, whatever their leaf */
  CvE2eeWishes wishes;
  GPtrArray *own_commits; /* CvE2eeOwnCommit */
  guint n_rejected; /* of them, in this epoch */
  gboolean is_job_running;
  /* A commit could not be made: what removes goes first and alone, and fewer are added at once. */
  gboolean is_split;
  guint n_halvings; /* of the batch */
  /* An ordered commit was rejected, and the server is to void it first; or own ones were. */
  gint64 blocked_until_us;
  /* The ordered commit of this epoch that broke the rules, and who made it. Nothing but a commit that
   * keeps them leads out of this epoch then: where others are may come of the one refused, also when
   * the server says that it was voided. NULL: none. */
  GBytes *refused_commit;
  CvMlsLeaf refused_by; /* goes with refused_commit */
  GQueue waiting; /* CvE2eeWaiting: held while a job runs */

  GPtrArray *future; /* CvE2eeCommit: messages of epochs to come, other kinds with empty lists */
  gint64 behind_since_us; /* 0: not behind */
  gint64 gap_asked_at_us; /* 0: never */
  gint64 reconnected_at_us; /* our own connection; 0: it was never gone */
  gint64 current_at_us; /* when we were last known to be current, which is what agreement shows */
  guint64 current_s; /* the same by the wall clock */
  /* Until then commits come that were made while we were away, and are judged by what was
   * legitimate at some time of this absence. No member may bring that about; the server may, by a
   * cut: so only what a cut of that length explains is excused. */
  gint64 caught_up_at_us;
  gint64 missed_since_us; /* when the absence began: as long as caught_up_at_us is to come */
  guint64 missed_since_s;
  gboolean is_newcomer; /* it is the time before our Welcome */
  gint64 unknown_until_us; /* until then people return of whose departure we cannot know */

  CvCryptoKeyPair resync_pair;
  guint8 resync_hash[32];
  gint64 resync_retry_at_us;
  guint n_resync_attempts;
  guint32 n_resync_requests; /* of ours, ever */
  gint64 stuck_at_us; /* a commit came that we cannot open; 0: none */
  GPtrArray *resync_requests; /* CvE2eeResyncRequest: to be answered by rank */

  CvE2eeHeartbeatTracker *tracker;
  CvE2eeHeartbeatClock clock; /* of ours */
  gint64 heartbeat_at_us;
  gint64 trust_at_us;
  gboolean is_muted_by_doubt; /* nobody agrees: nothing is sent */
  CvE2eeTrust trust;

  CvE2eeSender *sender;
  CvE2eeReceiver *receiver;

  GQueue deliveries; /* CvE2eeDelivery */
  guint64 n_notices[CV_E2EE_N_NOTICES];
  gboolean is_flushing;
  gboolean has_joined_news, has_roster_news, has_door_news, has_policy_news, has_shield_news,
      has_epoch_news, has_ended_news;
  CvE2eeEnd end;
};

typedef struct {
  enum { CV_E2EE_WAITING_COMMIT, CV_E2EE_WAITING_MESSAGE, CV_E2EE_WAITING_SEND } kind;
  GBytes *bytes;
  CvE2eeCommit *commit; /* COMMIT: in place of bytes */
} CvE2eeWaiting;

typedef struct {
  GBytes *request;
  char *from; /* the server's id of the connection: where the answer goes */
  guint8 hash[32];
  GBytes *public_key;
  CvMlsLeaf leaf;
  gint64 due_us;
  gboolean is_repeated;
} CvE2eeResyncRequest;

/* ---- group-driver ---- */
void cv_e2ee_driver_enter (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_leave (CvE2eeGroupDriver *driver); /* does what is due, tells the news */
void cv_e2ee_driver_notice (CvE2eeGroupDriver *driver, CvE2eeNotice notice, CvMlsLeaf leaf);
void cv_e2ee_driver_finish (CvE2eeGroupDriver *driver, CvE2eeEnd end); /* wipes */
CvMlsGroup *cv_e2ee_driver_new_fresh_group (CvE2eeGroupDriver *driver,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
cv_e2ee_driver_make_leaf (CvE2eeGroupDriver *driver, CvCryptoKeyPair *signature, GBytes **statement,
                          CvMlsLeafParams *params, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CvSecret *cv_e2ee_driver_find_psk (gpointer driver, CvSpan psk_id);

/* ---- absence ---- */
void cv_e2ee_driver_absence_begin (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_absence_end (CvE2eeGroupDriver *driver); /* catching up begins */
void cv_e2ee_driver_absence_note_joined (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_absence_note_gap_end (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_absence_note_epoch (CvE2eeGroupDriver *driver);
/* With a heartbeat that was sent then. */
void cv_e2ee_driver_absence_note_agreement (CvE2eeGroupDriver *driver, gint64 sent_at_us);
gboolean cv_e2ee_driver_absence_is_catching_up (const CvE2eeGroupDriver *driver);
gboolean cv_e2ee_driver_absence_is_newcomer (const CvE2eeGroupDriver *driver);
/* From when on what comes may have been ordered; now when nothing is being caught up. */
gint64 cv_e2ee_driver_absence_get_oldest_us (const CvE2eeGroupDriver *driver);
guint64 cv_e2ee_driver_absence_get_oldest_s (const CvE2eeGroupDriver *driver);
/* From when on what the server tells of others may have been so. */
gint64 cv_e2ee_driver_absence_get_earliest_us (const CvE2eeGroupDriver *driver);
/* So long that somebody can have been lost and given up meanwhile. */
gboolean cv_e2ee_driver_absence_hides_removals (const CvE2eeGroupDriver *driver);

/* ---- roster ---- */
gboolean cv_e2ee_driver_roster_has_leaf (const GArray *leaves, CvMlsLeaf leaf); /* of CvMlsLeaf */
void cv_e2ee_driver_member_free (CvE2eeDriverMember *member);
CvE2eeDriverMember *cv_e2ee_driver_roster_find (const CvE2eeGroupDriver *driver, CvMlsLeaf leaf);
CvE2eeDriverMember *cv_e2ee_driver_roster_find_self (const CvE2eeGroupDriver *driver);
CvE2eeDriverMember *
cv_e2ee_driver_roster_find_identity (const CvE2eeGroupDriver *driver,
                                     const guint8 hash[static CV_IDENTITY_HASH_LEN]);
/* Makes members those of the group; FALSE: one of its leaves is not valid. */
gboolean cv_e2ee_driver_roster_rebuild (CvE2eeGroupDriver *driver, const CvMlsGroup *group,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Copies facts into what get_member shows. */
void cv_e2ee_driver_roster_refresh (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_roster_compute_rank (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_roster_set_away (CvE2eeGroupDriver *driver, CvE2eeDriverMember *member,
                                     gboolean was_graceful);
void cv_e2ee_driver_roster_heard (CvE2eeGroupDriver *driver, CvE2eeDriverMember *member);
/* Here before us, and perhaps only by its leaf. */
gboolean cv_e2ee_driver_roster_was_never_heard (const CvE2eeDriverMember *member);
/* So long away that somebody may have removed it. */
gboolean cv_e2ee_driver_roster_was_given_up (const CvE2eeGroupDriver *driver,
                                             const CvE2eeDriverMember *member);
/* When others may remove the member; G_MAXINT64: it is here. */
gint64 cv_e2ee_driver_roster_get_removable_at (const CvE2eeDriverMember *member);

/* ---- rules ---- */
gboolean
cv_e2ee_driver_rules_check_commit (CvE2eeGroupDriver *driver, const CvMlsReceived *received,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the server was told the connections that the commit, a good one, adds and removes. What one
 * of them is not the other's: the ballot would be stuffed, or somebody thrown out. */
gboolean cv_e2ee_driver_rules_check_ids (const CvE2eeGroupDriver *driver,
                                         const CvMlsReceived *received, const CvE2eeCommit *commit,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_e2ee_driver_rules_check_group (CvE2eeGroupDriver *driver, const CvMlsGroup *group,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for a later epoch of our own group, as the member of that leaf tells of it. */
gboolean
cv_e2ee_driver_rules_check_return (CvE2eeGroupDriver *driver, const CvMlsGroup *group,
                                   CvMlsLeaf teller, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a Welcome to a group of so many members, whose leaves have so many bytes, can be relayed
 * even when no parent of its tree is blank. */
gboolean
cv_e2ee_driver_rules_can_carry (const CvMlsSuite *suite, guint n_members, gsize leaves_len);
gsize cv_e2ee_driver_rules_get_leaves_len (const CvMlsGroup *group);
/* TRUE when the statement is of a later joining than the leaf of the same identity. */
gboolean cv_e2ee_driver_rules_is_later (const CvIdentityStatement *statement,
                                        const CvE2eeDriverMember *member);

/* ---- epoch ---- */
/* Takes over the epoch: keys, roster, policy, timers, news. FALSE: the meeting has ended. */
gboolean cv_e2ee_driver_epoch_install (CvE2eeGroupDriver *driver, CvMlsGroup *next,
                                       gboolean does_change_roster);
void cv_e2ee_driver_epoch_note_commit (CvE2eeGroupDriver *driver, const CvMlsReceived *received);
void cv_e2ee_driver_epoch_acknowledge (CvE2eeGroupDriver *driver, CvE2eeDriverMember *member);
CvMlsGroup *cv_e2ee_driver_epoch_find_old (const CvE2eeGroupDriver *driver, guint64 epoch);
gint64 cv_e2ee_driver_epoch_run (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_old_epoch_free (CvE2eeOldEpoch *old);

/* ---- plan ---- */
void cv_e2ee_driver_plan_free (CvE2eePlan *plan);
gint64 cv_e2ee_driver_plan_compute_due_us (const CvE2eeGroupDriver *driver);
CvE2eePlan *cv_e2ee_driver_plan_make (const CvE2eeGroupDriver *driver);
/* What to do otherwise next time. */
void cv_e2ee_driver_plan_failed (CvE2eeGroupDriver *driver, const CvE2eePlan *plan);
void cv_e2ee_driver_plan_worked (CvE2eeGroupDriver *driver);

/* ---- commit ---- */
void cv_e2ee_driver_own_commit_free (CvE2eeOwnCommit *own);
gint64 cv_e2ee_driver_commit_run (CvE2eeGroupDriver *driver);
CvE2eeOwnCommit *cv_e2ee_driver_commit_find_own (const CvE2eeGroupDriver *driver, GBytes *commit);
void cv_e2ee_driver_commit_adopt (CvE2eeGroupDriver *driver, CvE2eeOwnCommit *own);
void cv_e2ee_driver_commit_send_external (CvE2eeGroupDriver *driver, CvMlsCommitResult *result);
void
cv_e2ee_driver_commit_drop_external (CvE2eeGroupDriver *driver); /* it leads nowhere any more */
void cv_e2ee_driver_commit_forget (CvE2eeGroupDriver *driver); /* a new epoch: none is of use */
gboolean cv_e2ee_driver_commit_needs_fresh_group (const CvE2eeGroupDriver *driver);
void cv_e2ee_driver_commit_adopt_fresh (CvE2eeGroupDriver *driver);

/* ---- receive ---- */
/* By its epoch: now, later, or not at all. */
void cv_e2ee_driver_receive_ordered (CvE2eeGroupDriver *driver, CvE2eeCommit *commit);
void cv_e2ee_driver_receive_commit (CvE2eeGroupDriver *driver, CvE2eeCommit *commit);
void cv_e2ee_driver_receive_message (CvE2eeGroupDriver *driver, GBytes *message);
void cv_e2ee_driver_receive_future (CvE2eeGroupDriver *driver); /* what was held for this epoch */
void cv_e2ee_driver_receive_ask_gap (CvE2eeGroupDriver *driver);
gint64 cv_e2ee_driver_receive_run (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_delivery_free (CvE2eeDelivery *delivery);

/* ---- door ---- */
void cv_e2ee_driver_visitor_free (CvE2eeDriverVisitor *visitor);
CvE2eeDriverVisitor *
cv_e2ee_driver_door_find (const CvE2eeGroupDriver *driver, const char *knock_id);
gboolean cv_e2ee_driver_door_is_admissible (const CvE2eeGroupDriver *driver,
                                            const CvE2eeDriverVisitor *visitor);
void cv_e2ee_driver_door_remove (CvE2eeGroupDriver *driver, CvE2eeDriverVisitor *visitor);
void cv_e2ee_driver_door_note_used (CvE2eeGroupDriver *driver, GBytes *key_package_ref);
void
cv_e2ee_driver_door_note_removed (CvE2eeGroupDriver *driver, const guint8 mls_key_hash[static 32]);
void cv_e2ee_driver_door_remove_added (CvE2eeGroupDriver *driver, CvSpan key_package_ref);
gboolean cv_e2ee_driver_door_admit (CvE2eeGroupDriver *driver, CvE2eeDriverVisitor *visitor,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void
cv_e2ee_driver_door_receive_admission (CvE2eeGroupDriver *driver, guint64 epoch, CvSpan encoded);
/* Who waits there under this identity was let in before, and is not any more. */
void cv_e2ee_driver_door_ask_anew (CvE2eeGroupDriver *driver,
                                   const guint8 hash[static CV_IDENTITY_HASH_LEN]);
gint64 cv_e2ee_driver_door_run (CvE2eeGroupDriver *driver);

/* ---- resync ---- */
/* Does nothing in an epoch in which a commit was refused. */
void cv_e2ee_driver_resync_start (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_resync_stop (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_resync_receive (CvE2eeGroupDriver *driver, const char *from, GBytes *message);
/* What that leaf asked for is not needed any more. */
void cv_e2ee_driver_resync_forget (CvE2eeGroupDriver *driver, CvMlsLeaf leaf);
gint64 cv_e2ee_driver_resync_run (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_resync_request_free (CvE2eeResyncRequest *request);

/* ---- returns ---- */
void
cv_e2ee_driver_returns_note_departed (CvE2eeGroupDriver *driver, const CvE2eeDriverMember *member);
/* Of CvE2eeRemoved: made before the epoch is installed, noted when it is. */
GArray *cv_e2ee_driver_returns_list_removed (const CvE2eeGroupDriver *driver,
                                             const CvMlsCommitSummary *summary);
/* leaves NULL: those who were removed without us are not known. */
GArray *
cv_e2ee_driver_returns_list_own_removed (const CvE2eeGroupDriver *driver, const GArray *leaves);
void cv_e2ee_driver_returns_note_removed (CvE2eeGroupDriver *driver, const GArray *list);
/* By us as moderator, who want it out. */
gboolean cv_e2ee_driver_returns_is_unwanted (const CvE2eeGroupDriver *driver,
                                             const guint8 hash[static CV_IDENTITY_HASH_LEN]);
/* Others may take longer to hear of a departure than we, and take longer to forget it. */
gboolean cv_e2ee_driver_returns_is_allowed (const CvE2eeGroupDriver *driver,
                                            const guint8 hash[static CV_IDENTITY_HASH_LEN]);
/* The same for who proposes the return, so that everybody else allows it. */
gboolean cv_e2ee_driver_returns_is_expected (const CvE2eeGroupDriver *driver,
                                             const guint8 hash[static CV_IDENTITY_HASH_LEN]);
gboolean cv_e2ee_driver_returns_was_expelled_after (const CvE2eeGroupDriver *driver,
                                                    const guint8 hash[static CV_IDENTITY_HASH_LEN],
                                                    guint64 epoch);
void cv_e2ee_driver_returns_start_afresh (CvE2eeGroupDriver *driver); /* in a fresh group */
gint64 cv_e2ee_driver_returns_run (CvE2eeGroupDriver *driver);

/* ---- wishes ---- */
/* The policy that they make of the present one; FALSE: they change nothing. */
gboolean cv_e2ee_driver_wishes_apply (const CvE2eeGroupDriver *driver, CvE2eePolicy *policy);
/* TRUE: `next` differs from the present policy in nothing but what is wished. */
gboolean cv_e2ee_driver_wishes_explain (const CvE2eeGroupDriver *driver, const CvE2eePolicy *next);
void cv_e2ee_driver_wishes_settle (CvE2eeGroupDriver *driver); /* drops those that hold */
void cv_e2ee_driver_wishes_clear (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_wishes_set_locked (CvE2eeGroupDriver *driver, gboolean is_locked);
void cv_e2ee_driver_wishes_set_admission (CvE2eeGroupDriver *driver, CvE2eeAdmissionMode admission);
gboolean cv_e2ee_driver_wishes_set_moderator (CvE2eeGroupDriver *driver,
                                              const guint8 hash[static CV_IDENTITY_HASH_LEN],
                                              gboolean is_moderator,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ---- timers ---- */
/* Seals and sends (or holds, while a job runs) one inner message. */
gboolean
cv_e2ee_driver_timers_send_inner (CvE2eeGroupDriver *driver, CvE2eeInner kind, CvSpan content,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void cv_e2ee_driver_timers_send_heartbeat (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_timers_receive_heartbeat (CvE2eeGroupDriver *driver, CvE2eeDriverMember *member,
                                              guint64 epoch, CvSpan encoded);
void cv_e2ee_driver_timers_judge (CvE2eeGroupDriver *driver);
gint64 cv_e2ee_driver_timers_run (CvE2eeGroupDriver *driver);
void cv_e2ee_driver_waiting_free (CvE2eeWaiting *waiting);

G_END_DECLS
