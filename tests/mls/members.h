/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* People of an MLS group in one process, for the tests of groups. */
#pragma once

#include "mls/group.h"

G_BEGIN_DECLS

#define TEST_POLICY_TYPE 0xF0C0
#define TEST_NOW_S 1000000u

typedef struct {
  const CvMlsSuite *suite;
  char *name;
  CvCryptoKeyPair signature;
  CvMlsJoiner *joiner;
  CvMlsGroup *group; /* NULL outside */
} Member;

CvCrypto *members_get_crypto (void); /* one for the process, borrowed */
const CvMlsSuite *members_get_suite (guint16 id);

Member *member_new (const CvMlsSuite *suite, const char *name);
void member_free (Member *member);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Member, member_free)
CvMlsLeafParams member_leaf_params (const Member *member);

void member_create (Member *member); /* a group of one with a policy */
CvSpan member_offer (Member *member); /* a fresh KeyPackage, borrowed */
/* With the room's PSK at hand. */
void member_join (Member *member, GBytes *welcome);
gboolean member_try_join (Member *member, CvSpan welcome, GError **error);

/* The PSK that `members_find_psk` knows by the id "room". */
CvSecret *members_find_psk (gpointer data, CvSpan psk_id);
CvMlsPsk members_get_psk (void);

/* One message through cv_mls_group_receive with the PSK at hand. */
gboolean
member_try_receive (Member *member, CvSpan message, CvMlsReceived *received, GError **error);
/* Receives a commit that must be good, and swaps the epoch; NULL group when removed. */
void member_follow (Member *member, GBytes *commit);

/* Commits and swaps the own epoch. */
void member_commit (Member *member, const CvMlsCommitParams *params, CvMlsCommitResult *result);
/* Adds `newcomer` with the PSK; the others in `present` (NULL entries allowed) follow. */
void member_add (Member *member, Member *newcomer, Member *const *present, gsize n_present);

void members_assert_agree (Member *const *members, gsize n_members);
/* What one says, all the others read. */
void members_assert_talk (Member *const *members, gsize n_members);

G_END_DECLS
