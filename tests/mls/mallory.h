/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A member who breaks the rules with valid signatures, and whom she tries it on. */
#pragma once

#include "mls/group-private.h"
#include "mls/members.h"

G_BEGIN_DECLS

typedef struct {
  Member *mallory;
  Member *victim;
  Member *other;
  Member *all[3];
} MalloryWorld; /* g_test_add fixture; suite 0x0001 */

void mallory_set_up (MalloryWorld *world, gconstpointer data);
void mallory_tear_down (MalloryWorld *world, gconstpointer data);

/* Mallory's commit, not signed yet. Takes commit. */
void mallory_start_commit (const MalloryWorld *world, CvMlsCommit *commit,
                           CvMlsAuthenticatedContent *auth);

/* Signed and encrypted as it should be, with a confirmation tag of zeroes. Takes commit.
 *
 * So AUTHENTICATION means that all rules before the tag were kept, and INVALID that the rule itself
 * was enforced. */
GBytes *mallory_forge (const MalloryWorld *world, CvMlsCommit *commit);

/* The victim refuses the message with that code, and the group goes on as if it had not come. */
void mallory_assert_refused (MalloryWorld *world, GBytes *message, CvMlsError code);

G_END_DECLS
