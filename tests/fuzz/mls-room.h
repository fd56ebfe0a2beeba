/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A group that is made once and is as new before each input. */
#pragma once

#include "mls/group-private.h"
#include "mls/members.h"

G_BEGIN_DECLS

#define FUZZ_ROOM_MEMBERS 7
#define FUZZ_ROOM_GONE 3 /* its leaf is blank */
#define FUZZ_ROOM_OTHER "other group" /* everybody in the room was in it */

/* Members 0 to 6 on leaves 0 to 6, but 3, which was removed; the one on leaf 6 is unmerged in the
 * node above, everybody else has sent a path. */
typedef struct {
  Member *members[FUZZ_ROOM_MEMBERS]; /* [FUZZ_ROOM_GONE] is NULL */
  CvCryptoKeyPair external; /* of the one external sender that the group allows */
  CvSecret *encryption_secret; /* the message keys are drawn anew from it for each input */
  GBytes *good_commit; /* of member 4, with a path */
  GBytes *good_authenticator; /* of the epoch that it makes */
} FuzzRoom;

FuzzRoom *fuzz_room_get (guint16 suite); /* one a suite, for the whole process */
void fuzz_room_reset (FuzzRoom *room);

/* CvMlsFindResumption: of the first few epochs of FUZZ_ROOM_OTHER. */
CvSecret *fuzz_room_find_resumption (gpointer data, CvSpan group_id, guint64 epoch);
/* As member_try_receive, with that at hand. */
gboolean fuzz_room_try_receive (Member *member, CvSpan message, CvMlsReceived *received,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A member's place in the room's memory: everything that a refused message must not change, and a
 * taken one but for its own key or its proposal. */
typedef struct {
  const CvMlsGroup *group;
  const CvMlsEpoch *epoch;
  GBytes *authenticator;
  GBytes *tree;
  guint n_pending;
  GBytes *digest; /* of all secrets, ratchets included; or NULL */
  GBytes *fixed_digest; /* the same without the ratchets */
} FuzzSnapshot;

void fuzz_snapshot_take (FuzzSnapshot *snapshot, const Member *member, gboolean has_digest);
/* All but the digests. */
void fuzz_snapshot_assert_same (const FuzzSnapshot *snapshot, const Member *member);
/* has_used_key: the ratchets may have moved, and nothing else. */
void fuzz_snapshot_assert_same_secrets (const FuzzSnapshot *snapshot, const Member *member,
                                        gboolean has_used_key);
void fuzz_snapshot_clear (FuzzSnapshot *snapshot);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FuzzSnapshot, fuzz_snapshot_clear)

/* After whatever came, the member still takes the good commit to the epoch it should. */
void fuzz_room_assert_alive (FuzzRoom *room, Member *member);
/* The epoch that somebody's commit made is a good one: who is in can talk, and can leave it again. */
void fuzz_room_assert_usable (CvMlsGroup *group);

G_END_DECLS
