/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The conference_policy extension of the GroupContext, 0xF0C0 (E2EE.md section 4). */
#pragma once

#include "crypto/suites.h"
#include "e2ee/error.h"
#include "identity/key-pair.h"

G_BEGIN_DECLS

#define CV_E2EE_POLICY_TYPE 0xF0C0
#define CV_E2EE_POLICY_MAX_MODERATORS 64

typedef enum {
  CV_E2EE_ADMISSION_LINK = 0, /* whoever has the link (and passcode) comes in */
  CV_E2EE_ADMISSION_MODERATOR = 1, /* only whom a moderator admits */
} CvE2eeAdmissionMode;

typedef struct {
  guint8 hash[CV_IDENTITY_HASH_LEN];
} CvE2eeIdentityHash;

/* E2EE.md section 2: what every meeting's frames are sealed with. There is no choice to make, so
 * nobody can be talked into a worse one. */
#define CV_E2EE_SFRAME_SUITE CV_SFRAME_SUITE_AES_256_GCM

typedef struct {
  guint8 meeting_id[16]; /* the room id */
  CvE2eeIdentityHash moderators[CV_E2EE_POLICY_MAX_MODERATORS]; /* the creator first */
  gsize n_moderators; /* at least 1 */
  CvE2eeAdmissionMode admission;
  gboolean is_locked;
  gboolean is_recording_allowed;
  gboolean is_chat_allowed;
  CvSframeSuiteId sframe_suite;
  guint8 epoch_bits; /* E */
} CvE2eePolicy;

GBytes *cv_e2ee_policy_write (const CvE2eePolicy *policy);
/* MALFORMED; also for another SFrame suite than ours, or another E than 4. */
gboolean cv_e2ee_policy_parse (CvSpan encoded, CvE2eePolicy *policy,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cv_e2ee_policy_is_moderator (const CvE2eePolicy *policy,
                                      const guint8 identity_hash[static CV_IDENTITY_HASH_LEN]);
/* TRUE when a moderator may change the one into the other: meeting, creator, suite and E stay. */
gboolean cv_e2ee_policy_may_become (const CvE2eePolicy *policy, const CvE2eePolicy *next);

G_END_DECLS
