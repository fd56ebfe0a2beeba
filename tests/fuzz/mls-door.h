/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A newcomer with a real Welcome: into the room, or into a group that follows it. */
#pragma once

#include "fuzz/mls-room.h"

G_BEGIN_DECLS

typedef enum {
  FUZZ_DOOR_PLAIN, /* of the room itself */
  FUZZ_DOOR_BRANCH, /* of a subgroup: the newcomer goes by member 1's name */
  FUZZ_DOOR_REINIT, /* of the re-initialised room: the same */
  FUZZ_DOOR_N_KINDS
} FuzzDoorKind;

#define FUZZ_DOOR_POLICY "policy 1" /* of the groups that follow */

typedef struct {
  FuzzRoom *room;
  Member *joiner; /* its KeyPackage is in `info` and `secrets` of the real Welcome */
  CvMlsGroup *parent; /* member 1's, at the epoch that is followed; NULL: plain */
  GBytes *welcome;
  GBytes *secrets; /* GroupSecrets */
  GBytes *info; /* GroupInfo */
} FuzzDoor;

const FuzzDoor *fuzz_door_get (guint16 suite, FuzzDoorKind kind); /* one each for the process */

/* The PSKs that the newcomer knows. */
CvMlsPskLookup fuzz_door_lookup (const FuzzDoor *door);

/* Full. */
GBytes *fuzz_door_encode_info (const CvMlsGroupInfo *info);
/* `secrets` with a PSK of FUZZ_ROOM_OTHER more. Full. */
GBytes *fuzz_door_dup_secrets_with_resumption (const FuzzDoor *door);

G_END_DECLS
