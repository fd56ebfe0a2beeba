/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The shield: a pure function of roster, contacts and epoch facts (E2EE.md section 9). */
#pragma once

#include "e2ee/heartbeat.h"
#include "identity/contacts.h"

G_BEGIN_DECLS

typedef enum {
  CV_E2EE_SHIELD_CONNECTING,
  CV_E2EE_SHIELD_ENCRYPTED,
  CV_E2EE_SHIELD_VERIFIED,
  CV_E2EE_SHIELD_WARNING,
} CvE2eeShieldState;

typedef enum {
  CV_E2EE_REASON_KEY_CHANGED, /* the name is known with another key */
  CV_E2EE_REASON_UNDECRYPTABLE, /* a track fails to decrypt for more than 2 s */
  CV_E2EE_REASON_SILENT, /* no heartbeats: cannot tell whether they see the same meeting */
  CV_E2EE_REASON_DISAGREES, /* heartbeats of another roster or key */
  CV_E2EE_REASON_IMPOSTOR, /* media on a member's stream that is not that member's */
  CV_E2EE_REASON_REJECTED_COMMIT, /* tried to change the meeting against its rules */
  CV_E2EE_REASON_ALONE, /* nobody agrees any more: own sending has stopped */
  CV_E2EE_REASON_RESYNCED, /* information: re-synchronised; not a warning by itself */
} CvE2eeReasonKind;

const char *cv_e2ee_trust_reason_to_string (CvE2eeReasonKind kind); /* "key-changed" */
const char *cv_e2ee_trust_state_to_string (CvE2eeShieldState state); /* "encrypted" */

typedef struct {
  CvMlsLeaf leaf; /* with ALONE: the own one */
  CvE2eeReasonKind kind;
} CvE2eeReason;

/* One member, oneself included. */
typedef struct {
  CvMlsLeaf leaf;
  gboolean is_self;
  CvIdentityContactState contact;
  gboolean is_confirmed; /* by the meeting code, for this meeting */
  gboolean is_accepted; /* the warning about a changed key was read */
  CvE2eeHeartbeatState heartbeat;
  gboolean has_undecryptable_track; /* for more than 2 s */
  gboolean has_impostor_track;
  gboolean has_broken_rules;
  gboolean is_resynced; /* a while ago: shown as information */
} CvE2eeTrustMember;

typedef struct {
  CvE2eeShieldState state;
  GArray *reasons; /* CvE2eeReason; the first is the gravest */
} CvE2eeTrust;

void cv_e2ee_trust_clear (CvE2eeTrust *trust);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CvE2eeTrust, cv_e2ee_trust_clear)

void cv_e2ee_trust_judge (gboolean has_epoch, const CvE2eeTrustMember *members, gsize n_members,
                          CvE2eeTrust *trust);
gboolean cv_e2ee_trust_equal (const CvE2eeTrust *a, const CvE2eeTrust *b);

G_END_DECLS
