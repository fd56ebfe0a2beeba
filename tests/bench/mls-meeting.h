/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* A meeting of any size of which only two members are held: the author of all commits at leaf 0,
 * and the reader at leaf 1. The reader is the dearest place to be: it shares all of the author's
 * path and derives every key of it, where half of the others derive the root's alone.
 *
 * cold: nobody but the author has committed, so every parent node is blank and a path secret is
 * sealed for each leaf by itself. That is a meeting whose members were all let in at once.
 * warm: no parent is blank and no leaf unmerged. That is what a meeting becomes once members have
 * committed, by rotating their keys or letting others in. */
#pragma once

#include "mls/members.h"

G_BEGIN_DECLS

typedef struct {
  const CvMlsSuite *suite;
  Member *author;
  Member *reader; /* NULL while the author is alone */
} MlsMeeting;

MlsMeeting *mls_meeting_new (const CvMlsSuite *suite);
void mls_meeting_free (MlsMeeting *meeting);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MlsMeeting, mls_meeting_free)

guint mls_meeting_get_size (const MlsMeeting *meeting);
void mls_meeting_grow_cold (MlsMeeting *meeting, guint n_members);
void mls_meeting_grow_warm (MlsMeeting *meeting, guint n_members);

G_END_DECLS
