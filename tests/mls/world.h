/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A group of people to whom anything happens that the protocol allows, drawn from a seed.
 *
 * After every epoch all who are in agree on every fact of it. Everything asserts. */
#pragma once

#include "mls/members.h"

G_BEGIN_DECLS

#define WORLD_PEOPLE_MAX 64

typedef struct {
  const CvMlsSuite *suite;
  guint n_people;
  Member *people[WORLD_PEOPLE_MAX];
  GRand *rand;
  guint n_serial; /* makes names of things unique */
  Member *deaf; /* hears no proposal at the moment; or NULL */
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

/* All who are in agree: epoch, context, tree and its hash, authenticator, exporter, roster. */
void world_assert_agree (World *world);

/* ---- what happens (world-steps.c) ---- */

/* `committer` made a commit: everybody inside follows, who is removed stays outside, who is in the
 * new roster and was not in joins with the Welcome. committer: NULL when it came from outside. */
void world_settle (World *world, Member *committer, const CvMlsCommitResult *result);

/* So many more come in with one commit. */
void world_add (World *world, guint n_newcomers);
/* Adds, removals, updates by reference, PSKs, policies, races, sleepers, guests from outside. */
void world_step (World *world);

G_END_DECLS
