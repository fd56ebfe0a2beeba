/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A group of people to whom anything happens that the protocol allows, drawn from a seed.
 *
 * After every epoch all who are in agree on every fact of it. Everything asserts. */
#pragma once

#include "mls/members.h"

G_BEGIN_DECLS

#define WORLD_PEOPLE_MAX 64

/* What can happen; a step does one of the first kind and several of the others. */
typedef enum {
  WORLD_DEED_COMMIT,
  WORLD_DEED_PROPOSE,
  WORLD_DEED_RACE,
  WORLD_DEED_SLEEP, /* misses a commit or two and comes back */
  WORLD_DEED_GUEST,
  WORLD_DEED_DEAFNESS, /* cannot follow a commit and comes back, unless it was removed */
  WORLD_DEED_FORGET, /* gives up all that waits, which is committed all the same */
  /* by value */
  WORLD_DEED_ADD,
  WORLD_DEED_REMOVE,
  WORLD_DEED_POLICY,
  WORLD_DEED_PSK,
  WORLD_DEED_RESUMPTION,
  /* by reference */
  WORLD_DEED_PROPOSED_ADD,
  WORLD_DEED_PROPOSED_UPDATE,
  WORLD_DEED_PROPOSED_REMOVE,
  WORLD_DEED_PROPOSED_PSK,
  WORLD_DEED_PROPOSED_RESUMPTION,
  WORLD_N_DEEDS,
} WorldDeed;

const char *world_deed_to_string (WorldDeed deed);

typedef struct {
  guint n_deeds[WORLD_N_DEEDS];
  guint n_epochs_of[WORLD_PEOPLE_MAX + 1]; /* epochs that so many people agreed on */
} WorldTally;

typedef struct {
  const CvMlsSuite *suite;
  guint n_people;
  Member *people[WORLD_PEOPLE_MAX];
  GRand *rand;
  guint n_serial; /* makes names of things unique */
  Member *deaf; /* hears no proposal at the moment; or NULL */
  Member *absent; /* has no group but `behind`, an epoch that the others have left; or NULL */
  CvMlsGroup *behind;
  guint n_agreed; /* epochs that were compared, each counted once */
  WorldTally tally;
} World;

/* The first one is in a group of one. */
World *world_new (guint16 suite, guint n_people, guint32 seed);
void world_free (World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (World, world_free)

/* ---- what is there ---- */

guint world_roll (World *world, guint n_sides); /* 0 to n_sides - 1 */
guint world_count_inside (const World *world);
/* Anybody inside or outside but that one (NULL allowed); NULL when there is nobody. */
Member *world_pick (World *world, gboolean is_inside, const Member *but);

/* All who are in agree: epoch, context, tree and its hash, authenticator, exporter, roster. The
 * roster has so many more who are behind. No epoch may be left out from one call to the next. */
void world_assert_agree (World *world, guint n_absent);
/* As many epochs were compared as the group counts, which is from 0. */
void world_assert_all_compared (World *world);

/* ---- what happens (world-steps.c) ---- */

/* `committer` made a commit, from inside or from outside: everybody inside follows, who is removed
 * stays outside, who is in the new roster and was not in joins with the Welcome. Then all agree. */
void world_settle (World *world, Member *committer, const CvMlsCommitResult *result);

/* So many more come in with one commit. */
void world_add (World *world, guint n_newcomers);
/* Adds, removals, updates by reference, PSKs, policies, races, sleepers, guests from outside. */
void world_step (World *world);

G_END_DECLS
