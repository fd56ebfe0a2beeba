/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The shield's rules, gravest first. */
#include "e2ee/trust.h"

static const char *const reason_names[] = {
    [CV_E2EE_REASON_KEY_CHANGED] = "key-changed",
    [CV_E2EE_REASON_UNDECRYPTABLE] = "undecryptable",
    [CV_E2EE_REASON_SILENT] = "silent",
    [CV_E2EE_REASON_DISAGREES] = "disagrees",
    [CV_E2EE_REASON_IMPOSTOR] = "impostor",
    [CV_E2EE_REASON_REJECTED_COMMIT] = "rejected-commit",
    [CV_E2EE_REASON_ALONE] = "alone",
    [CV_E2EE_REASON_RESYNCED] = "resynced",
};

/* What is shown first when there is more than one. */
static const CvE2eeReasonKind gravest_first[] = {
    CV_E2EE_REASON_ALONE,           CV_E2EE_REASON_KEY_CHANGED, CV_E2EE_REASON_IMPOSTOR,
    CV_E2EE_REASON_REJECTED_COMMIT, CV_E2EE_REASON_DISAGREES,   CV_E2EE_REASON_UNDECRYPTABLE,
    CV_E2EE_REASON_SILENT,          CV_E2EE_REASON_RESYNCED,
};

static gboolean
is_key_changed (const CvE2eeTrustMember *member)
{
  return member->contact == CV_IDENTITY_CONTACT_CHANGED && !member->is_accepted
         && !member->is_confirmed;
}

static gboolean
is_verified (const CvE2eeTrustMember *member)
{
  return member->is_self || member->is_confirmed || member->contact == CV_IDENTITY_CONTACT_VERIFIED;
}

static gboolean
has_reason (const CvE2eeTrustMember *member, CvE2eeReasonKind kind)
{
  switch (kind) {
  case CV_E2EE_REASON_KEY_CHANGED:
    return is_key_changed (member);
  case CV_E2EE_REASON_UNDECRYPTABLE:
    return member->has_undecryptable_track;
  case CV_E2EE_REASON_SILENT:
    return member->heartbeat == CV_E2EE_HEARTBEAT_SILENT;
  case CV_E2EE_REASON_DISAGREES:
    return member->heartbeat == CV_E2EE_HEARTBEAT_DISAGREES;
  case CV_E2EE_REASON_IMPOSTOR:
    return member->has_impostor_track;
  case CV_E2EE_REASON_REJECTED_COMMIT:
    return member->has_broken_rules;
  case CV_E2EE_REASON_RESYNCED:
    return member->is_resynced;
  case CV_E2EE_REASON_ALONE:
    return FALSE;
  }
  return FALSE;
}

/* Nobody who is there agrees: whoever we talk to, it is not the meeting we see. */
static gboolean
is_alone_in_view (const CvE2eeTrustMember *members, gsize n_members)
{
  gsize n_present = 0;
  for (gsize i = 0; i < n_members; i++) {
    if (members[i].is_self || members[i].heartbeat == CV_E2EE_HEARTBEAT_EXCUSED)
      continue;
    if (members[i].heartbeat == CV_E2EE_HEARTBEAT_AGREES)
      return FALSE;
    n_present++;
  }
  return n_present > 0;
}

static void
collect (const CvE2eeTrustMember *members, gsize n_members, CvE2eeReasonKind kind, GArray *reasons)
{
  for (gsize i = 0; i < n_members; i++) {
    CvE2eeReason reason = {members[i].leaf, kind};
    gboolean applies = kind == CV_E2EE_REASON_ALONE
                           ? members[i].is_self && is_alone_in_view (members, n_members)
                           : !members[i].is_self && has_reason (&members[i], kind);
    if (applies)
      g_array_append_val (reasons, reason);
  }
}

static gboolean
has_warning (const GArray *reasons)
{
  for (guint i = 0; i < reasons->len; i++)
    if (g_array_index (reasons, CvE2eeReason, i).kind != CV_E2EE_REASON_RESYNCED)
      return TRUE;
  return FALSE;
}

const char *
cv_e2ee_trust_reason_to_string (CvE2eeReasonKind kind)
{
  return reason_names[kind];
}

const char *
cv_e2ee_trust_state_to_string (CvE2eeShieldState state)
{
  switch (state) {
  case CV_E2EE_SHIELD_CONNECTING:
    return "connecting";
  case CV_E2EE_SHIELD_ENCRYPTED:
    return "encrypted";
  case CV_E2EE_SHIELD_VERIFIED:
    return "verified";
  case CV_E2EE_SHIELD_WARNING:
    return "warning";
  }
  return "connecting";
}

void
cv_e2ee_trust_clear (CvE2eeTrust *trust)
{
  g_clear_pointer (&trust->reasons, g_array_unref);
}

void
cv_e2ee_trust_judge (gboolean has_epoch, const CvE2eeTrustMember *members, gsize n_members,
                     CvE2eeTrust *trust)
{
  gboolean are_verified = n_members > 1;
  trust->reasons = g_array_new (FALSE, FALSE, sizeof (CvE2eeReason));
  trust->state = CV_E2EE_SHIELD_CONNECTING;
  if (!has_epoch)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (gravest_first); i++)
    collect (members, n_members, gravest_first[i], trust->reasons);
  for (gsize i = 0; i < n_members; i++)
    are_verified = are_verified && is_verified (&members[i]);
  if (has_warning (trust->reasons))
    trust->state = CV_E2EE_SHIELD_WARNING;
  else
    trust->state = are_verified ? CV_E2EE_SHIELD_VERIFIED : CV_E2EE_SHIELD_ENCRYPTED;
}

gboolean
cv_e2ee_trust_equal (const CvE2eeTrust *a, const CvE2eeTrust *b)
{
  guint n_a = a->reasons != NULL ? a->reasons->len : 0;
  guint n_b = b->reasons != NULL ? b->reasons->len : 0;
  if (a->state != b->state || n_a != n_b)
    return FALSE;
  for (guint i = 0; i < n_a; i++) {
    const CvE2eeReason *left = &g_array_index (a->reasons, CvE2eeReason, i);
    const CvE2eeReason *right = &g_array_index (b->reasons, CvE2eeReason, i);
    if (left->leaf.index != right->leaf.index || left->kind != right->kind)
      return FALSE;
  }
  return TRUE;
}
