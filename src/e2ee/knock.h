/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The sealed knock: what a joiner shows to those inside, and to nobody else (E2EE.md section 5).
 *
 * The KeyPackage carries the identity statement as its credential, and the server's id of the joiner's
 * connection as its application_id. */
#pragma once

#include "e2ee/commit.h"
#include "e2ee/room-keys.h"
#include "identity/statement.h"
#include "mls/group.h"

G_BEGIN_DECLS

#define CV_E2EE_KNOCK_MAX_LEN 16384
/* A leaf of the longest name in the largest suite needs about two thirds. Every Welcome carries all
 * leaves: without a bound one member could make it larger than any server relays. */
#define CV_E2EE_LEAF_MAX_LEN 4096

typedef struct {
  char *member_id; /* the connection that the leaf names: no other can knock with it */
  GBytes *key_package;
  GBytes *key_package_ref;
  CvIdentityStatement *statement;
  guint64 not_before_s; /* when both the leaf and the statement hold, since 1970 */
  guint64 not_after_s;
} CvE2eeKnock;

void cv_e2ee_knock_free (CvE2eeKnock *knock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CvE2eeKnock, cv_e2ee_knock_free)

GBytes *cv_e2ee_knock_seal (const CvCrypto *crypto, const CvE2eeRoomKeys *keys, CvSpan key_package,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Opens and checks everything. AUTHENTICATION: sealed with another link or passcode. */
CvE2eeKnock *
cv_e2ee_knock_open (const CvCrypto *crypto, const CvE2eeRoomKeys *keys, const CvMlsSuite *suite,
                    CvSpan sealed, guint64 now_s, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
