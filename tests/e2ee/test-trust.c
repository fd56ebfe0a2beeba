/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* The shield: one row a rule. */
#include "e2ee/trust.h"

#define SELF {.leaf = {0}, .is_self = TRUE}
#define NO_REASON 99

typedef struct {
  const char *name;
  CvE2eeTrustMember other;
  CvE2eeShieldState state;
  guint reason; /* the first one; NO_REASON: none */
} Row;

static const Row rows[] = {
    {"new", {.leaf = {1}}, CV_E2EE_SHIELD_ENCRYPTED, NO_REASON},
    {"known", {.contact = CV_IDENTITY_CONTACT_KNOWN}, CV_E2EE_SHIELD_ENCRYPTED, NO_REASON},
    {"verified", {.contact = CV_IDENTITY_CONTACT_VERIFIED}, CV_E2EE_SHIELD_VERIFIED, NO_REASON},
    {"confirmed", {.is_confirmed = TRUE}, CV_E2EE_SHIELD_VERIFIED, NO_REASON},
    {"changed",
     {.contact = CV_IDENTITY_CONTACT_CHANGED},
     CV_E2EE_SHIELD_WARNING,
     CV_E2EE_REASON_KEY_CHANGED},
    {"changed-accepted",
     {.contact = CV_IDENTITY_CONTACT_CHANGED, .is_accepted = TRUE},
     CV_E2EE_SHIELD_ENCRYPTED,
     NO_REASON},
    {"changed-but-code-matched",
     {.contact = CV_IDENTITY_CONTACT_CHANGED, .is_confirmed = TRUE},
     CV_E2EE_SHIELD_VERIFIED,
     NO_REASON},
    {"undecryptable",
     {.has_undecryptable_track = TRUE, .is_confirmed = TRUE},
     CV_E2EE_SHIELD_WARNING,
     CV_E2EE_REASON_UNDECRYPTABLE},
    {"impostor", {.has_impostor_track = TRUE}, CV_E2EE_SHIELD_WARNING, CV_E2EE_REASON_IMPOSTOR},
    {"broken-rules",
     {.has_broken_rules = TRUE},
     CV_E2EE_SHIELD_WARNING,
     CV_E2EE_REASON_REJECTED_COMMIT},
    /* The only other one is silent: nobody agrees. */
    {"silent",
     {.heartbeat = CV_E2EE_HEARTBEAT_SILENT},
     CV_E2EE_SHIELD_WARNING,
     CV_E2EE_REASON_ALONE},
    {"disagrees",
     {.heartbeat = CV_E2EE_HEARTBEAT_DISAGREES},
     CV_E2EE_SHIELD_WARNING,
     CV_E2EE_REASON_ALONE},
    {"silent-but-excused",
     {.heartbeat = CV_E2EE_HEARTBEAT_EXCUSED},
     CV_E2EE_SHIELD_ENCRYPTED,
     NO_REASON},
    {"resynced", {.is_resynced = TRUE}, CV_E2EE_SHIELD_ENCRYPTED, CV_E2EE_REASON_RESYNCED},
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  CvE2eeTrustMember members[] = {SELF, row->other};
  g_auto (CvE2eeTrust) trust = {0};
  members[1].leaf.index = 1;
  cv_e2ee_trust_judge (TRUE, members, 2, &trust);
  g_assert_cmpint (trust.state, ==, row->state);
  if (row->reason == NO_REASON)
    g_assert_cmpuint (trust.reasons->len, ==, 0);
  else
    g_assert_cmpuint (g_array_index (trust.reasons, CvE2eeReason, 0).kind, ==, row->reason);
}

static void
test_connecting (void)
{
  CvE2eeTrustMember self = SELF;
  g_auto (CvE2eeTrust) before = {0};
  g_auto (CvE2eeTrust) alone = {0};
  cv_e2ee_trust_judge (FALSE, NULL, 0, &before);
  g_assert_cmpint (before.state, ==, CV_E2EE_SHIELD_CONNECTING);
  /* Alone in the room nobody is verified. */
  cv_e2ee_trust_judge (TRUE, &self, 1, &alone);
  g_assert_cmpint (alone.state, ==, CV_E2EE_SHIELD_ENCRYPTED);
}

static void
test_one_bad_apple (void)
{
  CvE2eeTrustMember members[] = {
      SELF,
      {.leaf = {1}, .is_confirmed = TRUE},
      {.leaf = {2}, .heartbeat = CV_E2EE_HEARTBEAT_SILENT},
      {.leaf = {3}, .contact = CV_IDENTITY_CONTACT_CHANGED},
  };
  g_auto (CvE2eeTrust) trust = {0};
  g_auto (CvE2eeTrust) same = {0};
  g_auto (CvE2eeTrust) other = {0};
  cv_e2ee_trust_judge (TRUE, members, 4, &trust);
  g_assert_cmpint (trust.state, ==, CV_E2EE_SHIELD_WARNING);
  g_assert_cmpuint (trust.reasons->len, ==, 2);
  CvE2eeReason first = g_array_index (trust.reasons, CvE2eeReason, 0);
  CvE2eeReason second = g_array_index (trust.reasons, CvE2eeReason, 1);
  g_assert_cmpint (first.kind, ==, CV_E2EE_REASON_KEY_CHANGED);
  g_assert_cmpuint (first.leaf.index, ==, 3);
  g_assert_cmpint (second.kind, ==, CV_E2EE_REASON_SILENT);
  g_assert_cmpuint (second.leaf.index, ==, 2);
  cv_e2ee_trust_judge (TRUE, members, 4, &same);
  g_assert_true (cv_e2ee_trust_equal (&trust, &same));
  cv_e2ee_trust_judge (TRUE, members, 3, &other);
  g_assert_false (cv_e2ee_trust_equal (&trust, &other));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/e2ee/trust/%s", rows[i].name);
    g_test_add_data_func (path, &rows[i], test_row);
  }
  g_test_add_func ("/e2ee/trust/connecting", test_connecting);
  g_test_add_func ("/e2ee/trust/one-bad-apple", test_one_bad_apple);
  return g_test_run ();
}
