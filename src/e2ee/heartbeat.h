/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Heartbeats: each member tells which epoch it is in, so that nobody can split the room unseen
 * (E2EE.md section 8). A codec and a tracker; no clock: times are arguments. */
#pragma once

#include "e2ee/envelope.h"
#include "mls/group.h"

G_BEGIN_DECLS

/* What is wrong is told within 15 s, so it has to be decided a heartbeat earlier. */
#define CV_E2EE_HEARTBEAT_WARN_US (12 * G_USEC_PER_SEC)
/* Of whom a lost connection was told: the server's grace of 15 s, and 10 s to remove or to return. */
#define CV_E2EE_HEARTBEAT_EXCUSED_US (25 * G_USEC_PER_SEC)
#define CV_E2EE_HEARTBEAT_BEHIND_US (3 * G_USEC_PER_SEC)

typedef struct {
  guint64 epoch;
  guint8 authenticator_hash[32];
  GBytes *transcript_hash; /* confirmed */
  guint64 n_frames[CV_E2EE_N_TRACKS];
  guint64 sent_us; /* by a clock of the sender: see CvE2eeHeartbeatClock */
} CvE2eeHeartbeat;

void cv_e2ee_heartbeat_clear (CvE2eeHeartbeat *heartbeat);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvE2eeHeartbeat, cv_e2ee_heartbeat_clear)

/* Epoch, hashes from the group; the rest is left to the caller. */
gboolean cv_e2ee_heartbeat_init (CvE2eeHeartbeat *heartbeat, const CvCrypto *crypto,
                                 const CvMlsGroup *group, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *cv_e2ee_heartbeat_write (const CvE2eeHeartbeat *heartbeat);
gboolean cv_e2ee_heartbeat_parse (CvSpan encoded, CvE2eeHeartbeat *heartbeat,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gint64 cv_e2ee_heartbeat_interval_us (guint n_members); /* max(2 s, N × 40 ms) */

/* The clock that tells others how old a heartbeat is: it never goes back, and goes on while the
 * computer sleeps, as no clock of the system does both. It starts at about 0, so that it tells
 * nothing else. Zero before the first use. */
typedef struct {
  gint64 base_us;
  gint64 ahead_us; /* of wall over monotonic clock, at the most so far */
} CvE2eeHeartbeatClock;

guint64 cv_e2ee_heartbeat_clock_read (CvE2eeHeartbeatClock *clock, gint64 now_us, guint64 now_s);

/* What we know of each other member. Leaves come and go with the roster. */
typedef struct CvE2eeHeartbeatTracker CvE2eeHeartbeatTracker;

typedef enum {
  CV_E2EE_HEARTBEAT_AGREES,
  CV_E2EE_HEARTBEAT_EXCUSED, /* neither agrees nor is it too long: see tracker_excuse */
  CV_E2EE_HEARTBEAT_SILENT, /* none for too long */
  CV_E2EE_HEARTBEAT_DISAGREES, /* another roster or key than ours, for too long */
} CvE2eeHeartbeatState;

CvE2eeHeartbeatTracker *cv_e2ee_heartbeat_tracker_new (void);
void cv_e2ee_heartbeat_tracker_free (CvE2eeHeartbeatTracker *tracker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvE2eeHeartbeatTracker, cv_e2ee_heartbeat_tracker_free)

/* A member is here since now_us: starts its time; no effect on those known already. */
void cv_e2ee_heartbeat_tracker_add (CvE2eeHeartbeatTracker *tracker, CvMlsLeaf leaf, gint64 now_us);
void cv_e2ee_heartbeat_tracker_remove (CvE2eeHeartbeatTracker *tracker, CvMlsLeaf leaf);
/* A heartbeat vouches for the moment when it was sent, not for the one when the server let it come:
 * it is late by as much as it is later than the promptest one. Returns that moment. */
gint64 cv_e2ee_heartbeat_tracker_note (CvE2eeHeartbeatTracker *tracker, CvMlsLeaf leaf,
                                       gboolean does_agree, guint64 sent_us, gint64 now_us);
/* The server says that this member's connection, or ours, is gone. The word gives a longer limit, and
 * only until the next agreement: the time runs on from the last one, however often it is said. It
 * does not take back what was late already. */
void cv_e2ee_heartbeat_tracker_excuse (CvE2eeHeartbeatTracker *tracker, CvMlsLeaf leaf,
                                       guint n_members, gint64 now_us);
void cv_e2ee_heartbeat_tracker_excuse_all (CvE2eeHeartbeatTracker *tracker, guint n_members,
                                           gint64 now_us);
CvE2eeHeartbeatState cv_e2ee_heartbeat_tracker_get (const CvE2eeHeartbeatTracker *tracker,
                                                    CvMlsLeaf leaf, guint n_members, gint64 now_us);

G_END_DECLS
